#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Title, description and other programs' elements: live and stored, over restarts, byte for byte.
. "${0%/*}/lib.sh"
start_vnetd
network default
command vnet --root "$ROOT" event --event metadata-change --loop >"$T/events" 2>&1 &
watcher=$!
until_true 5 eval '[ "$(ss -Hxp src "$ROOT/run/vnet/vnetd-sock" | grep -c ESTAB)" -ge 1 ]' || fail "nobody watches"
sleep 0.3
quietly vnet desc default --title --live --config 'The & lab'
quietly vnet desc default --config 'Stored words.'
quietly vnet desc default --live 'Live words.'
element='<app:owner name="x" xml:lang="en">2026 &amp; on</app:owner>'
quietly vnet metadata default http://example.org/app --key app --live --config --set "$element"
quietly vnet metadata default urn:live --key l --set '<l:a>1</l:a>'
texts() # what a client sees
{
	vnet -q desc default --title && echo
	vnet -q desc default --live && echo
	vnet -q desc default --config && echo
	vnet -q metadata default http://example.org/app --config
	vnet -q metadata default urn:live
}
want=$(printf '%s\n' 'The & lab' 'Live words.' 'Stored words.' "$(echo "$element" | sed 's/app://g')" '<a>1</a>')
same "what was set is read" "$want" "$(texts)"
kill -TERM $watcher && wait $watcher
eq "$(cat "$T/events")" "event 'metadata-change' for network default: type title, uri <null>
event 'metadata-change' for network default: type description, uri <null>
event 'metadata-change' for network default: type description, uri <null>
event 'metadata-change' for network default: type element, uri http://example.org/app
event 'metadata-change' for network default: type element, uri urn:live
*events received: 5*" "who watches is told"
eq "$(vnet -q metadata default urn:live --config)" "" "live alone is not stored"
eq "$(vnet -q list --title)" " default   active   no   yes   The & lab" "list --title"
stop_vnetd KILL
start_vnetd
same "after a crash: the same" "$want" "$(texts)"
quietly vnet metadata default http://example.org/app --remove
eq "$(vnet -q metadata default http://example.org/app)" "" "removed: live"
eq "$(vnet -q metadata default http://example.org/app --config)" "<owner*</owner>" "removed live: still stored"
quietly vnet destroy default
quietly vnet start default
eq "$(vnet -q desc default)" "Stored words." "started again: the stored description"
quietly vnet define "$top/xml/default.xml"
eq "$(vnet desc default --config)" "No description for network: default" "defined again without: gone"

command -v virsh >/dev/null || exit 0
v() { virsh -c "network+unix:///system?socket=$ROOT/run/vnet/vnetd-sock" "$@" 2>&1; }
v help net-desc >/dev/null || exit 0 # since 9.7
eq "$(v net-desc default --title --new-desc 'By virsh')" "Network title updated successfully" "virsh net-desc"
eq "$(v net-desc default --title)" "By virsh" "virsh net-desc reads it"
eq "$(v net-metadata default urn:v --key v --set '<v:a/>')" "Metadata modified" "virsh net-metadata"
eq "$(v net-metadata default urn:v)" "<v:a/>" "virsh net-metadata reads it"
