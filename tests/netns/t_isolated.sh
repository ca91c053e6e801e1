#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest of an isolated network gets an address and a name server, but no router and no way out; two guests meet.
. "${0%/*}/lib.sh"
start_vnetd
outside
network isolated
network default
guest g1 virbr1
guest g2 virbr1
guest other virbr0
a=$(dhcp g1) && b=$(dhcp g2) && c=$(dhcp other) || fail "no lease"
eq "$(on g1 ip route show default)" "" "no router is offered"
on g1 ip route add default via 10.77.1.1
eq "$(fetch g1)" "" "no way out"
eq "$(on g1 busybox ping -c 1 -W 2 "$c" 2>&1)" "*100% packet loss*" "no way to another network"
on other ip route add 10.77.1.0/24 via 192.168.122.1
eq "$(on other busybox ping -c 1 -W 2 "$a" 2>&1)" "*100% packet loss*" "no way in from another network"
eq "$(on g1 busybox ping -c 1 -W 2 "$b")" "* 0% packet loss*" "guests of one network meet"
eq "$(on g1 busybox ping -c 1 -W 2 10.77.1.1)" "* 0% packet loss*" "the host answers"

# the routed network accepts everybody: the isolated one must still let nothing out, not even one-way packets
network routed
guest r virbr2
d=$(dhcp r) || fail "no lease"
on r ip route add 10.77.1.0/24 via 10.77.2.1
echos() { on r awk '/^Icmp:/ && $2 ~ /^[0-9]/ { print $10 }' /proc/net/snmp; }
eq "$(on other busybox ping -c 1 -W 2 "$d")" "* 0% packet loss*" "a NAT guest reaches the routed network"
n=$(echos)
[ "$n" -ge 1 ] || fail "that packet was not counted"
on g1 busybox ping -c 3 -i 0.1 -W 1 "$d" >/dev/null
eq "$(echos)" "$n" "no packet of an isolated guest reaches the routed network"
