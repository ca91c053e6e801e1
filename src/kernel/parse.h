/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/parse.h - inside kernel/: an RTM_NEWLINK or RTM_DELLINK message as a struct link. Of family AF_BRIDGE it tells
 * of a port only, so kind, alias, `bridge` and `tun` stay empty.
 * Errors  -EBADMSG: it is not such a message. */
#pragma once
#include <linux/netlink.h>

#include "kernel/link.h"

struct nlattr;

int link_parse(const struct nlmsghdr *h, struct link *ret);
/* The MTU that a route sets itself, of its RTA_METRICS, which may be NULL. 0: none. */
unsigned route_metric_mtu(struct nlattr *metrics);
