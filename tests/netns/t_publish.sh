#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Published ports: whoever may reach them does, by TCP and UDP, IPv4 and IPv6, and follows the guest to where it is.
. "${0%/*}/lib.sh"
need nft python3 busybox
mkdir -p "$ROOT/etc/vnet"
echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf" # else nobody could change the rules (t_owner.sh)
start_vnetd
outside
ip -6 addr add 2001:db8::2/64 dev up0 nodad
on outside ip -6 addr add 2001:db8::1/64 dev eth0 nodad
space beside # another way to the host
ip link add up1 type veth peer name eth0 netns "$(cat "$T/beside.pid")"
ip addr add 203.0.114.2/24 dev up1
ip link set up1 up
on beside ip addr add 203.0.114.1/24 dev eth0
on beside ip link set eth0 up
before=$(host_state)

xml() # NAME NUMBER FORWARD [PUBLISH]: 10.88.N.0/24 and fd88:N::/64 on virbrN
{
	cat <<-XML
		<network xmlns:v='urn:vnet:network:1'>
		  <name>$1</name>
		  $3
		  <bridge name='virbr$2' stp='on' delay='0'/>
		  <ip address='10.88.$2.1' prefix='24'>
		    <dhcp><range start='10.88.$2.100' end='10.88.$2.200'/></dhcp>
		  </ip>
		  <ip family='ipv6' address='fd88:$2::1' prefix='64'/>
		  $4
		</network>
	XML
}
made() { xml "$@" >"$T/$1.xml" && quietly vnet define "$T/$1.xml" && quietly vnet start "$1"; }
made one 1 "<forward><nat ipv6='yes'/></forward>"
made two 2 "<forward/>"
made three 3 ""
six() # NAME ADDRESS ROUTER: and no other address, which UDP might answer from
{
	on "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra'
	on "$1" ip -6 addr flush dev eth0 scope global
	on "$1" ip -6 addr add "$2/64" dev eth0 nodad
	on "$1" ip -6 route replace default via "$3"
}
echo_py() { python3 "$DATA/echo.py" "$@"; }
served() # NAME PORTS...: by the guest
{
	where=$1 && shift
	on "$where" python3 "$DATA/echo.py" serve "$@" &
	until_true 5 answers "$where" "${1%%-*}" || fail "no echo in $where"
}
answers() { on "$1" python3 "$DATA/echo.py" ask tcp 127.0.0.1 "$2" | grep -q "^$2 "; }
ask() # FROM tcp|udp ADDRESS PORT
{
	where=$1 && shift
	case $where in
	host) echo_py ask "$@" ;;
	*) on "$where" python3 "$DATA/echo.py" ask "$@" ;;
	esac
}
is_closed() { case $1 in *refused | timeout | closed | *reset* | *pipe) ok "$2" ;; *) fail "$2: got '$1'" ;; esac; }
plan_true() { eq "$(vnet plan one)" "*to change now:*nothing*" "$1: the plan is true"; }

# --- by name, before there is such a guest
eq "$(vnet publish one 8080/tcp web:80)" "Published 8080/tcp of network one" "published"
eq "$(vnet published one)" "*one *8080/tcp *web:80 *-*inactive: the guest has no address" "no guest yet: inactive"
is_closed "$(ask outside tcp 203.0.113.2 8080)" "no guest yet: nobody answers"
guest web virbr1 52:54:00:88:01:01
a=$(dhcp web) || fail "no lease"
six web fd88:1::80 fd88:1::1
served web 80 22 6000-6009
active() { vnet -q published "$1" | grep -q " active"; }
until_true 5 active one || fail "it does not follow the lease"
eq "$(vnet -q published one)" "*web:80 *$a *active" "the lease makes it active"
eq "$(vnet published --json)" "*\"guest\":\"web\"*\"ipv4\":\"$a\"*\"active\":true*" "as JSON, of all networks"
plan_true "published"

