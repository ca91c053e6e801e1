/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/server: every row is one message to a network whose leases are as `world` makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "dhcp4/frame.h"
#include "dhcp4/server.h"

#define NET(n) (0xc0a87a00U + (n)) /* 192.168.122.0/24 */
#define US     NET(1)
#define MAC(n)                                                                                                         \
	{                                                                                                              \
		{                                                                                                      \
			0x52, 0x54, 0, 0, 0, (n)                                                                       \
		}                                                                                                      \
	}
#define ID(s)                                                                                                          \
	{                                                                                                              \
		(const uint8_t *)(s), sizeof(s) - 1                                                                    \
	}

enum { NOW = 1000, LEASE_S = 3600 };
enum { ADA = 10, BOB = 11, CAT = 12, NEW = 20, RESERVED = 30 }; /* last byte of the MAC */

static const struct lease_range ranges[] = { { NET(100), NET(200) } };
static const struct lease_host hosts[] = {
	{ .mac = MAC(RESERVED), .name = "reserved", .addr = NET(50) },
	{ .name = "Printer", .addr = NET(51) },
	{ .id = ID("\0scanner"), .name = "s", .addr = NET(52) },
};
static const struct dhcp4_scope scope = {
	.rules = { .self = US, .prefix_len = 24, .ranges = ranges, .n_ranges = 1, .hosts = hosts, .n_hosts = 3 },
	.mac = MAC(1),
	.router = true,
	.dns = true,
	.mtu = 1400,
	.lease_s = LEASE_S,
	.domain = "lan",
};

static struct lease_client client(uint8_t mac, uint8_t id[7])
{
	memcpy(id, (uint8_t[]){ 1, 0x52, 0x54, 0, 0, 0, mac }, 7);
	return (struct lease_client){ .id = { id, 7 }, .mac = MAC(mac) };
}

/* Ada holds .150, Bob was offered .151, Cat had .152 until it ended. */
static void world(struct lease_pool *p)
{
	uint8_t id[7];
	struct lease_client c = client(ADA, id);

	assert_int_equal(lease_pool_bind(p, &c, NET(150), NOW + LEASE_S), 0);
	c = client(BOB, id);
	assert_int_equal(lease_pool_offer(p, &c, NET(151), NOW + 30), 0);
	c = client(CAT, id);
	assert_int_equal(lease_pool_bind(p, &c, NET(152), NOW - 1), 0);
	lease_pool_expire(p, NOW);
}

#define DISCOVER .op = 1, .type = DHCP4_DISCOVER
#define REQUEST  .op = 1, .type = DHCP4_REQUEST
#define DECLINE  .op = 1, .type = DHCP4_DECLINE
#define RELEASE  .op = 1, .type = DHCP4_RELEASE
#define INFORM   .op = 1, .type = DHCP4_INFORM
#define FROM(n)  .chaddr = MAC(n)
#define ANY      1 /* as an address: whichever */

