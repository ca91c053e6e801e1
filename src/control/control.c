/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "control/coexist.h"
#include "control/fast.h"
#include "control/guard.h"
#include "control/heal.h"
#include "control/hooks.h"
#include "control/job.h"
#include "control/observe.h"
#include "control/publish.h"
#include "control/reconcile.h"
#include "control/state.h"
#include "control/uplinks.h"
#include "model/check.h"
#include "plan/print.h"

/* ---- start-up ---- */

static void skipped(const char *file, const struct err *why)
{
	log_error("definition: %s: skipped: %s", file, why->detail);
}

/* One stored definition, new or changed. Files are somebody's handiwork: they must fit as what a client defines. */
static int load_definition(struct control *c, struct network *def, struct err *e)
{
	AUTO(network_free) struct network *mine = def;
	bool unnamed = network_is_managed(def) && network_bridge_is_template(def->bridge.name);
	struct net *n;

	if (net_fit(c, def, &n, e) < 0 || (unnamed && defs_save(c->defs, def, e) < 0))
		return -1;
	if (!n)
		n = net_add(c, def->name, &def->uuid);
	network_free(n->def);
	n->def = TAKE(mine);
	n->autostart = defs_autostart(c->defs, n->name);
	return 0;
}

/* What runs is not touched. */
static int load_definitions(struct control *c, struct err *e)
{
	AUTO(mem_drop) struct network **v = NULL;
	struct err why;
	size_t n;
	int left_out = defs_load(c->defs, &v, &n, skipped, e);

	if (left_out < 0)
		return -1;
	c->unread |= left_out > 0;
	for (size_t i = 0; i < n; i++) {
		AUTO(mem_drop) char *name = mem_strdup(v[i]->name);

		if (load_definition(c, v[i], &why) == 0)
			continue;
		skipped(name, &why);
		c->unread = true;
	}
	return 0;
}

/* Taps of ours that are there, each remembered with its network. */
static void adopt_taps(struct control *c, const struct link *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct uuid uuid;
		struct net *owner =
		    plan_alias_uuid(v[i].alias, &uuid) ? map_get(c->by_uuid, &uuid, sizeof(uuid)) : NULL;

		if (owner && strcmp(v[i].kind, "tun") == 0)
			net_tap_seen(owner, &v[i]);
	}
}

/* A bridge of ours whose network does not run is what a daemon left that died in the middle of a destroy. */
static void sweep_bridges(struct control *c, const struct link *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct uuid uuid;

		bool ours = plan_alias_uuid(v[i].alias, &uuid) || v[i].group == PLAN_LINK_GROUP ||
			    v[i].group == PLAN_LINK_GROUP_OPEN;

		if (strcmp(v[i].kind, "bridge") != 0 || !ours || map_get_str(c->by_bridge, v[i].name))
			continue;
		log_warn("network: bridge %s is left over: removed", v[i].name);
		link_delete(c->nl, v[i].index);
	}
}

static void sweep_firewall(struct control *c)
{
	struct fw_change *stale = NULL;
	size_t n = 0;
	struct err e;

	for (size_t i = 0; firewall_bridges(c->fw, i); i++)
		if (!map_get_str(c->by_bridge, firewall_bridges(c->fw, i)))
			mem_push(stale, n)->del = firewall_bridges(c->fw, i);
	if (n && firewall_commit(c->fw, stale, n, &e) < 0)
		log_error("firewall: rules of networks that don't run: %s", e.detail);
	mem_drop(stale);
}

/* The rules of all running networks in one transaction: what is right already sends nothing, but the firewall knows from
 * now on what belongs into its table. */
static void resume_firewall(struct control *c)
{
	AUTO(mem_drop) struct fw_change *all = mem_array(c->n_nets, sizeof(*all));
	size_t n = 0;
	struct err e;

	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live && !c->nets[i]->plan->unmanaged)
			all[n++].add = &c->nets[i]->plan->firewall;
	if (n && firewall_commit(c->fw, all, n, &e) < 0)
		log_error("firewall: %s", e.detail); /* each network tries for itself */
}

/* The networks that ran when the last daemon ended become active again, or nothing is left of them. A restart of the host
 * clears the folder. */
