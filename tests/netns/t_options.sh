#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Lines of dnsmasq's configuration in a definition: what means something for us is done, the rest is said, and refused if the
# settings want that.
. "${0%/*}/lib.sh"
need dig busybox
start_vnetd
network_with() # LINE...: the default network with these lines, stored
{
	options=
	for line; do options="$options<d:option value='$line'/>"; done
	sed "s|</network>|<d:options xmlns:d='http://libvirt.org/schemas/network/dnsmasq/1.0'>$options</d:options></network>|" \
		"$top/xml/default.xml" >"$T/options.xml"
	vnet define "$T/options.xml"
}
network_with address=/apps.lab/192.168.122.77 cname=www.lab,web.lab host-record=web.lab,192.168.122.8 \
	dhcp-option=option:ntp-server,192.0.2.9 conf-dir=/etc/x >/dev/null || fail "define"
grep -q "'conf-dir=/etc/x' has no effect" "$T/vnetd.log" || fail "an option without effect is said"
ok "define: an option without effect is said"
quietly vnet start default
[ "$(grep -c "'conf-dir=/etc/x' has no effect" "$T/vnetd.log")" = 2 ] || fail "start: an option without effect is said"
ok "start: an option without effect is said"
eq "$(vnet dumpxml default)" "*<dnsmasq:option value='conf-dir=/etc/x'/>*" "it is kept"
guest g1 virbr0
quietly dhcp g1
q() { on g1 dig +time=2 +tries=2 +short @192.168.122.1 "$@" 2>&1; }
eq "$(q x.y.apps.lab)" 192.168.122.77 "address=: all below the domain"
eq "$(q www.lab)" "web.lab.*192.168.122.8" "cname= and host-record="
eq "$(vnet plan default)" "*option 42: c0 00 02 09*" "dhcp-option= is handed over"
quietly vnet destroy default

# Options of our own namespace: of the network, of a range and of a host, the narrower one first.
cat >"$T/own.xml" <<-END
	<network xmlns:vnet='urn:vnet:network:1'><name>own</name><bridge name='virbr5'/><domain name='own.example'/>
	<ip address='10.65.0.1' prefix='24'><dhcp>
	<range start='10.65.0.100' end='10.65.0.109'><vnet:option name='ntp-server' value='10.65.0.2'/></range>
	<host mac='52:54:00:65:00:01' ip='10.65.0.9'><vnet:option name='ntp-server' value='10.65.0.3'/></host>
	<host name='by-id' id='ff:00:00:00:01:0a' ip='10.65.0.10'/>
	<vnet:option name='ntp-server' value='0.0.0.0, 10.65.0.4'/>
	<vnet:option code='224' type='hex' value='01ab' force='yes'/>
	<vnet:option name='domain-name'/></dhcp></ip></network>
END
quietly vnet define "$T/own.xml"
quietly vnet start own
told() # GUEST [OPTION...]: what it is told
{
	printf '#!/bin/sh\n[ "$1" = bound ] && echo "$ip ntp $ntpsrv domain $domain 224 $opt224" >%s\n' "$T/$1.told" >"$T/told"
	chmod +x "$T/told"
	guest=$1 && shift
	on "$guest" busybox udhcpc -i eth0 -n -q -t 5 -s "$T/told" -O ntpsrv -O domain "$@" >/dev/null 2>&1
	cat "$T/$guest.told"
}
guest o1 virbr5 52:54:00:65:00:01
guest o2 virbr5 52:54:00:65:00:02
guest o3 virbr5 52:54:00:65:00:03
eq "$(told o1)" "10.65.0.9 ntp 10.65.0.3 domain  224 01ab" "a host's option, and one that is forced"
eq "$(told o2)" "10.65.0.10? ntp 10.65.0.2 domain  224 01ab" "a range's option; one without a value is not sent"
eq "$(told o3 -C -x 0x3d:ff000000010a)" "10.65.0.10 ntp 10.65.0.1 10.65.0.4 domain  224 01ab" \
	"a host by its client id; the network's option"
quietly vnet destroy own
network_with address=/a/b >/dev/null || fail "a malformed option is stored"
out=$(vnet start default 2>&1) && fail "a malformed option starts"
eq "$out" "*malformed <dnsmasq:option> 'address=/a/b'*" "a malformed option does not start"

echo "strict_options = yes" >"$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
refused() { out=$(network_with conf-dir=/etc/x 2>&1); [ $? = 1 ]; }
until_true 5 refused || fail "strict_options: an option without effect is refused"
eq "$out" "*dnsmasq option 'conf-dir=/etc/x' has no effect here*" "strict_options: an option without effect is refused"
quietly network_with cname=a,b
echo "strict_option = yes" >"$ROOT/etc/vnet/vnetd.conf"
stop_vnetd
"$BUILD/vnetd" --root "$ROOT" 2>"$T/bad" && fail "bad settings"
eq "$(cat "$T/bad")" "*vnetd.conf: line 1: there is no setting 'strict_option'*" "settings that are wrong are named"
