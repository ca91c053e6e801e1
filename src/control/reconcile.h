/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/reconcile.h - the one path: observe the kernel and guestd, diff with the plan, apply the steps in order.
 * Nothing needs an undo of its own: a start that fails is followed by reconcile_gone, which removes, in the reverse
 * order, whatever of the plan is there.
 * Errors  0 or -1 with *e. */
#pragma once
#include <stdio.h>

#include "control/state.h"

/* Makes a network's plan true. Stops at the first error. */
int reconcile(struct control *c, const struct net *n, struct err *e);
/* The same; `what` gets the steps, if any, that put right what others changed, as one line. */
int reconcile_repair(struct control *c, const struct net *n, char *what, size_t size, struct err *e);
/* Removes all of a plan: carries on after an error and reports the first. */
int reconcile_gone(struct control *c, const struct plan *p, struct err *e);
/* What reconcile would do now, as text. */
int reconcile_print(struct control *c, const struct plan *p, const struct net *n, FILE *out, struct err *e);
