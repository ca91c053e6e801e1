#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt's QEMU driver on top of us: a guest with <interface type='network'>, started by virt-qemu-run, which holds the
# same driver that virtqemud has. Its port is made, its tap is on our bridge, and both end with it.
. "${0%/*}/lib.sh"
need virt-qemu-run
need_qemu_driver
libvirt_place
start_vnetd --libvirt
network default
qemu_conf "$T/qemu/etc/qemu.conf"
cat >"$T/guest.xml" <<'END'
<domain type='qemu'>
  <name>tiny</name>
  <uuid>cccccccc-0000-0000-0000-000000000001</uuid>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:00:00:21'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
END
virt-qemu-run --root="$T/qemu" "$T/guest.xml" >"$T/qemu.log" 2>&1 &
runner=$!
has_port() { [ "$(vnet -q port-list default --uuid | grep -c .)" = 1 ]; }
until_true 150 eval 'has_port || ! kill -0 $runner' && has_port || {
	grep -q -i 'cannot\|could not\|unable' "$T/qemu.log" && cat "$T/qemu.log" >&2
	fail "no port: $(tail -n 3 "$T/qemu.log" | tr '\n' ' ')"
}
port=$(vnet -q port-list default --uuid | head -n 1)
eq "$(vnet port-dumpxml default "$port")" "*<name>tiny</name>*52:54:00:00:00:21*<plug type='network' bridge='virbr0'/>*" \
	"libvirt made a port for its guest"
until_true 60 eval 'ip -o link show master virbr0 | grep -q "fe:54:00:00:00:21"' || fail "no tap on the bridge: $(tail -n 3 "$T/qemu.log")"
eq "$(ip -o link show master virbr0)" "*vnet0*link/ether fe:54:00:00:00:21*" "its tap is on our bridge"
until_true 10 eval 'bridge -d link show dev vnet0 | grep -q "state forwarding"' &&
	ok "and forwards" || fail "the tap does not forward: $(bridge -d link show dev vnet0)"
guarded() { vnet guard default 2>/dev/null | grep -q 'vnet0 *52:54:00:00:00:21'; }
grep -q 'no rules of family bridge' "$T/vnetd.log" || until_true 20 guarded && ok "its guest is kept to what is its own" ||
	fail "it is not guarded: $(vnet guard default)"
eq "$(vnet dumpxml default)" "<network connections='1'>*" "it is counted"
stop_vnetd KILL
start_vnetd --libvirt
eq "$(vnet -q port-list default --uuid | head -n 1)" "$port" "the port is known after a crash of vnetd"
eq "$(ip -o link show master virbr0)" "*vnet0*" "the guest was not disturbed"
kill "$runner"
wait "$runner"
until_true 20 eval '! has_port' && ok "the port is deleted with the guest" || fail "the port stays: $(tail -n 5 "$T/qemu.log")"
refused "its tap is gone" "*" ip link show vnet0
until_true 20 eval '! guarded' && ok "and the guard forgets it" || fail "the guard stays"
