/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/diff.h"

static struct step *add(struct steps *s, enum step_op op)
{
	struct step *step = mem_push(s->v, s->n);

	step->op = op;
	return step;
}

void steps_free(struct steps *s)
{
	mem_drop(s->v);
	*s = (struct steps){ 0 };
}

bool plan_owns(const struct plan *p, const struct link *l)
{
	bool unfinished = !l->alias[0] && l->group == p->bridge.group && mac_eq(&l->mac, &p->bridge.mac);

	return strcmp(l->kind, "bridge") == 0 && (unfinished || strcmp(l->alias, p->bridge.alias) == 0);
}

/* Equal subnets can't both work, and a connected subnet must not overlap with ours; a wider route that only leads
 * somewhere (10.0.0.0/8 through a VPN) goes on working for all but our part of it. */
static bool clashes(const struct prefix *ours, const struct route *r)
{
	if (r->dst.ip.family != ours->ip.family || r->dst.len == 0) /* a default route leaves all subnets free */
		return false;
	return prefix_eq(ours, &r->dst) || (r->link_scope && prefix_overlaps(ours, &r->dst));
}

static int check_subnet(const struct plan *p, const struct prefix *subnet, const struct observed *have, struct err *e)
{
	char ours[PREFIX_TEXT], theirs[PREFIX_TEXT];

	for (size_t i = 0; i < have->n_routes; i++) {
		const struct observed_route *r = &have->routes[i];

		if (strcmp(r->dev, p->bridge.name) == 0 || !clashes(subnet, &r->route))
			continue;
		prefix_text(subnet, ours);
		prefix_text(&r->route.dst, theirs);
		if (r->network)
			return err_set(e, VNET_ERR_OPERATION_FAILED,
				       "subnet %s is already in use by network '%s' (interface %s has %s)", ours,
				       r->network, r->dev, theirs);
		return err_set(e, VNET_ERR_OPERATION_FAILED,
			       "subnet %s is already in use by interface %s (%s); choose another subnet", ours, r->dev,
			       theirs);
	}
	return 0;
}

/* The host's way to a destination of ours must not be a second one: the same subnet leads to one place. */
static int check_route(const struct plan *p, const struct route *ours, const struct observed *have, struct err *e)
{
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < have->n_routes && ours->dst.len; i++) {
		const struct observed_route *r = &have->routes[i];

		if (strcmp(r->dev, p->bridge.name) != 0 && prefix_eq(&r->route.dst, &ours->dst))
			return err_set(e, VNET_ERR_OPERATION_FAILED,
				       "<route> %s: interface %s has a route there already",
				       prefix_text(&ours->dst, text), r->dev);
	}
	return 0;
}

static int check_subnets(const struct plan *p, const struct observed *have, struct err *e)
{
	for (size_t i = 0; i < p->n_addrs; i++)
		if (check_subnet(p, &p->addrs[i], have, e) < 0)
			return -1;
	for (size_t i = 0; i < p->n_routes; i++)
		if (check_route(p, &p->routes[i], have, e) < 0)
			return -1;
	return 0;
}

static int check_foreign(const struct plan *p, const struct observed *have, struct err *e)
{
	if (have->has_bridge && !plan_owns(p, &have->bridge))
		return err_set(e, VNET_ERR_OPERATION_FAILED,
			       "the host already has a device '%s'%s%s%s that is not this network's; it is left alone, "
			       "choose another bridge name",
			       p->bridge.name, have->bridge.kind[0] ? " (" : "", have->bridge.kind,
			       have->bridge.kind[0] ? ")" : "");
	return have->has_bridge ? 0 : check_subnets(p, have, e);
}

/* What the bridge's MTU is to be. Where the definition names none the kernel lets it follow its ports, until somebody sets
 * it once, as a definition before this one may have made us do: then it goes back to what it would be, unless a port that
 * is not ours wants something special. */
