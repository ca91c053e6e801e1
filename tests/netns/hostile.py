# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hostile guest, and those who watch for what gets through.

hostile.py send WHO         all attacks, each frame with its name in its last bytes, and behind them a good one, "END"
hostile.py one NAME WHO     that attack alone, and END
hostile.py steal WHO        frames that bridges keep to themselves, with the neighbour's MAC
hostile.py good WHO         what an honest guest sends, the same way
hostile.py take WHO         what one sends who takes addresses by hand; rob WHO: attacks of one who wants the same
hostile.py watch DEVICE     prints the names that come by this device, until "END" does
hostile.py grab N ADDRESS   takes so many IPv6 addresses from this one on
hostile.py names|robs       the attacks, and which of the guard's counters each is for

WHO is mac=, ip=, ll= (link-local), g6= (global) of oneself, and the same of the neighbour (n_...) and the gateway (g_...);
what is taken by hand: free=, free6=, freell=.
"""
import os, random, socket, struct, sys

BROADCAST = b"\xff" * 6
MARK = b"<hostile:"
name = ""  # of the frame that is being made


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip4(text):
    return socket.inet_aton(text)


def ip6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ether(src, kind, payload, dst=BROADCAST):
    return dst + src + struct.pack("!H", kind) + payload


def arp(op, sha, spa, tha, tpa):
    return struct.pack("!HHBBH", 1, 0x800, 6, 4, op) + sha + spa + tha + tpa


def mark():
    """What a frame is known by. Bytes behind the packet may be cut off on the way."""
    return MARK + name.encode() + b">"


def udp(sport, dport, data):
    data += mark()
    return struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data


def ipv4(src, dst, proto, payload):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, proto, 0) + src + dst
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(src, dst, next_header, payload, hops=255):
    return struct.pack("!IHBB", 0x60000000, len(payload), next_header, hops) + src + dst + payload


def icmp6(src, dst, kind, rest):
    """The mark is in an option that nobody knows (RFC 4861 s.4.6)."""
    text = mark()
    rest += bytes([200, (len(text) + 9) // 8]) + text.ljust((len(text) + 9) // 8 * 8 - 2, b"\0")
    body = struct.pack("!BBH", kind, 0, 0) + rest
    pseudo = src + dst + struct.pack("!II", len(body), 58)
    return struct.pack("!BBH", kind, 0, checksum(pseudo + body)) + rest


def bootp(op, chaddr, kind, yiaddr=b"\0" * 4):
    return (
        struct.pack("!BBBBIHH", op, 1, 6, 0, random.getrandbits(32), 0, 0x8000)
        + b"\0" * 4 + yiaddr + b"\0" * 8 + chaddr + b"\0" * 202
        + bytes.fromhex("63825363") + bytes([53, 1, kind, 255])
    )


class Who:
    def __init__(self, words):
        v = dict(w.split("=", 1) for w in words)
        for side in ("", "n_", "g_"):
            setattr(self, side + "mac", mac(v[side + "mac"]))
            setattr(self, side + "ip", ip4(v[side + "ip"]))
            setattr(self, side + "ll", ip6(v[side + "ll"]))
            setattr(self, side + "g6", ip6(v[side + "g6"]))
        self.free = ip4(v["free"])
        self.free6 = ip6(v.get("free6", "::"))
        self.freell = ip6(v.get("freell", "::"))


ALL_NODES, ALL_ROUTERS = ip6("ff02::1"), ip6("ff02::2")
ANY4, ANY6 = b"\0" * 4, b"\0" * 16


def nd(me, kind, target, src, flags=0x20000000, option=2):
    rest = struct.pack("!I", flags) + target + bytes([option, 1]) + me.mac
    return ipv6(src, ALL_NODES, 58, icmp6(src, ALL_NODES, kind, rest))


def rs(me, src):
    return ipv6(src, ALL_ROUTERS, 58, icmp6(src, ALL_ROUTERS, 133, b"\0" * 4 + bytes([1, 1]) + me.mac))


def ra(me, src):
    rest = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + bytes([1, 1]) + me.mac
    return ipv6(src, ALL_NODES, 58, icmp6(src, ALL_NODES, 134, rest))


def ra_behind_options(me):
    """Hop-by-hop and destination options in front (RFC 7113)."""
    body = icmp6(me.ll, ALL_NODES, 134, struct.pack("!BBHII", 64, 0, 1800, 0, 0))
    options = bytes([60, 0, 1, 4, 0, 0, 0, 0]) + bytes([58, 0, 1, 4, 0, 0, 0, 0])
    return ipv6(me.ll, ALL_NODES, 0, options + body)


def redirect(me):
    rest = b"\0" * 4 + me.ll + me.g_g6
    return ipv6(me.ll, ALL_NODES, 58, icmp6(me.ll, ALL_NODES, 137, rest))


def attacks(me):
    world = ip4("203.0.113.1")
    ping = lambda: udp(9, 9, b"data")
    own4 = lambda: ipv4(me.ip, me.n_ip, 17, ping())
    lie4 = lambda: ipv4(me.g_ip, me.n_ip, 17, ping())
    tag = lambda kind, inner, payload: struct.pack("!HH", 7, inner) + payload
    gw = me.g_mac
    return [
        # name, counter, frame
        ("mac-neighbour", "mac", lambda: ether(me.n_mac, 0x800, own4())),
        ("mac-gateway", "mac", lambda: ether(gw, 0x800, own4())),
        ("mac-random", "mac", lambda: ether(mac("52:54:00:77:77:77"), 0x800, own4())),
        ("mac-neighbour-arp", "mac", lambda: ether(me.n_mac, 0x806, arp(1, me.n_mac, me.n_ip, ANY6[:6], me.g_ip))),
        ("arp-gateway-reply", "arp", lambda: ether(me.mac, 0x806, arp(2, me.mac, me.g_ip, me.n_mac, me.n_ip))),
        ("arp-gateway-gratuitous", "arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.g_ip, ANY6[:6], me.g_ip))),
        ("arp-neighbour-reply", "arp", lambda: ether(me.mac, 0x806, arp(2, me.mac, me.n_ip, gw, me.g_ip))),
        ("arp-neighbour-gratuitous", "arp", lambda: ether(me.mac, 0x806, arp(2, me.mac, me.n_ip, BROADCAST, me.n_ip))),
        ("arp-in-anothers-name", "arp", lambda: ether(me.mac, 0x806, arp(2, me.n_mac, me.ip, gw, me.g_ip))),
        ("arp-probe-neighbour", "arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, ANY4, ANY6[:6], me.n_ip))),
        ("arp-outside", "arp", lambda: ether(me.mac, 0x806, arp(2, me.mac, world, me.n_mac, me.n_ip))),
        ("ip-neighbour", "ip", lambda: ether(me.mac, 0x800, ipv4(me.n_ip, world, 17, ping()))),
        ("ip-gateway", "ip", lambda: ether(me.mac, 0x800, lie4())),
        ("ip-outside", "ip", lambda: ether(me.mac, 0x800, ipv4(world, me.n_ip, 17, ping()))),
        ("ip-none", "ip", lambda: ether(me.mac, 0x800, ipv4(ANY4, me.n_ip, 17, ping()))),
        ("ip6-neighbour", "ip", lambda: ether(me.mac, 0x86DD, ipv6(me.n_g6, me.g_g6, 17, ping()))),
        ("ip6-gateway", "ip", lambda: ether(me.mac, 0x86DD, ipv6(me.g_ll, me.n_ll, 17, ping()))),
        ("ip6-outside", "ip", lambda: ether(me.mac, 0x86DD, ipv6(ip6("2001:db8::1"), me.n_g6, 17, ping()))),
        ("ip6-none", "ip", lambda: ether(me.mac, 0x86DD, ipv6(ANY6, me.n_g6, 17, ping()))),
        ("dhcp-offer", "dhcp", lambda: ether(me.mac, 0x800, ipv4(me.ip, b"\xff" * 4, 17, udp(67, 68, bootp(2, me.n_mac, 2, me.free))))),
        ("dhcp-offer-odd-port", "dhcp", lambda: ether(me.mac, 0x800, ipv4(me.ip, b"\xff" * 4, 17, udp(6767, 68, bootp(2, me.n_mac, 2, me.free))))),
        ("dhcp-offer-as-gateway", "dhcp", lambda: ether(me.mac, 0x800, ipv4(me.g_ip, b"\xff" * 4, 17, udp(67, 68, bootp(2, me.n_mac, 5, me.free))))),
        ("dhcp-release-neighbour", "dhcp", lambda: ether(me.mac, 0x800, ipv4(me.ip, me.g_ip, 17, udp(68, 67, bootp(1, me.n_mac, 7))))),
        ("dhcp-ask-as-neighbour", "dhcp", lambda: ether(me.mac, 0x800, ipv4(ANY4, b"\xff" * 4, 17, udp(68, 67, bootp(1, me.n_mac, 1))))),
        ("dhcp6-advertise", "dhcp", lambda: ether(me.mac, 0x86DD, ipv6(me.ll, me.n_ll, 17, udp(547, 546, b"\2abc")))),
        ("dhcp6-odd-port", "dhcp", lambda: ether(me.mac, 0x86DD, ipv6(me.ll, me.n_ll, 17, udp(5470, 546, b"\2abc")))),
        ("ra", "nd", lambda: ether(me.mac, 0x86DD, ra(me, me.ll))),
        ("ra-as-gateway", "nd", lambda: ether(me.mac, 0x86DD, ra(me, me.g_ll))),
        ("ra-behind-options", "nd", lambda: ether(me.mac, 0x86DD, ra_behind_options(me))),
        ("redirect", "nd", lambda: ether(me.mac, 0x86DD, redirect(me))),
        ("na-gateway", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.g_ll, me.ll))),
        ("na-gateway-global", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.g_g6, me.ll))),
        ("na-neighbour", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.n_g6, me.ll))),
        ("na-neighbour-ll", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.n_ll, me.ll))),
        ("dad-neighbour", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.n_g6, ANY6, 0))),
        ("dad-neighbour-ll", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.n_ll, ANY6, 0))),
        ("ns-as-neighbour", "ip", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.g_ll, me.n_ll, 0, 1))),
        ("ip-version-5", "other", lambda: ether(me.mac, 0x800, b"\x55" + own4()[1:])),
        ("ip6-version-5", "other", lambda: ether(me.mac, 0x86DD, b"\x50" + ra(me, me.ll)[1:])),
        ("vlan", "other", lambda: ether(me.mac, 0x8100, tag(0, 0x800, lie4()))),
        ("vlan-own", "other", lambda: ether(me.mac, 0x8100, tag(0, 0x800, own4()))),
        ("vlan-priority", "other", lambda: ether(me.mac, 0x8100, struct.pack("!HH", 0, 0x806) + arp(2, me.mac, me.g_ip, me.n_mac, me.n_ip))),
        ("vlan-arp", "other", lambda: ether(me.mac, 0x8100, tag(0, 0x806, arp(2, me.mac, me.g_ip, me.n_mac, me.n_ip)))),
        ("vlan-ad", "other", lambda: ether(me.mac, 0x88A8, tag(0, 0x800, lie4()))),
        ("vlan-in-vlan", "other", lambda: ether(me.mac, 0x88A8, tag(0, 0x8100, tag(0, 0x86DD, ra(me, me.ll))))),
        ("llc", "other", lambda: ether(me.mac, 40, b"\xaa\xaa\x03\0\0\0\x08\0" + lie4())),
        ("pppoe", "other", lambda: ether(me.mac, 0x8863, b"\x11\x07" + b"\0" * 40)),
    ]


def honest(me):
    return [
        ("own-arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.ip, ANY6[:6], me.g_ip))),
        ("own-announcement", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.ip, ANY6[:6], me.ip))),
        ("probe-free", lambda: ether(me.mac, 0x806, arp(1, me.mac, ANY4, ANY6[:6], me.free))),
        ("own-ip", lambda: ether(me.mac, 0x800, ipv4(me.ip, me.n_ip, 17, udp(9, 9, b"data")))),
        ("own-ll", lambda: ether(me.mac, 0x86DD, ipv6(me.ll, me.n_ll, 17, udp(9, 9, b"data")))),
        ("own-g6", lambda: ether(me.mac, 0x86DD, ipv6(me.g6, me.n_g6, 17, udp(9, 9, b"data")))),
        ("own-na", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.g6, me.g6))),
        ("own-dad", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.ll, ANY6, 0))),
        ("own-rs", lambda: ether(me.mac, 0x86DD, ipv6(ANY6, ALL_ROUTERS, 58, icmp6(ANY6, ALL_ROUTERS, 133, b"\0" * 4)))),
        ("rarp", lambda: ether(me.mac, 0x8035, arp(3, me.mac, ANY4, me.mac, ANY4))),
        ("static-ip", lambda: ether(me.mac, 0x800, ipv4(me.free, me.n_ip, 17, udp(9, 9, b"data")))),
        ("static-arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.free, ANY6[:6], me.g_ip))),
    ]


def taking(me):
    return [
        ("take4", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.free, ANY6[:6], me.free))),
        ("take6", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.free6, ANY6, 0))),
        ("take-ll", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.freell, me.freell))),
    ]


def robbing(me):
    return [
        ("rob-arp-reply", "arp", lambda: ether(me.mac, 0x806, arp(2, me.mac, me.free, me.n_mac, me.n_ip))),
        ("rob-arp-gratuitous", "arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.free, ANY6[:6], me.free))),
        ("rob-arp-request", "arp", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.free, ANY6[:6], me.g_ip))),
        ("rob-dad", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.free6, ANY6, 0))),
        ("rob-na", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.free6, me.ll))),
        ("rob-na-source", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.ll, me.free6))),
        ("rob-ns-source", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.g_ll, me.free6, 0, 1))),
        ("rob-rs-source", "nd", lambda: ether(me.mac, 0x86DD, rs(me, me.free6))),
        ("rob-ll-na", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 136, me.freell, me.freell))),
        ("rob-ll-dad", "nd", lambda: ether(me.mac, 0x86DD, nd(me, 135, me.freell, ANY6, 0))),
    ]


def transmit(frames, me):
    global name
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("eth0", 0))
    end = ("END", lambda: ether(me.mac, 0x806, arp(1, me.mac, me.ip, ANY6[:6], me.g_ip)))
    for name, make in frames + [end]:
        frame = make().ljust(60, b"\0")
        s.send(frame if MARK in frame else frame + mark())


def steal(me):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("eth0", 0))
    for last in (0, 3, 0xE):  # spanning tree, slow protocols and LLDP, which go no further than to the next bridge
        s.send(ether(me.n_mac, 0x88CC, b"\0" * 46, bytes.fromhex("0180c20000") + bytes([last])))


def grab(count, first):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("eth0", 0))
    me = Who(NOBODY)
    with open("/sys/class/net/eth0/address") as f:
        me.mac = mac(f.read().strip())
    for i in range(count):
        target = (int.from_bytes(ip6(first), "big") + i).to_bytes(16, "big")
        s.send(ether(me.mac, 0x86DD, nd(me, 135, target, ANY6, 0)))


def watch(device):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((device, 3))
    s.settimeout(30)
    print("ready", flush=True)
    while True:
        frame = s.recv(65536)
        if MARK not in frame:
            continue
        seen = frame.split(MARK)[-1].split(b">")[0].decode()
        if seen == "END":
            return
        print(seen, flush=True)


NOBODY = [a + b for a in ("", "n_", "g_") for b in ("mac=00:00:00:00:00:00", "ip=0.0.0.0", "ll=::", "g6=::")] + ["free=0.0.0.0"]
attacking = {"send": attacks, "names": attacks, "rob": robbing, "robs": robbing}
honestly = {"good": honest, "take": taking}
what = sys.argv[1]
if what in ("send", "rob"):
    me = Who(sys.argv[2:])
    transmit([(n, make) for n, _, make in attacking[what](me)], me)
elif what == "one":
    me = Who(sys.argv[3:])
    transmit([(n, make) for n, _, make in attacks(me) if n == sys.argv[2]], me)
elif what == "steal":
    steal(Who(sys.argv[2:]))
elif what in honestly:
    me = Who(sys.argv[2:])
    transmit(honestly[what](me), me)
elif what == "watch":
    watch(sys.argv[2])
elif what == "grab":
    grab(int(sys.argv[2]), sys.argv[3])
else:
    for n, why, _ in attacking[what](Who(NOBODY)):
        print(n, why)