static const struct {
	const char *name;
	struct dhcp4_msg in;
	enum dhcp4_why want;
	uint32_t addr;
} cases[] = {
	{ "s.4.3.1: a new client", { DISCOVER, FROM(NEW) }, WHY_OFFERED, ANY },
	{ "s.4.3.1: its current address", { DISCOVER, FROM(ADA), .requested = NET(160) }, WHY_OFFERED, NET(150) },
	{ "s.4.3.1: its previous address", { DISCOVER, FROM(CAT), .requested = NET(160) }, WHY_OFFERED, NET(152) },
	{ "s.4.3.1: the address it asks for", { DISCOVER, FROM(NEW), .requested = NET(160) }, WHY_OFFERED, NET(160) },
	{ "s.4.3.1: asks for another's", { DISCOVER, FROM(NEW), .requested = NET(150) }, WHY_OFFERED, ANY },
	{ "s.4.3.1: asks for ours", { DISCOVER, FROM(NEW), .requested = US }, WHY_OFFERED, ANY },
	{ "s.4.3.1: asks for the broadcast address", { DISCOVER, FROM(NEW), .requested = NET(255) }, WHY_OFFERED, ANY },
	{ "reservation by MAC", { DISCOVER, FROM(RESERVED), .requested = NET(160) }, WHY_OFFERED, NET(50) },
	{ "reservation by MAC, any id",
	  { DISCOVER, FROM(RESERVED), .client_id = ID("\xff-duid") },
	  WHY_OFFERED,
	  NET(50) },
	{ "reservation by name, any case", { DISCOVER, FROM(NEW), .hostname = ID("pRINTER") }, WHY_OFFERED, NET(51) },
	{ "reservation by client id", { DISCOVER, FROM(NEW), .client_id = ID("\0scanner") }, WHY_OFFERED, NET(52) },
	{ "another's reservation", { DISCOVER, FROM(NEW), .requested = NET(50) }, WHY_OFFERED, ANY },

	{ "s.4.3.2 selecting: our offer",
	  { REQUEST, FROM(BOB), .server_id = US, .requested = NET(151) },
	  WHY_ACKED,
	  NET(151) },
	{ "s.4.3.2 selecting: another server",
	  { REQUEST, FROM(BOB), .server_id = NET(9), .requested = NET(99) },
	  WHY_CHOSE_ANOTHER,
	  NET(151) },
	{ "s.4.3.2 selecting: another server, nothing offered",
	  { REQUEST, FROM(NEW), .server_id = NET(9), .requested = NET(99) },
	  WHY_CHOSE_ANOTHER,
	  0 },
	{ "s.4.3.2 selecting: another's address",
	  { REQUEST, FROM(BOB), .server_id = US, .requested = NET(150) },
	  WHY_NAK_HELD,
	  NET(150) },
	{ "s.4.3.2 selecting: not what was offered",
	  { REQUEST, FROM(BOB), .server_id = US, .requested = NET(160) },
	  WHY_NAK_MOVED,
	  NET(160) },
	{ "selecting: the offer was forgotten, it is still free",
	  { REQUEST, FROM(NEW), .server_id = US, .requested = NET(160) },
	  WHY_ACKED,
	  NET(160) },
	{ "selecting: our own address",
	  { REQUEST, FROM(NEW), .server_id = US, .requested = US },
	  WHY_NAK_NOT_GIVEN,
	  US },
	{ "selecting: another's reservation",
	  { REQUEST, FROM(NEW), .server_id = US, .requested = NET(50) },
	  WHY_NAK_HELD,
	  NET(50) },
	{ "s.4.3.2: no address at all", { REQUEST, FROM(ADA), .server_id = US }, WHY_DROP_FIELDS, 0 },
	{ "s.4.3.2: two different addresses",
	  { REQUEST, FROM(ADA), .requested = NET(150), .ciaddr = NET(151) },
	  WHY_DROP_FIELDS,
	  0 },

	{ "s.4.3.2 init-reboot: its lease", { REQUEST, FROM(ADA), .requested = NET(150) }, WHY_ACKED, NET(150) },
	{ "s.4.3.2 init-reboot: another network",
	  { REQUEST, FROM(ADA), .requested = 0x0a000005 },
	  WHY_NAK_NETWORK,
	  0x0a000005 },
	{ "s.4.3.2 init-reboot: another network, unknown",
	  { REQUEST, FROM(NEW), .requested = 0x0a000005 },
	  WHY_NAK_NETWORK,
	  0x0a000005 },
	{ "s.4.3.2 init-reboot: not its lease",
	  { REQUEST, FROM(ADA), .requested = NET(160) },
	  WHY_NAK_MOVED,
	  NET(160) },
	{ "s.4.3.2 init-reboot: no record, not one of ours",
	  { REQUEST, FROM(NEW), .requested = NET(99) },
	  WHY_DROP_UNKNOWN,
	  NET(99) },
	{ "init-reboot: no record, ours and free", { REQUEST, FROM(NEW), .requested = NET(160) }, WHY_ACKED, NET(160) },
	{ "init-reboot: no record, another's", { REQUEST, FROM(NEW), .requested = NET(150) }, WHY_NAK_HELD, NET(150) },
	{ "init-reboot: had it, still free", { REQUEST, FROM(CAT), .requested = NET(152) }, WHY_ACKED, NET(152) },

	{ "s.4.3.2 renewing: its lease", { REQUEST, FROM(ADA), .ciaddr = NET(150) }, WHY_ACKED, NET(150) },
	{ "s.4.3.2 rebinding: after it ended", { REQUEST, FROM(CAT), .ciaddr = NET(152) }, WHY_ACKED, NET(152) },
	{ "renewing: the address twice",
	  { REQUEST, FROM(ADA), .ciaddr = NET(150), .requested = NET(150) },
	  WHY_ACKED,
	  NET(150) },
	{ "renewing: another's", { REQUEST, FROM(ADA), .ciaddr = NET(151) }, WHY_NAK_HELD, NET(151) },
	{ "renewing: a reservation was made for it",
	  { REQUEST, FROM(RESERVED), .ciaddr = NET(160) },
	  WHY_NAK_MOVED,
	  NET(160) },

	{ "s.4.3.3: declines its lease",
	  { DECLINE, FROM(ADA), .server_id = US, .requested = NET(150) },
	  WHY_DECLINED,
	  NET(150) },
	{ "s.4.3.3: declines another's",
	  { DECLINE, FROM(ADA), .server_id = US, .requested = NET(151) },
	  WHY_DROP_UNKNOWN,
	  NET(151) },
	{ "s.4.4.1 table 5: declines without a server",
	  { DECLINE, FROM(ADA), .requested = NET(150) },
	  WHY_DROP_FIELDS,
	  NET(150) },
	{ "s.4.3.4: releases its lease",
	  { RELEASE, FROM(ADA), .server_id = US, .ciaddr = NET(150) },
	  WHY_RELEASED,
	  NET(150) },
	{ "s.4.3.4: releases another's",
	  { RELEASE, FROM(BOB), .server_id = US, .ciaddr = NET(150) },
	  WHY_DROP_UNKNOWN,
	  NET(150) },
	{ "s.4.3.4: releases what it no longer has",
	  { RELEASE, FROM(CAT), .server_id = US, .ciaddr = NET(152) },
	  WHY_DROP_UNKNOWN,
	  NET(152) },
	{ "s.4.3.5: informs", { INFORM, FROM(NEW), .ciaddr = NET(7) }, WHY_INFORMED, NET(7) },
	{ "s.4.3.5: informs without an address", { INFORM, FROM(NEW) }, WHY_DROP_FIELDS, 0 },
	{ "s.4.3.5: informs from another network",
	  { INFORM, FROM(NEW), .ciaddr = 0x0a000005 },
	  WHY_DROP_FIELDS,
	  0x0a000005 },

	{ "s.4.1: through a relay", { DISCOVER, FROM(NEW), .giaddr = NET(9) }, WHY_OFFERED, ANY },
	{ "s.4.1: through a relay of another network",
	  { DISCOVER, FROM(NEW), .giaddr = 0x0a000009 },
	  WHY_DROP_RELAYED,
	  0 },
	{ "s.2: a server's message", { .op = 2, .type = DHCP4_DISCOVER, FROM(NEW) }, WHY_DROP_TYPE, 0 },
	{ "s.3.1: a server's type", { .op = 1, .type = DHCP4_OFFER, FROM(NEW) }, WHY_DROP_TYPE, 0 },
	{ "a multicast MAC", { DISCOVER, .chaddr = { { 1, 0, 0x5e, 0, 0, 1 } } }, WHY_DROP_BAD_CLIENT, 0 },
	{ "no MAC", { DISCOVER }, WHY_DROP_BAD_CLIENT, 0 },
	{ "our own MAC", { DISCOVER, FROM(1) }, WHY_DROP_BAD_CLIENT, 0 },
};

