/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a network becomes active and inactive again. Whatever happens on the way, reconcile does the work. */
#include "base/log.h"
#include "control/coexist.h"
#include "control/fast.h"
#include "control/job.h"
#include "control/publish.h"
#include "control/reconcile.h"
#include "control/uplinks.h"

/* Marks `n` as running with this definition and its plan: both are taken, also on failure. */
static int activate(struct control *c, struct net *n, struct network *live, struct plan *plan, struct err *e)
{
	AUTO(network_free) struct network *live_ = live;
	AUTO(plan_free) struct plan *plan_ = plan;
	const struct net *other = plan->unmanaged ? NULL : map_get_str(c->by_bridge, live->bridge.name);

	if (other)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "bridge '%s' is in use by network '%s'", live->bridge.name,
			       other->name);
	if (!plan->unmanaged)
		map_put(c->by_bridge, live->bridge.name, strlen(live->bridge.name), n);
	n->live = TAKE(live_);
	n->plan = TAKE(plan_);
	return 0;
}

/* Forgets that it runs; nothing in the kernel changes. */
static struct network *deactivate(struct control *c, struct net *n)
{
	if (!n->plan->unmanaged)
		map_del(c->by_bridge, n->live->bridge.name, strlen(n->live->bridge.name));
	plan_free(TAKE(n->plan));
	return TAKE(n->live);
}

/* Makes it inactive: nothing of it is left. Carries on after an error and reports the first. */
static int stop(struct control *c, struct net *n, struct err *e)
{
	AUTO(network_free) struct network *was = NULL;
	struct err later;
	int r = live_remove(c->store, n->name, e);

	if (reconcile_gone(c, n->plan, r < 0 ? &later : e) < 0)
		r = -1;
	net_ports_drop(c, n);
	was = deactivate(c, n);
	uplinks_release(c);
	fast_update(c);
	coexist_update(c);
	job_tell(c, "stopped", "end", was, NULL);
	return r;
}

/* What else is on this host and keeps the network from being of use. */
static void warn(struct control *c, const struct net *n)
{
	const char *bridge = n->plan->bridge.name;
	struct link l;

	if (n->plan->unmanaged && bridge[0] && link_get(c->nl, bridge, &l) < 0)
		log_warn("network: %s: the host has no bridge '%s' yet", n->name, bridge);
	coexist_warn(c, n);
}

/* The live definition is on disk before the first step: a daemon that dies in the middle is followed by one that
 * finishes the start. */
static int start(struct control *c, struct net *n, struct network *live, struct err *e)
{
	AUTO(network_free) struct network *mine = live;
	struct plan *plan;
	struct err cleanup;

	if (net_check_options(c, live, e) < 0 || net_compile(c, live, &plan, e) < 0)
		return -1;
	if (publish_check(c, live, plan, NULL, e) < 0) {
		plan_free(plan);
		return err_in(e, "network '%s'", n->name);
	}
	if (activate(c, n, TAKE(mine), plan, e) < 0)
		return err_in(e, "network '%s'", n->name);
	if (live_save(c->store, live, e) == 0 && reconcile(c, n, e) == 0) {
		uplinks_network(c, n->plan);
		fast_update(c);
		log_info("network: %s: started%s%s", n->name, n->live->bridge.name[0] ? " on " : "",
			 n->live->bridge.name);
		coexist_update(c);
		warn(c, n);
		return 0;
	}
	err_in(e, "network '%s'", n->name);
	if (stop(c, n, &cleanup) < 0)
		log_error("network: %s: after its failed start: %s", n->name, cleanup.detail);
	return -1;
}

/* ---- a start with the administrator's hooks around it ---- */

static void refused(struct job *j, const struct err *why)
{
	struct control *c = j->c;
	struct net *n = j->n;

	job_end(j, why);
	if (n->def || n->live)
		return;
	net_release(c, n); /* it was to be transient */
	net_remove(c, n);
}

