/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/server.h - what a query deserves: an answer of ours, a resolver, or silence. No clock, no socket. */
#pragma once
#include "dns/packet.h"
#include "dns/route.h"
#include "dns/zone.h"

enum dns_action { DNS_DROP, DNS_REPLY, DNS_FORWARD };

struct dns_verdict {
	enum dns_action action;
	enum dns_rcode rcode;           /* of the reply */
	bool local;                     /* the scope knows the answer */
	size_t len;                     /* of the reply */
	const struct dns_resolvers *to; /* to be asked; NULL: the host's */
};

/* Room for every answer of ours. */
enum { DNS_ANSWER_MAX = 24 * 1024 };

/* Judges `msg`, which came by TCP or UDP, read into *q. A reply is in `out` then, with no more bytes than a UDP client
 * takes. */
struct dns_verdict dns_server_handle(const struct dns_zone *z, const struct dns_routes *r, bool tcp, struct view msg,
				     struct dns_query *q, uint8_t out[DNS_ANSWER_MAX]);

/* A reply with nothing but `rcode`. `flags`: DNS_RA if this scope forwards. Returns its length. */
size_t dns_server_fail(const struct dns_query *q, uint16_t flags, enum dns_rcode rcode, uint8_t out[DNS_UDP_PLAIN]);
