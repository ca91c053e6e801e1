#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ports: told of by virsh and by us, kept over a crash, counted, gone with their network; taps are ports too.
. "${0%/*}/lib.sh"
need virsh
start_vnetd
v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
port() # N [MORE]: a file for guest N
{
	cat >"$T/port$1.xml" <<-END
	<networkport>
	  <uuid>aaaaaaaa-bbbb-cccc-dddd-00000000000$1</uuid>
	  <owner><name>guest$1</name><uuid>cccccccc-0000-0000-0000-00000000000$1</uuid></owner>
	  <mac address='52:54:00:00:00:2$1'/>$2
	</networkport>
	END
}
port 1; port 2; port 3 "<plug type='network' bridge='virbr0'/>"; port 4 "<wings/>"; port 5 "<group>none</group>"
vnet define "$top/xml/default.xml" >/dev/null
refused "no port on a network that does not run" "*network 'default' is not active*" vnet port-create default "$T/port1.xml"
quietly vnet start default
eq "$(v net-port-list default)" " UUID
-*" "no port at first"
eq "$(v net-port-create default "$T/port1.xml")" "Network port aaaaaaaa-bbbb-cccc-dddd-000000000001 created from *" "virsh makes one"
quietly vnet port-create default "$T/port2.xml"
eq "$(v net-port-create default "$T/port1.xml")" \
	"*network port Network port with UUID aaaaaaaa-bbbb-cccc-dddd-000000000001 already exists exists already*" "not twice"
refused "a plug is ours to choose" "*Port reclaim not requested*" vnet port-create default "$T/port3.xml"
refused "a group that is not there" "*portgroup 'none'*" vnet port-create default "$T/port5.xml"
refused "what is unknown, when asked" "*wings*" vnet port-create default "$T/port4.xml" --validate
eq "$(v net-port-dumpxml default aaaaaaaa-bbbb-cccc-dddd-000000000001)" "<networkport>
  <uuid>aaaaaaaa-bbbb-cccc-dddd-000000000001</uuid>
  <owner>
    <name>guest1</name>
    <uuid>cccccccc-0000-0000-0000-000000000001</uuid>
  </owner>
  <mac address='52:54:00:00:00:21'/>
  <plug type='network' bridge='virbr0'/>
