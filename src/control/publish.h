/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/publish.h - published ports: whose they may be, and where their guests are now. */
#pragma once
#include "control/state.h"

/* The plan of a definition, by the leases that its network has now. */
int net_compile(const struct control *c, const struct network *def, struct plan **ret, struct err *e);

/* May a network run with this definition and its plan? What it publishes must be free of other networks and of the host's
 * own programs, but for what it publishes already in `before` (or NULL); and what is published must leave the network's
 * services alone. */
int publish_check(const struct control *c, const struct network *def, const struct plan *p,
		  const struct network *before, struct err *e);

/* All leases are known: the plans of networks that ran before follow them. Nothing in the kernel changes yet. */
void publish_resume(struct control *c);
/* Its leases changed: what is published follows them. */
void publish_follow(struct control *c, struct net *n);
