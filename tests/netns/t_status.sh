#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `vnet status` says how the daemon and its networks do, repairs among it; `vnet host-validate` whether the host is fit,
# with a daemon and without, and its exit status tells of what is missing.
. "${0%/*}/lib.sh"
need nft
mkdir -p "$ROOT/etc/vnet"
echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf"
eq "$(vnet host-validate 2>&1)" "WARN  vnetd: *PASS  nf_tables: *PASS  firewall: no other*PASS  dhcp: no other*" "the host is looked at without a daemon"
refused "but one that is named must be there" "*error:*" vnet -c /nowhere host-validate
if command -v python3 >/dev/null; then
	python3 -c 'import socket,time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 67)); time.sleep(1000)' &
	foreign=$!
	listens() { ss -Hlun 'sport = :67' | grep -q '0.0.0.0:67'; }
	until_true 5 listens || fail "nobody listens on port 67"
	eq "$(vnet host-validate)" "*WARN  dhcp: another DHCP server listens on all interfaces*" "a foreign DHCP server"
	kill "$foreign"
	wait "$foreign" 2>/dev/null
else
	echo "skip a foreign DHCP server: no python3 here"
fi
start_vnetd
network default
network isolated
echo "<network><name>open</name><forward mode='open'/><bridge name='vopen'/><ip address='10.9.9.1' prefix='24'/></network>" >"$T/open.xml"
quietly vnet create "$T/open.xml"
eq "$(vnet status)" "vnetd:*up 0 min*vnet-guestd:*answers*repaired if others*auto, rules of ours put back 0 times*" "the daemon's own state"
row() { vnet -q status | awk -v n="$1" '$1 == n { print $2, $3, $4 }'; }
eq "$(row default)" "ok ok 0" "a network that is as it should be"
eq "$(row open)" "- ok 0" "an open network wants no rules"
ip addr del 192.168.122.1/24 dev virbr0
repairs() { [ "$(row default)" = "ok ok $1" ]; }
until_true 5 repairs 1 || fail "a repair is not counted: $(row default)"
ok "a repair is counted"
nft delete table inet vnetd
until_true 5 repairs 2 || fail "the next one is not counted: $(row default)"
ok "and the next one"
held() { vnet status --json | grep -q '"held": *true'; }
disturb() { ip addr del 192.168.122.1/24 dev virbr0; held; }
until_true 20 disturb || fail "one that is held back is not said to be"
ok "one that is held back is said to be"
kill -HUP "$vnetd_pid"
freed() { ! held && ip addr show virbr0 | grep -q 192.168.122.1/24; }
until_true 5 freed || fail "a reload does not end the wait"
eq "$(vnet status --json | tr -d ' \n')" '{"version":"*","uptime":*,"guestd":*,"owner":false,"flowtable":null,"coexist":"auto","passes":0,"networks":\[*"name":"default"*' "as JSON"

killed=$(guestd_pid)
kill -KILL "$killed"
again() { pid=$(guestd_pid) && [ "$pid" != "$killed" ] && vnet status --json | grep -q '"guestd": *true'; }
until_true 10 again || fail "a vnet-guestd that is back is not said to be"
ok "it says whether vnet-guestd is there"

eq "$(vnet host-validate)" "PASS  vnet-guestd: *PASS  tun: *PASS  bridge: *IPv4 is forwarded*PASS  nf_tables*PASS  dhcp: no other*" "the daemon looks at its host"
nft -f - <<END
table inet mine { chain f { type filter hook forward priority 0; policy accept; ip daddr 10.0.0.1 accept; counter reject; }; }
table inet yours { chain f { type filter hook forward priority 0; policy drop; }; }
END
out=$(vnet host-validate) || fail "a warning is no failure: $out"
eq "$out" "*WARN  firewall: chain f of table inet mine (its rule with handle *: reject) stops*do: nft 'insert rule inet mine f iifname \"virbr0\" accept; *" "the very rule that blocks, and the remedy"
passed() { nft list table inet yours | grep -q vnetd; }
until_true 5 passed || fail "rules of ours do not get into the other one"
eq "$(vnet host-validate | grep -c 'inet yours')" 0 "what rules of ours solve is no matter"
eq "$(vnet host-validate --json | tr -d ' \n')" '*{"level":"warn","check":"firewall","found":"chainf*","remedy":"nft*"}*' "as JSON"
nft add table ip libvirt_network
eq "$(vnet host-validate)" "*WARN  libvirt: *" "libvirt's networks beside ours"
mount -t tmpfs vnet-test /dev/net 2>/dev/null || { echo "skip a host without taps: cannot mount here" && exit; }
stop_vnetd
start_vnetd
out=$(vnet host-validate) && fail "a host without taps is no failure: $out"
eq "$out" "*FAIL  tun: no taps: *do: modprobe tun*" "what is missing fails"
