#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# N networks started in one go by the daemon's first start, one more started on top, a restart that must touch no rule, and
# flushed rules coming back; and what the kernel alone takes for the bridges and addresses (ip -batch).
. "${0%/*}/../netns/lib.sh"
N=${N:-1000}
need python3
ms() { date +%s%3N; }
took() # CMD...: the milliseconds from its start to its end
{
	python3 -c 'import os, sys, time
began = time.perf_counter()
status = os.waitpid(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)[1]
print("%.1f" % ((time.perf_counter() - began) * 1e3), file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))' "$@" 2>&1 >/dev/null
}
median() { sort -n "$1" | sed -n 4p; }
xml() # I
{
	subnet=10.$(($1 / 250)).$(($1 % 250))
	echo "<network><name>n$1</name><forward mode='nat'/><bridge name='v$1' stp='on' delay='0'/>
		<ip address='$subnet.1' prefix='24'><dhcp><range start='$subnet.2' end='$subnet.254'/></dhcp></ip></network>"
}
etc=$ROOT/etc/vnet/networks
mkdir -p "$etc/autostart"
i=0
while [ $((i += 1)) -le "$N" ]; do
	xml $i >"$etc/n$i.xml"
	ln -s "$etc/n$i.xml" "$etc/autostart/"
	echo "link add v$i type bridge stp_state 1
addr add 10.$((i / 250)).$((i % 250)).1/24 dev v$i
link set v$i up"
done >"$T/batch"


# The kernel takes bridges of namespaces that ended apart for seconds, and lets nobody else configure links meanwhile.
calm()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		t=$(ms)
		ip link set lo up
		[ $(($(ms) - t)) -lt 15 ] || return
		sleep 0.05
	done
}
until_true 60 calm || echo "somebody keeps the kernel busy: the figures are too high"

t=$(ms)
start_vnetd
[ "$(vnet list --name | grep -c .)" = "$N" ] || fail "$(vnet list --name | grep -c .) networks run"
echo "$N networks started in one go: $(($(ms) - t)) ms"

# Started and stopped in turn, with a question beside each that costs the client's own time: the medians.
xml $((N + 1)) >"$T/more.xml"
quietly vnet define "$T/more.xml"
for _ in 1 2 3 4 5 6 7; do
	[ ! -s "$T/starts" ] || quietly vnet destroy n$((N + 1))
	took vnet --root "$ROOT" start n$((N + 1)) >>"$T/starts" || fail "vnet start"
	took vnet --root "$ROOT" info n1 >>"$T/clients" || fail "vnet info"
done
echo "one more: $(median "$T/starts") ms, the client alone $(median "$T/clients") ms"

before=$(nft -a list table inet vnetd | md5sum)
t=$(ms)
stop_vnetd
start_vnetd
echo "restart: $(($(ms) - t)) ms"
[ "$(nft -a list table inet vnetd | md5sum)" = "$before" ] || fail "the restart touched rules"
echo "the restart touched no rule: all handles are the same"

count() { nft list map inet vnetd nat4 | grep -o goto | wc -l; }
not() { ! "$@"; }
back() { [ "$(count)" = $((N + 1)) ]; }
nft flush ruleset
[ "$(nft -a list table inet vnetd | md5sum)" = "$before" ] && echo "ruleset flushed: ours is not touched (table_owner = yes)"

echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
hold() { nft list table inet vnetd | grep -q 'flags.*owner'; }
until_true 30 not hold || fail "the table is given free"
t=$(ms)
count >/dev/null
listing=$(($(ms) - t))
nft flush ruleset
t=$(ms)
until_true 30 back || fail "flushed rules come back"
echo "table_owner = no, ruleset flushed: all back $(($(ms) - t)) ms after that (listing them, $listing ms, is in it)"

# The kernel's own part of it, without rules and services: the same links and addresses, made by ip.
echo "link add more type bridge stp_state 1
addr add 10.200.0.1/24 dev more
link set more up" >"$T/one"
t=$(ms)
ip netns add kernel && ip netns exec kernel ip -batch "$T/batch" || fail "ip -batch"
all=$(($(ms) - t))
for _ in 1 2 3 4 5 6 7; do
	took ip -n kernel -batch "$T/one" >>"$T/kernel" || fail "ip -batch"
	ip -n kernel link del more
done
echo "the kernel alone: $N bridges, their addresses and up: $all ms, one more: $(median "$T/kernel") ms (starting ip is in it)"
