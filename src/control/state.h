/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/state.h - what control remembers, for its own files only. */
#pragma once
#include "base/map.h"
#include "control/control.h"
#include "control/fight.h"
#include "control/guestd.h"
#include "control/resolvers.h"
#include "control/settings.h"
#include "firewall/firewall.h"
#include "firewall/foreign.h"
#include "kernel/routes.h"
#include "kernel/watch.h"
#include "plan/plan.h"
#include "store/defs.h"
#include "store/live.h"
#include "store/ports.h"

/* The device of a guest's NIC has the guest's address with this first octet, so that it never wins as a bridge's. */
enum { GUEST_DEVICE_OCTET = 0xfe };

/* A tap of ours that is there: known by its index, since names come back for other devices and change. */
struct net_tap {
	int index;
	char name[IFNAMSIZ];
};

struct net {
	char *name;
	struct uuid uuid;
	struct network *def;  /* persistent; NULL: transient */
	struct network *live; /* what runs; NULL: inactive */
	struct plan *plan;    /* of `live` */
	bool autostart;
	struct job *job;     /* the change that waits for hook scripts; others wait for its end */
	bool dirty;          /* the kernel told of a change: to be reconciled */
	bool leases_changed; /* others hold addresses now: the guard and published ports follow */
	struct fight fight;
	struct net_tap *taps;
	size_t n_taps;
	struct port **ports; /* that clients made; taps of ours are not among them */
	size_t n_ports;
};

struct control {
	struct sd_event *loop;
	const char *root;
	struct settings settings;
	struct netlink *nl;
	struct watch *watch;
	struct routes *routes; /* of the host */
	struct firewall *fw;
	struct defs *defs;
	struct live *store; /* of live definitions */
	struct port_files *ports;
	struct leases *leases;
	struct guestd *guestd;
	struct resolvers *resolvers;
	struct net **nets;
	size_t n_nets;
	struct map *by_uuid, *by_name;
	bool unread; /* a definition could not be read, so there is a network that is not among these */
	struct hooks *hooks;
	struct job *jobs;           /* under way, or ended and not yet asked for */
	struct question *questions; /* to guestd, not yet answered or not yet asked for again */
	unsigned last_question;
	const void *caller; /* on whose behalf we are called */
	void (*progress)(void *arg);
	void *progress_arg;
	void (*event)(void *arg, const struct control_event *ev);
	void *event_arg;
	struct map *by_bridge; /* running networks by the name of the bridge that is theirs */
	struct sd_event_source *watch_io, *watch_post, *firewall_io, *heal_timer;
	struct link *survey; /* all links by their master while many networks are looked at, else NULL */
	size_t n_survey;
	struct foreign *foreign; /* other programs' rules as they were read last; NULL: not yet */
	bool foreign_stale, foreign_due;
	uint64_t foreign_read_ms;
	struct fw_culprit foreign_by; /* who changed them since */
	struct fight foreign_fight;
	uint64_t start_s;           /* of clock_boot_s */
	struct fw_culprit culprit;  /* who changed our rules in this turn */
	bool dirty, leases_changed; /* a network is */
	enum control_state fast;    /* fast.c: the flowtable */
	bool fast_due, fast_rules;  /* it is to be looked at; since rules of ours changed */
	bool fast_refused;          /* this kernel can't */
	bool fast_gone;             /* nothing of it is there */
	struct fw_culprit fast_by;  /* by whom */
	struct fight fast_fight;
	bool uplinks_changed;     /* uplinks.c: to be looked at */
	bool clamps;              /* a way out is narrower than a network of ours */
	unsigned widest, widest6; /* MTU of our networks, of those that forward IPv6; 0: none runs */
};

/* networks.c */
struct net *net_find(const struct control *c, const struct uuid *u, const char *name, struct err *e);
struct net *net_active(const struct control *c, const struct uuid *u, struct err *e); /* or an error */
struct net *net_add(struct control *c, const char *name, const struct uuid *uuid);
/* What belongs to the object alone goes before the object does, so that a crash in between leaves nothing that nobody
 * knows: leases and the guests' persistent taps. */
void net_release(struct control *c, struct net *n);
void net_remove(struct control *c, struct net *n); /* after net_release, if it ever ran */
/* Fits a definition among the others: name and uuid are one network's, what it leaves open is filled in, its bridge is
 * no other's. *ret_old is the network of its name, or NULL. */
int net_fit(const struct control *c, struct network *n, struct net **ret_old, struct err *e);
/* From text to a definition that is whole and fits among the others. *ret_old is the network of its name, or NULL. */
int net_read(const struct control *c, const char *xml, size_t len, struct network **ret, struct net **ret_old,
	     struct err *e);
/* Lines for dnsmasq that have no effect here are said; -1: the settings make them an error. */
int net_check_options(const struct control *c, const struct network *n, struct err *e);
void net_free(struct net *n);

/* lifecycle.c */
int net_resume(struct control *c, struct network *live, struct err *e); /* it ran before; takes live */
void net_autostart(struct control *c, struct net *n);                   /* errors are logged */

/* ask.c */
void ask_open(struct control *c); /* after guestd */
void ask_caller_gone(struct control *c, const void *caller);
void ask_close(struct control *c);

/* events.c */
void net_tell(struct control *c, const struct net *n, enum control_happening what); /* to the subscriber, if any */
void net_tell_lease(struct control *c, const struct net *n, enum lease_news news, const struct lease_copy *l);
void net_tell_metadata(struct control *c, const struct net *n, int type, const char *uri);

/* ports.c */
int ports_resume(struct control *c, struct err *e);    /* those of networks that run; others are dropped */
void net_ports_drop(struct control *c, struct net *n); /* it stops */
unsigned net_connections(const struct net *n);
void net_ports_count(struct net *n); /* anew, into a definition that begins to run */

/* taps.c */
void net_tap_seen(struct net *n, const struct link *l); /* new, or known and perhaps renamed */
void net_tap_forget(struct net *n, int index);
void net_tap_gone(struct control *c, struct net *n, const struct link *l); /* and its guest with it */
void net_taps_delete(struct control *c, struct net *n);                    /* of a network that is no more */
