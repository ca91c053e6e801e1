# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions that were recorded between libvirt's clients (9.0, 11.3, virtqemud, Go, Ruby, Python) and its daemon, replayed
against vnetd: replay.py SOCKET FOLDER. What the recorded daemon had is made first, as far as the recording tells; what it
leaves open is tried in both ways. An answer is equal byte by byte; or equivalent: equal but for what each daemon chooses
(ids, order of a list), or an error of the same code and domain; or it differs, and then its session must be among those
that may, with the reason. Prints `ok WHAT`; an exception is the failure."""
import itertools
import os
import re
import socket
import struct
import sys
import time

PATH, FOLDER = sys.argv[1], sys.argv[2]
REMOTE, VNET, CALL, REPLY, MESSAGE = 0x20008086, 0x766e6574, 0, 1, 2
OPEN, CREATE, CREATE_XML, DEFINE_XML, DESTROY, GET_XML, GET_AUTOSTART, LOOKUP_NAME = 1, 39, 40, 41, 42, 43, 44, 46
LOOKUP_UUID, SET_AUTOSTART, UNDEFINE, IS_ACTIVE, IS_PERSISTENT, LIST_ALL = 47, 48, 49, 152, 153, 283
LIST_NETWORKS, LIST_DEFINED, LEASES, REGISTER, DEREGISTER, EVENT = 38, 36, 341, 313, 314, 315
PORT_LOOKUP, PORT_CREATE, PORT_XML, SET_METADATA = 405, 406, 409, 444
IMPORT_LEASES = 5
EQUAL, EQUIVALENT, DIFFERENT = range(3)

MONOLITH = "recorded from the daemon that has all of libvirt's drivers"
MAY_DIFFER = {
    "nodedev-list": MONOLITH,
    "pool-list": MONOLITH,
    "raw-open-uri-qemu-system": "that daemon passes other drivers' URIs on",
    "raw-open-uri-test-default": "that daemon passes other drivers' URIs on",
    "raw-auth-polkit-sasl-when-none": "we say that it fails, it says that something failed",
    "raw-string-too-long": "text with a NUL byte inside is refused by us",
    "raw-polkit-socket-non-root-peer": "the sockets' modes decide here, not polkit",
    "net-metadata-get": "a prefix in front of an element is that of its namespace here, there a part of its name",
}
# What the recorded daemon had and the recording does not show.
HOST = "<host mac='52:54:00:00:00:21' name='h21' ip='192.0.2.21'/>"
HAD_HOST = ("err-update-dup", "net-update-current-del")
HAD_TITLE = ("net-desc-get",)
HAD_ELEMENT = ("net-metadata-get",)


def pad(data):
    return data + bytes(-len(data) % 4)


def text(s):
    data = s.encode()
    return struct.pack(">I", len(data)) + pad(data)


def number(*values):
    return struct.pack(">%dI" % len(values), *values)


class Message:
    def __init__(self, raw):
        self.raw = raw
        self.program, _, self.number, self.kind, self.serial, self.status = struct.unpack(">IIiIII", raw[4:28])
        self.payload = raw[28:]


def split(data):
    """The whole messages, and what is behind them."""
    found = []
    while len(data) >= 28:
        size = struct.unpack(">I", data[:4])[0]
        if size < 28 or size > len(data):
            break
        found.append(Message(data[:size]))
        data = data[size:]
    return found, data


def get_text(data, at=0):
    size = struct.unpack(">I", data[at:at + 4])[0]
    return data[at + 4:at + 4 + size].decode(), at + 4 + size + -size % 4


def get_net(data, at=0):
    name, at = get_text(data, at)
    return (name, data[at:at + 16]), at + 16


class Daemon:
    """A connection of our own, to make and remove what a session needs."""

    def __init__(self):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(PATH)
        self.call(OPEN, number(1) + text("network:///system") + number(0))

    def read(self):
        data = b""
        while len(data) < 4 or len(data) < struct.unpack(">I", data[:4])[0]:
            data += self.s.recv((struct.unpack(">I", data[:4])[0] if len(data) >= 4 else 4) - len(data))
        return Message(data)

    def call(self, proc, payload=b"", program=REMOTE):
        self.s.sendall(struct.pack(">IIIiIII", 28 + len(payload), program, 1, proc, CALL, 0, 0) + payload)
        answer = self.read()
        return answer.payload if answer.status == 0 else None

    def networks(self):
        data = self.call(LIST_ALL, number(1, 0))
        at, found = 4, []
        for _ in range(struct.unpack(">I", data[:4])[0]):
            net, at = get_net(data, at)
            found.append(net)
        return found

    def clear(self):
        for name, uuid in self.networks():
            self.call(DESTROY, text(name) + uuid)
            self.call(UNDEFINE, text(name) + uuid)


def recorded(stem, side):
    with open(os.path.join(FOLDER, stem + side), "rb") as f:
        return f.read()


class Session:
    def __init__(self, stem):
        self.stem = stem
        self.bytes = recorded(stem, ".c2s.bin")
        self.calls, self.rest = split(self.bytes)
        self.answers, _ = split(recorded(stem, ".s2c.bin"))
        self.by_serial = {(m.serial, m.number): m for m in self.answers if m.kind == REPLY}

    def answered(self):
        """Calls of the remote program with their good answers."""
        for c in self.calls:
            a = self.by_serial.get((c.serial, c.number))
            if c.kind == CALL and c.program == REMOTE and a and a.status == 0:
                yield c, a

    def made(self):
        """What it defines or starts itself need not be there before."""
        return {get_net(a.payload)[0][1] for c, a in self.answered() if c.number in (DEFINE_XML, CREATE_XML, 432, 437)}

    def networks(self):
        """Networks that the daemon had, by uuid, in the order in which they are named."""
        found = {}
        for c, a in self.answered():
            if c.number in (LOOKUP_NAME, LOOKUP_UUID):
                name, uuid = get_net(a.payload)[0]
                found[uuid] = name
            if c.number == LIST_ALL:
                at = 4
                for _ in range(struct.unpack(">I", a.payload[:4])[0]):
                    (name, uuid), at = get_net(a.payload, at)
                    found[uuid] = name
        return found

    def told(self):
        """What was said first of each network's state: {uuid: {call: value}}."""
        found = {}
        for c, a in self.answered():
            if c.number in (IS_ACTIVE, IS_PERSISTENT, GET_AUTOSTART):
                uuid = get_net(c.payload)[0][1]
                found.setdefault(uuid, {}).setdefault(c.number, struct.unpack(">I", a.payload)[0])
            if c.number in (LIST_NETWORKS, LIST_DEFINED):
                at = 4
                for _ in range(struct.unpack(">I", a.payload[:4])[0]):
                    name, at = get_text(a.payload, at)
                    for uuid, known in self.networks().items():
                        if known == name:
                            found.setdefault(uuid, {}).setdefault(IS_ACTIVE, c.number == LIST_NETWORKS)
        return found

    def ports(self):
        """Ports that the daemon had: {(network, port): XML}."""
        found, made, xml = {}, set(), {}
        for c in self.calls:
            a = self.by_serial.get((c.serial, c.number))
            if not a or c.program != REMOTE:
                continue
            if c.number == PORT_CREATE:
                (name, uuid), at = get_net(c.payload)
                doc = get_text(c.payload, at)[0]
                named = re.search("<networkport>\\s*<uuid>(.*?)</uuid>", doc)
                if not named:
                    continue
                port = bytes.fromhex(named.group(1).replace("-", ""))
                if a.status == 0:
                    made.add((uuid, port))
                elif struct.unpack(">I", a.payload[:4])[0] == 106:
                    found[uuid, port] = doc
            elif a.status == 0 and c.number == PORT_LOOKUP:
                net, at = get_net(a.payload)
                if (net[1], a.payload[at:at + 16]) not in made:
                    found.setdefault((net[1], a.payload[at:at + 16]), None)
            elif a.status == 0 and c.number == 404:
                at = 4
                for _ in range(struct.unpack(">I", a.payload[:4])[0]):
                    net, at = get_net(a.payload, at)
                    if (net[1], a.payload[at:at + 16]) not in made:
                        found.setdefault((net[1], a.payload[at:at + 16]), None)
                    at += 16
            elif a.status == 0 and c.number == PORT_XML:
                (_, uuid), at = get_net(c.payload)
                xml[uuid, c.payload[at:at + 16]] = re.sub("  <plug.*\n", "", get_text(a.payload)[0])
        return {key: doc or xml.get(key) for key, doc in found.items()}


