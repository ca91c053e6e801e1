#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bad input: FILE:LINE and what is wrong with which element, exit 1, nothing stored.
. "${0%/*}/lib.sh"
start_vnetd
bad() # NAME LINE PATTERN; the document is read from standard input
{
	cat >"$T/$1.xml"
	refused "check names file and line: $1" "*$1.xml:$2: $3*" vnet check "$T/$1.xml"
	refused "define refuses it: $1" "*:$2:*$3*" vnet define "$T/$1.xml"
}
bad cut-short 4 "*" <<-E
	<network>
	  <name>n</name>
	  <ip address='10.0.0.1'
E
bad bad-address 4 "*" <<-E
	<network>
	  <name>n</name>
	  <bridge name='br-n'/>
	  <ip address='10.0.0.300' netmask='255.255.255.0'/>
	</network>
E
bad range-outside 4 "*" <<-E
	<network>
	  <name>n</name>
	  <ip address='10.0.0.1' netmask='255.255.255.0'><dhcp>
	    <range start='10.0.1.2' end='10.0.1.9'/>
	  </dhcp></ip>
	</network>
E
bad unknown-mode 3 "*masquerade*" <<-E
	<network>
	  <name>n</name>
	  <forward mode='masquerade'/>
	</network>
E
eq "$(vnet list --all --name)" "" "nothing is stored"
eq "$(find "$ROOT/etc" -name '*.xml')" "" "no file is left"
quietly vnet check "$top/xml/default.xml" "$DATA/isolated.xml" "$DATA/routed.xml"
ok "good files pass the check"
