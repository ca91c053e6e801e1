/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/diff.h - from what is to what should be: the steps, in the order in which they are safe. Pure. */
#pragma once
#include "plan/plan.h"

struct observed_route {
	struct route route;
	char dev[IFNAMSIZ];
	const char *network; /* of ours, whose bridge `dev` is; NULL: a device that is not ours */
};

/* What the kernel and guestd show of one network. Arrays are the caller's. */
struct observed {
	bool has_bridge; /* a device of the wanted name is there, whosever it is */
	struct link bridge;
	const struct prefix *addrs; /* of that device */
	size_t n_addrs;
	const struct link *ports; /* attached to it, and taps of this network that are not */
	size_t n_ports;
	const char (*bridge_sysctls)[16]; /* values, as many as the plan has; "": unknown */
	const char (*host_sysctls)[16];
	const struct observed_route *routes; /* asked for only while the bridge is not there */
	size_t n_routes;
	const struct route *bridge_routes; /* of the bridge; asked for only if the plan has some */
	size_t n_bridge_routes;
	bool firewall_same, firewall_there;
	const struct fw_guard *guard; /* what the ports and leases that there are want of the guard */
	bool guard_same;
	bool service_same, service_there;
};

enum step_op {
	STEP_CREATE_BRIDGE,
	STEP_SET_ALIAS,
	STEP_SET_MAC,
	STEP_SET_MTU,
	STEP_SET_STP,
	STEP_SYSCTL,
	STEP_KEEP_ROUTES, /* that the host's interfaces took from routers, before it forwards IPv6 */
	STEP_FIREWALL,
	STEP_GUARD,
	STEP_ADD_ADDR,
	STEP_DEL_ADDR,
	STEP_UP,
	STEP_DEL_ROUTE,
	STEP_ADD_ROUTE,
	STEP_ATTACH,
	STEP_SERVE,
	STEP_UNSERVE,
	STEP_DOWN,
	STEP_DEL_FIREWALL,
	STEP_DEL_BRIDGE,
	STEP_OPS
};

struct step {
	enum step_op op;
	struct prefix addr;               /* ADD_ADDR, DEL_ADDR */
	const struct plan_sysctl *sysctl; /* the plan's */
	const struct route *route;        /* ADD_ROUTE: the plan's, DEL_ROUTE: the observed one */
	const struct fw_guard *guard;     /* GUARD: the observed one */
	struct link port;                 /* ATTACH */
	bool guarded;                     /* and that port is */
	unsigned mtu;                     /* SET_MTU; ATTACH: 0 leaves the port's */
};

struct steps {
	struct step *v;
	size_t n;
};
void steps_free(struct steps *s);

/* The steps that make `p` true. -1: something foreign is in the way; *e names it and nothing may be touched. */
int plan_diff(const struct plan *p, const struct observed *have, struct steps *ret, struct err *e);

/* The steps after which nothing of `p` is left. A device that is not ours is no part of it. */
void plan_diff_gone(const struct plan *p, const struct observed *have, struct steps *ret);

/* Is this device the bridge of that plan, made by us, even if we died before we put our alias on it? */
bool plan_owns(const struct plan *p, const struct link *l);