def one_lease(payload, expiry):
    """The leases of an answer, which are one at most, lent until then."""
    if struct.unpack(">I", payload[:4])[0] == 0:
        return payload[:4]
    at = get_text(payload, 4)[1]
    return payload[:at] + struct.pack(">Q", expiry) + payload[at + 8:-4]


def uuid_text(u):
    h = u.hex()
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def printed(session, into):
    """Definitions as the daemon printed them, or as it got them: {uuid: XML}."""
    for c, a in session.answered():
        if c.number == GET_XML:
            into[get_net(c.payload)[0][1]] = re.sub(r" connections='\d+'", "", get_text(a.payload)[0])
        if c.number in (DEFINE_XML, CREATE_XML):
            into.setdefault(get_net(a.payload)[0][1], get_text(c.payload)[0])


PORT = "<networkport><uuid>%s</uuid><owner><name>vm1</name><uuid>aaaaaaaa-bbbb-cccc-dddd-00000000000f</uuid></owner>" \
       "<mac address='52:54:00:00:00:21'/></networkport>"
PORT1 = bytes.fromhex("aaaaaaaabbbbccccdddd000000000001")
ISO0 = bytes.fromhex("11111111222233334444555555555501")


def lend(d, net, leases):
    if leases == bytes(4):
        return
    d.call(IMPORT_LEASES, net + leases, VNET)
    end = time.monotonic() + 10
    while d.call(LEASES, net + number(0, 1, 0))[:4] == bytes(4) and time.monotonic() < end:
        time.sleep(0.01)


