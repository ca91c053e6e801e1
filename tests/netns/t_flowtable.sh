#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Established flows of networks that want it take the kernel's short cut, others' do not; what breaks it is repaired, what
# ends it leaves connections alone, and a stop leaves nothing. A kernel that has none is told of in one line, and all works.
# tests/vm/t_flowtable.sh runs this on a kernel that has it.
. "${0%/*}/lib.sh"
need nft busybox
mkdir -p "$ROOT/etc/vnet"
conf() { printf 'table_owner = no\nflowtable = %s\n' "$1" >"$ROOT/etc/vnet/vnetd.conf"; }
conf yes
start_vnetd
outside
before=$(host_state)
network default
guest g1 virbr0
dhcp g1 >/dev/null || fail "no lease"
state() { vnet status --json | tr -d ' \n' | sed 's/.*"flowtable":"*\([a-z]*\).*/\1/'; }
if [ "$(state)" = wrong ]; then
	quietly vnet destroy default
	quietly vnet start default
	eq "$(grep flowtable "$T/vnetd.log" | sed 's/.*firewall: //')" \
		"flowtable: this kernel has no flowtables (*): established flows go the ordinary way" "one line says why there is none"
	eq "$(vnet plan default)" "*established flows go the ordinary way*" "and so does the plan"
	eq "$(vnet status)" "*Flowtable: *not to be had*" "and the status"
	ip link set p-g1 master virbr0
	dhcp g1 >/dev/null
	eq "$(fetch g1)" "hello 203.0.113.2 *" "all goes the ordinary way"
	guest_gone g1
	quietly vnet destroy default
	same "a stop leaves nothing" "$before" "$(host_state)"
	exit
fi
eq "$(vnet plan default)" "*established flows take the flowtable now*" "the plan says so"
eq "$(vnet status)" "*Flowtable: *established flows take it*" "and the status"

sysctl -qw net.netfilter.nf_conntrack_acct=1
echo_server
flow() { grep "src=$1 .*dport=9000 " /proc/net/nf_conntrack; }
offloaded() { flow "$1" | grep -q OFFLOAD; }
connect g1 5
address1=$(address g1)
say g1 5 one || fail "the connection does not work"
talk() { say g1 5 more && offloaded "$address1"; }
until_true 10 talk || fail "a flow does not take the short cut: $(flow "$address1") $(nft list table inet vnetd_fast)"
ok "an established flow takes the short cut"

# Its packets meet no chain of the host, which counts them all the same.
line() { grep "^$1 .* $2 .*dport=$3 .*OFFLOAD" /proc/net/nf_conntrack; } # FAMILY PROTOCOL PORT
packets() { line "$@" | tr ' ' '\n' | sed -n 's/packets=//p' | tr '\n' ' '; }
short_cut() # GUEST FD FAMILY PROTOCOL PORT
{
	nft "table inet spy { chain f { type filter hook forward priority -300; $4 dport $5 counter; $4 sport $5 counter; }; }"
	read -r sent came <<-END
		$(packets "$3" "$4" "$5")
	END
	for word in a b c d; do say "$1" "$2" $word || fail "$3 $4: it does not go on"; done
	eq "$(nft list table inet spy | grep -c 'counter packets 0 bytes 0')" 2 "$3, $4: both ways its packets meet no chain, and it goes on"
	nft delete table inet spy
	read -r sent_now came_now <<-END
		$(packets "$3" "$4" "$5")
	END
	[ $((sent_now - sent)) -ge 4 ] && [ $((came_now - came)) -ge 4 ] ||
		fail "$3, $4: conntrack counted $sent and $came packets before, $sent_now and $came_now then"
	ok "$3, $4: conntrack counts them"
}
short_cut g1 5 ipv4 tcp 9000

# the others: IPv6, and UDP
on outside ip addr add fd00:30::1/64 dev eth0 nodad
ip -6 addr add fd00:30::2/64 dev up0 nodad
ip -6 route add default via fd00:30::1
cat >"$T/dual.xml" <<END
<network ipv6='yes'><name>dual</name><forward mode='nat'><nat ipv6='yes'/></forward><bridge name='vdual' stp='off' delay='0'/>
<ip address='10.66.0.1' prefix='24'><dhcp><range start='10.66.0.10' end='10.66.0.99'/></dhcp></ip>
<ip family='ipv6' address='fd00:66::1' prefix='64'/></network>
END
quietly vnet create "$T/dual.xml"
has_six() { on "$1" ip -6 -o addr show dev eth0 scope global -tentative | grep -q fd00:66; }
also() # GUEST FD FAMILY PROTOCOL PORT COMMAND...
{
	guest "$1" vdual
	[ "$3" = ipv6 ] && until_true 20 has_six "$1" || dhcp "$1" >/dev/null || fail "$3: no address"
	who=$1 fd=$2 family=$3 protocol=$4 port=$5 && shift 5
	connect $who $fd "$@"
	say $who $fd one || fail "$family, $protocol: the connection does not work"
	on_it() { say $who $fd more && line $family $protocol $port; }
	until_true 10 on_it || fail "$family, $protocol: it does not take the short cut: $(grep "dport=$port" /proc/net/nf_conntrack)"
	short_cut $who $fd $family $protocol $port
	guest_gone $who
}
also g6 7 ipv6 tcp 9000 busybox nc fd00:30::1 9000
also u4 8 ipv4 udp 9001 udp_echo talk 203.0.113.1 9001
also u6 9 ipv6 udp 9001 udp_echo talk fd00:30::1 9001
quietly vnet destroy dual
ip -6 route del default
ip -6 addr del fd00:30::2/64 dev up0
offloaded "$address1" || fail "when such a network stops, a flow of another loses the short cut"
ok "when such a network stops, a flow of another keeps it"

