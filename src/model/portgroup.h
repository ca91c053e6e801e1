/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/portgroup.h - what a port of a network gets: <vlan>, <virtualport>, <bandwidth>, for the whole network or in a
 * <portgroup>. Part of model/network.h.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/words.h"

struct bandwidth_rate {              /* 0: not given; without average there is nothing */
	unsigned long average, peak; /* kilobytes (1000) per second */
	unsigned long burst;         /* KiB at peak rate */
};

struct bandwidth {
	int line;
	struct bandwidth_rate in, out; /* as the guest sees it */
	/* of a port alone */
	unsigned long floor; /* kilobytes per second that it is guaranteed inbound; 0: none */
	unsigned class_id;   /* of the network's traffic control; 0: none */
};

struct vlan_tag {
	unsigned id; /* 0 to 4095 */
	enum vlan_native native;
};

struct vlan {
	int line;
	bool trunk;
	struct vlan_tag *tags; /* none: no <vlan> */
	size_t n_tags;
};

enum virtualport_given {
	VPORT_MANAGERID = 1 << 0,
	VPORT_TYPEID = 1 << 1,
	VPORT_TYPEIDVERSION = 1 << 2,
	VPORT_INSTANCEID = 1 << 3,
	VPORT_INTERFACEID = 1 << 4,
	VPORT_PROFILEID = 1 << 5,
};

struct virtualport { /* neither type nor anything given: no <virtualport> */
	int line;
	enum virtualport_type type;
	unsigned given; /* enum virtualport_given */
	unsigned managerid, typeid, typeidversion;
	struct uuid instanceid, interfaceid;
	char *profileid;
};

struct portgroup {
	int line;
	char *name;
	bool is_default;
	enum tri trust_rx_filters;
	struct vlan vlan;
	struct virtualport virtualport;
	struct bandwidth bandwidth;
	enum tri guard; /* model/own.h; none said: as its network has it */
};

bool bandwidth_given(const struct bandwidth *b);
int bandwidth_check(const struct bandwidth *b, struct err *e); /* the limits of its numbers: VNET_ERR_XML */
bool virtualport_given(const struct virtualport *v);

void portgroup_clear(struct portgroup *g);
void portgroup_copy(struct portgroup *to, const struct portgroup *from);
void vlan_copy(struct vlan *to, const struct vlan *from);
void virtualport_copy(struct virtualport *to, const struct virtualport *from);
