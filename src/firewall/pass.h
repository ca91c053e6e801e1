/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/pass.h - how our networks get through other programs' chains: which of them block, by what rule, and which
 * accept rules of ours belong there. Pure: what is read and what is sent is elsewhere.
 * Ours stand at the end of a chain whose policy is to drop, behind all that its owner says about such packets, or, in
 * iptables' FORWARD, in DOCKER-USER where that is there: Docker leaves it to the administrator. */
#pragma once
#include "firewall/foreign.h"
#include "firewall/rules.h"

struct pass {          /* what such a rule lets pass */
	bool group;    /* it bears FW_GROUP */
	bool out;      /* it leaves by the group, else it comes from there */
	uint8_t proto; /* 0: any */
	uint16_t port; /* destination; 0: any */
};
extern const struct pass passes[PASS_KINDS];
enum pass_kind pass_find(const struct pass *p); /* PASS_ODD: there is no such kind */

struct pass_net { /* a network that is to get through */
	const char *bridge;
	bool forwards; /* else only to the host */
};

/* Where and why a network does not get through one hook. */
struct block {
	const struct foreign_table *table;
	const struct foreign_chain *base;  /* at the hook */
	const struct foreign_chain *chain; /* that ends it */
	const struct foreign_rule *rule;   /* of `chain`; NULL: its policy */
	const struct foreign_chain *place; /* where our rules belong; NULL: none can help */
};
/* The next chain that drops or rejects what it does not know, does not name the network's bridge and has no rule of ours;
 * false: no more. `pos` starts with 0. */
bool block_next(const struct foreign *f, const struct pass_net *n, size_t *pos, struct block *ret);

/* Is any of ours there? */
bool pass_any(const struct foreign *f);

/* Is this a table of iptables', which must be able to read each rule in it? */
bool pass_is_iptables(const struct foreign_table *t);

struct pass_change {
	const struct foreign_table *table;
	const struct foreign_chain *chain;
	uint64_t del;        /* the handle of one of ours that goes; 0: */
	enum pass_kind kind; /* is put */
	uint64_t before;     /* in front of this rule; 0: at the end */
};
/* From what is there to what these networks need; without networks all of ours goes. Freed with mem_drop. */
size_t pass_diff(const struct foreign *f, const struct pass_net *nets, size_t n, struct pass_change **ret);

/* The command that lets this network through, freed with mem_drop. */
char *block_remedy(const struct block *b, const struct pass_net *n);
/* "chain x of table inet y (its rule 12: reject)", freed with mem_drop. */
char *block_text(const struct block *b);
