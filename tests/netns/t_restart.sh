#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vnetd and vnet-guestd are stopped and killed: guests keep link, address and connections, and get leases again.
. "${0%/*}/lib.sh"
outside
start_vnetd
network default
guest g1 virbr0
a=$(dhcp g1) || fail "no lease"

# A connection that goes on through all of it: a line every 100 ms, counted outside.
sleep 100000 | on outside busybox nc -l -p 7000 >"$T/flow" &
until_true 5 on outside sh -c 'ss -Hlnt | grep -q :7000' || fail "no listener outside"
(i=0; while echo $((i += 1)); do sleep 0.1; done) | on g1 busybox nc 203.0.113.1 7000 &
until_true 5 test -s "$T/flow" || fail "no connection to the outside"
flows() # WHAT
{
	n=$(tail -n 1 "$T/flow")
	sleep 0.5
	[ "$(tail -n 1 "$T/flow")" -gt "$n" ] || fail "$1: the connection stands still"
	ok "$1: the connection goes on"
}
links() { ip -o link show; nft -a -s list ruleset; } # with handles: a rule that was made again has another
before=$(links)
guestd=$(guestd_pid) || fail "vnet-guestd does not run"

for signal in TERM KILL; do
	stop_vnetd $signal
	eq "$(guestd_pid)" "$guestd" "vnetd gone by $signal: guestd goes on"
	eq "$(dhcp g1)" "$a" "vnetd gone by $signal: leases are served"
	flows "vnetd gone by $signal"
	start_vnetd
	eq "$(guestd_pid)" "$guestd" "vnetd back after $signal: the same guestd"
	same "vnetd back after $signal: links and rules untouched" "$before" "$(links)"
	eq "$(vnet list)" "* default *active*" "vnetd back after $signal: the network is active"
	eq "$(vnet dhcp-leases default)" "*$a/24*" "vnetd back after $signal: it knows the lease"
	eq "$(dhcp g1)" "$a" "vnetd back after $signal: the same address"
done

kill -KILL "$guestd"
new_guestd() { p=$(guestd_pid) && [ "$p" != "$guestd" ]; }
t=$(uptime_ms)
until_true 10 new_guestd || fail "guestd was killed: vnetd starts it again"
ok "guestd was killed: vnetd starts it again"
eq "$(dhcp g1)" "$a" "guestd was killed: the same address"
note "killed guestd to next lease: $(($(uptime_ms) - t)) ms"
flows "guestd was killed"
eq "$(on g1 busybox nslookup g1 192.168.122.1)" "*Address*: $a*" "guestd was killed: names are answered"

# both at once, and the network changed hands
stop_vnetd KILL
kill -KILL "$(guestd_pid)"
start_vnetd
eq "$(dhcp g1)" "$a" "both were killed: the same address"
quietly vnet destroy default
quietly vnet start default
ip link set p-g1 master virbr0
eq "$(dhcp g1)" "$a" "the network was stopped and started: the same address"
