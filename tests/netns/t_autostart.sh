#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Autostart happens when the daemon starts for the first time after boot, and not when it is restarted.
. "${0%/*}/lib.sh"
start_vnetd
quietly vnet define "$top/xml/default.xml"
quietly vnet define "$DATA/isolated.xml"
quietly vnet autostart default
quietly vnet autostart default
eq "$(vnet info default)" "*Autostart: *yes*" "marked, also when asked twice"
[ -L "$ROOT/etc/vnet/networks/autostart/default.xml" ] || fail "no symbolic link in autostart/"
stop_vnetd
start_vnetd
eq "$(vnet list --name)" "" "a restart of the daemon starts nothing"
stop_vnetd
kill "$(guestd_pid)"
rm -rf "$ROOT/run" # as a boot does
start_vnetd
eq "$(vnet list --name | grep .)" default "the first start after boot starts what is marked"
quietly vnet destroy default
stop_vnetd
start_vnetd
eq "$(vnet list --name)" "" "what the user stopped stays stopped"
kill -HUP "$vnetd_pid"
is_active() { vnet list --name | grep -q default; }
until_true 5 is_active || fail "a reload starts what is marked"
ok "a reload starts what is marked"
quietly vnet autostart default --disable
eq "$(vnet info default)" "*Autostart: *no*" "unmarked"
[ ! -e "$ROOT/etc/vnet/networks/autostart/default.xml" ] || fail "the link in autostart/ is still there"
