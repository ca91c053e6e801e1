/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/name.h"

#include <errno.h>

#include "base/mem.h"

enum { POINTER = 0xc0 }; /* both high bits of a length byte, RFC 1035 s.4.1.4; one alone means nothing, RFC 6891 s.5 */

int dns_name_parse(const char *text, struct dns_name *ret)
{
	struct dns_name n = { .len = 0 };

	do {
		size_t label = strcspn(text, ".");

		if (label == 0 || label > DNS_LABEL_MAX || n.len + 1 + label + 1 > DNS_NAME_MAX)
			return -EINVAL;
		n.b[n.len] = (uint8_t)label;
		memcpy(n.b + n.len + 1, text, label);
		n.len = (uint8_t)(n.len + 1 + label);
		text += label + (text[label] == '.');
	} while (*text);
	n.b[n.len++] = 0;
	*ret = n;
	return 0;
}

int dns_name_parse_root(const char *text, struct dns_name *ret)
{
	if (text[0] && strcmp(text, ".") != 0)
		return dns_name_parse(text, ret);
	*ret = (struct dns_name){ .len = 1 };
	return 0;
}

int dns_name_read(struct rd *r, struct dns_name *ret)
{
	struct dns_name n = { .len = 0 };
	uint8_t c;

	do {
		c = rd_u8(r);
		const uint8_t *p = rd_take(r, c);

		/* the label, and behind it at least the root must fit */
		if (r->bad || c > DNS_LABEL_MAX || n.len + 1 + c + (c ? 1 : 0) > DNS_NAME_MAX)
			return -EBADMSG;
		n.b[n.len] = c;
		memcpy(n.b + n.len + 1, p, c);
		n.len = (uint8_t)(n.len + 1 + c);
	} while (c);
	*ret = n;
	return 0;
}

void dns_name_skip(struct rd *r)
{
	for (;;) {
		uint8_t c = rd_u8(r);

		if (c >= POINTER) {
			rd_u8(r);
			return;
		}
		if (c == 0)
			return;
		if (c > DNS_LABEL_MAX)
			r->bad = true;
		rd_take(r, c);
	}
}

/* Length bytes are below 'A', so they need no care. */
static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

struct dns_name dns_name_lower(const struct dns_name *n)
{
	struct dns_name l = { .len = n->len };

	for (size_t i = 0; i < n->len; i++)
		l.b[i] = lower(n->b[i]);
	return l;
}

static bool bytes_eq(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
	return a->len == b->len && bytes_eq(a->b, b->b, a->len);
}

bool dns_name_is_plain(const struct dns_name *n)
{
	return n->len > 1 && n->len == n->b[0] + 2;
}

int dns_name_append(const struct dns_name *n, const struct dns_name *domain, struct dns_name *ret)
{
	struct dns_name r = *n;
	size_t len = n->len - 1u; /* without its root */

	if (len + domain->len > DNS_NAME_MAX)
		return -EINVAL;
	memcpy(r.b + len, domain->b, domain->len);
	r.len = (uint8_t)(len + domain->len);
	*ret = r;
	return 0;
}

int dns_name_strip(const struct dns_name *n, const struct dns_name *domain, struct dns_name *ret)
{
	size_t label = n->b[0] + 1u;
	struct dns_name r = { .len = (uint8_t)(label + 1) };

	if (n->len <= 1 || n->len - label != domain->len || !bytes_eq(n->b + label, domain->b, domain->len))
		return -EINVAL;
	memcpy(r.b, n->b, label); /* the root behind it is there */
	*ret = r;
	return 0;
}

/* A decimal byte as its reverse name has it: no leading zeros, so that each address has one name. */
static int decimal(struct view v)
{
	int value = 0;

	if (v.len == 0 || v.len > 3 || (v.len > 1 && v.p[0] == '0'))
		return -1;
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return -1;
		value = value * 10 + (v.p[i] - '0');
	}
	return value <= 255 ? value : -1;
}

static int nibble(struct view v)
{
	uint8_t c = v.len == 1 ? lower(v.p[0]) : 0;

	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct view next_label(struct rd *r)
{
	struct rd label = rd_sub(r, rd_u8(r));

	return rd_rest(&label);
}

static const struct reverse {
	struct view zone;   /* in wire form */
	int family, labels; /* before the zone, the last part of the address first */
	int (*digit)(struct view);
} reverses[] = {
	{ { (const uint8_t *)"\7in-addr\4arpa", 14 }, AF_INET, 4, decimal },
	{ { (const uint8_t *)"\3ip6\4arpa", 10 }, AF_INET6, 32, nibble },
};

static int read_reverse(struct rd r, const struct reverse *v, struct prefix *ret)
{
	struct prefix p = { .ip.family = v->family };
	uint8_t part[32];
	int n = 0;

	if (rd_left(&r) < v->zone.len || !bytes_eq(r.end - v->zone.len, v->zone.p, v->zone.len))
		return -EINVAL;
	for (; rd_left(&r) > v->zone.len; n++) {
		int value = n < v->labels ? v->digit(next_label(&r)) : -1;

		if (value < 0)
			return -EINVAL;
		part[n] = (uint8_t)value;
	}
	if (rd_left(&r) != v->zone.len) /* its bytes began within a label */
		return -EINVAL;
	for (int i = 0; i < n; i++) {
		uint8_t value = part[n - 1 - i];

		if (v->family == AF_INET)
			p.ip.b[i] = value;
		else
			p.ip.b[i / 2] |= (uint8_t)(i % 2 ? value : value << 4);
	}
	p.len = (unsigned)n * ip_bits(v->family) / (unsigned)v->labels;
	*ret = p;
	return 0;
}

int dns_name_to_prefix(const struct dns_name *n, size_t at, struct prefix *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(reverses); i++)
		if (read_reverse(rd_make(n->b + at, n->len - at), &reverses[i], ret) == 0)
			return 0;
	return -EINVAL;
}
