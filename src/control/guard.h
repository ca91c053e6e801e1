/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/guard.h - who is guarded: the ports on a bridge whose guests we know, our own taps and the devices of ports that
 * clients told of, with the leases that there are. */
#pragma once
#include <stdio.h>

#include "control/state.h"

/* The plan of this definition becomes what the settings make of it where it says nothing itself. */
void guard_settle(const struct control *c, const struct network *def, struct plan *p);
void guard_settle_all(struct control *c); /* of networks that run, when the settings are others */

/* What the guard of this network should be with these devices on its bridge or about to be; `n` NULL: nothing. */
struct fw_guard guard_of(struct control *c, const struct net *n, const struct plan *p, const struct link *ports,
			 size_t n_ports);

/* The rules for the ports that are on its bridge now, for people. */
void guard_print(struct control *c, const struct net *n, FILE *out);

/* At start-up: of all networks that run, in one transaction; what is right already is left alone. */
void guard_resume(struct control *c, const struct link *links, size_t n);

/* Its addresses have other holders. */
void guard_follow(struct control *c, struct net *n);
