#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vnetd is killed (-9) in place of each system call that it makes for define, update, undefine and autostart, and started
# again. Afterwards the old or the new state is there, whole; the new one if the client was told so.
. "${0%/*}/lib.sh"
[ -x "$BUILD/tests/peer/kill_at" ] || skip "tests/peer/kill_at is not built"
stored=$ROOT/etc/vnet/networks
start_vnetd
network isolated

definition() # LAST: the last address of the range
{
	cat <<-E
		<network>
		  <name>crash</name>
		  <uuid>5f3c1b1e-7d63-4f0b-9a55-6f2f3c0c1a01</uuid>
		  <bridge name='virbr9'/>
		  <mac address='52:54:00:aa:bb:09'/>
		  <ip address='10.99.0.1' netmask='255.255.255.0'><dhcp><range start='10.99.0.2' end='10.99.0.$1'/></dhcp></ip>
		</network>
	E
}
definition 99 >"$T/old.xml"
definition 199 >"$T/new.xml"

# All that is stored, byte for byte, and what the daemon says of it.
look()
{
	find "$stored" -type l -printf '%p -> %l\n' -o -type f -printf '%p\n' -exec cat {} + | sort
	vnet --quiet "dumpxml --inactive crash; dumpxml crash; info crash; dumpxml isolated; list --all --name; list --name" 2>&1
}
step() { vnet --quiet "$1" >"$T/out" 2>&1 || fail "'$1': $(tr '\n' ' ' <"$T/out")"; }

# points WHAT COMMAND UNDO [BETWEEN]: until the command is done before its kill. UNDO leads back to the state before;
# BETWEEN, from the state before, to one that may be seen too.
points()
{
	old=$(look) between=
	[ -z "$4" ] || { step "$4"; between=$(look); step "$3"; }
	step "$2"
	new=$(look)
	step "$3"
	[ "$(look)" = "$old" ] || fail "$1: '$3' does not lead back"
	n=0 kept=0 done=0 calls=
	while :; do
		kill_at "$vnetd_pid" $n vnet --root "$ROOT" --quiet "$2" >"$T/point" 2>"$T/err"
		case $? in
		0) ;;
		77) skip "$(cat "$T/err")" ;;
		*) fail "$1, call $n: $(tail -n 1 "$T/err")" ;;
		esac
		read -r end call status <"$T/point"
		[ "$end" = killed ] || break
		wait "$vnetd_pid" 2>/dev/null
		start_vnetd
		now=$(look)
		where="$1, killed in place of call $n, $call, client's status $status"
		if [ "$now" = "$new" ]; then
			done=$((done + 1))
		elif [ "$status" = 0 ]; then
			fail "$where: what the client was told is lost"
		elif [ "$now" = "$old" ]; then
			kept=$((kept + 1))
		elif [ "$now" != "$between" ]; then
			echo "$now" >&2
			fail "$where: neither the old nor the new state is there"
		fi
		[ "$now" = "$old" ] || step "$3"
		n=$((n + 1)) calls="$calls $call"
	done
	[ "$status" = 0 ] && [ "$(look)" = "$new" ] || fail "$1: not done without a kill either"
	ok "$1: whole after a kill at each of $n system calls"
	for call in $5; do
		case "$calls " in *" $call "*) ;; *) fail "$1: no kill in place of $call: $calls" ;; esac
	done
	note "$1: $n kill points: old $kept times, new $done, between $((n - kept - done))"
	total=$((total + n))
}
total=0
written="openat write fsync renameat"
points "define, new" "define $T/old.xml" "undefine crash" "" "$written"
points "define, changed" "define $T/new.xml" "define $T/old.xml" "" "$written"
points "autostart" "autostart crash" "autostart crash --disable" "" "symlinkat renameat fsync"
points "autostart, off" "autostart crash --disable" "autostart crash" "" "unlinkat fsync"
step "define $T/old.xml; autostart crash"
points "undefine" "undefine crash" "define $T/old.xml; autostart crash" "autostart crash --disable" "unlinkat fsync"
if vnet help update >/dev/null 2>&1; then
	step "define $T/old.xml"
	echo "<host mac='52:54:00:aa:bb:10' ip='10.99.0.10'/>" >"$T/host.xml"
	change="update crash add ip-dhcp-host $T/host.xml"
	points "update" "$change --config" "define $T/old.xml" "" "$written"
	# two files: what runs changes before what is stored, each of them whole
	again="destroy crash; define $T/old.xml; start crash"
	step "$again"
	points "update of what runs, too" "$change --live --config" "$again" "$change --live" "$written"
fi
note "$total kill points in all"
