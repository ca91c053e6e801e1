/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/pool.h"

#include <ctype.h>
#include <errno.h>

#include "base/map.h"
#include "lease/expiry.h"
#include "lease/hosts.h"

struct lease_pool {
	struct map *by_addr, *by_id, *by_mac; /* struct lease; by_id: the newest of that id */
	struct map *ports;                    /* struct port_use by port */
	/* Apart, so that an offer, which ends soon, need not pass by all that is bound, and one to end early is found. */
	struct lease_heap bound, passing; /* passing: offers and quarantines */
	struct lease *dirty;
	bool refused; /* nothing can be stored */
	struct lease_space *space;
	uint32_t self;
	unsigned prefix_len;
	uint32_t kept; /* addresses of the ranges that no lease can take: ours, the ends, reserved ones */
	size_t id_head;
	struct lease_hosts *hosts;
};

struct port_use {
	uint32_t port, holds;
};

bool lease_name_ok(struct view name)
{
	if (name.len == 0 || name.len > 63 || name.p[0] == '-' || name.p[name.len - 1] == '-')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] >= 0x80 || !(isalnum(name.p[i]) || name.p[i] == '-'))
			return false;
	return true;
}

struct lease_pool *lease_pool_new(void)
{
	struct lease_pool *p = mem_new(struct lease_pool);

	p->by_addr = map_new();
	p->by_id = map_new();
	p->by_mac = map_new();
	p->ports = map_new();
	p->hosts = lease_hosts_new(NULL, 0, 0);
	lease_space_new(NULL, 0, &p->space);
	return p;
}

void lease_pool_free(struct lease_pool *p)
{
	struct lease *l;

	if (!p)
		return;
	for (size_t pos = 0; (l = map_next(p->by_addr, &pos));) {
		mem_drop((void *)l->id.p);
		mem_drop(l->hostname);
		mem_drop(l);
	}
	struct port_use *u;

	for (size_t pos = 0; (u = map_next(p->ports, &pos));)
		mem_drop(u);
	map_free(p->ports);
	map_free(p->by_addr);
	map_free(p->by_id);
	map_free(p->by_mac);
	lease_heap_clear(&p->bound);
	lease_heap_clear(&p->passing);
	lease_space_free(p->space);
	lease_hosts_free(p->hosts);
	mem_drop(p);
}

/* --- rules --- */

static uint32_t mask_of(unsigned prefix_len)
{
	return prefix_len ? ~0U << (32 - prefix_len) : 0;
}

static bool on_network(const struct lease_rules *r, uint32_t addr)
{
	return ((addr ^ r->self) & mask_of(r->prefix_len)) == 0;
}

static bool rules_ok(const struct lease_rules *r)
{
	if (r->prefix_len == 0 || r->prefix_len > 32 || r->self == 0)
		return false;
	for (size_t i = 0; i < r->n_ranges; i++)
		if (!on_network(r, r->ranges[i].start) || !on_network(r, r->ranges[i].end))
			return false;
	for (size_t i = 0; i < r->n_hosts; i++)
		if (!on_network(r, r->hosts[i].addr))
			return false;
	return true;
}

/* The network's first and last address mean "this network" and "all on it" (RFC 1122 s.3.2.1.3), except where there is no
 * room for them (RFC 3021). */
static bool never_given(const struct lease_pool *p, uint32_t addr)
{
	uint32_t host_bits = ~mask_of(p->prefix_len), host = addr & host_bits;

	return addr == p->self || (p->prefix_len < 31 && (host == 0 || host == host_bits));
}

static void mark(struct lease_pool *p, const struct lease *l)
{
	bool taken = l->state != LEASE_FREE || never_given(p, l->addr) || lease_hosts_has(p->hosts, l->addr);

	lease_space_mark(p->space, l->addr, LEASE_TAKEN, taken);
	lease_space_mark(p->space, l->addr, LEASE_KNOWN, true);
}

static void mark_all(struct lease_pool *p)
{
	uint32_t mask = mask_of(p->prefix_len);
	const struct lease_host *h;
	const struct lease *l;

	lease_space_mark(p->space, p->self, LEASE_TAKEN, true);
	if (p->prefix_len < 31) {
		lease_space_mark(p->space, p->self & mask, LEASE_TAKEN, true);
		lease_space_mark(p->space, p->self | ~mask, LEASE_TAKEN, true);
	}
	for (size_t i = 0; (h = lease_hosts_at(p->hosts, i)); i++)
		lease_space_mark(p->space, h->addr, LEASE_TAKEN, true);
	p->kept = lease_space_taken(p->space);
	for (size_t pos = 0; (l = map_next(p->by_addr, &pos));)
		mark(p, l);
}

