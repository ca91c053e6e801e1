/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/frame.h - Ethernet, IPv4 and UDP around a DHCP message. Frames are built here because a client without an address
 * can't be reached through the host's IP stack, and with full checksums because guests' drivers hand on what they get.
 * Shapes  addresses and ports: host order. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"

enum { DHCP4_FRAME_HEAD = 14 + 20 + 8, DHCP4_FRAME_MAX = 14 + 1500 };

struct dhcp4_frame {
	struct mac src, dst;
	uint32_t ip_src, ip_dst;
	uint16_t sport, dport;
	struct view payload; /* when read; points into the frame */
};

/* Reads a frame. `sum_ready`: the UDP checksum was filled in (a neighbour's virtual card leaves it to hardware that is not
 * there, packet(7) TP_STATUS_CSUMNOTREADY). -EBADMSG: cut short, a bad checksum, a fragment, or not UDP over IPv4. */
int dhcp4_frame_parse(struct dhcp4_frame *f, struct view frame, bool sum_ready);

enum { DHCP4_ARP_SIZE = 14 + 28 };

/* "Who has `addr`?", from nobody (RFC 5227 s.1.1), into `out` of DHCP4_ARP_SIZE bytes. */
void dhcp4_arp_build(uint8_t *out, const struct mac *src, uint32_t addr);
/* Who says to have which address? -EBADMSG: it is no ARP of that kind. */
int dhcp4_arp_parse(struct view frame, struct mac *ret_mac, uint32_t *ret_addr);

/* Writes the headers before `len` bytes of payload, which lie at out + DHCP4_FRAME_HEAD: the length of all. */
size_t dhcp4_frame_build(const struct dhcp4_frame *f, uint8_t *out, size_t len);
