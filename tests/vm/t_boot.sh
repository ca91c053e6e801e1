#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A virtual machine on a tap of the default network: lease, names, a page through NAT; then by a descriptor from
# `vnet tap exec`.
if [ -z "$VNET_TEST_INSIDE" ]; then	# out here there is a network to fetch the kernel from
	here=${0%/*}
	BUILD=${BUILD:-$here/../../build}
	command -v qemu-system-x86_64 >/dev/null || { echo "no qemu-system-x86_64 here" >&2; exit 77; }
	sh "$here/build.sh" "$BUILD/vm" || exit
fi
. "${0%/*}/../netns/lib.sh"
[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
start_vnetd
outside
network default
words="lookup=www.example.org port=$web_port"
shows() # WHAT PATTERN
{
	grep -q -e "$2" "$T/console" && ok "$how: $1" && return
	cat "$T/console" >&2
	fail "$how: $1"
}
check_console()
{
	shows "a lease" 'lease: bound 192\.168\.122\.[0-9]*/24 from 192\.168\.122\.1, router 192\.168\.122\.1'
	shows "its own name" 'lookup: vm is 192\.168\.122\.'
	shows "a name of the world" 'lookup: www.example.org is 203\.0\.113\.1'
	shows "a page through NAT" 'page: hello 203\.0\.113\.2 [0-9]'
	port=$(sed -n 's/.*page: hello [^ ]* \([0-9]*\).*/\1/p' "$T/console")
	[ "$port" -ge 1024 ] || fail "$how: source port $port is outside of 1024-65535"
	note "$how: $(sed -n 's/^qemu: //p' "$T/console"), powered off after $(awk '/power off/ { print $1 }' "$T/console") s"
}

how="tap by name"
quietly vnet tap add default --name vm0
sh "$DATA/../vm/boot.sh" "$BUILD/vm" "$words" -netdev tap,id=n,ifname=vm0,script=no,downscript=no \
	-device virtio-net-pci,netdev=n,romfile= >"$T/console"
check_console
eq "$(vnet dhcp-leases default)" "*ipv4*192.168.122.*/24*vm*" "$how: the lease is listed"

how="tap by descriptor"
vnet tap exec default -- sh "$DATA/../vm/boot.sh" "$BUILD/vm" "$words" -netdev "tap,id=n,fd={fd}" \
	-device virtio-net-pci,netdev=n,romfile= >"$T/console" 2>"$T/err"
check_console