def prepare(d, session, known, active, transient, port, iso0):
    xml = dict(known)
    printed(session, xml)
    told, had = session.told(), session.networks()
    for uuid in session.made():
        had.pop(uuid, None)
    if iso0:
        had.setdefault(ISO0, "iso0")
    for uuid, name in reversed(had.items()):
        state = told.get(uuid, {})
        doc = xml.get(uuid) or "<network><name>%s</name><uuid>%s</uuid></network>" % (name, uuid_text(uuid))
        if session.stem.endswith(HAD_HOST):
            doc = re.sub("(<range[^>]*>)", r"\1" + HOST, doc)
        net = text(name) + uuid
        runs = state.get(IS_ACTIVE, active)
        if state.get(IS_PERSISTENT, not transient):
            d.call(DEFINE_XML, text(doc))
            if runs:
                d.call(CREATE, net)
        else:
            d.call(CREATE_XML, text(doc))
        if state.get(GET_AUTOSTART):
            d.call(SET_AUTOSTART, net + number(1))
        if session.stem.endswith(HAD_TITLE):
            d.call(SET_METADATA, net + number(1, 1) + text("Lab net") + number(0, 0, 0))
        if session.stem.endswith(HAD_ELEMENT):
            d.call(SET_METADATA, net + number(2, 1) + text("<lab:x>1</lab:x>") + number(1) + text("lab") + number(1) +
                   text("http://example.org/m") + number(0))
        ports = {u: doc for (n, u), doc in session.ports().items() if n == uuid}
        if port and not ports:
            ports[PORT1] = None
        for c, a in session.answered():
            if c.number == LEASES and get_net(c.payload)[0][1] == uuid:
                lend(d, net, one_lease(a.payload, int(time.time()) + 3600))
        for u, doc in ports.items():
            d.call(PORT_CREATE, net + text(doc or PORT % uuid_text(u)) + number(0))


class Player:
    """Sends a session's calls one after the other, with the ids that we gave in place of the recorded ones."""

    def __init__(self, session):
        self.session, self.got, self.events, self.ids, self.callbacks = session, {}, [], {}, {}
        self.s = socket.socket(socket.AF_UNIX)
        self.s.connect(PATH)
        self.buffer = b""

    def read(self, wait):
        """What comes within this time; False: the connection is at its end."""
        self.s.settimeout(wait)
        try:
            data = self.s.recv(1 << 20)
        except (TimeoutError, socket.timeout):
            return None
        except ConnectionError:
            return False
        if not data:
            return False
        found, self.buffer = split(self.buffer + data)
        for m in found:
            if m.kind == MESSAGE:
                self.events.append(m)
            else:
                self.got.setdefault((m.serial, m.number), []).append(m)
        return True

    def ours(self, call):
        raw = call.raw
        for theirs, mine in self.ids.items():
            raw = raw.replace(theirs, mine)
        if call.number == DEREGISTER and call.program == REMOTE and len(call.payload) == 4:
            raw = raw[:28] + self.callbacks.get(call.payload, call.payload)
        return raw

    def learn(self, call, answer):
        want = self.session.by_serial.get((call.serial, call.number))
        if not want or want.status or answer.status or call.program != REMOTE:
            return
        if call.number in (DEFINE_XML, CREATE_XML):
            theirs, mine = get_net(want.payload)[0][1], get_net(answer.payload)[0][1]
            if theirs != mine:
                self.ids[theirs] = mine
        if call.number == REGISTER:
            self.callbacks[want.payload] = answer.payload

    def play(self):
        if self.session.stem.startswith("raw-"):
            try:
                self.s.sendall(self.session.bytes)
            except ConnectionError:
                pass
            while self.read(0.15):
                pass
            return
        for c in self.session.calls:
            try:
                self.s.sendall(self.ours(c))
            except ConnectionError:
                return
            key = (c.serial, c.number)
            while c.kind == CALL and key in self.session.by_serial and key not in self.got:
                if not self.read(20):
                    return
            if key in self.got:
                self.learn(c, self.got[key][-1])


