/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/heal.h"

#include <stdio.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/log.h"
#include "control/coexist.h"
#include "control/fast.h"
#include "control/guard.h"
#include "control/observe.h"
#include "control/publish.h"
#include "control/reconcile.h"
#include "control/uplinks.h"

enum { HEAL_MANY = 8 }; /* networks: worth a survey */

void heal_mark(struct control *c, struct net *n)
{
	if (n && n->live)
		n->dirty = c->dirty = true;
}

static void mark_all(struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		heal_mark(c, c->nets[i]);
}

static void mark_device(struct control *c, int index)
{
	char name[IFNAMSIZ];

	if (index && if_indextoname((unsigned)index, name))
		heal_mark(c, map_get_str(c->by_bridge, name));
}

static void on_link(struct control *c, const struct watch_event *ev)
{
	struct uuid uuid;
	struct net *owner = plan_alias_uuid(ev->link.alias, &uuid) ? map_get(c->by_uuid, &uuid, sizeof(uuid)) : NULL;

	if (owner && strcmp(ev->link.kind, "tun") == 0) {
		if (ev->gone)
			net_tap_gone(c, owner, &ev->link);
		else
			net_tap_seen(owner, &ev->link);
	}
	uplinks_changed(c, &ev->link);
	if (!ev->link.master)
		fast_changed(c, false);
	heal_mark(c, owner);
	heal_mark(c, map_get_str(c->by_bridge, ev->link.name));
	const char *guarded = firewall_guarded(c->fw, ev->link.name);

	heal_mark(c, guarded ? map_get_str(c->by_bridge, guarded) : NULL); /* it may have left it */
	mark_device(c, ev->link.master); /* a port that joins: the kernel names the bridge by index only */
}

static int on_watch(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct control *c = arg;
	struct watch_event ev;

	(void)s;
	(void)fd;
	(void)events;
	while (watch_next(c->watch, &ev) > 0) {
		if (ev.overrun)
			uplinks_changed(c, NULL);
		if (ev.overrun || ev.way)
			fast_changed(c, false);
		if (ev.way || ev.mtu)
			uplinks_way(c, ev.mtu);
		if (ev.overrun || ev.host)
			mark_all(c);
		else if (ev.device)
			mark_device(c, ev.device);
		else if (!ev.way && !ev.mtu)
			on_link(c, &ev);
	}
	return 0;
}

static void rules_changed(struct control *c)
{
	bool changed = firewall_changed(c->fw, &c->culprit);
	struct fw_culprit by;
	struct err e;

	if (firewall_others_changed(c->fw, &by))
		coexist_changed(c, &by);
	if (!changed)
		return;
	if (firewall_refresh(c->fw, &e) < 0)
		log_error("%s", e.detail);
	mark_all(c);
	fast_changed(c, true);
}

static int on_firewall(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	(void)s;
	(void)fd;
	(void)events;
	rules_changed(arg);
	return 0;
}

/* ---- the end of a turn ---- */

uint64_t heal_now_ms(struct control *c)
{
	uint64_t us = 0;

	sd_event_now(c->loop, CLOCK_MONOTONIC, &us);
	return us / 1000;
}

static void tell(const struct control *c, const struct net *n, const char *repairs)
{
	const struct fw_culprit *who = &c->culprit;

	if (who->pid)
		log_warn("network: %s: repaired after %s (%u) had changed our rules: %s", n->name, who->program,
			 who->pid, repairs);
	else
		log_warn("network: %s: repaired: %s", n->name, repairs);
}

static void look_at(struct control *c, struct net *n)
{
	char repairs[512] = "";
	struct err e;
	int r = reconcile_repair(c, n, repairs, sizeof(repairs), &e);

	n->dirty = false;
	if (r == 0 && !repairs[0])
		return;
	if (r < 0)
		log_error("network: %s: %s", n->name, e.detail);
	else
		tell(c, n, repairs);
	if (fight_repaired(&n->fight, heal_now_ms(c)))
		log_warn(
		    "network: %s: others keep changing it: it is repaired more and more rarely, at last every %d s",
		    n->name, FIGHT_PAUSE_MAX_MS / 1000);
}

