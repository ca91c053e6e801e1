#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the host uses already is refused by name and never touched; a start that fails half-way is undone.
. "${0%/*}/lib.sh"
need busybox
start_vnetd
quietly vnet define "$top/xml/default.xml"

ip link add virbr0 type bridge
ip link set virbr0 up
before=$(host_state)
refused "a foreign bridge of that name: refused" "*virbr0*" vnet start default
same "the foreign bridge is not touched" "$before" "$(host_state)"
ip link del virbr0

ip link add eth7 type veth peer name eth8
ip addr add 192.168.122.77/24 dev eth7
ip link set eth7 up
before=$(host_state)
refused "a subnet in use: refused, naming the interface" "*eth7*" vnet start default
same "nothing remains of the refused start" "$before" "$(host_state)"
ip link del eth7

# somebody serves DNS on every address: found only after bridge, rules and addresses are there
busybox httpd -f -p 0.0.0.0:53 -h "$T" &
occupant=$!
until_true 5 sh -c 'ss -Hlnt | grep -q :53' || fail "cannot occupy port 53"
before=$(host_state)
refused "port 53 in use: refused" "*53*" vnet start default
same "the half-failed start is undone" "$before" "$(host_state)"
eq "$(vnet list --all)" "* default *inactive*" "the network stays inactive"
kill "$occupant"
wait "$occupant" 2>/dev/null
quietly vnet start default
eq "$(vnet list)" "* default *active*" "it starts when nothing is in the way"

# the daemon knows the routes by now: what came since counts, what went does not
sed '/<uuid>/d; s/>default</>twin</; s/virbr0/virbr7/' "$top/xml/default.xml" >"$T/twin.xml"
quietly vnet define "$T/twin.xml"
refused "the subnet of a network: refused, naming it" "*network 'default'*" vnet start twin
quietly vnet destroy default
quietly vnet start twin
quietly vnet destroy twin
ip link add eth9 type bridge
ip link set eth9 up
ip addr add 192.168.122.70/26 dev eth9
refused "a part of the subnet, in use since: refused" "*eth9*192.168.122.64/26*" vnet start default
ip addr del 192.168.122.70/26 dev eth9
ip route add 192.168.122.0/24 dev eth9
refused "a route of the same subnet too" "*eth9*" vnet start default
ip link set eth9 down
quietly vnet start default
eq "$(vnet list)" "* default *active*" "and it starts when they are gone"
