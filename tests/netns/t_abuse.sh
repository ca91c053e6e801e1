#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Clients that mean no good: others are served, memory stays bounded.
. "${0%/*}/lib.sh"
need python3
ulimit -n 8192 2>/dev/null || skip "too few descriptors are allowed here"
start_vnetd
network default
one_uid && other= || other=others
chmod 755 "$ROOT" "$T"
timeout 200 python3 "$DATA/abuse.py" "$ROOT/run/vnet" "$vnetd_pid" $other 2>"$T/err" || fail "$(tail -n 1 "$T/err")"
for line in "cut off: it sent what is no message" "cut off: it answers no pings" ${other:+"uid 65534: refused: too many connections"}; do
	grep -q "api: client of uid .*${line#uid }" "$T/vnetd.log" && ok "the log says: $line" || fail "the log does not say: $line"
done
[ "$(grep -c 'cut off: it sent' "$T/vnetd.log")" -le 20 ] && ok "and says it a few times only" || fail "it says it for each"
eq "$(vnet list)" "*default*active*" "the daemon is as it was"
