/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/control.h - all that a client can ask of the daemon. Every change goes definition -> plan -> reconcile.
 * Shapes  networks are named by uuid; control_find_* give it for a name. Info structs are values or owned by the caller
 *         as said at each.
 * Errors  0 or -1 with *e: libvirt's code and text without its prefix. Nothing half-done remains.
 * Later   a call that waits for the administrator's hook scripts or for guestd gives CONTROL_LATER: ask again, with the same arguments
 *         and for the same caller, whenever `progress` is called. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/mem.h"

struct sd_event;
struct control;

enum { CONTROL_LATER = 1 };

struct control_options {
	const char *root;        /* "" or an absolute path without '/' at its end */
	const char *guestd;      /* program to run when no guestd answers; NULL: the one beside us */
	const char *guestd_user; /* NULL: vnet-guestd if there is such a user, else nobody */
	const char *resolv_conf; /* "/etc/resolv.conf" */
};

/* Loads what is stored and what runs, reconciles, starts what is marked for autostart. */
int control_start_up(const struct control_options *o, struct sd_event *loop, struct control **ret, struct err *e);
void control_free(struct control *c); /* bridges, rules, guestd and guests stay */
DEFINE_AUTO(struct control *, control_free)
void control_reload(struct control *c); /* SIGHUP: settings, definitions, everything reconciled, autostart */

/* On whose behalf the next calls are: any address that is a client's own. One who goes gets no more answers, but what it
 * began is finished. */
void control_set_caller(struct control *c, const void *caller);
void control_caller_gone(struct control *c, const void *caller);
void control_on_progress(struct control *c, void (*progress)(void *arg), void *arg);

struct publish; /* model/publish.h */

enum control_happening { /* libvirt's numbers of network events */
			 CONTROL_DEFINED = 0,
			 CONTROL_UNDEFINED = 1,
			 CONTROL_STARTED = 2,
			 CONTROL_STOPPED = 3,
			 CONTROL_METADATA_CHANGED, /* ours: on the wire it is an event of its own */
			 CONTROL_LEASE_CHANGED,    /* likewise */
};

struct control_event { /* strings are good during the callback */
	enum control_happening what;
	const char *name;
	struct uuid uuid;
	int metadata_type;        /* 0 description, 1 title, 2 element */
	const char *metadata_uri; /* of an element, else NULL */
	struct {
		int news; /* 0 bound, 1 renewed, 2 ended */
		struct ip ip;
		struct mac mac;
		uint64_t expiry;      /* Unix seconds, 0: never */
		const char *hostname; /* NULL: unknown */
	} lease;
};

/* Who is told of every change of a network, also of those that clients did not ask for. One, set once; it may not call
 * control. */
void control_on_event(struct control *c, void (*event)(void *arg, const struct control_event *ev), void *arg);

struct control_net {
	const char *name; /* good until the next control_ call that changes something */
	struct uuid uuid;
	bool active, persistent, autostart;
};

/* The i-th network of all, in no order; false: there is none. */
bool control_net_at(const struct control *c, size_t i, struct control_net *ret);
int control_find_name(const struct control *c, const char *name, struct control_net *ret, struct err *e);
/* `name` is only for the error text, may be NULL. */
int control_find_uuid(const struct control *c, const struct uuid *u, const char *name, struct control_net *ret,
		      struct err *e);

int control_define(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e);
int control_create(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e);
int control_start(struct control *c, const struct uuid *u, struct err *e);
int control_destroy(struct control *c, const struct uuid *u, struct err *e);
int control_undefine(struct control *c, const struct uuid *u, struct err *e);
int control_set_autostart(struct control *c, const struct uuid *u, bool on, struct err *e);
/* Canonical XML, freed with mem_drop. */
int control_dumpxml(const struct control *c, const struct uuid *u, bool inactive, char **ret, struct err *e);
/* Its bridge's name. VNET_ERR_INTERNAL: it has none. */
int control_bridge(const struct control *c, const struct uuid *u, char ret[IFNAMSIZ], struct err *e);

/* Which definitions a change is about, with their numbers on the wire. None: the live one if the network is active, else
 * the stored one. With both, both must accept the change or nothing changes. */
enum { CONTROL_LIVE = 1, CONTROL_CONFIG = 2 };

struct control_update {
	unsigned command,
	    section;      /* enum update_command and enum update_section of model/update.h; others are refused */
	int parent_index; /* of the ip elements, -1: the first that fits */
	const char *xml;  /* one element */
	size_t len;
};

/* Changes part of a definition. Live it takes effect at once: only what differs is touched, no lease is lost and no guest
 * detached. When a step fails, definitions and kernel are as before; a hook that fails afterwards is reported alone. */
