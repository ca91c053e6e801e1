/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/fast.h - the kernel's short cut for established flows (firewall/fast.h): through the bridges of the networks that
 * want it, and the devices by which their packets leave the host. Observe, difference, commit, as with all else. A kernel
 * that can't is told of once, and all goes the ordinary way. */
#pragma once
#include "control/state.h"

/* Makes it what the running networks want now. Called when networks started or stopped, or the settings changed. */
void fast_update(struct control *c);
/* Somebody changed our rules, or devices or routes did: the end of this turn looks at it. */
void fast_changed(struct control *c, bool rules);
/* At the end of a turn. Gives the milliseconds to wait until it must be called again, 0: there is nothing to do. */
unsigned fast_turn(struct control *c);
/* The administrator looked at it: a kernel that could not may have its modules now. */
void fast_retry(struct control *c);

/* Whether this network has it; for `vnet plan`. */
void fast_print(const struct control *c, const struct net *n, FILE *out);
