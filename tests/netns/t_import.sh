#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What libvirt left is taken over: definitions, autostart links, leases. A second run changes nothing; what can't be
# taken is named, and the rest is taken all the same.
. "${0%/*}/lib.sh"
start_vnetd
dir=$T/libvirt leases=$T/dnsmasq
mkdir -p "$dir/autostart" "$leases"
sample() # NAME BRIDGE NUMBER: a stored definition as libvirt writes it
{
	cat >"$dir/$1.xml" <<-E
		<!--
		WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
		OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
		  virsh net-edit $1
		or other application using the libvirt API.
		-->

		<network>
		  <name>$1</name>
		  <uuid>0a1b2c3d-0000-4000-8000-00000000000$3</uuid>
		  <forward mode='nat'/>
		  <bridge name='$2' stp='on' delay='0'/>
		  <mac address='52:54:00:00:0$3:01'/>
		  <ip address='192.168.10$3.1' netmask='255.255.255.0'>
		    <dhcp>
		      <range start='192.168.10$3.2' end='192.168.10$3.200'/>
		      <host mac='52:54:00:00:0$3:09' name='kept' ip='192.168.10$3.9'/>
		    </dhcp>
		  </ip>
		</network>
	E
}
sample default virbr0 1
sample lab virbr1 2
sample quiet virbr5 3
ln -s "/etc/libvirt/qemu/networks/default.xml" "$dir/autostart/default.xml"
ln -s nowhere "$dir/autostart/lab.xml"
soon=$(($(date +%s) + 3000))
entry() # IP MAC EXPIRY [MORE]
{
	printf '  {\n    "ip-address": "%s",\n    "mac-address": "%s",\n    "expiry-time": %s%s\n  }' "$1" "$2" "$3" "$4"
}
cat >"$leases/virbr0.status" <<-E
	[
	$(entry 192.168.101.50 52:54:00:01:00:01 $soon ', "hostname": "alpha", "client-id": "01:52:54:00:01:00:01"'),
	$(entry 192.168.101.51 52:54:00:01:00:02 $soon ', "client-id": "ff:00:01:00:02:00:01:00:01:aa"'),
	$(entry 192.168.101.52 52:54:00:01:00:03 0),
	$(entry 192.168.101.53 52:54:00:01:00:04 1000000000),
	$(entry 2001:db8::5 52:54:00:01:00:05 $soon ', "iaid": "1", "server-duid": "00:01"')
	]
E
import() { vnet import "$dir" --leases "$leases" 2>&1; }
eq "$(import)" "network default: defined, autostart, 3 leases
network lab: defined
network quiet: defined" "networks, autostart and leases are taken over"
same "it says the same when it runs again" "network default: unchanged
network lab: unchanged
network quiet: unchanged" "$(import)"
[ -L "$ROOT/etc/vnet/networks/autostart/default.xml" ] || fail "no autostart link"
eq "$(vnet --quiet list --all)" "*default *inactive *yes *yes*lab *inactive *no *yes*quiet *inactive *no *yes*" "they are stored, and one is marked"
eq "$(vnet --quiet dhcp-leases default)" "*192.168.101.50/24*alpha*01:52:54:00:01:00:01*192.168.101.51/24*ff:00:01*192.168.101.52/24*" \
	"a network that does not run has its leases"
stop_vnetd
kill -KILL "$(guestd_pid)"
start_vnetd
known() { [ "$(vnet --quiet dhcp-leases default | grep -c .)" = 3 ]; }
until_true 5 known || fail "the leases are stored: $(vnet dhcp-leases default)"
ok "the leases are stored"

quietly vnet start default
guest g1 virbr0 52:54:00:01:00:01
guest g2 virbr0 52:54:00:01:00:03
guest g3 virbr0 52:54:00:01:00:04
eq "$(dhcp g1)" 192.168.101.50 "a guest keeps its address"
eq "$(dhcp g2)" 192.168.101.52 "so does one whose lease never ends"
c=$(dhcp g3)
eq "$(on g1 busybox nslookup g1 192.168.101.1)" "*Address*: 192.168.101.50*" "and its name"

# A running network: what is held here stays, what the rules do not give is left out.
cat >"$leases/virbr0.status" <<-E
	[
	$(entry "$c" 52:54:00:09:00:01 $soon),
	$(entry 192.168.101.60 52:54:00:01:00:03 $soon),
	$(entry 192.168.101.9 52:54:00:09:00:02 $soon),
	$(entry 192.168.101.1 52:54:00:09:00:03 $soon),
	$(entry 192.168.101.250 52:54:00:09:00:04 $soon),
	$(entry 10.9.9.9 52:54:00:09:00:05 $soon),
	$(entry 192.168.101.77 52:54:00:09:00:06 $soon ', "hostname": "not a name!"')
	]
E
: >"$leases/virbr1.status"
same "held and foreign addresses are not taken" "network default: 1 lease, 6 leases not taken
network lab: unchanged
network quiet: unchanged" "$(import)"
eq "$(vnet --quiet dhcp-leases default --mac 52:54:00:09:00:06)" "*192.168.101.77/24*" "one more lease on a running network"
eq "$(vnet --quiet dhcp-leases default | grep -c 'not a name')" 0 "what is no name is not taken for one"
eq "$(vnet --quiet dhcp-leases default --mac 52:54:00:01:00:04)" "*$c/24*" "who has an address here keeps it"

# Broken ones are named; the others go on.
sample broken virbr6 4
sed -i "s/192.168.104.1'/192.168.104.300'/" "$dir/broken.xml"
sample foreign virbr7 5
sed -i "s/<forward mode='nat'\/>/<forward mode='hostdev'\/>/; /<bridge/d" "$dir/foreign.xml"
sample taken virbr0 6
echo '[ { "ip-address": "192.168.102.50", "mac' >"$leases/virbr1.status"
echo '[ { "ip-address": 7 } ]' >"$leases/virbr5.status"
sed -i "s/192.168.103.200/192.168.103.100/" "$dir/quiet.xml"
vnet import "$dir" --leases "$leases" >"$T/out" 2>"$T/err"
eq $? 1 "status 1 when one fails"
eq "$(cat "$T/out")" "network default: unchanged*
network lab: unchanged
network quiet: defined" "the others are taken all the same; a changed one is changed"
eq "$(cat "$T/err")" "*network broken: $dir/broken.xml:14: *192.168.104.300*" "a broken definition: file and line"
eq "$(cat "$T/err")" "*network foreign: $dir/foreign.xml:*hostdev*" "one that can't be: why"
eq "$(cat "$T/err")" "*network taken: $dir/taken.xml: *virbr0*" "one that the daemon refuses: why"
eq "$(cat "$T/err")" "*network lab: $leases/virbr1.status: not a JSON list*" "a lease file cut short is skipped"
eq "$(cat "$T/err")" "*network quiet: $leases/virbr5.status: an entry is not a lease*" "so is one with a strange entry"
eq "$(vnet dumpxml quiet)" "*192.168.103.100*" "the change is stored"
refused "a folder that is not there" "*cannot read folder '$T/none'*" vnet import "$T/none"
mkdir "$T/empty"
eq "$(vnet import-libvirt "$T/empty")" "" "an empty folder is nothing to do; virsh-like word"
