#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# IPv6: the guest's kernel makes itself an address of what the bridge advertises, or a DHCPv6 client gets one; names are
# answered on the bridge's addresses; an isolated network offers no router.
. "${0%/*}/lib.sh"
need dig dhclient
start_vnetd
quietly vnet define "$DATA/slaac.xml"
vnet start slaac >"$T/out" 2>&1 || { grep -q "cannot be started yet" "$T/out" && skip "IPv6 networks cannot be started yet"; fail "start slaac: $(cat "$T/out")"; }
ok "a network of IPv6 alone starts"
network stateful
global() { on "$1" ip -6 -o addr show dev eth0 scope global -tentative | awk '{ sub("/.*", "", $4); print $4; exit }'; }
has_global() { [ -n "$(global "$1")" ]; }
link_local() { ip -6 -o addr show dev "$1" scope link -tentative | awk '{ sub("/.*", "", $4); print $4; exit }'; }
has_link_local() { [ -n "$(link_local "$1")" ]; }
q() { g=$1 && shift && on "$g" dig +time=2 +tries=2 +short "$@" 2>&1; }

# --- SLAAC
begun=$(uptime_ms)
guest g1 virbr6 52:54:00:77:06:05
until_true 10 has_global g1 || fail "no address by router advertisement"
note "first address after $(($(uptime_ms) - begun)) ms, of a bridge that had no port before"
eq "$(global g1)" "fd00:77:6:0:5054:ff:fe77:605" "the kernel makes an address of the prefix"
router=$(link_local virbr6)
eq "$(on g1 ip -6 route show default)" "default via $router dev eth0 proto ra *expires *" "we are its router"
eq "$(on g1 ip -6 route show fd00:77:6::/64)" "fd00:77:6::/64 dev eth0 proto kernel *" "its prefix is on the link"
eq "$(on g1 cat /proc/sys/net/ipv6/conf/eth0/hop_limit)" 64 "the hop limit that we advertise"
begun=$(uptime_ms)
guest g2 virbr6 52:54:00:77:06:06
until_true 10 has_global g2 || fail "no address for the second guest"
note "the second guest's address after $(($(uptime_ms) - begun)) ms"
eq "$(q g1 @fd00:77:6::1 known AAAA)" fd00:77:6::99 "DNS on the bridge's address"
eq "$(q g1 "@$router%eth0" known AAAA)" fd00:77:6::99 "DNS on the address that we advertise"
eq "$(q g1 +tcp "@$router%eth0" known AAAA)" fd00:77:6::99 "and by TCP"
eq "$(ss -Hlnu "sport = :547" | awk '{ print $4 }')" "*%virbr7:547" "DHCPv6 is served only where it was asked for"

# --- DHCPv6
dhcp6() # NAME
{
	echo "send fqdn.fqdn \"$1.\"; also request dhcp6.name-servers, dhcp6.domain-search; timeout 10;" >"$T/$1.6.conf"
	on "$1" timeout 15 dhclient -6 -D LL -1 -v -e DHCP_RESOLV="$T/$1.resolv6" -cf "$T/$1.6.conf" -lf "$T/$1.6.leases" \
		-pf "$T/$1.6.pid" -sf "$DATA/dhclient.script" eth0 >>"$T/$1.dhcp6.log" 2>&1 ||
		{ cat "$T/$1.dhcp6.log" >&2; return 1; }
	until_true 5 has_global "$1" && global "$1"
}
own_link_local() { on "$1" ip -6 -o addr show dev eth0 scope link -tentative | grep -q fe80; }
guest g3 virbr7 52:54:00:77:07:05
until_true 10 own_link_local g3 && until_true 10 has_link_local virbr7 || fail "no link-local address"
a=$(dhcp6 g3) || fail "no lease by DHCPv6"
eq "$a" "fd00:77:7::1??" "a lease out of the range"
eq "$(on g3 ip -6 route show default)" "" "an isolated network has no router"
eq "$(on g3 ip -6 route show fd00:77:7::/64)" "fd00:77:7::/64 dev eth0 *" "its prefix is on the link"
eq "$(cat "$T/g3.resolv6")" "nameserver fd00:77:7::1" "the name server comes along"
eq "$(grep -c "dhcp6.domain-search \"six.example" "$T/g3.6.leases")" "[1-9]*" "and the domain"
eq "$(q g3 @fd00:77:7::1 g3.six.example AAAA)" "$a" "a lease's name"
eq "$(q g3 @fd00:77:7::1 -x "$a")" "g3.six.example." "a lease's address"
eq "$(q g3 @fd00:77:7::1 fixed.six.example AAAA)" fd00:77:7::9 "a reserved name"
eq "$(vnet dhcp-leases stateful | grep "$a")" "*52:54:00:77:07:05*ipv6*$a*g3*" "the lease is listed"
guest g4 virbr7 52:54:00:77:07:09
until_true 10 own_link_local g4 || fail "no link-local address"
eq "$(dhcp6 g4)" fd00:77:7::9 "a reservation by DUID"

