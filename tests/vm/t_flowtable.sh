#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/netns has about flowtables and iptables-legacy, on a kernel that has them.
here=${0%/*}
BUILD=${BUILD:-$here/../../build}
export BUILD
for c in qemu-system-x86_64 cpio busybox; do
	command -v $c >/dev/null || { echo "no $c here" >&2; exit 77; }
done
sh "$here/build.sh" "$BUILD/vm" || exit
exec sh "$here/host.sh" "$BUILD/vm" test_fast t_flowtable.sh t_legacy.sh
