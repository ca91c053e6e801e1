/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/publish.h - which guests' addresses published ports lead to, by a network's reservations and leases. Pure. */
#pragma once
#include "plan/plan.h"

struct plan_lease {
	struct ip ip;
	struct mac mac;       /* zero: unknown */
	const char *hostname; /* NULL: unknown */
	uint64_t expiry;      /* 0: never */
};

/* The address of this family that `p` leads to: as it is given; else that of the guest's newest lease; else the one that
 * is reserved for it. A name is a reservation's before it is what a guest calls itself. -ENOENT: it has none now;
 * -EEXIST: several guests call themselves so, and none of them is believed. */
int plan_publish_find(const struct network *n, const struct publish *p, int family, const struct plan_lease *leases,
		      size_t n_leases, struct ip *ret);

/* Fills in p->firewall.forwards and what is said of them, in place of what is there. Did forwards change? */
bool plan_publish(const struct network *n, const struct plan_lease *leases, size_t n_leases, struct plan *p);
