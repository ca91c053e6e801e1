#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine without a disk starts by QEMU's iPXE ROM: it gets an address, a file by TFTP from us, which is a script, and
# runs it: the page that the script names is fetched through NAT. Then iPXE is told another file than plain firmware, by user
# class and by our own element, and chain-loads the next one, by TFTP or by HTTP.
. "${0%/*}/../netns/lib.sh"
need qemu-system-x86_64 busybox
[ -w /dev/net/tun ] && ! one_uid || skip "taps need root here"
find /usr/lib/ipxe/qemu /usr/share/qemu /usr/share/ipxe -name pxe-virtio.rom 2>/dev/null | grep -q . ||
	skip "QEMU's iPXE ROM is not installed"
start_vnetd
outside
mkdir -p "$T/tftp"
page=http://203.0.113.1:$web_port/cgi-bin/who
printf '%s\n' '#!ipxe' 'echo plain runs on ${net0/ip}' "imgfetch $page?plain" 'echo plain is done' >"$T/tftp/plain.ipxe"
printf '%s\n' '#!ipxe' "imgfetch $page?first" 'chain second.ipxe' >"$T/tftp/first.ipxe"
printf '%s\n' '#!ipxe' 'echo second runs, next-server ${next-server}' >"$T/tftp/second.ipxe"
chmod -R a+rX "$T/tftp"
# What asks is written down.
printf '#!/bin/sh\necho "$QUERY_STRING $REMOTE_ADDR" >>%s/asked\nprintf "Content-Type: text/plain\\r\\n\\r\\nhello\\n"\n' "$T" \
	>"$T/www/cgi-bin/who"

# Boots a machine on a network of that name until it says WORDS.
boots() # WORDS NAME BOOTP OPTIONS
{
	cat >"$T/$2.xml" <<-END
		<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0' xmlns:vnet='urn:vnet:network:1'>
		<name>$2</name><forward mode='nat'/><bridge name='br-$2' stp='off' delay='0'/>
		<ip address='10.63.0.1' prefix='24'><tftp root='$T/tftp'/>
		<dhcp><range start='10.63.0.100' end='10.63.0.199'/>$3</dhcp></ip>$4</network>
	END
	quietly vnet define "$T/$2.xml"
	quietly vnet start "$2"
	quietly vnet tap add "$2" --name "vm-$2"
	: >"$T/console"
	started=$(uptime_ms)
	# without a screen SeaBIOS and iPXE write to the serial line
	qemu-system-x86_64 -machine pc,graphics=off -accel tcg -m 64 -nodefaults -no-user-config -display none \
		-serial "file:$T/console" -no-reboot -netdev tap,id=n,ifname="vm-$2",script=no,downscript=no \
		-device virtio-net-pci,netdev=n,bootindex=1 </dev/null >"$T/qemu.log" 2>&1 &
	vm=$!
	until_true 90 grep -q -e "$1" "$T/console" || { cat "$T/qemu.log" "$T/console" >&2 && fail "nobody says '$1'"; }
	note "$2: said $(($(uptime_ms) - started)) ms after power-on"
	kill $vm
	wait $vm 2>/dev/null
	quietly vnet destroy "$2"
}

boots 'plain is done' plain "<bootp file='plain.ipxe'/>"
grep -q 'plain runs on 10\.63\.0\.1' "$T/console" && ok "a script fetched by TFTP runs" || fail "the script did not run"
eq "$(cat "$T/asked")" 'plain 203.0.113.2' "what the script names is fetched through NAT"

boots 'second runs, next-server 10\.63\.0\.1' class '' "<dnsmasq:options>
	<dnsmasq:option value='dhcp-userclass=set:ipxe,iPXE'/>
	<dnsmasq:option value='dhcp-boot=tag:ipxe,first.ipxe'/>
	<dnsmasq:option value='dhcp-boot=tag:!ipxe,undionly.kpxe'/></dnsmasq:options>"
eq "$(tail -n 1 "$T/asked")" 'first 203.0.113.2' "iPXE is told the file of its user class"
ok "a script chain-loads another one by TFTP"

# Whatever the ROM is compiled for, it is iPXE on a BIOS; the others' files are not there.
boots 'second runs, next-server 10\.63\.0\.1' own "<bootp file='absent.kpxe'/>
	<vnet:boot arch='x64-uefi' client='ipxe' file='absent.efi'/>
	<vnet:boot arch='bios' client='firmware' file='absent.kpxe'/>
	<vnet:boot arch='bios' client='ipxe' file='first.ipxe'/>
	<vnet:boot file='absent'/>"
eq "$(tail -n 1 "$T/asked") $(wc -l <"$T/asked")" 'first 203.0.113.2 3' "iPXE is told the file of its architecture by our own element"
ok "which chain-loads another one by TFTP"

printf '%s\n' '#!ipxe' "imgfetch $page?web" 'chain tftp://${next-server}/second.ipxe' >"$T/www/web.ipxe"
boots 'second runs, next-server 10\.63\.0\.1' web "<vnet:boot client='firmware' file='absent.kpxe'/>
	<vnet:boot client='ipxe' file='http://203.0.113.1:$web_port/web.ipxe'/>"
eq "$(tail -n 1 "$T/asked")" 'web 203.0.113.2' "it may be a URL, and the script's own word still leads to us"
