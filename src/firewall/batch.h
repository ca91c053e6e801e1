/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/batch.h - inside firewall/: blocks as nf_tables messages, put one behind the other into a transaction. */
#pragma once
#include <stdlib.h>

#include "firewall/block.h"
#include "firewall/pass.h"

struct batch {
	char *buf;
	size_t len, room;
	size_t last; /* where the last message starts */
	uint32_t seq;
	uint8_t family; /* what is put is of this table */
	const char *table;
};

static inline void *sure(void *p)
{
	if (!p)
		abort(); /* out of memory, as in base/mem.h */
	return p;
}

void batch_begin(struct batch *b);
void batch_end(struct batch *b); /* the last message before it asks for the acknowledgement */
void batch_free(struct batch *b);
/* One message: what batch_start gives is filled in, then added. */
struct nlmsghdr;
struct nlmsghdr *batch_start(struct batch *b, int type, int flags);
void batch_add(struct batch *b, const struct nlmsghdr *h);

/* A table of a program: nobody else can change it while the program lives (FW_OWNER), and it stays when the program ends
 * (FW_PERSIST, Linux 6.9; the first without the second would take the rules along). */
enum { FW_OWNER = 2, FW_PERSIST = 4, FW_OWNED = FW_OWNER | FW_PERSIST };

/* A table is held like this, and is to be like that, FW_OWNED or 0: is it? One that an ended process left is as good as
 * one that nobody ever held, and can be claimed. */
static inline bool fw_is_held(uint32_t have, uint32_t want)
{
	return want ? have == want : !(have & FW_OWNER);
}
static inline bool fw_is_claimable(uint32_t have, uint32_t want)
{
	return want && have == FW_PERSIST;
}

/* NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE; `hold` is of those above, or 0. */
void put_table(struct batch *b, int type, int flags, uint32_t hold);
/* All chains first: rules and elements jump to them. One that others lead to is removed after them. */
void put_chains(struct batch *b, const struct fw_chain *c, size_t n, uint64_t stamp, const char *bridge);
void put_chains_removal(struct batch *b, const struct fw_chain *c, size_t n);
/* NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM; takes the set. */
struct nftnl_set;
void put_elements_message(struct batch *b, int type, struct nftnl_set *s);
/* A set, known in the transaction by a number of its own; and names that are not in it yet (NFT_MSG_NEWSETELEM) or are to
 * go (NFT_MSG_DELSETELEM). */
void put_set(struct batch *b, const struct fw_set *def, uint32_t id);
void put_names(struct batch *b, int type, const struct fw_set *def, char (*names)[IFNAMSIZ], size_t n);
void put_base(struct batch *b);
void put_clamp(struct batch *b); /* its chain, which must not be there */
void put_clamp_removal(struct batch *b);
void put_block(struct batch *b, const struct fw_block *block);
void put_block_removal(struct batch *b, const struct fw_block *block);

/* What we write into a chain's user data, to know it again. */
struct chain_mark {
	uint64_t stamp;
	char bridge[IFNAMSIZ]; /* "": of the base */
};
/* -EBADMSG: not ours. */
int chain_mark_parse(const void *data, size_t len, struct chain_mark *ret);

/* A rule of ours in another program's chain, put or deleted. */
void put_pass_change(struct batch *b, const struct pass_change *c);

uint32_t firewall_wanted_hold(const struct firewall *f);
/* Ends the batch and sends it, without hearing of it. 0 or -errno. */
int firewall_send(struct firewall *f, struct batch *b);
