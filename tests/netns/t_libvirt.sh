#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In libvirt's place: vnetd --libvirt, and virsh without an argument that says where we are. Every net-* command.
. "${0%/*}/lib.sh"
need virsh
libvirt_place
start_vnetd --libvirt
v() { virsh -c network:///system "$@" 2>&1; }
eq "$(v net-list --all)" " Name *State *Autostart *Persistent*" "virsh finds us"
eq "$(stat -c %a "$ROOT"/run/libvirt/virtnetworkd-sock*)" "660
666" "the sockets' modes"
eq "$(v uri)" "network:///system*" "uri"
eq "$(v net-define "$top/xml/default.xml")" "Network default defined from*" "net-define"
eq "$(v net-start default)" "Network default started*" "net-start"
eq "$(v net-start default)" "*Requested operation is not valid: network is already active*" "net-start again"
eq "$(v net-autostart default)" "Network default marked as autostarted*" "net-autostart"
eq "$(v net-info default)" "*Autostart: *yes*Bridge: *virbr0*" "net-info"
eq "$(v net-autostart default --disable)" "Network default unmarked as autostarted*" "net-autostart --disable"
uuid=$(v net-uuid default | head -n 1)
eq "$(v net-name "$uuid")" "default*" "net-uuid, net-name"
eq "$(v net-dumpxml default)" "<network>*<name>default</name>*" "net-dumpxml"
eq "$(v net-dumpxml nonesuch)" "*failed to get network 'nonesuch'*Network not found: no network with matching name 'nonesuch'*" "an unknown one"
eq "$(v net-dhcp-leases default)" " Expiry Time *" "net-dhcp-leases"
eq "$(EDITOR="sed -i s/122.254/122.200/" v net-edit default)" "Network default XML configuration edited*" "net-edit"
eq "$(v net-dumpxml default --inactive)" "*192.168.122.200*" "what it edited"
host="<host mac='52:54:00:00:00:07' name='seven' ip='192.168.122.77'/>"
eq "$(v net-update default add ip-dhcp-host "$host" --live --config)" "Updated network default persistent config and live state*" "net-update"
eq "$(v net-dumpxml default)" "*name='seven'*" "what it added"
eq "$(v net-update default add ip-dhcp-host "$host" --live)" "*error*" "not twice"
eq "$(v net-update default delete ip-dhcp-host "$host" --live --config)" "Updated*" "net-update: away again"
eq "$(v net-update default modify forward "<forward mode='route'/>")" "*error*" "not every section"
eq "$(v net-define --validate "$top/xml/default.xml")" "*default*" "net-define --validate"
eq "$(v net-create "$DATA/isolated.xml")" "Network isolated created from*" "net-create"
eq "$(v net-list --transient --name)" "isolated*" "net-list by a filter"
eq "$(v net-undefine isolated)" "*can't undefine transient network*" "a transient one has no definition"
eq "$(v net-destroy isolated)" "Network isolated destroyed*" "net-destroy"
eq "$(v net-event --list)" "*lifecycle*" "net-event --list"
eq "$(v net-port-list default)" " UUID*" "net-port-list"
eq "$(v -r net-list)" "*default*active*" "read-only: net-list"
eq "$(virsh -r -c network:///system net-destroy default 2>&1)" "*read only*" "read-only: nothing else"
eq "$(v capabilities)" "*not supported by the connection driver: virConnectGetCapabilities*" "what is not ours"
eq "$(v pool-list)" "*error*" "nor this"
eq "$(v net-destroy default)" "Network default destroyed*" "net-destroy"
eq "$(v net-undefine default)" "Network default has been undefined*" "net-undefine"

# many
i=0
while [ $i -lt 1000 ]; do
	printf "<network><name>n%d</name><bridge name='nb%d'/></network>" $i $i >"$T/n$i.xml"
	echo "net-define $T/n$i.xml"
	i=$((i + 1))
done >"$T/commands"
before=$(uptime_ms)
v <"$T/commands" >"$T/out"
note "1000 networks defined by virsh in $(($(uptime_ms) - before)) ms"
before=$(uptime_ms)
eq "$(v net-list --all | grep -c inactive)" 1000 "1000 networks listed"
note "and listed in $(($(uptime_ms) - before)) ms"
stop_vnetd
eq "$(ls "$ROOT/run/libvirt")" "" "the sockets are gone with the daemon"
