/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/claims.h - is one who says that it has an address to be believed? A machine whose address was given by hand says so of
 * one or a few; one that says so of every address we ask about keeps all others from getting a lease. So what a port and a
 * machine behind it are believed is limited, and so is how often one port turns away one client: then the address is
 * given, and a client that finds it taken declines it (RFC 2131 s.4.4.1).
 * Shapes  port: 0, not known, is as one. now: seconds of a steady clock. Pure. */
#pragma once
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"

enum {
	CLAIMS_S = 600, /* so long a claim counts */
	CLAIMS_MAX = 256,
	CLAIMS_OF_MAC = 4,
	CLAIMS_OF_PORT = 16,
	CLAIMS_ON_CLIENT = 2,
};

struct dhcp4_claim {
	uint32_t port, addr;
	struct mac who, client; /* who says so; who was to get the address */
};

enum claim_verdict {
	CLAIM_BELIEVED,
	CLAIM_IGNORED,
	CLAIM_IGNORED_FIRST, /* of this port, in CLAIMS_S */
};

struct dhcp4_claims;

struct dhcp4_claims *dhcp4_claims_new(void);
void dhcp4_claims_free(struct dhcp4_claims *c);
DEFINE_AUTO(struct dhcp4_claims *, dhcp4_claims_free)

enum claim_verdict dhcp4_claims_judge(struct dhcp4_claims *c, const struct dhcp4_claim *claim, uint64_t now);
