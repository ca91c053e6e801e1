/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/rules.h"

#include <stdlib.h>

#include "firewall/block.h"

/* Raised when expr.c sends other expressions for the same text. */
enum { FW_STAMP_VERSION = 2 };

void fw_net_free(struct fw_net *n)
{
	mem_drop(n->subnets);
	*n = (struct fw_net){ 0 };
}

struct fw_net fw_net_copy(const struct fw_net *n)
{
	struct fw_net copy = *n;

	copy.subnets = mem_dup(n->subnets, n->n_subnets * sizeof(*n->subnets));
	return copy;
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

/* Neither block names a thing twice, so one direction is enough. */
bool fw_block_eq(const struct fw_block *a, const struct fw_block *b)
{
	if (a->n_chains != b->n_chains || a->n_elements != b->n_elements)
		return false;
	for (size_t i = 0; i < a->n_chains; i++)
		if (!has_chain(b, &a->chains[i]))
			return false;
	for (size_t i = 0; i < a->n_elements; i++)
		if (!has_element(b, &a->elements[i]))
			return false;
	return true;
}
