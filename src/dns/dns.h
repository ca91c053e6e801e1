/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/dns.h - DNS for guests: the names of their network answered here, everything else as the scope says.
 *
 * Known here, per scope, in this order:
 *   hosts    A, AAAA and the PTR of their addresses. A name without a dot answers plain and, if the scope has a domain,
 *            with that appended; a dotted one as it is. Also what PTR gives has the domain.
 *   records  all other types, by their name as it is; "*.domain" is any name below that domain that has nothing of
 *            its own (RFC 4592). A CNAME is followed while its targets are known here, DNS_CNAMES_MAX times at most:
 *            more is a loop, SERVFAIL. A target that is not known is not looked for elsewhere: the CNAME alone answers.
 *            A PTR record of a name hides the PTR that hosts and leases give to it.
 *   leases   their names while they last. Such a name comes from the guest, so it counts only as one label of letters,
 *            digits and '-', or that with the scope's domain; it never overrides a host or a CNAME; of two guests that
 *            claim one name the later has it while it lasts.
 * Answers have AA set and TTL 0; another type of a known name is an empty NOERROR. Our own address has no name unless
 * the scope gives it one: nothing resolves that nobody has defined.
 *
 * What is not known: of `local_ptrs`, `wildcards`, `local_domains` and `forwarders` the most specific domain decides.
 * If they have the same domain that order does. A domain means itself and all below it.
 *   wildcard      its addresses; other types: an empty NOERROR
 *   local         NXDOMAIN, or an empty NOERROR if something is known below that name (RFC 8020)
 *   forwarder     its resolvers; without address the standard path
 *   none          the standard path: a name without a dot is NXDOMAIN if `local_plain`, unless NS, SOA, DS or DNSKEY is
 *                 asked: who validates needs those of the top-level domains; then the forwarders without domain; else
 *                 the host's resolvers if `forward`; else REFUSED
 * SERVFAIL: no resolver is known or none answers.
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

enum {
	DNS_RESOLVERS_MAX = 8,    /* of one domain */
	DNS_CNAMES_MAX = 8,       /* followed for one query */
	DNS_NAME_DATA_MAX = 8192, /* bytes of all `records` of one name, each 12 longer than its data */
};

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_OPT = 41,
	DNS_DS = 43,
	DNS_DNSKEY = 48,
	DNS_ANY = 255,
};

struct dns_host {
	const char *name; /* without a dot: the scope's domain is appended too */
	struct ip ip;
};

struct dns_record {
	const char *name;
	enum dns_type type; /* CNAME, PTR, MX, TXT or SRV */
	const char *target; /* not TXT. "" and ".": the root, which means "not available" (RFC 2782, RFC 7505) */
	const char *const *strings; /* TXT: of 255 bytes at most each; none: an empty one */
	size_t n_strings;
	uint16_t priority;     /* SRV; MX: its preference */
	uint16_t weight, port; /* SRV */
};

struct dns_wildcard {
	const char *domain; /* "": every name */
	struct ip ip;
};

struct dns_forwarder {
	const char *domain; /* "": what no other rule is for */
	struct ip ip;       /* none: the standard path */
	uint16_t port;      /* 0: 53 */
};

struct dns_scope {
	struct uuid uuid;
	const char *network; /* for log lines */
	const char *domain;  /* NULL: none */
	bool forward;        /* to the host's resolvers */
	bool local_plain;
	struct ip *addrs; /* ours on the bridge: never asked as a resolver */
	size_t n_addrs;
	struct dns_host *hosts;
	size_t n_hosts;
	struct dns_record *records;
	size_t n_records;
	struct dns_wildcard *wildcards;
	size_t n_wildcards;
	struct dns_forwarder *forwarders; /* asked in this order; at most DNS_RESOLVERS_MAX of a domain count */
	size_t n_forwarders;
	const char **local_domains;
	size_t n_local_domains;
	struct prefix *local_ptrs; /* the reverse names of these are a local domain */
	size_t n_local_ptrs;
};

int dns_open(struct sd_event *loop, struct dns **ret);
void dns_free(struct dns *d);
DEFINE_AUTO(struct dns *, dns_free)

/* Serves `scope`, or replaces what is served for its uuid; lease names stay. `udp` are bound and `tcp` listening,
 * `n` of each; 0: it keeps those it has. What DNS cannot hold is left out, with a warning that counts it: bad names,
 * more than DNS_NAME_DATA_MAX or DNS_RESOLVERS_MAX, a forwarder that is one of `addrs`.
 * On error nothing is served for that uuid any more. */
int dns_serve(struct dns *d, const struct dns_scope *scope, const int *udp, const int *tcp, size_t n);
void dns_stop(struct dns *d, const struct uuid *uuid); /* unknown: nothing */

/* The name of the lease of `ip`, instead of what it was; NULL or unfit: none. Unknown uuid: nothing. */
void dns_set_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip, const char *hostname);
void dns_del_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip);

/* The host's resolvers, asked in this order; at most DNS_RESOLVERS_MAX count. One that is our own address in any
 * scope is skipped, or we would ask ourselves. */
void dns_set_resolvers(struct dns *d, const struct ip *v, size_t n);

struct dns_stats {
	uint64_t queries;   /* messages that came */
	uint64_t dropped;   /* no answer: not a query, or too short for one */
	uint64_t malformed; /* answered FORMERR, NOTIMP, BADVERS */
	uint64_t local;     /* answered by what the scope says */
	uint64_t refused;
	uint64_t forwarded;
	uint64_t answered; /* of the forwarded: by a resolver */
	uint64_t failed;   /* of the forwarded: SERVFAIL by us */
	uint64_t limited;  /* SERVFAIL for one with too many in flight; TCP connections refused */
	uint64_t late;     /* a resolver said nothing for DNS_STEP_MS, or could not be reached */
	uint64_t mismatch; /* from a resolver, but no answer to what was asked */
};
const struct dns_stats *dns_stats(const struct dns *d);
