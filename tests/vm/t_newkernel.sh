#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/netns has about flowtables and about tables that are ours alone, on a kernel that has both (6.9 and newer).
here=${0%/*}
BUILD=${BUILD:-$here/../../build}
export BUILD
for c in qemu-system-x86_64 cpio busybox xz; do
	command -v $c >/dev/null || { echo "no $c here" >&2; exit 77; }
done
sh "$here/build.sh" "$BUILD/vm-new" new || exit
exec sh "$here/host.sh" "$BUILD/vm-new" test_fast t_flowtable.sh t_owner.sh
