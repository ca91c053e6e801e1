/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guard_observe.h - inside firewall/: the guard's table as the kernel has it. */
#pragma once
#include "firewall/guard_rules.h"
#include "firewall/nfnl.h"

/* Is it there, whose is it (FW_OWNER, FW_PERSIST), and the digest of all that is in it: of a table with anything that is not ours, some other number.
 * A kernel that knows no such tables holds none. 0 or -errno. */
int guard_observe(struct nfnl *nl, bool *ret_there, uint32_t *ret_hold, uint64_t *ret_digest);

/* Each message with elements of one of its sets. 0 or -errno. */
int guard_each(struct nfnl *nl, enum guard_set set, mnl_cb_t take, void *arg);

struct guard_count; /* firewall/firewall.h */
/* Of all guarded ports; freed with mem_drop. 0 or -errno. */
int guard_counts(struct nfnl *nl, struct guard_count **ret, size_t *ret_n);
