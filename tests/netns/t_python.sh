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
# it knows networks by what a hypervisor's connection says; libvirt's test driver stands in for that
eq "$(virt-install --connect test:///default --name x --memory 64 --disk none --import --osinfo detect=off,require=off \
	--network network=default --print-xml 2>&1)" "*<interface type=\"network\">*<source network=\"default\"/>*" "virt-install --print-xml"
eq "$(virt-xml --connect test:///default --build-xml --network network=default 2>&1)" "*<source network=\"default\"/>*" "virt-xml"
