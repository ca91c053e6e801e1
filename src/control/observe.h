/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/observe.h - what the kernel and guestd show of one network now. */
#pragma once
#include "control/state.h"
#include "plan/diff.h"

struct observation { /* struct observed and the arrays behind it */
	struct observed o;
	struct prefix *addrs;
	struct link *ports;
	char (*bridge_sysctls)[16], (*host_sysctls)[16];
	struct observed_route *routes;
	struct route *bridge_routes;
	size_t n_ports;
	struct fw_guard guard;
};
void observation_free(struct observation *o);

/* All links at once, for looking at many networks one behind the other: asking the kernel for one bridge's ports makes it
 * walk over all links of the host. While a survey is held, their ports are as they were when it began. */
void survey_begin(struct control *c); /* one that fails is no survey, and no error */
void survey_end(struct control *c);

/* `n` NULL: a plan that belongs to no network any more. */
int observe(struct control *c, const struct plan *p, const struct net *n, struct observation *ret, struct err *e);
