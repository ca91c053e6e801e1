/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/hosts.h"

#include <ctype.h>

#include "base/map.h"

struct lease_hosts {
	struct lease_host *v;
	size_t n;
	struct map *by_addr, *by_mac, *by_id, *by_name; /* struct lease_host */
};

/* Names compare without case (RFC 4343). */
static size_t fold(struct view name, char out[LEASE_NAME_MAX])
{
	size_t n = name.len < LEASE_NAME_MAX ? name.len : LEASE_NAME_MAX;

	for (size_t i = 0; i < n; i++)
		out[i] = (char)tolower(name.p[i]);
	return n;
}

static void add(struct lease_hosts *all, struct lease_host *h)
{
	char name[LEASE_NAME_MAX];

	/* Several network cards of one machine may have one address, the one that is in use. */
	if (!map_get(all->by_addr, &h->addr, sizeof(h->addr)))
		map_put(all->by_addr, &h->addr, sizeof(h->addr), h);
	if (!mac_is_zero(&h->mac))
		map_put(all->by_mac, h->mac.b, sizeof(h->mac.b), h);
	if (h->id.len)
		map_put(all->by_id, h->id.p, h->id.len, h);
	if (mac_is_zero(&h->mac) && !h->id.len)
		map_put(all->by_name, name, fold((struct view){ (uint8_t *)h->name, strlen(h->name) }, name), h);
}

struct lease_hosts *lease_hosts_new(const struct lease_host *v, size_t n, uint32_t self)
{
	struct lease_hosts *all = mem_new(struct lease_hosts);

	all->by_addr = map_new();
	all->by_mac = map_new();
	all->by_id = map_new();
	all->by_name = map_new();
	all->v = mem_array(n + 1, sizeof(*all->v));
	for (size_t i = 0; i < n; i++) {
		struct lease_host *h = &all->v[all->n];

		if (v[i].addr == self)
			continue;
		all->n++;
		*h = v[i];
		h->name = mem_strdup(v[i].name ?: "");
		h->id.p = mem_dup(v[i].id.p, v[i].id.len);
		add(all, h);
	}
	return all;
}

void lease_hosts_free(struct lease_hosts *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++) {
		mem_drop((char *)all->v[i].name);
		mem_drop((void *)all->v[i].id.p);
	}
	mem_drop(all->v);
	map_free(all->by_addr);
	map_free(all->by_mac);
	map_free(all->by_id);
	map_free(all->by_name);
	mem_drop(all);
}

bool lease_hosts_has(const struct lease_hosts *all, uint32_t addr)
{
	return map_get(all->by_addr, &addr, sizeof(addr));
}

const struct lease_host *lease_hosts_find(const struct lease_hosts *all, const struct lease_client *c, size_t id_head)
{
	const struct lease_host *h = map_get(all->by_mac, c->mac.b, sizeof(c->mac.b));
	char name[LEASE_NAME_MAX];

	if (!h && c->id.len > id_head)
		h = map_get(all->by_id, c->id.p + id_head, c->id.len - id_head);
	if (h || !c->hostname.len || !map_count(all->by_name))
		return h;
	return map_get(all->by_name, name, fold(c->hostname, name));
}

const struct lease_host *lease_hosts_at(const struct lease_hosts *all, size_t i)
{
	return i < all->n ? &all->v[i] : NULL;
}
