/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conversation of hostile guests with one DHCP server, checked against a model after every message.
 * Input   messages one after the other: a byte of flags, a byte of time that passes (in 8 s), two bytes of length (little
 *         end first), the bytes. Flag 1: they are a whole Ethernet frame, else a UDP payload, which gets good headers. The
 *         two upper flags are the port.
 * Holds   what we build we can read; our own address and those outside ranges and reservations are never given; a
 *         reserved one goes to its owner only; nobody is given an address that another has been promised and still holds. */
#include <stdio.h>
#include <stdlib.h>

#include "dhcp4/frame.h"
#include "dhcp4/server.h"

#define NET(n) (0x0a000000U + (n)) /* 10.0.0.0/28 */

enum { MESSAGES_MAX = 64, ADDRS = 16, LEASE_S = 300 };

static const struct lease_range ranges[] = { { NET(1), NET(5) }, { NET(4), NET(6) } };
static const struct lease_host hosts[] = {
	{ .mac = { { 0x52, 0x54, 0, 0, 0, 9 } }, .name = "nine", .addr = NET(9), .tag = 0 },
	{ .name = "ten", .addr = NET(10), .tag = 1 },
};
static const uint8_t text[600] = "a long option";
static const struct dhcp4_opt opts[] = {
	{ .code = 119, .force = true, .value = { text, sizeof(text) } },
	{ .code = OPT_AUTO_CONFIGURE, .value = { text, 1 } },
	{ .code = OPT_V6ONLY, .value = { text, 4 } },
	{ .code = OPT_ROUTES, .value = { text, 100 } },
};
static const struct dhcp4_extra range_extra[] = { { .lease_s = LEASE_S / 2 }, { .opts = opts, .n_opts = 1 } };
static const struct dhcp4_extra host_extra[] = { { .opts = opts, .n_opts = 2 }, { .lease_s = 1 } };
static const struct dhcp4_boot boots[] = {
	{ .arch = -1, .who = BOOT_IPXE, .file = "http://boot/ipxe" },
	{ .arch = 7, .who = BOOT_FIRMWARE, .file = "efi", .server_name = "boot" },
};
static const struct dhcp4_scope scope = {
	.rules = { .self = NET(1), .prefix_len = 28, .ranges = ranges, .n_ranges = 2, .hosts = hosts, .n_hosts = 2 },
	.mac = { { 0x52, 0x54, 0, 0, 0, 1 } },
	.router = true,
	.dns = true,
	.mtu = 1500,
	.lease_s = LEASE_S,
	.domain = "fuzz.test",
	.rapid = true,
	.opts = opts,
	.n_opts = 4,
	.range_extra = range_extra,
	.host_extra = host_extra,
	.boots = boots,
	.n_boots = 2,
};

struct promise { /* an address that was acknowledged */
	bool held;
	uint64_t until;
	struct mac mac;
};

static struct promise promises[ADDRS];