struct fixture {
	struct lease_pool *pool;
	struct dhcp4_server *server;
};

static struct fixture make(const struct dhcp4_scope *with)
{
	struct fixture f = { .pool = lease_pool_new() };

	f.server = dhcp4_server_new(f.pool);
	assert_int_equal(dhcp4_server_configure(f.server, with), 0);
	return f;
}

static void unmake(struct fixture *f)
{
	dhcp4_server_free(f->server);
	lease_pool_free(f->pool);
}

static bool in_range(uint32_t addr)
{
	return addr >= NET(100) && addr <= NET(200) && addr != NET(150) && addr != NET(151);
}

static void decisions_follow_rfc2131(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture f = make(&scope);

		world(f.pool);
		struct dhcp4_verdict v = dhcp4_decide(f.server, &cases[i].in);

		if (v.why != cases[i].want)
			fail_msg("%s: got '%s'", cases[i].name, dhcp4_why_info[v.why].text);
		if (cases[i].addr == ANY ? !in_range(v.addr) : v.addr != cases[i].addr)
			fail_msg("%s: about address %08x", cases[i].name, v.addr);
		unmake(&f);
	}
}

static const struct mac relay = { { 0x52, 0x54, 0, 0, 0, 0x99 } };

static struct dhcp4_outcome outcome; /* of the last one that was asked */

/* Sends `m` with these options as a broadcast from its chaddr, or from the relay that it names; the reply in *ret, false if
 * there was none. */