/* Looks at those that are marked and need not wait. One that is held back stays marked; gives the time to the next, 0:
 * none waits. */
static unsigned look_at_all(struct control *c)
{
	unsigned sleep = 0;

	for (size_t i = 0; i < c->n_nets; i++) {
		struct net *n = c->nets[i];
		unsigned wait = n->dirty ? fight_wait(&n->fight, heal_now_ms(c)) : 0;

		if (n->dirty && n->live && !wait)
			look_at(c, n);
		n->dirty = n->dirty && n->live;
		if (n->dirty && (!sleep || wait < sleep))
			sleep = wait;
	}
	return sleep;
}

static size_t count_marked(const struct control *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_nets; i++)
		n += c->nets[i]->dirty;
	return n;
}

static unsigned heal_networks(struct control *c)
{
	if (!c->dirty)
		return 0;
	c->dirty = false;
	if (count_marked(c) >= HEAL_MANY)
		survey_begin(c);
	unsigned sleep = look_at_all(c);

	survey_end(c);
	c->culprit = (struct fw_culprit){ 0 };
	return sleep;
}

void heal_lease_changed(void *control, const struct uuid *network)
{
	struct control *c = control;
	struct net *n = map_get(c->by_uuid, network, sizeof(*network));

	if (n && n->live)
		n->leases_changed = c->leases_changed = true;
}

static void follow_leases(struct control *c)
{
	if (!c->leases_changed)
		return;
	c->leases_changed = false;
	for (size_t i = 0; i < c->n_nets; i++) {
		struct net *n = c->nets[i];
		bool changed = n->leases_changed;

		n->leases_changed = false;
		if (!changed)
			continue;
		guard_follow(c, n);
		publish_follow(c, n);
	}
}

static int on_turn(sd_event_source *s, void *arg)
{
	struct control *c = arg;

	(void)s;
	if (firewall_missed(c->fw))
		rules_changed(c);
	uplinks_settle(c);
	follow_leases(c);
	unsigned waits[] = { heal_networks(c), fast_turn(c), coexist_turn(c) }, sleep = 0;

	for (size_t i = 0; i < ARRAY_SIZE(waits); i++)
		if (waits[i] && (!sleep || waits[i] < sleep))
			sleep = waits[i];
	if (!sleep)
		return 0;
	sd_event_source_set_time_relative(c->heal_timer, (uint64_t)sleep * 1000);
	sd_event_source_set_enabled(c->heal_timer, SD_EVENT_ONESHOT);
	return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct control *c = arg;

	(void)s;
	(void)usec;
	c->dirty = true; /* the end of this turn does the rest */
	return 0;
}

int heal_open(struct control *c, struct err *e)
{
	if (watch_open(&c->watch, e) < 0)
		return -1;
	int r = sd_event_add_io(c->loop, &c->watch_io, watch_fd(c->watch), EPOLLIN, on_watch, c);

	if (r >= 0)
		r = sd_event_add_io(c->loop, &c->firewall_io, firewall_fd(c->fw), EPOLLIN, on_firewall, c);
	if (r >= 0) /* before what clients ask: they are answered by what is */
		r = sd_event_source_set_priority(c->firewall_io, SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0)
		r = sd_event_add_time(c->loop, &c->heal_timer, CLOCK_MONOTONIC, 0, 1000, on_timer, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->heal_timer, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_post(c->loop, &c->watch_post, on_turn, c);
	return r < 0 ? err_sys(e, r, "watch the kernel") : 0;
}

void heal_close(struct control *c)
{
	sd_event_source_disable_unref(c->watch_io);
	sd_event_source_disable_unref(c->firewall_io);
	sd_event_source_disable_unref(c->heal_timer);
	sd_event_source_disable_unref(c->watch_post);
}

void heal_all(struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		fight_forget(&c->nets[i]->fight);
	fight_forget(&c->foreign_fight);
	mark_all(c);
}
