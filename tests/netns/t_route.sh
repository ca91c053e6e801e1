#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Route mode: no NAT, connections in both directions; a reserved address goes to its MAC.
. "${0%/*}/lib.sh"
start_vnetd
outside
network routed
on outside ip route add 10.77.2.0/24 via 203.0.113.2
guest g1 virbr2
guest g2 virbr2 52:54:00:77:02:09
a=$(dhcp g1) || fail "no lease"
eq "$a" '10.77.2.1??' "an address from the range"
eq "$(dhcp g2 dhclient)" 10.77.2.9 "a reserved address goes to its MAC"
eq "$(fetch g1)" "hello $a *" "the world sees the guest's own address"
eq "$(on outside busybox ping -c 1 -W 2 "$a")" "* 0% packet loss*" "the world reaches the guest"
eq "$(on g1 busybox nslookup fixed.lab.example 10.77.2.1)" "*Address*: 10.77.2.9*" "a reserved name resolves"
