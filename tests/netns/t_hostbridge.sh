#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks on what the host has: its own bridge, which stays as it is but for taps that we plug in, and devices that ports
# share or have to themselves.
. "${0%/*}/lib.sh"
start_vnetd
define() # NAME INNER
{
	echo "<network><name>$1</name>$2</network>" >"$T/$1.xml"
	quietly vnet define "$T/$1.xml"
}
port() # N: a port of guest N on network $net
{
	cat >"$T/port$1.xml" <<-END
	<networkport>
	  <uuid>aaaaaaaa-bbbb-cccc-dddd-00000000000$1</uuid>
	  <owner><name>guest$1</name><uuid>cccccccc-0000-0000-0000-00000000000$1</uuid></owner>
	  <mac address='52:54:00:00:00:2$1'/>
	</networkport>
	END
	vnet port-create "$net" "$T/port$1.xml" 2>&1
}
plug() { vnet port-dumpxml "$net" "aaaaaaaa-bbbb-cccc-dddd-00000000000$1" | sed -n 's/.*\(<plug.*\)/\1/p'; }

net=lan
define lan "<forward mode='bridge'/><bridge name='br0'/>"
quietly vnet start lan
until_true 5 grep -q "network: lan: the host has no bridge 'br0' yet" "$T/vnetd.log" && ok "a bridge that is not there is warned of" ||
	fail "no warning"
ip link add br0 address 52:54:00:00:00:01 type bridge
ip link set br0 up
ip addr add 192.0.2.1/24 dev br0
state() { ip -o -4 addr show br0 && ip -d -o link show br0 | grep -o 'link/ether [^ ]*\|mtu [0-9]*\|group [a-z]*\|alias .*\|forward_delay [0-9]*\|stp_state .'; }
before=$(state)
eq "$(vnet plan lan)" "network lan *bridge br0, which is the host's*nothing*" "the plan is to do nothing"
eq "$(vnet info lan)" "*Active: *yes*Bridge: *br0*" "it runs on the host's bridge"
eq "$(port 1)" "Network port *" "a port on it"
eq "$(plug 1)" "<plug type='bridge' bridge='br0'/>" "is to be plugged into that bridge"
if [ -w /dev/net/tun ] && ! one_uid; then
	quietly vnet tap add lan --name tap1 --mac 52:54:00:00:00:31
	eq "$(ip -o link show master br0)" "*tap1*" "a tap of ours is plugged into it"
	ip link set tap1 nomaster
	until_true 5 eval 'ip -o link show master br0 | grep -q tap1' && ok "and again when somebody pulls it out" || fail "it stays out"
	stop_vnetd KILL
	ip link set tap1 nomaster
	start_vnetd
	eq "$(ip -o link show master br0)" "*tap1*" "and by the next daemon"
	quietly vnet tap del tap1
fi
same "the bridge itself is as the host made it" "$before" "$(state)"
eq "$(nft list tables)" "" "and there are no rules"
quietly vnet destroy lan
eq "$(ip addr show br0)" "*192.0.2.1/24*" "it outlives the network"
eq "$(ls "$ROOT/run/vnet/networks" "$ROOT/run/vnet/ports" | grep -c xml)" 0 "which leaves nothing"

net=vepa
define vepa "<forward mode='vepa'><interface dev='eth1'/><interface dev='eth2'/></forward>"
quietly vnet start vepa
for n in 1 2 3; do port $n >/dev/null; done
eq "$(plug 1) $(plug 2) $(plug 3)" \
	"<plug type='direct' dev='eth1' mode='vepa'/> <plug type='direct' dev='eth2' mode='vepa'/> <plug type='direct' dev='eth1' mode='vepa'/>" \
	"ports are spread over the devices"
eq "$(vnet dumpxml vepa)" "*connections='3'*<interface dev='eth1' connections='2'/>*<interface dev='eth2' connections='1'/>*" "and counted"
stop_vnetd KILL
start_vnetd
eq "$(vnet dumpxml vepa)" "*<interface dev='eth1' connections='2'/>*" "also after a crash"
sed -i "s/<interface dev='eth2'.>/&<interface dev='eth3'\/>/" "$T/vepa.xml"
quietly vnet apply "$T/vepa.xml"
eq "$(vnet dumpxml vepa)" "*dev='eth1' connections='2'*dev='eth2' connections='1'*dev='eth3'/>*" "and by a definition that is applied"
port 4 >/dev/null
eq "$(plug 4)" "*dev='eth3'*" "the next takes the free one"
eq "$(vnet info vepa)" "*Autostart: *no" "it has no bridge to show"
! command -v virsh >/dev/null ||
	eq "$(virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" net-info vepa)" "*Autostart: *no" "virsh shows none either"
refused "a tap has no place there" "*has no bridge to plug a tap into: mode 'vepa'*" vnet tap add vepa
sed -i "s/mode='vepa'/mode='nat'/; s/<interface[^>]*>//g; s/<name>/<bridge name='v0'\/><ip address='10.5.0.1'\/>&/" "$T/vepa.xml"
refused "another kind of network is another start" "*stop it to change that to 'nat'*" vnet apply "$T/vepa.xml"
quietly vnet destroy vepa

net=alone
define alone "<forward mode='passthrough' dev='eth1'/>"
quietly vnet start alone
port 1 >/dev/null
eq "$(port 2)" "*requires exclusive access to interfaces, but none are available*" "passthrough: a device is one port's"
quietly vnet port-delete alone aaaaaaaa-bbbb-cccc-dddd-000000000001
eq "$(port 2)" "Network port *" "until that is deleted"

define two "<forward mode='bridge'/><bridge name='br0'/>"
quietly vnet start two
quietly vnet start lan
ok "two networks may use one bridge of the host"
define pf "<forward mode='hostdev'><pf dev='eth9'/></forward>"
refused "what we can't do is said" "*<pf> of <forward> cannot be started yet*" vnet start pf