static bool ask(struct dhcp4_server *s, const struct dhcp4_msg *m, struct view params, struct dhcp4_frame *ret_frame,
		struct dhcp4_msg *ret, uint8_t out[DHCP4_FRAME_MAX])
{
	uint8_t in[DHCP4_FRAME_MAX];
	struct wr w = wr_make(in + DHCP4_FRAME_HEAD, DHCP4_MAX);
	struct dhcp4_frame f = { .src = m->giaddr ? relay : m->chaddr,
				 .dst = { { 255, 255, 255, 255, 255, 255 } },
				 .ip_dst = 0xffffffff,
				 .sport = 68,
				 .dport = 67 };

	dhcp4_build(&w, m);
	if (m->machine_id.len)
		dhcp4_put(&w, OPT_MACHINE_ID, m->machine_id.p, (uint8_t)m->machine_id.len);
	if (m->requested)
		dhcp4_put_u32(&w, OPT_REQUESTED, m->requested);
	if (m->server_id)
		dhcp4_put_u32(&w, OPT_SERVER_ID, m->server_id);
	if (m->lease_s)
		dhcp4_put_u32(&w, OPT_LEASE_TIME, m->lease_s);
	if (m->rapid)
		dhcp4_put(&w, OPT_RAPID_COMMIT, NULL, 0);
	if (m->auto_configure)
		dhcp4_put_u8(&w, OPT_AUTO_CONFIGURE, 1);
	if (m->max_size)
		dhcp4_put_u16(&w, OPT_MAX_SIZE, m->max_size);
	if (m->client_id.len)
		dhcp4_put(&w, OPT_CLIENT_ID, m->client_id.p, (uint8_t)m->client_id.len);
	if (params.len)
		dhcp4_put(&w, OPT_PARAMS, params.p, (uint8_t)params.len);
	size_t len = dhcp4_frame_build(&f, in, dhcp4_build_end(&w));

	len = dhcp4_handle(s, NOW, (struct view){ in, len }, true, 0, out, &outcome);
	if (!len)
		return false;
	assert_int_equal(dhcp4_frame_parse(ret_frame, (struct view){ out, len }, true), 0);
	assert_int_equal(dhcp4_parse(ret, ret_frame->payload), 0);
	return true;
}

/* The value of an option in a reply, as a number. -1: it is not there. */
static int64_t option(struct view reply, uint8_t code)
{
	struct rd r = rd_make(reply.p + 240, reply.len - 240);

	while (rd_left(&r)) {
		uint8_t c = rd_u8(&r);

		if (c == OPT_END)
			break;
		if (c == OPT_PAD)
			continue;
		struct rd o = rd_sub(&r, rd_u8(&r));
		uint64_t v = 0; /* of a text the last eight bytes */

		while (rd_left(&o) && c == code)
			v = v << 8 | rd_u8(&o);
		if (c == code)
			return (int64_t)v;
	}
	return -1;
}

static const struct {
	const char *name;
	struct dhcp4_msg in;
	uint32_t ip_dst;
	bool to_all; /* by Ethernet */
	uint32_t yiaddr, ciaddr;
} addressed[] = {
	{ "s.4.1: to yiaddr and chaddr", { DISCOVER, FROM(ADA) }, NET(150), false, NET(150), 0 },
	{ "s.4.1: broadcast flag", { DISCOVER, FROM(ADA), .flags = DHCP4_BROADCAST }, 0xffffffff, true, NET(150), 0 },
	{ "s.4.1: to ciaddr", { REQUEST, FROM(ADA), .ciaddr = NET(150) }, NET(150), false, NET(150), NET(150) },
	{ "s.4.1: ciaddr before the flag",
	  { REQUEST, FROM(ADA), .ciaddr = NET(150), .flags = DHCP4_BROADCAST },
	  NET(150),
	  false,
	  NET(150),
	  NET(150) },
	{ "s.4.3.2: NAK to all", { REQUEST, FROM(ADA), .ciaddr = 0x0a000005 }, 0xffffffff, true, 0, 0 },
	{ "s.4.3.5: INFORM gives no address", { INFORM, FROM(NEW), .ciaddr = NET(7) }, NET(7), false, 0, NET(7) },
};

static void replies_go_where_rfc2131_says(void **state)
{
	static const struct mac all = { { 255, 255, 255, 255, 255, 255 } };
	static struct dhcp4_msg m;
	uint8_t out[DHCP4_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addressed); i++) {
		struct fixture f = make(&scope);
		struct dhcp4_frame to;

		world(f.pool);
		if (!ask(f.server, &addressed[i].in, (struct view){ 0 }, &to, &m, out))
			fail_msg("%s: no reply", addressed[i].name);
		if (to.ip_dst != addressed[i].ip_dst || mac_eq(&to.dst, &all) != addressed[i].to_all ||
		    (!addressed[i].to_all && !mac_eq(&to.dst, &addressed[i].in.chaddr)))
			fail_msg("%s: went to %08x", addressed[i].name, to.ip_dst);
		if (m.yiaddr != addressed[i].yiaddr || m.ciaddr != addressed[i].ciaddr)
			fail_msg("%s: yiaddr %08x, ciaddr %08x", addressed[i].name, m.yiaddr, m.ciaddr);
		unmake(&f);
	}
}

