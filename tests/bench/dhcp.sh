#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# DHCP servers side by side, one after the other on the same bridge, each with 100, 10,000 and 60,000 leases, asked by
# dhcp_load: a bare responder that stores nothing (the limit), ours with every ACK synced, dnsmasq as libvirt configures it
# (no lease file of its own, a program told of each lease: ours does nothing, libvirt's writes a file), the same without its
# ping, and Kea with memfile. Leases lie on a disk: LEASES=FOLDER, /var/tmp unless told. Of several windows the best with
# under 1 % lost is taken. All of it is done in several rounds, each server started anew in each; the median is shown, and the
# least and the most: where these lie far apart, the limit's most of all, the machine is too busy to tell servers apart.
#	ONLY="ours kea"   these alone      SIZES="100 10000"   WINDOWS="8 64"   EACH=2 seconds for each window, WARM=4 before
#	ROUNDS=3          how often        RATES="1000 2000"   that perfdhcp offers, a second each
#	FLAGS="-N -U"      of dhcp_load: clients tell their names, as most do; they take unicast replies, as most do. They do
#	                   neither by default, which spares dnsmasq most.
. "${0%/*}/../netns/lib.sh"
PATH=$BUILD/tests/bench:$PATH
SIZES=${SIZES:-100 10000 60000} WINDOWS=${WINDOWS:-16 128 1024} EACH=${EACH:-2} WARM=${WARM:-4}
ONLY=${ONLY:-limit ours kea dnsmasq dnsmasq-no-ping} ROUNDS=${ROUNDS:-3}
RATES=${RATES:-4000 8000 12000 20000}
disk=$(mktemp -d "${LEASES:-/var/tmp}/vnet-bench.XXXXXX") && chmod 755 "$disk" || exit 1
trap 'rm -rf "$disk"' EXIT
trap 'exit 130' INT TERM
bridge=virbr9 addresses=130560 low='10.98.1.0 10.98.255.255' high='10.99.0.0 10.99.254.255' next=0 # the next new client

# 10.98.1.0 and onwards, spread over the range like addresses that servers choose: `NUMBER ADDRESS MAC`.
old_leases() # COUNT
{
	awk -v n="$1" -v all=$addresses 'BEGIN {
		for (i = 0; i < n; i++) {
			a = 256 + i * 7919 % all
			printf "%d 10.%d.%d.%d 52:54:02:%02x:%02x:%02x\n", i, 98 + int(a / 65536), int(a / 256) % 256,
				a % 256, int(i / 65536), int(i / 256) % 256, i % 256
		}
	}'
}

# --- each server: `NAME_start LEASES` sets $pids and has the bridge up; `NAME_stop`

own_bridge()
{
	ip link add $bridge type bridge
	ip addr add 10.98.0.1/15 dev $bridge
	ip link set $bridge up
}
stop_pids()
{
	kill -TERM $pids 2>/dev/null
	for p in $pids; do
		wait "$p" 2>/dev/null
	done
	ip link del $bridge
}

limit_start()
{
	own_bridge
	dhcp_echo $bridge &
	pids=$!
}