int control_update(struct control *c, const struct uuid *u, const struct control_update *update, unsigned flags,
		   struct err *e);

struct control_metadata {
	int type;         /* enum metadata_type of model/metadata.h, others are refused */
	const char *text; /* NULL: it is removed */
	const char *key, *uri;
};

/* Title, description, an element of <metadata>: as network_set_metadata. */
int control_set_metadata(struct control *c, const struct uuid *u, const struct control_metadata *m, unsigned flags,
			 struct err *e);
/* `flags` is one bit or none. Freed with mem_drop. VNET_ERR_NO_METADATA: there is none. */
int control_get_metadata(const struct control *c, const struct uuid *u, int type, const char *uri, unsigned flags,
			 char **ret, struct err *e);

/* Publishes ports of the host for a guest, or takes that back: then `p` names the ports as they were published, and the
 * guest may be NULL. No flags: both definitions, as far as there are both. VNET_ERR_OPERATION_INVALID: they are published
 * already or a program of the host has one of them; or they are not published. */
int control_publish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e);
int control_unpublish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e);

struct control_published { /* good until the loop turns */
	const struct publish *what;
	struct ip to4, to6; /* the guest's; family 0: none */
	const char *why;    /* it leads nowhere; NULL: it leads to the guest */
};
/* Of what runs, else of what is stored. Freed with mem_drop. */
int control_published(const struct control *c, const struct uuid *u, struct control_published **ret, size_t *ret_n,
		      struct err *e);

struct control_lease {     /* strings are control's, good until the loop turns */
	const char *iface; /* the bridge */
	uint64_t expiry;   /* Unix seconds, 0: never */
	struct ip ip;
	unsigned prefix;
	struct mac mac;
	const char *hostname; /* NULL: unknown */
	char *client_id;      /* "01:52:54:...", NULL: none sent */
};

/* Leases that have not expired, of one MAC if `mac` is given. Freed with control_leases_free. */
int control_leases(const struct control *c, const struct uuid *u, const struct mac *mac, struct control_lease **ret,
		   size_t *ret_n, struct err *e);
void control_leases_free(struct control_lease *v, size_t n);

struct control_past { /* what happened to a lease */
	uint64_t at;  /* Unix seconds */
	bool bound;   /* or renewed; else it ended */
	struct ip ip;
	struct mac mac;
	char *hostname; /* NULL: unknown */
};
struct control_past_filter {
	struct mac mac; /* zero: any */
	struct ip ip;   /* family 0: any */
	uint64_t since;
};

/* The history of leases, the newest first; CONTROL_LATER while guestd looks. Freed with control_history_free. */
int control_history(struct control *c, const struct uuid *u, const struct control_past_filter *f,
		    struct control_past **ret, size_t *ret_n, struct err *e);
void control_history_free(struct control_past *v, size_t n);

struct control_counter {
	bool ipv6;  /* DHCPv6, else DHCPv4 */
	char *what; /* what became of a message */
	uint64_t n;
};
struct control_port_counter {
	char dev[32];   /* "": not known */
	unsigned holds; /* addresses */
	uint64_t messages, offers, acks, naks, limited;
};
struct control_dhcp_stats { /* since the network was started */
	struct {
		unsigned taken, total;
	} pool, pool6; /* addresses that are not reserved */
	struct control_counter *counters;
	size_t n_counters;
	struct control_port_counter *ports; /* who sends most of DHCPv4, most first */
	size_t n_ports;
};
/* What guestd has counted; CONTROL_LATER while it is asked. Freed with control_dhcp_stats_free. */
int control_dhcp_stats(struct control *c, const struct uuid *u, struct control_dhcp_stats *ret, struct err *e);
void control_dhcp_stats_free(struct control_dhcp_stats *s); /* what it holds */

struct control_import { /* a lease that another server gave */
	struct ip ip;
	struct mac mac;
	uint64_t expiry;      /* Unix seconds, 0: never */
	const char *hostname; /* NULL: unknown */
	uint8_t id[255];      /* the client-id option; without one id_len is 0 */
	size_t id_len;
};

/* Hands those to guestd that are on the network, whether it runs or not, and that its ranges or hosts give to this
 * client: *ret_n are. It takes those that are free, and they are among control_leases when they are durable. */
int control_import_leases(struct control *c, const struct uuid *u, const struct control_import *v, size_t n,
			  size_t *ret_n, struct err *e);

enum { CONTROL_PORTS_MAX = 16384 }; /* of one network */

/* Ports are bookkeeping of guests' NICs: who made one moves its interface itself. Taps of ours are listed among them, each
 * with a uuid that stays. All need an active network. */
