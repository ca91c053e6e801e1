/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets between guests, the host and the outside, each a network namespace: who reaches whom, and which source the
 * other end sees. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h> /* before linux/icmp.h */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/mroute.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../peer/checksum.h"
#include "firewall/conntrack.h"
#include "firewall/firewall.h"
#include "kernel/link.h"
#include "kernel/sysctl.h"

/* What comes, and what is rejected, takes less than a millisecond where nothing else runs; what is dropped in silence is waited
 * for in vain. */
enum { SHORT_MS = 150, LONG_MS = 5000 };
static int wait_ms = LONG_MS;

/* Subnet n is 10.n.0.0/24 and fd00:n::/64; the host has the address ::1, guests have ::2 and more. */
#define V4(a, b, c, d)                                                                                                 \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			a, b, c, d                                                                                     \
		}                                                                                                      \
	}
#define NET4(n)                                                                                                        \
	{                                                                                                              \
		V4(10, n, 0, 1), 24                                                                                    \
	}
#define NET6(n)                                                                                                        \
	{                                                                                                              \
		{ AF_INET6, { 0xfd, 0, 0, n, [15] = 1 } }, 64                                                          \
	}

static struct prefix iso[] = { NET4(1), NET6(1) }, nata[] = { NET4(2), NET6(2) }, natb[] = { NET4(3), NET6(3) },
		     rt[] = { NET4(4), NET6(4) }, op[] = { NET4(5), NET6(5) }, natd[] = { NET4(6), NET6(6) },
		     range[] = { NET4(7), NET4(8) }, rtd[] = { NET4(9) };

#define NAT_PORTS .port_start = 1024, .port_end = 65535

static const struct fw_net nets[] = {
	{ .bridge = "viso", .mode = FW_ISOLATED, .subnets = iso, .n_subnets = 2 },
	{ .bridge = "vnata", .mode = FW_NAT, .subnets = nata, .n_subnets = 2, NAT_PORTS },
	{ .bridge = "vnatb", .mode = FW_NAT, .subnets = natb, .n_subnets = 2, NAT_PORTS, .nat6 = true },
	{ .bridge = "vrt", .mode = FW_ROUTE, .subnets = rt, .n_subnets = 2 },
	{ .bridge = "vop", .mode = FW_OPEN, .subnets = op, .n_subnets = 2 },
	{ .bridge = "vnatd", .mode = FW_NAT, .subnets = natd, .n_subnets = 2, NAT_PORTS, .dev = "up0" },
	{ .bridge = "vrange",
	  .mode = FW_NAT,
	  .subnets = range,
	  .n_subnets = 2,
	  .nat_start = V4(198, 51, 100, 10),
	  .nat_end = V4(198, 51, 100, 14),
	  .port_start = 20000,
	  .port_end = 20999 },
	{ .bridge = "vrtd", .mode = FW_ROUTE, .subnets = rtd, .n_subnets = 1, .dev = "up0" },
};

enum node {
	ISO,
	NATA,
	NATA2,
	NATB,
	RT,
	OP,
	NATD,
	EXT0,
	EXT1,
	HOST,
	TABLE_NODES,
	RANGE = TABLE_NODES,
	RANGE_B,
	RTD,
	NODES
};

/* `link` is where it is plugged in: a bridge, or a device of the host. */
static struct {
	const char *name, *link;
	int net, host; /* 10.net.0.host and fd00:net::host */
	int ns;
} nodes[NODES] = {
	[ISO] = { "iso", "viso", 1, 2, -1 },       [NATA] = { "nata", "vnata", 2, 2, -1 },
	[NATA2] = { "nata2", "vnata", 2, 3, -1 },  [NATB] = { "natb", "vnatb", 3, 2, -1 },
	[RT] = { "rt", "vrt", 4, 2, -1 },          [OP] = { "op", "vop", 5, 2, -1 },
	[NATD] = { "natd", "vnatd", 6, 2, -1 },    [EXT0] = { "ext0", "up0", 30, 2, -1 },
	[EXT1] = { "ext1", "up1", 31, 2, -1 },     [HOST] = { .name = "host", .ns = -1 },
	[RANGE] = { "range", "vrange", 7, 2, -1 }, [RANGE_B] = { "range b", "vrange", 8, 2, -1 },
	[RTD] = { "rtd", "vrtd", 9, 2, -1 },
};

/* The row sends to the column. '=': it arrives and is answered, and the other end sees the sender's own address; of the
 * host that is its address on that network. 'N': it arrives from the host's address there. 'X': nothing arrives. */
static const char *const table4[TABLE_NODES] = {
	/*	    iso nata nata2 natb rt op natd ext0 ext1 host */
	[ISO] = "   .   X    X     X    X  X  X    X    X    =",
	[NATA] = "  X   .    =     X    N  N  X    N    N    =",
	[NATA2] = " X   =    .     X    N  N  X    N    N    =",
	[NATB] = "  X   X    X     .    N  N  X    N    N    =",
	[RT] = "    X   X    X     X    .  =  X    =    =    =",
	[OP] = "    X   X    X     X    =  .  X    =    =    =",
	[NATD] = "  X   X    X     X    X  X  .    N    X    =",
	[EXT0] = "  X   X    X     X    =  =  X    .    =    =",
	[EXT1] = "  X   X    X     X    =  =  X    =    .    =",
	[HOST] = "  =   =    =     =    =  =  =    =    =    .",
};

