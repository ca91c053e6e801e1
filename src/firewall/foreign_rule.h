/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/foreign_rule.h - inside firewall/: what one rule of another program does, as far as it matters here. */
#pragma once
#include <libmnl/libmnl.h>

#include "firewall/foreign.h"

/* Reads a rule of `t`; what it names is added there. One that can't be read has no effect. */
void foreign_rule_parse(const struct nlmsghdr *h, struct foreign_table *t, struct foreign_rule *ret);
/* A name as the kernel compares it: `len` bytes, fewer than IFNAMSIZ and no final zero are the beginning of names. */
void foreign_add_ifname(struct foreign_table *t, const char *name, size_t len);
