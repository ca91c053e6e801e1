#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vnetd and vnet-guestd are killed (-9) at random moments under a stream of clients and of starts and stops. No lease
# that was acknowledged is forgotten, no two clients have one address, nothing is left after destroy.
. "${0%/*}/lib.sh"
seconds=${CRASH_S:-25} guests=6
before=$(host_state)
start_vnetd
quietly vnet define "$DATA/isolated.xml"
network wide
i=0
while [ $((i += 1)) -le $guests ]; do
	guest g$i virbr3
done
stop_at=$(($(uptime_ms) + seconds * 1000))
running() { [ "$(uptime_ms)" -lt $stop_at ]; }
random() { od -An -N 2 -t u2 /dev/urandom | awk -v n="$1" '{ print $1 % n }'; }

# Each guest is a new client in most rounds and asks again as the same one in the others; what it was granted is
# written down as MAC ADDRESS by the client's script.
clients()
{
	while running; do
		if [ "$(random 3)" != 0 ]; then
			on "$1" ip link set eth0 address "$(od -An -N 4 -t x1 /dev/urandom | awk '{ print "52:54:" $1 ":" $2 ":" $3 ":" $4 }')"
		fi
		on "$1" env ACKED="$T/acked.$1" DHCP_RESOLV=/dev/null \
			busybox udhcpc -i eth0 -f -q -n -t 4 -T 1 -s "$DATA/udhcpc.script" >/dev/null 2>&1
	done
}
starts_and_stops()
{
	while running; do
		vnet start isolated
		vnet destroy isolated
	done >/dev/null 2>&1
}
i=0
workers=
while [ $((i += 1)) -le $guests ]; do
	clients g$i &
	workers="$workers $!"
done
starts_and_stops &
workers="$workers $!"

killed=0
while running; do
	sleep "0.$(random 9)"
	case $(random 3) in
	0) stop_vnetd KILL ;;
	1) kill -KILL "$(guestd_pid)" 2>/dev/null ;;
	2) stop_vnetd KILL; kill -KILL "$(guestd_pid)" 2>/dev/null ;;
	esac
	killed=$((killed + 1))
	kill -0 "$vnetd_pid" 2>/dev/null || start_vnetd
	sleep "0.$(random 9)"
done
wait $workers
ok "the daemons came back each time"

cat "$T"/acked.* | sort -u >"$T/acked"
note "$killed kills in $seconds s, $(wc -l <"$T/acked") clients got a lease, $(cat "$T"/acked.* | wc -l) times"
[ -s "$T/acked" ] || fail "no client got a lease"
eq "$(awk '{ print $2 }' "$T/acked" | sort | uniq -d)" "" "no two clients have one address"
eq "$(awk '{ print $1 }' "$T/acked" | sort | uniq -d)" "" "a client that asks again gets the same address"
all_known()
{
	vnet --quiet dhcp-leases wide | awk '{ for (i = 1; i <= NF; i++) if (length($i) == 17 && $i ~ /^[0-9a-f:]*$/) mac = $i; else if ($i ~ /^10\./) { sub("/.*", "", $i); print mac, $i } }' |
		sort >"$T/known"
	[ -z "$(comm -23 "$T/acked" "$T/known")" ]
}
until_true 5 all_known || fail "no acknowledged lease is forgotten: of $(wc -l <"$T/acked") these are: $(comm -23 "$T/acked" "$T/known")"
ok "no acknowledged lease is forgotten"

i=0
while [ $((i += 1)) -le $guests ]; do
	guest_gone g$i
done
vnet destroy isolated >/dev/null 2>&1
quietly vnet destroy wide
same "nothing is left after destroy" "$before" "$(host_state)"
