#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every file in examples/ and xml/ passes the check, is stored and printed back as the same network, starts and stops; what
# can only be stored yet says so by name (vnet-network(5), LIMITS).
. "${0%/*}/lib.sh"
mount -t tmpfs -o mode=755 vnet-test /srv && mkdir /srv/tftp # a boot server's folder, seen by this test alone
start_vnetd
before=$(host_state)
for f in "$top"/examples/*.xml "$top"/xml/*.xml; do
	name=$(sed -n 's|.*<name>\(.*\)</name>.*|\1|p' "$f")
	quietly vnet check "$f"
	quietly vnet define "$f"
	vnet dumpxml "$name" >"$T/first"
	quietly vnet define "$T/first"
	vnet dumpxml "$name" >"$T/second"
	same "${f#"$top"/}: printed as it was read" "$(cat "$T/first")" "$(cat "$T/second")"
	if vnet start "$name" >"$T/start" 2>&1; then
		eq "$(vnet list --name)" "*$name*" "${f#"$top"/}: starts"
		quietly vnet destroy "$name"
	else
		eq "$(cat "$T/start")" "*unsupported configuration: *cannot be started yet*" "${f#"$top"/}: is stored"
	fi
	quietly vnet undefine "$name"
	same "${f#"$top"/}: leaves nothing" "$before" "$(host_state)"
done
