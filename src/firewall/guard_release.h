/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guard_release.h - inside firewall/: addresses that guests owned because they came first are free when they are gone. */
#pragma once
#include "firewall/batch.h"
#include "firewall/nfnl.h"

struct guard_leaver {
	char bridge[IFNAMSIZ];
	struct mac mac;
};

/* Puts what makes it so into `b`; false: they owned none. */
bool guard_release(struct nfnl *nl, const struct guard_leaver *v, size_t n, struct batch *b);
