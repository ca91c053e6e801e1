/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/routes.h - the main table's routes, read once and then kept by what the kernel tells, since each network adds one:
 * to read them all for each that starts would cost more with each that runs.
 * No route that is there is missing. What went may still be listed: the kernel does not tell of all that goes with a
 * device. So a route that matters is looked for once more, anew.
 * Errors  0 or -errno. */
#pragma once
#include "kernel/route.h"

struct routes;

int routes_open(struct routes **ret, struct err *e);
void routes_free(struct routes *r);
/* All, borrowed until the next call. `anew`: as they are, by `nl`. */
int routes_list(struct routes *r, struct netlink *nl, bool anew, const struct route **ret, size_t *ret_n);
