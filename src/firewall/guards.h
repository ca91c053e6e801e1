/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guards.h - inside firewall/: the guard's table in the kernel. Between two refreshes it is what we committed; a
 * table that is found to differ from that is made anew, whole, by the next commit.
 * Errors  0 or -errno. */
#pragma once
#include "firewall/guard.h"
#include "firewall/nfnl.h"

struct guards;

struct guards *guards_new(void);
void guards_free(struct guards *g);

/* The kernel does not know how to remember who came first: so nobody is kept from taking what nobody holds. */
void guards_forgo_owners(struct guards *g);

/* Looks at what the kernel holds. */
int guards_refresh(struct guards *g, struct nfnl *nl);
/* As we committed them, and held as said: see put_table of firewall/batch.h. */
bool guards_are_whole(const struct guards *g, uint32_t hold);
bool guards_has(const struct guards *g, const struct fw_guard *want, uint32_t hold);
bool guards_has_bridge(const struct guards *g, const char *bridge);     /* any port of it */
const char *guards_bridge_of(const struct guards *g, const char *port); /* where it is guarded, or NULL */

struct guard_count;
/* Of `n` ports those of this bridge stay, and get their MACs; how many? */
size_t guards_choose(const struct guards *g, const char *bridge, struct guard_count *v, size_t n);

/* These become what is wanted of their bridges; a port is where it was named last. Puts what makes it so into `b`; false:
 * there is nothing to do. What it was is forgotten: if the transaction fails, guards_broke is to be called, and the next
 * one, of any change or none, is the whole table. */
struct batch;
bool guards_put(struct guards *g, const struct fw_guard *const *v, size_t n, uint32_t hold, struct batch *b);
/* What guests own that are no more on a network, since this was asked last: puts what frees it into `b`; false: nothing. */
bool guards_release(struct guards *g, struct nfnl *nl, struct batch *b);
void guards_committed(struct guards *g, uint32_t hold);
void guards_broke(struct guards *g);
