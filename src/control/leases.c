/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/leases.h"

#include <ctype.h>
#include <stdio.h>

#include "base/map.h"

struct scope_leases {
	struct uuid uuid;
	struct map *by_ip;
};

struct leases {
	struct map *scopes; /* by uuid */
	leases_fit fits;
	void *arg;
	void (*changed)(void *arg, const struct uuid *network);
	void *changed_arg;
	unsigned round;
};

struct leases *leases_new(leases_fit fits, void *arg)
{
	struct leases *l = mem_new(struct leases);

	l->fits = fits;
	l->arg = arg;

	l->scopes = map_new();
	return l;
}

static void copy_free(struct lease_copy *c)
{
	if (!c)
		return;
	mem_drop(c->hostname);
	mem_drop(c->client_id);
	mem_drop(c);
}

static void scope_free(struct scope_leases *s)
{
	struct lease_copy *c;

	if (!s)
		return;
	for (size_t pos = 0; (c = map_next(s->by_ip, &pos));)
		copy_free(c);
	map_free(s->by_ip);
	mem_drop(s);
}

void leases_free(struct leases *l)
{
	struct scope_leases *s;

	if (!l)
		return;
	for (size_t pos = 0; (s = map_next(l->scopes, &pos));)
		scope_free(s);
	map_free(l->scopes);
	mem_drop(l);
}

void leases_on_change(struct leases *l, void (*changed)(void *arg, const struct uuid *network), void *arg)
{
	l->changed = changed;
	l->changed_arg = arg;
}

static void tell(const struct leases *l, const struct uuid *network)
{
	if (l->changed)
		l->changed(l->changed_arg, network);
}

static bool same_name(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Another copy of a lease, or none, where there was one or none. That it lasts longer now is nothing to tell. */
static void replaced(struct leases *l, const struct uuid *network, struct lease_copy *old, const struct lease_copy *now)
{
	bool same = old && now ? mac_eq(&old->mac, &now->mac) && same_name(old->hostname, now->hostname) : !old && !now;

	if (!same)
		tell(l, network);
	copy_free(old);
}

void leases_begin(struct leases *l)
{
	l->round++;
}

void leases_synced(struct leases *l)
{
	struct scope_leases *s;
	struct lease_copy *c;

	for (size_t pos = 0; (s = map_next(l->scopes, &pos));)
		for (size_t i = 0; (c = map_next(s->by_ip, &i));)
			if (c->round != l->round)
				replaced(l, &s->uuid, map_del(s->by_ip, &c->ip, sizeof(c->ip)), NULL);
}

static char *id_text(const char *id, unsigned len)
{
	if (len == 0)
		return NULL;
	char *text = mem_array(len, 3);

	for (unsigned i = 0; i < len; i++)
		snprintf(text + 3 * i, 4 - (i + 1 == len), "%02x:", (unsigned char)id[i]);
	return text;
}

bool leases_name_fits(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-')
			return false;
	return len && len <= 63;
}

static struct scope_leases *scope_get(struct leases *l, const struct uuid *network)
{
	struct scope_leases *s = map_get(l->scopes, network, sizeof(*network));

	if (!s) {
		s = mem_new(struct scope_leases);
		s->uuid = *network;
		s->by_ip = map_new();
		map_put(l->scopes, network, sizeof(*network), s);
	}
	return s;
}

void leases_event(struct leases *l, const struct guest_lease *g)
{
	struct uuid network;
	struct ip ip = { .family = g->ip.guest_ip_len == 4 ? AF_INET : AF_INET6 };

	memcpy(&network, g->uuid, sizeof(network));
	if (g->ip.guest_ip_len != ip_size(ip.family))
		return;
	memcpy(ip.b, g->ip.guest_ip_val, ip_size(ip.family));
	if (!l->fits(l->arg, &network, &ip))
		return;
	struct scope_leases *s = scope_get(l, &network);

	if (g->event == GUEST_LEASE_ENDED) {
		replaced(l, &network, map_del(s->by_ip, &ip, sizeof(ip)), NULL);
		return;
	}
	if (map_count(s->by_ip) >= LEASES_MAX)
		return;
	struct lease_copy *c = mem_new(struct lease_copy);

	c->ip = ip;
	memcpy(&c->mac, g->mac, sizeof(c->mac));
	c->expiry = g->expiry;
	c->hostname = leases_name_fits(g->hostname) ? mem_strdup(g->hostname) : NULL;
	c->client_id = id_text(g->client_id.client_id_val, g->client_id.client_id_len);
	c->round = l->round;
	replaced(l, &network, map_put(s->by_ip, &ip, sizeof(ip), c), c);
}

void leases_forget(struct leases *l, const struct uuid *network)
{
	scope_free(map_del(l->scopes, network, sizeof(*network)));
	tell(l, network);
}

const struct lease_copy *leases_next(const struct leases *l, const struct uuid *network, size_t *pos)
{
	const struct scope_leases *s = map_get(l->scopes, network, sizeof(*network));

	return s ? map_next(s->by_ip, pos) : NULL;
}
