/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ra/packet.h"

enum { TYPE_SOLICIT = 133, TYPE_ADVERT = 134 };
enum {
	OPT_SOURCE_LINK = 1,
	OPT_PREFIX = 3,
	OPT_MTU = 5,
	OPT_RDNSS = 25,
	OPT_UNIT = 8 /* bytes that lengths count in */
};
enum { FLAG_MANAGED = 0x80, FLAG_OTHER = 0x40, FLAG_ON_LINK = 0x80, FLAG_AUTONOMOUS = 0x40 };

/* RFC 4861 s.4.6.2 */
static void put_prefix(struct wr *w, const struct ra_prefix *p)
{
	struct ip network = prefix_network(&p->prefix);

	wr_u8(w, OPT_PREFIX);
	wr_u8(w, 4);
	wr_u8(w, (uint8_t)p->prefix.len);
	wr_u8(w, FLAG_ON_LINK | (p->autonomous ? FLAG_AUTONOMOUS : 0));
	wr_be32(w, (uint32_t)RA_FOREVER); /* valid */
	wr_be32(w, (uint32_t)RA_FOREVER); /* preferred */
	wr_zero(w, 4);
	wr_bytes(w, network.b, sizeof(network.b));
}

/* RFC 8106 s.5.1 */
static void put_dns(struct wr *w, const struct ra_scope *s)
{
	if (!s->n_dns)
		return;
	wr_u8(w, OPT_RDNSS);
	wr_u8(w, (uint8_t)(1 + 2 * s->n_dns));
	wr_zero(w, 2);
	wr_be32(w, (uint32_t)RA_FOREVER);
	for (size_t i = 0; i < s->n_dns; i++)
		wr_bytes(w, s->dns[i].b, sizeof(s->dns[i].b));
}

void ra_build(struct wr *w, const struct ra_scope *s)
{
	wr_u8(w, TYPE_ADVERT);
	wr_u8(w, 0);
	wr_be16(w, 0); /* the checksum is the kernel's */
	wr_u8(w, RA_HOP_LIMIT);
	wr_u8(w, s->managed ? FLAG_MANAGED | FLAG_OTHER : 0);
	wr_be16(w, s->router_s);
	wr_be32(w, 0); /* reachable time: unspecified */
	wr_be32(w, 0); /* retransmit timer: likewise */
	wr_u8(w, OPT_SOURCE_LINK);
	wr_u8(w, 1);
	wr_bytes(w, s->mac.b, sizeof(s->mac.b));
	wr_u8(w, OPT_MTU);
	wr_u8(w, 1);
	wr_be16(w, 0);
	wr_be32(w, s->mtu);
	for (size_t i = 0; i < s->n_prefixes; i++)
		put_prefix(w, &s->prefixes[i]);
	put_dns(w, s);
}

bool ra_is_solicit(struct view msg, bool has_source)
{
	struct rd r = rd_make(msg.p, msg.len);
	bool typed = rd_u8(&r) == TYPE_SOLICIT;

	typed = rd_u8(&r) == 0 && typed;
	rd_take(&r, 2 + 4); /* checksum, reserved */
	while (rd_left(&r)) {
		uint8_t type = rd_u8(&r), units = rd_u8(&r);

		if (units == 0 || (type == OPT_SOURCE_LINK && !has_source))
			return false;
		rd_take(&r, (size_t)units * OPT_UNIT - 2);
	}
	return typed && !r.bad;
}
