/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/zone.h"

#include "base/map.h"

/* One name of one address. Names are kept as they are given: the domain is taken off what is asked, not added to what
 * is known, so that it can change below the leases. */
struct host {
	struct ip ip;
	struct dns_name name;
	struct host *next_name, *next_ip; /* same name, same address; newest first */
};

struct table {
	struct map *names; /* lower case name -> first host */
	struct map *ips;
};

struct dns_zone {
	struct dns_name domain; /* .len 0: none */
	struct table records, leases;
};

static struct table table_new(void)
{
	return (struct table){ .names = map_new(), .ips = map_new() };
}

static void table_free(struct table *t)
{
	struct host *h;

	for (size_t pos = 0; (h = map_next(t->ips, &pos));)
		while (h) {
			struct host *next = h->next_ip;

			mem_drop(h);
			h = next;
		}
	map_free(t->ips);
	map_free(t->names);
}

static struct host *by_name(const struct table *t, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);

	return map_get(t->names, key.b, key.len);
}

static struct host *by_ip(const struct table *t, const struct ip *ip)
{
	return map_get(t->ips, ip, sizeof(*ip));
}

static void table_add(struct table *t, const struct dns_name *name, const struct ip *ip)
{
	struct host *h = mem_new(struct host);
	struct dns_name key = dns_name_lower(name);

	h->ip = *ip;
	h->name = *name;
	h->next_name = map_put(t->names, key.b, key.len, h);
	h->next_ip = map_put(t->ips, ip, sizeof(*ip), h);
}

/* `h` is the only host of its address, as a lease is. */
static void table_del(struct table *t, struct host *h)
{
	struct dns_name key = dns_name_lower(&h->name);
	struct host *first = by_name(t, &h->name);

	map_del(t->ips, &h->ip, sizeof(h->ip));
	if (first != h) {
		while (first->next_name != h)
			first = first->next_name;
		first->next_name = h->next_name;
	} else if (h->next_name) {
		map_put(t->names, key.b, key.len, h->next_name);
	} else {
		map_del(t->names, key.b, key.len);
	}
	mem_drop(h);
}

struct dns_zone *dns_zone_new(void)
{
	struct dns_zone *z = mem_new(struct dns_zone);

	z->records = table_new();
	z->leases = table_new();
	return z;
}

void dns_zone_free(struct dns_zone *z)
{
	if (!z)
		return;
	table_free(&z->records);
	table_free(&z->leases);
	mem_drop(z);
}

size_t dns_zone_set(struct dns_zone *z, const char *domain, const struct dns_record *v, size_t n)
{
	struct dns_name name;
	size_t bad = 0;

	z->domain.len = 0;
	if (domain && dns_name_parse(domain, &z->domain) < 0)
		bad++;
	table_free(&z->records);
	z->records = table_new();
	while (n-- > 0) { /* the last first, so that the first answers first */
		if (dns_name_parse(v[n].name, &name) < 0)
			bad++;
		else
			table_add(&z->records, &name, &v[n].ip);
	}
	return bad;
}

/* RFC 952 and RFC 1123 s.2.1. What a guest calls itself is also no name that programs look for on their own: they
 * would take that guest's word for the proxy, the tunnel, themselves. */
static bool is_host_label(const struct dns_name *n)
{
	static const char *const reserved[] = { "localhost", "wpad", "isatap" };
	struct dns_name r;

	if (!dns_name_is_plain(n) || n->b[1] == '-' || n->b[n->b[0]] == '-')
		return false;
	for (size_t i = 1; i <= n->b[0]; i++) {
		uint8_t c = n->b[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (dns_name_parse(reserved[i], &r) == 0 && dns_name_eq(n, &r))
			return false;
	return true;
}

void dns_zone_set_lease(struct dns_zone *z, const struct ip *ip, const char *hostname)
{
	struct dns_name full, name;

	dns_zone_del_lease(z, ip);
	if (!hostname || dns_name_parse(hostname, &full) < 0)
		return;
	if (!z->domain.len || dns_name_strip(&full, &z->domain, &name) < 0)
		name = full;
	if (is_host_label(&name))
		table_add(&z->leases, &name, ip);
}

void dns_zone_del_lease(struct dns_zone *z, const struct ip *ip)
{
	struct host *h = by_ip(&z->leases, ip);

	if (h)
		table_del(&z->leases, h);
}

/* The record of a name: as asked, or a plain one asked for with the domain. */
static const struct host *find_record(const struct dns_zone *z, const struct dns_name *name)
{
	const struct host *h = by_name(&z->records, name);
	struct dns_name plain;

	if (!h && z->domain.len && dns_name_strip(name, &z->domain, &plain) == 0)
		h = by_name(&z->records, &plain);
	return h;
}

static struct dns_name with_domain(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name full;

	if (z->domain.len && dns_name_is_plain(name) && dns_name_append(name, &z->domain, &full) == 0)
		return full;
	return *name;
}

/* A lease name gives way to a record of either of its forms. */
static bool is_overridden(const struct dns_zone *z, const struct host *lease)
{
	struct dns_name full = with_domain(z, &lease->name);

	return by_name(&z->records, &lease->name) || by_name(&z->records, &full);
}

static const struct host *find_lease(const struct dns_zone *z, const struct dns_name *name)
{
	const struct host *h = by_name(&z->leases, name);
	struct dns_name plain;

	if (!h && z->domain.len && dns_name_strip(name, &z->domain, &plain) == 0)
		h = by_name(&z->leases, &plain);
	return h && !is_overridden(z, h) ? h : NULL;
}

bool dns_zone_find(const struct dns_zone *z, const struct dns_name *name, struct dns_hits *ret)
{
	const struct host *h = find_record(z, name);
	int seen = 0;

	ret->n = 0;
	for (; h && ret->n < DNS_HITS_MAX; h = h->next_name)
		ret->ip[ret->n++] = h->ip;
	if (ret->n)
		return true;
	for (h = find_lease(z, name); h; h = h->next_name) { /* the newest of each family */
		int bit = h->ip.family == AF_INET ? 1 : 2;

		if (!(seen & bit))
			ret->ip[ret->n++] = h->ip;
		seen |= bit;
	}
	return ret->n != 0;
}

bool dns_zone_find_ip(const struct dns_zone *z, const struct ip *ip, struct dns_hits *ret)
{
	const struct host *h = by_ip(&z->records, ip);

	ret->n = 0;
	for (; h && ret->n < DNS_HITS_MAX; h = h->next_ip)
		ret->name[ret->n++] = with_domain(z, &h->name);
	if (ret->n)
		return true;
	h = by_ip(&z->leases, ip);
	if (h && !is_overridden(z, h))
		ret->name[ret->n++] = with_domain(z, &h->name);
	return ret->n != 0;
}