static const char *const table6[TABLE_NODES] = {
	/*	    iso nata nata2 natb rt op natd ext0 ext1 host */
	[ISO] = "   .   X    X     X    X  X  X    X    X    =",
	[NATA] = "  X   .    =     X    =  =  X    =    =    =",
	[NATA2] = " X   =    .     X    =  =  X    =    =    =",
	[NATB] = "  X   N    N     .    N  N  X    N    N    =",
	[RT] = "    X   =    =     X    .  =  X    =    =    =",
	[OP] = "    X   =    =     X    =  .  X    =    =    =",
	[NATD] = "  X   X    X     X    X  X  .    =    X    =",
	[EXT0] = "  X   =    =     X    =  =  =    .    =    =",
	[EXT1] = "  X   =    =     X    =  =  X    =    .    =",
	[HOST] = "  =   =    =     =    =  =  =    =    =    .",
};

static struct firewall *fw;

#define HOST_MAC "52:54:00:00:00:01" /* of all its devices: no two are on one link */

static void enter(enum node n)
{
	assert_int_equal(setns(nodes[n].ns, CLONE_NEWNET), 0);
}

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return system(command);
}

/* The address of host number `host` in subnet `net`. */
static const char *address_text(int family, int net, int host)
{
	static char text[4][IP_TEXT];
	static unsigned turn;
	char *t = text[turn++ % 4];

	snprintf(t, IP_TEXT, family == AF_INET ? "10.%d.0.%d" : "fd00:%x::%x", net, host);
	return t;
}

static bool add_addresses(const char *dev, int net, int host)
{
	return run("ip addr add 10.%d.0.%d/24 dev %s && ip addr add %s/64 dev %s nodad", net, host, dev,
		   address_text(AF_INET6, net, host), dev) == 0;
}

static bool make_bridges(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++) {
		const char *b = nets[i].bridge;

		if (run("ip link add %s address " HOST_MAC " type bridge && ip link set %s up", b, b) != 0)
			return false;
	}
	return true;
}

/* Who is where is known beforehand: all namespaces of the machine share the kernel's table of neighbours, so other tests could
 * make ours wait. */
static bool add_neighbour(const char *dev, int net, int host, const char *mac)
{
	return run("ip neigh replace 10.%d.0.%d lladdr %s dev %s nud permanent && "
		   "ip neigh replace %s lladdr %s dev %s nud permanent",
		   net, host, mac, dev, address_text(AF_INET6, net, host), mac, dev) == 0;
}

/* A namespace with one interface, eth0, whose other end is a port of its bridge, or the host's uplink. */
static bool make_node(enum node n)
{
	bool bridged = nodes[n].link[0] == 'v';
	char port[16], mac[MAC_TEXT];

	snprintf(mac, sizeof(mac), "52:54:00:00:01:%02x", n);
	if (bridged)
		snprintf(port, sizeof(port), "p%d", n);
	else
		snprintf(port, sizeof(port), "%s", nodes[n].link);
	if (unshare(CLONE_NEWNET) < 0)
		return false;
	nodes[n].ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	enter(HOST);
	if (run("ip link add %s address " HOST_MAC " type veth peer name eth0 address %s netns /proc/%d/fd/%d && "
		"ip link set %s up",
		port, mac, getpid(), nodes[n].ns, port) != 0 ||
	    (bridged && run("ip link set %s master %s", port, nodes[n].link) != 0))
		return false;
	if (n != NATA2 && !add_addresses(nodes[n].link, nodes[n].net, 1)) /* the host's, once a subnet */
		return false;
	bool ok = add_neighbour(nodes[n].link, nodes[n].net, nodes[n].host, mac);

	enter(n);
	ok = ok && run("ip link set lo up && ip link set eth0 up") == 0 &&
	     add_addresses("eth0", nodes[n].net, nodes[n].host) && add_neighbour("eth0", nodes[n].net, 1, HOST_MAC) &&
	     run("ip route add default via 10.%d.0.1 && ip route add default via %s", nodes[n].net,
		 address_text(AF_INET6, nodes[n].net, 1)) == 0;

	if (ok && bridged) /* to lie about */
		ok = run("ip addr add 192.0.2.66/32 dev lo && ip addr add fd00:66::66/128 dev lo") == 0;
	enter(HOST);
	return ok;
}

/* Spoofed sources must be our rules' business alone, so rp_filter is off; the answers to them go to `op`. How often the
 * kernel says that something is rejected is limited: that would only make the test slow. */
static bool make_world(void)
{
	nodes[HOST].ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (run("ip link set lo up && cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding "
		"&& echo 0 >ipv6/conf/default/accept_dad && echo 0 >ipv4/conf/all/rp_filter "
		"&& echo 0 >ipv4/conf/default/rp_filter && echo 0 >ipv4/icmp_ratelimit && echo 0 "
		">ipv6/icmp/ratelimit") != 0 ||
	    !make_bridges())
		return false;
	for (enum node n = 0; n < NODES; n++)
		if (n != HOST && !make_node(n))
			return false;
	return run("ip route add 192.0.2.66 via 10.5.0.2") == 0;
}

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};

