/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/net.h - what one network has: its leases, served or not, and the engines that serve it.
 * Owner   a net owns what it points to, and borrows the engines that are for all networks. */
#pragma once
#include "dhcp4/io.h"
#include "guestd/net6.h"

struct dns;
struct tftp;

struct guestd_engines { /* that all networks share */
	struct sd_event *loop;
	struct dgram *dgrams;
	struct dhcp4_fdb *fdb;
	struct dns *dns;
	struct tftp *tftp;
};

struct guestd_net {
	struct uuid uuid;
	char *name; /* for logs; NULL: never served since we started */
	bool served, dns, tftp, nearly_full;
	unsigned long long stamp;
	struct lease_pool *pool;
	struct dhcp4_server *dhcp4;
	struct dhcp4_io *io; /* NULL: no DHCP here */
	int hold;            /* stops the kernel's port-unreachable, never read */
	struct guestd_net6 *six;
};

struct guestd_net *guestd_net_new(const struct uuid *uuid);
void guestd_net_free(struct guestd_net *n);

/* Serves what the message says; its descriptors become ours. NULL, or why it can't be: then what was served before goes on. */
const char *guestd_net_serve(struct guestd_net *n, const struct guestd_engines *e, const struct guest_serve *m,
			     const int *fds, size_t n_fds);
void guestd_net_stop(struct guestd_net *n, const struct guestd_engines *e); /* its leases stay */

/* What is bound, of both families; as guestd_net6_bound. */
void guestd_net_bound(const struct guestd_net *n, guestd_net6_lease *each, void *arg);
