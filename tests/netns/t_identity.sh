#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# One machine keeps its address whatever client id its boot stages send; cloned machines, which send one, get two.
. "${0%/*}/lib.sh"
need busybox
start_vnetd
network default
lease() # GUEST [CLIENT-ID]
{
	on "$1" ip addr flush dev eth0
	on "$1" env DHCP_RESOLV="$T/$1.resolv" busybox udhcpc -i eth0 -f -q -n -t 10 -T 1 ${2:+-x "0x3d:$2"} \
		-s "$DATA/udhcpc.script" >>"$T/$1.dhcp.log" 2>&1 || { cat "$T/$1.dhcp.log" >&2; return 1; }
	address "$1"
}
guest one virbr0 52:54:00:00:00:01
guest two virbr0 52:54:00:00:00:02
a=$(lease one 00112233445566778899aabbccddeeff00) || fail "no lease by the firmware's id"
eq "$(lease one ff00000001000200000ab11122334455667788)" "$a" "firmware, then initramfs: one address"
eq "$(lease one)" "$a" "and the system, without an id: the same"
eq "$(lease one ff99aabbcc000200000ab1aaaaaaaaaaaaaaaa)" "$a" "and with an id of its own: the same"
b=$(lease two ff99aabbcc000200000ab1aaaaaaaaaaaaaaaa) || fail "no lease for the clone"
[ "$a" != "$b" ] || fail "the clone got the same address $a"
ok "a clone gets another address"
eq "$(cat "$T/vnetd.log")" "*52:54:00:00:00:02*has the client id of 52:54:00:00:00:01*" "and is warned about by name"
eq "$(lease one ff99aabbcc000200000ab1aaaaaaaaaaaaaaaa)" "$a" "the first one keeps its own"
