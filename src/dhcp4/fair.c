/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/fair.h"

struct dhcp4_fair {
	struct {
		uint64_t turn;
		unsigned n;
	} ports[FAIR_PORTS];
};

struct dhcp4_fair *dhcp4_fair_new(void)
{
	return mem_new(struct dhcp4_fair);
}

void dhcp4_fair_free(struct dhcp4_fair *f)
{
	mem_drop(f);
}

bool dhcp4_fair_admit(struct dhcp4_fair *f, uint32_t port, uint64_t turn)
{
	typeof(&f->ports[0]) p = &f->ports[port & (FAIR_PORTS - 1)];

	if (p->turn != turn) {
		p->turn = turn;
		p->n = 0;
	}
	return p->n++ < FAIR_A_TURN;
}
