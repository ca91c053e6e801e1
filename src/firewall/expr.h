/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/expr.h - inside firewall/: a rule's terms as nf_tables expressions. */
#pragma once
#include <libnftnl/rule.h>

#include "firewall/block.h"

void put_expressions(struct nftnl_rule *r, const struct fw_rule *rule);
void put_port_mark(struct nftnl_rule *r); /* the only rule of the table for ports */
