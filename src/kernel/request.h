/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/request.h - inside kernel/: one request to the kernel and its answer. Messages are built with libnl's nlmsg_
 * and nla_ functions; a message has a page of room and what we put has small limits, so putting cannot fail. Sending
 * and receiving are ours, since libnl turns errno into codes of its own that cannot be turned back. */
#pragma once
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "kernel/netlink.h"

/* A request whose payload starts with the fixed header `head`. */
struct nl_msg *request_new(int type, int flags, const void *head, size_t len);

/* Is called for each message of an answer. NULL: the answer starts (a dump that changed under us starts again). */
typedef int request_take_fn(const struct nlmsghdr *h, void *arg);

/* Sends `m`, frees it, and waits for the kernel's acknowledgement: 0 or -errno. `take` may be NULL. */
int request_send(struct netlink *nl, struct nl_msg *m, request_take_fn *take, void *arg);
