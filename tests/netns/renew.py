# SPDX-License-Identifier: LGPL-2.1-or-later
"""renew.py DEVICE ADDRESS SERVER NAME renew|inform: what the client NAME asks then (RFC 2131 s.4.3.2, s.4.3.5), from the address that
it has. Prints the type of the answer (5: an ACK) and the seconds of its lease (0: not told); exit 1: there was none."""
import os, socket, struct, sys

device, address, server, name, kind = sys.argv[1:]
with open("/sys/class/net/%s/address" % device) as f:
    mac = bytes.fromhex(f.read().strip().replace(":", ""))
xid = os.urandom(4)
ask = struct.pack("!4B", 1, 1, 6, 0) + xid + bytes(4) + socket.inet_aton(address) + bytes(12) + mac.ljust(208, b"\0")
ask += b"\x63\x82\x53\x63" + bytes([53, 1, 3 if kind == "renew" else 8])
ask += bytes([12, len(name)]) + name.encode() + b"\xff"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
s.bind((address, 68))
s.settimeout(1)


def options(data):
    while data and data[0] != 255:
        if data[0]:
            yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :] if data[0] else data[1:]


for _ in range(3):
    s.sendto(ask, (server, 67))
    try:
        answer = s.recv(1500)
    except socket.timeout:
        continue
    if answer[4:8] != xid:
        continue
    got = dict(options(answer[240:]))
    print(got[53][0], int.from_bytes(got.get(51, b"\0"), "big"))
    sys.exit(0)
sys.exit(1)
