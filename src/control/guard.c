/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/guard.h"

void guard_settle(const struct control *c, const struct network *def, struct plan *p)
{
	if (p->unmanaged)
		return;
	plan_guard_free(&p->guard);
	p->guard = plan_guard_compile(def, &c->settings.guard);
}

void guard_settle_all(struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live)
			guard_settle(c, c->nets[i]->live, c->nets[i]->plan);
}

/* Who told us of a guest's NIC makes its device by itself: a tap whose address is the guest's, but for the first octet. */
static const struct port *find_port(const struct net *n, const struct link *l)
{
	for (size_t i = 0; l->mac.b[0] == GUEST_DEVICE_OCTET && i < n->n_ports; i++)
		if (memcmp(&n->ports[i]->mac.b[1], &l->mac.b[1], sizeof(l->mac.b) - 1) == 0)
			return n->ports[i];
	return NULL;
}

/* What is none of these is somebody else's device, and passes unguarded. */
static bool to_port(const struct net *n, const struct plan *p, const struct link *l, struct plan_port *ret)
{
	const struct port *told;

	if (strcmp(l->kind, "tun") != 0)
		return false;
	if (plan_owns_tap(p, l)) {
		*ret = plan_tap_port(l);
		return true;
	}
	told = find_port(n, l);
	if (!told)
		return false;
	*ret = (struct plan_port){ .mac = told->mac, .group = told->group };
	memcpy(ret->name, l->name, sizeof(ret->name));
	return true;
}

static bool has_guest(const struct fw_guard *rules, const struct mac *mac)
{
	for (size_t i = 0; i < rules->n_ports; i++)
		if (mac_eq(&rules->ports[i].mac, mac))
			return true;
	return false;
}

/* In DHCPv6 the MAC is only what the client's DUID tells, and that of a copied disk is another machine's. */
static bool is_sure(const struct fw_guard *rules, const struct lease_copy *l)
{
	return !mac_is_zero(&l->mac) && (l->ip.family == AF_INET || has_guest(rules, &l->mac));
}

static void add_leases(struct control *c, const struct net *n, struct fw_guard *rules)
{
	const struct lease_copy *l;

	for (size_t pos = 0; (l = leases_next(c->leases, &n->uuid, &pos));)
		if (is_sure(rules, l))
			plan_guard_add_holder(rules, &l->mac, &l->ip);
}

struct fw_guard guard_of(struct control *c, const struct net *n, const struct plan *p, const struct link *ports,
			 size_t n_ports)
{
	struct fw_guard rules = { 0 };
	struct plan_port port;

	if (!n || p->unmanaged) {
		memcpy(rules.bridge, p->bridge.name, sizeof(rules.bridge));
		return rules;
	}
	rules = plan_guard_begin(&p->guard);
	for (size_t i = 0; i < n_ports; i++)
		if (to_port(n, p, &ports[i], &port))
			plan_guard_add_port(&p->guard, &rules, &port);
	if (rules.n_ports)
		add_leases(c, n, &rules);
	return rules;
}

/* Of `links`, which are all: those on this bridge, and taps of ours that are to be. */
static struct fw_guard guard_among(struct control *c, const struct net *n, const struct link *links, size_t n_links)
{
	AUTO(mem_drop) struct link *ports = mem_array(n_links, sizeof(*ports));
	unsigned bridge = if_nametoindex(n->plan->bridge.name);
	size_t count = 0;

	for (size_t i = 0; i < n_links; i++)
		if ((bridge && links[i].master == (int)bridge) || plan_owns_tap(n->plan, &links[i]))
			ports[count++] = links[i];
	return guard_of(c, n, n->plan, ports, count);
}

void guard_resume(struct control *c, const struct link *links, size_t n)
{
	AUTO(mem_drop) struct fw_guard *rules = mem_array(c->n_nets, sizeof(*rules));
	AUTO(mem_drop) const struct fw_guard **all = mem_array(c->n_nets, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < c->n_nets; i++) {
		if (!c->nets[i]->live || c->nets[i]->plan->unmanaged)
			continue;
		rules[count] = guard_among(c, c->nets[i], links, n);
		all[count] = &rules[count];
		count++;
	}
	firewall_guard(c->fw, all, count);
	while (count)
		fw_guard_free(&rules[--count]);
}

/* With the ports that are on its bridge now; false: there is none. */
static bool guard_now(struct control *c, const struct net *n, struct fw_guard *ret)
{
	int bridge = (int)if_nametoindex(n->plan->bridge.name);
	AUTO(mem_drop) struct link *links = NULL;
	size_t count;

	if (!bridge || link_list(c->nl, bridge, &links, &count) < 0)
		return false;
	*ret = guard_of(c, n, n->plan, links, count);
	return true;
}

void guard_follow(struct control *c, struct net *n)
{
	struct fw_guard rules;

	if (!n->live || !firewall_guards_bridge(c->fw, n->plan->bridge.name) || !guard_now(c, n, &rules))
		return;
	firewall_guard(c->fw, &(const struct fw_guard *){ &rules }, 1);
	fw_guard_free(&rules);
}

void guard_print(struct control *c, const struct net *n, FILE *out)
{
	struct fw_guard rules;

	if (!guard_now(c, n, &rules))
		return;
	fw_guard_print(&rules, out);
	fw_guard_free(&rules);
}

_Static_assert((int)CONTROL_REFUSALS == FW_REFUSALS, "reasons have the same numbers");

int control_guarded(struct control *c, const struct uuid *u, struct control_guarded **ret, size_t *ret_n, struct err *e)
{
	AUTO(mem_drop) struct guard_count *v = NULL;
	const struct net *n = net_active(c, u, e);
	size_t count;

	if (!n || firewall_refused(c->fw, n->plan->bridge.name, &v, &count, e) < 0)
		return -1;
	*ret = mem_array(count, sizeof(**ret));
	*ret_n = count;
	for (size_t i = 0; i < count; i++) {
		struct control_guarded *g = &(*ret)[i];

		memcpy(g->port, v[i].port, sizeof(g->port));
		g->mac = v[i].mac;
		memcpy(g->refused, v[i].packets, sizeof(g->refused));
	}
	return 0;
}
