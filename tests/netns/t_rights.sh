#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may do what: the read-write sockets are for root and a group, the read-only ones for everybody, who can change nothing.
. "${0%/*}/lib.sh"
need setpriv python3 virsh
! one_uid || skip "there is one user here"
cp /etc/group "$T/group"
sed -i '/^vnet:\|^libvirt:/d' "$T/group"
echo "vnet:x:5001:
libvirt:x:5002:" >>"$T/group"
mount --bind "$T/group" /etc/group
libvirt_place
start_vnetd --libvirt
network default
chmod 755 "$T" "$ROOT" "$ROOT/run" "$ROOT/run/libvirt"
uuid=$(vnet uuid default | head -n 1)
as() # GROUPS CMD...: an ordinary user in these groups
{
	groups=$1 && shift
	[ "$groups" ] && groups="--groups $groups" || groups=--clear-groups
	setpriv --reuid 65534 --regid 65534 $groups env HOME="$T/home" XDG_CACHE_HOME="$T/home" "$@" 2>&1
}
mkdir -m 777 "$T/home"
rw=$ROOT/run/vnet/vnetd-sock
eq "$(stat -c '%a %g' "$rw" "$rw-ro" "$ROOT/run/libvirt/virtnetworkd-sock" "$ROOT/run/libvirt/virtnetworkd-sock-ro")" \
	"660 5001
666 *
660 5002
666 *" "the sockets' groups and modes"
eq "$(as '' vnet -c "$rw" list)" "error: *$rw*Permission denied*" "a stranger has no business there"
eq "$(as 5001 "$BUILD/vnet" -c "$rw" autostart default)" "Network default marked as autostarted*" "who is in group vnet has"
eq "$(as 5002 "$BUILD/vnet" -c "$rw" list)" "error: *Permission denied*" "group libvirt is for libvirt's socket"
eq "$(as 5002 virsh -c network:///system net-autostart default --disable)" "Network default unmarked as autostarted*" "where it is let in"
eq "$(as '' virsh -c network:///system net-list)" "*error: Failed to connect socket to *virtnetworkd-sock*Permission denied*" "and nobody else"
eq "$(as '' virsh -r -c network:///system net-list)" "*default*active*" "everybody may look"
before=$(vnet dumpxml default; vnet list --all)
for s in "$rw-ro" "$ROOT/run/libvirt/virtnetworkd-sock-ro"; do
	as '' python3 "$DATA/readonly.py" "$s" "$uuid" || fail "$(as '' python3 "$DATA/readonly.py" "$s" "$uuid" | tail -n 1)"
done
eq "$(as '' "$BUILD/vnet" -r -c "$rw-ro" destroy default)" "*read only access prevents virNetworkDestroy*" "vnet -r says so too"
same "and nothing has changed" "$before" "$(vnet dumpxml default; vnet list --all)"

# As libvirt's own units have it: systemd makes the socket for everybody, and leaves it to the daemon whom to trust.
command -v systemd-socket-activate >/dev/null || exit 0
stop_vnetd
rm -f "$ROOT/run/libvirt/"*
given=$ROOT/run/libvirt/virtnetworkd-sock
systemd-socket-activate -l "$given" --fdname=virtnetworkd.socket \
	"$BUILD/vnetd" --root "$ROOT" --resolv-conf "$T/resolv.conf" >>"$T/vnetd.log" 2>&1 &
until_true 5 test -S "$given" || fail "no socket"
chmod 666 "$given"
before=$(timeout 20 virsh -c network:///system net-dumpxml default)
eq "$(as '' virsh -c network:///system net-list)" "*default*active*" "systemd's socket for all: everybody may look"
as '' python3 "$DATA/readonly.py" "$given" "$uuid" || fail "a stranger changes networks"
same "and change nothing" "$before" "$(virsh -c network:///system net-dumpxml default)"
eq "$(as 5002 virsh -c network:///system net-autostart default)" "Network default marked as autostarted*" "but group libvirt"
eq "$(virsh -c network:///system net-autostart default --disable)" "Network default unmarked as autostarted*" "and root"
