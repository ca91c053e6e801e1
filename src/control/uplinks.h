/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/uplinks.h - the host's other interfaces, as far as our forwarding concerns them: those that take routes from
 * routers go on doing so, and TCP that passes a narrow one is told in time. */
#pragma once
#include "control/state.h"

/* To be called before IPv6 forwarding is switched on, by which an interface with accept_ra 1 would lose its default route:
 * it becomes 2 ("even if it forwards"). What is changed is recorded first, in run/vnet/uplinks. */
int uplinks_keep_routes(struct control *c, struct err *e);
/* A network stopped, or runs differently: takes that back, and the forwarding with it, when none needs it any more. A bridge
 * of somebody else may need it, so then all stays, and is taken back another time. */
void uplinks_release(struct control *c);

/* A link that is not ours changed, or, NULL, anything may have. */
void uplinks_changed(struct control *c, const struct link *l);
/* A route that sets an MTU itself came or went, or a router said one; 0: the default route, which may have one. */
void uplinks_way(struct control *c, unsigned mtu);
/* A network runs or runs differently. */
void uplinks_network(struct control *c, const struct plan *p);
/* Decides by what is there now whether the MSS is to be clamped. True: the firewall has to be told, by a commit. */
bool uplinks_decide(struct control *c);
/* The same once a turn of the loop, if anything changed, and the commit. */
void uplinks_settle(struct control *c);
