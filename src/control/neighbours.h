/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/neighbours.h - other firewalls on this host. */
#pragma once
#include "control/state.h"

/* Says in the log which of their chains will drop this network's packets, and how to let them pass. */
void neighbours_warn(struct control *c, const struct net *n);
