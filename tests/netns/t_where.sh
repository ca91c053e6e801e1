#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# guestd knows by which port a message came in: from what the kernel tells of the bridge, and where it was not there to hear
# that, or more came than it could hear, by asking.
. "${0%/*}/lib.sh"
need jq
[ -x "$BUILD/tests/peer/dhcp_flood" ] || skip "dhcp_flood is not built"
start_vnetd
network default
asked_by() { vnet dhcp-stats default --json | jq -r --arg p "p-$1" '[.ports[] | select(.port == $p) | .acks] | add // 0'; }
guest g1 virbr0 52:54:00:00:0b:01
dhcp g1 >/dev/null || fail "no lease"
eq "$(asked_by g1)" 1 "a new guest's port is known"

kill -KILL "$(guestd_pid)"
until_true 10 vnet dhcp-leases default >/dev/null
dhcp g1 >/dev/null || fail "no lease from a new guestd"
eq "$(asked_by g1)" "[1-9]*" "and by one that started after the bridge had learned of it"

guest g2 virbr0 52:54:00:00:0b:01
dhcp g2 >/dev/null || fail "no lease behind the other port"
eq "$(asked_by g2)" "[1-9]*" "a MAC that moves is behind its new port"

guest noisy virbr0
kill -STOP "$(guestd_pid)"
on noisy timeout 1 dhcp_flood eth0 new
guest g3 virbr0 52:54:00:00:0b:03
on g3 ping -c 1 -W 1 192.168.122.77 >/dev/null 2>&1 # the bridge learns of it where guestd has no room to be told
kill -CONT "$(guestd_pid)"
dhcp g3 >/dev/null || fail "no lease after a flood"
eq "$(asked_by g3)" "[1-9]*" "one that was learned while too much was told is asked for"
