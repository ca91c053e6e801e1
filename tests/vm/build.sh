#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh DIR [new]: DIR/vmlinux and DIR/initrd, the virtual machine that the demo and the tests boot. Made once: Debian's
# cloud kernel (downloaded and unpacked, not installed) or the file in $VM_KERNEL with its modules below $VM_MODULES,
# and busybox. "new": the kernel that Debian's backports have. Exit 77 where there is no such kernel to be had.
set -eu
here=$(cd "${0%/*}" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
age=${2:-}
exec 9>"$dir/lock" && flock 9 # tests that run side by side wait for the first of them
skip() { echo "$*" >&2; exit 77; }

download() { (cd "$dir/deb" && apt-get -qq -o APT::Sandbox::User=root download "$pkg" >&2); }

# apt as it is set up here, but for the suite: what the host may install does not change.
use_backports()
{
	read -r base suite <<-END
		$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Label: Debian' 'Component: main' \
			2>/dev/null | sed '/-updates$/d' | head -n 1)
	END
	[ -n "${suite:-}" ] || skip "apt has no source of Debian"
	mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
	echo "deb $base $suite-backports main" >"$dir/apt/sources"
	cat >"$dir/apt/conf" <<-END
		Dir::Etc::sourcelist "$dir/apt/sources";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$dir/apt/lists";
		Dir::Cache "$dir/apt/cache";
		APT::Sandbox::User "root";
	END
	export APT_CONFIG="$dir/apt/conf"
	apt-get -qq update >&2 || skip "$suite-backports cannot be reached"
}

# The kernel's package, by apt without installing it: the host needs no second kernel.
fetch_kernel()
{
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "no Debian kernel package here; set VM_KERNEL and VM_MODULES"
	[ -z "$age" ] || use_backports
	pkg=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }')
	[ -n "$pkg" ] || skip "apt knows no linux-image-cloud-amd64"
	mkdir -p "$dir/deb"
	download || { apt-get -qq update && download; } || skip "$pkg cannot be downloaded"
	dpkg-deb -x "$dir"/deb/"$pkg"_*.deb "$dir/deb/root"
	VM_KERNEL=$(ls "$dir"/deb/root/boot/vmlinuz-*)
	VM_MODULES=$(ls -d "$dir"/deb/root/lib/modules/*)
	find "$VM_MODULES" -name '*.ko.xz' -exec xz -d {} + || skip "$pkg has modules that xz can't unpack"
}

# In the order they are to be loaded; what is built in is not there as a file.
put_modules()
{
	mkdir -p "$1"
	for m in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_mmio failover net_failover \
		virtio_net; do
		f=$(find "$VM_MODULES" -name "$m.ko" | head -n 1)
		[ -z "$f" ] || { cp "$f" "$1/" && echo "$m.ko"; }
	done >"$1/order"
}

# For a machine that plays the host: what networks need, loaded on demand.
keep_modules()
{
	kept=$dir/modules/lib/modules/${VM_MODULES##*/}
	mkdir -p "$kept"
	for m in net/802 net/bridge net/core net/ipv4/netfilter net/ipv6/netfilter net/llc net/netfilter net/packet net/unix \
		drivers/net/veth.ko drivers/net/tun.ko lib crypto arch/x86/crypto; do
		[ ! -e "$VM_MODULES/kernel/$m" ] || (cd "$VM_MODULES" && cp -r --parents "kernel/$m" "$kept/")
	done
	cp "$VM_MODULES"/modules.builtin* "$VM_MODULES/modules.order" "$kept/" 2>/dev/null || :
	busybox depmod -b "$dir/modules" "${VM_MODULES##*/}"
}

put_initrd()
{
	rm -rf "$dir/tree"
	mkdir -p "$dir/tree/bin" "$dir/tree/dev" "$dir/tree/proc" "$dir/tree/sys" "$dir/tree/etc"
	cp "$(command -v busybox)" "$dir/tree/bin/busybox"
	ln -s busybox "$dir/tree/bin/sh"
	cp "$here/init" "$here/../netns/udhcpc.script" "$dir/tree/"
	chmod 755 "$dir/tree/init" "$dir/tree/udhcpc.script"
	put_modules "$dir/tree/modules"
	(cd "$dir/tree" && find . | cpio -o -H newc --quiet) >"$dir/initrd.part"
	mv "$dir/initrd.part" "$dir/initrd"
}

if [ ! -e "$dir/vmlinux" ] || [ ! -e "$dir/modules" ]; then
	[ -n "${VM_KERNEL:-}" ] || fetch_kernel
	sh "$here/extract-vmlinux.sh" "$VM_KERNEL" "$dir/vmlinux"
	put_initrd
	keep_modules
	rm -rf "$dir/deb" "$dir/tree" "$dir/apt"
elif [ "$here/init" -nt "$dir/initrd" ] || [ "$here/../netns/udhcpc.script" -nt "$dir/initrd" ]; then
	rm -f "$dir/vmlinux" && exec sh "$0" "$@"
fi
