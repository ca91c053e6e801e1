/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/rules.h - what one network needs of the firewall, as data, and that as text. Pure.
 * The shape of the rules: one table `inet vnetd`; a network is a few map elements (keyed by bridge name or source
 * prefix) and chains of its own named BRIDGE_out, BRIDGE_in, BRIDGE_nat4, BRIDGE_nat6, so packets cost the same whatever
 * the number of networks. An open network has nothing there unless it publishes ports. A published port is one element of a
 * map: the nat hooks that look there exist only while a network publishes, since each lookup costs every new flow. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/mem.h"

/* The groups (IFLA_GROUP) of our bridges: rules, of ours in other programs' chains too, mean what bears the first one. Of what
 * passes on an open network the administrator alone decides. Unlike the alias they are set in the request that makes the
 * bridge, so one that a crash left without its alias is still known. */
enum { FW_GROUP = 0x766e, FW_GROUP_OPEN };

enum fw_mode { FW_ISOLATED, FW_NAT, FW_ROUTE, FW_OPEN };

/* Ports of the host that lead to a guest, one to one. */
struct fw_forward {
	uint8_t proto;
	struct ip address; /* the host's; family 0: any of the guest's family */
	uint16_t port, port_end;
	struct ip to;
	uint16_t to_port; /* of the first */
};

struct fw_net {
	char bridge[IFNAMSIZ];
	enum fw_mode mode;
	struct prefix *subnets; /* as in the ip elements; of FW_ROUTE also what is routed through guests */
	size_t n_subnets;
	struct ip nat_start, nat_end;  /* source addresses; family 0: masquerade */
	uint16_t port_start, port_end; /* source ports of TCP and UDP; never 0 for FW_NAT */
	char dev[IFNAMSIZ];            /* the only way in and out; "": any */
	bool nat6;                     /* FW_NAT translates IPv6 too, always by masquerade; else it is routed */
	bool publishes;                /* there may be forwards, whether there are any now or not */
	bool loopback;                 /* and they may be for 127.0.0.0/8: the bridge has route_localnet */
	struct fw_forward *forwards;   /* no two for one port of one address */
	size_t n_forwards;
};

void fw_net_free(struct fw_net *n); /* what it owns, not the struct itself */
struct fw_net fw_net_copy(const struct fw_net *n);
/* The subnets of a network whose flows may not be allowed any more when it becomes another; how many? Freed with mem_drop. */
size_t fw_net_tightened(const struct fw_net *was, const struct fw_net *is, struct prefix **ret);
/* Names this state: equal networks have equal stamps in every process. Kept in the kernel as chain user data. */
uint64_t fw_net_stamp(const struct fw_net *n);
/* Elements and chains of this network in nft's syntax, each line behind `indent`. */
void fw_net_print(const struct fw_net *n, const char *indent, FILE *out);
