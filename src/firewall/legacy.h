/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/legacy.h - iptables' older half (iptables-legacy), whose rules stand where nf_tables does not see them: which of
 * its chains stop a network by their policy? They are only read, and only where they are loaded: asking would load them. */
#pragma once
#include "firewall/pass.h"

enum { LEGACY_PLACES = 4 }; /* FORWARD and INPUT, IPv4 and IPv6 */

struct legacy_block {
	int family;
	bool forward; /* else INPUT */
};

/* The chains whose policy is to drop while no rule there, or in a chain that somebody made, names the bridge. Their number,
 * or -errno: one can't be read. */
int legacy_blocks(const struct pass_net *n, struct legacy_block ret[LEGACY_PLACES]);

/* Both freed with mem_drop: "iptables-legacy's chain FORWARD (its policy: drop)", and the command that lets it through. */
char *legacy_text(const struct legacy_block *b);
char *legacy_remedy(const struct legacy_block *b, const struct pass_net *n);
