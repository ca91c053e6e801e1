#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# firewalld rejects by rules what is in none of its zones, so nothing of ours can help: a start names the rule and
# firewalld's own command, with which guests work, also after its reload.
. "${0%/*}/lib.sh"
need firewalld firewall-cmd dbus-daemon
cp -a /etc/firewalld "$T/firewalld" && mount --bind "$T/firewalld" /etc/firewalld && mount -t tmpfs vnet-test /var/log ||
	skip "cannot mount here"
mkdir -p /run/dbus
dbus-daemon --system --nofork --nopidfile --nosyslog >>"$T/dbus.log" 2>&1 &
until_true 5 [ -S /run/dbus/system_bus_socket ] || skip "no D-Bus here: $(tail -n 1 "$T/dbus.log")"
firewalld --nofork --nopid >>"$T/firewalld.log" 2>&1 &
until_true 20 firewall-cmd --state || skip "firewalld does not run here: $(tail -n 1 "$T/firewalld.log")"
start_vnetd
outside
eq "$(nft list tables)" "*inet firewalld*" "firewalld runs"
rules() { nft -s list table inet firewalld; }
before=$(rules)
network default
guest g1 virbr0
guest g2 virbr0
dhcp g1 >/dev/null || fail "no lease"
eq "$(fetch g1)" "" "its reject is final"
same "its rules are left alone" "$before" "$(rules)"
line=$(grep 'default: chain filter_FWD' "$T/vnetd.log")
handle=$(nft -a list chain inet firewalld filter_FWD_public | sed -n 's/.*reject with.*# handle //p')
eq "$line" "*chain filter_FWD_public of table inet firewalld (its rule with handle $handle: reject)*" "a start names the very rule"
eq "$(grep -c 'default: chain filter_IN_public of' "$T/vnetd.log")" 1 "and that which stops questions to the host"
eval "${line##*to let them pass: }" >"$T/out" 2>&1 || fail "the remedy is no command: $line: $(cat "$T/out")"
guests_work "by its own command"
quietly firewall-cmd --reload
guests_work "after its reload"
lines=$(grep -c 'to let them pass' "$T/vnetd.log")
quietly vnet destroy default
quietly vnet start default
eq "$(grep -c 'to let them pass' "$T/vnetd.log")" "$lines" "then nothing is said any more"
quietly vnet destroy default
