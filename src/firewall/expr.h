/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/expr.h - inside firewall/: a rule's terms as nf_tables expressions. */
#pragma once
#include <libnftnl/rule.h>

#include "firewall/block.h"
#include "firewall/pass.h"

void put_expressions(struct nftnl_rule *r, const struct fw_rule *rule);
/* A rule of ours in another program's chain. `iptables`: as iptables itself writes it, since one expression that it does
 * not know makes it fail on the whole table. */
void put_pass_expressions(struct nftnl_rule *r, const struct pass *p, bool iptables);
