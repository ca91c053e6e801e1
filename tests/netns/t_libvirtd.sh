#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Beside the monolithic libvirtd, which takes no network daemon but its own: its guests get our bridge, or our tap.
. "${0%/*}/lib.sh"
need libvirtd virsh
need_qemu_driver
libvirt_place
start_vnetd
network default
for d in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
	mkdir -p "$d" && mount -t tmpfs vnet-test "$d" || skip "cannot hide $d"
done
qemu_conf /etc/libvirt/qemu.conf
echo 'auth_unix_rw = "none"' >/etc/libvirt/libvirtd.conf
libvirtd >"$T/libvirtd.log" 2>&1 &
libvirtd_pid=$!
v() { virsh -c qemu:///system "$@" 2>&1; }
until_true 60 v version || fail "libvirtd does not answer: $(tail -n 2 "$T/libvirtd.log")"
eq "$(v net-list --all --name | grep -c default)" 0 "it knows nothing of our networks"
quietly vnet tap add default --name tap0
cat >"$T/guest.xml" <<'END'
<domain type='qemu'>
  <name>tiny</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:31'/>
      <source bridge='virbr0'/>
      <target dev='guest0'/>
      <model type='virtio'/>
    </interface>
    <interface type='ethernet'>
      <mac address='52:54:00:00:00:32'/>
      <target dev='tap0' managed='no'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
END
eq "$(v create "$T/guest.xml")" "Domain 'tiny' created from*" "a guest starts"
eq "$(v domiflist tiny)" "*guest0*bridge*virbr0*virtio*52:54:00:00:00:31*tap0*ethernet*52:54:00:00:00:32*" "with both interfaces"
for i in guest0 tap0; do
	until_true 10 eval 'bridge -d link show dev '$i' | grep -q "master virbr0 .*state forwarding"' && ok "$i is on our bridge and forwards" ||
		fail "$i: $(bridge -d link show dev $i)"
done
eq "$(v destroy tiny)" "Domain 'tiny' destroyed*" "it is stopped"
refused "libvirt's own interface is gone" "*" ip link show guest0
eq "$(ip link show tap0)" "*master virbr0*" "our tap stays"
kill "$libvirtd_pid"
