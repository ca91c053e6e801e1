/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/dhcp6.h"

#include <stdlib.h>

#include "plan/guest.h"
#include "plan/hex.h"

enum { DEFAULT_LEASE_S = 3600, NO_LEASE_OF_ITS_OWN = 0 };

static void add_ranges(struct guest_dhcp6 *d, const struct network_ip *ip)
{
	d->ranges.ranges_val = mem_array(ip->n_ranges, sizeof(*d->ranges.ranges_val));
	d->ranges.ranges_len = (unsigned)ip->n_ranges;
	for (size_t i = 0; i < ip->n_ranges; i++) {
		const struct dhcp_range *r = &ip->ranges[i];

		d->ranges.ranges_val[i] = (struct guest_range6){
			.start = guest_ip_of(&r->start),
			.end = guest_ip_of(&r->end),
			.lease_s = network_lease_s(&r->extra.lease, NO_LEASE_OF_ITS_OWN),
		};
	}
}

static void add_hosts(struct guest_dhcp6 *d, const struct network_ip *ip)
{
	d->hosts.hosts_val = mem_array(ip->n_hosts, sizeof(*d->hosts.hosts_val));
	d->hosts.hosts_len = (unsigned)ip->n_hosts;
	for (size_t i = 0; i < ip->n_hosts; i++) {
		const struct dhcp_host *h = &ip->hosts[i];
		struct guest_host6 *g = &d->hosts.hosts_val[i];

		if (h->id)
			g->duid.duid_val = hex_bytes(h->id, GUEST_DUID_MAX, &g->duid.duid_len);
		g->name = mem_strdup(h->name ? h->name : "");
		g->ip = guest_ip_of(&h->ip);
		g->lease_s = network_lease_s(&h->extra.lease, NO_LEASE_OF_ITS_OWN);
	}
}

struct guest_dhcp6 *plan_dhcp6(const struct network *n, const struct network_ip *ip)
{
	struct guest_dhcp6 *d = mem_new(struct guest_dhcp6);

	d->self = (struct guest_prefix){ .ip = guest_ip_of(&ip->address), .len = network_ip_prefix(ip).len };
	d->dns = n->dns.enable != TRI_NO;
	d->lease_s = DEFAULT_LEASE_S;
	add_ranges(d, ip);
	add_hosts(d, ip);
	return d;
}
