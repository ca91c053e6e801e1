#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A network is changed while it runs: guests keep what they have, nothing but the difference is touched, and what fails
# leaves everything as it was.
. "${0%/*}/lib.sh"
mkdir -p "$ROOT/etc"
mount -t tmpfs vnet-etc "$ROOT/etc" || skip "cannot mount here"
start_vnetd
outside
network default
network isolated
guest g1 virbr0 52:54:00:00:00:11
guest g2 virbr0 52:54:00:00:00:12
dhcp g1 dhclient >/dev/null && b=$(dhcp g2) || fail "no lease"
links() { ip -o link show; ip -o addr show | sed "s/ tentative / /"; nft -s list ruleset; }
both() { vnet -q dumpxml "$1" && vnet -q dumpxml --inactive "$1"; }
before=$(links)
guestd=$(guestd_pid)
untouched() # WHAT
{
	same "$1: links and rules untouched" "$before" "$(links)"
	eq "$(guestd_pid)" "$guestd" "$1: no restart"
	eq "$(vnet plan default)" "*to change now:*nothing*" "$1: the plan is true"
	eq "$(dhcp g2)" "$b" "$1: the other guest keeps its address"
}

# a reservation
host="<host mac='52:54:00:00:00:11' name='one' ip='192.168.122.77'/>"
eq "$(vnet -q update default add ip-dhcp-host "$host" --live --config)" "" "quiet"
eq "$(vnet -q dumpxml default)" "*$host*" "a host added: live"
eq "$(vnet -q dumpxml default --inactive)" "*$host*" "a host added: stored"
eq "$(dhcp g1 dhclient)" 192.168.122.77 "a host added: its guest asks again and gets the address"
eq "$(on g2 busybox nslookup one 192.168.122.1)" "*Address*: 192.168.122.77*" "a host added: DNS knows it"
untouched "a host added"
xml=$(both default)
refused "a host twice" "*Requested operation is not valid: *ip-dhcp-host*'default'*already*" \
	vnet update default add-first ip-dhcp-host "$host" --live --config
same "a host twice: nothing changed" "$xml" "$(both default)"
quietly vnet update default modify ip-dhcp-host "<host mac='52:54:00:00:00:11' name='one' ip='192.168.122.78'/>"
eq "$(dhcp g1 dhclient)" 192.168.122.78 "a host modified: the next address"
eq "$(vnet -q dumpxml default --inactive)" "*$host*" "a host modified live: the stored one is not"

# DNS entries
if command -v dig >/dev/null; then
	q() { on g2 dig +time=2 +tries=2 +short @192.168.122.1 "$@" 2>&1; }
	quietly vnet update default add dns-host "<host ip='192.168.122.9'><hostname>db</hostname></host>"
	eq "$(q db)" 192.168.122.9 "dns-host: the name is answered"
	quietly vnet update default add dns-txt "<txt name='note' value='hello'/>"
	eq "$(q note TXT)" '"hello"' "dns-txt: the text is answered"
	quietly vnet update default add dns-srv "<srv service='ldap' protocol='tcp' target='db' port='389'/>"
	eq "$(q _ldap._tcp SRV)" "*389 db." "dns-srv: the service is answered"
	untouched "DNS entries"
	quietly vnet update default delete dns-host "<host><hostname>db</hostname></host>"
	eq "$(q db)" "" "dns-host deleted: the name is gone"
fi

# what makes no sense is refused, and nothing of it stays
xml=$(both default)
refused "what makes no sense" "*ip address 192.168.123.90 is not inside 192.168.122.0/24*" \
	vnet update default add ip-dhcp-host "<host mac='52:54:00:00:00:77' ip='192.168.123.90'/>" --live --config
same "what makes no sense: both definitions are unchanged" "$xml" "$(both default)"
untouched "what makes no sense"
odd="<host mac='52:54:00:00:00:77' id='01:02' ip='192.168.122.90'><o:option xmlns:o='urn:vnet:network:1' code='3'/></host>"
quietly vnet update default add ip-dhcp-host "$odd" --live --config
eq "$(vnet plan default)" "*host 52:54:00:00:00:77 id 01:02 -> 192.168.122.90*option 3: not sent*" "a host with an id and an option"
quietly vnet update default delete ip-dhcp-host "$odd" --live --config
same "deleted: both definitions are as before" "$xml" "$(both default)"

# the way out, while guests talk
quietly vnet update default add forward-interface "<interface dev='up0'/>" --live
eq "$(nft list ruleset)" '*oifname "up0" ip saddr 192.168.122.0/24*' "forward-interface: guests leave by it alone"
eq "$(fetch g1)" "hello 203.0.113.2 *" "forward-interface: the world is reached"
quietly vnet update default delete forward-interface "<interface dev='up0'/>" --live
eq "$(vnet plan default)" "*to change now:*nothing" "forward-interface: the plan is true"

# one of two definitions refuses
xml=$(both default)
refused "live has it, config has it otherwise" "*Requested operation is not valid: *already*" \
	vnet update default add ip-dhcp-host "<host mac='52:54:00:00:00:99' ip='192.168.122.77'/>" --live --config
