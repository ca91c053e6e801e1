/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/leases.h"

#include <ctype.h>

#include "base/map.h"

struct scope_leases {
	struct uuid uuid;
	struct map *by_ip;
};

struct leases {
	struct map *scopes; /* by uuid */
	leases_fit fits;
	void *arg;
	leases_changed changed;
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

void leases_on_change(struct leases *l, leases_changed changed, void *arg)
{
	l->changed = changed;
	l->changed_arg = arg;
}

static void tell(const struct leases *l, const struct uuid *network, enum lease_news news, const struct lease_copy *c)
{
	if (l->changed)
		l->changed(l->changed_arg, network, news, c);
}

/* Takes it out, if it is there. */
static void end(struct leases *l, struct scope_leases *s, const struct ip *ip)
{
	struct lease_copy *c = map_del(s->by_ip, ip, sizeof(*ip));

	if (c)
		tell(l, &s->uuid, LEASE_HAS_ENDED, c);
	copy_free(c);
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
				end(l, s, &c->ip);
}

static char *id_text(const char *id, unsigned len)
{
	if (len == 0)
		return NULL;
	static const char digits[] = "0123456789abcdef";
	char *text = mem_array(len, 3);

	for (unsigned i = 0; i < len; i++) {
		text[3 * i] = digits[(unsigned char)id[i] >> 4];
		text[3 * i + 1] = digits[id[i] & 0xf];
		text[3 * i + 2] = i + 1 < len ? ':' : '\0';
	}
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

static bool text_eq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
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
		end(l, s, &ip);
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
	struct lease_copy *old = map_put(s->by_ip, &c->ip, sizeof(c->ip), c);
	bool same = old && mac_eq(&old->mac, &c->mac) && text_eq(old->client_id, c->client_id) &&
		    text_eq(old->hostname, c->hostname);

	if (!same || old->expiry != c->expiry)
		tell(l, &network, same ? LEASE_IS_RENEWED : LEASE_IS_BOUND, c);
	copy_free(old);
}

void leases_forget(struct leases *l, const struct uuid *network)
{
	scope_free(map_del(l->scopes, network, sizeof(*network)));
}

const struct lease_copy *leases_next(const struct leases *l, const struct uuid *network, size_t *pos)
{
	const struct scope_leases *s = map_get(l->scopes, network, sizeof(*network));

	return s ? map_next(s->by_ip, pos) : NULL;
}
