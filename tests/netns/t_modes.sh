#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a definition can ask of the forwarding besides the plain modes: open, one device only, routes behind a guest,
# several subnets, isolated ports.
. "${0%/*}/lib.sh"
start_vnetd
outside
before=$(host_state)
define() # NAME INNER [ATTRIBUTE]
{
	echo "<network $3><name>$1</name><bridge name='v$1' stp='on' delay='0'/>$2</network>" >"$T/$1.xml"
	quietly vnet define "$T/$1.xml"
	quietly vnet start "$1"
}
range() { echo "<ip address='$1.1' prefix='24'><dhcp><range start='$1.10' end='$1.99'/></dhcp></ip>"; }

define open "<forward mode='open'/>$(range 10.5.0)"
eq "$(nft list tables)" "" "an open network has no rules"
on outside ip route add 10.5.0.0/24 via 203.0.113.2
guest g1 vopen
a=$(dhcp g1) || fail "no lease on the open network"
eq "$(fetch g1)" "hello $a *" "its guests are routed as they are"
eq "$(vnet plan open)" "*nothing*" "and nothing is left to do"

define dev "<forward mode='nat' dev='up1'/>$(range 10.6.0)"
guest g2 vdev
dhcp g2 >/dev/null || fail "no lease"
eq "$(fetch g2)" "" "a network bound to one device does not leave by another"
quietly vnet destroy dev
define dev "<forward mode='nat' dev='up0'/>$(range 10.6.0)"
ip link set p-g2 master vdev
eq "$(fetch g2)" "hello 203.0.113.2 *" "by its device it leaves"

define rt "<forward mode='route'/>$(range 10.7.0)<ip address='10.8.0.1' prefix='24'/>
	<route address='10.9.0.0' prefix='16' gateway='10.7.0.200' metric='5'/>"
eq "$(ip route show proto static)" "10.9.0.0/16 via 10.7.0.200 dev vrt metric 5*" "a route to behind a guest"
eq "$(ip -4 addr show vrt)" "*10.7.0.1/24*10.8.0.1/24*" "several subnets on one bridge"
on outside ip route add 10.9.0.0/16 via 203.0.113.2
guest g3 vrt
on g3 ip addr add 10.7.0.200/24 dev eth0
on g3 ip addr add 10.9.1.1/32 dev lo
on g3 ip route add default via 10.7.0.1
eq "$(on outside busybox ping -c 1 -W 2 10.9.1.1)" "* 0% packet loss*" "what is behind the guest is reached"
ip route del 10.9.0.0/16
route_back() { ip route show proto static | grep -q 10.9.0.0/16; }
quietly kill -HUP "$vnetd_pid"
until_true 5 route_back || fail "the route comes back"
ok "a deleted route comes back"

echo "<network><name>clash</name><ip address='10.20.0.1' prefix='24'/>
	<route address='10.9.0.0' prefix='16' gateway='10.20.0.5'/></network>" >"$T/clash.xml"
quietly vnet define "$T/clash.xml"
refused "a destination that has a route already is refused" "*10.9.0.0/16*vrt*" vnet start clash

define apart "<port isolated='yes'/>$(range 10.10.0)"
if [ -w /dev/net/tun ] && ! one_uid; then
	quietly vnet tap add apart --name tap8
	isolated() { ip -d link show tap8 | grep -q 'isolated on'; }
	until_true 1 isolated || fail "a tap's port is isolated"
	ok "a tap's port is isolated"
fi
define six "<forward mode='route'/>$(range 10.11.0)" "ipv6='yes'"
guest g4 vsix
guest g5 vsix
six() { on "$1" ip -6 -o addr show dev eth0 scope link -tentative | awk '{ sub("/.*", "", $4); print $4 }'; }
ready() { [ -n "$(six g4)" ] && [ -n "$(six g5)" ]; }
until_true 5 ready || fail "no link-local addresses"
eq "$(on g4 ping -6 -c 1 -W 2 "$(six g5)%eth0")" "* 0% packet loss*" "ipv6='yes': guests reach each other by IPv6"
on g4 ip addr add fd00:11::2/64 dev eth0 nodad
on g4 ip route add default via "fe80::1" dev eth0
on g4 ip neigh add fe80::1 lladdr "$(cat /sys/class/net/vsix/address)" dev eth0
on outside ip addr add fd00:30::1/64 dev eth0 nodad
ip addr add fd00:30::2/64 dev up0 nodad
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
on outside ip route add default via fd00:30::2
eq "$(on g4 ping -6 -c 1 -W 1 fd00:30::1)" "*100% packet loss*" "but nothing of it is forwarded"
eq "$(ip -6 addr show vsix)" "" "and the host has no IPv6 address there"
echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
ip addr del fd00:30::2/64 dev up0

for n in open dev rt apart six; do quietly vnet destroy $n; done
for g in g1 g2 g3 g4 g5; do guest_gone $g; done
[ ! -e /sys/class/net/tap8 ] || quietly vnet tap del tap8
same "nothing is left" "$before" "$(host_state)"
