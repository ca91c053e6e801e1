#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Somebody changes what is ours behind our back: each thing is noticed and put right at once, without a reload; a loop of
# it is slowed down.
. "${0%/*}/lib.sh"
mkdir -p "$ROOT/etc/vnet"
echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf" # else nobody could change the rules (t_owner.sh)
start_vnetd
outside
network default
guest g1 virbr0
dhcp g1 >/dev/null || fail "no lease"
[ ! -w /dev/net/tun ] || quietly vnet tap add default --name tap7
list_rules() { nft -s list table inet vnetd; }
rules=$(list_rules)
ip link add other type bridge

rules_back() { [ "$(list_rules)" = "$rules" ]; }
address_back() { ip -4 addr show virbr0 | grep -q 192.168.122.1/24; }
bridge_back() { ip -d link show virbr0 | grep -q alias && address_back; }
port_back() { ip link show tap7 | grep -q 'master virbr0'; }
forwarding_back() { [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]; }
up_back() { ip link show virbr0 | grep -q '[<,]UP'; }
repaired() { grep -c 'default: repaired' "$T/vnetd.log"; }

# The reload afterwards says that this was no fight; it must be over before the next row.
heals() # CHECK WHAT WORD-OF-THE-LOG-LINE CMD...
{
	check=$1 what=$2 word=$3 && shift 3
	lines=$(repaired) t=$(date +%s%N)
	quietly "$@"
	until_true 5 "$check" || fail "$what: it comes back"
	ms=$((($(date +%s%N) - t) / 1000000))
	ok "$what: it comes back"
	note "$what: back after $ms ms"
	sleep 0.05 # what else this moved
	eq $(($(repaired) - lines)) 1 "$what: one line tells"
	eq "$(grep 'default: repaired' "$T/vnetd.log" | tail -n 1)" "*$word*" "$what: and names it"
	kill -HUP "$vnetd_pid"
	sleep 0.1
}
heals rules_back "ruleset flushed" "after nft (*) had*rules of 'virbr0'" nft flush ruleset
heals rules_back "our table deleted" "rules of 'virbr0'" nft delete table inet vnetd
heals rules_back "a chain flushed" "rules of 'virbr0'" nft flush chain inet vnetd virbr0_nat4
heals rules_back "an element deleted" "rules of 'virbr0'" nft delete element inet vnetd egress '{ "virbr0" }'
heals rules_back "a chain deleted" "rules of 'virbr0'" nft 'delete element inet vnetd egress { "virbr0" }
	flush chain inet vnetd virbr0_out; delete chain inet vnetd virbr0_out'
heals rules_back "a foreign rule in our table" "rules of 'virbr0'" nft add rule inet vnetd forward accept
heals address_back "address deleted" "add address 192.168.122.1/24" ip addr del 192.168.122.1/24 dev virbr0
heals up_back "bridge down" "bring up 'virbr0'" ip link set virbr0 down
heals forwarding_back "forwarding off" "ip_forward to 1" sysctl -q net.ipv4.ip_forward=0
[ ! -w /dev/net/tun ] || heals port_back "port moved to another bridge" "'tap7'" ip link set tap7 master other
[ ! -w /dev/net/tun ] || heals port_back "port taken out" "'tap7'" ip link set tap7 nomaster
heals bridge_back "bridge deleted" "create bridge 'virbr0'" ip link del virbr0
[ ! -w /dev/net/tun ] || eq "$(ip link show tap7)" "*master virbr0*" "and its taps are attached again"

ip link set p-g1 master virbr0
eq "$(dhcp g1)" "192.168.122.*" "leases are served on it"
eq "$(fetch g1)" "hello 203.0.113.2 *" "and the world is reached through it"

lines=$(repaired)
end=$(($(uptime_ms) + 1500)) rounds=0
while [ "$(uptime_ms)" -lt $end ]; do
	ip addr del 192.168.122.1/24 dev virbr0 2>/dev/null && rounds=$((rounds + 1))
	sleep 0.01
done
eq $(($(repaired) - lines)) '[345]' "a fight of $rounds rounds is not fought at any price"
eq "$(grep -c 'default: others keep changing' "$T/vnetd.log")" 1 "one line says so"
until_true 8 address_back || fail "the last word is ours"
ok "the last word is ours"
eq "$(vnet plan default)" "*repaired 1? times*" "repairs are counted"
