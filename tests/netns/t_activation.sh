#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# As under systemd: the sockets are there first, guestd runs as a unit of its own with its user and no capabilities, and
# the first client starts the daemon.
. "${0%/*}/lib.sh"
need systemd-socket-activate setpriv
! one_uid || skip "guestd needs a user of its own here"
run=$ROOT/run/vnet
mkdir -p "$run" "$ROOT/var/lib/vnet"
chmod 700 "$ROOT/var/lib/vnet"
chown nobody "$ROOT/var/lib/vnet"
systemd-socket-activate -l "$run/guestd-sock" setpriv --reuid nobody --clear-groups --bounding-set=-all --no-new-privs \
	"$BUILD/vnet-guestd" --root "$ROOT" >>"$T/vnetd.log" 2>&1 &
systemd-socket-activate -l "$run/vnetd-sock" -l "$run/vnetd-sock-ro" -l "$run/admin-sock" \
	--fdname=vnetd.socket:vnetd-ro.socket:virtnetworkd-admin.socket \
	"$BUILD/vnetd" --root "$ROOT" --resolv-conf "$T/resolv.conf" >>"$T/vnetd.log" 2>&1 &
all_there() { [ -S "$run/guestd-sock" ] && [ -S "$run/vnetd-sock" ] && [ -S "$run/vnetd-sock-ro" ]; }
until_true 5 all_there || fail "no sockets"
eq "$(timeout 10 "$BUILD/vnet" --root "$ROOT" list --all)" "*Name*State*" "the first client starts the daemon and is answered"
eq "$(timeout 10 "$BUILD/vnet" --root "$ROOT" -r list --all)" "*Name*State*" "so is one on the read-only socket"
network default
guest g1 virbr0
eq "$(dhcp g1)" "192.168.122.*" "guestd, a unit of its own, serves leases"
eq "$(stat -c %U "/proc/$(guestd_pid)")" nobody "as its own user"
eq "$(grep -c 'virtnetworkd-admin.socket: there is no such interface here' "$T/vnetd.log")" 1 "one line tells what is not spoken"
if command -v python3 >/dev/null; then
	answer=$(timeout 20 python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
print("end" if s.recv(1) == b"" else "answer")' "$run/admin-sock")
	eq "$answer" end "whoever comes there is refused at once"
fi