static void after_started(struct job *j, const struct err *why)
{
	struct err later;

	if (!why) {
		net_tell(j->c, j->n, CONTROL_STARTED);
		job_end(j, NULL);
		return;
	}
	if (j->n->live && stop(j->c, j->n, &later) < 0)
		log_error("network: %s: after its hook: %s", j->n->name, later.detail);
	refused(j, why);
}

static void after_start_begin(struct job *j, const struct err *why)
{
	struct err e;

	if (why)
		refused(j, why);
	else if (start(j->c, j->n, TAKE(j->live), &e) < 0)
		refused(j, &e);
	else
		job_hook(j, "started", "begin", j->n->live, after_started);
}

/* Takes `live`. The job says how it ends. */
static void begin_start(struct control *c, struct net *n, struct network *live)
{
	struct job *j = job_begin(c, n);

	j->live = live;
	job_hook(j, "start", "begin", live, after_start_begin);
}

void net_autostart(struct control *c, struct net *n)
{
	begin_start(c, n, network_copy(n->def));
}

int net_resume(struct control *c, struct network *live, struct err *e)
{
	AUTO(network_free) struct network *mine = live;
	struct net *n = map_get(c->by_uuid, &live->uuid, sizeof(live->uuid));
	const struct net *named = map_get_str(c->by_name, live->name);
	struct plan *plan;

	if (named != n)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "the stored network of this name has another uuid");
	if (net_compile(c, live, &plan, e) < 0)
		return -1;
	if (!n)
		n = net_add(c, live->name, &live->uuid);
	if (activate(c, n, TAKE(mine), plan, e) == 0)
		return 0;
	if (!n->def)
		net_remove(c, n);
	return -1;
}

/* ---- what clients ask ---- */

int control_start(struct control *c, const struct uuid *u, struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	if (n->live)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network is already active");
	begin_start(c, n, network_copy(n->def));
	return job_result(job_mine(c), e);
}

/* 0: `n` may be created with this definition. */
static int check_create(const struct net *n, struct err *e)
{
	if (n && n->job)
		return CONTROL_LATER;
	if (n && n->live)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network is already active as '%s'", n->name);
	return 0;
}

int control_create(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e)
{
	AUTO(network_free) struct network *live = NULL;
	struct job *mine = job_mine(c);
	struct net *n = NULL;

	if (!mine) {
		if (net_read(c, xml, len, &live, &n, e) < 0)
			return -1;
		int r = check_create(n, e);

		if (r != 0)
			return r;
		if (!n)
			n = net_add(c, live->name, &live->uuid);
		begin_start(c, n, TAKE(live));
		mine = job_mine(c);
	}
	struct uuid uuid = mine->uuid;
	int r = job_result(mine, e);

	/* looked up anew: while the hooks ran, somebody may have destroyed it */
	return r == 0 ? control_find_uuid(c, &uuid, NULL, ret, e) : r;
}

int control_destroy(struct control *c, const struct uuid *u, struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	if (!net_active(c, u, e))
		return -1;
	if (!n->def)
		net_release(c, n);
	r = stop(c, n, e);
	if (r < 0)
		err_in(e, "network '%s'", n->name);
	else
		log_info("network: %s: stopped", n->name);
	net_tell(c, n, CONTROL_STOPPED);
	if (!n->def)
		net_remove(c, n);
	return r;
}

int control_undefine(struct control *c, const struct uuid *u, struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	if (!n->def)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "can't undefine transient network");
	if (!n->live)
		net_release(c, n);
	if (defs_remove(c->defs, n->name, e) < 0)
		return -1;
	log_info("network: %s: undefined", n->name);
	net_tell(c, n, CONTROL_UNDEFINED);
	n->autostart = false;
	network_free(TAKE(n->def));
	if (!n->live) /* else it runs on, transient */
		net_remove(c, n);
	return 0;
}
