/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Port groups, and vlans and bandwidths against modes and port types. */
#include "model/checks.h"

#include "base/map.h"

#define RATE_MAX  18014398509481984UL /* 2^54: in bytes it still fits a 64 bit number; libvirt's limit */
#define BURST_MAX 4194303UL           /* KiB: in bytes it still fits tc's 32 bits; libvirt's limit */

static int check_groups(const struct network *n, struct err *e)
{
	AUTO(map_free) struct map *names = map_new();
	const struct portgroup *is_default = NULL;

	for (size_t i = 0; i < n->n_portgroups; i++) {
		struct portgroup *g = &n->portgroups[i];

		if (map_put(names, g->name, strlen(g->name), g))
			return check_bad(e, g->line, "<portgroup>: name '%s' stands there twice", g->name);
		if (g->is_default && is_default)
			return check_bad(e, g->line, "<portgroup>: '%s' and '%s' cannot both be the default",
					 is_default->name, g->name);
		if (g->is_default)
			is_default = g;
	}
	return 0;
}

/* Are guests on a bridge with this port type, or on a device, that can tag for them? */
static bool can_tag(const struct network *n, const struct virtualport *v)
{
	switch (n->forward.mode) {
	case FORWARD_HOSTDEV:
	case FORWARD_PASSTHROUGH:
		return true;
	case FORWARD_BRIDGE:
		return !virtualport_given(v) || v->type == VPORT_OPENVSWITCH;
	default:
		return false;
	}
}

static bool group_can_tag(const struct network *n, const struct portgroup *g)
{
	if (!virtualport_given(&g->virtualport))
		return can_tag(n, &n->virtualport);
	return g->virtualport.type == VPORT_OPENVSWITCH && n->forward.mode == FORWARD_BRIDGE;
}

/* A default group stands for all ports, so with one the network's own port type does not matter. */
static int check_vlans(const struct network *n, struct err *e)
{
	static const char no_vlan[] = "whose type doesn't support vlan configuration";
	const char *mode = forward_mode_text(n->forward.mode);
	bool has_default = false;

	for (size_t i = 0; i < n->n_portgroups; i++) {
		const struct portgroup *g = &n->portgroups[i];

		has_default = has_default || g->is_default;
		if ((g->vlan.n_tags || n->vlan.n_tags) && !group_can_tag(n, g))
			return check_unfit(e, g->vlan.n_tags ? g->vlan.line : n->vlan.line,
					   "<vlan>: port group '%s' is of a network of mode '%s' %s", g->name, mode,
					   no_vlan);
	}
	if (n->vlan.n_tags && !has_default && !can_tag(n, &n->virtualport))
		return check_unfit(e, n->vlan.line, "<vlan>: a network of mode '%s' %s", mode, no_vlan);
	return 0;
}

static int check_rate(const struct bandwidth *b, const struct bandwidth_rate *r, struct err *e)
{
	if (r->average > RATE_MAX || r->peak > RATE_MAX)
		return check_bad(e, b->line, "<bandwidth>: average and peak are at most %lu", RATE_MAX);
	if (r->burst > BURST_MAX)
		return check_bad(e, b->line, "<bandwidth>: burst='%lu' is more than %lu", r->burst, BURST_MAX);
	return 0;
}

int bandwidth_check(const struct bandwidth *b, struct err *e)
{
	if (b->floor > RATE_MAX)
		return check_bad(e, b->line, "<bandwidth>: floor is at most %lu", RATE_MAX);
	return check_rate(b, &b->in, e) < 0 ? -1 : check_rate(b, &b->out, e);
}

static int check_bandwidths(const struct network *n, struct err *e)
{
	bool fits = network_is_managed(n) || (n->forward.mode == FORWARD_BRIDGE && n->bridge.name[0]);

	for (size_t i = 0; i < n->n_portgroups; i++) {
		const struct bandwidth *b = &n->portgroups[i].bandwidth;

		if (bandwidth_given(b) && !fits)
			return check_unfit(e, b->line, "<bandwidth> does not go with forward mode '%s'",
					   forward_mode_text(n->forward.mode));
	}
	return bandwidth_check(&n->bandwidth, e);
}

int check_ports(const struct network *n, struct err *e)
{
	return check_groups(n, e) < 0 || check_vlans(n, e) < 0 ? -1 : check_bandwidths(n, e);
}
