#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# boot.sh DIR "NAME=VALUE..." [QEMU-ARG...]: boots the virtual machine that build.sh put into DIR; its console goes to
# standard output, each line with the seconds since power-on. The words are for its init.
# VM_INITRD and VM_MEMORY (MB) name others than the usual.
# KVM is used where a stock kernel really boots under it: this is tried once and remembered in DIR/accel.
set -eu
dir=$1 words=$2
shift 2

vm() # ACCEL QEMU-ARG...
{
	accel=$1 && shift
	# what is emulated leaves wrong flags behind a cmpxchg16b now and then (QEMU 7.2), by which newer kernels panic
	[ "$accel" != tcg ] || set -- -cpu qemu64,-cx16 "$@"
	exec qemu-system-x86_64 -machine q35 -accel "$accel" -m "${VM_MEMORY:-128}" -nodefaults -no-user-config -no-reboot \
		-display none -serial stdio -kernel "$dir/vmlinux" -initrd "${VM_INITRD:-$dir/initrd}" \
		-append "console=ttyS0 quiet panic=-1 tsc=reliable $words" "$@" </dev/null 2>&1
}

# The probe is a boot that powers off at once. /dev/kvm may be there and yet not run a kernel that wasn't made for it.
if [ "$words" = probe=kvm ]; then
	vm kvm -cpu host
fi
if [ ! -e "$dir/accel" ]; then
	accel=tcg
	if [ -w /dev/kvm ] && { timeout -s KILL 5 sh "$0" "$dir" probe=kvm; } 2>/dev/null | grep -q 'power off'; then
		accel=kvm
	fi
	echo $accel >"$dir/accel"
fi
read -r accel <"$dir/accel"
echo "qemu: accelerator $accel"
uptime_cs() { read -r up _ </proc/uptime && up="${up%.*}${up#*.}"; }
uptime_cs
start=$up
(vm "$accel" "$@") | while IFS= read -r line; do
	uptime_cs
	up=$((up - start))
	printf '%3d.%02d  %s\n' $((up / 100)) $((up % 100)) "${line%?}" # the serial line ends each in CR LF
done
