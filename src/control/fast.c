/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/fast.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "control/heal.h"
#include "firewall/fast.h"
#include "kernel/route.h"

static bool wants(const struct control *c, const struct net *n)
{
	if (!n->live || n->plan->unmanaged)
		return false;
	return n->plan->flowtable ? n->plan->flowtable == TRI_YES : c->settings.flowtable;
}

static void add(struct fw_devs *d, const char *name)
{
	char(*dev)[IFNAMSIZ] = mem_push(d->v, d->n);

	memcpy(*dev, name, strnlen(name, IFNAMSIZ - 1));
}

/* A way out of the host, once. Bridges of ours are there because their networks want it, or are not. */
static void add_uplink(const struct control *c, struct fw_devs *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i], name) == 0)
			return;
	if (if_nametoindex(name) && strcmp(name, "lo") != 0 && !map_get_str(c->by_bridge, name))
		add(d, name);
}

static void add_default_routes(const struct control *c, struct fw_devs *d)
{
	AUTO(mem_drop) struct route *routes = NULL;
	char name[IFNAMSIZ];
	size_t n = 0;

	if (route_list(c->nl, 0, &routes, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (routes[i].dst.len == 0 && routes[i].oif && if_indextoname((unsigned)routes[i].oif, name))
			add_uplink(c, d, name);
}

static struct fw_devs wanted_devices(const struct control *c)
{
	struct fw_devs devs = { 0 }, ways = { 0 };
	bool anywhere = false;

	for (size_t i = 0; i < c->n_nets; i++) {
		const struct net *n = c->nets[i];

		if (!wants(c, n))
			continue;
		add(&devs, n->plan->bridge.name);
		if (n->plan->firewall.dev[0])
			add_uplink(c, &ways, n->plan->firewall.dev);
		else
			anywhere = true;
	}
	if (anywhere)
		add_default_routes(c, &ways);
	for (size_t i = 0; i < ways.n; i++)
		add(&devs, ways.v[i]);
	mem_drop(ways.v);
	fw_devs_sort(&devs);
	return devs;
}

static void failed(struct control *c, const struct err *e)
{
	c->fast_refused = e->code == VNET_ERR_NO_SUPPORT;
	if (c->fast != CONTROL_WRONG)
		log_warn("firewall: flowtable: %s: established flows go the ordinary way", e->detail);
	c->fast = CONTROL_WRONG;
}

/* True: the kernel held something else. */
static bool update(struct control *c)
{
	struct fw_devs want = wanted_devices(c);
	bool changed = false;
	struct err e;

	c->fast_due = c->fast_rules = false;
	if (c->fast_refused || (!want.n && c->fast_gone))
		c->fast = want.n ? CONTROL_WRONG : CONTROL_NONE;
	else if (firewall_fast(c->fw, &want, &changed, &e) < 0)
		failed(c, &e);
	else {
		c->fast = want.n ? CONTROL_OK : CONTROL_NONE;
		c->fast_gone = !want.n;
	}
	mem_drop(want.v);
	return changed;
}

void fast_update(struct control *c)
{
	update(c);
}

void fast_changed(struct control *c, bool rules)
{
	if (c->fast == CONTROL_NONE)
		return;
	c->fast_due = true;
	c->fast_rules |= rules;
	if (rules)
		c->fast_by = c->culprit;
}

static void tell(const struct control *c)
{
	const struct fw_culprit *who = &c->fast_by;

	if (who->pid)
		log_warn("firewall: flowtable: repaired after %s (%u) had changed it", who->program, who->pid);
	else
		log_warn("firewall: flowtable: repaired");
}

unsigned fast_turn(struct control *c)
{
	bool rules = c->fast_rules;
	unsigned wait = rules ? fight_wait(&c->fast_fight, heal_now_ms(c)) : 0;

	if (!c->fast_due || wait)
		return c->fast_due ? wait : 0;
	if (!update(c) || !rules)
		return 0;
	tell(c);
	if (fight_repaired(&c->fast_fight, heal_now_ms(c)))
		log_warn("firewall: flowtable: others keep changing it: it is repaired more and more rarely");
	return 0;
}

void fast_retry(struct control *c)
{
	c->fast_refused = false;
	fight_forget(&c->fast_fight);
	update(c);
}

void fast_print(const struct control *c, const struct net *n, FILE *out)
{
	if (!wants(c, n))
		return;
	fprintf(out, "established flows %s\n",
		c->fast == CONTROL_OK ? "take the flowtable now"
				      : "go the ordinary way: no flowtable is to be had, the daemon's log says why");
}