static int load_running(struct control *c, struct err *e)
{
	AUTO(mem_drop) struct network **v = NULL;
	struct err why;
	size_t n;
	int left_out = live_load(c->store, &v, &n, skipped, e);

	if (left_out < 0)
		return -1;
	c->unread |= left_out > 0;
	for (size_t i = 0; i < n; i++) {
		AUTO(mem_drop) char *name = mem_strdup(v[i]->name);

		if (net_resume(c, v[i], &why) == 0)
			continue;
		log_error("network: %s: it ran, and can't go on: %s", name, why.detail);
		live_remove(c->store, name, &why);
	}
	return 0;
}

/* Makes the kernel and guestd what the running networks want, and removes what no network wants. */
static int resume(struct control *c, struct err *e)
{
	AUTO(mem_drop) struct link *links = NULL;
	size_t n_links;
	int r = link_list(c->nl, 0, &links, &n_links);

	if (r < 0)
		return err_sys(e, r, "list the host's links");
	adopt_taps(c, links, n_links); /* before their networks are reconciled */
	if (ports_resume(c, e) < 0)
		return -1;
	uplinks_decide(c); /* before the rules are looked at: those that are right are not touched */
	publish_resume(c);
	resume_firewall(c);
	survey_begin(c);
	guard_resume(c, links, n_links);
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i]->live && reconcile(c, c->nets[i], e) < 0)
			log_error("network: %s: %s", c->nets[i]->name, e->detail);
	survey_end(c);
	sweep_bridges(c, links, n_links);
	sweep_firewall(c);
	uplinks_release(c);
	fast_update(c);
	coexist_update(c);
	return 0;
}

static void autostart(struct control *c)
{
	control_set_caller(c, NULL);
	for (size_t i = 0; i < c->n_nets; i++) {
		struct net *n = c->nets[i];

		if (n->autostart && n->def && !n->live && !n->job)
			net_autostart(c, n);
	}
}

static void on_resolvers(void *arg, const struct ip *v, size_t n)
{
	struct control *c = arg;

	guestd_set_resolvers(c->guestd, v, n);
}

static int open_all(struct control *c, const struct control_options *o, struct err *e)
{
	if (netlink_open(&c->nl, e) < 0 || routes_open(&c->routes, e) < 0 || firewall_open(&c->fw, e) < 0 ||
	    defs_open(o->root, &c->defs, e) < 0 || live_open(o->root, &c->store, e) < 0 ||
	    port_files_open(o->root, &c->ports, e) < 0)
		return -1;
	firewall_own(c->fw, c->settings.table_owner);
	return 0;
}

/* Which networks there are is known by now: what guestd tells of others is not believed. */
static int open_guestd(struct control *c, const struct control_options *o, struct err *e)
{
	struct guestd_options g = { .root = o->root, .program = o->guestd, .user = o->guestd_user };

	if (guestd_open(&g, c->loop, c->leases, &c->guestd, e) < 0)
		return -1;
	return resolvers_open(o->resolv_conf, c->loop, on_resolvers, c, &c->resolvers, e);
}

/* A guestd_known. Not once something could not be read, until we start again; nor when there is nothing: a folder that is not
 * mounted is empty, too. */
static bool known_networks(void *arg, struct uuid **ret, size_t *ret_n)
{
	const struct control *c = arg;

	if (c->unread || !c->n_nets)
		return false;
	*ret_n = 0;
	for (size_t i = 0; i < c->n_nets; i++)
		*mem_push(*ret, *ret_n) = c->nets[i]->uuid;
	return true;
}

/* Can this lease be? It is of a network of ours, and on one of its subnets. */
static bool lease_fits(void *arg, const struct uuid *network, const struct ip *ip)
{
	const struct control *c = arg;
	const struct net *n = map_get(c->by_uuid, network, sizeof(*network));
	const struct network *def = n ? net_shown(n) : NULL;

	for (size_t i = 0; def && i < def->n_ips; i++) {
		struct prefix p = network_ip_prefix(&def->ips[i]);

		if (prefix_contains(&p, ip))
			return true;
	}
	return false;
}

static void lease_changed(void *arg, const struct uuid *network, enum lease_news news, const struct lease_copy *l)
{
	struct control *c = arg;
	const struct net *n = map_get(c->by_uuid, network, sizeof(*network));

	if (news != LEASE_IS_RENEWED)
		heal_lease_changed(c, network);
	if (n)
		net_tell_lease(c, n, news, l);
}

