/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/neighbours.h - what else is on this host: other firewalls, bridges of its own. */
#pragma once
#include "control/state.h"

/* Says in the log which of other firewalls' chains will drop this network's packets and how to let them pass; or that the
 * bridge of the host is not there which it is to use. */
void neighbours_warn(struct control *c, const struct net *n);