int lease_pool_rules(struct lease_pool *p, const struct lease_rules *rules)
{
	struct lease_space *space;
	int r;

	if (!rules_ok(rules))
		return -EINVAL;
	r = lease_space_new(rules->ranges, rules->n_ranges, &space);
	if (r < 0)
		return r;
	lease_space_free(p->space);
	p->space = space;
	p->self = rules->self;
	p->prefix_len = rules->prefix_len;
	p->id_head = rules->id_head;
	lease_hosts_free(p->hosts);
	p->hosts = lease_hosts_new(rules->hosts, rules->n_hosts, rules->self);
	mark_all(p);
	return 0;
}

/* --- who is it, and what may it have --- */

static struct lease *find(const struct lease_pool *p, const struct lease_client *c)
{
	struct lease *l = p->id_head ? NULL : map_get(p->by_mac, c->mac.b, sizeof(c->mac.b));

	if (l)
		return l;
	l = map_get(p->by_id, c->id.p, c->id.len);
	return l && (p->id_head || l->state == LEASE_FREE || l->leaving) ? l : NULL;
}

const struct lease *lease_pool_twin(const struct lease_pool *p, const struct lease_client *c)
{
	const struct lease *l = map_get(p->by_id, c->id.p, c->id.len);

	return l && l->state == LEASE_BOUND && !l->leaving && !mac_eq(&l->mac, &c->mac) ? l : NULL;
}

const struct lease *lease_pool_find(const struct lease_pool *p, const struct lease_client *c)
{
	return find(p, c);
}

const struct lease *lease_pool_at(const struct lease_pool *p, uint32_t addr)
{
	return map_get(p->by_addr, &addr, sizeof(addr));
}

const struct lease_host *lease_pool_host(const struct lease_pool *p, const struct lease_client *c)
{
	return lease_hosts_find(p->hosts, c, p->id_head);
}

bool lease_pool_gives(const struct lease_pool *p, uint32_t addr)
{
	return !never_given(p, addr) && (lease_space_has(p->space, addr) || lease_hosts_has(p->hosts, addr));
}

static bool reserved_for(const struct lease_pool *p, const struct lease_client *c, uint32_t addr)
{
	const struct lease_host *h = lease_pool_host(p, c);

	return h && h->addr == addr;
}

/* Do the rules give it to this client, whoever holds it now? */
static bool allowed(const struct lease_pool *p, const struct lease_client *c, uint32_t addr)
{
	if (never_given(p, addr))
		return false;
	return lease_hosts_has(p->hosts, addr) ? reserved_for(p, c, addr) : lease_space_has(p->space, addr);
}

/* Somebody got the address before it was reserved for another: it has to yield, most of all if it is dead. One who has the
 * reservation, too (by a name that anybody can send), does not. */
static bool has_to_yield(const struct lease_pool *p, const struct lease *l)
{
	bool reserved = lease_hosts_has(p->hosts, l->addr);
	struct view name = { (const uint8_t *)l->hostname, l->hostname ? strlen(l->hostname) : 0 };
	struct lease_client holder = { .id = l->id, .mac = l->mac, .hostname = name };

	return l->state == LEASE_BOUND && reserved && !reserved_for(p, &holder, l->addr);
}

/* `own`: the client's lease; `l`: the one of `addr`; NULL: there is none. */
static bool may_have(const struct lease_pool *p, const struct lease_client *c, const struct lease *own,
		     const struct lease *l, uint32_t addr)
{
	if (!allowed(p, c, addr))
		return false;
	if (!l || l->state == LEASE_FREE)
		return true;
	return l->state != LEASE_DECLINED && (l == own || has_to_yield(p, l));
}

bool lease_pool_may_have(const struct lease_pool *p, const struct lease_client *c, uint32_t addr)
{
	return may_have(p, c, find(p, c), lease_pool_at(p, addr), addr);
}