static unsigned wanted_mtu(const struct plan *p, const struct observed *have)
{
	enum { DEFAULT_MTU = 1500 };

	if (p->bridge.mtu || !have->has_bridge)
		return p->bridge.mtu;
	for (size_t i = 0; i < have->n_ports; i++) {
		const struct link *l = &have->ports[i];
		bool followed = strcmp(l->kind, "tun") == 0 && l->mtu == p->mtu_before;

		if (!plan_owns_tap(p, l) && l->mtu != DEFAULT_MTU && !followed)
			return have->bridge.mtu;
	}
	return p->unmanaged ? have->bridge.mtu : DEFAULT_MTU;
}

static void diff_bridge(const struct plan *p, const struct observed *have, struct steps *s)
{
	if (!have->has_bridge) {
		add(s, STEP_CREATE_BRIDGE);
		return;
	}
	if (!have->bridge.alias[0])
		add(s, STEP_SET_ALIAS);
	if (!mac_eq(&have->bridge.mac, &p->bridge.mac))
		add(s, STEP_SET_MAC);
	if (have->bridge.mtu != wanted_mtu(p, have))
		add(s, STEP_SET_MTU)->mtu = wanted_mtu(p, have);
	if (have->bridge.bridge.stp != p->bridge.stp || have->bridge.bridge.delay_cs != p->bridge.delay_cs ||
	    have->bridge.bridge.learns_local)
		add(s, STEP_SET_STP);
}

static void diff_sysctls(const struct plan_sysctl *want, size_t n, const char (*have)[16], bool guarded,
			 struct steps *s)
{
	for (size_t i = 0; i < n; i++)
		if (want[i].guarded == guarded && (!have || strcmp(have[i], want[i].value) != 0))
			add(s, STEP_SYSCTL)->sysctl = &want[i];
}

/* A router does not take routes from routers (RFC 4861 s.6.2.7): the kernel drops those that it has, unless told before. */
static void diff_host(const struct plan *p, const struct observed *have, struct steps *s)
{
	for (size_t i = 0; i < p->n_host_sysctls; i++)
		if (strcmp(p->host_sysctls[i].key, PLAN_FORWARDING6) == 0 &&
		    (!have->host_sysctls || strcmp(have->host_sysctls[i], p->host_sysctls[i].value) != 0))
			add(s, STEP_KEEP_ROUTES);
	diff_sysctls(p->host_sysctls, p->n_host_sysctls, have->host_sysctls, false, s);
}

static bool has_addr(const struct prefix *v, size_t n, const struct prefix *a)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].len == a->len && ip_eq(&v[i].ip, &a->ip))
			return true;
	return false;
}

static void diff_addrs(const struct plan *p, const struct observed *have, struct steps *s)
{
	for (size_t i = 0; i < have->n_addrs; i++)
		if (!has_addr(p->addrs, p->n_addrs, &have->addrs[i]))
			add(s, STEP_DEL_ADDR)->addr = have->addrs[i];
	for (size_t i = 0; i < p->n_addrs; i++)
		if (!has_addr(have->addrs, have->n_addrs, &p->addrs[i]))
			add(s, STEP_ADD_ADDR)->addr = p->addrs[i];
}

/* Same destination and metric: the kernel has one of them. */
static bool same_key(const struct route *a, const struct route *b)
{
	return a->metric == b->metric && prefix_eq(&a->dst, &b->dst);
}

/* Others may have routes over our bridge; one that stands where ours must be goes. */
static void diff_route(const struct route *want, const struct observed *have, struct steps *s)
{
	for (size_t i = 0; i < have->n_bridge_routes; i++) {
		const struct route *r = &have->bridge_routes[i];

		if (!same_key(r, want))
			continue;
		if (ip_eq(&r->gateway, &want->gateway))
			return;
		add(s, STEP_DEL_ROUTE)->route = r;
	}
	add(s, STEP_ADD_ROUTE)->route = want;
}

/* Only guests' devices are hurried: a real NIC behind the bridge may close a loop that STP must find first. */
static bool is_guest_device(const struct link *l)
{
	return strcmp(l->kind, "tun") == 0 || strcmp(l->kind, "veth") == 0;
}