static void rfc2131_4_1_replies_go_back_through_the_relay(void **state)
{
	static const struct dhcp4_msg asks[] = {
		{ DISCOVER, FROM(ADA), .giaddr = NET(9) },
		{ DISCOVER, FROM(ADA), .giaddr = NET(9), .flags = DHCP4_BROADCAST },
		{ REQUEST, FROM(ADA), .giaddr = NET(9), .ciaddr = NET(150) },
		{ REQUEST, FROM(ADA), .giaddr = NET(9), .requested = 0x0a000005 }, /* a NAK */
	};
	static struct dhcp4_msg m;
	uint8_t out[DHCP4_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asks); i++) {
		struct fixture f = make(&scope);
		struct dhcp4_frame to;

		world(f.pool);
		if (!ask(f.server, &asks[i], (struct view){ 0 }, &to, &m, out))
			fail_msg("%zu: no reply", i);
		if (to.ip_dst != NET(9) || to.dport != DHCP4_SERVER_PORT || !mac_eq(&to.dst, &relay))
			fail_msg("%zu: went to %08x port %u", i, to.ip_dst, to.dport);
		assert_int_equal(m.giaddr, NET(9));                                                    /* table 3 */
		assert_int_equal(!!(m.flags & DHCP4_BROADCAST), m.type == DHCP4_NAK || asks[i].flags); /* s.4.3.2 */
		unmake(&f);
	}
}

static void rfc6842_client_id_is_sent_back(void **state)
{
	static const struct dhcp4_msg asks[] = {
		{ DISCOVER, FROM(NEW), .client_id = ID("me") },
		{ REQUEST, FROM(NEW), .client_id = ID("me"), .requested = NET(160) },
		{ REQUEST, FROM(NEW), .client_id = ID("me"), .requested = 0x0a000005 }, /* a NAK */
		{ DISCOVER, FROM(NEW) },
	};
	static struct dhcp4_msg m;
	uint8_t out[DHCP4_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asks); i++) {
		struct fixture f = make(&scope);
		struct dhcp4_frame to;

		assert_true(ask(f.server, &asks[i], (struct view){ 0 }, &to, &m, out));
		if (!view_eq(m.client_id, asks[i].client_id))
			fail_msg("%zu: %zu bytes", i, m.client_id.len);
		unmake(&f);
	}
}

static void rfc4578_machine_id_is_sent_back(void **state)
{
	struct dhcp4_msg in = { DISCOVER, FROM(NEW), .machine_id = ID("\0a machine's uuid") };
	static struct dhcp4_msg m;
	struct fixture f = make(&scope);
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_true(view_eq(m.machine_id, in.machine_id));
	in.machine_id.len = 0;
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(m.machine_id.len, 0);
	unmake(&f);
}

static void replies_carry_the_options(void **state)
{
	static const uint8_t few[] = { OPT_ROUTER };
	static struct dhcp4_msg m;
	struct fixture f = make(&scope);
	struct dhcp4_msg in = { DISCOVER, FROM(RESERVED), .client_id = ID("\0me") };
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	assert_true(ask(f.server, &in, (struct view){ few, 1 }, &to, &m, out));
	assert_int_equal(option(to.payload, OPT_TYPE), DHCP4_OFFER);
	assert_int_equal(option(to.payload, OPT_SERVER_ID), US);
	assert_int_equal(option(to.payload, OPT_LEASE_TIME), LEASE_S);
	assert_int_equal(option(to.payload, OPT_T1), LEASE_S / 2);
	assert_int_equal(option(to.payload, OPT_T2), LEASE_S / 8 * 7);
	assert_int_equal(option(to.payload, OPT_MASK), 0xffffff00);
	assert_int_equal(option(to.payload, OPT_BROADCAST), NET(255));
	assert_int_equal(option(to.payload, OPT_ROUTER), US);
	assert_int_equal(option(to.payload, OPT_DNS), -1);                   /* not on the list */
	assert_int_equal(option(to.payload, OPT_CLIENT_ID), 'm' << 8 | 'e'); /* RFC 6842 */
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));   /* no list: all there is */
	assert_int_equal(option(to.payload, OPT_DNS), US);
	assert_int_equal(option(to.payload, OPT_MTU), 1400);
	assert_int_equal(option(to.payload, OPT_DOMAIN), 'l' << 16 | 'a' << 8 | 'n');
	assert_memory_equal(m.hostname.p, "reserved", 8);
	in = (struct dhcp4_msg){ REQUEST, FROM(RESERVED), .requested = 0x0a000005 };
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(option(to.payload, OPT_TYPE), DHCP4_NAK);
	assert_int_equal(option(to.payload, OPT_SERVER_ID), US);
	assert_int_equal(option(to.payload, OPT_LEASE_TIME), -1); /* table 3: must not */
	assert_int_equal(option(to.payload, OPT_ROUTER), -1);
	in = (struct dhcp4_msg){ INFORM, FROM(NEW), .ciaddr = NET(7) };
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(option(to.payload, OPT_LEASE_TIME), -1);
	assert_int_equal(option(to.payload, OPT_ROUTER), US);
	unmake(&f);
}