/* FNV-1a, then mixed so that ids that differ in their last byte lie apart. Not keyed: the same client gets the same
 * address after everything was lost; a client that picks its hash only picks its address. */
static uint32_t hash_id(struct view id)
{
	uint32_t h = 0x811c9dc5;

	for (size_t i = 0; i < id.len; i++)
		h = (h ^ id.p[i]) * 0x01000193;
	h ^= h >> 16;
	h *= 0x7feb352d;
	h ^= h >> 15;
	return h;
}

/* One that nobody had, so that everybody finds the old one again; else one that somebody had. 0: there is none. */
static uint32_t free_address(const struct lease_pool *p, struct view id)
{
	uint32_t hash = hash_id(id), addr;

	if (map_count(p->by_addr) < LEASE_RECORDS_MAX && lease_space_probe(p->space, hash, false, &addr) == 0)
		return addr;
	return lease_space_probe(p->space, hash, true, &addr) == 0 ? addr : 0;
}

int lease_pool_pick(const struct lease_pool *p, const struct lease_client *c, uint32_t want, uint32_t *ret)
{
	const struct lease_host *h = lease_pool_host(p, c);
	const struct lease *own = find(p, c), *next = lease_heap_first(&p->passing);
	uint32_t addr;

	if (h && lease_pool_may_have(p, c, h->addr))
		addr = h->addr;
	else if (own && lease_pool_may_have(p, c, own->addr))
		addr = own->addr;
	else if (want && lease_pool_may_have(p, c, want))
		addr = want;
	else
		addr = free_address(p, c->id);
	if (!addr && next && allowed(p, c, next->addr))
		addr = next->addr;
	if (!addr)
		return -ENOSPC;
	*ret = addr;
	return 0;
}

/* --- what happens to a lease --- */

static const struct move {
	bool can;
	uint8_t to;
} moves[LEASE_STATES][LEASE_EVENTS] = {
	[LEASE_FREE] = {
		[LEASE_EV_OFFER] = { true, LEASE_OFFERED },
		[LEASE_EV_ACK] = { true, LEASE_BOUND },
	},
	[LEASE_OFFERED] = {
		[LEASE_EV_OFFER] = { true, LEASE_OFFERED },
		[LEASE_EV_ACK] = { true, LEASE_BOUND },
		[LEASE_EV_RELEASE] = { true, LEASE_FREE }, /* the client chose another server, or moved */
		[LEASE_EV_DECLINE] = { true, LEASE_DECLINED },
		[LEASE_EV_EXPIRE] = { true, LEASE_FREE },
	},
	[LEASE_BOUND] = {
		[LEASE_EV_OFFER] = { true, LEASE_BOUND },
		[LEASE_EV_ACK] = { true, LEASE_BOUND },
		[LEASE_EV_RELEASE] = { true, LEASE_FREE },
		[LEASE_EV_DECLINE] = { true, LEASE_DECLINED },
		[LEASE_EV_EXPIRE] = { true, LEASE_FREE },
	},
	[LEASE_DECLINED] = {
		[LEASE_EV_EXPIRE] = { true, LEASE_FREE }, /* quarantine is over */
	},
};

static void count_port(struct lease_pool *p, uint32_t port, bool more)
{
	struct port_use *u = port ? map_get(p->ports, &port, sizeof(port)) : NULL;

	if (!port || (!u && !more))
		return;
	if (!u) {
		u = mem_new(struct port_use);
		u->port = port;
		map_put(p->ports, &u->port, sizeof(u->port), u);
	}
	u->holds += more ? 1 : -1U;
	if (u->holds == 0)
		mem_drop(map_del(p->ports, &port, sizeof(port)));
}

static void set_port(struct lease_pool *p, struct lease *l, uint32_t port)
{
	if (l->port == port)
		return;
	if (l->state != LEASE_FREE) {
		count_port(p, l->port, false);
		count_port(p, port, true);
	}
	l->port = port;
}

static void set_dirty(struct lease_pool *p, struct lease *l)
{
	if (l->dirty)
		return;
	l->dirty = true;
	l->next_dirty = p->dirty;
	p->dirty = l;
}

static struct lease_heap *heap_of(struct lease_pool *p, enum lease_state s)
{
	return s == LEASE_BOUND ? &p->bound : &p->passing;
}

