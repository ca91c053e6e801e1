#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Leases of a network that ended while nobody was there to be told, as a transient one does at boot: they go when vnetd starts,
# unless it could not read all definitions; and what could not be deleted at once is deleted later.
. "${0%/*}/lib.sh"
start_vnetd
network default
quietly vnet create "$DATA/isolated.xml"
guest g1 virbr0
a=$(dhcp g1) || fail "no lease"
uuid() { vnet dumpxml "$1" | sed -n "s/.*<uuid>\(.*\)<.*/\1/p" | tr -d -; }
default=$(uuid default) isolated=$(uuid isolated)
bridge=$(vnet dumpxml isolated | sed -n "s/.*<bridge name='\([^']*\)'.*/\1/p")
guest g2 "$bridge"
dhcp g2 >/dev/null || fail "no lease of the transient network"
rows() # UUID: leases and history of it in the database
{
	python3 - "$ROOT/var/lib/vnet" "$1" <<-'EOF'
		import glob, sqlite3, sys
		db = sqlite3.connect("file:%s?mode=ro" % glob.glob(sys.argv[1] + "/*.db")[0], uri=True)
		count = lambda table: db.execute("SELECT count(*) FROM %s WHERE hex(network) = upper(?)" % table, (sys.argv[2],))
		print(*(count(t).fetchone()[0] for t in ("lease", "history")))
	EOF
}
boots() # as after a reboot: both are gone, and what tells what ran
{
	stop_vnetd KILL
	kill -KILL "$(guestd_pid)"
	rm -r "$ROOT/run/vnet"
	start_vnetd
}
is() { [ "$(rows "$1")" = "$2" ]; }
eq "$(rows "$default"):$(rows "$isolated")" "1 1:1 1" "both networks' leases are stored"
broken=$ROOT/etc/vnet/networks/broken.xml
echo "<network>" >"$broken"
boots
sleep 0.5
eq "$(rows "$default"):$(rows "$isolated")" "1 1:1 1" "a definition can't be read: no lease is dropped"
rm "$broken"
mv "$ROOT/etc/vnet" "$T/unmounted"
boots
sleep 0.5
eq "$(rows "$default"):$(rows "$isolated")" "1 1:1 1" "there is no definition at all: neither is one"
stop_vnetd KILL
rm -rf "$ROOT/etc/vnet"
mv "$T/unmounted" "$ROOT/etc/vnet"
start_vnetd
until_true 10 is "$isolated" "0 0" || fail "the gone network's leases stay stored: $(rows "$isolated")"
ok "the gone network's leases and history are dropped"
eq "$(rows "$default")" "1 1" "those of a network that is only stopped stay"
quietly vnet start default
ip link set p-g1 master virbr0
eq "$(dhcp g1)" "$a" "and are given again"
quietly vnet create "$DATA/isolated.xml"
kill -KILL "$(guestd_pid)"
back() { guestd_pid && vnet dhcp-leases default | grep -q "$a"; }
until_true 20 back || fail "guestd is not back"
sleep 0.5
is "$default" "1 1" || fail "guestd came back: a lease was dropped: $(rows "$default")"
ok "guestd came back: no lease was dropped"

# --- the database can't be written at that moment
ip link set p-g2 master "$bridge"
dhcp g2 >/dev/null || fail "no lease of the transient network"
isolated=$(uuid isolated)
eq "$(rows "$isolated")" "1 [1-9]*" "the transient network's lease is stored again"
: >"$T/held"
python3 - "$ROOT/var/lib/vnet" "$T/held" <<-'EOF' &
	import glob, os, sqlite3, sys, time
	db = sqlite3.connect(glob.glob(sys.argv[1] + "/*.db")[0], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	os.rename(sys.argv[2], sys.argv[2] + ".now")
	while os.path.exists(sys.argv[2] + ".now"):
	    time.sleep(0.01)
EOF
until_true 10 test -e "$T/held.now" || fail "the database is not locked"
: >"$T/vnetd.log"
quietly vnet destroy isolated
refused() { grep -q "leases: can't be stored" "$T/vnetd.log"; }
until_true 10 refused || fail "that they can't be dropped is not told"
eq "$(rows "$isolated")" "1 [1-9]*" "the ended network's lease can't be dropped"
rm "$T/held.now"
until_true 30 is "$isolated" "0 0" || fail "it is not tried again: $(rows "$isolated")"
ok "it is dropped later"