static void isolated_and_infinite(void **state)
{
	static struct dhcp4_msg m;
	struct dhcp4_scope s = scope;

	s.router = s.dns = false;
	s.mtu = 0;
	s.domain = NULL;
	s.lease_s = DHCP4_FOREVER;
	struct fixture f = make(&s);
	struct dhcp4_msg in = { REQUEST, FROM(NEW), .server_id = US, .requested = NET(160) };
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(option(to.payload, OPT_ROUTER), -1);
	assert_int_equal(option(to.payload, OPT_DNS), -1);
	assert_int_equal(option(to.payload, OPT_MTU), -1);
	assert_int_equal(option(to.payload, OPT_DOMAIN), -1);
	assert_int_equal(option(to.payload, OPT_T1), DHCP4_FOREVER);
	assert_int_equal(lease_pool_next_expiry(f.pool), LEASE_NEVER);
	unmake(&f);
}

/* RFC 2132 s.9.10. What every client must take (576 bytes) is never undercut. */
static void size_limit_is_kept(void **state)
{
	static const struct {
		const char *name;
		uint16_t max_size;
		size_t most;
		bool domain;
	} sizes[] = {
		{ "none said", 0, DHCP4_SAFE_MAX, false },
		{ "less than allowed", 10, DHCP4_SAFE_MAX, false },
		{ "a frame", 1500, DHCP4_MAX, true },
		{ "more than a frame", 65535, DHCP4_MAX, true },
	};
	static struct dhcp4_msg m;
	char domain[251], id[200];
	struct dhcp4_scope s = scope;
	uint8_t out[DHCP4_FRAME_MAX];

	(void)state;
	memset(domain, 'd', 250);
	domain[250] = '\0';
	memset(id, 'i', sizeof(id));
	s.domain = domain;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fixture f = make(&s);
		struct dhcp4_msg in = { DISCOVER, FROM(NEW), .max_size = sizes[i].max_size,
					.client_id = { (uint8_t *)id, sizeof(id) } };
		struct dhcp4_frame to;

		assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
		if (to.payload.len > sizes[i].most || (option(to.payload, OPT_DOMAIN) != -1) != sizes[i].domain)
			fail_msg("%s: %zu bytes", sizes[i].name, to.payload.len);
		unmake(&f);
	}
}

static const struct {
	const char *name;
	uint8_t mac;
	uint32_t addr, wants, gets;
} times[] = {
	{ "the network's", NEW, NET(110), 0, LEASE_S },
	{ "the range's", NEW, NET(190), 0, 600 },
	{ "the host's, before its range's", RESERVED, NET(185), 0, DHCP4_FOREVER },
	{ "s.3.3: less, as the client wants", NEW, NET(110), 1000, 1000 },
	{ "s.3.3: never more than there is", NEW, NET(110), 100000, LEASE_S },
	{ "s.3.3: for ever is more, too", NEW, NET(110), DHCP4_FOREVER, LEASE_S },
	{ "s.3.3: for ever cut down to a number", RESERVED, NET(185), 1000, 1000 },
	{ "not so little that it does nothing but ask", NEW, NET(110), 1, DHCP4_LEASE_MIN_S },
};

