#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `vnet wait` returns as soon as the guest has its lease.
. "${0%/*}/lib.sh"
need busybox
start_vnetd
network default
guest web virbr0 52:54:00:00:00:01
refused "without a lease it gives up" "*web has no address on network default after 1 s*" vnet wait default web --timeout 1
vnet wait default web --timeout 10 >"$T/by-name" &
by_name=$!
vnet wait default 52:54:00:00:00:01 --timeout 10 >"$T/by-mac" &
by_mac=$!
sleep 0.2
ip=$(dhcp web) || fail "no lease"
t=$(uptime_ms)
wait $by_name || fail "it fails by name"
wait $by_mac || fail "it fails by MAC"
ms=$(($(uptime_ms) - t))
[ $ms -lt 300 ] || fail "it returns only $ms ms after the lease"
ok "it returns with the lease"
eq "$(cat "$T/by-name")" "$ip" "by name: the address"
eq "$(cat "$T/by-mac")" "$ip" "by MAC: the address"