ours_start() # LEASES
{
	ROOT=$disk/ours.$1
	mkdir -p "$ROOT"
	start_vnetd
	cat >"$T/bench.xml" <<-END
		<network><name>bench</name><bridge name='$bridge' stp='off' delay='0'/><ip address='10.98.0.1' prefix='15'>
		<dhcp><range start='${low% *}' end='${low#* }'/><range start='${high% *}' end='${high#* }'/></dhcp></ip></network>
	END
	quietly vnet define "$T/bench.xml"
	quietly vnet start bench
	pids="$vnetd_pid $(for p in /proc/[0-9]*; do
		case $(readlink "$p/exe") in "$BUILD/vnet-guestd"*) echo "${p#/proc/}" ;; esac
	done)"
}
ours_fill() { on load dhcp_load eth0 $FLAGS -n "$1" -w 256 -t 60 -b $next >/dev/null; next=$((next + $1)); }
ours_stop()
{
	quietly vnet destroy bench
	stop_vnetd
	kill -TERM ${pids#* } 2>/dev/null # vnet-guestd would wait for the next vnetd
	for p in ${pids#* }; do
		until_true 10 [ ! -e "/proc/$p" ]
	done
	rm -rf "$ROOT"
}

dnsmasq_start() # LEASES [OPTION...]
{
	own_bridge
	expiry=$(($(date +%s) + 3600))
	old_leases "$1" | awk -v expiry=$expiry -v flags="$FLAGS" \
		'{ print expiry, $3, $2, flags ~ /N/ ? "h" $1 : "*", "*" }' >"$disk/dnsmasq.leases"
	printf '#!/bin/sh\n[ "$1" != init ] || exec cat %s\n' "$disk/dnsmasq.leases" >"$disk/told" && chmod 755 "$disk/told"
	shift
	dnsmasq -k -C /dev/null -u root --strict-order --except-interface=lo --bind-dynamic --interface=$bridge \
		--dhcp-range="${low% *},${low#* },255.254.0.0" --dhcp-range="${high% *},${high#* },255.254.0.0" \
		--dhcp-no-override --dhcp-authoritative \
		--dhcp-lease-max=$addresses --leasefile-ro --dhcp-script="$disk/told" --pid-file= --log-facility="$T/dnsmasq.log" "$@" &
	pids=$!
}
dnsmasq_no_ping_start() { dnsmasq_start "$1" --no-ping; }

kea_start() # LEASES
{
	own_bridge
	expiry=$(($(date +%s) + 3600))
	{
		echo address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context
		old_leases "$1" | awk -v expiry=$expiry '{ print $2 "," $3 ",,3600," expiry ",1,0,0,,0," }'
	} >"$disk/kea.csv"
	cat >"$T/kea.json" <<-END
		{ "Dhcp4": { "interfaces-config": { "interfaces": [ "$bridge" ], "dhcp-socket-type": "raw" },
		  "lease-database": { "type": "memfile", "persist": true, "name": "$disk/kea.csv", "lfc-interval": 0 },
		  "valid-lifetime": 3600, "subnet4": [ { "id": 1, "subnet": "10.98.0.0/15",
		  "pools": [ { "pool": "${low% *} - ${low#* }" }, { "pool": "${high% *} - ${high#* }" } ],
		  "option-data": [ { "name": "routers", "data": "10.98.0.1" },
		                   { "name": "domain-name-servers", "data": "10.98.0.1" } ] } ],
		  "loggers": [ { "name": "kea-dhcp4", "severity": "WARN",
		                 "output_options": [ { "output": "$T/kea.log" } ] } ] } }
	END
	KEA_PIDFILE_DIR=$T KEA_LOCKFILE_DIR=none kea-dhcp4 -c "$T/kea.json" >"$T/kea.out" 2>&1 &
	pids=$!
}

# --- the load

answers() { on load dhcp_load eth0 -n 1 -w 1 -t 1 -b $((next += 1)); }
load() # ARG...: prints dhcp_load's line; clients that were never seen before
{
	on load dhcp_load eth0 $FLAGS -b $next $(for p in $pids; do echo "-p $p"; done) "$@"
}
# Leaves in $best what dhcp_load said of the best window, and in $window which that is. Later rounds take that of the first.
best() # WHAT LEASES
{
	best='' window= most=5000 # so many that 100 leases stay few
	[ "$2" -lt 1000 ] || most=15000
	[ ! -e "$T/window.$1.$2" ] || read -r windows <"$T/window.$1.$2"
	for w in ${windows:-$WINDOWS}; do
		line=$(load -w "$w" -t "$EACH" -n $most)
		next=$((next + most))
		better=$(echo "$line $best" | awk '{ print $8 == "" || ($3 < 1 && ($10 >= 1 || $2 > $9)) || ($3 < $10 && $10 >= 1) }')
		[ "$better" != 1 ] || best=$line window=$w
		! echo "$line" | awk '{ exit $3 < 5 }' || break # more at once are lost all the more
	done
	windows= && echo "$window" >"$T/window.$1.$2"
}
# Kea's own generator beside ours, in $relayed the most of what it got. It offers a rate, whatever comes back, and plays a relay
# (giaddr is set), so it never takes the direct path; and all replies come to one socket of its.
by_perfdhcp()
{
	relayed=-
	command -v perfdhcp >/dev/null || return 0
	on load ip addr add 10.98.0.9/15 dev eth0
	relayed=0
	for rate in $RATES; do
		now=$(on load perfdhcp -4 -l eth0 -r "$rate" -R 200000 -p 1 10.98.0.1 2>/dev/null | sed -n 's/^Rate: \([0-9]*\).*/\1/p')
		[ "${now:-0}" -le "$relayed" ] || relayed=$now
		[ "$((2 * ${now:-0}))" -ge "$rate" ] || break # it is overrun
	done
	on load ip addr flush dev eth0
}
# What a server does only after a pause (dnsmasq waits three seconds for answers to its first pings) is no part of its rate.
warm()
{
	most=500
	line=$(load -w 16 -t "$WARM" -n $most)
	next=$((next + most))
}
begin() # FUNCTION LEASES
{
	"$1_start" "$2"
	ip link set p-load master $bridge
	until_true 30 answers || { echo "$1 with $2 leases: no answer for 30 s" && return 1; }
}
finish() # FUNCTION
{
	ip link set p-load nomaster
	"${1}_stop" || fail "$1 does not end"
}
limit_stop() { stop_pids; }
dnsmasq_stop() { stop_pids; }
dnsmasq_no_ping_stop() { stop_pids; }
kea_stop() { stop_pids; }

# --- the rounds, and what they show

# Of one server with so many leases, each round a line in $T/rows: SERVER LEASES WINDOW and what dhcp_load and perfdhcp said.
one() # SERVER LEASES
{
	name=$(echo "$1" | tr - _)
	begin "$name" "$2" || { finish "$name" && return; }
	if [ "$2" = "${SIZES%% *}" ]; then
		echo "$1 $(load -n 100 -w 100 -t 10)" >>"$T/boots"
		next=$((next + 100))
	fi
	[ "$name" != ours ] || ours_fill "$2"
	warm
	best "$1" "$2"
	by_perfdhcp
	finish "$name"
	echo "$1 $2 $window $best $relayed" >>"$T/rows"
	echo "round $round: $1, $2 leases: $(echo "$best" | cut -d ' ' -f 2) a second, by perfdhcp $relayed"
}
# Of the numbers in a column of the lines that begin with WHAT: the one in the middle, the least and the most.
middle() # FILE COLUMN WHAT
{
	awk -v c="$2" -v what="$3 " 'index($0, what) == 1 { print $c }' "$1" | sort -n |
		awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)], v[1], v[NR] }'
}
row='%-16s %6s %6s %7s %15s %6s %5s %-11s %7s %7s %9s %13s\n'
show() # SERVER LEASES
{
	what="$1 $2"
	for column in 3 5 6 7 8 9 11; do # three numbers of each
		# shellcheck disable=SC2046 # words
		set -- "$@" $(middle "$T/rows" $column "$what")
	done
	# shellcheck disable=SC2059 # the table's
	[ $# -lt 23 ] || printf "$row" "$1" "$2" "$3" "$6" "$7-$8" "$9" "${12}" "${13}-${14}" "${15}" "${18}" "${21}" "${22}-${23}"
}
# Milliseconds that a write of a page takes until it is on the disk.
sync_ms()
{
	dd if=/dev/zero of="$disk/sync" bs=4k count=200 oflag=dsync 2>&1 |
		awk '/copied/ { for (i = 1; i < NF; i++) if ($(i + 1) ~ /^s,?$/) printf "%.2f", $i * 1000 / 200 }'
}
noise() { echo "$1: load $(cut -d ' ' -f 1 /proc/loadavg), a synced write $(sync_ms) ms"; }

guest load
on load sysctl -qw net.ipv6.conf.all.disable_ipv6=1 2>/dev/null
echo "$(nproc) processors, leases on $(stat -f -c %T "$disk"), $ROUNDS rounds"
noise before
: >"$T/rows" >"$T/boots"
for round in $(seq "$ROUNDS"); do
	for server in $ONLY; do
		case $server in
		dnsmasq*) program=dnsmasq ;;
		kea) program=kea-dhcp4 ;;
		*) program=sh ;;
		esac
		command -v $program >/dev/null || { echo "$server: not here" && continue; }
		for size in $SIZES; do
			one "$server" "$size"
		done
	done
done
noise after
echo "medians, with the least and the most of the rounds; cpu s: of the server's processes, for 10,000 exchanges;"
echo "relayed/s: by perfdhcp, which plays a relay"
# shellcheck disable=SC2059 # the table's
printf "$row" server leases window new/s '(min-max)' 'lost %' 'cpu s' '(min-max)' 'p50 ms' 'p99 ms' relayed/s '(min-max)'
for server in $ONLY; do
	for size in $SIZES; do
		show "$server" "$size"
	done
done
echo "100 guests at once, on a server that has just started (median of the rounds):"
for server in $ONLY; do
	set -- "$server" $(middle "$T/boots" 6 "$server") $(middle "$T/boots" 8 "$server") $(middle "$T/boots" 2 "$server")
	[ $# -lt 10 ] || printf '%-16s median %s ms, all after %s ms (%s of 100)\n' "$1" "$2" "$5" "$8"
done
set -- $(middle "$T/rows" 5 "limit")
[ $# -lt 3 ] || echo "noise: the limit's rate lay between $2 and $3 ($((100 * ($3 - $2) / $1)) % of its median apart)"