static struct address address(const char *text, uint16_t port)
{
	struct address a = { .len = sizeof(a.v6) };
	struct ip ip;

	assert_int_equal(ip_parse(text, &ip), 0);
	a.any.sa_family = (sa_family_t)ip.family;
	a.v6.sin6_port = htons(port); /* the same place in both */
	memcpy(ip.family == AF_INET ? (void *)&a.v4.sin_addr : (void *)&a.v6.sin6_addr, ip.b, ip_size(ip.family));
	return a;
}

static int socket_at(enum node n, int type, const char *ip, uint16_t port)
{
	struct address a = address(ip, port);

	enter(n);
	int fd = socket(a.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int));
	if (bind(fd, &a.any, a.len) < 0)
		fail_msg("bind %s:%u at %s: %s", ip, port, nodes[n].name, strerror(errno));
	enter(HOST);
	return fd;
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, wait_ms) == 1;
}

/* Does it arrive? Or does the client hear that it was rejected: then nothing is on the way any more. */
static bool arrives(int server, int client)
{
	struct pollfd p[] = { { .fd = server, .events = POLLIN }, { .fd = client, .events = 0 } };

	return poll(p, 2, wait_ms) > 0 && (p[0].revents & POLLIN || poll(p, 1, 1) == 1);
}

struct outcome {
	bool arrived, answered;
	char source[INET6_ADDRSTRLEN];
	uint16_t port;
};

static void note_source(struct outcome *o, const struct address *from)
{
	o->arrived = true;
	o->port = ntohs(from->v6.sin6_port);
	inet_ntop(from->any.sa_family,
		  from->any.sa_family == AF_INET ? (const void *)&from->v4.sin_addr : &from->v6.sin6_addr, o->source,
		  sizeof(o->source));
}

/* One datagram there and, if it arrives, one back. */
static struct outcome exchange_udp(int client, int server, const struct address *to)
{
	struct outcome o = { 0 };
	struct address from = { .len = sizeof(from.v6) };
	char c;

	if (connect(client, &to->any, to->len) < 0 || send(client, "?", 1, 0) < 0)
		return o;
	if (!arrives(server, client) || recvfrom(server, &c, 1, 0, &from.any, &from.len) != 1)
		return o;
	note_source(&o, &from);
	sendto(server, "!", 1, 0, &from.any, from.len);
	o.answered = readable(client) && recv(client, &c, 1, 0) == 1;
	return o;
}

static struct outcome exchange_tcp(int client, int server, const struct address *to)
{
	struct outcome o = { 0 };
	struct address from = { .len = sizeof(from.v6) };

	listen(server, 1);
	if (connect(client, &to->any, to->len) < 0 && errno != EINPROGRESS)
		return o;
	int fd = arrives(server, client) ? accept(server, &from.any, &from.len) : -1;

	if (fd < 0)
		return o;
	note_source(&o, &from);
	o.answered = true; /* a handshake is a packet each way */
	close(fd);
	return o;
}

/* ---- pings ---- */

static int raw_socket_at(enum node n, int family)
{
	enter(n);
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			family == AF_INET ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6);

	enter(HOST);
	assert_true(fd >= 0);
	return fd;
}

/* RFC 792, RFC 4443 s.4.1. A translation may change the id, so the token tells whose it is. */
struct echo {
	uint8_t type, code;
	uint16_t check, id, seq;
	uint32_t token;
};

static const struct {
	uint8_t request, reply, unreachable;
} types4 = { 8, 0, 3 }, types6 = { 128, 129, 1 };

/* The next message; of IPv4 the header comes along. */
static bool read_echo(int fd, int family, struct echo *ret, struct address *from)
{
	uint8_t buf[256];

	from->len = sizeof(from->v6);
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, &from->any, &from->len);
	size_t head = family == AF_INET && n > 0 ? (buf[0] & 15u) * 4 : 0;

	if (n < (ssize_t)(head + sizeof(*ret)))
		return false;
	memcpy(ret, buf + head, sizeof(*ret));
	return true;
}

/* An echo request and what becomes of it: until the answer, or a word that it was rejected. */
static struct outcome exchange_icmp(enum node from, enum node to, const struct address *dst, uint16_t id)
{
	int family = dst->any.sa_family, client = raw_socket_at(from, family), server = raw_socket_at(to, family);
	uint8_t request = family == AF_INET ? types4.request : types6.request,
		reply = family == AF_INET ? types4.reply : types6.reply,
		unreachable = family == AF_INET ? types4.unreachable : types6.unreachable;
	struct echo out = { .type = request, .id = htons(id), .token = 0x766e0000u | id }, in;
	struct pollfd p[] = { { .fd = server, .events = POLLIN }, { .fd = client, .events = POLLIN } };
	struct outcome o = { .port = id };
	struct address a = *dst, sender;
	bool rejected = false;

