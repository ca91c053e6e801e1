/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/coexist.h - other programs' firewalls: what they drop is gone, whatever we accept. With `coexist = auto` rules
 * of ours stand in their chains, where that can help, as long as a network needs them: observe, difference, commit, as with
 * all else, and with the same patience if somebody keeps taking them out. What is beyond that is said when a network
 * starts, with the command that helps. */
#pragma once
#include "control/state.h"
#include "firewall/pass.h"

void coexist_free(struct control *c);

/* Puts right what can be put right now. Called when networks started or stopped. */
void coexist_update(struct control *c);
/* Other programs' rules changed: the end of this turn looks at them. */
void coexist_changed(struct control *c, const struct fw_culprit *by);
/* At the end of a turn. Gives the milliseconds to wait until it must be called again, 0: there is nothing to do. */
unsigned coexist_turn(struct control *c);

/* Says what keeps this network's packets from passing. */
void coexist_warn(struct control *c, const struct net *n);
