/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/route.h - what becomes of a name that is not known here: the second half of what dns/dns.h says.
 * Owner   the routes, which never change. What a lookup gives is good until they are freed. */
#pragma once
#include "base/mem.h"
#include "dns/dns.h"
#include "dns/name.h"

struct dns_routes;

enum { DNS_PORT = 53, DNS_WILDCARD_IPS_MAX = 32 };

struct dns_resolver {
	struct ip ip;
	uint16_t port;
};

struct dns_resolvers { /* asked in this order */
	size_t n;
	struct dns_resolver v[DNS_RESOLVERS_MAX];
};

enum dns_way_kind { DNS_WAY_REFUSE, DNS_WAY_LOCAL, DNS_WAY_ADDRESSES, DNS_WAY_FORWARD };

struct dns_way {
	enum dns_way_kind kind; /* LOCAL: there is no such name */
	const struct ip *ips;   /* ADDRESSES */
	size_t n_ips;
	const struct dns_resolvers *to; /* FORWARD; NULL: the host's */
};

/* Adds to *bad how much was left out. */
struct dns_routes *dns_routes_new(const struct dns_scope *scope, size_t *bad);
void dns_routes_free(struct dns_routes *r);
DEFINE_AUTO(struct dns_routes *, dns_routes_free)

struct dns_way dns_routes_find(const struct dns_routes *r, const struct dns_name *name, uint16_t type);
bool dns_routes_forward(const struct dns_routes *r); /* anything at all */
