#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Somebody deletes our bridge: it is made again at once. Flushed rules and a deleted address are put right by a reload.
. "${0%/*}/lib.sh"
start_vnetd
outside
network default
guest g1 virbr0
dhcp g1 >/dev/null || fail "no lease"
rules=$(nft -s list ruleset)

nft flush ruleset
rules_back() { [ "$(nft -s list ruleset)" = "$rules" ]; }
kill -HUP "$vnetd_pid"
until_true 5 rules_back || fail "a reload puts flushed rules back"
ok "a reload puts flushed rules back"
eq "$(fetch g1)" "hello 203.0.113.2 *" "the guest reaches the world again"

ip addr del 192.168.122.1/24 dev virbr0
address_back() { ip -4 addr show virbr0 | grep -q 192.168.122.1/24; }
kill -HUP "$vnetd_pid"
until_true 5 address_back || fail "a reload puts the bridge's address back"
ok "a reload puts the bridge's address back"

[ ! -w /dev/net/tun ] || quietly vnet tap add default --name tap7
ip link del virbr0
bridge_back() { ip -d link show virbr0 | grep -q alias && address_back; }
t=$(uptime_ms)
until_true 5 bridge_back || fail "the bridge comes back"
ok "the bridge comes back"
note "bridge back after $(($(uptime_ms) - t)) ms"
[ ! -w /dev/net/tun ] || eq "$(ip link show tap7)" "*master virbr0*" "and its taps are re-attached"
ip link set p-g1 master virbr0
eq "$(dhcp g1)" "192.168.122.*" "leases are served on it"
eq "$(fetch g1)" "hello 203.0.113.2 *" "and the world is reached through it"
