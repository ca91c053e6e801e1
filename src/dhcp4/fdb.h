/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/fdb.h - by which port a frame entered its bridge. The packet socket behind the bridge does not tell, but the bridge's
 * table of MACs does (rtnetlink(7), RTNLGRP_NEIGH): the kernel tells of a new MAC before it passes on the frame. So data packets
 * pay nothing for what only DHCP has to know.
 * Owner   a fdb owns its socket, and outlives the bridges that were entered. */
#pragma once
#include "base/addr.h"
#include "base/mem.h"

struct dhcp4_fdb;
struct dhcp4_bridge;

struct dhcp4_fdb *dhcp4_fdb_new(void);
void dhcp4_fdb_free(struct dhcp4_fdb *f);
DEFINE_AUTO(struct dhcp4_fdb *, dhcp4_fdb_free)

/* From now on by `fd`, which becomes ours: a NETLINK_ROUTE socket that is in RTNLGRP_NEIGH. Without one no port is known.
 * -EPROTOTYPE: it is something else, and closed. */
int dhcp4_fdb_listen(struct dhcp4_fdb *f, int fd);

/* What is told of a bridge is remembered while somebody has entered it. */
struct dhcp4_bridge *dhcp4_fdb_enter(struct dhcp4_fdb *f, uint32_t bridge);
void dhcp4_fdb_leave(struct dhcp4_fdb *f, struct dhcp4_bridge *b); /* or NULL */

/* Reads what was told: between receiving a burst of frames and looking at them. */
void dhcp4_fdb_update(struct dhcp4_fdb *f);
/* The interface index of the port behind which `mac` is; 0: not known. */
uint32_t dhcp4_fdb_port(struct dhcp4_fdb *f, struct dhcp4_bridge *b, const struct mac *mac);