static bool is_guarded(const struct observed *have, const char *port)
{
	for (size_t i = 0; have->guard && i < have->guard->n_ports; i++)
		if (have->guard->ports[i].guarded && strcmp(have->guard->ports[i].name, port) == 0)
			return true;
	return false;
}

/* Must this port be attached, isolated, kept from the spanning tree, or be made to forward? */
static bool wants_port(const struct plan *p, const struct link *bridge, const struct link *port, bool guarded)
{
	bool ours = plan_owns_tap(p, port);

	if (port->port.never_root != guarded && (ours || guarded))
		return true;
	/* index 0: the bridge is to be made */
	if (ours &&
	    (!bridge->index || port->master != bridge->index || !port->up || port->port.isolated != p->isolated))
		return true;
	return p->hurry && port->master == bridge->index && port->up && is_guest_device(port) &&
	       (port->port.state == PORT_LISTENING || port->port.state == PORT_LEARNING);
}

/* The MTU that a port is to get, 0: it keeps its own. Our taps follow the bridge; of others' those that did so far. */
static unsigned port_mtu(const struct plan *p, const struct observed *have, const struct link *port, unsigned mtu)
{
	bool ours = plan_owns_tap(p, port);
	bool follows = strcmp(port->kind, "tun") == 0 && have->has_bridge && port->mtu == have->bridge.mtu;

	return (ours || follows) && port->mtu != mtu ? mtu : 0;
}

static void diff_ports(const struct plan *p, const struct observed *have, struct steps *s)
{
	unsigned wanted = wanted_mtu(p, have);

	for (size_t i = 0; i < have->n_ports; i++) {
		const struct link *port = &have->ports[i];
		unsigned mtu = port_mtu(p, have, port, wanted);
		bool guarded = is_guarded(have, port->name);

		if (!mtu && !wants_port(p, &have->bridge, port, guarded))
			continue;
		struct step *step = add(s, STEP_ATTACH);

		step->port = *port;
		step->mtu = mtu;
		step->guarded = guarded;
	}
}

int plan_diff(const struct plan *p, const struct observed *have, struct steps *ret, struct err *e)
{
	const char(*bridge_sysctls)[16] = have->has_bridge ? have->bridge_sysctls : NULL;

	if (p->unmanaged) {
		if (have->has_bridge)
			diff_ports(p, have, ret);
		return 0;
	}
	if (check_foreign(p, have, e) < 0)
		return -1;
	diff_bridge(p, have, ret);
	diff_sysctls(p->bridge_sysctls, p->n_bridge_sysctls, bridge_sysctls, false, ret);
	if (!have->firewall_same)
		add(ret, STEP_FIREWALL); /* before the addresses: there is no unprotected moment */
	if (!have->guard_same)
		add(ret, STEP_GUARD)->guard = have->guard; /* before its ports are attached */
	diff_sysctls(p->bridge_sysctls, p->n_bridge_sysctls, bridge_sysctls, true, ret);
	diff_addrs(p, have, ret);
	if (!have->has_bridge || !have->bridge.up)
		add(ret, STEP_UP);
	for (size_t i = 0; i < p->n_routes; i++)
		diff_route(&p->routes[i], have, ret); /* their gateways must be within reach */
	diff_host(p, have, ret);
	diff_ports(p, have, ret);
	if (p->scope && !have->service_same)
		add(ret, STEP_SERVE);
	if (!p->scope && have->service_there)
		add(ret, STEP_UNSERVE);
	return 0;
}

void plan_diff_gone(const struct plan *p, const struct observed *have, struct steps *ret)
{
	bool ours = have->has_bridge && plan_owns(p, &have->bridge);

	if (p->unmanaged)
		return;
	if (have->service_there)
		add(ret, STEP_UNSERVE);
	if (ours && have->bridge.up)
		add(ret, STEP_DOWN); /* before the rules go: nothing passes unfiltered */
	if (have->firewall_there)
		add(ret, STEP_DEL_FIREWALL);
	if (!have->guard_same)
		add(ret, STEP_GUARD)->guard = have->guard;
	if (ours)
		add(ret, STEP_DEL_BRIDGE);
}
