#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vnet edit with editors that are scripts: at a terminal it asks what to do with an error, without one it gives up.
. "${0%/*}/lib.sh"
start_vnetd
network default
stored() { vnet -q dumpxml default --inactive; }
editor() { printf '#!/bin/sh\n%s\n' "$1" >"$T/editor" && chmod 755 "$T/editor"; }
export EDITOR="$T/editor" TMPDIR="$T"
unset VISUAL

editor true
eq "$(vnet edit default)" "Network default XML configuration not changed." "nothing changed"
editor 'sed -i s/122.254/122.200/ "$1"'
eq "$(vnet edit default)" "Network default XML configuration edited." "edited"
eq "$(stored)" "*end='192.168.122.200'*" "edited: it is stored"
eq "$(vnet -q dumpxml default)" "*end='192.168.122.254'*" "edited: what runs is not touched"
xml=$(stored)
editor 'sed -i s/122.200/123.200/ "$1"'
refused "without a terminal an error is the end" "error: *192.168.123.200*" vnet edit default
editor 'sed -i "s/<name>default/<name>other/" "$1"'
refused "another name" "*already defined with uuid*" vnet edit default
editor "sed -i s/122.200/122.210/ \"\$1\"; vnet --root '$ROOT' -q desc default --config meanwhile"
refused "changed meanwhile" "*The XML configuration was changed by another user.*" vnet edit default
eq "$(stored)" "*meanwhile*122.200*" "changed meanwhile: the other change stays"
quietly vnet desc default --config ''
same "as before" "$xml" "$(stored)"
eq "$(find "$T" -name 'vnet-*.xml')" "" "no file is left"

command -v script >/dev/null || exit 0
# at_terminal ANSWERS: `vnet edit default` at a terminal where the ANSWERS are typed, each when it is asked for.
at_terminal()
{
	(for a in $1; do
		until_true 5 asked || exit
		asked_before=$((asked_before + 1))
		echo "$a"
	done) | script -qefc "vnet --root '$ROOT' edit default" "$T/typescript" >"$T/out" 2>&1
}
asked_before=0
asked() { [ "$(grep -c 'Try again' "$T/typescript")" -gt "$asked_before" ]; }
# edits like the first script the first time, like the second one later
twice()
{
	rm -f "$T/again" "$T/typescript"
	editor "if [ -e '$T/again' ]; then $2; else touch '$T/again'; $1; fi"
}
twice 'sed -i s/122.200/123.200/ "$1"' 'sed -i s/123.200/122.220/ "$1"'
at_terminal y || fail "edited again: $(cat "$T/out")"
eq "$(cat "$T/out")" "*Try again? ?y,n,i,f,*edited.*" "an error is asked about, and edited again"
eq "$(stored)" "*122.220*" "edited again: the text was kept"
xml=$(stored)
twice 'sed -i s/122.220/123.200/ "$1"' true
at_terminal "? n" && fail "given up: it succeeded"
eq "$(cat "$T/out")" "*y - yes, edit again*" "help"
same "given up: nothing changed" "$xml" "$(stored)"
twice 'sed -i "s|</network>|  <frobnicate/>\n</network>|; s/122.220/122.230/" "$1"' true
at_terminal i || fail "unchecked: $(cat "$T/out")"
eq "$(cat "$T/out")" "*failed to validate against schema*edited.*" "i: stored without validation"
eq "$(stored)" "*122.230*" "i: it is stored"
twice "sed -i s/122.230/122.240/ \"\$1\"; vnet --root '$ROOT' -q desc default --config meanwhile" true
at_terminal "y f" || fail "forced: $(cat "$T/out")"
eq "$(stored)" "*122.240*" "f: stored over the other change"
eq "$(stored | grep -c meanwhile)" 0 "f: the other change is gone"