int control_start_up(const struct control_options *o, struct sd_event *loop, struct control **ret, struct err *e)
{
	AUTO(control_free) struct control *c = mem_new(struct control);

	c->loop = loop;
	c->root = o->root;
	c->start_s = clock_boot_s();
	c->by_uuid = map_new();
	c->by_name = map_new();
	c->by_bridge = map_new();
	c->leases = leases_new(lease_fits, c);
	leases_on_change(c->leases, lease_changed, c);
	c->hooks = hooks_new(o->root, loop);
	if (settings_load(c->root, &c->settings, e) < 0 || open_all(c, o, e) < 0 || heal_open(c, e) < 0 ||
	    load_definitions(c, e) < 0 || load_running(c, e) < 0 || open_guestd(c, o, e) < 0 || resume(c, e) < 0)
		return -1;
	if (live_first_start(c->store))
		autostart(c);
	guestd_settle(c->guestd, known_networks, c);
	ask_open(c);
	*ret = TAKE(c);
	return 0;
}

void control_reload(struct control *c)
{
	struct err e;

	if (settings_load(c->root, &c->settings, &e) < 0)
		log_error("reload: %s: the settings stay as they were", e.detail);
	firewall_own(c->fw, c->settings.table_owner);
	guard_settle_all(c);
	if (load_definitions(c, &e) < 0)
		log_error("reload: %s", e.detail);
	if (firewall_refresh(c->fw, &e) < 0)
		log_error("reload: %s", e.detail);
	resolvers_read(c->resolvers);
	heal_all(c);
	c->foreign_stale = true;
	fast_retry(c);
	coexist_update(c);
	autostart(c);
}

void control_free(struct control *c)
{
	if (!c)
		return;
	heal_close(c);
	hooks_free(c->hooks);
	jobs_free(c);
	ask_close(c);
	resolvers_free(c->resolvers);
	guestd_free(c->guestd);
	for (size_t i = 0; i < c->n_nets; i++)
		net_free(c->nets[i]);
	mem_drop(c->nets);
	map_free(c->by_uuid);
	map_free(c->by_name);
	map_free(c->by_bridge);
	leases_free(c->leases);
	live_free(c->store);
	port_files_free(c->ports);
	defs_free(c->defs);
	coexist_free(c);
	firewall_free(c->fw);
	watch_free(c->watch);
	routes_free(c->routes);
	netlink_free(c->nl);
	mem_drop(c);
}

/* ---- questions ---- */

int control_leases(const struct control *c, const struct uuid *u, const struct mac *mac, struct control_lease **ret,
		   size_t *ret_n, struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);
	const struct lease_copy *l;
	uint64_t now = (uint64_t)time(NULL);
	size_t count = 0;

	if (!n)
		return -1;
	const struct network *def = net_shown(n);

	*ret = NULL;
	for (size_t pos = 0; (l = leases_next(c->leases, u, &pos));) {
		unsigned prefix = 0;

		if ((l->expiry && l->expiry < now) || (mac && !mac_eq(mac, &l->mac)))
			continue;
		for (size_t i = def->n_ips; i-- > 0;) {
			struct prefix p = network_ip_prefix(&def->ips[i]);

			if (p.ip.family == l->ip.family)
				prefix = p.len; /* of the first ip of that family */
		}
		*mem_push(*ret, count) = (struct control_lease){ .iface = def->bridge.name,
								 .expiry = l->expiry,
								 .ip = l->ip,
								 .prefix = prefix,
								 .mac = l->mac,
								 .hostname = l->hostname,
								 .client_id = mem_strdup(l->client_id) };
	}
	*ret_n = count;
	return 0;
}

void control_leases_free(struct control_lease *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i].client_id);
	mem_drop(v);
}

int control_plan(struct control *c, const struct uuid *u, char **ret, struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);
	AUTO(plan_free) struct plan *p = NULL;
	AUTO(mem_drop) char *text = NULL;
	size_t len;

	if (!n || net_compile(c, net_shown(n), &p, e) < 0)
		return -1;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return err_sys(e, -errno, "print the plan");
	plan_print(p, out);
	if (n->live) {
		guard_print(c, n, out);
		fast_print(c, n, out);
	}
	fprintf(out, n->live ? "to change now:\n" : "to change when it is started:\n");
	int r = reconcile_print(c, p, n, out, e);

	if (n->fight.repairs)
		fprintf(out, "repaired %lu times since vnetd started\n", n->fight.repairs);

	fclose(out);
	if (r == 0)
		*ret = TAKE(text);
	return r;
}
