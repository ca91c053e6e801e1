/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int mac_parse(const char *text, struct mac *ret)
{
	struct mac m;

	for (int i = 0; i < 6; i++) {
		int high, value = hex_digit(*text);

		if (value < 0)
			return -EINVAL;
		text++;
		high = hex_digit(*text);
		if (high >= 0) {
			value = value * 16 + high;
			text++;
		}
		m.b[i] = (uint8_t)value;
		if (i < 5 && *text++ != ':')
			return -EINVAL;
	}
	while (isspace((unsigned char)*text))
		text++;
	if (*text)
		return -EINVAL;
	*ret = m;
	return 0;
}

const char *mac_text(const struct mac *m, char out[MAC_TEXT])
{
	snprintf(out, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1], m->b[2], m->b[3], m->b[4], m->b[5]);
	return out;
}

bool mac_eq(const struct mac *a, const struct mac *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool mac_is_zero(const struct mac *m)
{
	return mac_eq(m, &(struct mac){ { 0 } });
}

bool mac_is_multicast(const struct mac *m)
{
	return m->b[0] & 1;
}

int ip_parse(const char *text, struct ip *ret)
{
	struct ip a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	/* inet_pton takes four decimal parts only, and refuses leading zeros and zones */
	if (inet_pton(a.family, text, a.b) != 1)
		return -EINVAL;
	*ret = a;
	return 0;
}

const char *ip_text(const struct ip *a, char out[IP_TEXT])
{
	if (!a->family || !inet_ntop(a->family, a->b, out, IP_TEXT))
		strcpy(out, "-");
	return out;
}

struct ip ip_from_v4(uint32_t host_order)
{
	uint32_t n = htonl(host_order);
	struct ip a = { .family = AF_INET };

	memcpy(a.b, &n, 4);
	return a;
}

uint32_t ip_v4(const struct ip *a)
{
	uint32_t n;

	if (a->family != AF_INET)
		return 0;
	memcpy(&n, a->b, 4);
	return ntohl(n);
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
	return ip_cmp(a, b) == 0;
}

int ip_cmp(const struct ip *a, const struct ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool ip_next(struct ip *a)
{
	for (size_t i = ip_size(a->family); i-- > 0;)
		if (++a->b[i])
			return true;
	return false;
}

unsigned ip_bits(int family)
{
	return family == AF_INET6 ? 128 : 32;
}

size_t ip_size(int family)
{
	return ip_bits(family) / 8;
}

struct ip prefix_mask(int family, unsigned len)
{
	struct ip m = { .family = family };

	for (unsigned i = 0; i < len && i < ip_bits(family); i++)
		m.b[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return m;
}

int prefix_from_mask(const struct ip *mask, unsigned *ret)
{
	for (unsigned len = 0; len <= ip_bits(mask->family); len++) {
		struct ip m = prefix_mask(mask->family, len);

		if (ip_eq(&m, mask)) {
			*ret = len;
			return 0;
		}
	}
	return -EINVAL;
}

struct ip prefix_network(const struct prefix *p)
{
	struct ip m = prefix_mask(p->ip.family, p->len), a = p->ip;

	for (size_t i = 0; i < sizeof(a.b); i++)
		a.b[i] &= m.b[i];
	return a;
}

struct ip prefix_broadcast(const struct prefix *p)
{
	struct ip m = prefix_mask(p->ip.family, p->len), a = p->ip;

	for (size_t i = 0; i < ip_size(a.family); i++)
		a.b[i] |= (uint8_t)~m.b[i];
	return a;
}

bool prefix_contains(const struct prefix *p, const struct ip *a)
{
	struct prefix other = { .ip = *a, .len = p->len };

	return prefix_eq(p, &other);
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return a->len <= b->len ? prefix_contains(a, &b->ip) : prefix_contains(b, &a->ip);
}

bool prefix_eq(const struct prefix *a, const struct prefix *b)
{
	struct ip na = prefix_network(a), nb = prefix_network(b);

	return a->len == b->len && ip_eq(&na, &nb);
}

const char *prefix_text(const struct prefix *p, char out[PREFIX_TEXT])
{
	struct ip net = prefix_network(p);
	char text[IP_TEXT];

	snprintf(out, PREFIX_TEXT, "%s/%u", ip_text(&net, text), p->len);
	return out;
}

int uuid_parse(const char *text, struct uuid *ret)
{
	struct uuid u;

	while (isspace((unsigned char)*text))
		text++;
	for (int i = 0; i < 16; i++) {
		while (i > 0 && *text == '-')
			text++;
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0)
			return -EINVAL;
		u.b[i] = (uint8_t)(high * 16 + low);
		text += 2;
	}
	while (isspace((unsigned char)*text))
		text++;
	if (*text)
		return -EINVAL;
	*ret = u;
	return 0;
}

const char *uuid_text(const struct uuid *u, char out[UUID_TEXT])
{
	const uint8_t *b = u->b;

	snprintf(out, UUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return out;
}

struct uuid uuid_random(void)
{
	struct uuid u;

	if (getrandom(u.b, sizeof(u.b), 0) != sizeof(u.b)) /* 16 bytes never come short (getrandom(2)) */
		memset(&u, 0, sizeof(u));
	u.b[6] = (u.b[6] & 0x0f) | 0x40;
	u.b[8] = (u.b[8] & 0x3f) | 0x80;
	return u;
}

bool uuid_eq(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}
