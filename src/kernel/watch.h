/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/watch.h - the kernel's notifications of links that changed, and of what else was taken away. They carry no logic: they tell whom to look at.
 * Errors  0 or -errno. */
#pragma once
#include <stdbool.h>

#include "kernel/link.h"

struct watch;

int watch_open(struct watch **ret, struct err *e);
void watch_free(struct watch *w);
DEFINE_AUTO(struct watch *, watch_free)
int watch_fd(const struct watch *w);

struct watch_event {
	bool gone;    /* RTM_DELLINK (of the device, not of its place in a bridge) */
	bool overrun; /* notifications were lost (ENOBUFS): look at everything; `link` is empty */
	bool host;    /* forwarding was switched off for the whole host */
	bool way;     /* the default route changed */
	unsigned mtu; /* a route that sets this MTU itself came or went, or a router said it; 0: not about that */
	int device;   /* index: an address of it was deleted, or a static route over it; 0: none, it is about `link` */
	struct link link;
};

/* The next event. 1: there is one; 0: no more now; else -errno. */
int watch_next(struct watch *w, struct watch_event *ret);
