#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt's Python binding and virt-install as they are.
. "${0%/*}/lib.sh"
PATH=/usr/bin:$PATH # the distribution's, which has the binding
need python3
python3 -c 'import libvirt' 2>/dev/null || skip "no libvirt for Python here"
libvirt_place
start_vnetd --libvirt
timeout 120 python3 "$DATA/libvirt_walk.py" 2>"$T/err" || fail "$(tail -n 1 "$T/err")"
command -v virt-install >/dev/null || exit 0
network default
# libvirt's test driver stands in for a hypervisor
eq "$(virt-install --connect test:///default --name x --memory 64 --disk none --import --osinfo detect=off,require=off \
	--network network=default --print-xml 2>&1)" "*<interface type=\"network\">*<source network=\"default\"/>*" "virt-install --print-xml"
eq "$(virt-xml --connect test:///default --build-xml --network network=default 2>&1)" "*<source network=\"default\"/>*" "virt-xml"

# The QEMU driver inside of virt-install itself, which finds us as it does in virtqemud. It wants an event loop, for which
# Python's own start-up hook is the place.
[ -w /dev/net/tun ] && ! one_uid && command -v qemu-system-x86_64 >/dev/null || exit 0
[ -n "$(find /usr/lib* -name libvirt_driver_qemu.so 2>/dev/null)" ] || exit 0
qemu_conf "$T/qemu/etc/qemu.conf"
mkdir "$T/hook"
cat >"$T/hook/sitecustomize.py" <<-END
	import threading
	import libvirt
	libvirt.virEventRegisterDefaultImpl()
	def loop():
	    while True:
	        libvirt.virEventRunDefaultImpl()
	threading.Thread(target=loop, daemon=True).start()
END
install() # ARG...
{
	PYTHONPATH=$T/hook timeout 200 virt-install --connect "qemu:///embed?root=$T/qemu" --name inst --memory 64 --disk none \
		--import --osinfo detect=off,require=off --graphics none --noautoconsole --wait 0 "$@" 2>&1
}
eq "$(install --network network=default --print-xml)" "*<interface type=\"network\">*<source network=\"default\"/>*" "virt-install on libvirt's QEMU driver: --print-xml"
eq "$(install --network network=default,mac=52:54:00:00:00:77)" "*Domain creation completed.*" "it installs a guest on our network"
eq "$(vnet port-list default --details)" "*inst *52:54:00:00:00:77 *network virbr0*" "whose port we know"
quietly vnet destroy default
eq "$(install --name other --network network=default)" "*network 'default' is not active*" "a network that does not run stops it, with libvirt's words"
