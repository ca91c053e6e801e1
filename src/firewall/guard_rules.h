/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guard_rules.h - inside firewall/: firewall/guard.h as chains and elements. Pure. */
#pragma once
#include "firewall/block.h"
#include "firewall/guard.h"

enum guard_set {
	GUARD_PORTS,    /* a map: guarded ports to the chain of their network */
	GUARD_MACS,     /* port and the MAC of its guest */
	GUARD_NAMELESS, /* guarded ports whose guest's MAC is not known */
	GUARD_TAKEN,    /* MACs that are somebody's */
	GUARD_HELD4,    /* addresses that are somebody's */
	GUARD_HELD6,
	GUARD_BOUND4, /* MAC and the address that it holds */
	GUARD_BOUND6,
	GUARD_COUNTERS, /* the first of FW_REFUSALS sets of ports that count */
	GUARD_SETS = GUARD_COUNTERS + FW_REFUSALS
};

enum { GUARD_KEY_MAX = 24, GUARD_KEY_FIELDS = 2 };

struct guard_set_def {
	const char *name;
	enum fw_field key[GUARD_KEY_FIELDS]; /* of the width of these, each rounded up to 4 bytes */
	bool map, counts;
};
extern const struct guard_set_def guard_sets[GUARD_SETS];
size_t guard_key_len(enum guard_set set);

struct guard_element {
	uint8_t set;
	uint8_t key[GUARD_KEY_MAX]; /* zero behind its length */
	char bridge[IFNAMSIZ];      /* of GUARD_PORTS: whose chain its packets meet */
};
enum { GUARD_ELEMENT_KEY = 1 + GUARD_KEY_MAX /* bytes in front that name an element */ };

extern const struct fw_chain guard_base_chains[];
extern const size_t guard_base_n_chains;
uint64_t guard_base_stamp(void);

/* What one network has in the table. Nothing, if it has no guarded port. */
struct guard_block {
	char bridge[IFNAMSIZ];
	struct fw_chain *chains; /* the one that others lead to first */
	size_t n_chains;
	struct guard_element *elements; /* one may be there twice */
	size_t n_elements;
	uint64_t stamp; /* of the chains */
};
struct guard_block guard_block_of(const struct fw_guard *g);
void guard_block_free(struct guard_block *b);

/* Numbers that add up to a table's digest. */
uint64_t guard_chain_digest(const char *name, uint64_t stamp, size_t n_rules);
uint64_t guard_element_digest(const struct guard_element *el, const char *chain); /* chain: of GUARD_PORTS */
void guard_chain_name(const char *bridge, char ret[FW_NAME]); /* where its ports' packets go first */