static void lease_times_of_range_host_and_client(void **state)
{
	static const struct lease_range two[] = { { NET(100), NET(180) }, { NET(181), NET(200) } };
	static const struct dhcp4_extra of_range[] = { { 0 }, { .lease_s = 600 } };
	static const struct lease_host one[] = { { .mac = MAC(RESERVED), .addr = NET(185) } };
	static const struct dhcp4_extra of_host[] = { { .lease_s = DHCP4_FOREVER } };
	static struct dhcp4_msg m;
	struct dhcp4_scope s = scope;
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	s.rules.ranges = two;
	s.rules.n_ranges = 2;
	s.rules.hosts = one;
	s.rules.n_hosts = 1;
	s.range_extra = of_range;
	s.host_extra = of_host;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct fixture f = make(&s);
		struct dhcp4_msg in = { REQUEST, FROM(times[i].mac), .server_id = US, .requested = times[i].addr,
					.lease_s = times[i].wants };
		uint64_t end = times[i].gets == DHCP4_FOREVER ? LEASE_NEVER : NOW + times[i].gets;

		if (!ask(f.server, &in, (struct view){ 0 }, &to, &m, out) || m.lease_s != times[i].gets)
			fail_msg("%s: got %u", times[i].name, m.lease_s);
		if (lease_pool_next_expiry(f.pool) != end)
			fail_msg("%s: not held as long as it was said", times[i].name);
		unmake(&f);
	}
}

static void rfc4039_rapid_commit(void **state)
{
	static struct dhcp4_msg m;
	struct dhcp4_scope s = scope;
	struct dhcp4_msg in = { DISCOVER, FROM(NEW), .rapid = true };
	struct fixture f = make(&scope);
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(m.type, DHCP4_OFFER); /* RFC 4039 s.3.1: only where it is configured */
	unmake(&f);
	s.rapid = true;
	f = make(&s);
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(m.type, DHCP4_ACK);
	assert_true(m.rapid);
	assert_int_equal(lease_pool_at(f.pool, m.yiaddr)->state, LEASE_BOUND);
	assert_non_null(lease_pool_dirty(f.pool));
	in.rapid = false;
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(m.type, DHCP4_OFFER);
	assert_false(m.rapid);
	unmake(&f);
}

/* A full disk: who has a lease is told how much of it is stored, and that needs to wait for nothing. */
static void what_is_stored_is_renewed_at_any_time(void **state)
{
	static const struct {
		const char *name;
		struct dhcp4_msg in;
		bool promise;
		uint32_t lease_s;
	} rows[] = {
		{ "renewed", { REQUEST, FROM(ADA), .ciaddr = NET(150) }, false, LEASE_S - 9 },
		{ "again", { REQUEST, FROM(ADA), .ciaddr = NET(150) }, false, LEASE_S - 9 },
		{ "rebooted", { REQUEST, FROM(ADA), .requested = NET(150) }, false, LEASE_S - 9 },
		{ "informed", { INFORM, FROM(ADA), .ciaddr = NET(150) }, false, 0 },
		{ "new", { REQUEST, FROM(NEW), .server_id = US, .requested = NET(160) }, true, LEASE_S },
	};
	static struct dhcp4_msg m;
	struct fixture f = make(&scope);
	uint8_t out[DHCP4_FRAME_MAX], id[7];
	struct lease_client ada = client(ADA, id);
	struct dhcp4_frame to;

	(void)state;
	assert_int_equal(lease_pool_bind(f.pool, &ada, NET(150), NOW - 9 + LEASE_S), 0);
	lease_pool_clean(f.pool);
	assert_true(ask(f.server, &rows[0].in, (struct view){ 0 }, &to, &m, out));
	assert_true(outcome.promise);
	assert_int_equal(option(to.payload, OPT_LEASE_TIME), LEASE_S);
	lease_pool_refused(f.pool);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(ask(f.server, &rows[i].in, (struct view){ 0 }, &to, &m, out));
		if (m.type != DHCP4_ACK || outcome.promise != rows[i].promise)
			fail_msg("%s: type %d, a promise: %d", rows[i].name, m.type, outcome.promise);
		if (rows[i].lease_s && option(to.payload, OPT_LEASE_TIME) != rows[i].lease_s)
			fail_msg("%s: for %lld s", rows[i].name, (long long)option(to.payload, OPT_LEASE_TIME));
	}
	lease_pool_refused(f.pool);
	assert_int_equal(lease_pool_at(f.pool, NET(160))->state, LEASE_FREE);
	lease_pool_clean(f.pool);
	assert_true(ask(f.server, &rows[0].in, (struct view){ 0 }, &to, &m, out));
	assert_true(outcome.promise);
	assert_int_equal(option(to.payload, OPT_LEASE_TIME), LEASE_S);
	unmake(&f);
}

