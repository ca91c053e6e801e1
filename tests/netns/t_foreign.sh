#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A foreign firewall that drops all input does not stop DHCP: neither a new lease nor a renewal.
. "${0%/*}/lib.sh"
need nft
nft -f - <<'RULES' || skip "no nftables here"
table inet foreign {
	chain input { type filter hook input priority filter; policy drop; iif lo accept; counter drop; }
	chain output { type filter hook output priority filter; policy drop; oif lo accept; counter drop; }
}
RULES
start_vnetd
network default
for client in udhcpc dhclient dhcpcd; do
	command -v $client >/dev/null || { echo "skip $client: not installed"; continue; }
	guest $client virbr0
	eq "$(dhcp $client $client)" '192.168.122.*' "$client gets a lease"
done
guest many virbr0
on many dhcp_client eth0 -n 20 --renew --base 100 >"$T/many" || fail "20 clients at once: $(tail -n 1 "$T/many")"
eq "$(grep -c ^renewed "$T/many")" 20 "20 clients get a lease and renew it"
! on many ping -c 1 -W 1 192.168.122.1 >/dev/null 2>&1 || fail "the firewall drops nothing: the test proves nothing"
ok "all else is dropped"
