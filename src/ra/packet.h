/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ra/packet.h - router solicitations and advertisements as bytes (RFC 4861 s.4.1, s.4.2, RFC 8106 s.5.1).
 * The kernel fills in and checks their checksums. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"

enum {
	RA_MAX = 1280 - 40, /* bytes: what every link carries, less the IP header */
	RA_HOP_LIMIT = 64,  /* that guests are to use */
	RA_HOP_WHOLE = 255, /* of the datagram itself: what a router has forwarded has less */
	RA_FOREVER = -1,    /* as a lifetime: all ones, in any width */
};

struct ra_prefix {
	struct prefix prefix;
	bool autonomous; /* guests make themselves an address of it */
};

struct ra_scope {
	struct mac mac; /* of the bridge */
	uint32_t mtu;
	uint16_t router_s; /* for how long we are a default router; 0: we are none */
	bool managed;      /* DHCPv6 has addresses and the rest: the flags M and O */
	const struct ra_prefix *prefixes;
	size_t n_prefixes;
	const struct ip *dns; /* name servers */
	size_t n_dns;
};

void ra_build(struct wr *w, const struct ra_scope *s);

/* Is this ICMPv6 message a valid solicitation (RFC 4861 s.6.1.1, but for hop limit and checksum)? `has_source`: it did not
 * come from the unspecified address. */
bool ra_is_solicit(struct view msg, bool has_source);
