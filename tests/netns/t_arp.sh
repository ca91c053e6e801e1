#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An address that a machine uses without asking is not given to another.
. "${0%/*}/lib.sh"
start_vnetd
network default
guest squatter virbr0
guest known virbr0 52:54:00:00:00:11
a=$(dhcp known) || fail "no lease"
# what the newcomer will get: the same as on a second try, as an address follows from the MAC
guest newcomer virbr0 52:54:00:00:00:22
b=$(dhcp newcomer) || fail "no lease"
on newcomer ip addr flush dev eth0
quietly vnet destroy default
quietly vnet undefine default # its leases are forgotten with it
network default
ip link set p-known master virbr0
ip link set p-squatter master virbr0
ip link set p-newcomer master virbr0
on squatter ip addr add "$b/24" dev eth0
c=$(dhcp newcomer) || fail "no lease beside a squatter"
[ "$c" != "$b" ] || fail "the squatter's $b was given"
grep -q "uses $b without asking" "$T/vnetd.log" || fail "$b was not looked for"
ok "the squatter's address is not given"
eq "$(vnet dhcp-leases default)" "*$c/24*" "another one is"