def names_of(payload):
    at, found = 4, []
    for _ in range(struct.unpack(">I", payload[:4])[0]):
        name, at = get_text(payload, at)
        found.append(name)
    return sorted(found)


def nets_of(payload):
    at, found = 4, []
    for _ in range(struct.unpack(">I", payload[:4])[0]):
        net, at = get_net(payload, at)
        found.append(net)
    return sorted(found), payload[at:]


def whole(xml):
    """Without what each daemon chooses."""
    return re.sub("<mac address='52:54:00:[^>]*>|<uuid>[^<]*</uuid>", "", xml)


def compare(want, got):
    if got is None or want.status != got.status:
        return DIFFERENT
    if want.raw[8:] == got.raw[8:] and want.raw[4:8] == got.raw[4:8]:
        return EQUAL
    if want.status:
        return EQUIVALENT if want.payload[:8] == got.payload[:8] else DIFFERENT
    same = {
        REGISTER: lambda p: len(p),
        LEASES: lambda p: one_lease(p, 0),
        LIST_NETWORKS: names_of,
        LIST_DEFINED: names_of,
        LIST_ALL: nets_of,
        GET_XML: lambda p: whole(get_text(p)[0]),
        DEFINE_XML: lambda p: get_net(p)[0][0],
        CREATE_XML: lambda p: get_net(p)[0][0],
    }.get(want.number)
    return EQUIVALENT if same and same(want.payload) == same(got.payload) else DIFFERENT


def changes(session):
    """Events that the session's own calls caused must come; of others' it cannot know."""
    registers = any(c.number == REGISTER for c, _ in session.answered())
    return registers and any(c.number in (CREATE, DESTROY, DEFINE_XML) for c, _ in session.answered())


def replay(d, session, known, state):
    d.clear()
    prepare(d, session, known, *state)
    p = Player(session)
    p.play()
    counts, first = [0, 0, 0], None
    for a in session.answers:
        if a.kind == MESSAGE:
            continue
        left = p.got.get((a.serial, a.number), [])
        verdict = compare(a, left.pop(0) if left else None)
        counts[verdict] += 1
        if verdict == DIFFERENT and first is None:
            first = a.number
    if changes(session):
        while p.read(0.1):
            pass
        want = [(get_net(m.payload, 4)[0][0], m.payload[-8:]) for m in session.answers if m.kind == MESSAGE and m.number == EVENT]
        got = [(get_net(m.payload, 4)[0][0], m.payload[-8:]) for m in p.events if m.number == EVENT]
        counts[EQUAL if want == got else DIFFERENT] += 1
        if want != got and first is None:
            first = EVENT
    p.s.close()
    return counts, first


def excuse(stem):
    for part, why in MAY_DIFFER.items():
        if part in stem:
            return why
    return None


def main():
    with open(os.path.join(FOLDER, "INDEX.tsv")) as f:
        rows = [line.split("\t") for line in f if not line.startswith("#")]
    sessions = [(Session(row[0]), row[1]) for row in rows]
    known, bad, sums, answers = {}, [], {}, [0, 0, 0]
    for s, _ in sessions:
        printed(s, known)
    d = Daemon()
    for s, client in sessions:
        best, first = None, None
        # the likely first: a running network, persistent, without ports
        for iso0, port, transient, active in itertools.product((False, True), (False, True), (False, True), (True, False)):
            counts, at = replay(d, s, known, (active, transient, port, iso0))
            if best is None or counts[DIFFERENT] < best[DIFFERENT]:
                best, first = counts, at
            if not counts[DIFFERENT]:
                break
        verdict = DIFFERENT if best[DIFFERENT] else EQUIVALENT if best[EQUIVALENT] else EQUAL
        sums.setdefault(client.split(" on behalf")[0], [0, 0, 0])[verdict] += 1
        answers = [a + b for a, b in zip(answers, best)]
        if verdict == DIFFERENT:
            why = excuse(s.stem)
            if not why:
                bad.append("%s: %d answers, the first to %s" % (s.stem, best[DIFFERENT], first))
            print("note: %s differs: %s" % (s.stem, why or "?"), flush=True)
    d.clear()
    for client, (equal, equivalent, different) in sums.items():
        print("note: %s: %d sessions equal, %d equivalent, %d different" % (client, equal, equivalent, different))
    print("note: answers: %d equal, %d equivalent, %d different" % tuple(answers))
    if bad:
        raise AssertionError("; ".join(bad))
    print("ok %d recorded sessions answered as libvirt's daemon did" % len(sessions), flush=True)


main()
