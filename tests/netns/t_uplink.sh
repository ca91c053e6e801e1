#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host's way out: IPv6 forwarding for a network never costs the host the default route that it took from a router, and is
# taken back with the last network; TCP passes an uplink that is narrower than our networks though no ICMP tells of it.
. "${0%/*}/lib.sh"
start_vnetd
outside
on outside ip addr add fd00:30::1/64 dev eth0 nodad
sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.default.accept_ra=1 net.ipv6.conf.up0.accept_ra=1

# --- routes from routers: the world is a vnetd, too, whose bridge has our uplink's other end
on outside ip addr flush dev eth0
mkdir "$T/router"
on outside sh -c "exec vnetd --root '$T/router' --resolv-conf '$T/resolv.conf' $(! one_uid || echo --guestd-user root)" >"$T/router.log" 2>&1 &
router() { on outside vnet --root "$T/router" "$@"; }
until_true 10 router list || fail "no vnetd outside"
cat >"$T/world.xml" <<-END
	<network><name>world</name><dns enable='no'/><forward mode='route'/><bridge name='world' stp='off' delay='0'/>
	<ip address='203.0.113.1' prefix='24'/><ip family='ipv6' address='fd00:30::1' prefix='64'/></network>
END
quietly router define "$T/world.xml"
quietly router start world
on outside ip link set eth0 master world
by_router() { ip -6 route show default proto ra | grep -q 'dev up0'; }
until_true 20 by_router || fail "the host takes no default route from the router"
ok "the host has its default route from a router"

cat >"$T/dual.xml" <<-END
	<network ipv6='yes'><name>dual</name><forward mode='nat'><nat ipv6='yes'/></forward><bridge name='vdual' stp='on' delay='0'/>
	<ip address='10.66.0.1' prefix='24'><dhcp><range start='10.66.0.10' end='10.66.0.99'/></dhcp></ip>
	<ip family='ipv6' address='fd00:66::1' prefix='64'/></network>
END
quietly vnet define "$T/dual.xml"
eq "$(vnet plan dual)" "*keep the host's routes by router advertisement*forwarding to 1*" "the plan says that they are kept"
accept_ra() { echo "$(for d in "$@"; do cat "/proc/sys/net/ipv6/conf/$d/accept_ra"; done | tr '\n' ' ')"; }
forwards() { cat /proc/sys/net/ipv6/conf/all/forwarding; }
quietly vnet start dual
eq "$(forwards)$(by_router && echo " and the route")" "1 and the route" "a network forwards IPv6: the host keeps its route"
eq "$(accept_ra up0 default lo vdual)" "2 2 1 0 " "the uplink takes routes though it forwards"
ip -6 route flush proto ra
ip link set up0 down && ip link set up0 up && ip route replace default via 203.0.113.1
until_true 20 by_router || fail "no new route while the host forwards"
ok "and takes them anew"

stop_vnetd KILL
start_vnetd
quietly vnet destroy dual
eq "$(forwards) $(accept_ra up0 default)" "0 1 1 " "the last network is gone, after a crash between: all is as it was"
by_router || fail "the route went with the network"
ok "and the route is still there"

quietly vnet start dual
rm "$ROOT"/run/vnet/networks/dual.xml
stop_vnetd KILL # as if it had died while it stopped the network
start_vnetd
eq "$(forwards) $(accept_ra up0 default)" "0 1 1 " "what a crash left is taken back at the next start"

quietly vnet start dual
ip link add other type bridge && ip link set other up
quietly vnet destroy dual
eq "$(forwards) $(accept_ra up0)" "1 2 " "a bridge of somebody else may need the forwarding: it stays"
ip link del other
quietly vnet start dual
quietly vnet destroy dual
eq "$(forwards) $(accept_ra up0)" "0 1 " "once that is gone it is taken back"
sysctl -qw net.ipv6.conf.all.forwarding=1
quietly vnet start dual
quietly vnet destroy dual
eq "$(forwards) $(accept_ra up0)" "1 1 " "a host that forwarded before is left as it was"

# --- a narrow uplink: its other end doesn't know, and what is too long for it is lost without a word
clamps() { nft list chain inet vnetd clamp 2>/dev/null | grep -c 'maxseg size set rt mtu'; }
quietly vnet start dual
eq "$(clamps)" 0 "no uplink is narrow: nothing is clamped"
ip link set up0 mtu 1400
clamped() { [ "$(clamps)" = 2 ]; }
until_true 5 clamped || fail "a narrow uplink is not noticed"
ok "a narrow uplink is noticed"
nft delete chain inet vnetd clamp 2>/dev/null
until_true 5 clamped || fail "the chain that somebody took away is not back"
ok "and nobody takes that away"
before=$(nft -a list table inet vnetd)
stop_vnetd
start_vnetd
same "a restart leaves the rules alone" "$before" "$(nft -a list table inet vnetd)"

