/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets between guests, the host and the outside, each a network namespace: who reaches whom, and which source the
 * other end sees. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#include "firewall/conntrack.h"
#include "firewall/firewall.h"

enum { WAIT_MS = 150 }; /* for what must not come; what comes takes less than one */

#define V4(a, b, c, d)                                                                                                 \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			a, b, c, d                                                                                     \
		}                                                                                                      \
	}
#define NET4(a, b, c, d, n)                                                                                            \
	{                                                                                                              \
		V4(a, b, c, d), n                                                                                      \
	}

#define V6(net)                                                                                                        \
	{                                                                                                              \
		AF_INET6,                                                                                              \
		{                                                                                                      \
			0xfd, 0, 0, net, [15] = 1                                                                      \
		}                                                                                                      \
	} /* fd00:NET::1 */

static struct prefix nat_subnets[] = { NET4(10, 64, 1, 1, 24), { V6(1), 64 } };
static struct prefix range_subnets[] = { NET4(10, 64, 2, 1, 24), NET4(10, 65, 2, 1, 24) };
static struct prefix route_subnets[] = { NET4(10, 64, 3, 1, 24), { V6(3), 64 } };
static struct prefix iso_subnets[] = { NET4(10, 64, 4, 1, 24), { V6(4), 64 } };

static const struct fw_net nets[] = {
	{ "vnat", FW_NAT, nat_subnets, 2, .port_start = 1024, .port_end = 65535 },
	{ "vrange", FW_NAT, range_subnets, 2, V4(198, 51, 100, 10), V4(198, 51, 100, 14), 20000, 30000 },
	{ .bridge = "vroute", .mode = FW_ROUTE, .subnets = route_subnets, .n_subnets = 2 },
	{ .bridge = "viso", .mode = FW_ISOLATED, .subnets = iso_subnets, .n_subnets = 2 },
};

enum node { HOST, NAT, NAT_B, RANGE, RANGE_B, ROUTE, ISO, EXT, NODES };

/* The host's addresses are those of its bridges and of `up0`. */
static struct {
	const char *name, *bridge, *ip, *gateway;
	int net6; /* has fd00:NET6::2, its gateway is ::1 there; 0: no IPv6 */
	int ns;
} nodes[NODES] = {
	[HOST] = { .name = "host", .ip = "203.0.113.1" },
	[NAT] = { "nat", "vnat", "10.64.1.2", "10.64.1.1", .net6 = 1 },
	[NAT_B] = { "nat b", "vnat", "10.64.1.3", "10.64.1.1", .net6 = 0 },
	[RANGE] = { "range", "vrange", "10.64.2.2", "10.64.2.1", .net6 = 0 },
	[RANGE_B] = { "range b", "vrange", "10.65.2.2", "10.65.2.1", .net6 = 0 },
	[ROUTE] = { "route", "vroute", "10.64.3.2", "10.64.3.1", .net6 = 3 },
	[ISO] = { "iso", "viso", "10.64.4.2", "10.64.4.1", .net6 = 4 },
	[EXT] = { "ext", NULL, "203.0.113.2", "203.0.113.1", .net6 = 9 },
};

static struct firewall *fw;

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

static bool make_bridges(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++) {
		const char *b = nets[i].bridge;
		char text[IP_TEXT];

		if (run("ip link add %s type bridge && ip link set %s up", b, b) != 0)
			return false;
		for (size_t j = 0; j < nets[i].n_subnets; j++)
			if (run("ip addr add %s/%u dev %s", ip_text(&nets[i].subnets[j].ip, text),
				nets[i].subnets[j].len, b) != 0)
				return false;
	}
	return true;
}

/* A namespace with one interface, eth0, whose other end is a port of its bridge, or the host's up0. */
static bool make_node(enum node n)
{
	char port[16] = "up0";

	if (nodes[n].bridge)
		snprintf(port, sizeof(port), "p%d", n);
	if (unshare(CLONE_NEWNET) < 0)
		return false;
	nodes[n].ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	enter(HOST);
	if (run("ip link add %s type veth peer name eth0 netns /proc/%d/fd/%d && ip link set %s up", port, getpid(),
		nodes[n].ns, port) != 0)
		return false;
	if (run(nodes[n].bridge ? "ip link set %s master %s"
				: "ip addr add 203.0.113.1/24 dev %1$s && ip addr add fd00:9::1/64 dev %1$s nodad",
		port, nodes[n].bridge) != 0)
		return false;
	enter(n);
	if (nodes[n].net6 && run("ip addr add fd00:%d::2/64 dev eth0 nodad && ip link set eth0 up && "
				 "ip route add default via fd00:%d::1",
				 nodes[n].net6, nodes[n].net6) != 0)
		return false;
	int err = run("ip link set lo up; ip addr add 192.0.2.66/32 dev lo; ip link set eth0 up; "
		      "ip addr add %s/24 dev eth0 && ip route add default via %s",
		      nodes[n].ip, nodes[n].gateway);

	enter(HOST);
	return err == 0;
}

