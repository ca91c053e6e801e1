#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Beside iptables-legacy, whose rules nf_tables does not show: a start and host-validate name the chain whose policy stops a
# network, and the command that they give lets it through. tests/vm/t_flowtable.sh runs this on
# Debian's kernel.
. "${0%/*}/lib.sh"
need nft iptables-legacy ip6tables-legacy
iptables-legacy -w -L -n >/dev/null 2>&1 || skip "this kernel has no iptables-legacy"
start_vnetd
outside
eq "$(vnet host-validate 2>&1 | grep -c legacy)" 0 "nothing is said of tables that drop nothing"
iptables-legacy -w -P FORWARD DROP
iptables-legacy -w -P INPUT DROP
iptables-legacy -w -A FORWARD -i other0 -j ACCEPT
network default
guest g1 virbr0
eq "$(dhcp g1)" "192.168.122.*" "a guest gets a lease all the same"
eq "$(fetch g1)" "" "the policy stops it"
said() { grep "network: default: iptables-legacy's chain $1 (its policy: drop)" "$T/vnetd.log"; }
eq "$(said FORWARD)" "*stops guests' packets to and from other networks; to let them pass: iptables-legacy -I FORWARD -i virbr0 *" \
	"the start names the chain"
eq "$(said INPUT)" "*stops guests' questions to the host (DNS); to let them pass: iptables-legacy -I INPUT -i virbr0 -j ACCEPT" \
	"also the one that stops questions to the host"
eq "$(vnet host-validate 2>&1)" "*iptables-legacy's chain FORWARD (its policy: drop) stops*-I FORWARD -i virbr0 -j ACCEPT*" \
	"and so does host-validate"
# as the log says
said FORWARD | sed 's/.*let them pass: //; s/legacy -I/legacy -w -I/g' | sh || fail "the remedy is no command"
eq "$(vnet host-validate 2>&1 | grep -o "legacy's chain [A-Z]*")" "legacy's chain INPUT" "each chain has its own rules"
said INPUT | sed 's/.*let them pass: //; s/legacy -I/legacy -w -I/g' | sh || fail "the remedy is no command"
eq "$(fetch g1)" "hello 203.0.113.2 *" "what it says helps"
names() { on g1 timeout 10 busybox nslookup g1 192.168.122.1 | grep -q "$(address g1)"; }
until_true 20 names || fail "the host is not reached with questions"
ok "also for questions to the host"
eq "$(vnet host-validate 2>&1 | grep -c legacy)" 0 "and then nothing is said any more"
iptables-legacy -w -F && iptables-legacy -w -P FORWARD ACCEPT && iptables-legacy -w -P INPUT ACCEPT

ip6tables-legacy -w -P FORWARD DROP
eq "$(vnet host-validate 2>&1)" "*ip6tables-legacy's chain FORWARD (its policy: drop) stops*ip6tables-legacy -I FORWARD*" "IPv6 likewise"
