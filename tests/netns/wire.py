# SPDX-License-Identifier: LGPL-2.1-or-later
"""The messages of libvirt's protocol as bytes, for the tests that send what no library would."""
import socket
import struct

REMOTE, KEEPALIVE, VNET = 0x20008086, 0x6b656570, 0x766e6574
CALL, REPLY, MESSAGE = 0, 1, 2


def text(s):
    return struct.pack(">I", len(s)) + s.encode() + bytes(-len(s) % 4)


def words(*values):
    return struct.pack(">%dI" % len(values), *values)


def message(number, payload=b"", serial=0, program=REMOTE, kind=CALL, length=None):
    head = struct.pack(">IIiIII", program, 1, number, kind, serial, 0)
    return struct.pack(">I", length or 28 + len(payload)) + head + payload


OPENING = message(1, words(1) + text("network:///system") + words(0))


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)  # waits while the queue of connections is full
    s.settimeout(20)
    return s


def read_message(s):
    """None: the other side hung up."""
    data = b""
    while len(data) < 4 or len(data) < struct.unpack(">I", data[:4])[0]:
        more = s.recv(4 if len(data) < 4 else struct.unpack(">I", data[:4])[0] - len(data))
        if not more:
            return None
        data += more
    return data