static bool make_world(void)
{
	nodes[HOST].ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (run("ip link set lo up && echo 1 >/proc/sys/net/ipv4/ip_forward && "
		"echo 1 >/proc/sys/net/ipv6/conf/all/forwarding && echo 0 "
		">/proc/sys/net/ipv6/conf/default/accept_dad") != 0 ||
	    !make_bridges())
		return false;
	for (enum node n = NAT; n < NODES; n++)
		if (!make_node(n))
			return false;
	return true;
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
	if (bind(fd, &a.any, a.len) < 0)
		fail_msg("bind %s:%u at %s: %s", ip, port, nodes[n].name, strerror(errno));
	enter(HOST);
	return fd;
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, WAIT_MS) == 1;
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
	if (!readable(server) || recvfrom(server, &c, 1, 0, &from.any, &from.len) != 1)
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
	int fd = readable(server) ? accept(server, &from.any, &from.len) : -1;

	if (fd < 0)
		return o;
	note_source(&o, &from);
	o.answered = true; /* a handshake is a packet each way */
	close(fd);
	return o;
}

static struct outcome exchange(int type, enum node from, const char *source, uint16_t port, enum node to,
			       const char *dst)
{
	struct address a = address(dst ? dst : nodes[to].ip, 7);
	const char *any = a.any.sa_family == AF_INET ? "0.0.0.0" : "::";
	int client = socket_at(from, type, source ? source : any, port), server = socket_at(to, type, any, 7);
	struct outcome o = (type == SOCK_DGRAM ? exchange_udp : exchange_tcp)(client, server, &a);

	close(client);
	close(server);
	return o;
}

#define BLOCKED NULL

