/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/link.h - network devices: bridges and their ports, as the kernel shows them and as we change them.
 * Errors  0 or -errno, and netlink_why(). -ENODEV: no such device. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "kernel/netlink.h"

enum { LINK_ALIAS_MAX = 256 };

enum port_state {
	PORT_DISABLED,
	PORT_LISTENING,
	PORT_LEARNING,
	PORT_FORWARDING,
	PORT_BLOCKING
}; /* the kernel's numbers */

struct link {
	int index;
	char name[IFNAMSIZ];
	char kind[16]; /* "bridge", "tun", "veth", ""; IFLA_INFO_KIND */
	char alias[LINK_ALIAS_MAX];
	uint32_t group; /* IFLA_GROUP, 0: the default one */
	struct mac mac;
	unsigned mtu;
	unsigned mtu6; /* what IPv6 takes for it, which a router may have said; 0: no IPv6 there */
	bool up;       /* IFF_UP */
	int master;    /* index of the bridge it is a port of, 0: none */
	struct {
		bool stp;
		bool learns_local; /* from frames to link-local groups, which our bridges must not */
		unsigned delay_cs;
	} bridge; /* kind "bridge"; delay in 1/100 s */
	struct {
		enum port_state state;
		bool isolated;
		bool never_root; /* what it says of spanning trees makes no other bridge the root */
	} port;                  /* master != 0 and that is a bridge */
	struct {
		bool tap, persist;
		uint32_t owner;
	} tun; /* kind "tun"; owner UINT32_MAX: none */
};

int link_get(struct netlink *nl, const char *name, struct link *ret);
int link_get_index(struct netlink *nl, int index, struct link *ret);
/* All devices, or those whose master is `master` (0: all); the caller frees *ret with mem_drop. */
int link_list(struct netlink *nl, int master, struct link **ret, size_t *ret_n);

struct bridge_attrs {
	char name[IFNAMSIZ];
	char alias[LINK_ALIAS_MAX];
	uint32_t group;
	struct mac mac;
	unsigned mtu; /* 0: the kernel's */
	bool stp;
	unsigned delay_cs;
};

/* Makes a bridge, down, with its attributes, in one request where the kernel allows it. -EEXIST: the name is taken
 * (whatever is there is not touched). */
int link_create_bridge(struct netlink *nl, const struct bridge_attrs *a, int *ret_index);
/* Could one be made? 0, or -errno: -EOPNOTSUPP, this kernel has none; -EPERM, not by us. Nothing is made. */
int link_probe_bridge(struct netlink *nl);
int link_set_bridge(struct netlink *nl, int index, bool stp, unsigned delay_cs); /* and that it learns nothing local */
int link_set_mac(struct netlink *nl, int index, const struct mac *mac);
int link_set_mtu(struct netlink *nl, int index, unsigned mtu);
int link_set_alias(struct netlink *nl, int index, const char *alias);
int link_set_up(struct netlink *nl, int index, bool up);
int link_set_master(struct netlink *nl, int index, int master);           /* 0: none */
int link_set_port_isolated(struct netlink *nl, int index, bool isolated); /* from other isolated ports */
int link_set_port_never_root(struct netlink *nl, int index, bool never_root);
int link_delete(struct netlink *nl, int index);

/* Makes `index` (already up) a port of the bridge `master` that forwards at once although STP is on and the kernel's
 * forward delay is 2 s or more: STP off, attach or set the port's state, STP on. Loops are still found afterwards.
 * Also right for a port that somebody else attached and that is still listening or learning. A port without carrier (a
 * persistent tap that nobody has open) is attached and stays PORT_DISABLED; when its carrier comes the kernel lets it
 * listen, watch_next tells so, and this is to be called again. */
int link_attach_forwarding(struct netlink *nl, int index, int master);
