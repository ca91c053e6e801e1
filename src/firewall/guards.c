/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/guards.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>

#include "base/map.h"
#include "firewall/firewall.h"
#include "firewall/guard_observe.h"
#include "firewall/guard_put.h"
#include "firewall/guard_release.h"

/* An element that one network or several want: two of them may have a guest of the same MAC. */
struct entry {
	struct guard_element el;
	size_t refs;
};

struct guards {
	struct guard_block *blocks; /* of networks with guarded ports */
	size_t n;
	struct map *entries;
	bool there, intact; /* the table; and it is as we committed it */
	uint32_t hold;      /* whose it is: FW_OWNER, FW_PERSIST */
	uint64_t digest;    /* of the table, when it was last looked at and found otherwise */
	bool no_owners;
	struct guard_leaver *leavers; /* perhaps some are still there, by another port */
	size_t n_leavers;
};

/* What a transaction does to elements. */
struct delta {
	struct guard_element *add, *del;
	size_t n_add, n_del;
};

struct guards *guards_new(void)
{
	struct guards *g = mem_new(struct guards);

	g->entries = map_new();
	return g;
}

void guards_free(struct guards *g)
{
	struct entry *e;

	if (!g)
		return;
	for (size_t pos = 0; (e = map_next(g->entries, &pos));)
		mem_drop(e);
	map_free(g->entries);
	for (size_t i = 0; i < g->n; i++)
		guard_block_free(&g->blocks[i]);
	mem_drop(g->blocks);
	mem_drop(g->leavers);
	mem_drop(g);
}

void guards_forgo_owners(struct guards *g)
{
	g->no_owners = true;
}

static struct entry *find_entry(const struct guards *g, const struct guard_element *el)
{
	return map_get(g->entries, el, GUARD_ELEMENT_KEY);
}

static struct guard_block *find_block(const struct guards *g, const char *bridge)
{
	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->blocks[i].bridge, bridge) == 0)
			return &g->blocks[i];
	return NULL;
}

static const char *chain_of(const struct guard_element *el, char ret[FW_NAME])
{
	guard_chain_name(el->bridge, ret);
	return ret;
}

/* ---- what is wanted ---- */

static void want(struct guards *g, const struct guard_element *el, struct delta *d)
{
	struct entry *e = find_entry(g, el);

	if (!e) {
		e = mem_new(struct entry);
		e->el = *el;
		map_put(g->entries, el, GUARD_ELEMENT_KEY, e);
		*mem_push(d->add, d->n_add) = *el;
	}
	e->refs++;
}

static struct mac mac_in(const struct guard_element *el)
{
	struct mac mac;

	memcpy(mac.b, el->key + IFNAMSIZ, sizeof(mac.b));
	return mac;
}

static void note_leaver(struct guards *g, const char *bridge, const struct guard_element *el)
{
	if (el->set != GUARD_MACS)
		return;
	struct guard_leaver *l = mem_push(g->leavers, g->n_leavers);

	memcpy(l->bridge, bridge, sizeof(l->bridge));
	l->mac = mac_in(el);
}

/* An element of this bridge. */
static void unwant(struct guards *g, const char *bridge, const struct guard_element *el, struct delta *d)
{
	struct entry *e = find_entry(g, el);

	if (--e->refs)
		return;
	note_leaver(g, bridge, el);
	*mem_push(d->del, d->n_del) = *el;
	mem_drop(map_del(g->entries, el, GUARD_ELEMENT_KEY));
}

/* Ports that stay lead to chains that are made anew. */
static void lead_anew(const struct guard_block *have, const struct guard_block *next, struct guards *g, struct delta *d)
{
	if (have->stamp == next->stamp || !have->n_chains || !next->n_chains)
		return;
	for (size_t i = 0; i < have->n_elements; i++) {
		const struct guard_element *el = &have->elements[i];

		if (el->set != GUARD_PORTS || !find_entry(g, el))
			continue;
		*mem_push(d->del, d->n_del) = *el;
		*mem_push(d->add, d->n_add) = *el;
	}
}

/* One network's block becomes another, which is taken. The old one is given back. */
static struct guard_block exchange(struct guards *g, struct guard_block next, struct delta *d)
{
	struct guard_block *have = find_block(g, next.bridge), old = have ? *have : (struct guard_block){ 0 };