#define HOLDS(x)                                                                                                       \
	do {                                                                                                           \
		if (!(x)) {                                                                                            \
			fprintf(stderr, "does not hold: %s\n", #x);                                                    \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

static bool same_client(const struct promise *p, const struct dhcp4_msg *m)
{
	return mac_eq(&p->mac, &m->chaddr); /* clones have one id */
}

/* The client has this address from now on, and no other. */
static void promise(uint32_t addr, const struct dhcp4_msg *m, uint64_t now, uint32_t lease_s, bool acked)
{
	struct promise *p = &promises[addr - NET(0)];

	HOLDS(!p->held || p->until <= now || same_client(p, m));
	for (uint32_t i = 0; i < ADDRS; i++)
		if (i != addr - NET(0) && same_client(&promises[i], m))
			promises[i].held = false;
	if (!acked)
		return;
	*p = (struct promise){ .held = true, .until = now + lease_s, .mac = m->chaddr };
}

static void check_reply(const uint8_t *out, size_t len, const struct dhcp4_msg *asked, uint64_t now)
{
	static struct dhcp4_msg m;
	struct dhcp4_frame f;

	HOLDS(len <= DHCP4_FRAME_MAX);
	HOLDS(dhcp4_frame_parse(&f, (struct view){ out, len }, true) == 0);
	HOLDS(dhcp4_parse(&m, f.payload) == 0);
	HOLDS(m.op == 2 && m.xid == asked->xid && m.server_id == NET(1) && mac_eq(&m.chaddr, &asked->chaddr));
	HOLDS(f.ip_src == NET(1) && m.giaddr == asked->giaddr);
	HOLDS(f.dport == (m.giaddr ? DHCP4_SERVER_PORT : DHCP4_CLIENT_PORT) && (!m.giaddr || f.ip_dst == m.giaddr));
	if (!m.yiaddr)
		return;
	HOLDS(m.type == DHCP4_OFFER || m.type == DHCP4_ACK);
	HOLDS(m.lease_s > 0 && m.lease_s <= LEASE_S);
	HOLDS((m.yiaddr >= NET(2) && m.yiaddr <= NET(6)) || m.yiaddr == NET(9) || m.yiaddr == NET(10));
	HOLDS(m.yiaddr != NET(9) || mac_eq(&asked->chaddr, &hosts[0].mac));
	promise(m.yiaddr, asked, now, m.lease_s, m.type == DHCP4_ACK);
}

static void check_pool(const struct lease_pool *pool)
{
	const struct lease *v[ADDRS], *l;
	size_t n = 0;

	for (size_t pos = 0; (l = lease_pool_next(pool, &pos));) {
		if (l->state != LEASE_BOUND && l->state != LEASE_OFFERED)
			continue;
		HOLDS(n < ADDRS && l->id.len > 0);
		for (size_t i = 0; i < n; i++)
			HOLDS(v[i]->addr != l->addr && !mac_eq(&v[i]->mac, &l->mac));
		v[n++] = l;
	}
	HOLDS(lease_pool_next_expiry(pool) == LEASE_NEVER || n > 0 || lease_pool_next_expiry(pool) > 0);
}

static size_t wrap(uint8_t out[DHCP4_FRAME_MAX], struct view payload)
{
	struct dhcp4_frame f = {
		.src = { { 0x52, 0x54, 0, 0, 0, 2 } },
		.dst = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		.ip_dst = 0xffffffff,
		.sport = DHCP4_CLIENT_PORT,
		.dport = DHCP4_SERVER_PORT,
	};
	size_t len = payload.len < DHCP4_MAX ? payload.len : DHCP4_MAX;

	if (len)
		memcpy(out + DHCP4_FRAME_HEAD, payload.p, len);
	return dhcp4_frame_build(&f, out, len);
}

/* What the guest said, for the model; false if nobody could read it. */
static bool read_question(struct dhcp4_msg *m, struct view frame)
{
	struct dhcp4_frame f;

	return dhcp4_frame_parse(&f, frame, true) == 0 && dhcp4_parse(m, f.payload) == 0;
}

static void one_message(struct dhcp4_server *s, const struct lease_pool *pool, struct view frame, uint32_t port,
			uint64_t now)
{
	static struct dhcp4_msg asked;
	uint8_t out[DHCP4_FRAME_MAX];
	struct dhcp4_outcome o;
	bool readable = read_question(&asked, frame);
	size_t len = dhcp4_handle(s, now, frame, true, port, out, &o);

	HOLDS(o.verdict.why < WHYS);
	HOLDS((len > 0) == (dhcp4_why_info[o.verdict.why].reply != REPLY_NONE));
	HOLDS(readable || !len);
	if (o.verdict.why == WHY_RELEASED || o.verdict.why == WHY_DECLINED) {
		struct promise *p = &promises[o.verdict.addr - NET(0)];

		HOLDS(!p->held || p->until <= now || same_client(p, &asked));
		p->held = false;
	}
	if (len)
		check_reply(out, len, &asked, now);
	check_pool(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(lease_pool_free) struct lease_pool *pool = lease_pool_new();
	AUTO(dhcp4_server_free) struct dhcp4_server *s = dhcp4_server_new(pool);
	struct rd r = rd_make(data, size);
	uint64_t now = 1000;

	memset(promises, 0, sizeof(promises));
	HOLDS(dhcp4_server_configure(s, &scope) == 0);
	for (int i = 0; i < MESSAGES_MAX && rd_left(&r) >= 4; i++) {
		uint8_t frame[DHCP4_FRAME_MAX], flags = rd_u8(&r);

		now += 8U * rd_u8(&r);
		size_t len = rd_u8(&r);

		len |= (size_t)rd_u8(&r) << 8;
		struct rd m = rd_sub(&r, len < rd_left(&r) ? len : rd_left(&r));
		struct view bytes = rd_rest(&m);

		if (!(flags & 1))
			bytes = (struct view){ frame, wrap(frame, bytes) };
		one_message(s, pool, bytes, flags >> 6, now);
	}
	return 0;
}
