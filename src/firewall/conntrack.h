/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/conntrack.h - forget flows that nobody may go on with: established flows skip policy and keep their translation. */
#pragma once
#include "base/addr.h"
#include "base/err.h"
#include "firewall/block.h"

struct firewall;

/* By the firewall's socket: one of its own would have to be closed, and that waits for a grace period.
 * Deletes every flow with an original source or reply source in one of the prefixes. */
int conntrack_forget(struct firewall *f, const struct prefix *subnets, size_t n, struct err *e);
/* Deletes flows that were forwarded by a target in `gone`; and UDP flows that nobody ever answered to a port in `come`:
 * as long as their sender goes on, they would stay what they are. */
int conntrack_forget_targets(struct firewall *f, const struct fw_block *gone, const struct fw_block *come,
			     struct err *e);
