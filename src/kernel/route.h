/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/route.h - addresses of a device, and the main routing table.
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
	int oif;           /* index of the device, 0: none */
	bool link_scope;   /* a connected subnet */
	struct ip gateway; /* family 0: none */
	unsigned metric;
};

/* Appends a unicast route of the main table, once for each next hop, from a message of rtnetlink's (RTM_NEWROUTE): nothing for
 * another. 0 or -EBADMSG. */
struct nlmsghdr;
int route_parse(const struct nlmsghdr *h, struct route **v, size_t *n);
/* All unicast routes of the main table, both families, or those of the device `oif` (0: all); freed with mem_drop. One with
 * several next hops comes once for each. */
int route_list(struct netlink *nl, int oif, struct route **ret, size_t *ret_n);
/* The least MTU that a unicast route of this family sets itself (RTAX_MTU), in whatever table. 0: none does. */
int route_least_mtu(struct netlink *nl, int family, unsigned *ret);
/* A route of the administrator's kind (RTPROT_STATIC). -EEXIST: one with this destination and metric is there. */
int route_add(struct netlink *nl, const struct route *r);
int route_del(struct netlink *nl, const struct route *r); /* -ESRCH: there is none */
