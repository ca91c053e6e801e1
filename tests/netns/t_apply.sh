#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `vnet apply`: a running network becomes another definition; guests stay attached, and only what differs is touched.
. "${0%/*}/lib.sh"
start_vnetd
outside
network default
guest g1 virbr0
quietly dhcp g1
index=$(cat /sys/class/net/virbr0/ifindex)
vnet dumpxml default >"$T/old.xml"
new() { sed "$@" "$T/old.xml" >"$T/new.xml"; }

eq "$(vnet apply "$T/old.xml")" "*applied:*nothing" "the same definition changes nothing"

new 's|<mac |<mtu size="1400"/><mac |'
eq "$(vnet apply --dry-run "$T/new.xml")" "*would change:*set the MTU of bridge 'virbr0'*" "--dry-run says what would change"
eq "$(cat /sys/class/net/virbr0/mtu)" 1500 "--dry-run changes nothing"
eq "$(vnet apply "$T/new.xml")" "*applied:*set the MTU of bridge 'virbr0'*" "the steps are printed"
eq "$(cat /sys/class/net/virbr0/mtu)" 1400 "the MTU is changed"
eq "$(vnet dumpxml default --inactive)" "*<mtu size='1400'/>*" "the stored definition, too"

new "s|mode='nat'|mode='route'|; /<nat>/,/<.nat>/d"
quietly vnet apply "$T/new.xml"
eq "$(nft list ruleset | grep -c "masquerade to")" 0 "nat to route: nothing is translated"
new "s|mode='nat'|mode='open'|; /<nat>/,/<.nat>/d"
quietly vnet apply "$T/new.xml"
eq "$(nft list ruleset)" "" "route to open: no rules"
quietly vnet apply "$T/old.xml"
eq "$(fetch g1)" "hello 203.0.113.2 *" "and back: the guest reaches the world by NAT"

echo_server
connect g1 5
say g1 5 hello || fail "a connection does not work"
new 's|192.168.122.254|192.168.122.200|'
quietly vnet apply "$T/new.xml"
say g1 5 more || fail "a connection ends by a change that is not about it"
new '/<forward/,/<.forward>/d'
quietly vnet apply "$T/new.xml"
! say g1 5 secret 2 || fail "a connection outlives that its network became isolated"
ok "nat to isolated: established connections end, by other changes they do not"
quietly vnet apply "$T/old.xml"

new 's|192.168.122.1|192.168.123.1|; s|122.2|123.2|g'
quietly vnet apply "$T/new.xml"
eq "$(ip -4 -br addr show virbr0)" "*192.168.123.1/24*" "another subnet"
eq "$(dhcp g1)" "192.168.123.*" "its guests get addresses of it"
new '/<ip /,/<.ip>/d; s|mode=.nat.|mode="none"|; /<nat>/,/<.nat>/d'
quietly vnet apply "$T/new.xml"
silent() { [ "$(ss -Hlun | grep -c ':67\|:53')" = 0 ]; }
until_true 5 silent || fail "nothing to serve: DHCP and DNS go on"
ok "nothing to serve: DHCP and DNS have ended"
eq "$(cat /sys/class/net/virbr0/ifindex)" "$index" "it was the same bridge all the time"
eq "$(ip link show p-g1)" "*master virbr0*" "and the guest stayed on it"

new 's|virbr0|virbr9|'
out=$(vnet apply "$T/new.xml" 2>&1) && fail "another bridge is taken"
eq "$out" "*runs on bridge 'virbr0'*" "a running network keeps its bridge"
new 's|<name>default|<name>nobody|; /<uuid>/d; s|virbr0|virbr9|'
out=$(vnet apply "$T/new.xml" 2>&1) && fail "an unknown network is applied"
eq "$out" "*Network not found: no network with matching name 'nobody'*" "a network that is not there"
