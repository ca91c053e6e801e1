#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# demo.sh: the main job, to watch (`make demo`): from xml/default.xml to a virtual machine that has an address and
# reaches the world. All of it in namespaces of its own: the host's links, routes and rules are untouched.
here=${0%/*}
if [ -z "$VNET_TEST_INSIDE" ]; then	# out here there is a network to fetch the kernel from
	[ "$(id -u)" = 0 ] || { echo "the demo makes namespaces and taps: run it as root" >&2; exit 1; }
	sh "$here/vm/build.sh" "${BUILD:-$here/../build}/vm" || exit
fi
. "$here/netns/lib.sh"
cd "$top" || exit

say() { printf '\n# %s\n' "$*"; }
show() { printf '\n$ %s\n' "$*"; "$@" || fail "'$*' failed"; }
wanted() { sed -n "s/.*guest: $1/\1/p" "$T/console" | head -n 1; }

say "A world outside: 203.0.113.1 has a web server and a name server that knows www.example.org."
outside
host_state >"$T/before"
say "vnetd with a root of its own, $ROOT, in a network namespace of its own"
start_vnetd
vnet() { command vnet --root "$ROOT" "$@" >"$T/out" && grep . "$T/out"; } # without the empty lines
show vnet define xml/default.xml
show vnet start default
show vnet list
show vnet dumpxml default

say "How long does a guest wait? A port joins the bridge (STP is on) and asks at once."
guest quick
offer=$(first_offer quick virbr0) || fail "no OFFER"
echo "first OFFER $offer ms after the join"

say "A virtual machine on a tap; what follows is its console."
show vnet tap add default --name vnet0
sh tests/vm/boot.sh "$BUILD/vm" "lookup=www.example.org port=$web_port" \
	-netdev tap,id=n,ifname=vnet0,script=no,downscript=no -device virtio-net-pci,netdev=n,romfile= | tee "$T/console"
lease=$(wanted 'lease: bound \([0-9.]*\)\/.*')
name=$(wanted 'lookup: www.example.org is \(203[0-9.]*\)')
page=$(wanted 'page: hello \(.*\)')
say "The web server outside saw the request come from ${page% *}, port ${page##* }."
show vnet dhcp-leases default

say "Everything is stopped again."
show vnet destroy default
show vnet tap del vnet0
show vnet undefine default
guest_gone quick
stop_vnetd
kill "$(guestd_pid)"
left() { host_state | diff "$T/before" -; }
until_true 5 left

port=${page##* }
echo
if [ -n "$lease" ] && [ "$name" = 203.0.113.1 ] && [ "${page% *}" = 203.0.113.2 ] && [ "$port" -ge 1024 ] && left >/dev/null; then
	echo "Proved: a virtual machine on tap vnet0 got $lease by DHCP, resolved www.example.org and fetched a page by NAT as \
203.0.113.2:$port (ports 1024-65535); a joining port had its first OFFER in $offer ms; nothing was left behind."
else
	echo "NOT proved: lease '$lease', name '$name', page '$page', left behind: $(left)"
	exit 1
fi
