#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The administrator's hook scripts: when they run, what they read, what their exit status decides, and that nobody else waits.
. "${0%/*}/lib.sh"
mkdir -p "$ROOT/etc/vnet/hooks/network.d"
hook() # FILE: a script from standard input
{
	cat >"$ROOT/etc/vnet/hooks/$1"
	chmod 755 "$ROOT/etc/vnet/hooks/$1"
}
no_bridge() { eq "$(ip -br link show virbr0 2>&1)" "*does not exist*" "$1"; }
log=$T/hooks.log
: >"$log"
hook network <<EOF
#!/bin/sh
echo "network \$*" >>"$log"
cat >"$T/\$2.xml"
EOF
hook network.d/10-second <<EOF
#!/bin/sh
echo "second \$*" >>"$log"
EOF
start_vnetd
quietly vnet define "$top/xml/default.xml"
quietly vnet start default
eq "$(cat "$log")" "network default start begin -
second default start begin -
network default started begin -
second default started begin -" "both scripts run around the start, in order"
eq "$(head -n 2 "$T/start.xml")" "<hookData>
  <network>" "the definition is on standard input"
eq "$(tail -n 1 "$T/start.xml")" "</hookData>" "in an element of its own"
: >"$log"
quietly vnet destroy default
until_true 5 grep -q "second default stopped end -" "$log" || fail "no hook after the stop"
ok "they hear of the stop"

hook network <<EOF
#!/bin/sh
[ \$2 != start ] || { echo "not today" >&2; exit 3; }
EOF
out=$(vnet start default 2>&1) && fail "a refused start succeeds"
eq "$out" "*hook*start begin: exit status 3: not today*" "a start is refused, with the script's words"
eq "$(vnet list --all)" "*default*inactive*" "refused: the network is inactive"
no_bridge "refused: nothing was made"
out=$(vnet create "$DATA/isolated.xml" 2>&1) && fail "a refused create succeeds"
eq "$(vnet -q list --all --name)" "default" "refused: a transient network is gone"

hook network <<EOF
#!/bin/sh
[ \$2 != started ] || exit 1
EOF
out=$(vnet start default 2>&1) && fail "an undone start succeeds"
no_bridge "refused after the start: all is undone"

hook network <<EOF
#!/bin/sh
[ \$2 != start ] || sleep 2
EOF
vnet start default >"$T/slow" 2>&1 &
slow=$!
sleep 0.3
t=$(uptime_ms)
quietly vnet list --all
[ $(($(uptime_ms) - t)) -lt 1000 ] || fail "others wait for a slow script"
ok "others don't wait for a slow script"
quietly vnet destroy default
wait $slow
eq "$(cat "$T/slow")" "Network default started*" "the slow start ends well"
eq "$(vnet list --all)" "*default*inactive*" "a destroy meanwhile waits, then stops it"

# A network that is to be transient is there while its script runs, with nothing stored and nothing running.
vnet create "$DATA/isolated.xml" >"$T/slow" 2>&1 &
slow=$!
until_true 5 vnet info isolated || fail "a network is not seen while it starts"
eq "$(vnet dumpxml isolated)" "<network>*<name>isolated</name>*" "its XML is shown meanwhile"
eq "$(vnet info isolated)" "*Active: *no*Persistent: *no*Bridge: *virbr*" "and its bridge"
eq "$(vnet -q dhcp-leases isolated && vnet plan isolated)" "network isolated*" "its leases and plan"
quietly vnet define "$DATA/isolated.xml"
wait $slow
eq "$(cat "$T/slow")" "Network isolated created*" "it starts in the end"
eq "$(vnet list --all)" "*isolated *active *no *yes*" "and is persistent, since it was defined meanwhile"
same "as the same network" "$(vnet dumpxml isolated | grep '<uuid>')" "$(vnet dumpxml isolated --inactive | grep '<uuid>')"

# Two that start at once and leave their bridge's name open get different ones.
for n in 1 2; do
	echo "<network><name>open$n</name><ip address='10.60.$n.1' netmask='255.255.255.0'/></network>" >"$T/open$n.xml"
	vnet create "$T/open$n.xml" >"$T/open$n" 2>&1 &
done
until_true 10 grep -q created "$T/open1" && until_true 10 grep -q created "$T/open2" || fail "$(cat "$T/open1" "$T/open2")"
ok "two open bridge names at once"

# Calls that wait, seen from the wire. The script waits for a file, which says what becomes of the start.
command -v python3 >/dev/null || exit 0
hook network <<EOF
#!/bin/sh
[ \$2 = start ] || exit 0
until [ -e "$T/flag" ]; do sleep 0.05; done
[ ! -s "$T/flag" ]
EOF
timeout 60 python3 "$DATA/slow_calls.py" "$ROOT/run/vnet/vnetd-sock" "$vnetd_pid" "$T/flag" 2>"$T/err" || fail "$(tail -n 1 "$T/err")"
