#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest that asks under ever new MACs does not take the addresses of the others.
. "${0%/*}/lib.sh"
need nft
[ -x "$BUILD/tests/peer/dhcp_client" ] || skip "dhcp_client is not built"
start_vnetd
network default
guest greedy virbr0
on greedy dhcp_client eth0 -n 5000 -t 60 -r 50 -w 500 --base 5000 >"$T/greedy" 2>&1 &
sleep 2 # it has all that it can get
for g in a bb ccc; do
	guest $g virbr0 52:54:00:00:00:0${#g}
	got=$(on $g dhcp_client eth0 -t 1 -r 300 --base $((100 + ${#g}))) || fail "no lease within 1 s for guest $g: $got"
	ok "guest $g has a lease within 1 s"
done
taken=$(vnet dhcp-leases default --json | grep -c '"mac"')
[ "$taken" -gt 100 ] && [ "$taken" -lt 254 ] || fail "the greedy one holds nearly all: $taken are taken"
ok "$taken addresses are taken"
quietly vnet destroy default
eq "$(nft list tables)" "" "no rules are left"
