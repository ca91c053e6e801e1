#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# ufw is enabled: guests work, also after it reloads, and ufw keeps working; when it is disabled nothing of ours is left there.
. "${0%/*}/lib.sh"
need ufw
# its settings and its log are this test's own
cp -a /etc/ufw "$T/ufw" && mount --bind "$T/ufw" /etc/ufw && mount -t tmpfs vnet-test /var/log || skip "cannot mount here"
start_vnetd
outside
iptables -S >/dev/null 2>&1 || skip "no iptables here"
ufw --force enable >"$T/out" 2>&1 || skip "ufw cannot be enabled here: $(tail -n 1 "$T/out")"
eq "$(ufw status)" "Status: active*" "ufw is active"
eq "$(iptables -S FORWARD)" "-P FORWARD DROP*" "and drops what is forwarded"
network default
guest g1 virbr0
guest g2 virbr0
guests_work "beside ufw"
quietly ufw reload
guests_work "after its reload"
quietly ufw allow 2222/tcp
guests_work "after a rule of the administrator's"
eq "$(ufw status)" "*2222/tcp*ALLOW*" "ufw lists its rules"
! on g1 timeout 3 busybox nc -w 2 192.168.122.1 2223 </dev/null 2>/dev/null || fail "the host is open to guests"
iptables -S | grep -q -- '-A INPUT -p udp -m devgroup --src-group 0x766e -m udp --dport 53 -m comment --comment vnetd -j ACCEPT' ||
	fail "iptables does not show our rules as such: $(iptables -S INPUT)"
ok "iptables shows our rules as such"
quietly vnet destroy default
eq "$(iptables -S | grep -c vnetd)$(ip6tables -S | grep -c vnetd)" 00 "after the last network nothing of ours is left in it"

echo "coexist = warn" >"$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
quietly vnet start default
for g in g1 g2; do ip link set p-$g master virbr0; done
eq "$(fetch g1)" "" "told to keep out, ufw's drop is final"
remedy() { sed -n "s/.*default: chain $1 of table ip filter (its policy: drop).*to let them pass: //p" "$T/vnetd.log" | tail -n 1; }
eq "$(remedy FORWARD)" "ufw route allow in on virbr0; *" "the log names the chain and ufw's own command"
eval "$(remedy FORWARD)" >"$T/out" 2>&1 || fail "the remedy fails: $(cat "$T/out")"
eval "$(remedy INPUT)" >"$T/out" 2>&1 || fail "the remedy fails: $(cat "$T/out")"
guests_work "by ufw's own commands"
lines=$(grep -c 'to let them pass' "$T/vnetd.log")
quietly vnet destroy default
quietly vnet start default
eq "$(grep -c 'to let them pass' "$T/vnetd.log")" "$lines" "then nothing is said any more"
quietly vnet destroy default
