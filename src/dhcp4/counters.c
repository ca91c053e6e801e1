/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/counters.h"

#include <stdlib.h>

#include "base/map.h"

struct dhcp4_counters {
	struct map *ports; /* struct dhcp4_counter */
};

struct dhcp4_counters *dhcp4_counters_new(void)
{
	struct dhcp4_counters *c = mem_new(struct dhcp4_counters);

	c->ports = map_new();
	return c;
}

void dhcp4_counters_free(struct dhcp4_counters *c)
{
	struct dhcp4_counter *p;

	if (!c)
		return;
	for (size_t pos = 0; (p = map_next(c->ports, &pos));)
		mem_drop(p);
	map_free(c->ports);
	mem_drop(c);
}

static void forget_one(struct dhcp4_counters *c)
{
	struct dhcp4_counter *oldest = NULL, *p;

	for (size_t pos = 0; (p = map_next(c->ports, &pos));)
		if (!oldest || p->turn < oldest->turn)
			oldest = p;
	mem_drop(map_del(c->ports, &oldest->port, sizeof(oldest->port)));
}

struct dhcp4_counter *dhcp4_counters_of(struct dhcp4_counters *c, uint32_t port, uint64_t turn)
{
	struct dhcp4_counter *p = map_get(c->ports, &port, sizeof(port));

	if (!p) {
		if (map_count(c->ports) >= DHCP4_PORTS_MAX)
			forget_one(c);
		p = mem_new(struct dhcp4_counter);
		p->port = port;
		map_put(c->ports, &p->port, sizeof(p->port), p);
	}
	p->turn = turn;
	return p;
}

static int most_first(const void *a, const void *b)
{
	const struct dhcp4_counter *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n;
}

struct dhcp4_counter *dhcp4_counters_list(const struct dhcp4_counters *c, size_t *ret_n)
{
	struct dhcp4_counter *v = mem_array(map_count(c->ports) + 1, sizeof(*v)), *p;
	size_t n = 0;

	for (size_t pos = 0; (p = map_next(c->ports, &pos));)
		v[n++] = *p;
	qsort(v, n, sizeof(*v), most_first);
	*ret_n = n;
	return v;
}