# --- who reaches it
eq "$(ask outside tcp 203.0.113.2 8080)" "80 203.0.113.1 *" "from outside, its address is seen"
eq "$(ask beside tcp 203.0.114.2 8080)" "80 203.0.114.1 *" "from outside, another way"
eq "$(ask host tcp 203.0.113.2 8080)" "80 203.0.113.2 *" "from the host, by its address"
eq "$(ask host tcp 10.88.1.1 8080)" "80 10.88.1.1 *" "from the host, by the bridge's address"
eq "$(ask host tcp 127.0.0.1 8080)" "80 10.88.1.1 *" "from the host, by 127.0.0.1"
is_closed "$(ask host tcp ::1 8080)" "::1 leads nowhere, and says so at once"
guest peer virbr1 52:54:00:88:01:02
dhcp peer >/dev/null || fail "no lease"
six peer fd88:1::81 fd88:1::1
eq "$(ask peer tcp 203.0.113.2 8080)" "80 10.88.1.1 *" "from a guest of the same network"
for f in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do
	[ ! -e "$f" ] || echo 0 >"$f" # what is bridged is translated there, if br_netfilter is loaded; now it is routed
done
eq "$(printf '\n\n\n' | on peer python3 "$DATA/echo.py" talk tcp 203.0.113.2 8080 | grep -c "^80 10.88.1.1 ")" 3 \
	"the same without br_netfilter, on and on"
eq "$(ask web tcp 203.0.113.2 8080)" "80 10.88.1.1 *" "from the guest itself"
guest other virbr2 52:54:00:88:02:01
dhcp other >/dev/null || fail "no lease"
eq "$(ask other tcp 203.0.113.2 8080)" "80 10.88.1.1 *" "from a guest of another network, translated as ever"
guest alone virbr3 52:54:00:88:03:01
on alone ip addr add 10.88.3.9/24 dev eth0
on alone ip route add default via 10.88.3.1
is_closed "$(ask alone tcp 203.0.113.2 8080)" "an isolated guest stays isolated"
is_closed "$(ask outside tcp 203.0.113.2 81)" "no other port is open"
is_closed "$(ask outside udp 203.0.113.2 8080)" "no other protocol"

# --- a range, UDP, one address, by MAC
quietly vnet publish one 203.0.113.2:5000-5009/udp 52:54:00:88:01:01:6000
for port in 0 7 9; do
	eq "$(ask outside udp 203.0.113.2 500$port)" "600$port 203.0.113.1 *" "a range is mapped one to one: 500$port"
done
eq "$(ask host udp 203.0.113.2 5003)" "6003 203.0.113.2 *" "UDP from the host"
eq "$(ask peer udp 203.0.113.2 5003)" "6003 10.88.1.1 *" "UDP from a guest of the same network"
is_closed "$(ask outside udp 203.0.113.2 5010)" "nothing beyond the range"
is_closed "$(ask beside udp 203.0.114.2 5003)" "not by another address of the host"

# --- IPv6
quietly vnet publish one '[2001:db8::2]:8022/tcp' '[fd88:1::80]:22'
quietly vnet publish one ':::8023/tcp' fd88:1::80
quietly vnet unpublish one ':::8023/tcp'
quietly vnet publish one '[::]:8023/udp' '[fd88:1::80]:22'
eq "$(vnet published one)" "*[[]2001:db8::2]:8022/tcp *[[]fd88:1::80]:22 *fd88:1::80 *active*" "IPv6 is listed"
eq "$(ask outside tcp 2001:db8::2 8022)" "22 2001:db8::1 *" "IPv6 from outside"
eq "$(ask host tcp 2001:db8::2 8022)" "22 2001:db8::2 *" "IPv6 from the host"
eq "$(ask peer tcp 2001:db8::2 8022)" "22 fd88:1::1 *" "IPv6 from a guest of the same network"
eq "$(ask outside udp 2001:db8::2 8023)" "22 2001:db8::1 *" "IPv6, any address, UDP"
is_closed "$(ask outside udp 203.0.113.2 8023)" "any IPv6 address is no IPv4 address"

# --- whose ports are whose
refused "twice" "*cannot publish 8080/tcp: network 'one' publishes 8080/tcp for guest 'web'*" vnet publish one 8080/tcp peer
refused "in another network" "*network 'two': cannot publish 8079-8081/tcp: network 'one' publishes 8080/tcp for guest 'web'*" \
	vnet publish two 8079-8081/tcp other
