# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who says that it has addresses, and who asks twice.

squat.py all DEVICE [MS]    answers each ARP question that asks whether an address is free, after so many milliseconds, in its
                            own name; "ready" is printed first
squat.py forge DEVICE       likewise, each time in the name of another, made-up machine
squat.py twice DEVICE       asks for a lease, and sends its REQUEST a second time before the first can be answered; prints
                            each answer in the order of arrival: "offer IP", "ack IP", "nak"
"""
import os, random, socket, struct, sys, time

what, device = sys.argv[1:3]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((device, 3))
with open("/sys/class/net/%s/address" % device) as f:
    me = bytes.fromhex(f.read().strip().replace(":", ""))


def squat(delay, forge):
    print("ready", flush=True)
    while True:
        f = s.recv(65536)
        # an ARP question from no address yet, RFC 5227 section 2.1.1
        if f[12:14] != b"\x08\x06" or f[20:22] != b"\0\1" or f[28:32] != b"\0" * 4:
            continue
        name = b"\x02" + os.urandom(5) if forge else me
        time.sleep(delay)
        s.send(f[6:12] + name + f[12:20] + b"\0\2" + name + f[38:42] + f[22:28] + f[28:32])


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def dhcp(xid, kind, *options):
    body = struct.pack("!BBBBIHH", 1, 1, 6, 0, xid, 0, 0) + bytes(16) + me.ljust(16, b"\0") + bytes(192)
    body += b"\x63\x82\x53\x63" + bytes([53, 1, kind]) + b"".join(options) + b"\xff"
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(body), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    s.send(b"\xff" * 6 + me + b"\x08\x00" + head + struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body)


def answers(xid, until):
    """Kind, address, and the server's option 54, of what comes until then."""
    while time.monotonic() < until:
        s.settimeout(max(0.001, until - time.monotonic()))
        try:
            f = s.recv(65536)
        except socket.timeout:
            return
        if f[12:14] != b"\x08\x00" or f[23] != 17 or f[34:36] != b"\0\x43" or f[46:50] != struct.pack("!I", xid):
            continue
        options, i = f[282:], 0
        got = {}
        while options[i] != 255:
            got[options[i]] = options[i : i + 2 + options[i + 1]]
            i += 2 + options[i + 1]
        yield got[53][2], f[58:62], got[54]


def twice():
    names = {2: "offer", 5: "ack", 6: "nak"}
    xid = random.getrandbits(32)
    for _ in range(20):
        dhcp(xid, 1)
        first = next(answers(xid, time.monotonic() + 1), None)
        if first:
            break
    _, addr, server = first
    print("offer", socket.inet_ntoa(addr))
    for _ in range(2):
        dhcp(xid, 3, bytes([50, 4]) + addr, server)
        time.sleep(0.002)
    for kind, addr, _ in answers(xid, time.monotonic() + 2):
        print(names[kind], socket.inet_ntoa(addr) if kind != 6 else "")


if what == "twice":
    twice()
else:
    squat(float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0, what == "forge")
