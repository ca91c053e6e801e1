/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/state.h - what control remembers, for its own files only. */
#pragma once
#include "base/map.h"
#include "control/control.h"
#include "control/fight.h"
#include "control/guestd.h"
#include "control/resolvers.h"
#include "firewall/firewall.h"
#include "kernel/watch.h"
#include "plan/plan.h"
#include "store/defs.h"
#include "store/live.h"

struct net {
	char *name;
	struct uuid uuid;
	struct network *def;  /* persistent; NULL: transient */
	struct network *live; /* what runs; NULL: inactive */
	struct plan *plan;    /* of `live` */
	bool autostart;
	struct job *job; /* the change that waits for hook scripts; others wait for its end */
	bool dirty;      /* the kernel told of a change: to be reconciled */
	struct fight fight;
	char (*taps)[IFNAMSIZ];
	size_t n_taps;
};

struct control {
	struct sd_event *loop;
	struct netlink *nl;
	struct watch *watch;
	struct firewall *fw;
	struct defs *defs;
	struct live *store; /* of live definitions */
	struct leases *leases;
	struct guestd *guestd;
	struct resolvers *resolvers;
	struct net **nets;
	size_t n_nets;
	struct map *by_uuid, *by_name;
	struct hooks *hooks;
	struct job *jobs;   /* under way, or ended and not yet asked for */
	const void *caller; /* on whose behalf we are called */
	void (*progress)(void *arg);
	void *progress_arg;
	struct map *by_bridge; /* running networks by the name of their bridge */
	struct sd_event_source *watch_io, *watch_post, *firewall_io, *heal_timer;
	struct fw_culprit culprit; /* who changed our rules in this turn */
	bool dirty;
};

/* networks.c */
struct net *net_find(const struct control *c, const struct uuid *u, const char *name, struct err *e);
struct net *net_active(const struct control *c, const struct uuid *u, struct err *e); /* or an error */
struct net *net_add(struct control *c, const char *name, const struct uuid *uuid);
void net_remove(struct control *c, struct net *n); /* the object disappears, and what belongs to it alone */
int net_name_bridge(struct control *c, struct net *n, struct err *e); /* a stored definition that names none */
/* From text to a definition that is whole and fits among the others. *ret_old is the network of its name, or NULL. */
int net_read(const struct control *c, const char *xml, size_t len, struct network **ret, struct net **ret_old,
	     struct err *e);
struct control_net net_info(const struct net *n);
void net_free(struct net *n);

/* lifecycle.c */
void net_resume(struct control *c, struct net *n, struct network *live); /* it ran before */
void net_autostart(struct control *c, struct net *n);                    /* errors are logged */

/* taps.c */
void net_tap_add(struct net *n, const char *name);
void net_tap_gone(struct net *n, const char *name);
void net_taps_delete(struct control *c, struct net *n); /* of a network that is no more */
