/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/dhcp4.h"

#include "plan/guest.h"
#include "plan/hex.h"

enum { DEFAULT_LEASE_S = 3600, NO_LEASE_OF_ITS_OWN = 0 };

/* The parser has seen that they make sense. */
static void add_typed(guest_options *to, const struct dhcp_options *from, uint32_t self)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct dhcp_option *o = &from->v[i];
		uint8_t bytes[DHCP_OPTION_VALUE_MAX];
		struct wr w = wr_make(bytes, sizeof(bytes));

		if (o->value)
			dhcp_value_put_all(&w, o->type ? o->type : dhcp_option_type(o->code), o->value, self);
		guest_add_option(to, o->code, o->force == TRI_YES, bytes, wr_len(&w));
	}
}

static void add_ranges(struct guest_dhcp4 *d, const struct network_ip *ip)
{
	d->ranges.ranges_val = mem_array(ip->n_ranges, sizeof(*d->ranges.ranges_val));
	d->ranges.ranges_len = (unsigned)ip->n_ranges;
	for (size_t i = 0; i < ip->n_ranges; i++) {
		const struct dhcp_range *r = &ip->ranges[i];

		d->ranges.ranges_val[i] = (struct guest_range){
			.start = ip_v4(&r->start),
			.end = ip_v4(&r->end),
			.extra.lease_s = network_lease_s(&r->extra.lease, NO_LEASE_OF_ITS_OWN),
		};
		add_typed(&d->ranges.ranges_val[i].extra.options, &r->extra.options, d->server);
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
		g->extra.lease_s = network_lease_s(&h->extra.lease, NO_LEASE_OF_ITS_OWN);
		add_typed(&g->extra.options, &h->extra.options, d->server);
		if (h->id)
			g->id.id_val = (char *)hex_bytes(h->id, GUEST_NAME_MAX, &g->id.id_len);
	}
}

/* The first that fits is told: what is written first. */
static void add_boots(struct guest_dhcp4 *d, const struct network_ip *ip)
{
	static const enum guest_boot_who who[] = { [BOOT_CLIENT_ANY] = GUEST_BOOT_ANY,
						   [BOOT_CLIENT_IPXE] = GUEST_BOOT_IPXE,
						   [BOOT_CLIENT_FIRMWARE] = GUEST_BOOT_FIRMWARE };

	for (size_t i = 0; i < ip->n_boots; i++) {
		const struct dhcp_boot *from = &ip->boots[i];
		struct guest_boot b = { .who = who[from->client], .server = ip_v4(&from->server) };
		int archs[BOOT_ARCHS_MAX] = { -1 };
		size_t n = from->arch ? dhcp_boot_archs(from->arch, archs) : 1;

		for (size_t k = 0; k < n; k++) {
			b.arch = archs[k];
			guest_add_boot(d, &b, from->file, from->server_name);
		}
	}
}

/* Behind what the others say for some clients: it is for all that are left. */
static void add_bootp(struct guest_dhcp4 *d, const struct network_ip *ip)
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
	add_typed(&d->options, &ip->options, d->server);
	add_boots(d, ip);
	add_options(n, d);
	add_bootp(d, ip);
	return d;
}
