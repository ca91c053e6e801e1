/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/plan.h - what the kernel and guestd should look like for one network: a pure function of its definition.
 * Owner   the plan owns all it points to; plan_free releases it. */
#pragma once
#include "firewall/rules.h"
#include "guest/message.h"
#include "kernel/link.h"
#include "kernel/route.h"
#include "model/network.h"
#include "plan/guard.h"

struct plan_sysctl {
	char key[96]; /* below /proc/sys, with slashes */
	char value[16];
	bool optional; /* a kernel without the setting needs nothing */
	bool guarded;  /* it is safe only behind our rules */
};

struct plan {
	char *network;
	struct uuid uuid;
	/* The bridge is the host's own, or there is none (its name is ""): only taps that are plugged into it are ours, and
	 * of what follows all is empty. */
	bool unmanaged;
	struct bridge_attrs bridge;
	unsigned mtu_before; /* of the definition by which it ran until now; 0: none said, or it did not run */
	bool hurry;          /* the user asked for no forward delay: ports forward at once (link_attach_forwarding) */
	struct prefix *addrs;
	size_t n_addrs;
	struct route *routes; /* by gateways on the bridge, their oif not filled in */
	size_t n_routes;
	bool isolated;                      /* our ports hear the host and the outside, not each other */
	struct plan_sysctl *bridge_sysctls; /* need the bridge; set before it is up */
	size_t n_bridge_sysctls;
	bool forwards6; /* one of them switches IPv6 forwarding on */
	/* Of the whole host. Others may come to need them: never set back, but for IPv6 forwarding on a host that takes
	 * routes from routers (control/uplinks.h). */
	struct plan_sysctl *host_sysctls;
	size_t n_host_sysctls;
	struct fw_net firewall;
	enum tri flowtable; /* established flows take a short cut; none said: as the daemon is set */
	struct plan_guard guard;
	char **publishes; /* a line for each published port, for people */
	size_t n_publishes;
	struct guest_scope *scope; /* its ifindex is filled in when the bridge is there; NULL: nothing to serve */
};

#define PLAN_FORWARDING6 "net/ipv6/conf/all/forwarding"

enum { PLAN_LINK_GROUP = FW_GROUP, PLAN_LINK_GROUP_OPEN = FW_GROUP_OPEN };

/* The alias by which a device is known as ours: "vnet:" and the network's uuid. */
void plan_alias(const struct uuid *uuid, char ret[LINK_ALIAS_MAX]);
/* The uuid in such an alias, or in a tap's; false: not ours. */
bool plan_alias_uuid(const char *alias, struct uuid *ret);

/* A tap of ours bears the alias of its network, and behind it what the device itself has no room for: its guest's MAC,
 * "-" if that is not known, and the port group, if one was named. */
enum { TAP_GROUP_MAX = 180 }; /* bytes of a port group's name that fit */
void plan_tap_alias(const struct plan *p, const struct mac *mac, const char *group, char ret[LINK_ALIAS_MAX]);
bool plan_owns_tap(const struct plan *p, const struct link *l);
struct plan_port plan_tap_port(const struct link *l); /* its group is good as long as the link */

/* Published ports lead to guests whose address the definition tells; plan/publish.h adds those of leases.
 * -1: the definition can't run here (VNET_ERR_CONFIG_UNSUPPORTED); its values were checked when it was parsed. */
int plan_compile(const struct network *n, struct plan **ret, struct err *e);
void plan_free(struct plan *p);
DEFINE_AUTO(struct plan *, plan_free)