</networkport>*" "virsh prints it, with its plug"
eq "$(vnet dumpxml default)" "<network connections='2'>*" "both are counted"
refused "half of what a port needs" "*a file, or by --mac and --owner*" vnet port-create default --mac 52:54:00:00:00:29
refused "an address that is none" "*mac*" vnet port-create default --mac "52'/>" --owner x
made=$(vnet port-create default --mac 52:54:00:00:00:29 --owner "Tom & Jerry's")
eq "$made" "Network port *-4*-* created from options" "options make one without a file"
made=${made#Network port } made=${made%% *}
eq "$(vnet port-dumpxml default "$made")" "*<name>Tom &amp; Jerry*s</name>*<mac address='52:54:00:00:00:29'/>*" "as they say"
quietly vnet port-delete default "$made"

[ -w /dev/net/tun ] && ! one_uid && taps=yes || taps=
if [ $taps ]; then
	quietly vnet tap add default --name tap7
	tap=$(vnet -q port-list default --uuid | grep -v ^aaaaaaaa)
	eq "$(vnet port-dumpxml default "$tap")" "*<name>tap7</name>*<plug type='network' bridge='virbr0'/>*" "a tap is a port"
	eq "$(vnet dumpxml default)" "<network connections='3'>*" "and counted"
fi
eq "$(vnet port-list default --details)" "*UUID*Owner*MAC*Device*Plug*aaaaaaaa-bbbb-cccc-dddd-000000000001   guest1 *52:54:00:00:00:21   -  *network virbr0*" "details"
[ ! $taps ] || eq "$(vnet port-list default --details)" "*tap7*tap7   *network virbr0*" "a tap's device is known"
eq "$(vnet port-list default --json)" '*"uuid":*"aaaaaaaa-bbbb-cccc-dddd-000000000001",*"owner":*"guest1",*"mac":*"52:54:00:00:00:21",*"plug":*"network",*"to":*"virbr0"*' "and in JSON"
set -- default aaaaaaaa-bbbb-cccc-dddd-000000000001
eq "$(vnet port-set "$@")" "Inbound: *average 0, peak 0, burst 0*Outbound: *average 0*" "no limit at first"
eq "$(vnet port-set "$@" --inbound 1000,2000 --outbound 500,,64)" "Network port * updated*" "its bandwidth is set"
eq "$(vnet port-set "$@")" "Inbound: *average 1000, peak 2000, burst 0*Outbound: *average 500, peak 0, burst 64*" "and printed"
quietly vnet port-set "$@" --outbound 0
eq "$(vnet port-dumpxml "$@")" "*<inbound average='1000' peak='2000'/>*</bandwidth>*" "one direction alone is set anew"
eq "$(vnet port-dumpxml "$@" --xpath 'string(//inbound/@peak)')" 2000 "a part of its XML"
refused "a floor needs a network that has one" "*a floor needs network 'default' to have an inbound bandwidth*" vnet port-set "$@" --inbound 10,,,5
refused "no numbers" "*--inbound must be AVERAGE,PEAK,BURST,FLOOR in numbers, not '1,x'*" vnet port-set "$@" --inbound 1,x
refused "too many" "*--outbound must be AVERAGE,PEAK,BURST in numbers*" vnet port-set "$@" --outbound 1,2,3,4
quietly vnet port-set "$@" --inbound 0
before=$(vnet port-list default --uuid)
stop_vnetd KILL
start_vnetd
same "all are known again after a crash" "$before" "$(vnet port-list default --uuid)"
eq "$(vnet port-dumpxml default aaaaaaaa-bbbb-cccc-dddd-000000000002)" "*<name>guest2</name>*<plug *" "whole"
if [ $taps ]; then
	quietly vnet port-delete default "$tap"
	refused "a tap that is deleted as a port is gone" "*" ip link show tap7
fi
eq "$(v net-port-delete default aaaaaaaa-bbbb-cccc-dddd-000000000001)" "Network port * deleted*" "virsh deletes one"
refused "it is gone" "*failed to get network port*Network port with UUID * does not exist*" \
	vnet port-dumpxml default aaaaaaaa-bbbb-cccc-dddd-000000000001
eq "$(vnet port-list default --json)" '*"uuid":*"aaaaaaaa-bbbb-cccc-dddd-000000000002"*' "the other one stays"
quietly vnet destroy default
quietly vnet start default
eq "$(vnet -q port-list default)" "" "ports end with their network"
eq "$(ls "$ROOT/run/vnet/ports")" "" "no file is left"

mkdir -p "$ROOT/etc/vnet/hooks"
cat >"$ROOT/etc/vnet/hooks/network" <<-END
	#!/bin/sh
	cat >"$T/hook.\$2"
	[ "\$2" != port-created ] || ! grep -q guest2 "$T/hook.\$2" || { echo "no guest2 here" >&2; exit 1; }
END
chmod 755 "$ROOT/etc/vnet/hooks/network"
kill -HUP $vnetd_pid
until_true 5 vnet port-create default "$T/port1.xml"
eq "$(cat "$T/hook.port-created")" "<hookData>
  <network>*</network>
  <networkport>*guest1*</networkport>
</hookData>" "the hook sees the port"
refused "a hook refuses one" "*no guest2 here*" vnet port-create default "$T/port2.xml"
eq "$(vnet -q port-list default --uuid)" "aaaaaaaa-bbbb-cccc-dddd-000000000001" "which is not there then"
quietly vnet port-delete default aaaaaaaa-bbbb-cccc-dddd-000000000001
until_true 5 test -e "$T/hook.port-deleted" && ok "the hook hears of a deletion"
