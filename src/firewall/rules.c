/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/rules.h"

#include <stdlib.h>

#include "firewall/block.h"

/* Raised when expr.c sends other expressions for the same text. */
enum { FW_STAMP_VERSION = 2 };

void fw_net_free(struct fw_net *n)
{
	mem_drop(n->subnets);
	mem_drop(n->forwards);
	*n = (struct fw_net){ 0 };
}

struct fw_net fw_net_copy(const struct fw_net *n)
{
	struct fw_net copy = *n;

	copy.subnets = mem_dup(n->subnets, n->n_subnets * sizeof(*n->subnets));
	copy.forwards = mem_dup(n->forwards, n->n_forwards * sizeof(*n->forwards));
	return copy;
}

/* The modes are in the order of what they let pass. Other translation is no matter: a flow keeps what it has. */
static bool is_tighter(const struct fw_net *was, const struct fw_net *is)
{
	bool bound = is->dev[0] && strcmp(was->dev, is->dev) != 0;

	return is->mode < was->mode || bound || (is->nat6 && !was->nat6);
}

static bool has_subnet(const struct fw_net *n, const struct prefix *p)
{
	for (size_t i = 0; i < n->n_subnets; i++)
		if (n->subnets[i].len <= p->len && prefix_contains(&n->subnets[i], &p->ip))
			return true;
	return false;
}

size_t fw_net_tightened(const struct fw_net *was, const struct fw_net *is, struct prefix **ret)
{
	bool all = is_tighter(was, is);
	size_t n = 0;

	*ret = NULL;
	for (size_t i = 0; i < was->n_subnets; i++)
		if (all || !has_subnet(is, &was->subnets[i]))
			*mem_push(*ret, n) = was->subnets[i];
	return n;
}

/* FNV-1a, 64 bits (draft-eastlake-fnv): it tells states apart, it keeps no attacker out. */
uint64_t fw_hash_text(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325 ^ FW_STAMP_VERSION;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)text[i]) * 0x100000001b3;
	return h;
}

uint64_t fw_hash_print(void (*print)(const void *what, FILE *out), const void *what)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	print(what, out);
	fclose(out);
	uint64_t stamp = fw_hash_text(text, len);

	free(text);
	return stamp;
}

void fw_block_free(struct fw_block *b)
{
	for (size_t i = 0; i < b->n_chains; i++)
		mem_drop((void *)b->chains[i].rules);
	mem_drop(b->chains);
	mem_drop(b->elements);
	mem_drop(b->targets);
	*b = (struct fw_block){ 0 };
}

static bool chain_eq(const struct fw_chain *a, const struct fw_chain *b)
{
	return strcmp(a->name, b->name) == 0 && a->stamp == b->stamp && a->n_rules == b->n_rules;
}

static bool element_eq(const struct fw_element *a, const struct fw_element *b)
{
	return a->map == b->map && strcmp(a->ifname, b->ifname) == 0 && a->prefix.len == b->prefix.len &&
	       ip_eq(&a->prefix.ip, &b->prefix.ip) && a->go == b->go && strcmp(a->chain, b->chain) == 0;
}

static bool has_chain(const struct fw_block *b, const struct fw_chain *c)
{
	for (size_t i = 0; i < b->n_chains; i++)
		if (chain_eq(&b->chains[i], c))
			return true;
	return false;
}

static bool has_element(const struct fw_block *b, const struct fw_element *el)
{
	for (size_t i = 0; i < b->n_elements; i++)
		if (element_eq(&b->elements[i], el))
			return true;
	return false;
}

bool fw_block_is_empty(const struct fw_block *b)
{
	return b->n_chains + b->n_elements + b->n_targets == 0;
}

int fw_target_cmp(const void *pa, const void *pb)
{
	const struct fw_target *a = pa, *b = pb;

	if (a->map != b->map)
		return a->map < b->map ? -1 : 1;
	if (a->proto != b->proto)
		return a->proto - b->proto;
	int order = ip_cmp(&a->address, &b->address);

	return order ? order : a->port - b->port;
}

const struct fw_target *fw_block_find_target(const struct fw_block *b, const struct fw_target *key)
{
	return b->n_targets ? bsearch(key, b->targets, b->n_targets, sizeof(*key), fw_target_cmp) : NULL;
}

static bool has_target(const struct fw_block *b, const struct fw_target *t)
{
	const struct fw_target *same = fw_block_find_target(b, t);

	return same && ip_eq(&same->to, &t->to) && same->to_port == t->to_port;
}

struct fw_block fw_block_minus(const struct fw_block *a, const struct fw_block *b)
{
	struct fw_block rest = { 0 };

	memcpy(rest.bridge, a->bridge, sizeof(rest.bridge));
	for (size_t i = 0; i < a->n_elements; i++)
		if (!has_element(b, &a->elements[i]))
			*mem_push(rest.elements, rest.n_elements) = a->elements[i];
	for (size_t i = 0; i < a->n_targets; i++)
		if (!has_target(b, &a->targets[i]))
			*mem_push(rest.targets, rest.n_targets) = a->targets[i];
	return rest;
}

/* Neither block names a thing twice, so one direction is enough; here and below. */
bool fw_block_same_chains(const struct fw_block *a, const struct fw_block *b)
{
	if (a->n_chains != b->n_chains)
		return false;
	for (size_t i = 0; i < a->n_chains; i++)
		if (!has_chain(b, &a->chains[i]))
			return false;
	return true;
}

bool fw_block_eq(const struct fw_block *a, const struct fw_block *b)
{
	if (a->n_elements != b->n_elements || a->n_targets != b->n_targets || !fw_block_same_chains(a, b))
		return false;
	struct fw_block rest = fw_block_minus(a, b);
	bool same = fw_block_is_empty(&rest);

	fw_block_free(&rest);
	return same;
}