refused "an isolated network" "*<vnet:publish>: an isolated network lets nobody in*" vnet publish three 99/tcp alone
refused "what DHCP and DNS have" "*cannot publish 53/udp: network 'two' serves DNS at 10.88.2.1; name another address*" \
	vnet publish two 53/udp other
quietly vnet publish two 203.0.113.2:53/udp other
quietly vnet unpublish two 203.0.113.2:53/udp
python3 "$DATA/echo.py" listen tcp 127.0.0.1 9000 &
busy=$!
python3 "$DATA/echo.py" listen udp :: 9001 &
busy="$busy $!"
until_true 5 sh -c "ss -Hlnt | grep -q :9000 && ss -Hlnu | grep -q :9001" || fail "no listeners"
refused "a port of the host" "*cannot publish 8999-9002/tcp: a program of user 'root' (uid 0) listens at 127.0.0.1:9000 of the host*" \
	vnet publish two 8999-9002/tcp other
refused "a UDP port of the host, of both families" "*cannot publish 203.0.113.2:9001/udp: a program*listens at [[]::]:9001*" \
	vnet publish two 203.0.113.2:9001/udp other
python3 "$DATA/echo.py" listen udp 0.0.0.0 40000 & # of the ephemeral ports: perhaps a client's
client=$!
until_true 5 sh -c "ss -Hlnu | grep -q :40000" || fail "no listener"
refused "a UDP port" "*cannot publish 40000/udp: a program*" vnet publish two 40000/udp other
quietly vnet publish two 39990-40009/udp other
quietly vnet unpublish two 39990-40009/udp
ok "a client's UDP socket stops no range"
kill $client
quietly vnet publish two 203.0.113.2:9000/tcp other # the host's program is at another address
quietly vnet unpublish two 203.0.113.2:9000/tcp
quietly vnet publish two 9000/tcp other:80 --config
quietly vnet destroy two
refused "busy at the start" "*network 'two': cannot publish 9000/tcp: a program*" vnet start two
eq "$(vnet -q list --all | grep two)" "*two *inactive*" "busy at the start: nothing remains"
kill $busy
until_true 5 sh -c "! ss -Hlnt | grep -q :9000" || fail "still there"
quietly vnet start two
guest_gone other
guest other virbr2 52:54:00:88:02:01
dhcp other >/dev/null || fail "no lease"
served other 80
until_true 5 active two || fail "not active"
eq "$(ask outside tcp 203.0.113.2 9000)" "80 203.0.113.1 *" "a stored one is there after the start"

# --- 127.0.0.1 of the host stays the host's
eq "$(cat /proc/sys/net/ipv4/conf/virbr1/route_localnet)" 1 "packets of 127.0.0.0/8 may cross the bridge"
for at in 127.0.0.1 10.88.1.1; do
	python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('$at', 9100))
while True:
	print(*s.recvfrom(99), flush=True)" >"$T/heard.$at" &
	hearers="$hearers $!"
done
until_true 5 sh -c "[ \$(ss -Hlnu sport = :9100 | wc -l) = 2 ]" || fail "no listeners"
mac=$(cat /sys/class/net/virbr1/address)
send() { on peer python3 "$DATA/echo.py" frame eth0 "$mac" "$@"; }
own=$(address peer)
send "$own" 127.0.0.1 9100 to-loopback
send 127.0.0.1 10.88.1.1 9100 from-loopback
send 127.0.0.1 127.0.0.1 9100 both-loopback
send "$own" 10.88.1.1 9100 honest
until_true 5 grep -q honest "$T/heard.10.88.1.1" || fail "the frame was not heard: $(cat "$T"/heard.*)"
eq "$(cat "$T"/heard.*)" "b'honest' ('$own', 40000)" "guests reach nothing at 127.0.0.1, and nobody is it"

