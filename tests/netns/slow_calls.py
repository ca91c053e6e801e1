# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients do while their calls wait for a hook script: slow_calls.py SOCKET PID FLAG. The script makes the start of any
network wait until the file FLAG is there, and fail if it has something in it. Prints `ok WHAT`; an exception is the
failure."""
import os
import struct
import sys
import time

from wire import KEEPALIVE, MESSAGE, OPENING, REMOTE, connect, message, read_message, text, words

path, pid, flag = sys.argv[1], int(sys.argv[2]), sys.argv[3]
START, DEFINE, DESTROY, LOOKUP, UNDEFINE, IS_ACTIVE, PING = 39, 41, 42, 46, 49, 152, 1


class Client:
    def __init__(self):
        self.socket = connect(path)
        self.socket.sendall(OPENING)
        self.answer()

    def send(self, number, payload=b"", serial=0, **more):
        self.socket.sendall(message(number, payload, serial, **more))

    def ping(self):
        self.send(PING, program=KEEPALIVE, kind=MESSAGE)

    def answer(self):
        """Program, serial, status, payload."""
        m = read_message(self.socket)
        assert m, "cut off"
        program, _, _, _, serial, status = struct.unpack(">IIiIII", m[4:28])
        return program, serial, status, m[28:]

    def call(self, number, payload):
        self.send(number, payload)
        return self.answer()[2:]

    def define(self, name):
        return self.call(DEFINE, text("<network><name>%s</name></network>" % name))[1]


def go(why=""):
    with open(flag + ".new", "w") as f:
        f.write(why)
    os.rename(flag + ".new", flag)


def wait():
    if os.path.exists(flag):
        os.unlink(flag)


def cpu():
    fields = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


# A call behind one that waits, and a ping behind both.
c = Client()
net = c.define("slow")
wait()
c.send(START, net, 1)
c.send(LOOKUP, text("slow"), 2)
c.send(IS_ACTIVE, net, 3)
c.send(PING, b"", 4, program=KEEPALIVE)  # a call, which that program has none of
c.ping()
assert c.answer()[0] == KEEPALIVE, "a ping waits for calls"
print("ok a ping is answered while calls wait")
go()
assert [c.answer()[1:3] for _ in range(4)] == [(1, 0), (2, 0), (3, 0), (4, 1)]
print("ok calls behind a slow one are answered in order")
assert c.call(DESTROY, net)[0] == 0

# More than may be in flight: they wait in the socket.
wait()
for serial in range(20):
    c.send(START if serial == 0 else IS_ACTIVE, net, serial)
go()
answers = [c.answer() for _ in range(20)]
assert [a[1] for a in answers] == list(range(20)) and all(a[3] == words(1) for a in answers[1:])
print("ok twenty of them too")
assert c.call(DESTROY, net)[0] == 0

# Who asked leaves, with as many calls waiting as may be.
wait()
gone = Client()
for serial in range(20):
    gone.send(START if serial == 0 else IS_ACTIVE, net, serial)
c.call(LOOKUP, text("slow"))  # a round trip: they were read
gone.socket.close()
before = cpu()
time.sleep(1)
assert cpu() - before < 20, "the daemon turns in circles: %d ticks in a second" % (cpu() - before)
print("ok the daemon sleeps when a client left its calls behind")
go()
while c.call(IS_ACTIVE, net)[1] != words(1):
    time.sleep(0.05)
print("ok and the start goes on")
assert c.call(DESTROY, net)[0] == 0

# One client's call ends after another's took its network away: the next is not answered with what became of the first.
other = c.define("other")
asks = Client()
wait()
asks.send(START, net)
assert c.call(IS_ACTIVE, net)[1] == words(0)
c.send(UNDEFINE, net)  # c came first and is served first
c.ping()
assert c.answer()[0] == KEEPALIVE
go("no")
assert c.answer()[2] == 0, "undefine"
assert asks.answer()[2] == 1, "a network that is gone started"
go()
assert asks.call(START, other)[0] == 0
assert c.call(IS_ACTIVE, other)[1] == words(1), "the start of another network was not made"
print("ok no call gets another's result")
assert c.call(DESTROY, other)[0] == 0 and c.call(UNDEFINE, other)[0] == 0
