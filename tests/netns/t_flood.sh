#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest that sends DHCP messages as fast as it can, of any kind, keeps no other guest from its lease, and the counters
# say who it is. A pool that comes near its end is told, once; a range grows and shrinks while the network runs; events
# tell of leases.
. "${0%/*}/lib.sh"
need nft jq
for p in dhcp_client dhcp_flood; do [ -x "$BUILD/tests/peer/$p" ] || skip "$p is not built"; done
start_vnetd
network default
guest noisy virbr0

# Ever new MACs, a million of them: who asks meanwhile gets a lease, and so does who comes later.
start_on noisy dhcp_flood eth0 new 1000000
flood=$!
number=0
ask() # MEANWHILE: a new guest does
{
	number=$((number + 1))
	guest "g$number" virbr0
	got=$(on "g$number" dhcp_client eth0 -t 20 -r 250 --base $((700 + number))) || fail "g$number gets no lease: $got"
	ms=${got##* }
	note "$1: the first OFFER after $ms ms"
}
# One of three at least has an OFFER within a second: this machine has others to serve, too.
one_soon() # MEANWHILE
{
	for try in 1 2 3; do
		ask "$1"
		[ $try != 1 ] || [ -d "/proc/$flood" ] || fail "$1: the flood was over before anybody asked"
		[ "${ms%.*}" -ge 1000 ] || return 0
	done
	fail "$1: none of three has an OFFER within a second"
}
one_soon "while a million MACs ask"
ask "while a million MACs ask"
wait "$flood" || fail "no flood"
ask "after a million MACs"
ok "a million MACs keep nobody from a lease, then and after"
heard() { vnet dhcp-stats default --json | jq '.ports[] | select(.port == "p-noisy") | .messages'; }
[ "$(heard)" -gt 10000 ] || fail "the counters do not tell of it: $(vnet dhcp-stats default)"
note "the server heard $(heard) of them, the others found its socket's queue full"

for kind in same garbage; do
	start_on noisy dhcp_flood eth0 "$kind"
	flood=$!
	sleep 1
	one_soon "$kind"
	ok "$kind: another guest gets its lease, and soon"
	kill "$flood" && wait "$flood" 2>/dev/null
done
stats=$(vnet dhcp-stats default --json) || fail "no counters"
eq "$(echo "$stats" | jq -r '.ports[0].port')" p-noisy "the counters name who sends most"
eq "$(echo "$stats" | jq -r '.dhcpv4 | keys | join(",")')" "*malformed message*" "and what became of it"
eq "$(echo "$stats" | jq -r '.ports[] | select(.port == "p-g1") | "\(.offers) \(.acks) \(.naks) \(.addresses)"')" \
	"[1-9]* [1-9]* 0 1" "a guest's own are told apart"
note "of the noisy one: $(echo "$stats" | jq -c '.ports[0]')"
eq "$(grep VmRSS "/proc/$(guestd_pid)/status" | awk '{ print ($2 < 200000) }')" 1 "memory is bounded"
eq "$(vnet dhcp-stats default)" "*IPv4 addresses: *taken*dhcpv4 *malformed message*p-noisy *" "the same as a table"
quietly vnet destroy default
refused "a network that does not run has none" "*is not active*" vnet dhcp-stats default
quietly vnet undefine default

# --- a pool's end, and its range
range() # FROM TO: its definition
{
	printf '%s' "<network><name>small</name><uuid>5b1d3e62-0c4f-4b86-b8a6-0d53f1f2a001</uuid><bridge name='virbr9'/>" \
		"<ip address='10.66.0.1' prefix='24'><dhcp><range start='10.66.0.$1' end='10.66.0.$2'/></dhcp></ip></network>" >"$T/small.xml"
}
range 10 29
quietly vnet define "$T/small.xml"
quietly vnet start small
vnet event --event lease --network small --loop >"$T/events" &
events=$!
guest many virbr9
all() { on many dhcp_client eth0 -t 10 -r 300 "$@" >>"$T/many" 2>&1; }
warned() { grep -c "of 20 addresses are taken: widen the range" "$T/vnetd.log"; }
all -n 15 --base 1 || fail "15 leases"
eq "$(warned)" 0 "no warning at 75 %"
all -n 1 --base 16 || fail "the lease that makes it 80 %"
until_true 5 eval '[ "$(warned)" = 1 ]' || fail "no warning at 80 %"
all -n 3 --base 17 || fail "three more leases"
eq "$(warned)" 1 "a warning at 80 %, once"
range 10 49
quietly vnet apply "$T/small.xml"
all -n 10 --base 20 || fail "more leases in a range that grew"
ok "a range grows while the network runs"
range 40 49
quietly vnet apply "$T/small.xml"
eq "$(vnet -q dhcp-leases small | grep -c .)" 29 "leases outside of a range that shrank are known until they end"
got=$(on many dhcp_client eth0 -t 10 -r 300 --base 60) || fail "no lease of a range that shrank"
eq "$got" "ack * 10.66.0.4? *" "a new one is of what is left"
grep -q "event 'lease' for network small: bound 10.66.0.[1-4]. 52:54:01:00:00:1[4-9a-d] c2" "$T/events" || fail "events: $(cat "$T/events")"
ok "an event tells of a lease"
on many dhcp_client eth0 -t 10 -r 300 --base 60 --renew --release >/dev/null || fail "renew and release"
until_true 5 grep -q "ended 10.66.0.4. .* c60" "$T/events" || fail "no event of a lease's end: $(cat "$T/events")"
ok "and of its end"
kill "$events"