guest g1 vdual
quietly dhcp g1
has_six() { on g1 ip -6 -o addr show dev eth0 scope global -tentative | grep -q fd00:66; }
until_true 10 has_six || fail "no IPv6 address"
ip -6 addr add fd00:30::2/64 dev up0 nodad
ip -6 route replace default via fd00:30::1
for n in g1 outside; do
	on $n ip link set eth0 gso_max_segs 1 # else the kernel hands on packets that nobody has cut yet
	on $n nft -f - <<-END
		add table inet t
		add chain inet t c { type filter hook input priority 0; }
		add rule inet t c icmp type destination-unreachable drop
		add rule inet t c icmpv6 type packet-too-big drop
	END
done
on outside ip link set world gso_max_segs 1
dd if=/dev/zero of="$T/www/big" bs=1k count=300 2>/dev/null
on outside busybox httpd -f -p "[fd00:30::1]:$web_port" -h "$T/www" &
serves() { on outside ss -Hlnt | grep -q "\[fd00:30::1\]:$web_port"; }
until_true 5 serves || fail "no web server on IPv6"
download() { on g1 timeout 20 busybox wget -q -O - "http://$1:$web_port/big" | wc -c; }
listens() { on outside ss -Hlnt | grep -q ":$1 "; }
# A connection that stays, over which the guest sends a file.
connect() # ADDRESS PORT FILE
{
	{ sleep 100 | on outside busybox nc -l -p "$2" >"$T/came.$2"; } >/dev/null 2>&1 &
	until_true 5 listens "$2" || fail "no listener outside"
	send "$@"
}
# By a program that writes much at once; nc itself takes little bites, which always fit.
send() { on g1 busybox nc "$1" "$2" -e sh -c "cat '$3'; sleep 100" >/dev/null 2>&1 & }
came() { [ "$(wc -c <"$T/came.$1")" = 307200 ]; }
# What each end may send, as its kernel has it: the MTU less headers and time stamps.
mss() # PORT
{
	for n in g1 outside; do
		on $n ss -Htin state established "( sport = :$1 or dport = :$1 )" | grep -o ' mss:[0-9]*'
	done | tr -d '\n'
}
eq "$(download 203.0.113.1)" 307200 "IPv4: a download passes"
eq "$(download '[fd00:30::1]')" 307200 "IPv6: likewise"
connect 203.0.113.1 7001 "$T/www/big"
connect fd00:30::1 7002 "$T/www/big"
until_true 20 came 7001 || fail "IPv4: an upload stands still"
ok "IPv4: an upload passes"
until_true 20 came 7002 || fail "IPv6: an upload stands still"
ok "IPv6: likewise"
eq "$(mss 7001)" " mss:1348 mss:1348" "IPv4: both ends know how much fits"
eq "$(mss 7002)" " mss:1328 mss:1328" "IPv6: likewise"

ip link set up0 mtu 1500
wide() { [ "$(clamps)" = 0 ]; }
until_true 5 wide || fail "the uplink is wide again: they are still clamped"
ok "the uplink is wide again: nothing is clamped"

# --- a wide uplink, behind which less fits
on outside ip addr add 198.51.100.1/32 dev lo
on outside ip addr add fd00:51::1/128 dev lo nodad
# By its own route each says what fits; nobody's MTU is smaller.
route_says() { ip "$1" route replace default via "$2" dev up0 $3; }
mss_is() { [ "$(mss "$1")" = "$2" ]; }
route_says -4 203.0.113.1 'mtu 1400'
until_true 5 clamped || fail "a default route's MTU is not noticed"
ok "a default route's MTU is noticed"
connect 198.51.100.1 7003 "$T/www/big"
until_true 20 came 7003 || fail "an upload stands still"
eq "$(mss 7003)" " mss:1348 mss:1348" "IPv4: both ends know how much the route takes"
connect 203.0.113.1 7004 "$T/www/big"
until_true 20 came 7004 || fail "an upload stands still"
eq "$(mss 7004)" " mss:1448 mss:1448" "what does not take it may be as long as ever"
before=$(nft -a list table inet vnetd)
stop_vnetd KILL
start_vnetd
same "a crash leaves the rules alone" "$before" "$(nft -a list table inet vnetd)"
route_says -4 203.0.113.1 ''
until_true 5 wide || fail "the route is wide again: they are still clamped"
ok "the route is wide again: nothing is clamped"

