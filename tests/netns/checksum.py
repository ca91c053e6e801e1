# SPDX-License-Identifier: LGPL-2.1-or-later
"""checksum.py DEVICE: a DHCP exchange by an ordinary UDP socket, whose checksums the kernel leaves to the device, watched by
a packet socket. Says how each message's UDP checksum stands in its bytes: right, partial (the pseudo header's alone) or wrong."""
import os
import socket
import struct
import sys

DEVICE = sys.argv[1]
COOKIE = b"\x63\x82\x53\x63"


def word_sum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return s


def checksum(frame):
    """RFC 768, of an IPv4 packet without options in an Ethernet frame."""
    total = struct.unpack("!H", frame[16:18])[0]
    udp = frame[34 : 14 + total]
    pseudo = frame[26:34] + struct.pack("!BBH", 0, 17, len(udp))
    if word_sum(pseudo + udp) == 0xFFFF:
        return "right"
    return "partial" if struct.unpack("!H", udp[6:8])[0] == word_sum(pseudo) else "wrong"


def message(mac, xid, options):
    head = struct.pack("!BBBBIHH16s", 1, 1, 6, 0, xid, 0, 0x8000, b"")
    return head + mac.ljust(208, b"\0") + COOKIE + options + b"\xff"


def reply_options(payload):
    options, rest = {}, payload[240:]
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    return options


def watch(packet):
    """Reports until a reply comes; gives its UDP payload."""
    while True:
        frame, address = packet.recvfrom(2048)
        if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[36:38] not in (b"\0\x43", b"\0\x44"):
            continue
        if address[2] == socket.PACKET_OUTGOING:
            print("request:", checksum(frame))
        else:
            print("reply:", checksum(frame))
            return frame[42:]


packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packet.bind((DEVICE, 0))
packet.settimeout(10)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE.encode() + b"\0")
udp.bind(("", 68))
mac, xid = packet.getsockname()[4], struct.unpack("!I", os.urandom(4))[0]

udp.sendto(message(mac, xid, b"\x35\x01\x01"), ("255.255.255.255", 67))
offer = watch(packet)
server = reply_options(offer)[54]
request = b"\x35\x01\x03\x32\x04" + offer[16:20] + b"\x36\x04" + server
udp.sendto(message(mac, xid, request), ("255.255.255.255", 67))
watch(packet)
