#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No space, no inodes, no write access, broken files: one clear error each, and what was stored and what runs is as before.
. "${0%/*}/lib.sh"
small() # FOLDER KILOBYTES: a file system of its own, mounted there
{
	mkdir -p "$1"
	mount -t tmpfs -o "size=$2k,nr_inodes=64,mode=755" small "$1" || skip "cannot mount here"
}
fill() { dd if=/dev/zero of="$1/filler" bs=1k 2>/dev/null; [ -s "$1/filler" ]; } # all its blocks
use_inodes() # FOLDER: all of them
{
	i=0
	while touch "$1/inode$((i += 1))" 2>/dev/null; do :; done
}
one_error() # WHAT PATTERN CMD...: exit status 1; the last line says PATTERN, and only one line does
{
	what=$1 pattern=$2 && shift 2
	"$@" >/dev/null 2>"$T/err"
	[ $? = 1 ] || fail "$what: '$*' gave no status 1"
	eq "$(tail -n 1 "$T/err")" "$pattern" "$what"
	[ "$(wc -l <"$T/err")" -le 2 ] || fail "$what: more than one error: $(tr '\n' ' ' <"$T/err")"
}
etc=$ROOT/etc/vnet stored=$ROOT/etc/vnet/networks run=$ROOT/run/vnet state=$ROOT/var/lib/vnet
full="No space left on device" ro="Read-only file system"
small "$etc" 64
small "$run" 64
small "$state" 512
start_vnetd
quietly vnet define "$DATA/isolated.xml"
network default
vnet dumpxml --inactive isolated >"$T/isolated.xml"
sed 's/<ip address/<domain name="changed.example"\/>\n&/' "$T/isolated.xml" >"$T/changed.xml"
sed 's/isolated/unheard/; /uuid/d; /<mac/d; /<bridge/d' "$T/isolated.xml" >"$T/unheard.xml"
whole() # WHAT: nothing changed, here and for a daemon that starts now
{
	same "$1: the definition is as it was" "$(cat "$T/isolated.xml")" "$(vnet dumpxml --inactive isolated)"
	same "$1: the list is as it was" "$list" "$(vnet list --all)"
	eq "$(find "$stored" -name '.*.new')" "" "$1: nothing half-written is left"
	stop_vnetd KILL
	start_vnetd
	same "$1: after a restart too" "$(cat "$T/isolated.xml")" "$(vnet dumpxml --inactive isolated)"
	same "$1: and the list" "$list" "$(vnet list --all)"
}

# --- definitions
list=$(vnet list --all)
fill "$etc"
one_error "no space: define a new one" "error: *write $stored/unheard.xml: $full" vnet define "$T/unheard.xml"
one_error "no space: change one" "error: *write $stored/isolated.xml: $full" vnet define "$T/changed.xml"
whole "no space"
use_inodes "$etc"
one_error "no inodes: change one" "error: *write $stored/isolated.xml: $full" vnet define "$T/changed.xml"
one_error "no inodes: autostart" "error: *link $stored/autostart/isolated.xml: $full" vnet autostart isolated
whole "no inodes"
quietly vnet undefine isolated
ok "no space, no inodes: undefine frees some"
rm "$etc/filler" "$etc"/inode*
quietly vnet define "$T/isolated.xml"
quietly vnet autostart isolated
list=$(vnet list --all)
mount -o remount,ro "$etc"
one_error "read-only: define a new one" "error: *write $stored/unheard.xml: $ro" vnet define "$T/unheard.xml"
one_error "read-only: change one" "error: *write $stored/isolated.xml: $ro" vnet define "$T/changed.xml"
one_error "read-only: undefine" "error: *remove $stored/*isolated.xml: $ro" vnet undefine isolated
one_error "read-only: autostart" "error: *link $stored/autostart/default.xml: $ro" vnet autostart default
one_error "read-only: autostart --disable" "error: *remove $stored/autostart/isolated.xml: $ro" vnet autostart isolated --disable
whole "read-only"
mount -o remount,rw "$etc"

# --- what runs
before=$(host_state)
fill "$run"
one_error "run is full: start" "error: *write $run/networks/isolated.xml: $full" vnet start isolated
same "run is full: nothing is left of the start" "$before" "$(host_state)"
eq "$(vnet list --name)" "default*" "run is full: what ran goes on"
eq "$(find "$run/networks" -name '.*.new')" "" "run is full: nothing half-written is left"
stop_vnetd KILL
start_vnetd
eq "$(vnet list --name)" "default*" "run is full: vnetd starts, and what ran goes on"
quietly vnet destroy default
ok "run is full: stopping works"
rm "$run/filler"
quietly vnet start isolated
quietly vnet start default
ok "run has space again: both start"

