/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/reply.h"

enum { PREFERENCE_MOST = 255 };

static const char *status_text(enum dhcp6_status s)
{
	static const char *const texts[] = {
		[DHCP6_SUCCESS] = "done",
		[DHCP6_NO_ADDRS] = "no address for you",
		[DHCP6_NO_BINDING] = "no record of this",
		[DHCP6_NOT_ON_LINK] = "address is not on this network",
		[DHCP6_USE_MULTICAST] = "send to ff02::1:2",
	};

	return (size_t)s < ARRAY_SIZE(texts) && texts[s] ? texts[s] : "";
}

static void put_status(struct wr *w, enum dhcp6_status s)
{
	const char *text = status_text(s);
	uint8_t *at = dhcp6_open(w, DHCP6_OPT_STATUS);

	wr_be16(w, (uint16_t)s);
	wr_bytes(w, text, strlen(text));
	dhcp6_close(w, at);
}

static void put_addr(struct wr *w, const struct ip *ip, uint32_t lease_s)
{
	uint8_t *at = dhcp6_open(w, DHCP6_OPT_ADDR);

	wr_bytes(w, ip->b, sizeof(ip->b));
	wr_be32(w, lease_s); /* preferred */
	wr_be32(w, lease_s); /* valid */
	dhcp6_close(w, at);
}

/* T1 and T2 are a half and four fifths of the time, as s.21.4 recommends. */
static void put_ia(struct wr *w, const struct dhcp6_grant *g)
{
	uint8_t *at = dhcp6_open(w, DHCP6_OPT_IA_NA);
	bool endless = g->lease_s == DHCP6_FOREVER;
	uint32_t lease_s = g->addr.family ? g->lease_s : 0;

	wr_be32(w, g->iaid);
	wr_be32(w, endless ? DHCP6_FOREVER : lease_s / 2);
	wr_be32(w, endless ? DHCP6_FOREVER : (uint32_t)((uint64_t)lease_s * 4 / 5));
	if (g->addr.family)
		put_addr(w, &g->addr, g->lease_s);
	for (size_t i = 0; i < g->n_gone; i++)
		put_addr(w, &g->gone[i], 0);
	if (g->status != DHCP6_SUCCESS)
		put_status(w, g->status);
	dhcp6_close(w, at);
}

size_t dhcp6_reply_build(const struct dhcp6_msg *m, const struct dhcp6_answer *a, uint8_t *out)
{
	static const uint8_t most = PREFERENCE_MOST;
	struct wr w = wr_make(out, DHCP6_MAX);

	dhcp6_put_head(&w, a->type, m->xid);
	if (m->client_id.len)
		dhcp6_put(&w, DHCP6_OPT_CLIENT_ID, m->client_id);
	dhcp6_put(&w, DHCP6_OPT_SERVER_ID, a->server_id);
	if (a->type == DHCP6_ADVERTISE) /* nobody else serves this bridge: do not wait for others, s.18.2.1 */
		dhcp6_put(&w, DHCP6_OPT_PREFERENCE, (struct view){ &most, 1 });
	if (a->rapid)
		dhcp6_put(&w, DHCP6_OPT_RAPID, (struct view){ 0 });
	if (a->has_status)
		put_status(&w, a->status);
	for (size_t i = 0; i < a->n_grants; i++)
		put_ia(&w, &a->grants[i]);
	if (a->dns && dhcp6_wants(m, DHCP6_OPT_DNS))
		dhcp6_put(&w, DHCP6_OPT_DNS, (struct view){ a->dns->b, sizeof(a->dns->b) });
	if (a->domain && dhcp6_wants(m, DHCP6_OPT_DOMAIN))
		dhcp6_put_domain(&w, DHCP6_OPT_DOMAIN, a->domain);
	return w.full ? 0 : wr_len(&w);
}
