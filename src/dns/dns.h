/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/dns.h - DNS for guests: the names of their network answered here, everything else forwarded.
 *
 * Known here, per scope: `records`, always, and the lease names while their leases last. A name without a dot answers
 * plain and, if the scope has a domain, with that appended; a dotted one as it is. Answers have AA set and TTL 0;
 * another type of a known name is an empty NOERROR; PTR gives the name with the domain. Our own address has no name
 * unless `records` gives it one: nothing resolves that nobody has defined.
 * A lease name comes from the guest, so it counts only as one label of letters, digits and '-', or that with the
 * scope's domain; it never overrides a record; of two guests that claim one name the later has it while it lasts.
 * Everything else is forwarded if `forward`, else REFUSED. SERVFAIL: no resolver is known or none answers.
 *
 * Owner   the scope and what it points to is copied. Descriptors become ours, whatever is returned.
 * Errors  0 or -errno of the loop. Guests cause none: what they send is answered or dropped, and counted.
 * Needs   up to DNS_FDS_MAX descriptors (dns/upstream.h), and DNS_TCP_CONNS (dns/tcp.h) for each listening socket. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"

struct sd_event;
struct dns;

struct dns_record {
	const char *name; /* without a dot: the scope's domain is appended too */
	struct ip ip;
};

struct dns_scope {
	struct uuid uuid;
	const char *network; /* for log lines */
	const char *domain;  /* NULL: none */
	bool forward;
	struct ip *addrs; /* ours on the bridge: never asked as a resolver */
	size_t n_addrs;
	struct dns_record *records;
	size_t n_records;
};

int dns_open(struct sd_event *loop, struct dns **ret);
void dns_free(struct dns *d);
DEFINE_AUTO(struct dns *, dns_free)

/* Serves `scope`, or replaces what is served for its uuid; lease names stay. `udp` are bound and `tcp` listening,
 * `n` of each; 0: it keeps those it has. A record whose name DNS cannot hold is left out, with a warning.
 * On error nothing is served for that uuid any more. */
int dns_serve(struct dns *d, const struct dns_scope *scope, const int *udp, const int *tcp, size_t n);
void dns_stop(struct dns *d, const struct uuid *uuid); /* unknown: nothing */

/* The name of the lease of `ip`, instead of what it was; NULL or unfit: none. Unknown uuid: nothing. */
void dns_set_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip, const char *hostname);
void dns_del_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip);

/* The host's resolvers, asked in this order; at most DNS_RESOLVERS_MAX count. One that is our own address in any
 * scope is skipped, or we would ask ourselves. */
enum { DNS_RESOLVERS_MAX = 8 };
void dns_set_resolvers(struct dns *d, const struct ip *v, size_t n);

struct dns_stats {
	uint64_t queries;   /* messages that came */
	uint64_t dropped;   /* no answer: not a query, or too short for one */
	uint64_t malformed; /* answered FORMERR, NOTIMP, BADVERS */
	uint64_t local;     /* answered from the scope's names */
	uint64_t refused;
	uint64_t forwarded;
	uint64_t answered; /* of the forwarded: by a resolver */
	uint64_t failed;   /* of the forwarded: SERVFAIL by us */
	uint64_t limited;  /* SERVFAIL for one with too many in flight; TCP connections refused */
	uint64_t late;     /* a resolver said nothing for DNS_STEP_MS, or could not be reached */
	uint64_t mismatch; /* from a resolver, but no answer to what was asked */
};
const struct dns_stats *dns_stats(const struct dns *d);