same "one definition refuses: both are unchanged" "$xml" "$(both default)"
quietly vnet update default delete ip-dhcp-host "<host mac='52:54:00:00:00:11'/>" --live --config

# ranges: one that is full, and a network without DHCP
cat >"$T/small.xml" <<-XML
	<network>
	  <name>small</name>
	  <bridge name='virbr7'/>
	  <ip address='10.77.7.1' prefix='24'/>
	</network>
XML
quietly vnet create "$T/small.xml"
guest g3 virbr7
refused "without a range: no lease" "*" on g3 busybox udhcpc -i eth0 -f -q -n -t 2 -T 1 -s "$DATA/udhcpc.script"
before=$(links)
range="<range start='10.77.7.50' end='10.77.7.50'/>"
eq "$(vnet update small add ip-dhcp-range "$range")" "Updated network small live state" "a transient network's first range"
eq "$(dhcp g3)" 10.77.7.50 "the first range: DHCP is on"
guest g4 virbr7
refused "the range is full" "*" on g4 busybox udhcpc -i eth0 -f -q -n -t 2 -T 1 -s "$DATA/udhcpc.script"
guest_gone g4
quietly vnet update small add-last ip-dhcp-range "<range start='10.77.7.60' end='10.77.7.60'/>" --parent-index 0
guest g4 virbr7
eq "$(dhcp g4)" 10.77.7.60 "a second range: the next guest gets of it"
eq "$(dhcp g3)" 10.77.7.50 "a second range: the first guest keeps its address"
guest_gone g4
same "ranges: links and rules untouched" "$before" "$(links)"
refused "a transient network's stored definition" "*cannot change persistent config of a transient network*" \
	vnet update small delete ip-dhcp-range "$range" --config
quietly vnet update small delete ip-dhcp-range "$range"
quietly vnet update small delete ip-dhcp-range "<range start='10.77.7.60' end='10.77.7.60'/>"
refused "without ranges again: no lease" "*" on g3 busybox udhcpc -i eth0 -f -q -n -t 2 -T 1 -s "$DATA/udhcpc.script"
guest_gone g3
quietly vnet destroy small
before=$(links)

# a full or read-only disk
xml=$(both isolated)
mount -o remount,ro "$ROOT/etc" || fail "cannot remount"
refused "read-only file system" "*network 'isolated': *Read-only file system*" \
	vnet update isolated add ip-dhcp-host "$(echo "$host" | sed s/192.168.122/10.77.1/)" --live --config
same "read-only file system: both definitions are unchanged" "$xml" "$(both isolated)"
untouched "read-only file system"
quietly vnet update isolated add portgroup "<portgroup name='staff'/>" --live
mount -o remount,rw "$ROOT/etc"
eq "$(vnet -q dumpxml isolated)" "*<portgroup name='staff'>*" "live alone needs no disk"

# what was changed survives
quietly vnet update isolated add portgroup "<portgroup name='guests' default='yes'/>" --config
stop_vnetd KILL
start_vnetd
eq "$(vnet -q dumpxml isolated)" "*<portgroup name='staff'>*" "after a crash: live"
eq "$(vnet -q dumpxml --inactive isolated)" "*<portgroup name='guests' default='yes'>*" "after a crash: stored"
untouched "after a crash"
quietly vnet destroy isolated
refused "not running" "*network is not running*" vnet update isolated delete portgroup "<portgroup name='guests'/>" --live
eq "$(vnet update isolated delete portgroup "<portgroup name='guests'/>")" "Updated network isolated persistent config" \
	"not running: the stored one is meant"

# the administrator's hook hears of it, afterwards
mkdir -p "$ROOT/etc/vnet/hooks"
printf '#!/bin/sh\necho "$*" >"%s"; cat >"%s"; echo no thanks >&2; [ $1 != isolated ]\n' "$T/hook.args" "$T/hook.xml" \
	>"$ROOT/etc/vnet/hooks/network"
chmod 755 "$ROOT/etc/vnet/hooks/network"
quietly vnet update default add portgroup "<portgroup name='hooked'/>" --live
eq "$(cat "$T/hook.args")" "default updated begin -" "the hook is called"
eq "$(cat "$T/hook.xml")" "<hookData>*<portgroup name='hooked'>*</hookData>" "the hook reads what it is now"
refused "a hook that fails is reported" "*no thanks*" vnet update isolated add portgroup "<portgroup name='hooked'/>"
eq "$(vnet -q dumpxml isolated)" "*<portgroup name='hooked'>*" "a hook that fails undoes nothing"
rm "$ROOT/etc/vnet/hooks/network"

if command -v virsh >/dev/null; then
	v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
	eq "$(v net-update default add ip-dhcp-host "$host" --live --config)" \
		"Updated network default persistent config and live state" "virsh net-update"
	eq "$(v net-update default add ip-dhcp-host "$host" --live)" "error: Failed to update network default*already*" \
		"virsh net-update twice"
	eq "$(dhcp g1 dhclient)" 192.168.122.77 "virsh net-update: the guest gets the address"
fi