static void set_state(struct lease_pool *p, struct lease *l, enum lease_state to, uint64_t until)
{
	struct lease_heap *old = heap_of(p, l->state), *new = heap_of(p, to);

	if (old != new || to == LEASE_FREE)
		lease_heap_del(old, l);
	l->state = to;
	l->expiry = until;
	if (to != LEASE_FREE)
		lease_heap_set(new, l);
	mark(p, l);
}

/* What happens to a lease. `until`: of the new state. */
static int step(struct lease_pool *p, struct lease *l, enum lease_event ev, uint64_t until)
{
	struct move m = moves[l->state][ev];
	bool was_durable = l->state == LEASE_BOUND || l->state == LEASE_DECLINED;

	if (!m.can)
		return -EPROTO;
	if (ev == LEASE_EV_OFFER && l->state == LEASE_BOUND)
		return 0; /* offering it again takes nothing away */
	l->news |= l->state != (enum lease_state)m.to;
	if ((l->state == LEASE_FREE) != (m.to == LEASE_FREE))
		count_port(p, l->port, m.to != LEASE_FREE);
	set_state(p, l, (enum lease_state)m.to, until);
	l->was_bound |= l->state == LEASE_BOUND;
	l->leaving = false;
	if (l->state != LEASE_BOUND)
		l->stored = 0;
	if (was_durable || l->state == LEASE_BOUND || l->state == LEASE_DECLINED)
		set_dirty(p, l);
	return 0;
}

/* From here on it is nobody's. */
static void drop_client(struct lease_pool *p, struct lease *l)
{
	if (!l->id.len)
		return;
	if (map_get(p->by_id, l->id.p, l->id.len) == l)
		map_del(p->by_id, l->id.p, l->id.len);
	if (map_get(p->by_mac, l->mac.b, sizeof(l->mac.b)) == l)
		map_del(p->by_mac, l->mac.b, sizeof(l->mac.b));
	mem_drop((void *)l->id.p);
	l->id = (struct view){ 0 };
	l->mac = (struct mac){ 0 };
}

static void set_client(struct lease_pool *p, struct lease *l, struct view id, const struct mac *mac)
{
	if (l->id.len && view_eq(l->id, id) && mac_eq(&l->mac, mac))
		return;
	const uint8_t *copy = mem_dup(id.p, id.len); /* before the old one goes: `id` may be it */

	if (!mac_eq(&l->mac, mac))
		l->stored = 0;
	drop_client(p, l);
	l->news = true;
	l->id = (struct view){ copy, id.len };
	l->mac = *mac;
	map_put(p->by_id, copy, id.len, l);
	map_put(p->by_mac, l->mac.b, sizeof(l->mac.b), l);
}

/* Did it change? */
static bool set_hostname(struct lease_pool *p, struct lease *l, const struct lease_client *c)
{
	const struct lease_host *h = lease_pool_host(p, c);
	struct view name = c->hostname;

	if (h && h->name[0]) /* the reservation's name overrides what the client says */
		name = (struct view){ (const uint8_t *)h->name, strlen(h->name) };
	else if (!lease_name_ok(name))
		name.len = 0;
	if (l->hostname ? strlen(l->hostname) == name.len && memcmp(l->hostname, name.p, name.len) == 0 : !name.len)
		return false;
	mem_drop(l->hostname);
	l->hostname = name.len ? mem_dup(name.p, name.len) : NULL;
	return true;
}

static struct lease *record(struct lease_pool *p, uint32_t addr)
{
	struct lease *l = map_get(p->by_addr, &addr, sizeof(addr));

	if (l || map_count(p->by_addr) >= LEASE_RECORDS_MAX)
		return l;
	l = mem_new(struct lease);
	l->addr = addr;
	map_put(p->by_addr, &addr, sizeof(addr), l);
	return l;
}

/* Makes `addr` this client's. What it had before is freed, and an offer or a quarantine that lease_pool_pick chose to end
 * early ends. */