# one that does not want it
cat >"$T/plain.xml" <<END
<network xmlns:vnet='urn:vnet:network:1'><name>plain</name><forward mode='nat'/><bridge name='vplain' stp='off' delay='0'/>
<ip address='10.77.0.1' prefix='24'><dhcp><range start='10.77.0.2' end='10.77.0.99'/></dhcp></ip>
<vnet:flowtable enabled='no'/></network>
END
quietly vnet create "$T/plain.xml"
guest g2 vplain
dhcp g2 >/dev/null || fail "no lease on the other network"
connect g2 6
for word in a b c d; do say g2 6 $word || fail "the other network's connection does not work"; done
offloaded "$(address g2)" && fail "a flow of a network that does not want it takes the short cut"
ok "flows of a network that does not want it do not"
quietly vnet destroy plain
eq "$(vnet plan plain 2>&1)$(offloaded "$address1" && echo yes)" "*yes" "a stop of it touches no other"

# what others do
rules() { nft -a list table inet vnetd_fast; }
handles=$(rules)
stop_vnetd KILL
say g1 5 orphan || fail "the connection ends with the daemon"
start_vnetd
same "a restart touches nothing" "$handles" "$(rules)"
has() { rules 2>/dev/null | awk -v d="$1" '/devices/ { gsub(/[",]/, ""); for (i = 1; i <= NF; i++) if ($i == d) found = 1 } END { exit !found }'; }
whole() { has virbr0 && has up0 && rules | grep -q 'flow add @fast'; }
whole || fail "the table: $(rules)"
nft flush ruleset
until_true 5 whole || fail "a flush is not repaired"
until_true 10 talk || fail "after a flush the flow does not find it again"
ok "a flush is repaired, the flow finds it again"
eq "$(grep 'flowtable: repaired' "$T/vnetd.log" | sed 's/.*firewall: //')" "flowtable: repaired after nft (*) had changed it" "one line tells of it"
ip link add up1 type veth peer name eth1 netns "$(cat "$T/outside.pid")"
ip addr add 198.51.100.2/24 dev up1
ip link set up1 up
ip route replace default via 198.51.100.1
moved() { has virbr0 && has up1 && ! has up0; }
until_true 5 moved || fail "another way out is not followed: $(rules)"
ok "it follows the default route"
ip route replace default nexthop via 203.0.113.1 nexthop via 198.51.100.1
both() { whole && has up1; }
until_true 5 both || fail "of two ways out one is missing: $(rules)"
ip route replace default via 203.0.113.1
one_way() { whole && ! has up1; }
until_true 5 one_way || fail "nor the way back: $(rules)"
ok "also when it has two ways, and back"
sed -e "s|vplain|vbound|; s|plain|bound|; s|10\.77|10.78|g; s|mode='nat'|mode='nat' dev='up1'|; /flowtable/s|<vnet.*/></net|</net|" \
	"$T/plain.xml" >"$T/bound.xml"
quietly vnet create "$T/bound.xml"
bound() { has vbound && has up1; }
until_true 5 bound || fail "a network's own device is not in it: $(rules)"
quietly vnet destroy bound
{ has vbound || has up1; } && fail "they stay when it stops"
ok "and has the device that a network is bound to"
ip link del up1
ip link del virbr0
until_true 5 whole || fail "a bridge that was deleted is not in it again: $(rules)"
ip link set p-g1 master virbr0
until_true 10 talk || fail "the flow does not live on over a new bridge"
ok "a bridge that others delete is back in it"

# off and on again by the settings: connections live on
conf no
kill -HUP "$vnetd_pid"
gone() { ! nft list table inet vnetd_fast; }
until_true 5 gone || fail "the setting does not end it"
say g1 5 ordinary || fail "a flow that took it does not live on without it"
ok "the setting ends it, and connections go on"
conf yes
kill -HUP "$vnetd_pid"
until_true 10 talk || fail "the setting does not bring it back"
quietly vnet destroy default
eq "$(flow "$address1")" "" "a stop forgets the flow"
! say g1 5 dead 2 || fail "the flow outlives its network"
ok "and it ends"

# ours alone, where the kernel knows that
echo 'flowtable = yes' >"$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
quietly vnet start default
ip link set p-g1 master virbr0
owned() { nft list table inet vnetd_fast | grep -q 'flags owner'; }
guest g3 virbr0
dhcp g3 >/dev/null || fail "no lease"
connect g3 7
address1=$(address g3)
talk() { say g3 7 more && offloaded "$address1"; }
until_true 10 talk || fail "the flowtable does not come back"
if owned; then
	handles=$(rules | grep -v 'flags\|^table')
	nft flush ruleset || fail "flush ruleset"
	refused "nobody else deletes the flowtable's table" "*not permitted*" nft delete table inet vnetd_fast
	same "a flush passes it by" "$handles" "$(rules | grep -v 'flags\|^table')"
	offloaded "$address1" || fail "a flush ends the short cut"
	stop_vnetd KILL
	say g3 7 alone || fail "the connection ends with the daemon that holds the table"
	start_vnetd
	owned || fail "the next daemon does not hold it"
	same "it outlives the daemon and belongs to the next" "$handles" "$(rules | grep -v 'flags\|^table')"
	offloaded "$address1" || fail "a restart ends the short cut"
	ok "the flow has it all the time"
fi
quietly vnet destroy default
guest_gone g3
guest_gone g1
guest_gone g2
same "and leaves nothing" "$before" "$(host_state)"
