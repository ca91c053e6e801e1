/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/netlink.h - one rtnetlink socket (libnl-3): requests with their acknowledgement, dumps, the kernel's own error
 * text (extended acks). Calls here block for the kernel's answer only, which is immediate.
 * Errors  0 or -errno; netlink_why gives the kernel's sentence for the last failure, "" if it said none. */
#pragma once
#include "base/err.h"
#include "base/mem.h"

struct netlink;

int netlink_open(struct netlink **ret, struct err *e);
void netlink_free(struct netlink *nl);
DEFINE_AUTO(struct netlink *, netlink_free)
const char *netlink_why(const struct netlink *nl);
