/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/zone.h - the names of one network: what dns/dns.h says is known there.
 * Owner   the zone. What a lookup gives is good until the next change. */
#pragma once
#include "base/mem.h"
#include "dns/dns.h"
#include "dns/name.h"
#include "dns/record.h"

struct dns_zone;

struct dns_zone *dns_zone_new(void);
void dns_zone_free(struct dns_zone *z);
DEFINE_AUTO(struct dns_zone *, dns_zone_free)

/* Replaces domain, hosts and records by the scope's. Returns how many of them DNS cannot hold, which are left out. */
size_t dns_zone_set(struct dns_zone *z, const struct dns_scope *scope);
void dns_zone_set_lease(struct dns_zone *z, const struct ip *ip, const char *hostname);
void dns_zone_del_lease(struct dns_zone *z, const struct ip *ip);

/* What a name has. More than DNS_HITS_MAX of a kind are not told: 512 bytes hold fewer. */
enum { DNS_HITS_MAX = 32 };
struct dns_hits {
	size_t n_ips;
	struct ip ips[DNS_HITS_MAX]; /* both families */
	size_t n_names;
	struct dns_name names[DNS_HITS_MAX]; /* for PTR: with the domain */
	const struct dns_data *data;         /* all else */
};

/* false: not known here; *ret is empty then. */
bool dns_zone_find(const struct dns_zone *z, const struct dns_name *name, struct dns_hits *ret);
/* Is something known below `name`, so that it exists although it has nothing (RFC 8020)? */
bool dns_zone_has_below(const struct dns_zone *z, const struct dns_name *name);