static int take(struct lease_pool *p, const struct lease_client *c, uint32_t addr, struct lease **ret)
{
	struct lease *own = find(p, c), *l = record(p, addr);

	if (!l)
		return -ENOSPC;
	if (l != own && l == lease_heap_first(&p->passing) && allowed(p, c, addr))
		step(p, l, LEASE_EV_EXPIRE, 0);
	if (!may_have(p, c, own, l, addr))
		return -EACCES;
	if (l != own && has_to_yield(p, l)) { /* reserved since: as if nobody ever had it, so that it is looked for */
		step(p, l, LEASE_EV_RELEASE, 0);
		l->was_bound = false;
	}
	if (own && own != l) {
		step(p, own, LEASE_EV_RELEASE, 0);
		drop_client(p, own);
	}
	set_client(p, l, c->id, &c->mac);
	set_port(p, l, c->port);
	*ret = l;
	return 0;
}

int lease_pool_offer(struct lease_pool *p, const struct lease_client *c, uint32_t addr, uint64_t until)
{
	struct lease *l;
	int r = take(p, c, addr, &l);

	return r < 0 ? r : step(p, l, LEASE_EV_OFFER, until);
}

/* A guest that asks many times a second costs no write each time: what is promised already is not stored again. */
static bool is_promised(const struct lease *l, const struct lease_client *c, uint64_t expiry)
{
	return l && l->state == LEASE_BOUND && l->expiry == expiry && mac_eq(&l->mac, &c->mac) && view_eq(l->id, c->id);
}

/* A client that comes back is better off with the rest of its lease than without an answer. */
static uint64_t within_stored(const struct lease_pool *p, const struct lease_client *c, uint32_t addr, uint64_t expiry)
{
	const struct lease *l = p->refused ? lease_pool_at(p, addr) : NULL;

	return l && l == find(p, c) && mac_eq(&l->mac, &c->mac) && l->stored && l->stored < expiry ? l->stored : expiry;
}

int lease_pool_bind(struct lease_pool *p, const struct lease_client *c, uint32_t addr, uint64_t expiry)
{
	struct lease *l;
	bool promised;
	int r;

	expiry = within_stored(p, c, addr, expiry);
	promised = is_promised(lease_pool_at(p, addr), c, expiry);
	r = take(p, c, addr, &l);
	if (r < 0)
		return r;
	return set_hostname(p, l, c) || !promised ? step(p, l, LEASE_EV_ACK, expiry) : 0;
}

static int step_at(struct lease_pool *p, uint32_t addr, enum lease_event ev, uint64_t until)
{
	struct lease *l = map_get(p->by_addr, &addr, sizeof(addr));

	return l ? step(p, l, ev, until) : -EPROTO;
}

int lease_pool_release(struct lease_pool *p, uint32_t addr)
{
	return step_at(p, addr, LEASE_EV_RELEASE, 0);
}

int lease_pool_decline(struct lease_pool *p, uint32_t addr, uint64_t until)
{
	struct lease *l = map_get(p->by_addr, &addr, sizeof(addr));
	int r = step_at(p, addr, LEASE_EV_DECLINE, until);

	if (r < 0)
		return r;
	drop_client(p, l);    /* it is told to take another one */
	l->was_bound = false; /* when the quarantine ends, somebody may still be there: look, before it is given */
	return 0;
}

void lease_pool_blame(struct lease_pool *p, uint32_t addr, uint32_t port)
{
	struct lease *l = map_get(p->by_addr, &addr, sizeof(addr));

	if (l)
		set_port(p, l, port);
}

static struct lease *first_to_end(const struct lease_pool *p)
{
	struct lease *bound = lease_heap_first(&p->bound), *passing = lease_heap_first(&p->passing);

	return !bound || (passing && passing->expiry < bound->expiry) ? passing : bound;
}

void lease_pool_expire(struct lease_pool *p, uint64_t now)
{
	for (struct lease *l; (l = first_to_end(p)) && l->expiry <= now;)
		step(p, l, LEASE_EV_EXPIRE, 0);
}

void lease_pool_end_client(struct lease_pool *p, const struct mac *mac, uint64_t until)
{
	struct lease *l;

	for (size_t pos = 0; (l = map_next(p->by_addr, &pos));) {
		if (l->state != LEASE_BOUND || !mac_eq(&l->mac, mac) || l->expiry <= until)
			continue;
		l->expiry = until;
		l->leaving = true;
		lease_heap_set(&p->bound, l);
		set_dirty(p, l);
	}
}

uint64_t lease_pool_next_expiry(const struct lease_pool *p)
{
	const struct lease *l = first_to_end(p);

	return l ? l->expiry : LEASE_NEVER;
}

