/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/heal.h - the kernel's notifications of links, addresses, routes, forwarding and our rules. They say whom to look
 * at; what is to be done finds reconcile, once for each network when the present turn of the loop ends. */
#pragma once
#include "control/state.h"

int heal_open(struct control *c, struct err *e);
void heal_close(struct control *c);

/* This network is to be looked at, if it runs. NULL: none. */
void heal_mark(struct control *c, struct net *n);

/* Its leases changed: what depends on them follows when the present turn ends, once for each network. `control` is a struct
 * control. */
void heal_lease_changed(void *control, const struct uuid *network);
uint64_t heal_now_ms(struct control *c); /* of the steady clock, at the begin of this turn */

/* The administrator asks: all running networks are looked at, whatever happened to them before. */
void heal_all(struct control *c);
