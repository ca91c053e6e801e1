# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that mean no good: abuse.py SOCKET-FOLDER PID. After each attack somebody else must still be served, at once, and
the daemon's memory is looked at while the attack is on. Prints `ok WHAT`; an exception is the failure."""
import os
import random
import select
import struct
import sys
import time

import wire
from wire import KEEPALIVE, OPENING, message, read_message

folder, pid = sys.argv[1], int(sys.argv[2])
RW, RO = folder + "/vnetd-sock", folder + "/vnetd-sock-ro"
FEATURE, AUTH_LIST, LIST_ALL = 60, 66, 283


def connect(path=RW):
    return wire.connect(path)


def rss():
    for line in open("/proc/%d/status" % pid):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024


def served():
    """Somebody ordinary is served: how long it took, in ms."""
    start = time.monotonic()
    s = connect()
    s.sendall(OPENING + message(LIST_ALL, struct.pack(">II", 1, 0), 7))
    read_message(s)
    assert struct.unpack(">I", read_message(s)[20:24])[0] == 7
    s.close()
    return int((time.monotonic() - start) * 1000)


def attack(what, limit_mb, run):
    before = rss()
    held = run()
    took, now = served(), rss()
    assert took < 2000, "%s: others wait %d ms" % (what, took)
    assert now - before < limit_mb, "%s: %d MiB more" % (what, now - before)
    for s in held:
        s.close()
    served()
    print("ok %s: another is served within 2 s, less than %d MiB more" % (what, limit_mb))
    print("note: %s: %d ms, %+d MiB" % (what, took, now - before), flush=True)


def push(s, data, seconds=0.2):
    """As much as it takes, without reading."""
    s.setblocking(False)
    end = time.monotonic() + seconds
    while data and time.monotonic() < end:
        try:
            data = data[s.send(data):]
        except BlockingIOError:
            select.select([], [s], [], 0.02)
        except (BrokenPipeError, ConnectionResetError):
            return


def many_connections():
    return [connect() for _ in range(2000)]


def half_messages():
    held = []
    for i in range(500):
        held.append(connect())
        held[-1].sendall(message(AUTH_LIST)[:1 + i % 27])
    return held


def hostile_lengths():
    held = []
    for length in (0, 3, 4, 5, 27, 28, 0x2000004, 0x2000005, 0x7fffffff, 0x80000000, 0xffffffff) * 20:
        held.append(connect())
        held[-1].sendall(message(AUTH_LIST, b"x" * 100, length=length or 1))
    return held


def random_bytes():
    held = []
    rng = random.Random(1)
    for i in range(200):
        s = connect(RO if i % 2 else RW)
        data = rng.randbytes(20000)
        push(s, OPENING + data if i % 3 else struct.pack(">I", 20000) + data, 0.01)
        held.append(s)
    return held


def big_read_only_frames():
    """The most that one user may make the read-only socket keep."""
    held = []
    for _ in range(200):
        s = connect(RO)
        push(s, message(AUTH_LIST, b"x" * 262000, length=262144)[:262100])
        held.append(s)
    return held


def slow_readers():
    held = []
    call = OPENING + b"".join(message(LIST_ALL, struct.pack(">II", 1, 0), i) for i in range(3000))
    for _ in range(50):
        s = connect()
        push(s, call, 0.05)
        held.append(s)
    return held


def comers_and_goers():
    for _ in range(5000):
        connect().close()
    return []


def silent_one():
    s = connect()
    s.sendall(message(FEATURE, struct.pack(">I", 10)) + OPENING)
    read_message(s), read_message(s)
    return s, time.monotonic()


def end_of_silent_one(s, start):
    """It said it answers pings, and does not: five of them, then the end."""
    s.settimeout(40)
    pings = 0
    while True:
        m = read_message(s)
        if m is None:
            break
        assert struct.unpack(">Ii", m[4:8] + m[12:16]) == (KEEPALIVE, 1)
        pings += 1
    took = time.monotonic() - start
    assert pings == 5 and 29 < took < 33, "%d pings in %.1f s" % (pings, took)
    print("ok a client that answers no pings is cut off after five of them, in 30 s", flush=True)


silent, since = silent_one()
attack("2000 connections", 64, many_connections)
attack("5000 that come and go", 16, comers_and_goers)
attack("500 half messages", 32, half_messages)
attack("hostile lengths", 32, hostile_lengths)
attack("random bytes", 32, random_bytes)
attack("200 large frames on the read-only socket", 150, big_read_only_frames)
attack("50 slow readers", 150, slow_readers)
if os.getuid() == 0 and len(sys.argv) > 3:
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        held, refused = [], 0
        for _ in range(700):
            s = connect(RO)
            held.append(s)
        time.sleep(0.5)
        for s in held:
            s.setblocking(False)
            try:
                refused += s.recv(1) == b""
            except BlockingIOError:
                pass
        os._exit(0 if refused == 200 else 1)
    assert os.waitpid(child, 0)[1] == 0, "of 700 connections of one user, not 500 are kept"
    print("ok one user has at most 500 connections")
end_of_silent_one(silent, since)
