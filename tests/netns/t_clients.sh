#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The main job: each DHCP client gets a lease on the default network, is found by name, and reaches the world by NAT.
. "${0%/*}/lib.sh"
start_vnetd
outside
network default
for client in udhcpc dhclient dhcpcd; do
	command -v $client >/dev/null || { echo "skip $client: not installed"; continue; }
	guest $client virbr0
	a=$(dhcp $client $client) || fail "$client gets a lease"
	eq "$a" '192.168.122.*' "$client gets a lease"
	set -- $(fetch $client)
	eq "$2" 203.0.113.2 "$client reaches the world, from the host's address"
	[ "$3" -ge 1024 ] || fail "$client: source port $3 is not in 1024-65535"
	eq "$(vnet dhcp-leases default)" "*$a/24*$client*" "$client is in the list of leases"
	eq "$(on $client busybox nslookup $client 192.168.122.1)" "*Address*: $a*" "$client is found by name"
done
