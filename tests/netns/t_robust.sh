#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What files, devices and clients should not do, and do: the daemon goes on and other networks stay as they are.
. "${0%/*}/lib.sh"
start_vnetd
network default
stored=$ROOT/etc/vnet/networks
rules() { nft -s list ruleset; }
busy() # CPU ticks of vnetd in half a second
{
	a=$(awk '{ print $14 + $15 }' "/proc/$vnetd_pid/stat") && sleep 0.5
	echo $(($(awk '{ print $14 + $15 }' "/proc/$vnetd_pid/stat") - a))
}

# --- a file with the bridge of another network
before=$(rules)
sed 's/default/twin/; s/>8f5b6e4c/>11111111/; s/192.168.122/192.168.99/g' "$stored/default.xml" >"$stored/twin.xml"
kill -HUP "$vnetd_pid"
until_true 5 grep -q "twin.*skipped.*virbr0" "$T/vnetd.log" || fail "a file with another network's bridge is skipped"
ok "a file with another network's bridge is skipped"
same "another network's rules stay" "$before" "$(rules)"
rm "$stored/twin.xml"

# --- a file with another uuid than the network in memory
sed -i 's/>8f5b6e4c/>22222222/' "$stored/default.xml"
kill -HUP "$vnetd_pid"
until_true 5 grep -q "default.*skipped.*uuid" "$T/vnetd.log" || fail "a file with another uuid is skipped"
ok "a file with another uuid is skipped"
sed -i 's/>22222222/>8f5b6e4c/' "$stored/default.xml"

# --- forward delays that the kernel does not keep
for delay in 1 31 4294967296; do
	sed "s/>default</>slow</; s/virbr0/slow0/; s/delay='0'/delay='$delay'/; /<uuid>/d; /<mac/d; s/192.168.122/10.9.8/g" \
		"$top/xml/default.xml" >"$T/slow.xml"
	quietly vnet create "$T/slow.xml"
	eq "$(vnet plan slow)" "*to change now:*nothing" "delay='$delay': nothing is left to change"
	[ "$(busy)" -lt 10 ] || fail "delay='$delay': vnetd is busy"
	quietly vnet destroy slow
done

# --- taps under other names
if [ -w /dev/net/tun ]; then
	quietly vnet tap add default --name t1
	ip link set t1 down && ip link set t1 name t9
	until_true 5 sh -c "command vnet --root $ROOT tap list | grep -q t9" || fail "a renamed tap is listed"
	ok "a renamed tap is listed"
	quietly vnet destroy default
	quietly vnet start default
	eq "$(ip link show t9)" "*master virbr0*" "a renamed tap is attached again"
	i=0
	while [ $((i += 1)) -le 30 ]; do
		vnet -q tap del t9 >/dev/null && vnet -q tap add default --name t9 >/dev/null || fail "round $i"
	done
	eq "$(vnet tap list)" "*t9*attached*" "a name that comes back is known"
	quietly vnet tap del t9
fi

# --- what the last daemon left of a network that can't go on
stop_vnetd KILL
printf "<network>\n<name>ghost</name>\n</network>\n" >"$ROOT/run/vnet/networks/ghost.xml"
start_vnetd
eq "$(vnet -q list --all --name)" "default" "a live definition that can't run is dropped"
vnet dumpxml ghost 2>/dev/null && fail "a ghost has XML"
eq "$(vnet list)" "*default*active*" "the others run"
