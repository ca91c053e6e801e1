/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/guard.h - who may send what on a network's ports, of its definition; and together with the ports and leases that
 * there are, the guard's rules. Pure. Part of plan/plan.h. */
#pragma once
#include "firewall/guard.h"
#include "model/network.h"

struct plan_group {
	char *name;
	bool is_default, guarded;
};

/* Of definitions that do not say it; zeroed: what we were built with. */
struct plan_guard_defaults {
	enum tri on;            /* networks of forward mode nat */
	enum hand_set hand_set; /* all */
};

struct plan_guard {
	bool on;                   /* for ports of no group */
	struct plan_group *groups; /* those that say something about it, and the default one */
	size_t n_groups;
	struct fw_guard rules; /* without ports, and without holders that are not declared */
};

struct plan_guard plan_guard_compile(const struct network *n, const struct plan_guard_defaults *d);
void plan_guard_free(struct plan_guard *g); /* what it owns */

struct plan_port {
	char name[IFNAMSIZ]; /* of the device on the bridge */
	struct mac mac;      /* of the guest; zero: not known */
	const char *group;   /* NULL: none named */
};

/* The rules for these ports, to which a port, or a lease as a holder, is added at a time; freed with fw_guard_free. */
struct fw_guard plan_guard_begin(const struct plan_guard *g);
void plan_guard_add_port(const struct plan_guard *g, struct fw_guard *rules, const struct plan_port *p);
void plan_guard_add_holder(struct fw_guard *rules, const struct mac *mac, const struct ip *ip);
