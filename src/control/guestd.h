/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/guestd.h - the other process: started when nobody answers on its socket, told what to serve, started again
 * when it dies. What is wanted is kept here and compared with what it says it serves, so a restart of either process
 * changes only the difference.
 * Errors  0 or -1 with *e. */
#pragma once
#include <stdbool.h>

#include "base/err.h"
#include "control/leases.h"
#include "guest/message.h"

struct sd_event;
struct guestd;

struct guestd_options {
	const char *root;
	const char *program; /* NULL: the one beside us */
	const char *user;    /* NULL: vnet-guestd, else nobody */
};

/* Connects, or starts it and connects, and waits a moment for its answer. Without one the daemon goes on and tries
 * again: networks run, guests' packets wait in the sockets. */
int guestd_open(const struct guestd_options *o, struct sd_event *loop, struct leases *leases, struct guestd **ret,
		struct err *e);
void guestd_free(struct guestd *g); /* it goes on serving */

/* Is exactly this, or anything of that network, wanted of it already? */
bool guestd_serves(const struct guestd *g, const struct guest_scope *scope);
bool guestd_has(const struct guestd *g, const struct uuid *network);

bool guestd_answers(const struct guestd *g); /* now */

int guestd_serve(struct guestd *g, const struct guest_scope *scope, struct err *e);
void guestd_stop(struct guestd *g, const struct uuid *network);
void guestd_forget(struct guestd *g, const struct uuid *network); /* stop, and drop its leases */
void guestd_set_resolvers(struct guestd *g, const struct ip *v, size_t n);
/* Hands a lease to it that another server gave. -1: it isn't there. */
int guestd_import(struct guestd *g, const struct guest_lease *l, struct err *e);
/* Asks GUEST_ASK_HISTORY or GUEST_ASK_COUNTERS. The answer, which bears the question's number, is given to `take`, which may
 * keep its contents and set its op to 0; it may never come. -1: guestd isn't there. */
int guestd_ask(struct guestd *g, const struct guest_msg *question, struct err *e);
void guestd_on_answer(struct guestd *g, void (*take)(void *arg, struct guest_msg *answer), void *arg);
/* A guest's port is gone: its leases end GUESTD_GRACE_S later, unless it comes back. A zero `mac` is nobody's. */
enum { GUESTD_GRACE_S = 120 };
void guestd_end_port(struct guestd *g, const struct uuid *network, const struct mac *mac);
/* All networks that there are, running or not: an array to be freed with mem_drop. false: there may be more. */
typedef bool guestd_known(void *arg, struct uuid **ret, size_t *ret_n);
/* All wanted networks are known: what guestd serves beyond them is stopped, and leases of networks that `known`, which is asked now
 * and whenever guestd comes back, does not know are dropped. */
void guestd_settle(struct guestd *g, guestd_known *known, void *arg);
