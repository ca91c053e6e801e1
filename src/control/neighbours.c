/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/neighbours.h"

#include "base/log.h"
#include "firewall/foreign.h"

static char *remedy(struct control *c, const struct fw_foreign *f, const char *bridge)
{
	const char *chain = f->forward && f->family == AF_INET && firewall_has_docker(c->fw) ? "DOCKER-USER" : f->chain;

	if (f->iptables && f->forward)
		return mem_printf("%s -I %s -i %s -j ACCEPT; %s -I %s -o %s -j ACCEPT", f->iptables, chain, bridge,
				  f->iptables, chain, bridge);
	if (f->iptables)
		return mem_printf("%s -I %s -i %s -j ACCEPT", f->iptables, chain, bridge);
	if (f->forward)
		return mem_printf(
		    "nft 'insert rule %s %s %s iifname \"%s\" accept; insert rule %s %s %s oifname \"%s\" accept'",
		    f->family_name, f->table, chain, bridge, f->family_name, f->table, chain, bridge);
	return mem_printf("nft 'insert rule %s %s %s iifname \"%s\" accept'", f->family_name, f->table, chain, bridge);
}

void neighbours_warn(struct control *c, const struct net *n)
{
	const char *bridge = n->plan->bridge.name;
	const struct fw_foreign *f;
	struct link l;

	if (n->plan->unmanaged) {
		if (bridge[0] && link_get(c->nl, bridge, &l) < 0)
			log_warn("network: %s: the host has no bridge '%s' yet", n->name, bridge);
		return;
	}

	for (size_t pos = 0; (f = firewall_foreign_drop(c->fw, bridge, &pos));) {
		AUTO(mem_drop) char *how = remedy(c, f, bridge);

		if (f->forward && n->plan->firewall.mode == FW_ISOLATED)
			continue;
		log_warn("network: %s: chain %s of table %s %s, which is not ours, drops %s; to let them pass: %s",
			 n->name, f->chain, f->family_name, f->table,
			 f->forward ? "guests' packets to and from other networks"
				    : "guests' questions to the host (DNS)",
			 how);
	}
}