	a.v6.sin6_port = 0;                      /* of raw IPv6 sockets it means a protocol */
	out.check = checksum(&out, sizeof(out)); /* of ICMPv6 the kernel does it */
	assert_int_equal(sendto(client, &out, sizeof(out), 0, &a.any, a.len), sizeof(out));
	while (!o.answered && !rejected && poll(p, 2, wait_ms) > 0) {
		if (read_echo(server, family, &in, &sender) && in.type == request && in.token == out.token)
			note_source(&o, &sender);
		if (read_echo(client, family, &in, &sender)) {
			o.answered = in.type == reply && in.token == out.token;
			rejected = in.type == unreachable;
		}
	}
	o.port = id;
	if (!o.arrived && read_echo(server, family, &in, &sender) && in.token == out.token)
		note_source(&o, &sender);
	close(client);
	close(server);
	return o;
}

/* `source` NULL: whatever the sender's kernel chooses. */
static struct outcome exchange(int type, enum node from, const char *source, uint16_t port, enum node to,
			       const char *dst)
{
	struct address a = address(dst, 7);

	if (type == SOCK_RAW)
		return exchange_icmp(from, to, &a, port);
	const char *any = a.any.sa_family == AF_INET ? "0.0.0.0" : "::";
	int client = socket_at(from, type, source ? source : any, port), server = socket_at(to, type, dst, 7);
	struct outcome o = (type == SOCK_DGRAM ? exchange_udp : exchange_tcp)(client, server, &a);

	close(client);
	close(server);
	return o;
}

static const char *type_text(int type)
{
	return type == SOCK_DGRAM ? "UDP" : type == SOCK_STREAM ? "TCP" : "ICMP";
}

/* ---- the tables ---- */

static void check_cell(int family, int type, enum node from, enum node to, char want, uint16_t port)
{
	int net = to == HOST ? nodes[from].net : nodes[to].net;
	const char *dst = address_text(family, net, to == HOST ? 1 : nodes[to].host);
	const char *seen = want == 'N' || from == HOST ? address_text(family, net, 1)
						       : address_text(family, nodes[from].net, nodes[from].host);

	wait_ms = want == 'X' ? SHORT_MS : LONG_MS;
	struct outcome o = exchange(type, from, NULL, port, to, dst);

	wait_ms = LONG_MS;
	if (want == 'X' ? !o.arrived && !o.answered : o.answered && strcmp(o.source, seen) == 0 && o.port == port)
		return;
	fail_msg("IPv%d %s %s -> %s: want %c, %s %s port %u", family == AF_INET ? 4 : 6, type_text(type),
		 nodes[from].name, nodes[to].name, want,
		 o.answered  ? "answered, from"
		 : o.arrived ? "arrived, from"
			     : "blocked",
		 o.source, o.port);
}

static void check_table(int family, int type, const char *const *table)
{
	uint16_t port = 5000; /* each flow has its own: what was seen before cannot help it */

	for (enum node from = 0; from < TABLE_NODES; from++) {
		const char *cell = table[from];

		for (enum node to = 0; to < TABLE_NODES; to++) {
			cell += strspn(cell, " ");
			if (*cell != '.')
				check_cell(family, type, from, to, *cell, port++);
			cell++;
		}
	}
}

static void udp4_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET, SOCK_DGRAM, table4);
}

static void tcp4_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET, SOCK_STREAM, table4);
}

static void udp6_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET6, SOCK_DGRAM, table6);
}

static void tcp6_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET6, SOCK_STREAM, table6);
}

static void icmp4_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET, SOCK_RAW, table4);
}

static void icmp6_goes_where_it_may(void **state)
{
	(void)state;
	check_table(AF_INET6, SOCK_RAW, table6);
}

/* ---- what the tables do not say ---- */

#define BLOCKED NULL

static const struct {
	enum node from, to;
	const char *source, *dst; /* source NULL: the node's own */
	uint16_t port;            /* it sends from */
	const char *want;         /* the source that is seen (its beginning), BLOCKED: nothing may arrive */
	uint16_t want_min, want_max;
} rows[] = {
	{ NATA, EXT0, NULL, "10.30.0.2", 600, "10.30.0.1", 1024, 65535 },
	{ NATB, EXT0, NULL, "fd00:1e::2", 600, "fd00:1e::1", 1024, 65535 },
	{ NATA, HOST, NULL, "10.30.0.1", 601, "10.2.0.2", 601, 601 }, /* any address of the host */
	/* not its own address */
	{ NATA, EXT0, "192.0.2.66", "10.30.0.2", 7001, BLOCKED, 0, 0 },
	{ NATA, EXT0, "fd00:66::66", "fd00:1e::2", 7002, BLOCKED, 0, 0 },
	{ NATB, EXT0, "fd00:66::66", "fd00:1e::2", 7003, BLOCKED, 0, 0 },
	{ RT, EXT0, "192.0.2.66", "10.30.0.2", 7004, BLOCKED, 0, 0 },
	{ RT, EXT0, "fd00:66::66", "fd00:1e::2", 7005, BLOCKED, 0, 0 },
	{ OP, EXT0, "192.0.2.66", "10.30.0.2", 7006, "192.0.2.66", 7006, 7006 }, /* no rule looks at open networks */
	/* a range of addresses and ports, two subnets in one network */
	{ RANGE, EXT0, NULL, "10.30.0.2", 7007, "198.51.100.1", 20000, 20999 },
	{ RANGE_B, EXT1, NULL, "10.31.0.2", 7008, "198.51.100.1", 20000, 20999 },
	{ RANGE_B, EXT0, NULL, "10.30.0.2", 20500, "198.51.100.1", 20500, 20500 },
	{ RANGE, RANGE_B, NULL, "10.8.0.2", 7009, "10.7.0.2", 7009, 7009 },
	{ RANGE, NATA, NULL, "10.2.0.2", 7010, BLOCKED, 0, 0 },
	{ EXT0, RANGE, NULL, "10.7.0.2", 7011, BLOCKED, 0, 0 },
	{ HOST, RANGE_B, NULL, "10.8.0.2", 7012, "10.8.0.1", 7012, 7012 },
	/* routed through one device only */
	{ RTD, EXT0, NULL, "10.30.0.2", 7013, "10.9.0.2", 7013, 7013 },
	{ RTD, EXT1, NULL, "10.31.0.2", 7014, BLOCKED, 0, 0 },
	{ RTD, RT, NULL, "10.4.0.2", 7015, BLOCKED, 0, 0 },
	{ EXT0, RTD, NULL, "10.9.0.2", 7016, "10.30.0.2", 7016, 7016 },
	{ EXT1, RTD, NULL, "10.9.0.2", 7017, BLOCKED, 0, 0 },
	{ OP, RTD, NULL, "10.9.0.2", 7018, BLOCKED, 0, 0 },
};

