#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Events of networks: as vnet prints them and as virsh does; who does not read them is cut off.
. "${0%/*}/lib.sh"
need virsh
start_vnetd
v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
eq "$(vnet event --list)" "lifecycle
metadata-change
lease*" "the kinds are listed"
refused "a kind is wanted" "*either --list or --event <type> is required*" vnet event
command vnet --root "$ROOT" event --event lifecycle --loop --timeout 30 >"$T/ours" 2>&1 &
ours=$!
refused "nothing but time" "*" vnet event --event lifecycle --timeout 1
eq "$(cat "$T/out")" "event loop timed out*events received: 0*" "and it says so"

network default
command vnet --root "$ROOT" event --event lifecycle --loop --timestamp --network default >"$T/one" 2>&1 &
one=$!
virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" net-event --event lifecycle --loop --timeout 30 >"$T/virsh" 2>&1 &
theirs=$!
v net-event --event lifecycle --network default >"$T/virsh1" 2>&1 &
theirs1=$!
until_true 5 eval '[ "$(ss -Hxp src "$ROOT/run/vnet/vnetd-sock" | grep -c ESTAB)" -ge 4 ]' ||
	fail "the four clients are not there"
sleep 0.3
quietly vnet define "$DATA/isolated.xml"
quietly vnet destroy default
quietly vnet start default
quietly vnet undefine default
wait $theirs1
eq "$(cat "$T/virsh1")" "event 'lifecycle' for network default: Stopped*events received: 1*" "virsh, one event of one network"
until_true 20 grep -q Undefined "$T/virsh" && kill -INT $theirs
wait $theirs
eq "$(cat "$T/virsh")" "event 'lifecycle' for network isolated: Defined
event 'lifecycle' for network default: Stopped
event 'lifecycle' for network default: Started
event 'lifecycle' for network default: Undefined
event loop interrupted
events received: 4*" "virsh, in a loop"
kill -TERM $one && wait $one && ok "ours is interrupted, having seen some"
eq "$(cat "$T/one")" "20*+0000: event 'lifecycle' for network default: Stopped
*Started
*Undefined
event loop interrupted
events received: 3*" "only those of one network, with their time"
kill -TERM $ours && wait $ours
eq "$(head -n 3 "$T/ours")" "event 'lifecycle' for network default: Defined
event 'lifecycle' for network default: Started
event 'lifecycle' for network isolated: Defined" "from the first definition on"
eq "$(ss -Hxp src "$ROOT/run/vnet/vnetd-sock" | grep -c ESTAB)" 0 "all of them are gone"

# A daemon whose last words are two events.
command -v python3 >/dev/null || exit 0
PYTHONPATH=$DATA python3 - "$T/last" <<'END' &
import socket, struct, sys
from wire import MESSAGE, REPLY, message, read_message, text, words
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
s = listener.accept()[0]
for payload in (words(1, 0), b"", words(0)):  # to AUTH_LIST, OPEN and REGISTER
    number, _, serial = struct.unpack(">iII", read_message(s)[12:24])
    answer = message(number, payload, serial, kind=REPLY)
    if number == 313:
        for what in (2, 3):
            answer += message(315, words(0) + text("gone") + bytes(16) + words(what, 0), 1, kind=MESSAGE)
    s.sendall(answer)
END
until_true 5 test -S "$T/last"
refused "a daemon that ends is told" "*vnetd closed the connection*" command vnet -c "$T/last" event --event lifecycle --loop --timeout 9
eq "$(cat "$T/out")" "event 'lifecycle' for network gone: Started
event 'lifecycle' for network gone: Stopped*" "after the last of its events"
