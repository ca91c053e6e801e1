/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/serve.h - the engines of every network, by its UUID, and the leases of all, served or not.
 * Durable before visible: what guests and vnetd are told about a lease is in the database.
 * Owner   borrows the loop and the database. */
#pragma once
#include <stddef.h>

#include "base/addr.h"
#include "base/mem.h"
#include "guest/protocol.h"

struct sd_event;
struct lease;
struct lease_db;
struct guestd_serve;

struct guestd_sink { /* where news go */
	/* A lease that is bound, or no longer, after it is durable. `expiry`: Unix seconds, 0: never. IPv6: l->id is the DUID. */
	void (*lease)(void *arg, const struct uuid *network, const struct ip *ip, const struct lease *l,
		      uint64_t expiry);
	void (*flush)(void *arg); /* that was all for now */
	void (*failed)(void *arg, const struct uuid *network, const char *why);
	void *arg;
};

/* Reads the leases out of the database. `boot`: the host's boot id. `opener`: from
 * guestd_opener_start, becomes ours. 0 or -errno. */
int guestd_serve_open(struct sd_event *loop, struct lease_db *db, const struct uuid *boot, int opener,
		      const struct guestd_sink *sink, struct guestd_serve **ret);
void guestd_serve_free(struct guestd_serve *s);
DEFINE_AUTO(struct guestd_serve *, guestd_serve_free)

/* By `fd`, which becomes ours, the kernel tells which port a guest is behind (dhcp4/fdb.h). false: it is something else. */
bool guestd_serve_bridges(struct guestd_serve *s, int fd);
/* Serves what the message says; its descriptors become ours. If that can't be done the sink is told, and what was served
 * before goes on. */
void guestd_serve_set(struct guestd_serve *s, const struct guest_serve *m, const int *fds, size_t n);
void guestd_serve_stop(struct guestd_serve *s, const struct uuid *network);   /* its leases stay */
void guestd_serve_forget(struct guestd_serve *s, const struct uuid *network); /* and they go */
/* These are all networks that there are: all others are forgotten. */
void guestd_serve_known(struct guestd_serve *s, const guest_uuid *v, size_t n);
/* Holds a lease that another server gave, of a network served or not, unless address or client has one here. The sink
 * hears of it as of any other. */
void guestd_serve_import(struct guestd_serve *s, const struct guest_lease *m);
void guestd_serve_resolvers(struct guestd_serve *s, const guest_ip *v, size_t n);

void guestd_serve_end_port(struct guestd_serve *s, const struct guest_end_port *m);
/* Rows to be freed with mem_drop, and the names in them, too. */
struct guest_history_row *guestd_serve_history(struct guestd_serve *s, const struct guest_history_ask *m,
					       unsigned *ret_n);

/* Fills `ret`, whose arrays are to be freed with mem_drop; the texts in them are constant. */
void guestd_serve_counters(const struct guestd_serve *s, const struct guest_ask_counters *m,
			   struct guest_counters *ret);

/* What is served, an array to be freed with mem_drop. */
struct guest_served *guestd_serve_list(const struct guestd_serve *s, size_t *ret_n);
void guestd_serve_tell_leases(struct guestd_serve *s); /* every bound lease to the sink */
