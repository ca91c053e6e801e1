#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Our tables are ours alone while the daemon runs, where the kernel knows such tables: a flush passes them by, a change is
# refused. They outlive a daemon that is killed and belong to the next one; a setting gives them free.
. "${0%/*}/lib.sh"
need nft
mkdir -p "$ROOT/etc/vnet"
start_vnetd
outside
before=$(host_state)
network default
guest g1 virbr0
dhcp g1 >/dev/null || fail "no lease"
owned() { nft list table inet vnetd | grep -q 'flags owner'; }
owned || skip "this kernel (before 6.9) knows no owner of tables that outlive it: $(grep -c "can't keep others out" "$T/vnetd.log") line tells"
# with handles: a rule that was made anew has another one. The line of flags says who holds the table.
rules() { nft -a list table inet vnetd 2>/dev/null | grep -v 'flags\|^table'; }
handles=$(rules)

nft flush ruleset || fail "flush ruleset"
same "a flush of all rules passes ours by" "$handles" "$(rules)"
refused "nobody else deletes our table" "*not permitted*" nft delete table inet vnetd
refused "or changes a rule of it" "*not permitted*" nft add rule inet vnetd forward drop
eq "$(fetch g1)" "hello 203.0.113.2 *" "the guest reaches the world"
eq "$(grep -c repaired "$T/vnetd.log")" 0 "there was nothing to repair"

stop_vnetd KILL
same "the rules outlive a daemon that is killed" "$handles" "$(rules)"
! owned || fail "the kernel still names an owner"
eq "$(fetch g1)" "hello 203.0.113.2 *" "and so does what they do"
start_vnetd
owned || fail "the next daemon does not hold the table"
same "the next one holds them as they are" "$handles" "$(rules)"

stop_vnetd KILL
nft delete table inet vnetd || fail "a table without an owner cannot be deleted"
start_vnetd
owned || fail "rebuilt rules have no owner"
eq "$(fetch g1)" "hello 203.0.113.2 *" "what was deleted meanwhile is back and held"

echo "table_owner = no" >"$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
free() { nft list table inet vnetd >/dev/null && ! owned; }
until_true 5 free || fail "the setting does not free the table"
ok "the setting gives them free"
lines=$(grep -c 'default: repaired' "$T/vnetd.log")
nft flush ruleset
back() { nft list chain inet vnetd virbr0_out && [ "$(grep -c 'default: repaired' "$T/vnetd.log")" -gt "$lines" ]; }
until_true 5 back || fail "a flush is not repaired"
ok "then a flush hits them, and is repaired"
rm "$ROOT/etc/vnet/vnetd.conf"
kill -HUP "$vnetd_pid"
until_true 5 owned || fail "the table is not taken back"
ok "and they are taken back"
eq "$(fetch g1)" "hello 203.0.113.2 *" "the guest reaches the world all the time"
guest_gone g1
quietly vnet destroy default
same "a stop leaves nothing" "$before" "$(host_state)"
