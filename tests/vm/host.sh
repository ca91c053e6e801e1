#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# host.sh DIR TEST...: runs tests of tests/netns, scripts and programs, in a virtual machine with Debian's kernel, for what
# the kernel here can't do. With $VM_BENCH, the words of a command of build/tests/bench, that is run instead, and all it prints
# is shown.
# DIR is build.sh's. The machine has our programs, the tests and the few tools that it needs, with the libraries of each.
# Prints what they print, and has the exit status of the first that fails.
set -eu
here=$(cd "${0%/*}" && pwd)
top=$(cd "$here/../.." && pwd)
dir=$(cd "$1" && pwd)
shift
BUILD=$(cd "${BUILD:-$top/build}" && pwd)
tree=$dir/host.$$
trap 'rm -rf "$tree" "$tree.initrd" "$tree.console"' EXIT
trap 'exit 1' INT TERM

# A program and its libraries, where they are here.
# shellcheck disable=SC2046 # words are wanted
put() { cp --parents -L "$1" $(ldd "$1" 2>/dev/null | awk '$(NF - 1) ~ /^\// { print $(NF - 1) }') "$tree/"; }
for d in bin sbin proc sys dev tmp run etc root var/lib lib; do mkdir -p "$tree/$d"; done
cp -r "$dir/modules/lib/modules" "$tree/lib/"
put "$(command -v busybox)"
busybox --list | while read -r applet; do ln -s "$(command -v busybox)" "$tree/bin/$applet"; done
ln -s /bin/modprobe "$tree/sbin/modprobe"
for tool in dash ip nft ss unshare nsenter; do
	path=$(command -v $tool) || { echo "no $tool here" >&2 && exit 77; }
	put "$path"
	rm -f "$tree/bin/$tool"
	ln -s "$path" "$tree/bin/$tool"
done
ln -sf dash "$tree/bin/sh"
for tool in iptables-legacy ip6tables-legacy; do # where it is here; what tells targets apart is a library beside it
	path=$(command -v $tool) || continue
	put "$path"
	put "$(find /usr/lib* -name libxt_standard.so | head -n 1)"
	ln -sf "$path" "$tree/bin/$tool"
done
for p in vnetd vnet vnet-guestd tests/peer/udp_echo; do put "$BUILD/$p"; done
bench=${VM_BENCH:-}
[ -z "$bench" ] || put "$BUILD/tests/bench/${bench%% *}"
for t in "$@"; do [ "$t" != "${t%.sh}" ] || put "$BUILD/tests/netns/$t"; done
cp /etc/passwd /etc/group "$tree/etc/"
(cd "$top" && cp -r --parents tests/netns xml "$tree/root/")
cat >"$tree/init" <<END
#!/bin/sh
export PATH=/bin BUILD=$BUILD
mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t devtmpfs dev /dev && mount -t tmpfs tmp /tmp
cd /root
status=0
for t in $*; do
	case \$t in
	*.sh) sh tests/netns/\$t ;;
	*) $BUILD/tests/netns/\$t && echo "ok \$t" ;;
	esac || { status=\$?; break; }
done
[ -z "$bench" ] || $BUILD/tests/bench/$bench || status=\$?
echo "exit \$status"
poweroff -f
END
chmod 755 "$tree/init"
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$tree.initrd"
VM_INITRD=$tree.initrd VM_MEMORY=${VM_MEMORY:-512} sh "$here/boot.sh" "$dir" "" >"$tree.console"
sed -n 's/^ *[0-9.]*  \(\(ok\|not ok\|note:\|skip\) .*\)/\1/p' "$tree.console"
[ -z "$bench" ] || sed 's/^ *[0-9.]*  //; /^\[\|^exit /d' "$tree.console"
status=$(sed -n 's/.*  exit \([0-9]*\)$/\1/p' "$tree.console")
[ "$status" = 0 ] || cat "$tree.console" >&2
exit "${status:-1}"
