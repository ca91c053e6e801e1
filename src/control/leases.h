/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/leases.h - vnetd's copy of the leases that guestd holds, kept by its events, so that a client's question
 * never waits for the process that talks to guests. */
#pragma once
#include "base/addr.h"
#include "base/mem.h"
#include "guest/protocol.h"

struct lease_copy {
	struct ip ip;
	struct mac mac;
	uint64_t expiry; /* Unix seconds, 0: never */
	char *hostname;  /* NULL: unknown */
	char *client_id; /* "01:52:54:..", NULL: none sent */
	unsigned round;
};

struct leases;

enum { LEASES_MAX = 1 << 17 }; /* of one network: as many as guestd keeps */

/* guestd reads what guests send, so what it says is outside input: `fits` says whether a lease can be. */
typedef bool (*leases_fit)(void *arg, const struct uuid *network, const struct ip *ip);

struct leases *leases_new(leases_fit fits, void *arg);
void leases_free(struct leases *l);

/* Who is told of what is new, not of what is only told again: an address has another holder, or that has
 * another name; the same for longer; or none. */
enum lease_news { LEASE_IS_BOUND, LEASE_IS_RENEWED, LEASE_HAS_ENDED };
typedef void (*leases_changed)(void *arg, const struct uuid *network, enum lease_news news, const struct lease_copy *l);
void leases_on_change(struct leases *l, leases_changed changed, void *arg);

/* A new round of telling begins (WELCOME), or is complete (SYNCED): what was not told in it is gone. */
void leases_begin(struct leases *l);
void leases_synced(struct leases *l);
void leases_event(struct leases *l, const struct guest_lease *g);
void leases_forget(struct leases *l, const struct uuid *network);

/* A host name is one label (RFC 1035 s.2.3.1, RFC 1123 s.2.1): anything else is not repeated to people. */
bool leases_name_fits(const char *name);

/* The leases of one network: `*pos` starts at 0; NULL at the end. */
const struct lease_copy *leases_next(const struct leases *l, const struct uuid *network, size_t *pos);
