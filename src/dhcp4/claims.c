/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/claims.h"

#include <stdbool.h>

struct believed {
	struct dhcp4_claim claim;
	uint64_t until;
	bool told; /* that its port's further claims are ignored */
};

struct dhcp4_claims {
	struct believed v[CLAIMS_MAX];
};

struct dhcp4_claims *dhcp4_claims_new(void)
{
	return mem_new(struct dhcp4_claims);
}

void dhcp4_claims_free(struct dhcp4_claims *c)
{
	mem_drop(c);
}

/* The port's earlier ones. */
struct counts {
	unsigned of_port, of_mac, on_client;
	bool same, told;
	struct believed *last, *unused;
};

static struct counts count(struct dhcp4_claims *c, const struct dhcp4_claim *claim, uint64_t now)
{
	struct counts n = { 0 };

	for (struct believed *b = c->v; b < c->v + CLAIMS_MAX; b++) {
		if (b->until <= now) {
			n.unused = b;
			continue;
		}
		if (b->claim.port != claim->port)
			continue;
		bool same_mac = mac_eq(&b->claim.who, &claim->who);

		n.of_port++;
		n.of_mac += same_mac;
		n.on_client += mac_eq(&b->claim.client, &claim->client);
		n.same |= same_mac && b->claim.addr == claim->addr;
		n.told |= b->told;
		n.last = b;
	}
	return n;
}

enum claim_verdict dhcp4_claims_judge(struct dhcp4_claims *c, const struct dhcp4_claim *claim, uint64_t now)
{
	struct counts n = count(c, claim, now);

	if (n.same) /* in a pool that is full its quarantine is cut short, and it still has the address */
		return CLAIM_BELIEVED;
	if (n.unused && n.of_port < CLAIMS_OF_PORT && n.of_mac < CLAIMS_OF_MAC && n.on_client < CLAIMS_ON_CLIENT) {
		*n.unused = (struct believed){ .claim = *claim, .until = now + CLAIMS_S };
		return CLAIM_BELIEVED;
	}
	if (n.told || !n.last)
		return CLAIM_IGNORED;
	n.last->told = true;
	return CLAIM_IGNORED_FIRST;
}
