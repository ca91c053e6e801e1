/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/guard.h"

#include <stdio.h>

static bool says(enum tri guard, bool otherwise)
{
	return guard ? guard == TRI_YES : otherwise;
}

static enum fw_unheld compile_unheld(enum hand_set said, enum hand_set otherwise)
{
	switch (said ? said : otherwise) {
	case HAND_SET_NO:
		return FW_UNHELD_NOBODYS;
	case HAND_SET_SHARED:
		return FW_UNHELD_ANYBODYS;
	default:
		return FW_UNHELD_FIRST_COME;
	}
}

static void compile_groups(const struct network *n, struct plan_guard *g)
{
	for (size_t i = 0; i < n->n_portgroups; i++) {
		const struct portgroup *from = &n->portgroups[i];

		if (from->guard || from->is_default)
			*mem_push(g->groups, g->n_groups) =
			    (struct plan_group){ mem_strdup(from->name), from->is_default, says(from->guard, g->on) };
	}
}

/* A subnet of 64 bits and a MAC give the address that a guest forms by itself: RFC 4291 appendix A. */
static struct ip eui64(const struct prefix *p, const struct mac *m)
{
	struct ip ip = prefix_network(p);
	const uint8_t id[] = { m->b[0] ^ 2, m->b[1], m->b[2], 0xff, 0xfe, m->b[3], m->b[4], m->b[5] };

	memcpy(ip.b + 8, id, sizeof(id));
	return ip;
}

static const struct prefix link_local = { { AF_INET6, { 0xfe, 0x80 } }, 64 };
static const struct mac host = { { 0 } };

void plan_guard_add_holder(struct fw_guard *rules, const struct mac *mac, const struct ip *ip)
{
	*mem_push(rules->holders, rules->n_holders) = (struct fw_holder){ *mac, *ip };
}

static void add_declared(struct fw_guard *rules, const struct network_ip *ip)
{
	for (size_t i = 0; i < ip->n_hosts; i++)
		if (ip->hosts[i].ip.family && !mac_is_zero(&ip->hosts[i].mac))
			plan_guard_add_holder(rules, &ip->hosts[i].mac, &ip->hosts[i].ip);
}

/* The network has no subnet of this family: there is nothing to keep guests to. */
static void add_any(struct fw_guard *rules, int family)
{
	for (size_t i = 0; i < rules->n_subnets; i++)
		if (rules->subnets[i].ip.family == family)
			return;
	*mem_push(rules->subnets, rules->n_subnets) = (struct prefix){ .ip.family = family };
}

struct plan_guard plan_guard_compile(const struct network *n, const struct plan_guard_defaults *d)
{
	bool nat = n->forward.mode == FORWARD_NAT && says(d->on, true);
	struct plan_guard g = { .on = says(n->own.guard, nat) };
	struct fw_guard *rules = &g.rules;
	struct ip own = eui64(&link_local, &n->mac);

	compile_groups(n, &g);
	snprintf(rules->bridge, sizeof(rules->bridge), "%s", n->bridge.name);
	rules->host = n->mac;
	rules->unheld = compile_unheld(n->own.guard_static, d->hand_set);
	plan_guard_add_holder(rules, &host, &own);
	for (size_t i = 0; i < n->n_ips; i++) {
		*mem_push(rules->subnets, rules->n_subnets) = network_ip_prefix(&n->ips[i]);
		plan_guard_add_holder(rules, &host, &n->ips[i].address);
		add_declared(rules, &n->ips[i]);
	}
	add_any(rules, AF_INET);
	add_any(rules, AF_INET6);
	for (size_t i = 0; i < n->n_routes; i++)
		*mem_push(rules->routed, rules->n_routed) = network_route_prefix(&n->routes[i]);
	return g;
}

void plan_guard_free(struct plan_guard *g)
{
	for (size_t i = 0; i < g->n_groups; i++)
		mem_drop(g->groups[i].name);
	mem_drop(g->groups);
	fw_guard_free(&g->rules);
}

static bool is_guarded(const struct plan_guard *g, const char *group)
{
	for (size_t i = 0; i < g->n_groups; i++)
		if (group ? strcmp(g->groups[i].name, group) == 0 : g->groups[i].is_default)
			return g->groups[i].guarded;
	return g->on;
}

struct fw_guard plan_guard_begin(const struct plan_guard *g)
{
	const struct fw_guard *from = &g->rules;
	struct fw_guard rules = { .host = from->host, .unheld = from->unheld };

	memcpy(rules.bridge, from->bridge, sizeof(rules.bridge));
	rules.subnets = mem_dup(from->subnets, from->n_subnets * sizeof(*from->subnets));
	rules.n_subnets = from->n_subnets;
	rules.routed = mem_dup(from->routed, from->n_routed * sizeof(*from->routed));
	rules.n_routed = from->n_routed;
	for (size_t i = 0; i < from->n_holders; i++) /* it grows */
		*mem_push(rules.holders, rules.n_holders) = from->holders[i];
	return rules;
}

void plan_guard_add_port(const struct plan_guard *g, struct fw_guard *rules, const struct plan_port *p)
{
	struct fw_guard_port *port = mem_push(rules->ports, rules->n_ports);
	struct ip ip = eui64(&link_local, &p->mac);

	memcpy(port->name, p->name, sizeof(port->name));
	port->mac = p->mac;
	port->guarded = is_guarded(g, p->group);
	if (mac_is_zero(&p->mac))
		return;
	plan_guard_add_holder(rules, &p->mac, &ip);
	for (size_t i = 0; i < g->rules.n_subnets; i++) {
		if (g->rules.subnets[i].ip.family != AF_INET6 || g->rules.subnets[i].len != 64)
			continue;
		ip = eui64(&g->rules.subnets[i], &p->mac);
		plan_guard_add_holder(rules, &p->mac, &ip);
	}
}