int lease_pool_restore(struct lease_pool *p, const struct lease *from)
{
	if (!from->addr || from->id.len > LEASE_ID_MAX || from->state >= LEASE_STATES || from->state == LEASE_OFFERED ||
	    (from->state == LEASE_BOUND && !from->id.len))
		return -EINVAL;
	struct lease *l = record(p, from->addr);

	if (!l)
		return -ENOSPC;
	if (from->id.len)
		set_client(p, l, from->id, &from->mac);
	mem_drop(l->hostname);
	l->hostname = mem_strdup(from->hostname);
	set_port(p, l, 0);
	set_state(p, l, from->state, from->expiry);
	l->stored = l->state == LEASE_BOUND ? l->expiry : 0; /* one that is adopted: somebody has promised it */
	l->row = from->row ?: l->row; /* one that is adopted may take the place of one that was stored */
	l->news = false;
	l->was_bound = from->id.len > 0; /* of others only the quarantine is known */
	return 0;
}

int lease_pool_adopt(struct lease_pool *p, const struct lease *from)
{
	struct lease_client c = { .id = from->id, .mac = from->mac };
	const struct lease *at = lease_pool_at(p, from->addr);
	struct lease *own = find(p, &c);

	if ((at && at->state != LEASE_FREE) || (own && own->state != LEASE_FREE))
		return -EEXIST;
	if (p->self && !lease_pool_may_have(p, &c, from->addr))
		return -EACCES;
	int r = lease_pool_restore(p, from);

	if (r < 0)
		return r;
	if (own && own != at) {
		drop_client(p, own);
		set_dirty(p, own);
	}
	set_dirty(p, map_get(p->by_addr, &from->addr, sizeof(from->addr)));
	return 0;
}

struct lease *lease_pool_dirty(const struct lease_pool *p)
{
	return p->dirty;
}

void lease_pool_clean(struct lease_pool *p)
{
	p->refused = false;
	while (p->dirty) {
		struct lease *l = p->dirty;

		p->dirty = l->next_dirty;
		l->next_dirty = NULL;
		l->dirty = l->news = false;
		l->stored = l->state == LEASE_BOUND ? l->expiry : 0;
	}
}

void lease_pool_refused(struct lease_pool *p)
{
	p->refused = true;
	for (struct lease *l = p->dirty; l; l = l->next_dirty) {
		if (!lease_is_ahead(l))
			continue;
		if (l->stored) {
			l->expiry = l->stored;
			lease_heap_set(&p->bound, l);
			continue;
		}
		step(p, l, LEASE_EV_RELEASE, 0);
		l->news = l->was_bound = false; /* it never was: the address is looked for again */
	}
}

void lease_pool_touch(struct lease_pool *p)
{
	struct lease *l;

	for (size_t pos = 0; (l = map_next(p->by_addr, &pos));)
		if (l->state == LEASE_BOUND)
			set_dirty(p, l);
}

uint32_t lease_pool_port_holds(const struct lease_pool *p, uint32_t port)
{
	const struct port_use *u = map_get(p->ports, &port, sizeof(port));

	return u ? u->holds : 0;
}

static bool has_enough(const struct lease_pool *p, uint32_t port)
{
	return port ? lease_pool_port_holds(p, port) >= LEASE_PORT_FEW : map_count(p->ports) > 0;
}

bool lease_pool_stands_back(const struct lease_pool *p, const struct lease_client *c)
{
	struct lease_usage u = lease_pool_usage(p);
	uint32_t spare = (uint32_t)((uint64_t)u.total * LEASE_SPARE_PERCENT / 100);

	return u.total - u.taken <= (spare ?: 1) && has_enough(p, c->port) && !find(p, c) && !lease_pool_host(p, c);
}

struct lease_usage lease_pool_usage(const struct lease_pool *p)
{
	return (struct lease_usage){ .taken = lease_space_taken(p->space) - p->kept,
				     .total = lease_space_total(p->space) - p->kept };
}

bool lease_usage_nearly_full(struct lease_usage u, bool was)
{
	return u.total && 100ULL * u.taken / u.total >= (was ? LEASE_CALM_PERCENT : LEASE_FULL_PERCENT);
}

const struct lease *lease_pool_next(const struct lease_pool *p, size_t *pos)
{
	return map_next(p->by_addr, pos);
}
