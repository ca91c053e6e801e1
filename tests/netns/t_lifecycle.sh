#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# define, start, destroy, undefine: what is there at each step, and nothing afterwards.
. "${0%/*}/lib.sh"
outside
before=$(host_state)
start_vnetd
quietly vnet define "$top/xml/default.xml"
eq "$(vnet list --all)" "* default *inactive *no *yes*" "defined: inactive, persistent"
same "a definition alone changes nothing" "$before" "$(host_state)"
quietly vnet start default
eq "$(vnet list)" "* default *active *no *yes*" "started: active"
eq "$(ip -d link show virbr0)" "*UP*alias vnet:*" "the bridge is up and marked as ours" 2>/dev/null
eq "$(ip -br -4 addr show virbr0)" "virbr0 *192.168.122.1/24*" "the bridge has the address"
eq "$(ip -d link show virbr0)" "*stp_state 1*" "STP is on"
eq "$(nft list tables)" "*inet vnetd*" "the firewall is ours"
eq "$(cat /proc/sys/net/ipv4/ip_forward)" 1 "the host forwards"
refused "starting twice is refused" "*network is already active*" vnet start default
quietly vnet destroy default
same "destroy leaves nothing" "$before" "$(host_state)"
refused "destroying twice is refused" "*network 'default' is not active*" vnet destroy default
quietly vnet undefine default
refused "undefined: unknown" "*Network not found: no network with matching name 'default'*" vnet info default
eq "$(find "$ROOT/etc" -name '*.xml')" "" "undefine leaves no file"

quietly vnet create "$DATA/isolated.xml"
eq "$(vnet list)" "* isolated *active *no *no*" "created: active, transient"
quietly vnet destroy isolated
same "destroying a transient network leaves nothing" "$before" "$(host_state)"
refused "a transient network is gone after destroy" "*no network with matching name 'isolated'*" vnet info isolated
stop_vnetd