static void check_row(size_t i, int type)
{
	wait_ms = rows[i].want == BLOCKED ? SHORT_MS : LONG_MS;
	struct outcome o = exchange(type, rows[i].from, rows[i].source, rows[i].port, rows[i].to, rows[i].dst);

	wait_ms = LONG_MS;
	const char *from = nodes[rows[i].from].name, *to = nodes[rows[i].to].name, *proto = type_text(type);

	if (rows[i].want == BLOCKED) {
		if (o.arrived)
			fail_msg("%s %s -> %s (port %u): arrived from %s:%u", proto, from, to, rows[i].port, o.source,
				 o.port);
		return;
	}
	if (!o.answered)
		fail_msg("%s %s -> %s (port %u): %s", proto, from, to, rows[i].port,
			 o.arrived ? "no answer" : "blocked");
	if (strncmp(o.source, rows[i].want, strlen(rows[i].want)) != 0 || o.port < rows[i].want_min ||
	    o.port > rows[i].want_max)
		fail_msg("%s %s -> %s (port %u): seen as %s:%u", proto, from, to, rows[i].port, o.source, o.port);
}

static void other_flows_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_row(i, SOCK_DGRAM);
		check_row(i, SOCK_STREAM);
	}
}

/* One datagram to all by the sender's device; the receiver listens on that of its own which leads there. */
static struct outcome multicast(enum node from, const char *dev, const char *src, uint16_t port, const char *dst,
				enum node at)
{
	struct address to = address(dst, 68), from_address = { .len = sizeof(from_address.v6) };
	bool v4 = to.any.sa_family == AF_INET;
	int out = socket_at(from, SOCK_DGRAM, src, port), in = socket_at(at, SOCK_DGRAM, v4 ? "0.0.0.0" : "::", 68);
	struct outcome o = { 0 };
	char c;

	enter(at);
	int device = (int)if_nametoindex(at == HOST ? nodes[from].link : "eth0");
	struct ip_mreqn join4 = { .imr_multiaddr = to.v4.sin_addr, .imr_ifindex = device };
	struct ipv6_mreq join6 = { .ipv6mr_multiaddr = to.v6.sin6_addr, .ipv6mr_interface = (unsigned)device };

	if (v4)
		setsockopt(in, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join4, sizeof(join4));
	else
		setsockopt(in, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &join6, sizeof(join6));
	enter(HOST);
	setsockopt(out, SOL_SOCKET, SO_BINDTODEVICE, dev, (socklen_t)strlen(dev));
	setsockopt(out, IPPROTO_IP, IP_MULTICAST_TTL, &(int){ 8 }, sizeof(int));
	assert_int_equal(sendto(out, "!", 1, 0, &to.any, to.len), 1);
	if (readable(in) && recvfrom(in, &c, 1, 0, &from_address.any, &from_address.len) == 1)
		note_source(&o, &from_address);
	close(out);
	close(in);
	return o;
}

/* ---- translations, over many flows ---- */

enum { CLIENTS = 8, FLOWS_EACH = 40 }; /* clients are addresses of one guest */

struct seen {
	char client[INET6_ADDRSTRLEN]; /* who sent */
	char source[INET6_ADDRSTRLEN]; /* who it seems */
	uint16_t port;
};

/* All flows stay open, so that no two can be one. `net` is that of the guest `from`; the first client sends from the
 * port `port`, each flow from the next one. */
