/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/zone.h - the names of one network: what dns/dns.h says is known there.
 * Owner   the zone. What a lookup gives is good until the next change. */
#pragma once
#include "base/mem.h"
#include "dns/dns.h"
#include "dns/name.h"

struct dns_zone;

struct dns_zone *dns_zone_new(void);
void dns_zone_free(struct dns_zone *z);
DEFINE_AUTO(struct dns_zone *, dns_zone_free)

/* Replaces domain (NULL: none) and records. Returns how many texts (domain included) were no DNS names and were left
 * out. */
size_t dns_zone_set(struct dns_zone *z, const char *domain, const struct dns_record *v, size_t n);
void dns_zone_set_lease(struct dns_zone *z, const struct ip *ip, const char *hostname);
void dns_zone_del_lease(struct dns_zone *z, const struct ip *ip);

/* What a name or an address has. More than DNS_HITS_MAX are not told: 512 bytes hold fewer. */
enum { DNS_HITS_MAX = 32 };
struct dns_hits {
	size_t n;
	struct ip ip[DNS_HITS_MAX];
	struct dns_name name[DNS_HITS_MAX];
};

/* The addresses of a name, both families, into ret->ip. false: not known here. */
bool dns_zone_find(const struct dns_zone *z, const struct dns_name *name, struct dns_hits *ret);
/* The names of an address, with the domain, into ret->name. false: not known here. */
bool dns_zone_find_ip(const struct dns_zone *z, const struct ip *ip, struct dns_hits *ret);
