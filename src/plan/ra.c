/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/ra.h"

#include "plan/guest.h"

enum { ROUTER_S = 1800, DEFAULT_MTU = 1500 };

bool plan_has_ipv6(const struct network *n)
{
	for (size_t i = 0; i < n->n_ips; i++)
		if (n->ips[i].address.family == AF_INET6)
			return true;
	return false;
}

struct ip plan_link_local(const struct network *n)
{
	const uint8_t *m = n->mac.b;

	return (struct ip){ AF_INET6,
			    { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5] } };
}

/* Guests make themselves an address of each prefix, except of the one that DHCPv6 gives addresses of. */
static void add_prefixes(const struct network *n, struct guest_ra *ra)
{
	for (size_t i = 0; i < n->n_ips; i++) {
		const struct network_ip *ip = &n->ips[i];
		struct prefix p = network_ip_prefix(ip);

		if (ip->address.family != AF_INET6)
			continue;
		guest_add_ra_prefix(ra, &p, !network_ip_has_dhcp(ip));
		ra->managed |= network_ip_has_dhcp(ip);
	}
}

struct guest_ra *plan_ra(const struct network *n)
{
	if (!plan_has_ipv6(n))
		return NULL;
	struct guest_ra *ra = mem_new(struct guest_ra);
	struct ip us = plan_link_local(n);

	ra->mtu = n->mtu ? n->mtu : DEFAULT_MTU;
	ra->router_s = n->forward.mode == FORWARD_NONE ? 0 : ROUTER_S;
	add_prefixes(n, ra);
	if (n->dns.enable != TRI_NO)
		guest_add_ra_dns(ra, &us);
	return ra;
}
