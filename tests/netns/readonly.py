# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every call that changes something, with arguments that would do it, on a read-only socket: readonly.py SOCKET UUID. Each
must be refused as libvirt's daemon refuses it. Prints `ok WHAT`; an exception is the failure."""
import struct
import sys

from wire import OPENING, REMOTE, VNET, connect, message, read_message, text, words

path, uuid = sys.argv[1], bytes.fromhex(sys.argv[2].replace("-", ""))

net = text("default") + uuid
port = net + bytes(16)
xml = text("<network><name>new</name></network>")
host = text("<host mac='52:54:00:00:00:07' ip='192.168.122.7'/>")
publish = net + words(0, 80, 80) + text("tcp") + words(1) + text("web") + words(0, 0)
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
    (VNET, 8, publish, "vnet_publish"),
    (VNET, 9, publish, "vnet_unpublish"),
]


s = connect(path)
s.sendall(OPENING)
assert struct.unpack(">I", read_message(s)[24:28])[0] == 0
for program, number, payload, api in calls:
    s.sendall(message(number, payload, program=program))
    m = read_message(s)
    status, answer = struct.unpack(">I", m[24:28])[0], m[28:]
    want = "operation forbidden: read only access prevents " + api
    assert status == 1 and struct.unpack(">II", answer[:8]) == (29, 19) and want.encode() in answer, "%s: %r" % (api, answer)
print("ok %d changing calls are refused" % len(calls))
