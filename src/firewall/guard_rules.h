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
	GUARD_QUICK4, /* the same with the port: one look for nearly every packet */
	GUARD_QUICK6,
	GUARD_COUNTERS, /* the first of FW_REFUSALS sets of ports that count */
	/* Who came first. The kernel fills these out of what guests send: what is in them is state, not what anybody wants. */
	GUARD_CLAIMS = GUARD_COUNTERS + FW_REFUSALS, /* ports, each with how many claims it may still make */
	GUARD_OWNERS4,                               /* network, MAC and the address that it owns */
	GUARD_OWNED4,                                /* network and an address that somebody owns */
	GUARD_OWNERS6,
	GUARD_OWNED6,
	GUARD_SETS,
	GUARD_SETS_WITHOUT_OWNERS = GUARD_CLAIMS
};

/* Then an address is free again. One port so fills FW_LIMIT_RATE * OWN_SILENT_S + FW_LIMIT_BURST places at most, of the 65535
 * that the kernel gives a set that is made without a size; one with a size has its hash as large from the start. In a full
 * set what is not there yet is anybody's. */
enum { OWN_SILENT_S = 300 }; /* RFC 6620 s.3.2.3, DEFAULT_LT */

enum { GUARD_KEY_MAX = 40 };

enum { GUARD_NO_PROTOCOL = 255 }; /* reserved: no packet is of it, but one that is compared with it has a protocol */

struct guard_set_def {
	const char *name;
	enum fw_field key[FW_TERM_FIELDS]; /* of the width of these, each rounded up to 4 bytes */
	bool map, counts, dynamic;
};
extern const struct guard_set_def guard_sets[GUARD_SETS];
size_t guard_padded(enum fw_field field); /* its width in a key of several */
size_t guard_key_len(enum guard_set set);

struct guard_element {
	uint8_t set;
	uint8_t key[GUARD_KEY_MAX]; /* zero behind its length */
	char bridge[IFNAMSIZ];      /* of GUARD_PORTS: whose chain its packets meet */
};
enum { GUARD_ELEMENT_KEY = 1 + GUARD_KEY_MAX /* bytes in front that name an element */ };

/* Without owners: for a kernel that can't. */
extern const struct fw_chain guard_base_chains[];
size_t guard_base_n_chains(bool owners);
uint64_t guard_base_stamp(bool owners);
uint32_t guard_mark(const char *bridge); /* what a network is called in the sets of owners; never 0 */

/* What one network has in the table. Nothing, if it has no guarded port. */
struct guard_block {
	char bridge[IFNAMSIZ];
	struct fw_chain *chains; /* the one that others lead to first */
	size_t n_chains;
	struct guard_element *elements; /* one may be there twice */
	size_t n_elements;
	uint64_t stamp; /* of the chains */
};
struct guard_block guard_block_of(const struct fw_guard *g, bool owners); /* does the kernel know how? */
void guard_block_free(struct guard_block *b);

/* Numbers that add up to a table's digest. */
uint64_t guard_chain_digest(const char *name, uint64_t stamp, size_t n_rules);
uint64_t guard_element_digest(const struct guard_element *el, const char *chain); /* chain: of GUARD_PORTS */
void guard_chain_name(const char *bridge, char ret[FW_NAME]); /* where its ports' packets go first */
