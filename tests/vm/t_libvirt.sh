#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A guest that libvirt's QEMU driver starts on our network, from its lease to its own power-off.
if [ -z "$VNET_TEST_INSIDE" ]; then	# out here there is a network to fetch the kernel from
	here=${0%/*}
	BUILD=${BUILD:-$here/../../build}
	command -v virt-qemu-run >/dev/null || { echo "no virt-qemu-run here" >&2; exit 77; }
	sh "$here/build.sh" "$BUILD/vm" || exit
fi
. "${0%/*}/../netns/lib.sh"
need_qemu_driver
libvirt_place
start_vnetd --libvirt
outside
network default
qemu_conf "$T/qemu/etc/qemu.conf"
cp "$BUILD/vm/vmlinux" "$BUILD/vm/initrd" "$T/"
accel=$(cat "$BUILD/vm/accel" 2>/dev/null)
[ "$accel" = kvm ] && type=kvm cpu="<cpu mode='host-passthrough'/>" || type=qemu cpu=
cat >"$T/guest.xml" <<END
<domain type='$type'>
  <name>web1</name>
  <memory unit='MiB'>128</memory>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>$T/vmlinux</kernel>
    <initrd>$T/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 tsc=reliable lookup=www.example.org port=$web_port</cmdline>
  </os>
  <features><acpi/></features>
  $cpu
  <on_reboot>destroy</on_reboot>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:00:00:41'/>
      <source network='default'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <serial type='file'><source path='$T/console'/></serial>
  </devices>
</domain>
END
virt-qemu-run --root="$T/qemu" "$T/guest.xml" >"$T/qemu.log" 2>&1 &
runner=$!
until_true 100 grep -q 'power off' "$T/console" || fail "the guest does not get to its end: $(tail -n 2 "$T/qemu.log" "$T/console" | tr '\n' ' ')"
shows() { grep -q -e "$2" "$T/console" && ok "$1" || fail "$1: $(tail -n 5 "$T/console" | tr '\n' ' ')"; }
shows "a lease" 'lease: bound 192\.168\.122\.[0-9]*/24 from 192\.168\.122\.1'
shows "its own name" 'lookup: vm is 192\.168\.122\.'
shows "a page through NAT" 'page: hello 203\.0\.113\.2 [0-9]'
eq "$(vnet dhcp-leases default --mac 52:54:00:00:00:41)" "*192.168.122.*/24*vm*" "the lease is listed"
gone() { [ -z "$(vnet -q port-list default --uuid)$(ip -o link show type tun)" ]; }
until_true 20 gone && ok "port and tap are gone with the guest" || fail "left: $(vnet -q port-list default --uuid) $(tail -n 3 "$T/qemu.log")"
kill "$runner" # virt-qemu-run 9.0 does not always see by itself that its guest has ended
wait "$runner"
