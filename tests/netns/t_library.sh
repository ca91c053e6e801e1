#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvnet as the author of a VMM meets it: installed, found by pkg-config, documented, and nothing but its own names in it.
. "${0%/*}/lib.sh"
need make pkg-config cc nm
make -s -C "$top" O="$BUILD" DESTDIR="$T/dest" PREFIX=/usr install >"$T/out" 2>&1 || fail "make install: $(tail -n 1 "$T/out")"
export PKG_CONFIG_PATH="$T/dest/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$T/dest" LD_LIBRARY_PATH="$T/dest/usr/lib"
cc -Wall -Werror -o "$T/tap" "$top/examples/tap.c" $(pkg-config --cflags --libs vnet) 2>"$T/err" || fail "$(head -n 1 "$T/err")"
ok "the example builds with what pkg-config says"
nm -D --defined-only "$T/dest/usr/lib/libvnet.so.0" | awk '$2 != "A" { sub("@.*", "", $3); print $3 }' | sort >"$T/names"
sed -n 's/^\t\(vnet_[a-z_]*\);/\1/p' "$top/src/libvnet/libvnet.map" | sort >"$T/map"
same "the library has the names of its map and no others" "$(cat "$T/map")" "$(cat "$T/names")"
unnamed=$(while read -r f; do
	grep -q "^VNET_API.*[ *]$f(" "$top/include/vnet/vnet.h" || echo "$f (header)"
	grep -q "F[no] $f\( \|$\)" "$top/man/libvnet.3" || echo "$f (manual)"
done <"$T/map")
same "each is in the header and in the manual" "" "$unnamed"
eq "$(ldd "$T/dest/usr/lib/libvnet.so.0" "$T/dest/usr/bin/vnet" | grep -c 'libxml2\|libnftnl\|libsystemd')" 0 \
	"calling the daemon loads no library that only looking by itself needs"
eq "$(env -u LD_LIBRARY_PATH "$T/dest/usr/bin/vnet" check "$top/xml/default.xml" 2>&1)" "*: ok*" "and checking a definition finds it"
cat >"$T/static.c" <<-END
	#include <stdio.h>
	#include <vnet/vnet.h>
	int main(void)
	{
		struct vnet_error why;
		char *text;
		if (vnet_xml_select("<a><b/>c</a>", 12, "string(/a)", 0, &text, &why) < 0)
			return fprintf(stderr, "%s\n", why.message);
		fputs(text, stdout);
		vnet_free(text);
		return 0;
	}
END
cc -Wall -Werror -o "$T/static" "$T/static.c" $(pkg-config --cflags vnet) "$T/dest/usr/lib/libvnet.a" \
	$(pkg-config --static --libs-only-l vnet | sed 's/-lvnet//') 2>"$T/err" || fail "$(grep -m 1 'error\|undefined' "$T/err")"
eq "$("$T/static" 2>&1)" "c" "the static library has it in itself"
[ -w /dev/net/tun ] && ! one_uid || exit 0
start_vnetd
network default
eq "$(VNET_ROOT=$ROOT "$T/tap" default sh -c 'ip -o link show master virbr0' 2>&1)" "tap vnet0 on network default is descriptor *vnet0*" "and the example gets its tap"