static void open_flows(int family, int type, enum node from, uint16_t port, struct seen ret[CLIENTS * FLOWS_EACH])
{
	struct address to = address(address_text(family, 30, 2), 7);
	int clients[CLIENTS * FLOWS_EACH], server = socket_at(EXT0, type, family == AF_INET ? "0.0.0.0" : "::", 7);

	for (int i = 0; i < CLIENTS * FLOWS_EACH; i++) {
		const char *client = address_text(family, nodes[from].net, 100 + i % CLIENTS);

		clients[i] = socket_at(from, type, client, (uint16_t)(port + i));
		struct outcome o = (type == SOCK_DGRAM ? exchange_udp : exchange_tcp)(clients[i], server, &to);

		if (!o.answered)
			fail_msg("flow %d of %s: %s", i, client, o.arrived ? "no answer" : "blocked");
		snprintf(ret[i].client, sizeof(ret[i].client), "%s", client);
		snprintf(ret[i].source, sizeof(ret[i].source), "%s", o.source);
		ret[i].port = o.port;
	}
	for (int i = 0; i < CLIENTS * FLOWS_EACH; i++)
		close(clients[i]);
	close(server);
}

static bool add_clients(enum node n)
{
	bool ok = true;
	char mac[MAC_TEXT];

	snprintf(mac, sizeof(mac), "52:54:00:00:01:%02x", n);
	for (int i = 100; ok && i < 100 + CLIENTS; i++) {
		ok = add_neighbour(nodes[n].link, nodes[n].net, i, mac);
		enter(n);
		ok = ok && add_addresses("eth0", nodes[n].net, i);
		enter(HOST);
	}
	return ok;
}

/* Are they all within, no two the same, and does each client keep its address? Gives how many addresses are used. */
static int check_flows(const char *what, const struct seen *v, const char *first, const char *last, uint16_t min,
		       uint16_t max)
{
	struct ip low, high, ip;
	int addresses = 0;

	assert_int_equal(ip_parse(first, &low) | ip_parse(last, &high), 0);
	for (int i = 0; i < CLIENTS * FLOWS_EACH; i++) {
		bool new = true;

		assert_int_equal(ip_parse(v[i].source, &ip), 0);
		if (ip_cmp(&ip, &low) < 0 || ip_cmp(&ip, &high) > 0 || v[i].port < min || v[i].port > max)
			fail_msg("%s: flow %d is seen as %s:%u", what, i, v[i].source, v[i].port);
		for (int j = 0; j < i; j++) {
			bool same = strcmp(v[i].source, v[j].source) == 0;

			new &= !same;
			if (same && v[i].port == v[j].port)
				fail_msg("%s: flows %d and %d are both %s:%u", what, i, j, v[i].source, v[i].port);
			if (!same && strcmp(v[i].client, v[j].client) == 0)
				fail_msg("%s: %s is seen as %s and %s", what, v[i].client, v[i].source, v[j].source);
		}
		addresses += new;
	}
	return addresses;
}

static void load_instead(const struct fw_net *n)
{
	struct err e = { 0 };

	if (firewall_commit(fw, &(struct fw_change){ .add = n }, 1, &e) < 0)
		fail_msg("%s", e.detail);
}

static void ranges_hold_for_many_flows(void **state)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	static struct seen seen[CLIENTS * FLOWS_EACH];
	struct fw_net ports = { .bridge = "vnatb",
				.mode = FW_NAT,
				.subnets = natb,
				.n_subnets = 2,
				.port_start = 500,
				.port_end = 1000,
				.nat6 = true };

	(void)state;
	assert_true(add_clients(RANGE) && add_clients(NATB));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int t = types[i];

		open_flows(AF_INET, t, RANGE, 40000, seen);
		assert_true(check_flows("addresses and ports", seen, "198.51.100.10", "198.51.100.14", 20000, 20999) >
			    1);
		open_flows(AF_INET, t, NATB, 300, seen);
		check_flows("privileged ports", seen, "10.30.0.1", "10.30.0.1", 1024, 65535);
		open_flows(AF_INET6, t, NATB, 300, seen);
		check_flows("privileged ports of IPv6", seen, "fd00:1e::1", "fd00:1e::1", 1024, 65535);
		load_instead(&ports);
		open_flows(AF_INET, t, NATB, 41000, seen);
		check_flows("a range of ports", seen, "10.30.0.1", "10.30.0.1", 500, 1000);
		open_flows(AF_INET6, t, NATB, 41000, seen);
		check_flows("a range of ports of IPv6", seen, "fd00:1e::1", "fd00:1e::1", 500, 1000);
		load_instead(&nets[2]);
	}
	ports.port_start = ports.port_end = 700;
	load_instead(&ports);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct outcome o = exchange(types[i], NATB, NULL, 42000, EXT1, "10.31.0.2");

		if (!o.answered || o.port != 700)
			fail_msg("a single port: %s port %u", o.answered ? "answered," : "blocked,", o.port);
	}
	load_instead(&nets[2]);
}

