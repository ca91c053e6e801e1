#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon on another host, through ssh and `vnet proxy`. ssh is a script here that shows what it was asked for and runs it.
. "${0%/*}/lib.sh"
start_vnetd
network default
export VNET_SSH="$T/ssh"
cat >"$VNET_SSH" <<-END
	#!/bin/sh
	echo "\$*" >"$T/asked"
	while [ "\$1" != -- ]; do shift; done
	export VNET_ROOT="$ROOT"
	exec sh -c "\$3"
END
chmod 755 "$VNET_SSH"
far() { command vnet -c "network+ssh://$1/system$2" ${3:+"$3"} list; }
eq "$(far far.example)" "*default*active*" "networks of another host"
eq "$(cat "$T/asked")" "-T -- far.example vnet proxy" "what ssh is asked for"
eq "$(far me@far.example:2222 "?socket=$ROOT/run/vnet/vnetd-sock")" "*default*" "user, port and socket"
eq "$(cat "$T/asked")" "-T -p 2222 -l me -- far.example vnet -c $ROOT/run/vnet/vnetd-sock proxy" "go to ssh"
eq "$(far '[fe80::1]:22' '' -r)" "*default*" "an IPv6 address, read-only"
eq "$(cat "$T/asked")" "-T -p 22 -- fe80::1 vnet -r proxy" "go to ssh too"
for bad in -oProxyCommand=x/system /system "far/system?socket=/a%3Breboot" far/session "-x@far/system"; do
	rm -f "$T/asked"
	refused "refused: $bad" "*cannot connect to*" command vnet -c "network+ssh://$bad" list
	[ ! -e "$T/asked" ] || fail "$bad: ssh was run"
done
refused "a tap can't come open from there" "*another host*" command vnet -c network+ssh://far/system tap exec default -- true
refused "ssh that fails" "*cannot connect to 'network+ssh://far/system': ssh ended before vnetd answered*" env VNET_SSH=false vnet -c network+ssh://far/system list
refused "ssh that is not there" "*run /nonexistent*" env VNET_SSH=/nonexistent vnet -c network+ssh://far/system list
# whole events and documents pass
command vnet -c network+ssh://far/system event --event lifecycle --timeout 20 >"$T/event" &
waiting=$!
until_true 5 eval '[ "$(ss -Hxp src "$ROOT/run/vnet/vnetd-sock" | grep -c ESTAB)" -ge 1 ]'
sleep 0.3
quietly vnet define "$DATA/isolated.xml"
wait $waiting
eq "$(cat "$T/event")" "event 'lifecycle' for network isolated: Defined*" "events come through"

[ -w /dev/net/tun ] && ! one_uid || exit 0
eq "$(VNET_ROOT=$ROOT "$BUILD/examples/tap" default sh -c 'ip -o link show master virbr0; readlink /proc/self/fd/$0' '{fd}' 2>&1)" \
	"tap vnet0 on network default is descriptor *vnet0*/dev/net/tun" "the example program hands over a tap"
