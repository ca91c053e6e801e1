/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/zone.h"

#include <errno.h>

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
	struct table hosts, leases;
	struct dns_records *records;
	struct map *above; /* lower case name that something is known below -> the zone */
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

	z->hosts = table_new();
	z->leases = table_new();
	z->records = dns_records_new();
	z->above = map_new();
	return z;
}

void dns_zone_free(struct dns_zone *z)
{
	if (!z)
		return;
	table_free(&z->hosts);
	table_free(&z->leases);
	dns_records_free(z->records);
	map_free(z->above);
	mem_drop(z);
}

static struct dns_name with_domain(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name full;

	if (z->domain.len && dns_name_is_plain(name) && dns_name_append(name, &z->domain, &full) == 0)
		return full;
	return *name;
}

/* What is above a name that was added before is there already. */
static void add_above(struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);
	size_t at = 0;

	while (dns_name_up(&key, &at) && !map_put(z->above, key.b + at, key.len - at, z))
		;
}

static int add_host(struct dns_zone *z, const struct dns_host *host)
{
	struct dns_name name, full;

	if (!host->ip.family || dns_name_parse(host->name, &name) < 0)
		return -EINVAL;
	table_add(&z->hosts, &name, &host->ip);
	full = with_domain(z, &name);
	add_above(z, &full);
	return 0;
}

static int add_record(struct dns_zone *z, const struct dns_record *record)
{
	struct dns_name name;
	int e = dns_records_add(z->records, record);

	if (e == 0 && dns_name_parse(record->name, &name) == 0)
		add_above(z, &name);
	return e;
}

static void clear(struct dns_zone *z)
{
	z->domain.len = 0;
	table_free(&z->hosts);
	z->hosts = table_new();
	dns_records_free(z->records);
	z->records = dns_records_new();
	map_free(z->above);
	z->above = map_new();
}

size_t dns_zone_set(struct dns_zone *z, const struct dns_scope *s)
{
	static const struct dns_name any_lease = { .len = 3, .b = { 1, 'x', 0 } };
	struct dns_name full;
	size_t bad = 0;

	clear(z);
	if (s->domain && dns_name_parse(s->domain, &z->domain) < 0)
		bad++;
	full = with_domain(z, &any_lease);
	add_above(z, &full);
	for (size_t i = s->n_hosts; i-- > 0;) /* the last first, so that the first answers first */
		bad += add_host(z, &s->hosts[i]) < 0;
	for (size_t i = 0; i < s->n_records; i++)
		bad += add_record(z, &s->records[i]) < 0;
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

/* The host of a name: as asked, or a plain one asked for with the domain. */
static const struct host *find_host(const struct dns_zone *z, const struct dns_name *name)
{
	const struct host *h = by_name(&z->hosts, name);
	struct dns_name plain;

	if (!h && z->domain.len && dns_name_strip(name, &z->domain, &plain) == 0)
		h = by_name(&z->hosts, &plain);
	return h;
}

static bool is_defined(const struct dns_zone *z, const struct dns_name *name)
{
	return by_name(&z->hosts, name) || dns_data_has(dns_records_find(z->records, name), DNS_CNAME);
}

/* A lease name gives way to a host or alias of either of its forms. */
static bool is_overridden(const struct dns_zone *z, const struct host *lease)
{
	struct dns_name full = with_domain(z, &lease->name);

	return is_defined(z, &lease->name) || is_defined(z, &full);
}

static const struct host *find_lease(const struct dns_zone *z, const struct dns_name *name)
{
	const struct host *h = by_name(&z->leases, name);
	struct dns_name plain;

	if (!h && z->domain.len && dns_name_strip(name, &z->domain, &plain) == 0)
		h = by_name(&z->leases, &plain);
	return h && !is_overridden(z, h) ? h : NULL;
}

static void find_ips(const struct dns_zone *z, const struct dns_name *name, struct dns_hits *ret)
{
	const struct host *h = find_host(z, name);
	int seen = 0;

	for (; h && ret->n_ips < DNS_HITS_MAX; h = h->next_name)
		ret->ips[ret->n_ips++] = h->ip;
	if (ret->n_ips)
		return;
	for (h = find_lease(z, name); h; h = h->next_name) { /* the newest of each family */
		int bit = h->ip.family == AF_INET ? 1 : 2;

		if (!(seen & bit))
			ret->ips[ret->n_ips++] = h->ip;
		seen |= bit;
	}
}

static void find_names(const struct dns_zone *z, const struct dns_name *reverse, struct dns_hits *ret)
{
	struct prefix p;

	if (dns_name_to_prefix(reverse, 0, &p) < 0 || p.len != ip_bits(p.ip.family))
		return;
	for (const struct host *h = by_ip(&z->hosts, &p.ip); h && ret->n_names < DNS_HITS_MAX; h = h->next_ip)
		ret->names[ret->n_names++] = with_domain(z, &h->name);
	if (ret->n_names)
		return;
	const struct host *lease = by_ip(&z->leases, &p.ip);

	if (lease && !is_overridden(z, lease))
		ret->names[ret->n_names++] = with_domain(z, &lease->name);
}

bool dns_zone_find(const struct dns_zone *z, const struct dns_name *name, struct dns_hits *ret)
{
	ret->n_ips = ret->n_names = 0;
	ret->data = dns_records_find(z->records, name);
	find_ips(z, name, ret);
	if (!dns_data_has(ret->data, DNS_PTR))
		find_names(z, name, ret);
	if (!ret->n_ips && !ret->n_names && !ret->data)
		ret->data = dns_records_find_star(z->records, name);
	return ret->n_ips || ret->n_names || ret->data;
}

/* Of reverse names only whole ones have something, or not. */
bool dns_zone_has_below(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);
	struct prefix p;

	return map_get(z->above, key.b, key.len) ||
	       (dns_name_to_prefix(name, 0, &p) == 0 && p.len < ip_bits(p.ip.family));
}