/* What the host itself says to all guests keeps its source, port and address: DHCP answers, mDNS. So does what guests say. */
static void multicast_and_broadcast_keep_their_source(void **state)
{
	static const struct {
		enum node from;
		const char *dev, *src, *dst;
		enum node at;
		uint16_t port;
	} cases[] = {
		{ HOST, "vnata", "10.2.0.1", "255.255.255.255", NATA, 67 },
		{ HOST, "vnata", "10.2.0.1", "224.0.0.251", NATA, 600 },
		{ HOST, "up0", "10.2.0.1", "224.0.0.251", EXT0, 601 }, /* even where it leaves the network */
		{ HOST, "up0", "10.2.0.1", "239.1.2.3", EXT0, 602 },
		{ HOST, "vnatb", "fd00:3::1", "ff02::fb", NATB, 603 },
		{ HOST, "up0", "fd00:3::1", "ff02::fb", EXT0, 604 },
		{ HOST, "up0", "fd00:3::1", "ff05::1:3", EXT0, 605 },
		{ NATA, "eth0", "10.2.0.2", "224.0.0.251", NATA2, 606 },
		{ NATA, "eth0", "10.2.0.2", "255.255.255.255", NATA2, 607 },
		{ NATA, "eth0", "10.2.0.2", "224.0.0.251", HOST, 608 },
		{ NATA, "eth0", "fd00:2::2", "ff02::fb", NATA2, 609 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct outcome o =
		    multicast(cases[i].from, cases[i].dev, cases[i].src, cases[i].port, cases[i].dst, cases[i].at);

		if (strcmp(o.source, cases[i].src) != 0 || o.port != cases[i].port)
			fail_msg("%s by %s: seen as %s:%u", cases[i].dst, cases[i].dev, o.source, o.port);
	}
}

/* A multicast router on the host passes on what a guest says to many: its own address and port show. */
static void routed_multicast_keeps_its_source(void **state)
{
	int router = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP); /* the tests run in the host's namespace */
	struct vifctl in = { .vifc_vifi = 0, .vifc_flags = VIFF_USE_IFINDEX, .vifc_threshold = 1 }, out = in;
	struct mfcctl route = { .mfcc_origin.s_addr = inet_addr("10.2.0.2"),
				.mfcc_mcastgrp.s_addr = inet_addr("239.1.2.4"),
				.mfcc_parent = 0,
				.mfcc_ttls = { [1] = 1 } };

	(void)state;
	in.vifc_lcl_ifindex = (int)if_nametoindex("vnata");
	out.vifc_lcl_ifindex = (int)if_nametoindex("up0");
	out.vifc_vifi = 1;
	if (setsockopt(router, IPPROTO_IP, MRT_INIT, &(int){ 1 }, sizeof(int)) < 0) {
		print_message("skip: this kernel routes no multicast: %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(setsockopt(router, IPPROTO_IP, MRT_ADD_VIF, &in, sizeof(in)), 0);
	assert_int_equal(setsockopt(router, IPPROTO_IP, MRT_ADD_VIF, &out, sizeof(out)), 0);
	assert_int_equal(setsockopt(router, IPPROTO_IP, MRT_ADD_MFC, &route, sizeof(route)), 0);
	/* with br_netfilter the flow would be known from the bridge before it is routed */
	sysctl_set("net/bridge/bridge-nf-call-iptables", "0");
	struct outcome o = multicast(NATA, "eth0", "10.2.0.2", 650, "239.1.2.4", EXT0);

	sysctl_set("net/bridge/bridge-nf-call-iptables", "1");
	close(router);
	assert_string_equal(o.source, "10.2.0.2");
	assert_int_equal(o.port, 650);
}

/* A router beyond the translation says that packets are too big: the guest's flow hears it (RFC 1191). */
static void errors_reach_the_guest(void **state)
{
	int client = socket_at(NATA, SOCK_DGRAM, "0.0.0.0", 600), server = socket_at(EXT0, SOCK_DGRAM, "0.0.0.0", 7);
	int router = raw_socket_at(EXT0, AF_INET), mtu = 0;
	struct address to = address("10.30.0.2", 7), nat = address("10.30.0.1", 0);
	struct outcome o = exchange_udp(client, server, &to);
	struct {
		struct icmphdr icmp;
		struct iphdr ip;
		struct udphdr udp;
	} error = { .icmp = { .type = ICMP_DEST_UNREACH,
			      .code = ICMP_FRAG_NEEDED,
			      .un = { .frag = { .mtu = htons(1280) } } },
		    .ip = { .version = 4,
			    .ihl = 5,
			    .tot_len = htons(1400),
			    .ttl = 60,
			    .protocol = IPPROTO_UDP,
			    .saddr = nat.v4.sin_addr.s_addr,
			    .daddr = to.v4.sin_addr.s_addr },
		    .udp = { .source = htons(o.port), .dest = htons(7), .len = htons(1380) } };

	(void)state;
	assert_true(o.answered && o.port >= 1024);
	setsockopt(client, IPPROTO_IP, IP_MTU_DISCOVER, &(int){ IP_PMTUDISC_DO }, sizeof(int));
	error.ip.check = checksum(&error.ip, sizeof(error.ip));
	error.icmp.checksum = checksum(&error, sizeof(error));
	assert_int_equal(sendto(router, &error, sizeof(error), 0, &nat.any, sizeof(nat.v4)), sizeof(error));
	for (int i = 0; i < LONG_MS && mtu != 1280; i++) {
		usleep(1000);
		getsockopt(client, IPPROTO_IP, IP_MTU, &mtu, &(socklen_t){ sizeof(mtu) });
	}
	assert_int_equal(mtu, 1280);
	close(client);
	close(server);
	close(router);
}

static void isolate(struct netlink *nl, enum node n, bool on)
{
	struct link l;
	char port[16];

	snprintf(port, sizeof(port), "p%d", n);
	assert_int_equal(link_get(nl, port, &l), 0);
	assert_int_equal(link_set_port_isolated(nl, l.index, on), 0);
}

static void isolated_ports_meet_only_the_host(void **state)
{
	AUTO(netlink_free) struct netlink *nl = NULL;
	struct err e;

	(void)state;
	assert_int_equal(netlink_open(&nl, &e), 0);
	isolate(nl, NATA, true);
	assert_true(exchange(SOCK_DGRAM, NATA, NULL, 7100, NATA2, "10.2.0.3").answered);
	isolate(nl, NATA2, true);
	wait_ms = SHORT_MS;
	assert_false(exchange(SOCK_DGRAM, NATA, NULL, 7101, NATA2, "10.2.0.3").arrived);
	assert_false(exchange(SOCK_DGRAM, NATA, NULL, 7104, NATA2, "fd00:2::3").arrived);
	assert_false(multicast(NATA, "eth0", "10.2.0.2", 7105, "255.255.255.255", NATA2).arrived);
	assert_false(multicast(NATA, "eth0", "fd00:2::2", 7106, "ff02::fb", NATA2).arrived);
	wait_ms = LONG_MS;
	assert_true(exchange(SOCK_DGRAM, NATA, NULL, 7102, HOST, "10.2.0.1").answered);
	assert_true(exchange(SOCK_DGRAM, NATA2, NULL, 7103, EXT0, "10.30.0.2").answered);
	assert_true(multicast(NATA, "eth0", "10.2.0.2", 7107, "224.0.0.251", HOST).arrived);
	isolate(nl, NATA, false);
	isolate(nl, NATA2, false);
}

/* A rejected guest is told at once. */
static void reject_answers(void **state)
{
	int client = socket_at(ISO, SOCK_DGRAM, "0.0.0.0", 6000);
	struct address to = address("10.30.0.2", 7);
	char c;

	(void)state;
	assert_int_equal(connect(client, &to.any, to.len), 0);
	assert_int_equal(send(client, "?", 1, 0), 1);
	assert_true(readable(client));
	assert_int_equal(recv(client, &c, 1, 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	close(client);
}

static bool still_flows(int client, int server)
{
	char c;

	return send(client, "?", 1, 0) == 1 && readable(server) && recv(server, &c, 1, 0) == 1;
}

/* A flow of a network that was tightened goes on until its entry is forgotten; others are not disturbed. */
static void forgotten_flows_end(void **state)
{
	struct fw_net tight = { .bridge = "vnata", .mode = FW_ISOLATED, .subnets = nata, .n_subnets = 2 };
	int client = socket_at(NATA, SOCK_DGRAM, "0.0.0.0", 6001), server = socket_at(EXT0, SOCK_DGRAM, "0.0.0.0", 7);
	struct address to = address("10.30.0.2", 7);
	struct err e = { 0 };
	struct outcome o = exchange_udp(client, server, &to);

	(void)state;
	assert_true(o.answered);
	assert_int_equal(firewall_commit(fw, &(struct fw_change){ .add = &tight }, 1, &e), 0);
	assert_true(still_flows(client, server));
	assert_int_equal(conntrack_forget(fw, range, 2, &e), 0); /* somebody else's */
	assert_true(still_flows(client, server));
	if (conntrack_forget(fw, nata, 1, &e) < 0)
		fail_msg("%s", e.detail);
	wait_ms = SHORT_MS;
	assert_false(still_flows(client, server));
	wait_ms = LONG_MS;
	assert_int_equal(conntrack_forget(fw, nata, 1, &e), 0);
	assert_int_equal(firewall_commit(fw, &(struct fw_change){ .add = &nets[1] }, 1, &e), 0);
	close(client);
	close(server);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp4_goes_where_it_may),
		cmocka_unit_test(tcp4_goes_where_it_may),
		cmocka_unit_test(udp6_goes_where_it_may),
		cmocka_unit_test(tcp6_goes_where_it_may),
		cmocka_unit_test(icmp4_goes_where_it_may),
		cmocka_unit_test(icmp6_goes_where_it_may),
		cmocka_unit_test(other_flows_too),
		cmocka_unit_test(ranges_hold_for_many_flows),
		cmocka_unit_test(multicast_and_broadcast_keep_their_source),
		cmocka_unit_test(routed_multicast_keeps_its_source),
		cmocka_unit_test(errors_reach_the_guest),
		cmocka_unit_test(isolated_ports_meet_only_the_host),
		cmocka_unit_test(reject_answers),
		cmocka_unit_test(forgotten_flows_end),
	};
	struct fw_change changes[ARRAY_SIZE(nets)] = { 0 };
	struct err e = { 0 };

	if (unshare(CLONE_NEWNET) < 0) {
		printf("skip test_packets: unshare: %s\n", strerror(errno));
		return 77;
	}
	if (!make_world()) {
		printf("skip test_packets: cannot make the namespaces and links (is ip here?)\n");
		return 77;
	}
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++)
		changes[i].add = &nets[i];
	if (firewall_open(&fw, &e) < 0 || firewall_commit(fw, changes, ARRAY_SIZE(nets), &e) < 0) {
		printf("not ok test_packets: %s\n", e.detail);
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	firewall_free(fw);
	return failed;
}
