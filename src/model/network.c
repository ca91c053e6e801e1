/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/network.h"

#include "model/array.h"

void network_free(struct network *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n_metadata; i++) {
		mem_drop(n->metadata[i].uri);
		mem_drop(n->metadata[i].xml);
	}
	for (size_t i = 0; i < n->n_ips; i++)
		network_ip_clear(&n->ips[i]);
	for (size_t i = 0; i < n->n_portgroups; i++)
		portgroup_clear(&n->portgroups[i]);
	network_forward_clear(&n->forward);
	network_dns_clear(&n->dns);
	array_drop_texts(n->options, n->n_options);
	network_own_clear(&n->own);
	mem_drop(n->metadata);
	mem_drop(n->ips);
	mem_drop(n->routes);
	mem_drop(n->portgroups);
	mem_drop(n->vlan.tags);
	mem_drop(n->virtualport.profileid);
	mem_drop(n->name);
	mem_drop(n->title);
	mem_drop(n->description);
	mem_drop(n->bridge.zone);
	mem_drop(n->domain);
	mem_drop(n);
}

static void copy_metadata(struct network *to, const struct network *from)
{
	to->metadata = array_copy(from->metadata, from->n_metadata, sizeof(*from->metadata));
	for (size_t i = 0; i < to->n_metadata; i++) {
		to->metadata[i].uri = mem_strdup(to->metadata[i].uri);
		to->metadata[i].xml = mem_strdup(to->metadata[i].xml);
	}
}

struct network *network_copy(const struct network *n)
{
	struct network *c = mem_new(struct network);

	*c = *n;
	c->name = mem_strdup(n->name);
	c->title = mem_strdup(n->title);
	c->description = mem_strdup(n->description);
	copy_metadata(c, n);
	network_forward_copy(&c->forward, &n->forward);
	c->bridge.zone = mem_strdup(n->bridge.zone);
	c->domain = mem_strdup(n->domain);
	network_dns_copy(&c->dns, &n->dns);
	vlan_copy(&c->vlan, &n->vlan);
	c->ips = array_copy(n->ips, n->n_ips, sizeof(*n->ips));
	for (size_t i = 0; i < n->n_ips; i++)
		network_ip_copy(&c->ips[i], &n->ips[i]);
	c->routes = array_copy(n->routes, n->n_routes, sizeof(*n->routes));
	virtualport_copy(&c->virtualport, &n->virtualport);
	c->portgroups = array_copy(n->portgroups, n->n_portgroups, sizeof(*n->portgroups));
	for (size_t i = 0; i < n->n_portgroups; i++)
		portgroup_copy(&c->portgroups[i], &n->portgroups[i]);
	c->options = array_copy_texts(n->options, n->n_options);
	network_own_copy(&c->own, &n->own);
	return c;
}

void network_replace(struct network *n, struct network *by)
{
	struct network old = *n;

	*n = *by;
	*by = old;
	network_free(by);
}

bool network_is_managed(const struct network *n)
{
	switch (n->forward.mode) {
	case FORWARD_NONE:
	case FORWARD_NAT:
	case FORWARD_ROUTE:
	case FORWARD_OPEN:
		return true;
	default:
		return false;
	}
}