# --- it follows the guest
talker() # KIND PORT: a connection from outside that goes on; `say` gives its next answer
{
	rm -f "$T/in" "$T/out.talk" && mkfifo "$T/in"
	on outside python3 "$DATA/echo.py" talk "$1" 203.0.113.2 "$2" <"$T/in" >"$T/out.talk" 2>&1 &
	exec 3>"$T/in"
	said=0
}
say()
{
	echo >&3
	said=$((said + 1))
	until_true 5 sh -c "[ \$(wc -l <$T/out.talk) -ge $said ]" || { echo "nothing"; return; }
	tail -n 1 "$T/out.talk"
}
talker tcp 8080
eq "$(say)" "80 203.0.113.1 *" "a connection"
said=1
quietly vnet update one add ip-dhcp-host "<host mac='52:54:00:88:01:01' ip='10.88.1.77'/>" --live --config
eq "$(dhcp web)" 10.88.1.77 "the guest moves"
moved() { vnet -q published one | grep -q "8080/tcp .* 10.88.1.77 "; }
until_true 5 moved || fail "it does not follow: $(vnet published one)"
eq "$(ask outside tcp 203.0.113.2 8080)" "80 203.0.113.1 *" "who connects now finds it"
eq "$(ask outside udp 203.0.113.2 5003)" "6003 203.0.113.1 *" "by MAC too"
eq "$(nft list table inet vnetd | grep -c "$a")" 0 "nothing leads to where it was"
is_closed "$(say)" "the connection to where it was is over"
exec 3>&-

# --- the daemon goes, others meddle
talker tcp 8080
eq "$(say)" "80 203.0.113.1 *" "another connection"
said=1
rules=$(nft -a list table inet vnetd)
nft monitor >"$T/monitor" &
monitor=$!
until_true 5 grep -q . /proc/$monitor/net/netlink || fail "nft does not listen"
stop_vnetd
start_vnetd
same "a restart touches no rule" "$rules" "$(nft -a list table inet vnetd)"
stop_vnetd KILL
eq "$(ask outside tcp 203.0.113.2 8080)" "80 203.0.113.1 *" "without the daemon"
start_vnetd
same "nor does a crash" "$rules" "$(nft -a list table inet vnetd)"
eq "$(cat "$T/monitor")" "" "not even for a moment"
kill $monitor
eq "$(say)" "80 203.0.113.1 *" "the connection goes on"
said=2
eq "$(vnet -q published one)" "*web:80 *10.88.1.77 *active*" "what is published is known"
plan_true "restarted"
nft flush ruleset
healed() { nft list ruleset | grep -q "tcp . 8080 comment \"virbr1\" : 10.88.1.77 . 80"; }
until_true 10 healed || fail "not healed"
eq "$(ask outside tcp 203.0.113.2 8080)" "80 203.0.113.1 *" "a flush is healed"
nft delete element inet vnetd forward4_any '{ tcp . 8080 }'
until_true 10 healed || fail "not healed"
eq "$(ask host tcp 127.0.0.1 8080)" "80 10.88.1.1 *" "so is one element"
plan_true "healed"

# --- back again
quietly vnet unpublish one 8080/tcp
is_closed "$(ask outside tcp 203.0.113.2 8080)" "unpublished: nobody answers"
is_closed "$(say)" "unpublished: the connection is over"
exec 3>&-
refused "unpublished twice" "*network 'one' does not publish 8080/tcp*" vnet unpublish one 8080/tcp
talker udp 5001
eq "$(say)" "6001 203.0.113.1 *" "a UDP flow"
said=1
quietly vnet unpublish one 203.0.113.2:5000-5009/udp
is_closed "$(say)" "unpublished: the UDP flow is over"
said=2
quietly vnet publish one 203.0.113.2:5000-5009/udp web:6000
refused "unpublished for another guest" "*does not publish 203.0.113.2:5000-5009/udp for guest nobody*" \
	vnet unpublish one 203.0.113.2:5000-5009/udp nobody
quietly vnet unpublish one 203.0.113.2:5000-5009/udp web
quietly vnet unpublish one '[2001:db8::2]:8022/tcp'
eq "$(cat /proc/sys/net/ipv4/conf/virbr1/route_localnet)" 0 "127.0.0.0/8 is closed again"
quietly vnet unpublish one '[::]:8023/udp'
quietly vnet unpublish two 9000/tcp
eq "$(vnet -q published)" "" "nothing is published"
eq "$(nft list table inet vnetd | grep -c 'hook prerouting\|hook output\|host_loopback')" 0 "the hooks are gone with the last"

