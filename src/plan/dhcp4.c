/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/dhcp4.h"

#include "plan/guest.h"

enum { DEFAULT_LEASE_S = 3600, NO_LEASE_OF_ITS_OWN = 0 };

static void add_ranges(struct guest_dhcp4 *d, const struct network_ip *ip)
{
	d->ranges.ranges_val = mem_array(ip->n_ranges, sizeof(*d->ranges.ranges_val));
	d->ranges.ranges_len = (unsigned)ip->n_ranges;
	for (size_t i = 0; i < ip->n_ranges; i++) {
		const struct dhcp_range *r = &ip->ranges[i];

		d->ranges.ranges_val[i] = (struct guest_range){
			.start = ip_v4(&r->start),
			.end = ip_v4(&r->end),
			.extra.lease_s = network_lease_s(&r->lease, NO_LEASE_OF_ITS_OWN),
		};
	}
}

static void add_hosts(struct guest_dhcp4 *d, const struct network_ip *ip)
{
	d->hosts.hosts_val = mem_array(ip->n_hosts, sizeof(*d->hosts.hosts_val));
	d->hosts.hosts_len = (unsigned)ip->n_hosts;
	for (size_t i = 0; i < ip->n_hosts; i++) {
		const struct dhcp_host *h = &ip->hosts[i];
		struct guest_host *g = &d->hosts.hosts_val[i];

		memcpy(g->mac, h->mac.b, sizeof(g->mac));
		g->name = mem_strdup(h->name ? h->name : "");
		g->ip = ip_v4(&h->ip);
		g->extra.lease_s = network_lease_s(&h->lease, NO_LEASE_OF_ITS_OWN);
	}
}

/* Behind what the options say for some clients: it is for all others. */
static void add_boot(struct guest_dhcp4 *d, const struct network_ip *ip)
{
	struct guest_boot b = { .arch = -1, .who = GUEST_BOOT_ANY, .server = ip_v4(&ip->bootp_server) };

	if (ip->bootp_file)
		guest_add_boot(d, &b, ip->bootp_file, NULL);
}

static bool is_for_all(const char *line)
{
	return !strstr(line, "=tag:");
}

/* The first boot file that fits is told, so those for some clients come before those for all. */
static void add_options(const struct network *n, struct guest_dhcp4 *d)
{
	for (int for_all = 0; for_all < 2; for_all++)
		for (size_t i = 0; i < n->n_options; i++)
			if (is_for_all(n->options[i]) == for_all)
				plan_dhcp4_option(n, d, n->options[i]); /* plan_supported has looked at them */
}

struct guest_dhcp4 *plan_dhcp4(const struct network *n, const struct network_ip *ip)
{
	struct guest_dhcp4 *d = mem_new(struct guest_dhcp4);

	d->server = ip_v4(&ip->address);
	d->prefix_len = network_ip_prefix(ip).len;
	d->router = n->forward.mode != FORWARD_NONE;
	d->dns = n->dns.enable != TRI_NO;
	d->rapid = true; /* nobody else serves this bridge */
	d->mtu = n->mtu;
	d->lease_s = DEFAULT_LEASE_S;
	add_ranges(d, ip);
	add_hosts(d, ip);
	add_options(n, d);
	add_boot(d, ip);
	return d;
}
