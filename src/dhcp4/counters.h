/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/counters.h - what each port of one network sent and got. Of more than DHCP4_PORTS_MAX the one that was silent for
 * longest is forgotten: ports come and go.
 * Shapes  turn: counts up. Pure. */
#pragma once
#include <stddef.h>

#include "dhcp4/server.h"

enum { DHCP4_PORTS_MAX = 4096 };

struct dhcp4_counter { /* so far */
	uint32_t port;
	uint64_t turn;             /* when it was last heard */
	uint64_t n;                /* messages */
	uint64_t replies[REPLIES]; /* by enum dhcp4_reply */
	uint64_t limited;          /* of the messages: not looked at */
};

struct dhcp4_counters;

struct dhcp4_counters *dhcp4_counters_new(void);
void dhcp4_counters_free(struct dhcp4_counters *c);
DEFINE_AUTO(struct dhcp4_counters *, dhcp4_counters_free)

/* The counter of a port that is heard now. Good until the next call. */
struct dhcp4_counter *dhcp4_counters_of(struct dhcp4_counters *c, uint32_t port, uint64_t turn);
/* All, those that sent most first: an array to be freed with mem_drop. */
struct dhcp4_counter *dhcp4_counters_list(const struct dhcp4_counters *c, size_t *ret_n);