# --- leases
guest g1 virbr0
guest g2 virbr0
a=$(dhcp g1) || fail "no lease"
asks() { on g1 python3 "$DATA/renew.py" eth0 "$a" 192.168.122.1 g1 "$1"; } # renew|inform: the answer
whole=$(asks renew) whole=${whole#5 }
renewed=$(uptime_ms)
[ "$whole" -gt 0 ] || fail "no renewal"
fill "$state"
: >"$T/vnetd.log"
no_lease() { ! on "$1" busybox udhcpc -i eth0 -f -q -n -t 3 -T 1 -s /bin/true >/dev/null 2>&1; }
no_lease g2 || fail "leases are full: one was given that can't be stored"
ok "leases are full: none is given that can't be stored"
waited() { [ $(($(uptime_ms) - renewed)) -ge 3000 ]; }
until_true 20 waited
left=$(asks renew) || fail "leases are full: a known one is not renewed"
eq "$left" "5 *" "leases are full: a known one is renewed"
[ "${left#5 }" -le $((whole - 2)) ] || fail "leases are full: renewed for ${left#5 } s, which is more than is stored"
[ "${left#5 }" -gt $((whole - 600)) ] || fail "leases are full: renewed for ${left#5 } s only"
ok "leases are full: renewed for what is left of it"
eq "$(asks inform)" "5 0" "leases are full: what stores nothing is answered"
no_lease g2 || fail "leases are full: one was given after a renewal"
eq "$(asks renew)" "5 *" "leases are full: renewed once more"
eq "$(vnet --quiet dhcp-leases default | grep -c .)" 1 "leases are full: the known one is known"
eq "$(cat "$T/vnetd.log")" "*guestd: leases: can't be stored, so none is given or made longer: *disk*full*" "leases are full: it is told why"
eq "$(grep -c "can't be stored" "$T/vnetd.log")" "[1-3]" "leases are full: not with every packet"
answered() { on g1 busybox nslookup g1 192.168.122.1 | grep -q "Address.*: $a"; }
asked=$(uptime_ms)
until_true 20 answered || fail "leases are full: names are answered"
took=$(($(uptime_ms) - asked)) # nslookup alone gives up after five seconds
[ $took -lt 2500 ] || note "leases are full: a name was answered after $took ms; load $(cat /proc/loadavg); $(tail -n 3 "$T/vnetd.log" | tr '\n' ';')"
ok "leases are full: names are answered"
rm "$state/filler"
eq "$(dhcp g2)" '192.168.122.*' "space again: the guest gets its lease"
eq "$(dhcp g1)" "$a" "space again: the old one is kept"
eq "$(asks renew)" "5 $whole" "space again: renewed for the whole time"
fill "$state"
stop_vnetd KILL
kill -KILL "$(guestd_pid)"
start_vnetd
ok "leases are full at the start: vnetd starts all the same"
rm "$state/filler"
eq "$(dhcp g1)" "$a" "space again: guestd has the old lease"

# --- broken files
stop_vnetd
good=$stored/isolated.xml
head -c 3000 /dev/urandom >"$stored/garbage.xml"
head -c 300 "$good" >"$stored/truncated.xml"
: >"$stored/empty.xml"
sed '/<uuid>/d' "$good" >"$stored/misnamed.xml"
sed 's/>isolated</>twin</' "$good" >"$stored/twin.xml"
locked=$stored/locked.xml
sed 's/>isolated</>locked</; /<uuid>/d' "$good" >"$locked"
chmod 600 "$locked" && chown nobody "$locked" 2>/dev/null || rm "$locked" # only root has other users' files
mkdir "$stored/folder.xml"
mkfifo "$stored/pipe.xml"
ln -s nowhere.xml "$stored/dangling.xml"
: >"$T/vnetd.log"
start_vnetd
eq "$(vnet list --all)" "*default *active *no *yes*isolated *active *yes *yes*" "broken files: the others load"
eq "$(vnet --quiet list --all --name | grep -c .)" 2 "broken files: and nothing else"
skipped() # FILE PATTERN
{
	eq "$(grep -c "/$1.xml" "$T/vnetd.log"):$(grep "/$1.xml" "$T/vnetd.log")" \
		"1:*definition: $stored/$1.xml: skipped: $2" "broken files: $1 is told"
	[ -e "$stored/$1.xml" ] || [ -L "$stored/$1.xml" ] || fail "broken files: $1 was removed"
}
skipped garbage "*"
skipped truncated "*"
skipped empty "*"
skipped misnamed "*'isolated'*"
skipped twin "*uuid*'isolated'*"
skipped folder "it is not a regular file"
skipped pipe "it is not a regular file"
skipped dangling "read: No such file*"
[ ! -e "$locked" ] || skipped locked "read: Permission denied"
quietly vnet define "$T/unheard.xml"
ok "broken files: more can be defined"
