#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Beside others that drop what they do not know - Docker's rules through iptables, a plain ruleset of nftables, bridged
# packets being filtered too - guests work: rules of ours stand in their chains, and nothing else there changes. They come
# back after a reload and go with the last network.
. "${0%/*}/lib.sh"
need nft
start_vnetd
outside
settings() # LINE
{
	mkdir -p "$ROOT/etc/vnet"
	echo "$1" >"$ROOT/etc/vnet/vnetd.conf"
	kill -HUP "$vnetd_pid"
}
bridged() { [ ! -w /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo "$1" >/proc/sys/net/bridge/bridge-nf-call-iptables; }
bridged 0
guests()
{
	network default
	for g in g1 g2; do
		[ -e "$T/$g.pid" ] && ip link set "p-$g" master virbr0 || guest $g virbr0
	done
}

# The rules that Docker 26 loads.
docker()
{
	iptables -w -P FORWARD DROP
	for c in DOCKER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2 DOCKER-USER; do
		iptables -w -N $c
	done
	for rule in 'DOCKER-USER -j RETURN' 'DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP' 'DOCKER-ISOLATION-STAGE-2 -j RETURN' \
		'DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2' \
		'DOCKER-ISOLATION-STAGE-1 -j RETURN' 'FORWARD -j DOCKER-USER' 'FORWARD -j DOCKER-ISOLATION-STAGE-1' \
		'FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' 'FORWARD -o docker0 -j DOCKER' \
		'FORWARD -i docker0 ! -o docker0 -j ACCEPT' 'FORWARD -i docker0 -o docker0 -j ACCEPT'; do
		iptables -w -A $rule || return
	done
	iptables -w -t nat -N DOCKER
	iptables -w -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
	iptables -w -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
}
by_docker()
{
	case $(iptables -V 2>/dev/null) in
	*nf_tables*) ;;
	*) echo "skip Docker: no iptables over nf_tables here" && return ;;
	esac
	docker || fail "Docker's rules cannot be loaded"
	foreign=$(iptables -S)
	guests
	guests_work "beside Docker"
	ours='-A DOCKER-USER -m devgroup --src-group 0x766e -m comment --comment vnetd -j ACCEPT
-A DOCKER-USER -m devgroup --dst-group 0x766e -m comment --comment vnetd -j ACCEPT'
	eq "$(iptables -S DOCKER-USER)" "-N DOCKER-USER
$ours
-A DOCKER-USER -j RETURN" "our rules stand in DOCKER-USER, in a form that iptables reads"
	same "nothing else of Docker's changed" "$foreign" "$(iptables -S | grep -v -- '--comment vnetd')"
	# what iptables itself would write, byte by byte
	kill -STOP "$vnetd_pid" # it would take this one for a rule of its own that is not needed
	iptables -N probe && iptables -A probe -m devgroup --src-group 0x766e -m comment --comment vnetd -j ACCEPT
	rule() { nft --debug=netlink list chain ip filter "$1" 2>/dev/null | sed -n '/devgroup/,/^$/p' | sed '/^$/q; s/counter.*/counter/'; }
	same "they are what iptables would have made" "$(rule probe)" "$(rule DOCKER-USER)"
	iptables -F probe && iptables -X probe
	kill -CONT "$vnetd_pid"

	back() { [ "$(iptables -S DOCKER-USER | grep -c -- '--comment vnetd')" = 2 ]; }
	iptables -F DOCKER-USER
	iptables -A DOCKER-USER -j RETURN # as Docker does when it starts again
	until_true 10 back || fail "our rules do not come back"
	eq "$(iptables -S DOCKER-USER | tail -n 1)" "*RETURN" "what flushes the chain finds our rules back in front of the return"
	eq "$(grep -c 'put back into chain DOCKER-USER.*which iptables .* changed' "$T/vnetd.log")" "[1-9]*" "a line names who changed it"
	guests_work "after that"

	bridged 1
	guests_work "and when bridged packets are filtered too"
	bridged 0

	quietly vnet define "$DATA/isolated.xml"
	quietly vnet start isolated
	quietly vnet destroy default
	eq "$(iptables -S | grep -c -- '--comment vnetd')" 0 "an isolated network needs no way through"
	quietly vnet destroy isolated
	same "after the last one Docker's rules are what they were" "$foreign" "$(iptables -S)"
	for t in filter nat; do
		iptables -t $t -P FORWARD ACCEPT 2>/dev/null
		iptables -t $t -F && iptables -t $t -X
	done
	nft delete table ip filter && nft delete table ip nat
}

# What Debian's nftables.service loads on a host that was closed by hand.
by_nftables()
{
	cat >"$T/nftables.conf" <<-END
		#!/usr/sbin/nft -f
		flush ruleset
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
				ct state established,related accept
				iifname lo accept
				tcp dport 22 accept
				meta l4proto { icmp, ipv6-icmp } accept
			}
			chain forward {
				type filter hook forward priority filter; policy drop;
				counter drop
			}
		}
	END
	nft -f "$T/nftables.conf"
	guests
	guests_work "beside nftables.service"
	eq "$(nft list chain inet filter forward | grep -A 9 policy | tr -d '\n')" "*oifgroup*accept*drop*" "our rules stand before its last word"
	eq "$(nft list chain inet filter input)" "*accept comment \"vnetd\"*" "and it lets questions to the host pass"
	nft -f "$T/nftables.conf" # systemctl reload nftables
	back() { [ "$(nft list table inet filter | grep -c 'comment "vnetd"')" = 6 ]; }
	until_true 10 back || fail "our rules do not come back"
	guests_work "after its reload"
	nft -f - <<-END
		table inet filter {
			chain forward { type filter hook forward priority filter; policy accept; }
		}
		flush chain inet filter forward
	END
	gone() { [ "$(nft list chain inet filter forward | grep -c 'comment "vnetd"')" = 0 ]; }
	until_true 10 gone || fail "our rules stay where nothing drops"
	ok "where nothing drops any more our rules go"
	nft -f "$T/nftables.conf"
	until_true 10 back || fail "our rules do not come back"

	settings "coexist = warn"
	gone() { [ "$(nft list table inet filter | grep -c 'comment "vnetd"')" = 0 ]; }
	until_true 10 gone || fail "coexist = warn leaves our rules"
	eq "$(fetch g1)" "" "told to keep out we do"
	settings "coexist = auto"
	until_true 10 back || fail "coexist = auto does not put them in"
	eq "$(fetch g1)" "hello 203.0.113.2 *" "and told so we come back"

	stop_vnetd KILL
	before=$(nft -a list table inet filter)
	start_vnetd
	same "a daemon that starts again finds its rules and touches none" "$before" "$(nft -a list table inet filter)"
	said=$(grep -c 'others keep taking rules of ours out' "$T/vnetd.log")
	end=$(($(uptime_ms) + 5000)) rounds=0
	while [ "$(uptime_ms)" -lt $end ]; do
		nft flush chain inet filter forward 2>/dev/null && rounds=$((rounds + 1))
		sleep 0.02
	done
	eq $(($(grep -c 'others keep taking rules of ours out' "$T/vnetd.log") - said)) 1 "a fight of $rounds rounds is not fought at any price, and a line says so"
	quietly vnet destroy default
	eq "$(nft list ruleset)" "*table inet filter*" "a stop leaves the others' table"
	eq "$(nft list ruleset | grep -c 'vnetd')" 0 "and nothing of ours"
}
by_docker
by_nftables
