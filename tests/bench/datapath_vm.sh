#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# bench_datapath with the kernel of tests/vm, which has flowtables. Where QEMU emulates the processor the figures are large, and
# what costs there is not quite what costs elsewhere: compare lanes only.
here=${0%/*}
BUILD=${BUILD:-$here/../../build}
export BUILD
sh "$here/../vm/build.sh" "$BUILD/vm" || exit
VM_MEMORY=1024 VM_BENCH="bench_datapath ${TURNS:-20}" exec sh "$here/../vm/host.sh" "$BUILD/vm"