	for (size_t i = 0; i < next.n_elements; i++)
		want(g, &next.elements[i], d);
	for (size_t i = 0; i < old.n_elements; i++)
		unwant(g, old.bridge, &old.elements[i], d);
	lead_anew(&old, &next, g, d);
	if (!have && next.n_chains)
		have = mem_push(g->blocks, g->n);
	if (next.n_chains)
		*have = next;
	else if (have)
		*have = g->blocks[--g->n];
	return old;
}

static bool is_of_port(const struct guard_element *el, const uint8_t *name)
{
	return guard_sets[el->set].key[0] == FIELD_IIFNAME && memcmp(el->key, name, IFNAMSIZ) == 0;
}

/* A port that was moved to this bridge is no more on that where we saw it last. */
static void evict(struct guards *g, const struct guard_block *next, struct delta *d)
{
	for (size_t i = 0; i < next->n_elements; i++) {
		const struct guard_element *el = &next->elements[i];
		const struct entry *e = el->set == GUARD_PORTS ? find_entry(g, el) : NULL;

		if (!e || strcmp(e->el.bridge, next->bridge) == 0)
			continue;
		struct guard_block *from = find_block(g, e->el.bridge);
		size_t kept = 0;

		for (size_t j = 0; j < from->n_elements; j++) {
			if (is_of_port(&from->elements[j], el->key))
				unwant(g, from->bridge, &from->elements[j], d);
			else
				from->elements[kept++] = from->elements[j];
		}
		from->n_elements = kept;
	}
}

/* ---- is it there? ---- */

static uint64_t chains_digest(const struct fw_chain *c, size_t n, uint64_t stamp)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += guard_chain_digest(c[i].name, stamp, c[i].n_rules);
	return sum;
}

/* Of all that we want, each element once. */
static uint64_t wanted_digest(const struct guards *g)
{
	bool owners = !g->no_owners;
	uint64_t sum = chains_digest(guard_base_chains, guard_base_n_chains(owners), guard_base_stamp(owners));
	char chain[FW_NAME];
	const struct entry *e;

	for (size_t i = 0; i < g->n; i++)
		sum += chains_digest(g->blocks[i].chains, g->blocks[i].n_chains, g->blocks[i].stamp);
	for (size_t pos = 0; (e = map_next(g->entries, &pos));)
		sum += guard_element_digest(&e->el, chain_of(&e->el, chain));
	return sum;
}

int guards_refresh(struct guards *g, struct nfnl *nl)
{
	int err = guard_observe(nl, &g->there, &g->hold, &g->digest);

	g->intact = err == 0 && (g->there ? g->n && g->digest == wanted_digest(g) : !g->n);
	return err;
}

static bool is_held(const struct guards *g, uint32_t hold)
{
	return !g->there || fw_is_held(g->hold, hold);
}

static bool is_claimable(const struct guards *g, uint32_t hold)
{
	return g->there && fw_is_claimable(g->hold, hold);
}

bool guards_are_whole(const struct guards *g, uint32_t hold)
{
	return g->intact && is_held(g, hold);
}

static uint64_t block_digest(const struct guard_block *b)
{
	uint64_t sum = b->stamp;
	char chain[FW_NAME];

	for (size_t i = 0; i < b->n_elements; i++)
		sum += guard_element_digest(&b->elements[i], chain_of(&b->elements[i], chain));
	return sum;
}

bool guards_has(const struct guards *g, const struct fw_guard *guard, uint32_t hold)
{
	struct guard_block next = guard_block_of(guard, !g->no_owners);
	const struct guard_block *have = find_block(g, guard->bridge);
	bool same = have ? guards_are_whole(g, hold) && next.n_elements == have->n_elements &&
			       block_digest(&next) == block_digest(have)
			 : !next.n_chains;

	guard_block_free(&next);
	return same;
}

bool guards_has_bridge(const struct guards *g, const char *bridge)
{
	return find_block(g, bridge);
}

const char *guards_bridge_of(const struct guards *g, const char *port)
{
	struct guard_element el = { .set = GUARD_PORTS };

	memcpy(el.key, port, strnlen(port, IFNAMSIZ - 1));
	const struct entry *e = find_entry(g, &el);

	return e ? e->el.bridge : NULL;
}

static struct mac mac_of(const struct guard_block *b, const char *port)
{
	struct mac mac = { 0 };

	for (size_t i = 0; i < b->n_elements; i++)
		if (b->elements[i].set == GUARD_MACS && strncmp((const char *)b->elements[i].key, port, IFNAMSIZ) == 0)
			mac = mac_in(&b->elements[i]);
	return mac;
}

