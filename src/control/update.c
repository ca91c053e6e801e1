/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of parts of a network's definitions, of the one that runs, the stored one, or both. Each is first made on copies;
 * then the live copy takes effect, which can fail and can be taken back, and last the stored one is saved. */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "control/fast.h"
#include "control/job.h"
#include "control/publish.h"
#include "control/reconcile.h"
#include "control/uplinks.h"
#include "firewall/conntrack.h"
#include "model/metadata.h"
#include "model/update.h"

/* What is done to one definition. */
typedef int edit_fn(struct network *n, const void *what, struct err *e);

/* Replaces "none" by what it means for this network, and refuses what it does not have. */
static int choose_definitions(const struct net *n, unsigned *flags, struct err *e)
{
	if (!*flags)
		*flags = n->live ? CONTROL_LIVE : CONTROL_CONFIG;
	if (*flags & CONTROL_LIVE && !n->live)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network is not running");
	if (*flags & CONTROL_CONFIG && !n->def)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "cannot change persistent config of a transient network");
	return 0;
}

static int edit_copy(const struct network *n, edit_fn *edit, const void *what, struct network **ret, struct err *e)
{
	AUTO(network_free) struct network *copy = network_copy(n);

	if (edit(copy, what, e) < 0)
		return -1;
	*ret = TAKE(copy);
	return 0;
}

struct running { /* what a network has while it runs */
	struct network *live;
	struct plan *plan;
};

static void running_clear_auto(struct running *r)
{
	network_free(r->live);
	plan_free(r->plan);
}

/* An established flow passes whatever the rules became. */
static void forget_flows(struct control *c, const struct plan *was, const struct plan *is)
{
	AUTO(mem_drop) struct prefix *subnets = NULL;
	size_t n = fw_net_tightened(&was->firewall, &is->firewall, &subnets);
	struct err e;

	if (conntrack_forget(c->fw, subnets, n, &e) < 0)
		log_warn("network: %s: %s", is->network, e.detail);
}

/* Runs on as `r`, which becomes what ran before. The definition is on disk before the first step: a daemon that dies in
 * the middle is followed by one that finishes the change. */
static int exchange(struct control *c, struct net *n, struct running *r, struct err *e)
{
	struct running before = { n->live, n->plan };

	r->plan->mtu_before = n->plan->bridge.mtu;
	n->live = r->live;
	n->plan = r->plan;
	*r = before;
	net_ports_count(n);
	if (live_save(c->store, n->live, e) < 0 || reconcile(c, n, e) < 0)
		return -1;
	forget_flows(c, r->plan, n->plan);
	uplinks_network(c, n->plan);
	uplinks_release(c);
	fast_update(c);
	return 0;
}

static void go_back(struct control *c, struct net *n, struct running *before)
{
	struct err e;

	if (exchange(c, n, before, &e) < 0)
		log_error("network: %s: after its failed update: %s", n->name, e.detail);
}

/* Makes them the network's definitions; either may be NULL. Takes both, also on failure. */
static int apply(struct control *c, struct net *n, struct network *live, struct network *def, struct err *e)
{
	AUTO(network_free) struct network *stored = def;
	AUTO(running_clear) struct running other = { live, NULL };
	int r = 0;

	if (live && net_compile(c, live, &other.plan, e) < 0)
		return -1;
	if (live && publish_check(c, live, other.plan, n->live, e) < 0)
		return err_in(e, "network '%s'", n->name);
	if (live)
		r = exchange(c, n, &other, e);
	if (r == 0 && stored)
		r = defs_save(c->defs, stored, e);
	if (r < 0 && live)
		go_back(c, n, &other);
	if (r < 0)
		return err_in(e, "network '%s'", n->name);
	if (stored) {
		network_free(n->def);
		n->def = TAKE(stored);
	}
	return 0;
}

static int change(struct control *c, struct net *n, unsigned flags, edit_fn *edit, const void *what, struct err *e)
{
	AUTO(network_free) struct network *live = NULL;
	AUTO(network_free) struct network *def = NULL;

	if (choose_definitions(n, &flags, e) < 0)
		return -1;
	if (flags & CONTROL_LIVE && edit_copy(n->live, edit, what, &live, e) < 0)
		return -1;
	if (flags & CONTROL_CONFIG && edit_copy(n->def, edit, what, &def, e) < 0)
		return -1;
	return apply(c, n, TAKE(live), TAKE(def), e);
}

static int edit_section(struct network *n, const void *what, struct err *e)
{
	const struct control_update *u = what;

	return network_update(n, u->command, u->section, u->parent_index, u->xml, u->len, e);
}

/* What is changed stays changed, whatever the hook says. */
static void after_updated(struct job *j, const struct err *why)
{
	job_end(j, why);
}

