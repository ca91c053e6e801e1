/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ip.h"

#include "base/mem.h"
#include "model/array.h"

enum { IPV6_PREFIX = 64 }; /* RFC 4291 s.2.5.4 */

void dhcp_range_clear(struct dhcp_range *r)
{
	dhcp_options_clear(&r->extra.options);
}

void dhcp_host_clear(struct dhcp_host *h)
{
	dhcp_options_clear(&h->extra.options);
	mem_drop(h->mac_text);
	mem_drop(h->id);
	mem_drop(h->name);
}

void network_ip_clear(struct network_ip *ip)
{
	for (size_t i = 0; i < ip->n_ranges; i++)
		dhcp_range_clear(&ip->ranges[i]);
	for (size_t i = 0; i < ip->n_hosts; i++)
		dhcp_host_clear(&ip->hosts[i]);
	for (size_t i = 0; i < ip->n_boots; i++)
		dhcp_boot_clear(&ip->boots[i]);
	dhcp_options_clear(&ip->options);
	mem_drop(ip->boots);
	mem_drop(ip->hosts);
	mem_drop(ip->ranges);
	mem_drop(ip->tftp_root);
	mem_drop(ip->bootp_file);
}

void network_ip_copy(struct network_ip *to, const struct network_ip *from)
{
	*to = *from;
	to->tftp_root = mem_strdup(from->tftp_root);
	to->bootp_file = mem_strdup(from->bootp_file);
	to->ranges = array_copy(from->ranges, from->n_ranges, sizeof(*from->ranges));
	to->hosts = array_copy(from->hosts, from->n_hosts, sizeof(*from->hosts));
	for (size_t i = 0; i < to->n_hosts; i++) {
		struct dhcp_host *h = &to->hosts[i];

		h->mac_text = mem_strdup(h->mac_text);
		h->id = mem_strdup(h->id);
		h->name = mem_strdup(h->name);
		h->extra.options = dhcp_options_copy(&h->extra.options);
	}
	for (size_t i = 0; i < to->n_ranges; i++)
		to->ranges[i].extra.options = dhcp_options_copy(&from->ranges[i].extra.options);
	to->options = dhcp_options_copy(&from->options);
	to->boots = array_copy(from->boots, from->n_boots, sizeof(*from->boots));
	for (size_t i = 0; i < to->n_boots; i++)
		dhcp_boot_own(&to->boots[i]);
}

/* The prefix of the old address classes A, B and C (RFC 791 s.3.2); 0 for what is no unicast address. */
static unsigned class_prefix(const struct ip *a)
{
	if (a->b[0] < 128)
		return 8;
	if (a->b[0] < 192)
		return 16;
	return a->b[0] < 224 ? 24 : 0;
}

struct prefix network_ip_prefix(const struct network_ip *ip)
{
	struct prefix p = { .ip = ip->address, .len = ip->prefix };

	if (ip->netmask.family)
		prefix_from_mask(&ip->netmask, &p.len);
	else if (!ip->prefix)
		p.len = ip->address.family == AF_INET ? class_prefix(&ip->address) : IPV6_PREFIX;
	return p;
}

bool network_ip_has_dhcp(const struct network_ip *ip)
{
	return ip->n_ranges || ip->n_hosts;
}

struct prefix network_route_prefix(const struct network_route *r)
{
	struct prefix p = { .ip = r->address, .len = r->prefix };

	if (r->netmask.family)
		prefix_from_mask(&r->netmask, &p.len);
	return p;
}

uint32_t network_lease_s(const struct lease_time *t, uint32_t otherwise)
{
	static const uint32_t seconds[] = { [LEASE_SECONDS] = 1, [LEASE_MINUTES] = 60, [LEASE_HOURS] = 3600 };

	if (!t->given)
		return otherwise;
	return t->expiry ? (uint32_t)t->expiry * seconds[t->unit] : LEASE_INFINITE;
}
