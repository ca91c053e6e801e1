/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/reply.h - the bytes of an answer. Pure. */
#pragma once
#include "dhcp6/packet.h"

#define DHCP6_FOREVER 0xffffffffU /* as a lifetime, RFC 8415 s.7.7 */

struct dhcp6_grant { /* what one IA gets */
	uint32_t iaid;
	enum dhcp6_status status;
	struct ip addr;                  /* family 0: none */
	uint32_t lease_s;                /* preferred and valid */
	struct ip gone[DHCP6_ADDRS_MAX]; /* what the client is to stop using */
	size_t n_gone;
};

struct dhcp6_answer {
	enum dhcp6_type type; /* DHCP6_ADVERTISE or DHCP6_REPLY */
	bool rapid;           /* a REPLY in place of an ADVERTISE */
	bool has_status;
	enum dhcp6_status status; /* of the whole */
	struct view server_id;
	const struct ip *dns; /* NULL: none, or not to be told */
	const char *domain;   /* likewise */
	struct dhcp6_grant grants[DHCP6_IAS_MAX];
	size_t n_grants;
};

/* Writes at most DHCP6_MAX bytes to `out`: how many, or 0 if it does not fit. */
size_t dhcp6_reply_build(const struct dhcp6_msg *m, const struct dhcp6_answer *a, uint8_t *out);
