/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/foreign.h - other programs' chains that our packets pass too. What one of them drops is gone, whatever we
 * accept; we change nothing there, but can say so. */
#pragma once
#include "firewall/firewall.h"

struct fw_foreign {
	int family; /* NFPROTO_* */
	const char *family_name, *table, *chain;
	bool forward;         /* else what guests send to the host itself */
	const char *iptables; /* the program whose chain it is; NULL: nft's */
};

/* The next of the chains that other programs usually make whose policy is to drop and that has no rule naming `bridge`;
 * NULL: no more. `pos` starts with 0. */
const struct fw_foreign *firewall_foreign_drop(struct firewall *f, const char *bridge, size_t *pos);
/* Is there Docker's chain for the administrator's rules, the one that it does not overwrite, before its own? */
bool firewall_has_docker(struct firewall *f);
