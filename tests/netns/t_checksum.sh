#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# DHCP through devices that leave UDP checksums to the hardware, as virtio does: what a guest sends with half a checksum is
# understood, and what it gets bears a whole one, also where the guest's kernel does not check it.
. "${0%/*}/lib.sh"
need python3
start_vnetd
network default
guest g1 virbr0
guest g2 virbr0
on g1 python3 "$DATA/checksum.py" eth0 >"$T/seen" 2>"$T/err" || fail "no answer: $(tr '\n' ' ' <"$T/err")"
eq "$(cat "$T/seen")" "*request: partial*" "the guest's request leaves it with half a checksum"
eq "$(grep -c 'reply: right' "$T/seen")" 2 "OFFER and ACK bear whole ones"
eq "$(grep -c 'reply: wrong' "$T/seen")" 0 "none bears another"
eq "$(on g2 dhcp_client eth0 -n 5 --renew | grep -c '^renewed')" 5 "so do answers to renewals: a client that checks takes them"
