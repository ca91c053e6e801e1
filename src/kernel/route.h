/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/route.h - addresses of a device, and the main routing table to look for clashes.
 * Errors  0 or -errno, and netlink_why(). */
#pragma once
#include "base/addr.h"
#include "kernel/netlink.h"

/* Adds an address with its prefix length; IPv4 gets the last address as broadcast. -EEXIST: it is there. */
int addr_add(struct netlink *nl, int ifindex, const struct prefix *p);
int addr_del(struct netlink *nl, int ifindex, const struct prefix *p);
/* The addresses of one device, without IPv6 link-local ones; freed with mem_drop. */
int addr_list(struct netlink *nl, int ifindex, struct prefix **ret, size_t *ret_n);

struct route {
	struct prefix dst;
	int oif;         /* index of the device, 0: none */
	bool link_scope; /* a connected subnet */
};

/* All unicast routes of the main table, both families, default routes left out; freed with mem_drop. */
int route_list(struct netlink *nl, struct route **ret, size_t *ret_n);
