/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/blocks.h"

#include "base/map.h"

enum { HIGH = 14 /* bytes that name a block */ };

struct block {
	uint32_t number;
	uint8_t high[HIGH];
};

struct dhcp6_blocks {
	struct map *by_high; /* struct block */
	struct block **v;
	size_t n;
};

struct dhcp6_blocks *dhcp6_blocks_new(void)
{
	struct dhcp6_blocks *b = mem_new(struct dhcp6_blocks);

	b->by_high = map_new();
	return b;
}

void dhcp6_blocks_free(struct dhcp6_blocks *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		mem_drop(b->v[i]);
	mem_drop(b->v);
	map_free(b->by_high);
	mem_drop(b);
}

static uint32_t number(const struct block *k, const struct ip *ip)
{
	return k->number << 16 | (uint32_t)ip->b[HIGH] << 8 | ip->b[HIGH + 1];
}

uint32_t dhcp6_blocks_find(const struct dhcp6_blocks *b, const struct ip *ip)
{
	const struct block *k = map_get(b->by_high, ip->b, HIGH);

	return k ? number(k, ip) : 0;
}

uint32_t dhcp6_blocks_add(struct dhcp6_blocks *b, const struct ip *ip)
{
	uint32_t found = dhcp6_blocks_find(b, ip);

	if (found || b->n == DHCP6_BLOCKS_MAX)
		return found;
	struct block *k = mem_new(struct block);

	memcpy(k->high, ip->b, HIGH);
	*mem_push(b->v, b->n) = k;
	k->number = (uint32_t)b->n;
	map_put(b->by_high, k->high, HIGH, k);
	return number(k, ip);
}

struct ip dhcp6_blocks_ip(const struct dhcp6_blocks *b, uint32_t n)
{
	struct ip ip = { .family = AF_INET6 };

	memcpy(ip.b, b->v[(n >> 16) - 1]->high, HIGH);
	ip.b[HIGH] = (uint8_t)(n >> 8);
	ip.b[HIGH + 1] = (uint8_t)n;
	return ip;
}
