# SPDX-License-Identifier: LGPL-2.1-or-later
# echo.py serve PORT[-PORT]...          answers on TCP and UDP, IPv4 and IPv6, until it is killed: "OWN-PORT PEER PEER-PORT"
# echo.py listen tcp|udp ADDRESS PORT   the same on one address
# echo.py ask tcp|udp ADDRESS PORT      prints one answer, or what became of the question
# echo.py talk tcp|udp ADDRESS PORT     asks for each line of standard input, on one connection
# echo.py frame DEVICE MAC SOURCE ADDRESS PORT TEXT   sends one UDP datagram in a frame, whatever the addresses
import select, socket, struct, sys

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def listener(kind, address, port):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, KINDS[kind])
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address == "::":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((address, port))
    if kind == "tcp":
        s.listen(64)
    return s


def answer(port, peer):
    return ("%d %s %d\n" % (port, peer[0].replace("::ffff:", ""), peer[1])).encode()


def serve(sockets):
    waiting = set(sockets)
    while True:
        for s in select.select(list(waiting), [], [])[0]:
            port = s.getsockname()[1]
            if s in sockets and s.type == socket.SOCK_STREAM:
                waiting.add(s.accept()[0])
            elif s in sockets:
                data, peer = s.recvfrom(2048)
                s.sendto(answer(port, peer), peer)
            else:
                try:
                    alive = s.recv(2048) and s.send(answer(port, s.getpeername()))
                except OSError:
                    alive = False
                if not alive:
                    waiting.discard(s)
                    s.close()


def connect(kind, address, port):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, KINDS[kind])
    s.settimeout(2)
    s.connect((address, int(port)))
    return s


def ask(s):
    s.send(b"?\n")
    return s.recv(2048).decode().strip() or "closed"


def tried(f):
    try:
        return f()
    except (socket.timeout, TimeoutError):
        return "timeout"
    except OSError as e:
        return e.strerror


def talk(kind, address, port):
    s = connect(kind, address, port)
    for line in sys.stdin:
        print(tried(lambda: ask(s)), flush=True)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(device, mac, source, address, port, text):
    udp = struct.pack("!HHHH", 40000, int(port), 8 + len(text), 0) + text.encode()  # 0: no checksum, RFC 768
    ends = socket.inet_aton(source) + socket.inet_aton(address)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + ends
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((device, 0))
    own = s.getsockname()[4]
    s.send(bytes.fromhex(mac.replace(":", "")) + own + b"\x08\x00" + ip + udp)


def ports(words):
    for word in words:
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


command, rest = sys.argv[1], sys.argv[2:]
if command == "serve":
    serve([listener(kind, "::", port) for port in ports(rest) for kind in KINDS])
elif command == "listen":
    serve([listener(rest[0], rest[1], int(rest[2]))])
elif command == "ask":
    print(tried(lambda: ask(connect(*rest))))
elif command == "talk":
    talk(*rest)
else:
    frame(*rest)
