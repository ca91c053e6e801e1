/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/reconcile.h"

#include <errno.h>

#include "base/log.h"
#include "control/observe.h"
#include "control/uplinks.h"
#include "firewall/conntrack.h"
#include "kernel/sysctl.h"
#include "plan/print.h"

struct run { /* one application of steps */
	struct control *c;
	const struct plan *p;
	int bridge; /* its index; 0: not there yet */
	struct err *e;
};

/* A failed kernel call as the user reads it, with the kernel's own sentence where it has one. */
static int kernel_failed(struct run *r, const struct step *s, int neg)
{
	const char *why = netlink_why(r->c->nl);
	char what[256];

	step_text(r->p, s, what, sizeof(what));
	if (neg == 0)
		return 0;
	err_sys(r->e, neg, "%s%s%s%s", what, why[0] ? " (" : "", why, why[0] ? ")" : "");
	return -1;
}

static int create_bridge(struct run *r, const struct step *s)
{
	return kernel_failed(r, s, link_create_bridge(r->c->nl, &r->p->bridge, &r->bridge));
}

static int delete_bridge(struct run *r, const struct step *s)
{
	int ret = link_delete(r->c->nl, r->bridge);

	return kernel_failed(r, s, ret == -ENODEV ? 0 : ret); /* somebody was faster */
}

static int set_alias(struct run *r, const struct step *s)
{
	return kernel_failed(r, s, link_set_alias(r->c->nl, r->bridge, r->p->bridge.alias));
}

static int set_mac(struct run *r, const struct step *s)
{
	return kernel_failed(r, s, link_set_mac(r->c->nl, r->bridge, &r->p->bridge.mac));
}

static int set_mtu(struct run *r, const struct step *s)
{
	return kernel_failed(r, s, link_set_mtu(r->c->nl, r->bridge, s->mtu));
}

static int set_stp(struct run *r, const struct step *s)
{
	const struct bridge_attrs *b = &r->p->bridge;

	return kernel_failed(r, s, link_set_bridge(r->c->nl, r->bridge, b->stp, b->delay_cs));
}

static int set_sysctl(struct run *r, const struct step *s)
{
	int ret = sysctl_set(s->sysctl->key, s->sysctl->value);

	return kernel_failed(r, s, ret == -ENOENT && s->sysctl->optional ? 0 : ret);
}

static int keep_routes(struct run *r, const struct step *s)
{
	(void)s;
	return uplinks_keep_routes(r->c, r->e);
}

static int add_firewall(struct run *r, const struct step *s)
{
	(void)s;
	return firewall_commit(r->c->fw, &(struct fw_change){ .add = &r->p->firewall }, 1, r->e);
}

static int del_firewall(struct run *r, const struct step *s)
{
	struct err ignored;

	(void)s;
	if (firewall_commit(r->c->fw, &(struct fw_change){ .del = r->p->bridge.name }, 1, r->e) < 0)
		return -1;
	/* Flows that were allowed would live on, also under the next network with these addresses. */
	if (conntrack_forget(r->c->fw, r->p->firewall.subnets, r->p->firewall.n_subnets, &ignored) < 0)
		log_warn("network: %s: %s", r->p->network, ignored.detail);
	return 0;
}

static int set_guard(struct run *r, const struct step *s)
{
	firewall_guard(r->c->fw, &s->guard, 1);
	return 0;
}

static int add_addr(struct run *r, const struct step *s)
{
	int ret = addr_add(r->c->nl, r->bridge, &s->addr);

	return kernel_failed(r, s, ret == -EEXIST ? 0 : ret);
}

static int del_addr(struct run *r, const struct step *s)
{
	int ret = addr_del(r->c->nl, r->bridge, &s->addr);

	return kernel_failed(r, s, ret == -EADDRNOTAVAIL ? 0 : ret);
}

static int bring_up(struct run *r, const struct step *s)
{
	return kernel_failed(r, s, link_set_up(r->c->nl, r->bridge, true));
}

static int bring_down(struct run *r, const struct step *s)
{
	int ret = link_set_up(r->c->nl, r->bridge, false);

	return kernel_failed(r, s, ret == -ENODEV ? 0 : ret);
}

static int add_route(struct run *r, const struct step *s)
{
	struct route route = *s->route;
	char what[256];

	route.oif = r->bridge;
	int ret = route_add(r->c->nl, &route);

	if (ret == -EEXIST) { /* the host has another way there */
		step_text(r->p, s, what, sizeof(what));
		log_warn("network: %s: %s: there is one already", r->p->network, what);
	}
	return kernel_failed(r, s, ret == -EEXIST ? 0 : ret);
}

static int del_route(struct run *r, const struct step *s)
{
	int ret = route_del(r->c->nl, s->route);

	return kernel_failed(r, s, ret == -ESRCH ? 0 : ret);
}

