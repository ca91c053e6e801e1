/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/packet.h"

#include <errno.h>

enum { LABEL_MAX = 63, DOMAIN_MAX = 255, ADDR_SIZE = 16 };

static bool set_once(struct view *to, struct view v)
{
	bool first = !to->p;

	*to = v;
	return first;
}

static bool set_duid(struct view *to, struct view v)
{
	return v.len >= DHCP6_DUID_MIN && v.len <= DHCP6_DUID_MAX && set_once(to, v);
}

/* s.21.6 */
static bool parse_addr(struct dhcp6_ia *ia, struct rd r)
{
	struct ip ip = { .family = AF_INET6 };

	rd_copy(&r, ip.b, ADDR_SIZE);
	rd_take(&r, 4 + 4); /* lifetimes: hints that we do not take */
	if (r.bad || ia->n_addrs == DHCP6_ADDRS_MAX)
		return false;
	ia->addrs[ia->n_addrs++] = ip;
	return true;
}

/* s.21.4 */
static bool parse_ia(struct dhcp6_msg *m, struct rd r)
{
	struct dhcp6_ia *ia = &m->ias[m->n_ias];

	if (m->n_ias == DHCP6_IAS_MAX)
		return false;
	ia->iaid = rd_be32(&r);
	rd_take(&r, 4 + 4); /* T1, T2: hints, too */
	while (rd_left(&r)) {
		uint16_t code = rd_be16(&r);
		struct rd o = rd_sub(&r, rd_be16(&r));

		if (o.bad || (code == DHCP6_OPT_ADDR && !parse_addr(ia, o)))
			return false;
	}
	m->n_ias++;
	return !r.bad;
}

/* RFC 4704 s.4: flags, then a name that may be partial. Its first label is all that we use. */
static void parse_fqdn(struct dhcp6_msg *m, struct rd r)
{
	rd_u8(&r);
	struct rd label = rd_sub(&r, rd_u8(&r));

	if (!label.bad)
		m->hostname = rd_rest(&label);
}

static bool parse_status(struct dhcp6_msg *m, struct rd r)
{
	m->has_status = true;
	m->status = rd_be16(&r);
	return !r.bad;
}

static bool parse_option(struct dhcp6_msg *m, uint16_t code, struct rd o)
{
	switch (code) {
	case DHCP6_OPT_CLIENT_ID:
		return set_duid(&m->client_id, rd_rest(&o));
	case DHCP6_OPT_SERVER_ID:
		return set_duid(&m->server_id, rd_rest(&o));
	case DHCP6_OPT_IA_NA:
		return parse_ia(m, o);
	case DHCP6_OPT_REQUEST:
		return rd_left(&o) % 2 == 0 && set_once(&m->wants, rd_rest(&o));
	case DHCP6_OPT_STATUS:
		return parse_status(m, o);
	case DHCP6_OPT_RAPID:
		m->rapid = true;
		return rd_left(&o) == 0;
	case DHCP6_OPT_FQDN:
		parse_fqdn(m, o);
		return true;
	default:
		return true; /* not ours: skipped */
	}
}

int dhcp6_parse(struct dhcp6_msg *m, struct view payload)
{
	struct rd r = rd_make(payload.p, payload.len);

	*m = (struct dhcp6_msg){ .type = rd_u8(&r) };
	m->xid = (uint32_t)rd_u8(&r) << 16;
	m->xid |= rd_be16(&r);
	if (r.bad)
		return -EBADMSG;
	if (m->type == 0 || m->type >= DHCP6_TYPES)
		return -EPROTONOSUPPORT;
	while (rd_left(&r)) {
		uint16_t code = rd_be16(&r);
		struct rd o = rd_sub(&r, rd_be16(&r));

		if (o.bad || !parse_option(m, code, o))
			return -EBADMSG;
	}
	return r.bad ? -EBADMSG : 0;
}

bool dhcp6_wants(const struct dhcp6_msg *m, uint16_t code)
{
	struct rd r = rd_make(m->wants.p, m->wants.len);

	while (rd_left(&r))
		if (rd_be16(&r) == code)
			return true;
	return false;
}

void dhcp6_put_head(struct wr *w, enum dhcp6_type type, uint32_t xid)
{
	wr_u8(w, (uint8_t)type);
	wr_u8(w, (uint8_t)(xid >> 16));
	wr_be16(w, (uint16_t)xid);
}

void dhcp6_put(struct wr *w, uint16_t code, struct view value)
{
	wr_be16(w, code);
	wr_be16(w, (uint16_t)value.len);
	wr_bytes(w, value.p, value.len);
}

uint8_t *dhcp6_open(struct wr *w, uint16_t code)
{
	wr_be16(w, code);
	return wr_take(w, 2);
}

void dhcp6_close(struct wr *w, uint8_t *opened)
{
	if (w->full || !opened)
		return;
	size_t len = (size_t)(w->p - opened) - 2;

	opened[0] = (uint8_t)(len >> 8);
	opened[1] = (uint8_t)len;
}

void dhcp6_put_domain(struct wr *w, uint16_t code, const char *domain)
{
	uint8_t name[DOMAIN_MAX];
	struct wr n = wr_make(name, sizeof(name));

	while (*domain) {
		size_t len = strcspn(domain, ".");

		if (len == 0 || len > LABEL_MAX)
			return;
		wr_u8(&n, (uint8_t)len);
		wr_bytes(&n, domain, len);
		domain += len + (domain[len] == '.');
	}
	wr_u8(&n, 0);
	if (!n.full && wr_len(&n) > 1)
		dhcp6_put(w, code, (struct view){ name, wr_len(&n) });
}
