/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/fair.h - who is heard while more messages come than can be answered. Each port has a few of them looked at in a
 * turn; what is beyond that is dropped unread, which is quick, so that the queue in the kernel is soon short again and has room
 * for those who ask as clients do.
 * Shapes  port: any number. turn: counts up. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

enum { FAIR_PORTS = 4096 /* a power of two; ports that share a place share its turn */, FAIR_A_TURN = 8 };

struct dhcp4_fair;

struct dhcp4_fair *dhcp4_fair_new(void);
void dhcp4_fair_free(struct dhcp4_fair *f);
DEFINE_AUTO(struct dhcp4_fair *, dhcp4_fair_free)

/* Is this message of `port` to be looked at? */
bool dhcp4_fair_admit(struct dhcp4_fair *f, uint32_t port, uint64_t turn);
