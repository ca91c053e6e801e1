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
eq "$(vnet list)" "*default*active*" "the daemon is as it was"
