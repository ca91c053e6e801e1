/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/lease.h - one address and who has it.
 * Shapes  addresses: host order. Times: seconds of CLOCK_BOOTTIME. A client's id is its client-id option, else the byte 1
 *         and its MAC (RFC 2131 s.4.2): so an option that says just that names the same client. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"

enum { LEASE_ID_MAX = 255, LEASE_NAME_MAX = 255 };
#define LEASE_NEVER UINT64_MAX /* as an expiry */

enum lease_state {
	LEASE_FREE,    /* remembered for its last client, given to another when needed */
	LEASE_OFFERED, /* for a short time; not durable */
	LEASE_BOUND,
	LEASE_DECLINED, /* somebody uses it without asking: in quarantine */
	LEASE_STATES
};

enum lease_event { LEASE_EV_OFFER, LEASE_EV_ACK, LEASE_EV_RELEASE, LEASE_EV_DECLINE, LEASE_EV_EXPIRE, LEASE_EVENTS };

struct lease {
	uint32_t addr;
	enum lease_state state;
	uint64_t expiry;   /* of what `state` says; unused while free */
	struct mac mac;    /* of the client that has it, or had it last and would get it again */
	struct view id;    /* likewise; empty: nobody's */
	char *hostname;    /* checked (lease_name_ok), or NULL */
	uint32_t heap_pos; /* 1-based; 0: not in the heap */
	bool dirty;        /* not yet in the database */
	uint32_t port;     /* of the client that has it; 0: not known */
	bool leaving;      /* its port is gone, it has not asked since */
	bool was_bound;    /* at any time, as far as we know */
	bool news;         /* since lease_pool_clean it began, ended or changed hands: more than renewed */
	int64_t row;       /* in the database; 0: none yet */
	uint64_t stored;   /* until when it is this client's in the database, too; 0: it is not */
	struct lease *next_dirty;
};

/* Who asks. All borrowed. */
struct lease_client {
	struct view id; /* never empty */
	struct mac mac;
	struct view hostname; /* as sent; may be empty */
	uint32_t port;        /* where it is plugged in: any number that names a port; 0: not known */
};

/* Is the client told of more than the database has? Until that is stored nobody may hear of it. */
static inline bool lease_is_ahead(const struct lease *l)
{
	return l->state == LEASE_BOUND && l->expiry > l->stored;
}

/* How long it lasts, as DHCP says it: UINT32_MAX is for ever. */
static inline uint32_t lease_left(const struct lease *l, uint64_t now)
{
	uint64_t left = l->expiry > now ? l->expiry - now : 0;

	return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

/* Is it one label of letters, digits and inner hyphens, at most 63 (RFC 1123 s.2.1)? Only such a name from a guest is
 * kept; it reaches the database, vnetd and DNS. */
bool lease_name_ok(struct view name);