# --- routed, open, and by another device than the network's own
for n in 4:"<forward mode='route' dev='up1'/>" 5:"<forward mode='open'/>"; do
	number=${n%%:*} forward=${n#*:} name=mode${n%%:*}
	made "$name" "$number" "$forward" "<v:publish port='7${number}00' protocol='tcp' guest='10.88.$number.9' to='80'/>
		<v:publish port='7${number}00' protocol='tcp' guest='fd88:$number::9' to='80'/>"
	for g in a b; do
		guest $g$number "virbr$number"
		last=$([ $g = a ] && echo 9 || echo 8)
		on $g$number ip addr add "10.88.$number.$last/24" dev eth0
		on $g$number ip route add default via "10.88.$number.1"
		six $g$number "fd88:$number::$last" "fd88:$number::1"
	done
	served a$number 80
	eq "$(ask outside tcp 203.0.113.2 7${number}00)" "80 203.0.113.1 *" "$forward: from outside"
	eq "$(ask outside tcp 2001:db8::2 7${number}00)" "80 2001:db8::1 *" "$forward: IPv6"
	eq "$(ask b$number tcp 203.0.113.2 7${number}00)" "80 10.88.$number.1 *" "$forward: from the same network"
	eq "$(ask b$number tcp 2001:db8::2 7${number}00)" "80 fd88:$number::1 *" "$forward: IPv6"
	eq "$(ask host tcp 127.0.0.1 7${number}00)" "80 10.88.$number.1 *" "$forward: from the host"
	quietly vnet destroy "$name"
	is_closed "$(ask outside tcp 203.0.113.2 7${number}00)" "$forward: stopped"
done

# --- a name that two guests claim leads to neither
quietly vnet publish two 8080/tcp same:80
for g in 1 2; do
	guest same$g virbr2
	on same$g busybox udhcpc -i eth0 -f -q -n -t 10 -T 1 -x hostname:same -s "$DATA/udhcpc.script" >/dev/null 2>&1 ||
		fail "no lease"
done
nobody() { vnet -q published two | grep -q "inactive: several guests have this name"; }
until_true 5 nobody || fail "$(vnet published two)"
ok "a name that two guests claim leads to neither"

# --- virsh passes it on
if command -v virsh >/dev/null; then
	v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
	line="<vnet:publish port='8080' protocol='tcp' guest='same' to='80'/>"
	eq "$(v net-dumpxml two)" "<network xmlns:vnet='urn:vnet:network:1'*$line*" "virsh net-dumpxml shows it"
	v net-dumpxml two --inactive >"$T/two.xml"
	eq "$(v net-define "$T/two.xml")" "Network two defined from*" "virsh net-define takes it"
	eq "$(v net-define --validate "$T/two.xml")" "Network two defined from*" "and validates it"
	same "and nothing changed" "$(cat "$T/two.xml")" "$(v net-dumpxml two --inactive)"
	eq "$(EDITOR="sed -i s/10.88.2.200/10.88.2.201/" v net-edit two)" "*edited*" "virsh net-edit"
	eq "$(v net-dumpxml two --inactive)" "*10.88.2.201*$line*" "leaves it there"
	quietly v net-update two add ip-dhcp-host "<host mac='52:54:00:88:02:77' ip='10.88.2.77'/>" --live --config
	eq "$(v net-dumpxml two)" "*10.88.2.77*$line*" "as does virsh net-update"
	sed "s|<vnet:publish|<vnet:publish port='8080' protocol='tcp' guest='b'/>\n&|" "$T/two.xml" >"$T/bad.xml"
	eq "$(v net-define "$T/bad.xml")" "*<vnet:publish>: 8080/tcp overlaps 8080/tcp of another one*" "overlaps are refused"
fi

for n in one two three; do quietly vnet destroy $n; done
for g in web peer other alone a4 b4 a5 b5 same1 same2; do guest_gone $g; done
kill $hearers
gone() { [ "$(host_state)" = "$before" ]; }
until_true 5 gone || same "nothing is left" "$before" "$(host_state)"
ok "nothing is left"
