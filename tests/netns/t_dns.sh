#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# DNS on the bridge address: names of leases and of the network are answered here, all else goes to the host's
# resolvers, whose changes are followed; by UDP and TCP.
. "${0%/*}/lib.sh"
need dig
[ -x "$BUILD/tests/peer/dns_upstream" ] || skip "tests/peer/dns_upstream is not built"
start_vnetd
outside
network default
network routed
guest g1 virbr0
guest g2 virbr2
a=$(dhcp g1) && b=$(dhcp g2) || fail "no lease"
q() { g=$1 && shift && on "$g" dig +time=2 +tries=2 +short "$@" 2>&1; }
eq "$(q g1 @192.168.122.1 g1)" "$a" "a lease's name"
eq "$(q g1 @192.168.122.1 +tcp g1)" "$a" "a lease's name by TCP"
eq "$(q g1 @192.168.122.1 -x "$a")" "g1." "a lease's address"
eq "$(q g2 @10.77.2.1 g2.lab.example)" "$b" "a lease's name in the network's domain"
eq "$(q g2 @10.77.2.1 fixed.lab.example)" 10.77.2.9 "a reserved name"
eq "$(q g2 @10.77.2.1 -x 10.77.2.9)" "fixed.lab.example." "a reserved address"
eq "$(on g1 dig +time=2 +tries=2 @192.168.122.1 nobody-here | grep status:)" "*NXDOMAIN*" "a plain name nobody has: NXDOMAIN"
eq "$(q g1 @192.168.122.1 www.example.org)" 203.0.113.1 "other names are forwarded"
eq "$(q g1 @192.168.122.1 +tcp www.example.org)" 203.0.113.1 "other names are forwarded, by TCP"

# the host's resolver changes
on outside ip addr add 203.0.113.53/24 dev eth0
name_server outside 203.0.113.53 www.example.org=203.0.113.99
echo "nameserver 203.0.113.53" >"$T/resolv.new"
mv "$T/resolv.new" "$T/resolv.conf"
followed() { [ "$(q g1 @192.168.122.1 www.example.org)" = 203.0.113.99 ]; }
until_true 5 followed || fail "a change of resolv.conf is followed"
ok "a change of resolv.conf is followed"
