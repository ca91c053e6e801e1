#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `vnet wait` returns as soon as the guest has its lease; the history of leases tells who had an address, and when.
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

history() { vnet -q dhcp-leases default --history "$@"; }
eq "$(history)" "*bound*52:54:00:00:00:01*$ip*web" "the history tells of the lease"
bound=$(history --mac 52:54:00:00:00:01 | grep -c .)
quietly on web dhcp_client eth0 --release
gave=$(vnet dhcp-leases default --history --json | grep -c ended)
eq "$gave" 1 "and of the end of another one"
eq "$(history --mac 52:54:00:00:00:01 | grep -c .)" "$bound" "--mac leaves it out"
eq "$(history --ip "$ip" | grep -c .)" "$bound" "and so does --ip"
eq "$(history --since 1h | grep -c .)" "$((bound + 2))" "all is of this hour"
eq "$(history --since 2100-01-01)" "" "and nothing of the future"
refused "a time that makes no sense is refused" "*--since is a date*" vnet dhcp-leases default --history --since soon
kill -STOP "$(guestd_pid)"
t=$(uptime_ms)
refused "a guestd that hangs is not waited for for ever" "*vnet-guestd does not answer*" vnet dhcp-leases default --history
ms=$(($(uptime_ms) - t))
[ $ms -lt 7000 ] || fail "it took $ms ms"
timeout 0.3 "$BUILD/vnet" --root "$ROOT" dhcp-leases default --history # it goes away meanwhile
kill -CONT "$(guestd_pid)"
eq "$(history --ip "$ip" | grep -c .)" "$bound" "afterwards it answers again"
