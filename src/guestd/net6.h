/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/net6.h - what one network has of IPv6: router advertisements, DHCPv6 and its leases.
 * Owner   borrows loop, database and outbox. */
#pragma once
#include "dhcp6/io.h"
#include "guest/protocol.h"
#include "lease/db.h"

struct sd_event;
struct guestd_net6;

struct guestd_socks6 { /* of one message; -1: none */
	int ra, dhcp6;
};

struct guestd_net6 *guestd_net6_new(void); /* serves nothing */
void guestd_net6_free(struct guestd_net6 *n);

/* NULL, or why it can't be served with these sockets. */
const char *guestd_net6_check(const struct guestd_net6 *n, const struct guest_scope *scope,
			      const struct guestd_socks6 *socks);
/* Serves what the scope says, nothing if it says nothing; takes the sockets that it uses out of `socks`. NULL, or why not. */
const char *guestd_net6_serve(struct guestd_net6 *n, struct sd_event *loop, struct dgram *d,
			      const struct guest_scope *scope, struct guestd_socks6 *socks);
void guestd_net6_stop(struct guestd_net6 *n); /* its leases stay */

struct lease_pool *guestd_net6_pool(struct guestd_net6 *n);
const uint64_t *guestd_net6_counts(const struct guestd_net6 *n); /* as dhcp6_io_counts; NULL: DHCPv6 is not served */
int guestd_net6_restore(struct guestd_net6 *n, const struct ip *ip,
			const struct lease *l); /* as dhcp6_server_restore */
int guestd_net6_store(struct guestd_net6 *n, struct lease_db *db, const struct uuid *network,
		      const struct lease_clock *now);

/* Calls `each` for what changed, or for what is bound; l->id is the DUID. */
typedef void guestd_net6_lease(void *arg, const struct ip *ip, const struct lease *l);
void guestd_net6_dirty(struct guestd_net6 *n, guestd_net6_lease *each, void *arg);
void guestd_net6_bound(struct guestd_net6 *n, guestd_net6_lease *each, void *arg);
