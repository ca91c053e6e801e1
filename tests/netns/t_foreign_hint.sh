#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Another firewall drops what it does not know, and we are told to leave it alone: the log names its chain and how to let the network pass; that helps, and
# then nothing is said.
. "${0%/*}/lib.sh"
mkdir -p "$ROOT/etc/vnet"
echo "coexist = warn" >"$ROOT/etc/vnet/vnetd.conf"
start_vnetd
outside
nft -f - <<END
table inet filter {
	chain forward { type filter hook forward priority 0; policy drop; }
	chain input { type filter hook input priority 0; policy accept; }
}
END
network default
guest g1 virbr0
dhcp g1 >/dev/null || fail "no lease"
eq "$(fetch g1)" "" "another firewall's drop is final"
line=$(grep 'default: chain' "$T/vnetd.log")
eq "$line" "*chain forward of table inet filter*not ours*" "the log names its chain"
foreign=$(nft list table inet filter)
eval "${line##*to let them pass: }" || fail "the remedy is no command: $line"
eq "$(fetch g1)" "hello 203.0.113.2 *" "and the remedy, done as it stands there, helps"
[ "$(nft list table inet filter)" != "$foreign" ] || fail "it was nothing"
quietly vnet destroy default
quietly vnet start default
eq "$(grep -c 'default: chain' "$T/vnetd.log")" 1 "then nothing is said any more"
quietly vnet destroy default

nft delete table inet filter
nft -f - <<END
table ip filter {
	chain DOCKER-USER { return; }
	chain FORWARD { type filter hook forward priority 0; policy drop; jump DOCKER-USER; }
	chain INPUT { type filter hook input priority 0; policy drop; }
}
END
quietly vnet start default
eq "$(grep 'default: chain FORWARD' "$T/vnetd.log")" "*iptables -I DOCKER-USER -i virbr0*" "where Docker is, its chain for that is named"
eq "$(grep 'default: chain INPUT' "$T/vnetd.log")" "*iptables -I INPUT -i virbr0*" "a drop of what is for the host is named too"
quietly vnet destroy default
bridged=/proc/sys/net/bridge/bridge-nf-call-iptables
[ ! -w $bridged ] || echo 0 >$bridged
network isolated
eq "$(grep -c 'isolated: chain FORWARD' "$T/vnetd.log")" 0 "an isolated network misses no forwarding"
[ -w $bridged ] || { echo "skip what is bridged and filtered: no br_netfilter here" && exit; }
quietly vnet destroy isolated
echo 1 >$bridged
quietly vnet start isolated
eq "$(grep 'isolated: chain FORWARD' "$T/vnetd.log")" "*packets to each other*-i virbr1*" "but where bridged packets are filtered it does"
