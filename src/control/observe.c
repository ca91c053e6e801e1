/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/guard.h"
#include "kernel/routes.h"
#include "kernel/sysctl.h"

void observation_free(struct observation *o)
{
	mem_drop(o->addrs);
	mem_drop(o->ports);
	mem_drop(o->bridge_sysctls);
	mem_drop(o->host_sysctls);
	mem_drop(o->routes);
	mem_drop(o->bridge_routes);
	fw_guard_free(&o->guard);
	*o = (struct observation){ 0 };
}

/* Values as the kernel has them. One that can't be read and is optional counts as right: there is nothing to set. */
static char (*observe_sysctls(const struct plan_sysctl *v, size_t n))[16]
{
	char(*values)[16] = mem_array(n, sizeof(*values));

	for (size_t i = 0; i < n; i++) {
		int r = sysctl_get(v[i].key, values[i], sizeof(values[i]));

		if (r == -ENOENT && v[i].optional)
			memcpy(values[i], v[i].value, sizeof(values[i]));
		else if (r < 0)
			values[i][0] = '\0';
	}
	return values;
}

static int by_master(const void *a, const void *b)
{
	int ma = ((const struct link *)a)->master, mb = ((const struct link *)b)->master;

	return (ma > mb) - (ma < mb);
}

void survey_begin(struct control *c)
{
	if (link_list(c->nl, 0, &c->survey, &c->n_survey) == 0 && c->n_survey)
		qsort(c->survey, c->n_survey, sizeof(*c->survey), by_master);
}

void survey_end(struct control *c)
{
	mem_drop(TAKE(c->survey));
	c->n_survey = 0;
}

static int list_ports(struct control *c, int master, struct link **ret, size_t *ret_n)
{
	const struct link key = { .master = master };

	if (!c->survey)
		return link_list(c->nl, master, ret, ret_n);
	const struct link *end = c->survey + c->n_survey;
	const struct link *v = bsearch(&key, c->survey, c->n_survey, sizeof(key), by_master);
	size_t n = 0;

	while (v && v > c->survey && v[-1].master == master)
		v--;
	while (v && v + n < end && v[n].master == master)
		n++;
	*ret = mem_dup(v, n * sizeof(*v));
	*ret_n = n;
	return 0;
}

/* The ports of the bridge, and this network's taps that are not among them. */
static int observe_ports(struct control *c, const struct net *n, struct observation *o)
{
	int r = list_ports(c, o->o.bridge.index, &o->ports, &o->n_ports);

	for (size_t i = 0; r == 0 && n && i < n->n_taps; i++) {
		struct link l;

		/* a tap that is gone is no error: its notification is on the way */
		if (link_get_index(c->nl, n->taps[i].index, &l) == 0 && l.master != o->o.bridge.index) {
			struct link *ports = mem_array(o->n_ports + 1, sizeof(*ports));

			if (o->n_ports)
				memcpy(ports, o->ports, o->n_ports * sizeof(*ports));
			ports[o->n_ports++] = l;
			mem_drop(o->ports);
			o->ports = ports;
		}
	}
	return r;
}

/* Taps alone: of a bridge which does not exist yet, or is not ours. */
static void observe_taps(struct control *c, const struct net *n, struct observation *o)
{
	o->ports = mem_array(n ? n->n_taps : 0, sizeof(*o->ports));
	for (size_t i = 0; n && i < n->n_taps; i++)
		if (link_get_index(c->nl, n->taps[i].index, &o->ports[o->n_ports]) == 0)
			o->n_ports++;
}

/* Default routes are nobody's subnet. */
static bool concerns(const struct plan *p, const struct prefix *dst)
{
	for (size_t i = 0; i < p->n_addrs && dst->len; i++)
		if (prefix_overlaps(&p->addrs[i], dst))
			return true;
	for (size_t i = 0; i < p->n_routes && dst->len; i++)
		if (prefix_overlaps(&p->routes[i].dst, dst))
			return true;
	return false;
}

/* Of a thousand networks each looks at all routes, so those that do not matter must cost little. */
static int find_routes(struct control *c, const struct plan *p, bool anew, struct observation *o)
{
	const struct route *routes;
	size_t n;
	int r = routes_list(c->routes, c->nl, anew, &routes, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct observed_route found = { .route = routes[i] };
		const struct net *owner;

		if (!concerns(p, &routes[i].dst))
			continue;
		if (routes[i].oif && !if_indextoname((unsigned)routes[i].oif, found.dev))
			continue; /* it went with its device */
		owner = map_get_str(c->by_bridge, found.dev);
		found.network = owner ? owner->name : NULL;
		*mem_push(o->routes, o->o.n_routes) = found;
	}
	return r;
}

/* The host's routes to where ours lead. */
static int observe_routes(struct control *c, const struct plan *p, struct observation *o)
{
	int r = find_routes(c, p, false, o);

	if (r < 0 || o->o.n_routes == 0)
		return r;
	o->o.n_routes = 0; /* it may be gone */
	mem_drop(TAKE(o->routes));
	return find_routes(c, p, true, o);
}

static int observe_links(struct control *c, const struct plan *p, const struct net *n, struct observation *o)
{
	int r = link_get(c->nl, p->bridge.name, &o->o.bridge);

	o->o.has_bridge = r == 0;
	if (p->unmanaged) {
		observe_taps(c, n, o);
		return r == -ENODEV ? 0 : r;
	}
	if (r == -ENODEV) {
		observe_taps(c, n, o);
		return observe_routes(c, p, o);
	}
	if (r == 0 && plan_owns(p, &o->o.bridge))
		r = addr_list(c->nl, o->o.bridge.index, &o->addrs, &o->o.n_addrs);
	if (r == 0 && plan_owns(p, &o->o.bridge))
		r = observe_ports(c, n, o);
	if (r == 0 && p->n_routes)
		r = route_list(c->nl, o->o.bridge.index, &o->bridge_routes, &o->o.n_bridge_routes);
	return r;
}

int observe(struct control *c, const struct plan *p, const struct net *n, struct observation *ret, struct err *e)
{
	const struct net *holder = map_get_str(c->by_bridge, p->bridge.name);
	struct observation o = { 0 };
	int r = p->bridge.name[0] ? observe_links(c, p, n, &o) : 0;

	if (r < 0) {
		observation_free(&o);
		return err_sys(e, r, "look at bridge '%s'", p->bridge.name);
	}
	o.bridge_sysctls = observe_sysctls(p->bridge_sysctls, p->n_bridge_sysctls);
	o.host_sysctls = observe_sysctls(p->host_sysctls, p->n_host_sysctls);
	o.o.firewall_same = firewall_has(c->fw, &p->firewall);
	o.o.firewall_there = firewall_has_bridge(c->fw, p->bridge.name) && (!holder || holder->plan == p);
	o.guard = guard_of(c, n, p, o.ports, o.n_ports);
	o.o.guard_same = firewall_has_guard(c->fw, &o.guard);
	o.o.service_there = guestd_has(c->guestd, &p->uuid);
	if (p->scope) {
		p->scope->ifindex = o.o.has_bridge ? (unsigned)o.o.bridge.index : 0;
		o.o.service_same = o.o.has_bridge && guestd_serves(c->guestd, p->scope);
	}
	o.o.addrs = o.addrs;
	o.o.ports = o.ports;
	o.o.n_ports = o.n_ports;
	o.o.bridge_sysctls = o.bridge_sysctls;
	o.o.host_sysctls = o.host_sysctls;
	o.o.routes = o.routes;
	o.o.bridge_routes = o.bridge_routes;
	*ret = o;
	ret->o.guard = &ret->guard;
	return 0;
}
