#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install-deps.sh GROUP...: installs the distribution's packages that GROUP (build, check, demo, bench, ci) needs and that are
# missing. `ci` is for machines that nobody misses: what it installs may come with services that start. Needs root only when
# something is missing. Where the package manager is unknown, prints what is needed.
set -eu

# group  Debian, Ubuntu     Fedora                Arch              Alpine (- : not there, or part of another one)
table='
build    gcc                gcc                   gcc               gcc
build    libc6-dev          glibc-devel           glibc             musl-dev
build    make               make                  make              make
build    pkg-config         pkgconf-pkg-config    pkgconf           pkgconf
build    libxml2-dev        libxml2-devel         libxml2           libxml2-dev
build    libnl-3-dev        libnl3-devel          libnl             libnl3-dev
build    libnl-route-3-dev  -                     -                 -
build    libnftnl-dev       libnftnl-devel        libnftnl          libnftnl-dev
build    libmnl-dev         libmnl-devel          libmnl            libmnl-dev
build    libsystemd-dev     systemd-devel         systemd-libs      elogind-dev
build    libsqlite3-dev     sqlite-devel          sqlite            sqlite-dev
build    libtirpc-dev       libtirpc-devel        libtirpc          libtirpc-dev
build    rpcsvc-proto       rpcgen                rpcsvc-proto      rpcsvc-proto
build    libseccomp-dev     libseccomp-devel      libseccomp        libseccomp-dev
build    libedit-dev        libedit-devel         libedit           libedit-dev
build    libjson-c-dev      json-c-devel          json-c            json-c-dev
check    libcmocka-dev      libcmocka-devel       cmocka            cmocka-dev
check    iproute2           iproute               iproute2          iproute2
check    nftables           nftables              nftables          nftables
check    netbase            -                     iana-etc          -
check    iptables           iptables-nft          iptables          iptables
check    conntrack          conntrack-tools       conntrack-tools   conntrack-tools
check    isc-dhcp-client    dhcp-client           dhclient          dhclient
check    udhcpc             -                     -                 -
check    dhcpcd-base        dhcpcd                dhcpcd            dhcpcd
check    bind9-dnsutils     bind-utils            bind              bind-tools
check    libvirt-clients    libvirt-client        libvirt           libvirt-client
check    python3-libvirt    python3-libvirt       libvirt-python    py3-libvirt
check    virtinst           virt-install          virt-install      virt-install
check    libvirt-daemon-driver-qemu  libvirt-daemon-driver-qemu  -  libvirt-qemu
check    busybox-static     busybox               busybox           busybox-static
check    qemu-system-x86    qemu-system-x86-core  qemu-system-x86   qemu-system-x86_64
check    ipxe-qemu          ipxe-roms-qemu        -                 -
check    cpio               cpio                  cpio              cpio
check    lz4                lz4                   lz4               lz4
demo     iproute2           iproute               iproute2          iproute2
demo     nftables           nftables              nftables          nftables
demo     busybox-static     busybox               busybox           busybox-static
demo     qemu-system-x86    qemu-system-x86-core  qemu-system-x86   qemu-system-x86_64
demo     cpio               cpio                  cpio              cpio
demo     lz4                lz4                   lz4               lz4
bench    dnsmasq-base       dnsmasq               dnsmasq           dnsmasq
bench    kea-dhcp4-server   kea                   kea               kea-dhcp4
bench    kea-admin          -                     -                 -
ci       ufw                ufw                   ufw               ufw
ci       firewalld          firewalld             firewalld         firewalld
ci       clang              clang                 clang             clang
ci       libclang-rt-dev    compiler-rt           compiler-rt       compiler-rt
ci       clang-format       clang-tools-extra     -                 clang-extra-tools
'

wanted() # COLUMN GROUP...: the names in that column of the table, each once
{
	column=$1 && shift
	echo "$table" | awk -v column="$column" -v groups=" $* " \
		'NF && index(groups, " " $1 " ") && $column != "-" && !seen[$column]++ { print $column }'
}

# Prints those of its arguments that are not installed.
missing()
{
	for p in "$@"; do
		case $manager in
		apt-get) dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -q '^installed$' ;;
		dnf) rpm -q "$p" >/dev/null 2>&1 ;;
		pacman) pacman -Q "$p" >/dev/null 2>&1 ;;
		apk) apk info -e "$p" >/dev/null 2>&1 ;;
		esac || echo "$p"
	done
}

install()
{
	case $manager in
	apt-get)
		export DEBIAN_FRONTEND=noninteractive
		get="apt-get -qq -o Dpkg::Use-Pty=0 --no-install-recommends"
		# The lists are fetched only if they don't know a package, or what they know is gone from the mirror.
		apt-cache show "$@" >/dev/null 2>&1 || $get update
		$get -y install "$@" >/dev/null || { $get update && $get -y install "$@" >/dev/null; }
		;;
	dnf) dnf -y --setopt=install_weak_deps=False install "$@" ;;
	pacman) pacman -S --needed --noconfirm "$@" ;;
	apk) apk add "$@" ;;
	esac
}

manager='' column=2
for m in apt-get dnf pacman apk; do
	if command -v $m >/dev/null; then
		manager=$m
		break
	fi
	column=$((column + 1))
done
if [ -z "$manager" ]; then
	echo "No package manager known here. Needed, by Debian's names:" $(wanted 2 "$@") >&2
	exit 0 # they may all be there; what is not is named by the build
fi
need=$(missing $(wanted $column "$@"))
if [ -z "$need" ]; then
	exit 0
fi
if [ "$(id -u)" != 0 ]; then
	echo "Missing packages, to be installed as root by '$0 $*':" $need >&2
	exit 1
fi
echo "Installing what is missing:" $need "..."
install $need