static int say_updated(struct control *c, struct net *n, struct err *e)
{
	log_info("network: %s: updated", n->name);
	job_hook(job_begin(c, n), "updated", "begin", net_shown(n), after_updated);
	return job_result(job_mine(c), e);
}

int control_update(struct control *c, const struct uuid *u, const struct control_update *update, unsigned flags,
		   struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	return change(c, n, flags, edit_section, update, e) < 0 ? -1 : say_updated(c, n, e);
}

static int edit_publish(struct network *n, const void *what, struct err *e)
{
	return network_publish(n, what, e);
}

static int edit_unpublish(struct network *n, const void *what, struct err *e)
{
	return network_unpublish(n, what, e);
}

static int change_publishes(struct control *c, const struct uuid *u, edit_fn *edit, const struct publish *p,
			    unsigned flags, struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	if (!flags)
		flags = (n->live ? CONTROL_LIVE : 0) | (n->def ? CONTROL_CONFIG : 0);
	return change(c, n, flags, edit, p, e) < 0 ? -1 : say_updated(c, n, e);
}

int control_publish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e)
{
	return change_publishes(c, u, edit_publish, p, flags, e);
}

int control_unpublish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e)
{
	return change_publishes(c, u, edit_unpublish, p, flags, e);
}

static int edit_metadata(struct network *n, const void *what, struct err *e)
{
	const struct control_metadata *m = what;

	return network_set_metadata(n, m->type, m->text, m->key, m->uri, e);
}

int control_set_metadata(struct control *c, const struct uuid *u, const struct control_metadata *m, unsigned flags,
			 struct err *e)
{
	int r;
	struct net *n = job_net_to_change(c, u, &r, e);

	if (!n)
		return r;
	if (change(c, n, flags, edit_metadata, m, e) < 0)
		return -1;
	net_tell_metadata(c, n, m->type, m->uri);
	return 0;
}

int control_get_metadata(const struct control *c, const struct uuid *u, int type, const char *uri, unsigned flags,
			 char **ret, struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);

	if (!n || choose_definitions(n, &flags, e) < 0)
		return -1;
	return network_get_metadata(flags & CONTROL_LIVE ? n->live : n->def, type, uri, ret, e);
}

/* ---- the whole definition ---- */

static int edit_whole(struct network *n, const void *what, struct err *e)
{
	(void)e;
	network_replace(n, network_copy(what));
	return 0;
}

static int check_whole(const struct network *def, const struct net *n, struct err *e)
{
	if (!n)
		return err_set(e, VNET_ERR_NO_NETWORK, "no network with matching name '%s'", def->name);
	if (n->live && network_is_managed(n->live) != network_is_managed(def))
		return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED,
			       "network '%s' runs in mode '%s': stop it to change that to '%s'", n->name,
			       forward_mode_text(n->live->forward.mode), forward_mode_text(def->forward.mode));
	if (n->live && strcmp(n->live->bridge.name, def->bridge.name) != 0)
		return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED,
			       "network '%s' runs on bridge '%s', which stays its bridge until it is stopped", n->name,
			       n->live->bridge.name);
	return 0;
}

/* What changes now, as the steps of the plan. */
static int describe(struct control *c, const struct net *n, const struct network *def, char **ret, struct err *e)
{
	AUTO(plan_free) struct plan *p = NULL;
	size_t len;
	FILE *out;
	int r = 0;

	if (n->live && net_compile(c, def, &p, e) < 0)
		return -1;
	out = open_memstream(ret, &len);
	if (!out)
		return err_sys(e, -errno, "describe the change");
	if (p)
		r = reconcile_print(c, p, n, out, e);
	fclose(out);
	if (r < 0)
		mem_drop(TAKE(*ret));
	return r;
}

int control_apply(struct control *c, const char *xml, size_t len, bool dry_run, char **ret, struct err *e)
{
	AUTO(network_free) struct network *def = NULL;
	AUTO(mem_drop) char *text = NULL;
	struct net *n;

	if (net_read(c, xml, len, &def, &n, e) < 0 || check_whole(def, n, e) < 0)
		return -1;
	if (n->job)
		return CONTROL_LATER;
	if (describe(c, n, def, &text, e) < 0)
		return -1;
	if (!dry_run) {
		unsigned both = (n->live ? CONTROL_LIVE : 0) | (n->def ? CONTROL_CONFIG : 0);

		if (change(c, n, both, edit_whole, def, e) < 0)
			return -1;
		log_info("network: %s: applied", n->name);
		job_tell(c, "updated", "begin", net_shown(n), NULL);
	}
	*ret = TAKE(text);
	return 0;
}
