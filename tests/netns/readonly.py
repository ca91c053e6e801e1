# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every call that changes something, with arguments that would do it, on a read-only socket: readonly.py SOCKET UUID. Each
must be refused as libvirt's daemon refuses it. Prints `ok WHAT`; an exception is the failure."""
import socket
import struct
import sys

path, uuid = sys.argv[1], bytes.fromhex(sys.argv[2].replace("-", ""))
REMOTE, VNET = 0x20008086, 0x766e6574


def text(s):
    return struct.pack(">I", len(s)) + s.encode() + bytes(-len(s) % 4)


def words(*values):
    return struct.pack(">%dI" % len(values), *values)


net = text("default") + uuid
port = net + bytes(16)
xml = text("<network><name>new</name></network>")
host = text("<host mac='52:54:00:00:00:07' ip='192.168.122.7'/>")
calls = [
    (REMOTE, 39, net, "virNetworkCreate"),
    (REMOTE, 40, xml, "virNetworkCreateXML"),
    (REMOTE, 41, xml, "virNetworkDefineXML"),
    (REMOTE, 42, net, "virNetworkDestroy"),
    (REMOTE, 48, net + words(1), "virNetworkSetAutostart"),
    (REMOTE, 49, net, "virNetworkUndefine"),
    (REMOTE, 291, net + words(3, 4, 0) + host + words(3), "virNetworkUpdate"),
    (REMOTE, 406, net + text("<networkport/>") + words(0), "virNetworkPortCreateXML"),
    (REMOTE, 408, port + words(0, 0), "virNetworkPortSetParameters"),
    (REMOTE, 410, port + words(0), "virNetworkPortDelete"),
    (REMOTE, 432, xml + words(0), "virNetworkDefineXMLFlags"),
    (REMOTE, 437, xml + words(0), "virNetworkCreateXMLFlags"),
    (REMOTE, 444, net + words(1, 1) + text("title") + words(0, 0, 0), "virNetworkSetMetadata"),
    (VNET, 2, text("vnet0"), "vnet_tap_del"),
    (VNET, 5, net + words(0), "vnet_import_leases"),
    (VNET, 7, xml + words(0), "vnet_apply"),
]


def read(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise AssertionError("cut off")
        data += more
    return data


s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
s.connect(path)
opening = (REMOTE, 1, words(1) + text("network:///system") + words(0), None)
for program, number, payload, api in [opening] + calls:
    s.sendall(struct.pack(">IIIiIII", 28 + len(payload), program, 1, number, 0, number, 0) + payload)
    body = read(s, struct.unpack(">I", read(s, 4))[0] - 4)
    status, answer = struct.unpack(">I", body[20:24])[0], body[24:]
    if api is None:
        assert status == 0, answer
        continue
    want = "operation forbidden: read only access prevents " + api
    assert status == 1 and struct.unpack(">II", answer[:8]) == (29, 19) and want.encode() in answer, "%s: %r" % (api, answer)
print("ok %d changing calls are refused" % len(calls))