ip -6 route replace fd00:51::/64 via fd00:30::1 dev up0 mtu 1400
until_true 5 clamped || fail "an IPv6 route's MTU is not noticed"
connect fd00:51::1 7005 "$T/www/big"
until_true 20 came 7005 || fail "an upload stands still"
eq "$(mss 7005)" " mss:1328 mss:1328" "IPv6: it need not be the default route"
ip -6 route del fd00:51::/64
until_true 5 wide || fail "the IPv6 route is gone: they are still clamped"
ok "and goes with it"

ip route add default via 203.0.113.1 dev up0 table 77 mtu 1400
until_true 5 clamped || fail "another table's route is not noticed"
ip route flush table 77
until_true 5 wide || fail "another table's route is gone: they are still clamped"
ok "another table's route counts as well"

ip link add up1 type veth peer name eth1 netns "$(cat "$T/outside.pid")"
ip addr add 192.0.2.2/24 dev up1
ip link set up1 up
on outside ip addr add 192.0.2.1/24 dev eth1
on outside ip link set eth1 up
[ "$(clamps)" = 0 ] || fail "a second wide uplink clamps"
ip route replace default nexthop via 203.0.113.1 nexthop via 192.0.2.1
ip link set up1 mtu 1300
until_true 5 clamped || fail "the narrower of two ways is not noticed"
ok "of two ways at once the narrower counts"
ip link set up1 mtu 1500
until_true 5 wide || fail "both are wide: they are still clamped"
ip route replace default mtu 1300 nexthop via 203.0.113.1 nexthop via 192.0.2.1
until_true 5 clamped || fail "the MTU of a route with two ways is not noticed"
ok "so does the MTU of a route with two ways"
ip route replace default via 203.0.113.1
ip link del up1
until_true 5 wide || fail "both ways are as before: they are still clamped"

# The router says it, as one on a telephone line does, and later takes it back.
router_says()
{
	sed "s|<bridge|<mtu size='$1'/><bridge|" "$T/world.xml" >"$T/world2.xml"
	quietly router apply "$T/world2.xml"
}
ip -6 route del default via fd00:30::1
sysctl -qw net.ipv6.conf.up0.accept_ra=2
router_says 1400
until_true 20 clamped || fail "what the router says is not noticed"
ok "what a router says in its advertisements is noticed"
router_says 1500
until_true 20 wide || fail "the router says it is wide: they are still clamped"
ok "also when it says something else"

# --- a narrow line behind a router: only its ICMP tells of it, which finds the guest through NAT
for n in g1 outside; do on $n nft delete table inet t; done
quietly router destroy world
on outside ip link set eth0 nomaster
on outside ip addr add 203.0.113.1/24 dev eth0
on outside ip addr add fd00:30::1/64 dev eth0 nodad
ip -6 addr replace fd00:30::2/64 dev up0 nodad
ip -6 route replace default via fd00:30::1
ip neigh flush dev up0 # the router had another MAC, the bridge's
space far
on outside ip link add line type veth peer name eth0 netns "$(cat "$T/far.pid")"
for n in outside far; do
	[ $n = far ] && dev=eth0 at=2 || dev=line at=1
	on $n ip addr add 192.0.2.$at/24 dev $dev
	on $n ip addr add fd00:99::$at/64 dev $dev nodad
	on $n ip link set $dev mtu 1300 up
	on $n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
done
on far ip link set eth0 mtu 1500 # it could take more, and so promises it
on far ip route add default via 192.0.2.1
on far ip -6 route add default via fd00:99::1
listens_far() { on far ss -Hlnt | grep -q ":$1 "; }
# The guest sends to the far end, with no rule of ours that shortens anything.
upload() # ADDRESS PORT
{
	{ sleep 100 | on far busybox nc -l -p "$2" >"$T/came.$2"; } >/dev/null 2>&1 &
	until_true 5 listens_far "$2" || fail "no listener at the far end"
	send "$1" "$2" "$T/www/big"
	until_true 20 came "$2" || fail "an upload to $1 stands still"
}
guest_knows() { on g1 ip route get "$1" | grep -o 'mtu [0-9]*'; }
[ "$(clamps)" = 0 ] || fail "it is clamped before anybody knows"
upload 192.0.2.2 7006
eq "$(guest_knows 192.0.2.2)" "mtu 1300" "IPv4: the guest behind NAT is told what the line takes"
upload fd00:99::2 7007
eq "$(guest_knows fd00:99::2)" "mtu 1300" "IPv6: likewise, through NAT66"
eq "$(clamps)" 0 "no rule is needed for that"
