/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/guard.h - what the ports of one bridge may send, as data, and that as text. Pure.
 * The shape of the rules: one table `bridge vnetd_guard`; its hook has one rule, a map from the names of guarded ports to
 * the chains of their network, named BRIDGE_guard, BRIDGE_guard4, BRIDGE_guard6 and BRIDGE_guard_arp. These compare with
 * the network's subnets; who has which MAC and address is in sets for all. BRIDGE_own_arp, BRIDGE_icmp6 and BRIDGE_own_nd
 * remember in further sets, which the kernel fills by itself, who was first to speak for an address that nobody holds. A
 * frame that is refused is counted, by its port and by what is wrong with it. A network without guarded ports has nothing
 * there.
 * But for who was first, which is left out where it can't be, the rules use nothing but what each kernel with tables for
 * bridges has: payload, lookups, drop. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/mem.h"

struct fw_guard_port {
	char name[IFNAMSIZ];
	struct mac mac; /* of its guest; zero: not known, so it is any that is nobody else's */
	bool guarded;   /* else it may send what it likes, but its MAC is its own all the same */
};

struct fw_holder {
	struct mac mac; /* zero: the host */
	struct ip ip;
};

/* Whose is an address that nobody holds? */
enum fw_unheld {
	FW_UNHELD_FIRST_COME, /* of the guest that spoke for it first in ARP or neighbour discovery, until it is silent */
	FW_UNHELD_ANYBODYS,
	FW_UNHELD_NOBODYS, /* it may not be used */
};

struct fw_guard {
	char bridge[IFNAMSIZ];
	struct mac host; /* the bridge's own address */
	enum fw_unheld unheld;
	struct prefix *subnets; /* that guests' addresses are of */
	size_t n_subnets;
	struct prefix *routed; /* that guests route for: they come as sources, but nobody has them on the bridge */
	size_t n_routed;
	struct fw_holder *holders; /* of addresses: nobody else may have them */
	size_t n_holders;
	struct fw_guard_port *ports;
	size_t n_ports;
};

void fw_guard_free(struct fw_guard *g); /* what it owns, not the struct itself */
/* Chains and elements in nft's syntax, but for two fields that it has no words for: where a DHCP message (@th,288,48) and
 * neighbour discovery (@th,64,128) say whom they are about. */
void fw_guard_print(const struct fw_guard *g, FILE *out);

/* Why frames are refused. */
enum fw_refusal {
	REFUSED_MAC,   /* another source MAC than the guest's */
	REFUSED_ARP,   /* ARP for an address of somebody else */
	REFUSED_IP,    /* a source address of somebody else, or of no subnet of the network */
	REFUSED_ND,    /* neighbour discovery for an address of somebody else, router advertisements, redirects */
	REFUSED_DHCP,  /* a DHCP server's answer, a question in another's name */
	REFUSED_FRAME, /* what is none of IPv4, IPv6 and ARP, VLAN tags among them */
	FW_REFUSALS
};
