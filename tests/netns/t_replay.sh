#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What libvirt's clients said to its daemon, byte by byte, said to ours (replay.py).
. "${0%/*}/lib.sh"
need python3
rpc=${VNET_FIXTURES:-$top/../shared/fixtures}/rpc
[ -f "$rpc/INDEX.tsv" ] || skip "no recorded sessions below ../shared/fixtures or \$VNET_FIXTURES"
start_vnetd
timeout 220 python3 "$DATA/replay.py" "$ROOT/run/vnet/vnetd-sock" "$rpc" 2>"$T/err" || fail "$(tail -n 1 "$T/err")"
eq "$(vnet list --all --name)" "" "nothing is left of them"
