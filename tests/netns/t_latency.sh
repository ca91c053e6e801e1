#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From the moment a port joins the running default network (STP on, delay 0) to the first OFFER: under 50 ms.
. "${0%/*}/lib.sh"
start_vnetd
network default
[ -x "$BUILD/tests/peer/dhcp_client" ] || skip "tests/peer/dhcp_client is not built"
for i in 1 2 3 4 5; do
	guest "g$i"
	first_offer "g$i" virbr0 || echo 100000
done >"$T/ms"
median=$(sort -n "$T/ms" | sed -n 3p)
note "port joins, first OFFER: $median ms, the slowest of 5 $(sort -n "$T/ms" | sed -n 5p) ms"
[ "$median" -lt 50 ] || fail "an OFFER within 50 ms: took $median ms"
ok "an OFFER within 50 ms"
