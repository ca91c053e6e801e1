/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/reply.h - the bytes of an answer: which fields and options, in which order. Pure.
 * Options  first those that every client needs, then what the client asked for, in its order (RFC 2132 s.9.8), then what is
 *          forced. What no longer fits goes into "file" and "sname" while they are free (RFC 2132 s.9.3), else it is left
 *          out whole. */
#pragma once
#include "dhcp4/scope.h"

struct dhcp4_grant {
	uint8_t type;                  /* DHCP4_OFFER, DHCP4_ACK or DHCP4_NAK */
	uint32_t addr;                 /* what the client gets; 0: nothing */
	uint32_t lease_s;              /* for how long */
	bool rapid;                    /* an ACK in place of an OFFER */
	const struct lease_host *host; /* the client's reservation, or NULL */
	const char *message;           /* of a NAK */
};

/* Writes at most DHCP4_MAX bytes to `out`: how many, or 0 when not even what is needed has room. */
size_t dhcp4_reply_build(const struct dhcp4_scope *s, const struct dhcp4_msg *m, const struct dhcp4_grant *g,
			 uint8_t *out);
