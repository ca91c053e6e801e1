#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# QEMU gets its tap by itself, through our bridge helper.
. "${0%/*}/lib.sh"
[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
need qemu-system-x86_64
start_vnetd
network default
export VNET_ROOT="$ROOT"
qemu() # NETWORK
{
	qemu-system-x86_64 -machine none -nodefaults -display none -monitor none \
		-netdev "bridge,id=n0,br=$1,helper=$BUILD/vnet-bridge-helper" >"$T/qemu" 2>&1 &
	qemu=$!
}
attached() { ip -o link show master virbr0 | grep -q vnet0; }
for by in default virbr0; do
	qemu $by
	until_true 20 attached && ok "a tap for QEMU by the name $by" || fail "no tap: $(cat "$T/qemu")"
	kill $qemu
	wait $qemu 2>/dev/null
	until_true 10 eval '! ip link show vnet0' && ok "which is gone with it" || fail "the tap stays"
done
qemu nonesuch
wait $qemu 2>/dev/null && fail "QEMU runs without a network"
eq "$(cat "$T/qemu")" "*vnet-bridge-helper: no network has the name 'nonesuch', and none that runs has a bridge of that name*" "an unknown one is named"
quietly vnet destroy default
qemu default
wait $qemu 2>/dev/null && fail "QEMU runs on a network that does not"
eq "$(cat "$T/qemu")" "*network 'default' is not active*" "and one that does not run"
refused "it says how it is to be called" "*--br=NETWORK --fd=SOCKET*" vnet-bridge-helper --br=default
