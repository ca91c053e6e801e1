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
systemd-socket-activate -l "$run/vnetd-sock" -l "$run/vnetd-sock-ro" --fdname=vnetd.socket:vnetd-ro.socket \
	"$BUILD/vnetd" --root "$ROOT" --resolv-conf "$T/resolv.conf" >>"$T/vnetd.log" 2>&1 &
all_there() { [ -S "$run/guestd-sock" ] && [ -S "$run/vnetd-sock" ] && [ -S "$run/vnetd-sock-ro" ]; }
until_true 5 all_there || fail "no sockets"
eq "$(timeout 10 "$BUILD/vnet" --root "$ROOT" list --all)" "*Name*State*" "the first client starts the daemon and is answered"
eq "$(timeout 10 "$BUILD/vnet" --root "$ROOT" -r list --all)" "*Name*State*" "so is one on the read-only socket"
network default
guest g1 virbr0
eq "$(dhcp g1)" "192.168.122.*" "guestd, a unit of its own, serves leases"
eq "$(stat -c %U "/proc/$(guestd_pid)")" nobody "as its own user"
