#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A hostile guest changes nothing for its neighbours: no frame of its attacks gets to them or to the host, and the
# counters tell. Honest guests notice nothing.
. "${0%/*}/lib.sh"
need nft python3
[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
for p in tap_wire dhcp_client dhcp_flood; do [ -x "$BUILD/tests/peer/$p" ] || skip "$p is not built"; done
nft add table bridge probe 2>/dev/null || skip "no nftables for bridges here"
nft delete table bridge probe

hostile="python3 $DATA/hostile.py"
table() { nft "$@" table bridge vnetd_guard 2>/dev/null | sed '/progname\|flags/d'; } # who holds it is not compared

# A guest behind a tap of ours, as a VMM has it.
tap_guest() # NAME MAC OPTION... of tap add
{
	space "$1"
	name=$1 mac=$2 && shift 2
	quietly vnet tap add guarded --name "t-$name" "$@"
	wire "$name" "$mac"
}
wire() # NAME [MAC]
{
	tap_wire "t-$1" "$(cat "$T/$1.pid")" $2 >"$T/$1.wire" 2>&1 &
	echo $! >"$T/$1.wire.pid"
	until_true 20 grep -q ready "$T/$1.wire" || fail "no wire to $1: $(cat "$T/$1.wire")"
}
plain_guest() # NAME MAC: a veth that we know nothing of
{
	guest "$1" vbrg "$2"
}
global6() { on "$1" ip -6 -o addr show dev eth0 scope global | awk '{ sub("/.*", "", $4); print $4; exit }'; }
local6() { on "$1" ip -6 -o addr show dev eth0 scope link | awk '{ sub("/.*", "", $4); print $4; exit }'; }
has_global6() { [ -n "$(global6 "$1")" ] && [ -z "$(on "$1" ip -6 addr show dev eth0 tentative)" ]; }
mac_of() { on "$1" cat /sys/class/net/eth0/address; }
refused_of() # TAP REASON
{
	vnet guard guarded --json | tr -d ' \n' | sed -n "s/.*\"port\":\"$1\"[^}]*\"$2\":\([0-9]*\).*/\1/p"
}
refused_at_least() { [ "$(refused_of "$1" "$2")" -ge "$3" ]; }
guards() { vnet guard guarded | grep -q "$1"; }
frees() { ! guards "$1"; }
holds() { nft list set bridge vnetd_guard held4 | grep -q "$1"; }
lacks() { ! holds "$1"; }
neighbours() { on "$1" ip neigh show dev eth0 | awk '{ print $1, $2, $3 }' | sort; }

start_vnetd
quietly vnet define "$DATA/guard.xml"
quietly vnet start guarded
eq "$(table list)" "" "without guests the guard has no rules"
outside
tap_guest evil 52:54:00:00:00:66 --mac 52:54:00:00:00:66
tap_guest good 52:54:00:00:00:01 --mac 52:54:00:00:00:01
plain_guest plain 52:54:00:00:00:03
for g in evil good plain; do
	dhcp $g >/dev/null || fail "no lease for $g"
	until_true 60 has_global6 $g || fail "no IPv6 address of $g"
done
ok "guarded guests get addresses as others do"
eq "$(vnet guard guarded | awk '/t-/ { print $1, $2 }' | tr '\n' ' ')" "t-evil 52:54:00:00:00:66 t-good 52:54:00:00:00:01 " "their ports are guarded, those of somebody else are not"
for g in good plain; do
	until_true 30 on evil ping -c 1 -W 1 "$(address $g)" || fail "evil does not reach $g"
	until_true 30 on evil ping -6 -c 1 -W 1 "$(global6 $g)" || fail "evil does not reach $g by IPv6"
done
eq "$(fetch good)" "hello*" "they reach each other and the world"

eq "$(vnet plan guarded)" "*bound4 { 52:54:00:00:00:66 . $(address evil) }*to change now:*nothing*" "the plan shows it"

# --- what they may send, and what they may not
who="mac=$(mac_of evil) ip=$(address evil) ll=$(local6 evil) g6=$(global6 evil)
	n_mac=$(mac_of good) n_ip=$(address good) n_ll=$(local6 good) n_g6=$(global6 good)
	g_mac=52:54:00:00:00:fe g_ip=192.168.77.1 g_ll=fe80::5054:ff:fe00:fe g_g6=fd77::1 free=192.168.77.150"
watch_all() # runs "$@" in evil and prints what of it gets to the neighbour, a stranger, and the host
{
	on good $hostile watch eth0 >"$T/seen.good" &
	w1=$!
	on plain $hostile watch eth0 >"$T/seen.plain" &
	w2=$!
	$hostile watch vbrg >"$T/seen.host" &
	w3=$!
	until_true 20 grep -q ready "$T/seen.good" && until_true 20 grep -q ready "$T/seen.plain" &&
		until_true 20 grep -q ready "$T/seen.host" || fail "nobody watches"
	on evil "$@"
	wait $w1 $w2 $w3 || fail "the end was not seen"
	for s in good plain host; do
		grep -v ready "$T/seen.$s" | sed "s/^/$s: /"
	done
}
calm=$(neighbours good)
got=$(watch_all $hostile send $who)
eq "$got" "" "none of $($hostile names | grep -c .) attacks gets anywhere"
eq "$(neighbours good)" "$calm" "the neighbour's table of neighbours is as before"
eq "$(on good ip -6 route show default | grep -c .)" 1 "its router is the host alone"
for why in mac arp ip nd dhcp other; do
	eq "$(refused_of t-evil $why)" "$($hostile names | grep -c " $why\$")" "refused and counted: $why"
	eq "$(refused_of t-good $why)" 0 "and nobody else is accused of it"
done
watch_all $hostile good $who | sort >"$T/got"
for s in good host plain; do
	eq "$(grep -c "^$s:" "$T/got")" 12 "all that is honest gets through to $s"
done

# --- what bridges keep to themselves passes no rules, and teaches them nothing
port_of() { bridge fdb show br vbrg | awk -v mac="$1" '$1 == mac && !/self/ { print $3 }'; }
on good ping -c 1 -W 1 192.168.77.1 >/dev/null
eq "$(port_of 52:54:00:00:00:01)" t-good "the bridge knows where the neighbour is"
on evil $hostile steal $who
sleep 0.2
eq "$(port_of 52:54:00:00:00:01)" t-good "and does not believe who sends in its name to link-local groups"
ip link set vbrg type bridge no_linklocal_learn 0
unlearned() { ip -d link show vbrg | grep -q "no_linklocal_learn 1"; }
until_true 10 unlearned && ok "which nobody changes" || fail "no_linklocal_learn stays 0"

# --- a network that has no addresses of a family
sed '/family=.ipv6/d' "$DATA/guard.xml" >"$T/four.xml"
quietly vnet apply "$T/four.xml"
count=$(refused_of t-evil nd)
eq "$(watch_all $hostile one dad-neighbour-ll $who)" "" "without IPv6 subnets nobody takes a neighbour's link-local address either"
eq "$(($(refused_of t-evil nd) - count))" 1 "it is refused and counted"
quietly vnet apply "$DATA/guard.xml"

# --- the spanning tree: no rules see its frames, and the kernel hears of them in the host's own namespace alone
root_block() { cat "/sys/class/net/vbrg/brif/$1/root_block"; }
eq "$(root_block t-evil) $(root_block p-plain)" "1 0" "a guarded port never leads to the spanning tree's root"

# --- ever new MACs: of a VMM itself, so that none is lost on the way
leases=$(vnet dhcp-leases guarded | grep -c :)
quietly vnet tap add guarded --name t-starve --mac 52:54:00:00:00:67
million() # WHAT COUNTER [MAC]: until so many are counted; a busy host loses some before it looks at them
{
	t0=$(uptime_ms) counted=0
	for _ in 1 2 3 4 5; do
		dhcp_flood tap:t-starve new $((1000000 - counted)) $3 || fail "no flood of $1"
		counted=$(refused_of t-starve "$2")
		[ "$counted" -lt 1000000 ] || break
	done
	note "$counted DHCP questions under other $1 in $(($(uptime_ms) - t0)) ms"
	[ "$counted" -ge 1000000 ] || fail "of a million questions under other $1 only $counted are counted"
	ok "a million questions under other $1 are refused and counted"
}
million MACs mac
million "client addresses" dhcp 52:54:00:00:00:67
eq "$(vnet dhcp-leases guarded | grep -c :)" "$leases" "they take no lease"
eq "$(vnet dhcp-stats guarded | grep -c t-starve)" 0 "and the DHCP server never hears of them"
quietly vnet tap del t-starve
tap_guest late 52:54:00:00:00:05 --mac 52:54:00:00:00:05
eq "$(dhcp late)" 192.168.77.200 "who comes later gets an address"

# --- addresses that nobody gave: first come, first served
tap_guest first 52:54:00:00:00:0a --mac 52:54:00:00:00:0a
dhcp first >/dev/null || fail "no lease for first"
until_true 60 has_global6 first || fail "no IPv6 address of first"
mine="mac=$(mac_of first) ip=$(address first) ll=$(local6 first) g6=$(global6 first)"
taken="free=192.168.77.180 free6=fd77::aaaa:bbbb:cccc:dddd freell=fe80::aaaa:bbbb:cccc:dddd"
rest=$(echo "$who" | tr ' \t' '\n\n' | grep '^[ng]_')
rob() { watch_all $hostile rob $who $taken; }
arp=$(refused_of t-evil arp) nd=$(refused_of t-evil nd)
on first $hostile take $mine $rest $taken
until_true 10 sh -c 'nft list set bridge vnetd_guard owned6 | grep -q fe80::aaaa' || fail "first owns nothing"
eq "$(rob)" "" "none of $($hostile robs | grep -c .) claims to another's address gets anywhere"
eq "$(($(refused_of t-evil arp) - arp)) $(($(refused_of t-evil nd) - nd))" \
	"$($hostile robs | grep -c " arp\$") $($hostile robs | grep -c " nd\$")" "they are refused and counted"
eq "$(refused_of t-first arp) $(refused_of t-first nd)" "0 0" "their owner is refused nothing"
on first ip addr add 192.168.77.180/24 dev eth0
on first ip addr add fd77::aaaa:bbbb:cccc:dddd/64 dev eth0
for from in "-I 192.168.77.180 192.168.77.1" "-I 192.168.77.180 $(address good)" "-6 -I fd77::aaaa:bbbb:cccc:dddd fd77::1"; do
	until_true 30 on first ping -c 1 -W 1 $from || fail "the owner cannot ping $from"
done
ok "and uses them"
# the same link-local address in another network is another's
sed 's|guarded|second|; s|vbrg|vbrh|; s|192.168.77|192.168.78|; s|fd77|fd78|; s|00:00:fe|00:01:fe|; /<dhcp>/,/<.dhcp>/d' "$DATA/guard.xml" >"$T/second.xml"
quietly vnet define "$T/second.xml"
quietly vnet start second
space twin
quietly vnet tap add second --name t-twin --mac 52:54:00:00:01:0a
wire twin 52:54:00:00:01:0a
on twin ip addr add fe80::aaaa:bbbb:cccc:dddd/64 dev eth0
until_true 30 on twin ping -6 -c 1 -W 1 -I fe80::aaaa:bbbb:cccc:dddd%eth0 "fe80::5054:ff:fe00:1fe%eth0" ||
	fail "an address of another network is taken: $(vnet guard second)"
ok "an address has one owner in each network"
# one who takes all there are gets a few
on twin $hostile grab 2000 fd78::1:0
sleep 1
held=$(nft list set bridge vnetd_guard owned6 | grep -o 'fd78::1:' | grep -c .)
[ "$held" -ge 32 ] && [ "$held" -le 200 ] || fail "of 2000 addresses a guest took $held"
ok "a guest that takes ever new addresses owns a few of them"
note "of 2000 it owns $held"
quietly vnet destroy second
quietly vnet undefine second
quietly vnet tap del t-first
until_true 10 sh -c '! nft list set bridge vnetd_guard owned6 | grep -q fe80::aaaa' || fail "they stay its own"
eq "$(rob | grep -c "^good: ")" "$($hostile robs | grep -c .)" "when it is gone another may have them at once"

# --- who has what changes
quietly vnet update guarded add ip-dhcp-host "<host mac='52:54:00:00:00:99' ip='192.168.77.150'/>" --live
watch_all $hostile good $who | sort >"$T/got"
eq "$(grep static "$T/got")" "" "an address that is declared for somebody is nobody else's"
quietly vnet update guarded delete ip-dhcp-host "<host mac='52:54:00:00:00:99' ip='192.168.77.150'/>" --live
watch_all $hostile good $who | sort >"$T/got"
eq "$(grep -c static "$T/got")" 6 "and when it no longer is, it may be taken"
guest comer vbrg 52:54:00:00:00:07
new=$(on comer dhcp_client eth0 2>/dev/null | awk '$1 == "ack" { print $3 }')
until_true 20 holds "$new" || fail "the guard does not follow the lease of $new"
quietly on comer dhcp_client eth0 --release
until_true 20 lacks "$new" || fail "the guard does not forget $new, which was released"
ok "the rules follow leases"

# --- a restart, and what others break
rules=$(table -a -s list) count=$(refused_of t-evil mac)
stop_vnetd
watch_out=$(watch_all $hostile send $who)
eq "$watch_out" "" "without vnetd guests are contained all the same"
start_vnetd
eq "$(table -a -s list)" "$rules" "a restart touches no rule"
[ "$(refused_of t-evil mac)" -gt "$count" ] || fail "counters start anew"
stop_vnetd KILL
start_vnetd
eq "$(table -a -s list)" "$rules" "nor does one after a crash"
# a kernel that knows tables of a program lets nobody else change ours (t_owner.sh), unless we are told not to hold them
mkdir -p "$ROOT/etc/vnet"
echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf"
stop_vnetd
start_vnetd
for broke in "flush ruleset" "delete table bridge vnetd_guard" "flush set bridge vnetd_guard held4" \
	"flush chain bridge vnetd_guard claim_arp"; do
	nft $broke
	until_true 20 guards t-evil && until_true 20 holds 192.168.77.1 || fail "$broke: it does not come back"
	until_true 20 sh -c 'nft list chain bridge vnetd_guard claim_arp | grep -q bad_arp' || fail "$broke: rules are lost"
	eq "$(watch_all $hostile send $who)" "" "nft $broke: none gets through when that is healed"
done
eq "$(grep -c "set the guard" "$T/vnetd.log")" "[1-9]*" "one line tells of each repair"

# --- others than taps with a known guest
tap_guest unnamed 52:54:00:00:00:44
dhcp unnamed >/dev/null || fail "no lease for unnamed"
eq "$(vnet guard guarded | awk '$1 == "t-unnamed" { print $2 }')" "-" "a tap whose guest's MAC was not given is guarded too"
mine="mac=52:54:00:00:00:44 ip=$(address unnamed) ll=$(local6 unnamed) g6=fd77::5054:ff:fe00:44"
on unnamed $hostile send $mine $(echo "$who" | tr ' \t' '\n\n' | grep '^[ng]_\|^free')
until_true 20 refused_at_least t-unnamed arp 7 || fail "ARP for others is not refused: $(vnet guard guarded)"
eq "$(refused_of t-unnamed mac)" 3 "it may have any MAC that is not somebody else's"
eq "$(refused_of t-unnamed nd)" "$($hostile names | grep -c " nd\$")" "and no address that is"
tap_guest loose 52:54:00:00:00:45 --mac 52:54:00:00:00:45 --portgroup free
frees t-loose || fail "a port of the group is guarded"
eq "$(root_block t-loose)" 0 "a port group may be free"
refused "an unknown port group is refused" "*no port group 'nobody'*" vnet tap add guarded --portgroup nobody

# --- what libvirt's QEMU driver does: it tells of a port, and makes the tap itself
cat >"$T/port.xml" <<END
<networkport>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <owner><name>vm</name><uuid>22222222-2222-3333-4444-555555555555</uuid></owner>
  <mac address='52:54:00:00:00:08'/>
</networkport>
END
quietly vnet port-create guarded "$T/port.xml"
ip tuntap add vnet8 mode tap && ip link set vnet8 address fe:54:00:00:00:08 master vbrg up
until_true 20 guards "vnet8 *52:54:00:00:00:08" || fail "the tap of a port that we were told of is not guarded"
quietly vnet port-delete guarded 11111111-2222-3333-4444-555555555555
until_true 20 frees vnet8 || fail "it is guarded when the port is gone"
quietly vnet port-create guarded "$T/port.xml"
until_true 20 guards vnet8 || fail "the tap that was there before its port is not guarded"
ip link set vnet8 nomaster
until_true 20 frees vnet8 || fail "it is guarded when it has left the bridge"
ip link del vnet8
ok "taps of ports that libvirt tells of are guarded, as long as they are such"

# --- only what was lent or given
vnet dumpxml guarded | sed "s|^  <forward|  <vnet:guard xmlns:vnet='urn:vnet:network:1' enabled='yes' static='no'/>&|" \
	>"$T/strict.xml"
quietly vnet apply "$T/strict.xml"
eq "$(watch_all $hostile send $who)" "" "static='no': none gets through"
watch_all $hostile good $who | sort >"$T/got"
eq "$(grep -c static "$T/got")" 0 "nor an address that nobody gave"
eq "$(grep -c "^good:" "$T/got")" 10 "all else does"
quietly vnet apply "$DATA/guard.xml"

# --- the same for all networks, but for those that say otherwise themselves
setting() # LINE...: of vnetd.conf
{
	printf '%s\n' "table_owner = no" "$@" >"$ROOT/etc/vnet/vnetd.conf"
	kill -HUP "$vnetd_pid"
}
rule() { nft list chain bridge vnetd_guard "$1" 2>/dev/null | grep -q "$2"; }
until_true 20 rule vbrg_guard_arp vbrg_own_arp || fail "static is not what it was"
setting "guard_static = no"
until_true 20 eval '! rule vbrg_guard_arp "own_arp\|accept"' || fail "a setting does not count: $(table list)"
eq "$(watch_all $hostile good $who | grep -c static)" 0 "guard_static = no: nobody may use an address that was not given"
vnet dumpxml guarded | sed "s|^  <forward|  <vnet:guard xmlns:vnet='urn:vnet:network:1' enabled='yes' static='shared'/>&|" \
	>"$T/shared.xml"
quietly vnet apply "$T/shared.xml"
on good $hostile take "mac=$(mac_of good) ip=$(address good) ll=$(local6 good) g6=$(global6 good)" $taken $rest
eq "$(rob | grep -c "^good: ")" "$($hostile robs | grep -c .)" "static='shared': guests pass addresses on among themselves"
quietly vnet apply "$DATA/guard.xml"
setting "guard = no"
until_true 20 eval '[ -z "$(table list)" ]' || fail "guard = no: there are rules"
setting
until_true 20 guards t-evil || fail "without settings it is not guarded"
ok "settings come into force when they are read again"

# --- off, and gone
vnet dumpxml guarded | sed "s|^  <forward|  <vnet:guard xmlns:vnet='urn:vnet:network:1' enabled='no'/>&|" >"$T/off.xml"
quietly vnet apply "$T/off.xml"
eq "$(table list)" "" "switched off: no rules"
got=$(watch_all $hostile send $who | grep -c '^good:')
[ "$got" -ge 40 ] || fail "only $got attacks are seen without the guard: what did the test see before?"
ok "and $got of the attacks get through"
quietly vnet apply "$DATA/guard.xml"
until_true 20 guards t-evil || fail "switched on again: nothing is guarded"
on good ip neigh flush dev eth0
eq "$(watch_all $hostile send $who)" "" "switched on again: none does"
for g in evil good late unnamed loose; do
	quietly vnet tap del "t-$g"
done
until_true 20 sh -c '! nft list table bridge vnetd_guard' || fail "without guarded ports there are rules: $(table list)"
tap_guest last 52:54:00:00:00:09 --mac 52:54:00:00:00:09
until_true 20 guards t-last || fail "a guest that comes later is not guarded"
quietly vnet destroy guarded
eq "$(nft list tables)" "" "a network that is stopped leaves no rules"
quietly vnet start guarded
eq "$(nft list tables | grep -c vnetd_guard)" 1 "when it starts again its taps are guarded"
quietly vnet destroy guarded
quietly vnet undefine guarded
until_true 20 test ! -e /sys/class/net/t-last || fail "its tap stays"
eq "$(nft list tables)" "" "nothing is left"
