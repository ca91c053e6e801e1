/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/link.h - the connection to vnetd, who may die and come back: the newest one counts.
 * Owner   takes the listening socket, borrows what is served. */
#pragma once
#include <sys/types.h>

#include "guestd/serve.h"

struct guestd_link;

/* Listens on `fd`. Only root and `starter` are let in. 0 or -errno. */
int guestd_link_open(struct sd_event *loop, int fd, uid_t starter, struct guestd_link **ret);
void guestd_link_free(struct guestd_link *l);
DEFINE_AUTO(struct guestd_link *, guestd_link_free)

struct guestd_sink guestd_link_sink(struct guestd_link *l);             /* for guestd_serve_open */
void guestd_link_attach(struct guestd_link *l, struct guestd_serve *s); /* before the loop runs */
