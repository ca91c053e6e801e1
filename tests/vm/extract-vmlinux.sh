#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# extract-vmlinux.sh BZIMAGE OUT: the uncompressed kernel out of a bzImage. QEMU boots it by the PVH entry, which in
# software emulation saves the boot loader's own decompression: about half of the boot.
# Where the payload is: Documentation/arch/x86/boot.rst, setup_sects (0x1f1), payload_offset (0x248), payload_length.
set -eu
u() { od -An -v -t "u$3" -j "$1" -N "$3" "$2" | tr -d ' '; }

start=$((($(u $((0x1f1)) "$1" 1) + 1) * 512 + $(u $((0x248)) "$1" 4)))
len=$(($(u $((0x24c)) "$1" 4) - 4)) # the last four bytes are the unpacked size, not the compressor's
case $(od -An -t x1 -j $start -N 4 "$1" | tr -d ' ') in
02214c18) unpack='lz4 -dc' ;;
28b52ffd) unpack='zstd -dc' ;;
fd377a58) unpack='xz -dc' ;;
1f8b*) unpack='gzip -dc' ;;
*) echo "$1: a kernel compressed in an unknown way" >&2; exit 1 ;;
esac
tail -c +$((start + 1)) "$1" | head -c $len | $unpack >"$2.part"
mv "$2.part" "$2"