static int attach(struct run *r, const struct step *s)
{
	struct netlink *nl = r->c->nl;
	int ret = 0;

	if (s->mtu)
		ret = link_set_mtu(nl, s->port.index, s->mtu);
	if (ret == 0 && !s->port.up)
		ret = link_set_up(nl, s->port.index, true);
	if (ret == 0 && r->p->hurry)
		ret = link_attach_forwarding(nl, s->port.index, r->bridge);
	else if (ret == 0 && s->port.master != r->bridge)
		ret = link_set_master(nl, s->port.index, r->bridge);
	if (ret == 0 && plan_owns_tap(r->p, &s->port))
		ret = link_set_port_isolated(nl, s->port.index, r->p->isolated);
	if (ret == 0 && s->port.port.never_root != s->guarded)
		ret = link_set_port_never_root(nl, s->port.index, s->guarded);
	/* -ENODEV: a tap that went away meanwhile. -ENETDOWN: nobody has it open; the kernel tells when that changes,
	 * and it is made to forward then. */
	return kernel_failed(r, s, ret == -ENODEV || ret == -ENETDOWN ? 0 : ret);
}

static int serve(struct run *r, const struct step *s)
{
	(void)s;
	r->p->scope->ifindex = (unsigned)r->bridge;
	return guestd_serve(r->c->guestd, r->p->scope, r->e);
}

static int unserve(struct run *r, const struct step *s)
{
	(void)s;
	guestd_stop(r->c->guestd, &r->p->uuid);
	return 0;
}

static int (*const apply[STEP_OPS])(struct run *r, const struct step *s) = {
	[STEP_CREATE_BRIDGE] = create_bridge,
	[STEP_SET_ALIAS] = set_alias,
	[STEP_SET_MAC] = set_mac,
	[STEP_SET_MTU] = set_mtu,
	[STEP_SET_STP] = set_stp,
	[STEP_SYSCTL] = set_sysctl,
	[STEP_KEEP_ROUTES] = keep_routes,
	[STEP_FIREWALL] = add_firewall,
	[STEP_GUARD] = set_guard,
	[STEP_ADD_ADDR] = add_addr,
	[STEP_DEL_ADDR] = del_addr,
	[STEP_UP] = bring_up,
	[STEP_DEL_ROUTE] = del_route,
	[STEP_ADD_ROUTE] = add_route,
	[STEP_ATTACH] = attach,
	[STEP_SERVE] = serve,
	[STEP_UNSERVE] = unserve,
	[STEP_DOWN] = bring_down,
	[STEP_DEL_FIREWALL] = del_firewall,
	[STEP_DEL_BRIDGE] = delete_bridge,
};

/* In order, up to the first error. */
static int run_steps(struct run *r, const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (apply[s->v[i].op](r, &s->v[i]) < 0)
			return -1;
	return 0;
}

/* In order, all of them; the first error is the one reported. */
static int run_all_steps(struct run *r, const struct steps *s)
{
	struct err later;
	int ret = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (apply[s->v[i].op](r, &s->v[i]) == 0)
			continue;
		ret = -1;
		r->e = &later;
	}
	return ret;
}

/* Guests' ports that come up are made to forward, the guard and services follow: that is our daily work, no repair. */
static bool is_repair(const struct run *r, const struct step *s)
{
	if (s->op == STEP_ATTACH)
		return !r->bridge || s->port.master != r->bridge || s->port.port.isolated != r->p->isolated;
	if (s->op == STEP_GUARD)
		return !firewall_guards_are_whole(r->c->fw);
	return s->op != STEP_SERVE;
}

static void describe_repairs(const struct run *r, const struct steps *s, char *what, size_t size)
{
	size_t used = 0;
	char text[256];

	what[0] = '\0';
	for (size_t i = 0; i < s->n && used < size; i++) {
		if (!is_repair(r, &s->v[i]))
			continue;
		step_text(r->p, &s->v[i], text, sizeof(text));
		used += (size_t)snprintf(what + used, size - used, "%s%s", used ? ", " : "", text);
	}
}

int reconcile(struct control *c, const struct net *n, struct err *e)
{
	char ignored[1];

	return reconcile_repair(c, n, ignored, sizeof(ignored), e);
}

int reconcile_repair(struct control *c, const struct net *n, char *what, size_t size, struct err *e)
{
	struct observation seen;
	struct steps steps = { 0 };

	if (observe(c, n->plan, n, &seen, e) < 0)
		return -1;
	int r = plan_diff(n->plan, &seen.o, &steps, e);
	struct run run = { .c = c, .p = n->plan, .bridge = seen.o.has_bridge ? seen.o.bridge.index : 0, .e = e };

	describe_repairs(&run, &steps, what, size);
	if (r == 0)
		r = run_steps(&run, &steps);
	steps_free(&steps);
	observation_free(&seen);
	return r;
}

int reconcile_gone(struct control *c, const struct plan *p, struct err *e)
{
	struct observation seen;
	struct steps steps = { 0 };

	if (observe(c, p, NULL, &seen, e) < 0)
		return -1;
	plan_diff_gone(p, &seen.o, &steps);
	struct run run = { .c = c, .p = p, .bridge = seen.o.bridge.index, .e = e };
	int r = run_all_steps(&run, &steps);

	steps_free(&steps);
	observation_free(&seen);
	return r;
}

int reconcile_print(struct control *c, const struct plan *p, const struct net *n, FILE *out, struct err *e)
{
	struct observation seen;
	struct steps steps = { 0 };

	if (observe(c, p, n, &seen, e) < 0)
		return -1;
	int r = plan_diff(p, &seen.o, &steps, e);

	if (r == 0)
		steps_print(p, &steps, out);
	steps_free(&steps);
	observation_free(&seen);
	return r;
}
