/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/network.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const char *const forward_modes[] = {
	[FORWARD_NONE] = "none",       [FORWARD_NAT] = "nat",
	[FORWARD_ROUTE] = "route",     [FORWARD_OPEN] = "open",
	[FORWARD_BRIDGE] = "bridge",   [FORWARD_PRIVATE] = "private",
	[FORWARD_VEPA] = "vepa",       [FORWARD_PASSTHROUGH] = "passthrough",
	[FORWARD_HOSTDEV] = "hostdev",
};
static_assert(ARRAY_SIZE(forward_modes) == FORWARD_MODES, "every mode has a text");

const char *forward_mode_text(enum forward_mode mode)
{
	return forward_modes[mode];
}

int forward_mode_parse(const char *text, enum forward_mode *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(forward_modes); i++)
		if (strcmp(text, forward_modes[i]) == 0) {
			*ret = (enum forward_mode)i;
			return 0;
		}
	return -EINVAL;
}

static void drop_ip(struct network_ip *ip)
{
	for (size_t i = 0; i < ip->n_hosts; i++) {
		mem_drop(ip->hosts[i].mac_text);
		mem_drop(ip->hosts[i].name);
	}
	mem_drop(ip->hosts);
	mem_drop(ip->ranges);
}

void network_free(struct network *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n_ips; i++)
		drop_ip(&n->ips[i]);
	mem_drop(n->ips);
	mem_drop(n->name);
	mem_drop(n->title);
	mem_drop(n->description);
	mem_drop(n->domain);
	mem_drop(n);
}

static void copy_ip(struct network_ip *to, const struct network_ip *from)
{
	*to = *from;
	to->ranges = NULL;
	to->n_ranges = 0;
	to->hosts = NULL;
	to->n_hosts = 0;
	for (size_t i = 0; i < from->n_ranges; i++)
		*mem_push(to->ranges, to->n_ranges) = from->ranges[i];
	for (size_t i = 0; i < from->n_hosts; i++) {
		struct dhcp_host *h = mem_push(to->hosts, to->n_hosts);

		*h = from->hosts[i];
		h->mac_text = mem_strdup(from->hosts[i].mac_text);
		h->name = mem_strdup(from->hosts[i].name);
	}
}

struct network *network_copy(const struct network *n)
{
	struct network *c = mem_new(struct network);

	*c = *n;
	c->name = mem_strdup(n->name);
	c->title = mem_strdup(n->title);
	c->description = mem_strdup(n->description);
	c->domain = mem_strdup(n->domain);
	c->ips = NULL;
	c->n_ips = 0;
	for (size_t i = 0; i < n->n_ips; i++)
		copy_ip(mem_push(c->ips, c->n_ips), &n->ips[i]);
	return c;
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
		p.len = class_prefix(&ip->address);
	return p;
}

bool network_ip_has_dhcp(const struct network_ip *ip)
{
	return ip->n_ranges || ip->n_hosts;
}