enum control_port_flags { CONTROL_PORT_RECLAIM = 1, CONTROL_PORT_VALIDATE = 2 };
/* Makes one of <networkport>; with RECLAIM one that we forgot, its plug given. Errors: VNET_ERR_PORT_EXISTS; others of
 * model/port.h. */
int control_port_create(struct control *c, const struct uuid *u, const char *xml, size_t len, unsigned flags,
			struct uuid *ret, struct err *e);
int control_port_find(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e);
int control_port_list(struct control *c, const struct uuid *u, struct uuid **ret, size_t *ret_n, struct err *e);
int control_port_dumpxml(struct control *c, const struct uuid *u, const struct uuid *port, char **ret, struct err *e);
int control_port_delete(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e);

struct control_rates { /* of model/portgroup.h's bandwidth; 0: not given */
	struct {
		unsigned average, peak, burst;
	} in, out;
	unsigned floor;
};
int control_port_rates(struct control *c, const struct uuid *u, const struct uuid *port, struct control_rates *ret,
		       struct err *e);
int control_port_set_rates(struct control *c, const struct uuid *u, const struct uuid *port,
			   const struct control_rates *r, struct err *e);

/* Makes a network be this definition, the stored one and the one that runs, without detaching a guest: what its plan
 * changes is done live, and *ret, freed with mem_drop, says what that was. With `dry_run` it only says what it would be.
 * VNET_ERR_NO_NETWORK: there is none of this name; VNET_ERR_OPERATION_UNSUPPORTED: a running network keeps its bridge. */
int control_apply(struct control *c, const char *xml, size_t len, bool dry_run, char **ret, struct err *e);

/* What the kernel should look like and what reconcile would change, as text for people, freed with mem_drop. */
int control_plan(struct control *c, const struct uuid *u, char **ret, struct err *e);

enum { CONTROL_TAP_QUEUES_MAX = 16 }; /* descriptors that one tap hands out */

struct control_tap_request {
	const char *name;  /* NULL: vnetN */
	uint32_t owner;    /* uid that may open it; UINT32_MAX: root only */
	unsigned queues;   /* 0 or 1: a single-queue tap */
	struct mac mac;    /* of the guest; zero: unknown */
	const char *group; /* port group; NULL: the default one, if there is one */
	bool persist;      /* stays; else it lives as long as its descriptors */
};

struct control_tap {
	char name[IFNAMSIZ];
	struct uuid network;
	const char *network_name; /* NULL: no such network any more */
	uint32_t owner;
	struct mac mac; /* of the device */
	bool attached, persist;
};

/* Makes a tap on an active network, attached and up. Without `persist` its queues' descriptors go to fds (room for
 * CONTROL_TAP_QUEUES_MAX) and are the caller's. */
int control_tap_add(struct control *c, const struct uuid *u, const struct control_tap_request *r,
		    struct control_tap *ret, int *fds, size_t *ret_n_fds, struct err *e);
int control_tap_del(struct control *c, const char *name, struct err *e);
/* All taps that are ours, of one network if `u` is given; freed with mem_drop. */
int control_tap_list(struct control *c, const struct uuid *u, struct control_tap **ret, size_t *ret_n, struct err *e);

enum control_state { CONTROL_NONE, CONTROL_OK, CONTROL_WRONG }; /* the wire's numbers; NONE: nothing is wanted */

struct control_net_status { /* of a network that runs */
	const char *name;   /* control's, good until something changes */
	enum control_state firewall, service;
	uint64_t repairs;
	bool held;
};
struct control_status {
	uint64_t uptime_s;
	bool guestd, owner;
	enum control_state flowtable;
	const char *coexist;
	uint64_t passes;
	struct control_net_status *nets;
	size_t n_nets;
};
/* How the daemon does; the caller frees ret->nets with mem_drop. */
void control_get_status(const struct control *c, struct control_status *ret);

struct host_report;
/* Is the host fit for networks? host/validate.h has what is asked; the caller empties *ret with host_report_clear. */
void control_validate(struct control *c, struct host_report *ret);

enum { CONTROL_REFUSALS = 6 };

struct control_guarded { /* a port that may send only what is its guest's */
	char port[IFNAMSIZ];
	struct mac mac;                     /* of its guest; zero: unknown */
	uint64_t refused[CONTROL_REFUSALS]; /* frames, by enum vnet_refusal */
};
/* The guarded ports of an active network; freed with mem_drop. */
int control_guarded(struct control *c, const struct uuid *u, struct control_guarded **ret, size_t *ret_n,
		    struct err *e);
