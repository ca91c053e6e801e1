#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# virsh as it is talks to our socket.
. "${0%/*}/lib.sh"
need virsh
start_vnetd
network default
v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
eq "$(v net-list --all)" "*Name*State*Autostart*Persistent*default*active*no*yes*" "net-list --all"
eq "$(v net-dumpxml default)" "<network>*<name>default</name>*<forward mode='nat'>*<range start='192.168.122.2' end='192.168.122.254'/>*" \
	"net-dumpxml"
eq "$(v net-info default)" "Name: *default*UUID: *Active: *yes*Persistent: *yes*Autostart: *no*Bridge: *virbr0*" "net-info"
vnet dumpxml default >"$T/ours"
v net-dumpxml default >"$T/theirs"
same "both print the same XML" "$(cat "$T/ours")" "$(cat "$T/theirs")"
