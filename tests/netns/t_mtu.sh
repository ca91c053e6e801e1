#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The MTU of bridge and taps follows the definition, also while it runs, and goes back when it says none.
. "${0%/*}/lib.sh"
start_vnetd
network default
mtu() { cat /sys/class/net/"$1"/mtu; }
mtus() { echo "$(for d in "$@"; do mtu "$d"; done | tr '\n' ' ')"; }
guest g1 virbr0
taps=
if [ -w /dev/net/tun ] && ! one_uid; then
	taps='tap0 tap9'
	quietly vnet tap add default --name tap0
	ip tuntap add tap9 mode tap # as QEMU's driver makes them
	ip link set tap9 master virbr0 up
fi
vnet dumpxml default >"$T/old.xml"
become() # MTU, or nothing
{
	sed "s|<mac |${1:+<mtu size='$1'/>}<mac |" "$T/old.xml" >"$T/new.xml"
	quietly vnet apply "$T/new.xml"
}
all() { for _ in virbr0 $taps; do printf '%s ' "$1"; done; }

become 1400
eq "$(mtus virbr0 $taps)" "$(all 1400)" "bridge and taps get the new MTU"
if [ -n "$taps" ]; then
	quietly vnet tap add default --name tap1
	eq "$(mtu tap1)" 1400 "so does a tap that comes later"
	quietly vnet tap del tap1
	ip link set tap0 mtu 1300
	back() { [ "$(mtu tap0)" = 1400 ]; }
	until_true 5 back || fail "a changed tap is put right"
	ok "a changed tap is put right"
fi
stop_vnetd KILL
start_vnetd
eq "$(mtus virbr0 $taps)" "$(all 1400)" "they stay so over a crash"
become
eq "$(mtus virbr0 $taps)" "$(all 1500)" "no MTU in the definition: all go back"
eq "$(vnet apply "$T/new.xml")" "*nothing*" "and there they stay"
ip link set p-g1 mtu 1300
sleep 0.2 # what must not happen takes its time
eq "$(mtu p-g1) $(mtu virbr0)" "1300 1500" "a port of others is left alone"
become 9000
eq "$(mtus virbr0 $taps)" "$(all 9000)" "a large one"