size_t guards_choose(const struct guards *g, const char *bridge, struct guard_count *v, size_t n)
{
	const struct guard_block *b = find_block(g, bridge);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const char *of = guards_bridge_of(g, v[i].port);

		if (!of || strcmp(of, bridge) != 0)
			continue;
		v[kept] = v[i];
		v[kept].mac = mac_of(b, v[i].port);
		kept++;
	}
	return kept;
}

/* ---- changes ---- */

static void put_chains_of(struct batch *b, const struct guard_block *block)
{
	put_chains(b, block->chains, block->n_chains, block->stamp, block->bridge);
}

static void put_whole(const struct guards *g, uint32_t hold, struct batch *b)
{
	struct guard_element *all = mem_array(map_count(g->entries), sizeof(*all));
	const struct entry *e;
	size_t n = 0;

	put_guard_table(b, hold, !g->no_owners);
	for (size_t i = 0; i < g->n; i++)
		put_chains_of(b, &g->blocks[i]);
	for (size_t pos = 0; (e = map_next(g->entries, &pos));)
		all[n++] = e->el;
	put_guard_elements(b, NFT_MSG_NEWSETELEM, all, n);
	mem_drop(all);
}

/* What goes goes first, and chains that others lead to last of it. */
static void put_difference(const struct guards *g, const struct delta *d, const struct guard_block *old, size_t n,
			   struct batch *b)
{
	put_guard_elements(b, NFT_MSG_DELSETELEM, d->del, d->n_del);
	for (size_t i = 0; i < n; i++) {
		const struct guard_block *now = find_block(g, old[i].bridge);

		if (!now || now->stamp != old[i].stamp)
			put_chains_removal(b, old[i].chains, old[i].n_chains);
	}
	for (size_t i = 0; i < n; i++) {
		const struct guard_block *now = find_block(g, old[i].bridge);

		if (now && now->stamp != old[i].stamp)
			put_chains_of(b, now);
	}
	put_guard_elements(b, NFT_MSG_NEWSETELEM, d->add, d->n_add);
}

/* What the last daemon left may be just what we want. */
static bool is_as_found(const struct guards *g)
{
	return !g->intact && g->there && g->n && g->digest == wanted_digest(g);
}

bool guards_put(struct guards *g, const struct fw_guard *const *v, size_t n, uint32_t hold, struct batch *b)
{
	bool claim = is_claimable(g, hold), taken = !claim && !is_held(g, hold);
	struct guard_block *old = mem_array(n, sizeof(*old));
	struct delta d = { 0 };
	bool busy = !g->intact || taken;
	size_t before = g->n;

	for (size_t i = 0; i < n; i++) {
		struct guard_block next = guard_block_of(v[i], !g->no_owners);

		evict(g, &next, &d);
		old[i] = exchange(g, next, &d);
		memcpy(old[i].bridge, v[i]->bridge, sizeof(old[i].bridge));
		const struct guard_block *now = find_block(g, old[i].bridge);

		busy |= (now ? now->stamp : 0) != old[i].stamp;
	}
	busy = (busy || d.n_add || d.n_del) && (taken || !is_as_found(g));
	if (claim)
		put_guard_claim(b);
	if (busy && !g->n && g->there)
		put_guard_removal(b);
	else if (busy && g->n && (!g->intact || taken || !before))
		put_whole(g, hold, b);
	else if (busy && g->n)
		put_difference(g, &d, old, n, b);
	else
		busy = claim;
	for (size_t i = 0; i < n; i++)
		guard_block_free(&old[i]);
	mem_drop(old);
	mem_drop(d.add);
	mem_drop(d.del);
	return busy;
}

static bool has_mac(const struct guard_block *b, const struct mac *mac)
{
	for (size_t i = 0; b && i < b->n_elements; i++) {
		struct mac other = mac_in(&b->elements[i]);

		if (b->elements[i].set == GUARD_MACS && mac_eq(&other, mac))
			return true;
	}
	return false;
}

bool guards_release(struct guards *g, struct nfnl *nl, struct batch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_leavers; i++)
		if (!has_mac(find_block(g, g->leavers[i].bridge), &g->leavers[i].mac))
			g->leavers[n++] = g->leavers[i];
	bool any = n && g->n && !g->no_owners && guard_release(nl, g->leavers, n, b);

	mem_drop(g->leavers);
	g->leavers = NULL;
	g->n_leavers = 0;
	return any;
}

void guards_committed(struct guards *g, uint32_t hold)
{
	g->hold = hold;
	g->there = g->n > 0;
	g->intact = true;
}

void guards_broke(struct guards *g)
{
	g->intact = false;
	g->digest = 0;
}
