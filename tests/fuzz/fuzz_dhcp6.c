/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conversation of hostile guests with one DHCPv6 server, checked after every message.
 * Input   messages one after the other: a byte of flags, a byte of time that passes (in 8 s), two bytes of length (little
 *         end first), the bytes. Flag 1: sent to us alone; the rest names the guest by its address.
 * Holds   what we build we can read, and it goes to who asked; our own address and those outside ranges and reservations are
 *         never given, a reserved one to its owner only; no address has two holders, no IA two addresses. */
#include <stdio.h>
#include <stdlib.h>

#include "dhcp6/server.h"

#define NET(n)                                                                                                         \
	{                                                                                                              \
		AF_INET6,                                                                                              \
		{                                                                                                      \
			0xfd, [15] = (n)                                                                               \
		}                                                                                                      \
	} /* fd00::/124 */

#define HOLDS(x)                                                                                                       \
	do {                                                                                                           \
		if (!(x)) {                                                                                            \
			fprintf(stderr, "does not hold: %s\n", #x);                                                    \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

enum { MESSAGES_MAX = 64, ADDRS = 16, LEASE_S = 300, UNICAST = 1, OURS = 1, RESERVED = 9 };

static const struct dhcp6_range ranges[] = { { NET(0), NET(5), 0 }, { NET(4), NET(6), LEASE_S / 2 } };
static const uint8_t owner[] = { 0, 3, 0, 1, 0x52, 0x54, 0, 0, 0, 9 };
static const struct dhcp6_host hosts[] = {
	{ .duid = { owner, sizeof(owner) }, .name = "nine", .addr = NET(RESERVED), .lease_s = DHCP6_FOREVER },
	{ .name = "ten", .addr = NET(10) },
};
static const struct dhcp6_scope scope = {
	.self = { NET(OURS), 124 },
	.dns = true,
	.domain = "fuzz.test",
	.lease_s = LEASE_S,
	.ranges = ranges,
	.n_ranges = 2,
	.hosts = hosts,
	.n_hosts = 2,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool may_be_given(const struct ip *a)
{
	uint8_t n = a->b[15];

	return (n >= 2 && n <= 6) || n == RESERVED || n == 10;
}

static void check_reply(const uint8_t *out, size_t len, struct view asked)
{
	static struct dhcp6_msg q, a;

	HOLDS(len <= DHCP6_MAX);
	HOLDS(dhcp6_parse(&q, asked) == 0 && dhcp6_parse(&a, (struct view){ out, len }) == 0);
	HOLDS(a.xid == q.xid && view_eq(a.client_id, q.client_id) && a.server_id.len == 18);
	HOLDS(a.type == DHCP6_REPLY || (a.type == DHCP6_ADVERTISE && q.type == DHCP6_SOLICIT));
	HOLDS(a.n_ias <= q.n_ias);
}

static void check_pool(struct dhcp6_server *s)
{
	const struct lease *v[ADDRS], *l;
	size_t n = 0;

	for (size_t pos = 0; (l = lease_pool_next(dhcp6_server_pool(s), &pos));) {
		struct ip ip = dhcp6_server_ip(s, l);

		if (l->state != LEASE_BOUND && l->state != LEASE_OFFERED)
			continue;
		HOLDS(n < ADDRS && prefix_contains(&scope.self, &ip) && may_be_given(&ip));
		HOLDS(ip.b[15] != RESERVED || view_eq(dhcp6_lease_duid(l), hosts[0].duid));
		for (size_t i = 0; i < n; i++)
			HOLDS(v[i]->addr != l->addr && !view_eq(v[i]->id, l->id));
		v[n++] = l;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(dhcp6_server_free) struct dhcp6_server *s = dhcp6_server_new();
	struct rd r = rd_make(data, size);
	uint64_t now = 1000;

	HOLDS(dhcp6_server_configure(s, &scope) == 0);
	for (int i = 0; i < MESSAGES_MAX && rd_left(&r); i++) {
		uint8_t flags = rd_u8(&r), out[DHCP6_MAX];
		struct dhcp6_from from = { .src = { AF_INET6, { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe } } };
		struct dhcp6_outcome outcome;

		from.src.b[15] = flags >> 1;
		from.multicast = !(flags & UNICAST);
		now += rd_u8(&r) * 8;
		size_t want = rd_u8(&r);

		want |= (size_t)rd_u8(&r) << 8;
		struct rd m = rd_sub(&r, want < rd_left(&r) ? want : rd_left(&r));
		struct view msg = rd_rest(&m);
		size_t len = dhcp6_handle(s, now, &from, msg, out, &outcome);

		HOLDS((len == 0) == (dhcp6_why_info[outcome.why].reply == DHCP6_SILENT));
		if (len)
			check_reply(out, len, msg);
		check_pool(s);
		lease_pool_clean(dhcp6_server_pool(s));
	}
	return 0;
}
