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

/* From a message of rtnetlink's. 1: a unicast route of the main table; 0: another; -EBADMSG. */
struct nlmsghdr;
int route_parse(const struct nlmsghdr *h, struct route *ret);
/* All unicast routes of the main table, both families, or those of the device `oif` (0: all); freed with mem_drop. */
int route_list(struct netlink *nl, int oif, struct route **ret, size_t *ret_n);
/* A route of the administrator's kind (RTPROT_STATIC). -EEXIST: one with this destination and metric is there. */
int route_add(struct netlink *nl, const struct route *r);
int route_del(struct netlink *nl, const struct route *r); /* -ESRCH: there is none */
