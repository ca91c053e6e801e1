#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An address that a machine uses without asking is not given to another. One that answers for all addresses keeps nobody from a
# lease.
. "${0%/*}/lib.sh"
start_vnetd
network default
guest squatter virbr0
guest known virbr0 52:54:00:00:00:11
a=$(dhcp known) || fail "no lease"
# what the newcomer will get: the same as on a second try, as an address follows from the MAC
guest newcomer virbr0 52:54:00:00:00:22
b=$(dhcp newcomer) || fail "no lease"
on newcomer ip addr flush dev eth0
quietly vnet destroy default
quietly vnet undefine default # its leases are forgotten with it
network default
ip link set p-known master virbr0
ip link set p-squatter master virbr0
ip link set p-newcomer master virbr0
on squatter ip addr add "$b/24" dev eth0
c=$(dhcp newcomer) || fail "no lease beside a squatter"
[ "$c" != "$b" ] || fail "the squatter's $b was given"
grep -q "uses $b without asking" "$T/vnetd.log" || fail "$b was not looked for"
ok "the squatter's address is not given"
eq "$(vnet dhcp-leases default)" "*$c/24*" "another one is"

# --- the same, where the answer comes after the client has asked twice
need python3
squat() # NAME HOW [MS]: until $squat is killed
{
	who=$1 how=$2 && shift 2
	start_on "$who" python3 "$DATA/squat.py" "$how" eth0 "$@" >"$T/$who.squat"
	squat=$!
	until_true 20 grep -q ready "$T/$who.squat" || fail "no $who"
}
guest slow virbr0
squat slow all 15
guest hasty virbr0
got=$(on hasty python3 "$DATA/squat.py" twice eth0) || fail "nobody answers the hasty one"
kill "$squat"
eq "$(echo "$got" | tr '\n' ' ')" "offer *nak*" "who asks twice is told that the address is taken"
case $got in
*ack*) fail "and yet gets it: $got" ;;
esac
guest calm virbr0
got=$(on calm python3 "$DATA/squat.py" twice eth0) || fail "nobody answers the calm one"
eq "$(echo "$got" | tr '\n' ' ')" "offer 192.* ack 192.*" "an address that nobody has is given to who asks twice"

# --- one that says it has whatever is asked for is believed a few times
refusals() { grep -c ^nak "$T/$1.asks"; }
asks() # NAME NUMBER: it gets a lease, and is turned away twice at most
{
	guest "$1" virbr0
	on "$1" dhcp_client eth0 -t 20 -r 250 --base "$2" >"$T/$1.asks" || fail "$1 gets no lease: $(cat "$T/$1.asks")"
	[ "$(refusals "$1")" -le 2 ] || fail "$1 was turned away $(refusals "$1") times"
}
guest liar virbr0 52:54:00:00:00:33
squat liar all
for n in 1 2 3 4; do asks "a$n" $((100 + n)); done
kill "$squat"
eq "$(cat "$T"/a?.asks | grep -c ^nak)" 4 "a guest that answers for every address keeps nobody from a lease"
eq "$(refusals a4)" 0 "and is not believed any more"
eq "$(grep -c "52:54:00:00:00:33 behind port $(cat /sys/class/net/p-liar/ifindex) .* no longer believed" "$T/vnetd.log")" 1 \
	"which is told once, and who it is"
guest forger virbr0
squat forger forge
for n in 1 2 3 4 5 6 7 8 9; do asks "b$n" $((200 + n)); done
kill "$squat"
eq "$(refusals b9)" 0 "neither does one that makes up machines"
eq "$(grep -c "behind port $(cat /sys/class/net/p-forger/ifindex) .* no longer believed" "$T/vnetd.log")" 1 "it is told, too"
eq "$(vnet dhcp-stats default --json | jq -r '.ports[] | select(.port == "p-a1") | .addresses')" 1 \
	"what it took is not charged to whom it was taken from"
guest neighbour virbr0
squat neighbour all
asks late 300
kill "$squat"
eq "$(refusals late)" 2 "another that answers is believed as ever"
