/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/upstream.h - queries in flight to resolvers, the host's or a domain's.
 * Each goes out with a random id from a socket of its own, whose port the kernel picks at random: an answer must match
 * both, the resolver's address and the question (RFC 5452 s.4). A resolver that is silent for DNS_STEP_MS, or cannot
 * answer, is followed by the next, and is asked last for DNS_DOWN_S; its late answer still counts. By TCP came, by TCP
 * it goes on. */
#pragma once
#include "dns/client.h"
#include "dns/dns.h"
#include "dns/packet.h"
#include "dns/route.h"

struct dns_upstream;

enum {
	DNS_STEP_MS = 1200, /* four of them are less than the 5 s after which clients ask again */
	DNS_STEPS = 4,
	DNS_TRIES = 3, /* resolvers asked for one query */
	DNS_DOWN_S = 30,
	DNS_DOWN_MAX = 64, /* silent resolvers that are remembered */
	DNS_IN_FLIGHT = 512,
	DNS_IN_FLIGHT_SOCKET = 256, /* asked at one socket of ours */
	DNS_IN_FLIGHT_CLIENT = 64,  /* of one address */
	DNS_FDS_MAX = DNS_IN_FLIGHT * DNS_TRIES,
};

/* Counts into *stats: answered, failed, limited, late, mismatch. Borrows both. */
struct dns_upstream *dns_upstream_new(struct sd_event *loop, struct dns_stats *stats);
void dns_upstream_free(struct dns_upstream *u);
DEFINE_AUTO(struct dns_upstream *, dns_upstream_free)

/* Asks `to`, which is copied, for the client, who gets the answer or SERVFAIL by its `send`; perhaps at once. */
void dns_upstream_ask(struct dns_upstream *u, const struct dns_client *c, const struct dns_query *q,
		      const struct dns_resolvers *to);
void dns_upstream_forgive(struct dns_upstream *u);                   /* none is known to be silent any more */
void dns_upstream_forget(struct dns_upstream *u, const void *owner); /* its clients are gone */
