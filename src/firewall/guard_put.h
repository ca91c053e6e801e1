/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guard_put.h - inside firewall/: the guard's sets and elements as nf_tables messages. */
#pragma once
#include "firewall/batch.h"
#include "firewall/guard_rules.h"

/* With what stands in it for all networks, in place of any that is there. */
void put_guard_table(struct batch *b, uint32_t hold, bool owners);
void put_guard_claim(struct batch *b); /* makes it ours again, as it is */
void put_guard_removal(struct batch *b);
/* A transaction that leaves nothing: it fails where the kernel does not know what owners need. */
void put_guard_probe(struct batch *b);
void put_guard_elements(struct batch *b, int type, const struct guard_element *v, size_t n);