# --- another client, which reads the advertisements itself
if command -v dhcpcd >/dev/null; then
	guest g5 virbr7 52:54:00:77:07:0a
	until_true 10 own_link_local g5 || fail "no link-local address"
	printf '#!/bin/sh\ncase $reason in ROUTERADVERT | BOUND6) env >>%s ;; esac\n' "$T/g5.env" >"$T/dhcpcd.script"
	chmod 755 "$T/dhcpcd.script"
	printf 'duid ll\nipv6rs\nia_na 1\noption dhcp6_name_servers\n' >"$T/dhcpcd.conf"
	on g5 timeout 20 dhcpcd -f "$T/dhcpcd.conf" -6 -1 -t 15 -h g5 --script "$T/dhcpcd.script" eth0 >/dev/null 2>&1
	said() { sed -n "s/^$1=//p" "$T/g5.env" | tail -n 1; }
	eq "$(said nd1_flags) $(said nd1_lifetime) $(said nd1_hoplimit) $(said nd1_mtu)" "MO 0 64 1500" "dhcpcd: the advertisement"
	eq "$(said nd1_prefix_information1_prefix) $(said nd1_prefix_information1_flags) $(said nd1_prefix_information1_vltime)" \
		"fd00:77:7:: L 4294967295" "dhcpcd: its prefix"
	eq "$(said nd1_rdnss1_servers) $(said nd1_rdnss1_lifetime)" "$(link_local virbr7)%eth0 4294967295" "dhcpcd: its name server"
	eq "$(said new_dhcp6_ia_na1_ia_addr1) $(said new_dhcp6_ia_na1_t1) $(said new_dhcp6_name_servers)" \
		"fd00:77:7::1?? 1800 fd00:77:7::1" "dhcpcd: its lease"
fi

kill -KILL "$(guestd_pid)"
served() { q g3 @fd00:77:7::1 g3.six.example AAAA | grep -q "$a"; }
until_true 10 served || fail "guestd is not back"
again() # WHAT
{
	kill "$(cat "$T/g3.6.pid")" 2>/dev/null
	on g3 ip -6 addr flush dev eth0 scope global
	rm -f "$T/g3.6.leases"
	eq "$(dhcp6 g3)" "$a" "$1"
}
again "the same address after guestd was killed"
guestd=$(guestd_pid)
stop_vnetd KILL
again "the same address while vnetd is gone"
start_vnetd
eq "$(guestd_pid)" "$guestd" "vnetd is back: the same guestd"
eq "$(vnet dhcp-leases stateful | grep -c "$a\|fd00:77:7::9")" 2 "and it knows the leases"
again "the same address after vnetd was killed"
quietly vnet update stateful add ip-dhcp-host --live --parent-index 1 \
	"<host id='0:3:0:1:52:54:0:77:7:5' name='g3' ip='fd00:77:7::33'/>"
a=fd00:77:7::33
again "a reservation that was added while it runs"
kill "$(cat "$T/g3.6.pid")" 2>/dev/null
on g3 timeout 10 dhclient -6 -D LL -r -cf "$T/g3.6.conf" -lf "$T/g3.6.leases" -pf "$T/g3.6.pid" \
	-sf "$DATA/dhclient.script" eth0 >/dev/null 2>&1
gone() { ! vnet dhcp-leases stateful | grep -q "$a"; }
until_true 5 gone || fail "a released lease is still listed"
ok "a released lease is gone"

# --- both families behind NAT
outside
ip addr add 2001:db8::2/64 dev up0 nodad
on outside ip addr add 2001:db8::1/64 dev eth0 nodad
ip -6 route add default via 2001:db8::1
on outside busybox httpd -f -p "[2001:db8::1]:$web_port" -h "$T/www" &
quietly vnet define "$top/examples/dual-stack-nat.xml"
quietly vnet start dual-stack
bridge=$(vnet dumpxml dual-stack | sed -n "s/.*<bridge name='\([^']*\)'.*/\1/p")
dhcp6_dhclient() { until_true 10 own_link_local "$1" && dhcp6 "$1"; }
dhcp6_dhcpcd() # it reads router advertisements itself, and is told by them that there is DHCPv6
{
	on "$1" dhcpcd -f /dev/null -6 -1 -t 15 -h "$1" --script /bin/true eth0 >>"$T/$1.dhcp6.log" 2>&1
	until_true 5 has_global "$1" && global "$1" || { cat "$T/$1.dhcp6.log" >&2; return 1; }
}
for client in dhclient dhcpcd; do
	command -v $client >/dev/null || { echo "skip $client: not installed"; continue; }
	guest $client "$bridge"
	a=$(dhcp $client) || fail "$client: no lease of IPv4"
	eq "$a" "10.60.0.1??" "$client: a lease of IPv4"
	six=$(dhcp6_$client $client) || fail "$client: no lease by DHCPv6"
	eq "$six" "fd20:0:0:1::1???" "$client: a lease of IPv6 beside it"
	eq "$(vnet dhcp-leases dual-stack)" "*$client*" "$client: it is listed"
	eq "$(vnet dhcp-leases dual-stack | grep -c "$a/24\|$six/64")" 2 "$client: with both addresses"
	set -- $(fetch $client)
	eq "$2" 203.0.113.2 "$client reaches the world by IPv4, from the host's address"
	set -- $(fetch $client "[2001:db8::1]")
	eq "$2" "*2001:db8::2*" "$client reaches the world by IPv6, likewise"
done