/* RFC 2563: a client that nobody gives an address learns whether it may take one by itself. */
static void rfc2563_no_address_is_told_too(void **state)
{
	static const struct dhcp4_opt no[] = { { .code = OPT_AUTO_CONFIGURE, .value = { (const uint8_t *)"\0", 1 } } };
	static struct dhcp4_msg m;
	struct dhcp4_scope s = scope;
	struct dhcp4_msg in = { DISCOVER, FROM(NEW), .auto_configure = true };
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_frame to;

	(void)state;
	s.rules.n_ranges = 0;
	struct fixture f = make(&s);

	assert_false(ask(f.server, &in, (struct view){ 0 }, &to, &m, out)); /* we have no opinion */
	unmake(&f);
	s.opts = no;
	s.n_opts = 1;
	f = make(&s);
	assert_true(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	assert_int_equal(m.type, DHCP4_OFFER);
	assert_int_equal(m.yiaddr, 0);
	assert_int_equal(m.lease_s, 0);
	assert_int_equal(option(to.payload, OPT_AUTO_CONFIGURE), 0);
	in.auto_configure = false;
	assert_false(ask(f.server, &in, (struct view){ 0 }, &to, &m, out));
	unmake(&f);
}

static void only_listed_clients_without_a_range(void **state)
{
	struct dhcp4_scope s = scope;

	s.rules.n_ranges = 0;
	struct fixture f = make(&s);
	struct dhcp4_msg stranger = { DISCOVER, FROM(NEW) }, listed = { DISCOVER, FROM(RESERVED) };

	(void)state;
	assert_int_equal(dhcp4_decide(f.server, &stranger).why, WHY_DROP_NO_ADDRESS);
	assert_int_equal(dhcp4_decide(f.server, &listed).why, WHY_OFFERED);
	s.lease_s = 0;
	assert_int_not_equal(dhcp4_server_configure(f.server, &s), 0);
	assert_int_equal(dhcp4_decide(f.server, &listed).why, WHY_OFFERED); /* the old scope is kept */
	unmake(&f);
}

static void only_what_is_sent_to_us(void **state)
{
	static const struct {
		const char *name;
		struct mac dst;
		uint32_t ip_dst;
		uint16_t dport;
		enum dhcp4_why want;
	} rows[] = {
		{ "to us", MAC(1), US, 67, WHY_OFFERED },
		{ "to the network's broadcast address",
		  { { 255, 255, 255, 255, 255, 255 } },
		  NET(255),
		  67,
		  WHY_OFFERED },
		{ "another's MAC", MAC(9), US, 67, WHY_DROP_NOT_FOR_US },
		{ "another's address", MAC(1), NET(9), 67, WHY_DROP_NOT_FOR_US },
		{ "another port", MAC(1), US, 68, WHY_DROP_NOT_FOR_US },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture f = make(&scope);
		uint8_t in[DHCP4_FRAME_MAX], out[DHCP4_FRAME_MAX];
		struct wr w = wr_make(in + DHCP4_FRAME_HEAD, DHCP4_MAX);
		struct dhcp4_msg m = { DISCOVER, FROM(NEW) };
		struct dhcp4_frame to = {
			.dst = rows[i].dst, .ip_dst = rows[i].ip_dst, .sport = 68, .dport = rows[i].dport
		};
		struct dhcp4_outcome o;

		dhcp4_build(&w, &m);
		size_t len = dhcp4_frame_build(&to, in, dhcp4_build_end(&w));

		dhcp4_handle(f.server, NOW, (struct view){ in, len }, true, 0, out, &o);
		if (o.verdict.why != rows[i].want)
			fail_msg("%s: got '%s'", rows[i].name, dhcp4_why_info[o.verdict.why].text);
		unmake(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions_follow_rfc2131),
		cmocka_unit_test(replies_go_where_rfc2131_says),
		cmocka_unit_test(rfc2131_4_1_replies_go_back_through_the_relay),
		cmocka_unit_test(rfc6842_client_id_is_sent_back),
		cmocka_unit_test(rfc4578_machine_id_is_sent_back),
		cmocka_unit_test(replies_carry_the_options),
		cmocka_unit_test(isolated_and_infinite),
		cmocka_unit_test(size_limit_is_kept),
		cmocka_unit_test(only_listed_clients_without_a_range),
		cmocka_unit_test(only_what_is_sent_to_us),
		cmocka_unit_test(lease_times_of_range_host_and_client),
		cmocka_unit_test(rfc4039_rapid_commit),
		cmocka_unit_test(what_is_stored_is_renewed_at_any_time),
		cmocka_unit_test(rfc2563_no_address_is_told_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
