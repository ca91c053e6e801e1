#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Taps: made on a network for a user, listed, re-attached when the network comes back, handed over open, deleted.
. "${0%/*}/lib.sh"
[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
start_vnetd
network default
quietly vnet tap add default --owner nobody
tap=$(vnet tap list --json | grep -o 'vnet[0-9]*' | head -n 1)
eq "$tap" 'vnet[0-9]*' "a name is chosen"
eq "$(ip -d link show "$tap")" "*UP*master virbr0*" "it is up and on the bridge"
eq "$(ip -d link show "$tap")" "*alias vnet:*" "it is marked as ours"
eq "$(ip -d link show "$tap")" "*persist on*user nobody*" "it is the user's, and it stays"
eq "$(vnet tap list)" "*$tap*default*" "it is listed"
quietly vnet destroy default
eq "$(ip link show "$tap")" "*$tap*" "it outlives its network"
quietly vnet start default
eq "$(ip link show "$tap")" "*master virbr0*" "it is re-attached by the next start"
opened=$(vnet tap exec default -- sh -c 'readlink /proc/self/fd/{fd}; sleep 0.1; ip -o -d link show master virbr0 up' 2>&1)
eq "$opened" "/dev/net/tun*" "exec hands over an open descriptor"
eq "$opened" "*LOWER_UP*state forwarding*" "an open tap's port forwards at once"
eq "$(ip -o link show type tun | grep -c .)" 1 "what exec made goes with it"
quietly vnet tap add default --name mytap0
eq "$(vnet tap list)" "*mytap0*" "a name of one's own"
refused "a name in use is refused" "*mytap0*" vnet tap add default --name mytap0
ip link add eth7 type veth peer name eth8
refused "a foreign interface is not deleted" "*eth7*" vnet tap del eth7
eq "$(ip link show eth7)" "*eth7*" "the foreign interface is still there"
guest known virbr0 52:54:00:00:00:77
dhcp known >/dev/null || fail "no lease"
quietly vnet tap add default --name known0 --mac 52:54:00:00:00:77
quietly vnet tap del known0
quietly vnet tap del mytap0
eq "$(grep -c 'is gone: its lease ends' "$T/vnetd.log")" 1 "a guest's lease ends with its tap, one lease"
eq "$(cat "$T/vnetd.log")" "*the port of 52:54:00:00:00:77 is gone*" "it is the guest's own"
quietly vnet tap del "$tap"
eq "$(ip -o link show type tun)" "" "deleted: no tap is left"