static const struct {
	enum node from, to;
	const char *source, *dst; /* NULL: the node's own */
	uint16_t port;            /* it sends from */
	const char *want;         /* the source that is seen (its beginning), BLOCKED: nothing may arrive */
	uint16_t want_min, want_max;
} rows[] = {
	{ NAT, EXT, .port = 5000, .want = "203.0.113.1", .want_min = 5000, .want_max = 5000 },
	{ NAT, EXT, .port = 600, .want = "203.0.113.1", .want_min = 1024, .want_max = 65535 },
	{ NAT, EXT, .source = "192.0.2.66", .port = 5001, .want = BLOCKED },
	{ NAT, NAT_B, .port = 5002, .want = "10.64.1.2", .want_min = 5002, .want_max = 5002 },
	{ NAT, RANGE, .port = 5003, .want = BLOCKED },
	{ NAT, ROUTE, .port = 5004, .want = "10.64.3.1", .want_min = 5004, .want_max = 5004 },
	{ NAT, ISO, .port = 5005, .want = BLOCKED },
	{ NAT, HOST, .dst = "10.64.1.1", .port = 5006, .want = "10.64.1.2", .want_min = 5006, .want_max = 5006 },
	{ RANGE, EXT, .port = 5007, .want = "198.51.100.1", .want_min = 20000, .want_max = 30000 },
	{ RANGE_B, EXT, .port = 5008, .want = "198.51.100.1", .want_min = 20000, .want_max = 30000 },
	{ RANGE_B, EXT, .port = 25000, .want = "198.51.100.1", .want_min = 25000, .want_max = 25000 },
	{ RANGE, RANGE_B, .port = 5009, .want = "10.64.2.2", .want_min = 5009, .want_max = 5009 },
	{ ROUTE, EXT, .port = 5010, .want = "10.64.3.2", .want_min = 5010, .want_max = 5010 },
	{ ROUTE, EXT, .source = "192.0.2.66", .port = 5011, .want = BLOCKED },
	{ ROUTE, NAT, .port = 5012, .want = BLOCKED },
	{ ROUTE, ISO, .port = 5013, .want = BLOCKED },
	{ ROUTE, HOST, .dst = "10.64.3.1", .port = 5014, .want = "10.64.3.2", .want_min = 5014, .want_max = 5014 },
	{ ISO, EXT, .port = 5015, .want = BLOCKED },
	{ ISO, NAT, .port = 5016, .want = BLOCKED },
	{ ISO, ROUTE, .port = 5017, .want = BLOCKED },
	{ ISO, HOST, .dst = "10.64.4.1", .port = 5018, .want = "10.64.4.2", .want_min = 5018, .want_max = 5018 },
	{ EXT, NAT, .port = 5019, .want = BLOCKED },
	{ EXT, RANGE, .port = 5020, .want = BLOCKED },
	{ EXT, ROUTE, .port = 5021, .want = "203.0.113.2", .want_min = 5021, .want_max = 5021 },
	{ EXT, ISO, .port = 5022, .want = BLOCKED },
	{ HOST, NAT, .port = 5023, .want = "10.64.1.1", .want_min = 5023, .want_max = 5023 },
	{ HOST, RANGE, .port = 5024, .want = "10.64.2.1", .want_min = 5024, .want_max = 5024 },
	{ HOST, ROUTE, .port = 5025, .want = "10.64.3.1", .want_min = 5025, .want_max = 5025 },
	{ HOST, ISO, .port = 5026, .want = "10.64.4.1", .want_min = 5026, .want_max = 5026 },
	/* IPv6 of a NAT network is routed both ways */
	{ NAT, EXT, .dst = "fd00:9::2", .port = 5030, .want = "fd00:1::2", .want_min = 5030, .want_max = 5030 },
	{ EXT, NAT, .dst = "fd00:1::2", .port = 5031, .want = "fd00:9::2", .want_min = 5031, .want_max = 5031 },
	{ NAT, ROUTE, .dst = "fd00:3::2", .port = 5032, .want = "fd00:1::2", .want_min = 5032, .want_max = 5032 },
	{ NAT, ISO, .dst = "fd00:4::2", .port = 5033, .want = BLOCKED },
	{ ROUTE, EXT, .dst = "fd00:9::2", .port = 5034, .want = "fd00:3::2", .want_min = 5034, .want_max = 5034 },
	{ EXT, ROUTE, .dst = "fd00:3::2", .port = 5035, .want = "fd00:9::2", .want_min = 5035, .want_max = 5035 },
	{ ISO, EXT, .dst = "fd00:9::2", .port = 5036, .want = BLOCKED },
	{ ISO, ROUTE, .dst = "fd00:3::2", .port = 5037, .want = BLOCKED },
	{ EXT, ISO, .dst = "fd00:4::2", .port = 5038, .want = BLOCKED },
};

static void check_row(size_t i, int type)
{
	struct outcome o = exchange(type, rows[i].from, rows[i].source, rows[i].port, rows[i].to, rows[i].dst);
	const char *from = nodes[rows[i].from].name, *to = nodes[rows[i].to].name,
		   *proto = type == SOCK_DGRAM ? "UDP" : "TCP";

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

static void udp_goes_where_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(i, SOCK_DGRAM);
}

static void tcp_goes_where_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(i, SOCK_STREAM);
}

/* A rejected guest is told at once. */
static void reject_answers(void **state)
{
	int client = socket_at(ISO, SOCK_DGRAM, "0.0.0.0", 6000);
	struct address to = address(nodes[EXT].ip, 7);
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
	struct fw_net tight = { .bridge = "vnat", .mode = FW_ISOLATED, .subnets = nat_subnets, .n_subnets = 2 };
	int client = socket_at(NAT, SOCK_DGRAM, "0.0.0.0", 6001), server = socket_at(EXT, SOCK_DGRAM, "0.0.0.0", 7);
	struct address to = address(nodes[EXT].ip, 7);
	struct err e = { 0 };
	struct outcome o = exchange_udp(client, server, &to);

	(void)state;
	assert_true(o.answered);
	assert_int_equal(firewall_commit(fw, &(struct fw_change){ .add = &tight }, 1, &e), 0);
	assert_true(still_flows(client, server));
	assert_int_equal(conntrack_forget(range_subnets, 2, &e), 0); /* somebody else's */
	assert_true(still_flows(client, server));
	if (conntrack_forget(nat_subnets, 1, &e) < 0)
		fail_msg("%s", e.detail);
	assert_false(still_flows(client, server));
	assert_int_equal(conntrack_forget(nat_subnets, 1, &e), 0);
	assert_int_equal(firewall_commit(fw, &(struct fw_change){ .add = &nets[0] }, 1, &e), 0);
	close(client);
	close(server);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_goes_where_it_may),
		cmocka_unit_test(tcp_goes_where_it_may),
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
