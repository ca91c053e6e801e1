/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/dhcp6.h"

#include <stdlib.h>

#include "plan/guest.h"

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
			.lease_s = network_lease_s(&r->lease, NO_LEASE_OF_ITS_OWN),
		};
	}
}

/* Hex digits in groups, "0:3:0:1:52:54:0:.."; a group of an odd number of digits has a zero before it. The parser has seen to
 * the characters. */
static void set_duid(struct guest_host6 *g, const char *id)
{
	char *bytes = mem_array(strlen(id) + 1, 1);
	unsigned len = 0;

	while (*id && len < GUEST_DUID_MAX) {
		size_t digits = strspn(id, "0123456789abcdefABCDEF"), take = digits % 2 ? 1 : 2;
		char pair[3] = { 0 };

		if (!digits) {
			id++; /* a colon */
			continue;
		}
		memcpy(pair, id, take);
		bytes[len++] = (char)strtoul(pair, NULL, 16);
		id += take;
	}
	g->duid.duid_val = bytes;
	g->duid.duid_len = len;
}

static void add_hosts(struct guest_dhcp6 *d, const struct network_ip *ip)
{
	d->hosts.hosts_val = mem_array(ip->n_hosts, sizeof(*d->hosts.hosts_val));
	d->hosts.hosts_len = (unsigned)ip->n_hosts;
	for (size_t i = 0; i < ip->n_hosts; i++) {
		const struct dhcp_host *h = &ip->hosts[i];
		struct guest_host6 *g = &d->hosts.hosts_val[i];

		if (h->id)
			set_duid(g, h->id);
		g->name = mem_strdup(h->name ? h->name : "");
		g->ip = guest_ip_of(&h->ip);
		g->lease_s = network_lease_s(&h->lease, NO_LEASE_OF_ITS_OWN);
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
