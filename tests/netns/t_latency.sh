#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From the moment a port joins the running default network (STP on, delay 0) to the first OFFER: under 50 ms.
. "${0%/*}/lib.sh"
start_vnetd
network default
[ -x "$BUILD/tests/peer/dhcp_client" ] || skip "tests/peer/dhcp_client is not built"
worst=0
for i in 1 2 3 4 5; do
	guest "g$i"
	ms=$(first_offer "g$i" virbr0) || fail "no OFFER"
	[ "$ms" -le $worst ] || worst=$ms
done
note "port joins, first OFFER: $worst ms, the slowest of 5"
[ "$worst" -lt 50 ] || fail "an OFFER within 50 ms: took $worst ms"
ok "an OFFER within 50 ms"
