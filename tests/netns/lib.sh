# SPDX-License-Identifier: LGPL-2.1-or-later
# lib.sh - for t_*.sh, the demo and the VM tests: real daemons, real clients and real packets, in namespaces of the
# test's own. Sourcing it runs the script again inside new network, mount and PID namespaces: nothing of the host's
# network is seen, and all processes, links, rules and files are gone when the script ends, however it ends.
#
#   $T       a folder that goes away with the test       $ROOT  the daemon's root     $BUILD  the programs
#   ok WHAT / fail WHAT...           say what was shown; fail ends the test
#   eq GOT WANT WHAT                 like CASE: a pattern of the shell
#   note TEXT                        a figure worth printing
#   start_vnetd, stop_vnetd [SIGNAL] vnet ARGS...
#   outside                          a namespace `outside` at 203.0.113.1: a web server on 8080, a DNS server
#   guest NAME [BRIDGE [MAC]]        a namespace with eth0 on the bridge      on NAME CMD...   a command in it
#   start_on NAME CMD...             likewise, beside us; $! is the command itself, for `kill`
#   dhcp NAME [CLIENT]               by udhcpc, dhclient or dhcpcd; prints the address
#   guests_work WHEN                 lease, names, world and each other, of guests g1 and g2
top=${0%/*}
until [ -e "$top/tests/netns/lib.sh" ]; do
	[ ${#top} -lt 1000 ] || { echo "$0 is outside of the source tree" >&2; exit 1; }
	top=$top/..
done
top=$(cd "$top" && pwd)
BUILD=$(cd "${BUILD:-$top/build}" && pwd) # absolute: nsenter may change the folder
DATA=$top/tests/netns
PATH=$BUILD:$BUILD/tests/peer:$PATH:/usr/sbin:/sbin

skip() { echo "$*" >&2; exit 77; }
ok() { echo "ok $*"; }
note() { echo "note: $*"; }
fail()
{
	echo "not ok $*" | tr '\n' ' ' && echo
	[ ! -e "$T/vnetd.log" ] || tail -n 25 "$T/vnetd.log" >&2
	exit 1
}
eq() # shellcheck disable=SC2254 # a pattern is wanted
{
	case $1 in
	$2) ok "$3" ;;
	*) fail "$3: got '$1', want '$2'" ;;
	esac
}
need() { for c in "$@"; do command -v "$c" >/dev/null || skip "no $c here"; done; }

if [ -z "$VNET_TEST_INSIDE" ]; then
	export VNET_TEST_INSIDE=1 BUILD
	[ "$(id -u)" = 0 ] && spaces=-nmpf || spaces=-Urnmpf
	unshare $spaces true 2>/dev/null || skip "namespaces are not allowed here"
	# the inner sh is PID 1: it must outlive the script to reap what is orphaned, hence not `exec`
	exec unshare $spaces --kill-child --mount-proc sh -c 'sh "$@"; exit $?' init "$0" "$@"
fi

# /run is ours: it hides the host's sockets, and what clients leave there ends with us. guestd's user can reach it.
mount -t tmpfs -o mode=755 vnet-test /run || skip "cannot mount here"
mount -t sysfs sys /sys 2>/dev/null # the one of this network namespace
T=/run/t ROOT=/run/t/root
export PYTHONDONTWRITEBYTECODE=1 # the tree stays as it is
mkdir -p "$ROOT" /run/lock
for d in /var/lib/dhcp /var/lib/dhcpcd; do
	[ ! -d $d ] || mount -t tmpfs vnet-test $d
done
echo "nameserver 203.0.113.1" >"$T/resolv.conf"
[ ! -f /etc/resolv.conf ] || mount --bind "$T/resolv.conf" /etc/resolv.conf # clients may write there
ip link set lo up

# until SECONDS CMD...: tries the command every 10 ms. 1: it never became true.
until_true()
{
	end=$(($(uptime_ms) + $1 * 1000)) && shift
	until "$@" >/dev/null 2>&1; do
		[ "$(uptime_ms)" -lt $end ] || return 1
		sleep 0.01
	done
}
uptime_ms() { read -r up _ </proc/uptime && echo "${up%.*}${up#*.}0"; }

# The user namespace of an ordinary user has one uid: nobody else can run guestd or own a tap in it.
one_uid() { [ "$(awk '{ print $3 }' /proc/self/uid_map)" = 1 ]; }

# --- the daemons

vnet() { command vnet --root "$ROOT" "$@"; }

start_vnetd()
{
	[ -x "$BUILD/vnetd" ] || skip "vnetd is not built"
	! one_uid || set -- --guestd-user root "$@"
	vnetd --root "$ROOT" --resolv-conf "$T/resolv.conf" "$@" >>"$T/vnetd.log" 2>&1 &
	vnetd_pid=$!
	# each namespace that ends with bridges in it, of any test beside us, keeps the kernel's links locked: 20 ms a bridge
	until_true 60 vnet list || fail "vnetd does not answer: $(tail -n 1 "$T/vnetd.log")"
}

# Where libvirt's tools look is ours; for `vnetd --libvirt`.
libvirt_place()
{
	mkdir -p "$ROOT/run/libvirt"
	ln -s "$ROOT/run/libvirt" /run/libvirt
	[ /var/run -ef /run ] || skip "/var/run is not /run here"
	export LIBVIRT_AUTOSTART=0 HOME="$T" XDG_CACHE_HOME="$T/cache"
}

# libvirt's QEMU driver as virt-qemu-run and libvirtd have it, told by this file to do without the host's users.
need_qemu_driver()
{
	need qemu-system-x86_64
	[ -n "$(find /usr/lib* -name libvirt_driver_qemu.so 2>/dev/null)" ] || skip "libvirt's QEMU driver is not installed"
	[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
}
qemu_conf() # FILE
{
	mkdir -p "${1%/*}"
	cat >"$1" <<-END
		stdio_handler = "file"
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		cgroup_controllers = []
	END
	# Debian's users must exist all the same
	for f in passwd group; do
		cp /etc/$f "$T/$f"
		grep -q ^libvirt-qemu: "$T/$f" || echo "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin" >>"$T/$f"
		mount --bind "$T/$f" /etc/$f
	done
}

stop_vnetd() # [SIGNAL]
{
	kill -"${1:-TERM}" "$vnetd_pid"
	wait "$vnetd_pid" 2>/dev/null
}

# The process that serves our guests. The one that opens files for it has another name.
guestd_pid()
{
	for p in /proc/[0-9]*; do
		case $(readlink "$p/exe") in
		"$BUILD/vnet-guestd"*)
			grep -q '^Name:.vnet-guestd' "$p/status" && ! grep -q '^State:.Z' "$p/status" &&
				echo "${p#/proc/}" && return
			;;
		esac
	done
	return 1
}

# --- guests and the world

# A namespace that lives as long as a process of ours.
space() # NAME
{
	unshare -nm sleep 100000 &
	echo $! >"$T/$1.pid"
	until_true 5 space_differs "$1" || fail "no namespace for $1"
	on "$1" mount -t sysfs sys /sys
	on "$1" ip link set lo up
}
space_differs() { [ "$(readlink /proc/"$(cat "$T/$1.pid")"/ns/net)" != "$(readlink /proc/self/ns/net)" ]; }
on()
{
	space_pid=$(cat "$T/$1.pid") && shift
	nsenter -t "$space_pid" -n -m "$@"
}
start_on()
{
	space_pid=$(cat "$T/$1.pid") && shift
	nsenter -t "$space_pid" -n -m "$@" &
}

guest() # NAME [BRIDGE [MAC]]
{
	space "$1"
	ip link add "p-$1" type veth peer name eth0 netns "$(cat "$T/$1.pid")"
	[ -z "$3" ] || on "$1" ip link set eth0 address "$3"
	on "$1" ip link set eth0 up
	ip link set "p-$1" up
	[ -z "$2" ] || ip link set "p-$1" master "$2" || fail "cannot join $1 to $2"
}
guest_gone() { kill -KILL "$(cat "$T/$1.pid")"; ip link del "p-$1" 2>/dev/null; }

address() { on "$1" ip -4 -o addr show dev eth0 scope global | awk '{ sub("/.*", "", $4); print $4; exit }'; }

# Leases: one exchange, and the address stays set. The clients' own scripts are not run: they would write to the host.
dhcp() # NAME [CLIENT]
{
	dhcp_"${2:-udhcpc}" "$1" >>"$T/$1.dhcp.log" 2>&1 || { cat "$T/$1.dhcp.log" >&2; return 1; }
	address "$1"
}
dhcp_udhcpc()
{
	on "$1" env DHCP_RESOLV="$T/$1.resolv" \
		busybox udhcpc -i eth0 -f -q -n -t 10 -T 1 -x "hostname:$1" -s "$DATA/udhcpc.script"
}
dhcp_dhclient()
{
	echo "send host-name \"$1\"; timeout 10;" >"$T/$1.dhclient.conf"
	on "$1" dhclient -1 -v -e DHCP_RESOLV="$T/$1.resolv" -cf "$T/$1.dhclient.conf" -lf "$T/$1.dhclient.leases" \
		-pf "$T/$1.dhclient.pid" -sf "$DATA/dhclient.script" eth0
}
dhcp_dhcpcd()
{
	on "$1" dhcpcd -f /dev/null -4 -1 -p -t 10 -h "$1" -o domain_name_servers --script /bin/true \
		--noarp --ipv4only eth0
}

# The guest's port, made by `guest NAME`, joins the bridge, and a client asks at once, then every 10 ms. Prints the
# milliseconds from before the join to the first OFFER; starting the two programs is in it.
first_offer() # NAME BRIDGE
{
	joined=$(date +%s%N)
	ip link set "p-$1" master "$2" || return 1
	started=$(date +%s%N)
	ms=$(on "$1" dhcp_client eth0 -r 10 2>/dev/null | awk '$1 == "ack" { print int($NF + 0.999) }')
	[ -n "$ms" ] && echo $(((started - joined) / 1000000 + ms))
}

web_port=8080
outside()
{
	need busybox
	space outside
	ip link add up0 type veth peer name eth0 netns "$(cat "$T/outside.pid")"
	ip addr add 203.0.113.2/24 dev up0
	ip link set up0 up
	ip route add default via 203.0.113.1
	on outside ip addr add 203.0.113.1/24 dev eth0
	on outside ip link set eth0 up
	mkdir -p "$T/www/cgi-bin"
	# the server's view of who asks
	printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\necho "hello $REMOTE_ADDR $REMOTE_PORT"\n' \
		>"$T/www/cgi-bin/who"
	chmod 755 "$T/www/cgi-bin/who"
	on outside busybox httpd -f -p 203.0.113.1:$web_port -h "$T/www" &
	name_server outside 203.0.113.1 www.example.org=203.0.113.1
	until_true 5 on outside busybox wget -q -O /dev/null http://203.0.113.1:$web_port/cgi-bin/who || fail "no web server outside"
}

# A scripted resolver; it lives as long as its standard input.
name_server() # NAME ADDRESS WORD=ADDRESS...
{
	[ -x "$BUILD/tests/peer/dns_upstream" ] || return 0
	where=$1 at=$2 && shift 2
	sleep 100000 | on "$where" dns_upstream -a "$at" "$@" >>"$T/dns_upstream.log" 2>&1 &
}

# `hello ADDRESS PORT` as the server outside saw it, or nothing.
fetch() { on "$1" timeout 5 busybox wget -q -O - "http://${2:-203.0.113.1}:$web_port/cgi-bin/who" 2>/dev/null; }

# Connections to the outside that stay: what is said is said back. FD is one of the shell's, 5 to 9, of which each has its own.
# UDP has port 9001.
echo_server()
{
	on outside busybox nc -ll -p 9000 -e cat >/dev/null 2>&1 &
	[ ! -x "$BUILD/tests/peer/udp_echo" ] || on outside udp_echo serve 9001 &
	until_true 5 echo_server_listens || fail "nobody listens outside"
	trap '' PIPE # a connection that is gone is found by what is not heard
}
echo_server_listens() { on outside ss -Hltn 'sport = :9000' | grep -q 9000; }
connect() # GUEST FD [COMMAND...]
{
	who=$1 fd=$2 && shift 2
	[ $# -gt 0 ] || set -- busybox nc 203.0.113.1 9000
	mkfifo "$T/$who.say"
	on "$who" "$@" <"$T/$who.say" >"$T/$who.heard" 2>/dev/null &
	eval "exec $fd>\"\$T/$who.say\""
}
say() # GUEST FD WORD [SECONDS]
{
	echo "$3" 2>/dev/null >&"$2"
	until_true "${4:-10}" grep -qx "$3" "$T/$1.heard"
}

# Of the guests g1 and g2 on the default network the first gets a lease, asks us for a name, reaches the world and the second.
resolves() { on g1 timeout 10 busybox nslookup www.example.org 192.168.122.1 2>&1 | grep -q 203.0.113.1; }
guests_work() # WHEN
{
	eq "$(dhcp g1)" "192.168.122.*" "$1: a guest gets a lease"
	[ -n "$(address g2)" ] || dhcp g2 >/dev/null || fail "$1: no lease"
	until_true 20 resolves || fail "$1: names are not resolved"
	ok "$1: names are resolved"
	eq "$(fetch g1)" "hello 203.0.113.2 *" "$1: the world is reached"
	on g1 ping -c 1 -W 2 "$(address g2)" >/dev/null 2>&1 || fail "$1: a guest does not reach the other"
	ok "$1: guests reach each other"
}

# --- what is there, to compare before and after

# All that a network could leave behind here: links, addresses, routes, rules, listening sockets.
host_state()
{
	ip -o link show | sed -e 's/^[0-9]*: //' -e 's/@.*//' -e 's/:.*//' | sort
	ip -o addr show | awk '{ print $2, $4 }' | sort
	# without what comes with IPv6 forwarding, which stays on: a router has its subnets' anycast addresses
	ip route show table all | grep -v '^unreachable\|fe80::\|^ff00::\|^multicast\|^anycast' | sort
	nft list ruleset
	ss -Hlntu | awk '{ print $1, $5 }' | sort
}
same() # WHAT BEFORE AFTER
{
	[ "$2" = "$3" ] && ok "$1" && return
	echo "$2" >"$T/before" && echo "$3" >"$T/after"
	diff "$T/before" "$T/after" >&2
	fail "$1: $(diff "$T/before" "$T/after" | grep '^[<>]' | tr '\n' ';')"
}

# refused WHAT PATTERN CMD...: the command must fail and say something like PATTERN.
refused()
{
	what=$1 pattern=$2 && shift 2
	! "$@" >"$T/out" 2>"$T/err" || fail "$what: '$*' succeeded"
	eq "$(tr '\n' ' ' <"$T/err")" "$pattern" "$what"
}
# quietly CMD...: it must succeed; what it prints is shown only if it doesn't.
quietly() { "$@" >"$T/out" 2>&1 || fail "'$*': $(tr '\n' ' ' <"$T/out")"; }

# network NAME: one of the XML files here, or the classic default, defined and started.
network()
{
	file=$DATA/$1.xml
	[ "$1" != default ] || file=$top/xml/default.xml
	quietly vnet define "$file"
	quietly vnet start "$1"
}
