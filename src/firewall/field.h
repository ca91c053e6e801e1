/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/field.h - inside firewall/: the fields of frames that rules of the bridge family look at. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum fw_field {
	FIELD_NONE,
	FIELD_IIFNAME,
	FIELD_MARK,
	FIELD_L4PROTO,
	FIELD_ETHER_TYPE,
	FIELD_ETHER_SADDR,
	FIELD_IP_SADDR,
	FIELD_IP6_SADDR,
	FIELD_ARP_SENDER, /* the addresses inside of ARP */
	FIELD_ARP_SADDR,
	FIELD_ARP_DADDR,
	FIELD_UDP_SPORT,
	FIELD_UDP_DPORT,
	FIELD_DHCP_CHADDR, /* whom a DHCP message says it is of */
	FIELD_ICMP6_TYPE,
	FIELD_ND_TARGET, /* the address that a neighbour solicitation or advertisement is about */
	FW_FIELDS
};

struct fw_field_def {
	const char *text; /* in nft's syntax */
	int meta;         /* NFT_META_*, or -1: it is payload */
	uint32_t base;    /* NFT_PAYLOAD_* */
	size_t offset, len;
	uint8_t l4proto; /* that it belongs to; 0: none */
};

extern const struct fw_field_def fw_fields[FW_FIELDS];
