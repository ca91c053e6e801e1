#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# 300 networks start and stop; the last start costs what the first did.
. "${0%/*}/lib.sh"
N=${N:-300}
before=$(host_state)
start_vnetd
mkdir "$T/xml"
i=0
while [ $((i += 1)) -le "$N" ]; do
	echo "<network><name>n$i</name><forward mode='nat'/><bridge name='br$i' stp='on' delay='0'/>
		<ip address='10.$((i / 250)).$((i % 250)).1' prefix='24'>
		<dhcp><range start='10.$((i / 250)).$((i % 250)).2' end='10.$((i / 250)).$((i % 250)).254'/></dhcp></ip></network>" \
		>"$T/xml/n$i.xml"
	quietly vnet define "$T/xml/n$i.xml"
done
ms() { date +%s%3N; }
i=0 all=$(ms)
while [ $((i += 1)) -le "$N" ]; do
	t=$(ms)
	quietly vnet start n$i
	t=$(($(ms) - t))
	[ $i != 1 ] || first=$t
done
eq "$(vnet list --name | grep -c .)" "$N" "$N networks run"
note "first start $first ms, last start $t ms, all $(($(ms) - all)) ms"
note "vnetd $(awk '/VmRSS/ { print $2, $3 }' "/proc/$vnetd_pid/status"), guestd $(awk '/VmRSS/ { print $2, $3 }' "/proc/$(guestd_pid)/status")"
guest g1 br1
guest g2 "br$N"
eq "$(dhcp g1)" '10.*' "a guest on the first gets a lease"
eq "$(dhcp g2)" '10.*' "a guest on the last gets a lease"
rules=$(nft -a list ruleset | md5sum)
all=$(ms)
stop_vnetd KILL
start_vnetd
eq "$(vnet list --name | grep -c .)" "$N" "$N networks after a crash"
eq "$(nft -a list ruleset | md5sum)" "$rules" "no rule was touched: all have their handles"
note "restart after kill -9: $(($(ms) - all)) ms"
guest_gone g1
guest_gone g2
all=$(ms)
i=0
while [ $((i += 1)) -le "$N" ]; do
	quietly vnet destroy n$i
done
note "all stopped in $(($(ms) - all)) ms"
same "nothing is left" "$before" "$(host_state)"
