/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/resolvers.h - the host's DNS resolvers as resolv.conf names them, followed as it changes. One inotify instance
 * for the whole daemon. */
#pragma once
#include "base/addr.h"
#include "base/err.h"
#include "base/mem.h"

enum { RESOLVERS_MAX = 8 };

struct sd_event;
struct resolvers;

typedef void (*resolvers_changed)(void *arg, const struct ip *v, size_t n);

/* Calls `changed` at once with what is there, and later when it is something else. A missing file is an empty list. */
int resolvers_open(const char *path, struct sd_event *loop, resolvers_changed changed, void *arg,
		   struct resolvers **ret, struct err *e);
void resolvers_free(struct resolvers *r);
void resolvers_read(struct resolvers *r); /* look again now */

/* The `nameserver` lines of a resolv.conf(5) text: at most RESOLVERS_MAX addresses. */
size_t resolvers_parse(const char *text, struct ip v[RESOLVERS_MAX]);
