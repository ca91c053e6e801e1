/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/route.h"

#include <errno.h>

#include "base/map.h"

/* All that is said of one domain. Nothing: the standard path. */
struct rule {
	struct ip ips[DNS_WILDCARD_IPS_MAX];
	size_t n_ips;
	bool local;
	struct dns_resolvers to;
	unsigned reverse_bits; /* of the subnet, if the domain is its reverse name */
};

struct dns_routes {
	struct map *rules; /* lower case domain -> rule */
	const struct rule *root;
	bool forward, local_plain, forwarders;
	struct prefix *local_ptrs;
	size_t n_local_ptrs;
};

static const uint8_t root_name[1];

/* The domain's rule, made if there is none; NULL: not a domain. */
static struct rule *get_rule(struct dns_routes *r, const char *domain)
{
	struct prefix reverse = { .len = 0 };
	struct dns_name name;

	if (dns_name_parse_root(domain, &name) < 0)
		return NULL;
	struct dns_name key = dns_name_lower(&name);
	struct rule *rule = map_get(r->rules, key.b, key.len);

	if (rule)
		return rule;
	rule = mem_new(struct rule);
	dns_name_to_prefix(&key, 0, &reverse);
	rule->reverse_bits = reverse.len;
	map_put(r->rules, key.b, key.len, rule);
	return rule;
}

static int add_wildcard(struct dns_routes *r, const struct dns_wildcard *w)
{
	struct rule *rule = w->ip.family ? get_rule(r, w->domain) : NULL;

	if (!rule)
		return -EINVAL;
	if (rule->n_ips == DNS_WILDCARD_IPS_MAX)
		return -ENOSPC;
	rule->ips[rule->n_ips++] = w->ip;
	return 0;
}

static bool is_own(const struct dns_scope *s, const struct dns_resolver *to)
{
	bool own = false;

	for (size_t i = 0; i < s->n_addrs; i++)
		own |= to->port == DNS_PORT && ip_eq(&s->addrs[i], &to->ip);
	return own;
}

static int add_forwarder(struct dns_routes *r, const struct dns_scope *s, const struct dns_forwarder *f)
{
	struct rule *rule = get_rule(r, f->domain);
	struct dns_resolver to = { .ip = f->ip, .port = f->port ? f->port : DNS_PORT };

	if (!rule)
		return -EINVAL;
	if (!f->ip.family)
		return 0;
	if (is_own(s, &to)) /* we would ask ourselves */
		return -ELOOP;
	if (rule->to.n == DNS_RESOLVERS_MAX)
		return -ENOSPC;
	rule->to.v[rule->to.n++] = to;
	r->forwarders = true;
	return 0;
}

static int add_local(struct dns_routes *r, const char *domain)
{
	struct rule *rule = get_rule(r, domain);

	if (!rule)
		return -EINVAL;
	rule->local = true;
	return 0;
}

static int add_local_ptr(struct dns_routes *r, const struct prefix *p)
{
	if (!p->ip.family || p->len > ip_bits(p->ip.family))
		return -EINVAL;
	r->local_ptrs[r->n_local_ptrs++] = *p;
	return 0;
}

struct dns_routes *dns_routes_new(const struct dns_scope *s, size_t *bad)
{
	struct dns_routes *r = mem_new(struct dns_routes);

	r->rules = map_new();
	r->forward = s->forward;
	r->local_plain = s->local_plain;
	r->local_ptrs = mem_array(s->n_local_ptrs + 1, sizeof(*r->local_ptrs));
	for (size_t i = 0; i < s->n_wildcards; i++)
		*bad += add_wildcard(r, &s->wildcards[i]) < 0;
	for (size_t i = 0; i < s->n_forwarders; i++)
		*bad += add_forwarder(r, s, &s->forwarders[i]) < 0;
	for (size_t i = 0; i < s->n_local_domains; i++)
		*bad += add_local(r, s->local_domains[i]) < 0;
	for (size_t i = 0; i < s->n_local_ptrs; i++)
		*bad += add_local_ptr(r, &s->local_ptrs[i]) < 0;
	r->root = map_get(r->rules, root_name, sizeof(root_name));
	return r;
}

void dns_routes_free(struct dns_routes *r)
{
	struct rule *rule;

	if (!r)
		return;
	for (size_t pos = 0; (rule = map_next(r->rules, &pos));)
		mem_drop(rule);
	map_free(r->rules);
	mem_drop(r->local_ptrs);
	mem_drop(r);
}

/* The rule of the most specific domain that `name` is in. */
static const struct rule *find_rule(const struct dns_routes *r, const struct dns_name *name)
{
	struct dns_name key = dns_name_lower(name);
	const struct rule *rule = NULL;
	size_t at = 0;

	if (map_count(r->rules) == 0)
		return NULL;
	do
		rule = map_get(r->rules, key.b + at, key.len - at);
	while (!rule && dns_name_up(&key, &at));
	return rule;
}

/* The reverse name that `name` is, or is below: people look for services there too (RFC 6763 s.11). */
static bool find_reverse(const struct dns_name *name, struct prefix *ret)
{
	size_t at = 0;

	do
		if (dns_name_to_prefix(name, at, ret) == 0)
			return true;
	while (dns_name_up(name, &at));
	return false;
}

/* A rule for less than the subnet goes before the subnet. */
static bool is_local_ptr(const struct dns_routes *r, const struct dns_name *name, const struct rule *rule)
{
	unsigned least = rule ? rule->reverse_bits : 0;
	struct prefix p;

	if (r->n_local_ptrs == 0 || !find_reverse(name, &p))
		return false;
	for (size_t i = 0; i < r->n_local_ptrs; i++) {
		const struct prefix *local = &r->local_ptrs[i];

		if (local->len >= least && local->len <= p.len && prefix_contains(local, &p.ip))
			return true;
	}
	return false;
}

/* Asked about the delegation of a domain, not about a host in it. */
static bool is_about_domain(uint16_t type)
{
	return type == DNS_NS || type == DNS_SOA || type == DNS_DS || type == DNS_DNSKEY;
}

static struct dns_way standard(const struct dns_routes *r, const struct dns_name *name, uint16_t type)
{
	if (r->local_plain && dns_name_is_plain(name) && !is_about_domain(type))
		return (struct dns_way){ .kind = DNS_WAY_LOCAL };
	if (r->root && r->root->to.n)
		return (struct dns_way){ .kind = DNS_WAY_FORWARD, .to = &r->root->to };
	return (struct dns_way){ .kind = r->forward ? DNS_WAY_FORWARD : DNS_WAY_REFUSE };
}

struct dns_way dns_routes_find(const struct dns_routes *r, const struct dns_name *name, uint16_t type)
{
	const struct rule *rule = find_rule(r, name);

	if (is_local_ptr(r, name, rule))
		return (struct dns_way){ .kind = DNS_WAY_LOCAL };
	if (rule && rule->n_ips)
		return (struct dns_way){ .kind = DNS_WAY_ADDRESSES, .ips = rule->ips, .n_ips = rule->n_ips };
	if (rule && rule->local)
		return (struct dns_way){ .kind = DNS_WAY_LOCAL };
	if (rule && rule != r->root && rule->to.n)
		return (struct dns_way){ .kind = DNS_WAY_FORWARD, .to = &rule->to };
	return standard(r, name, type);
}

bool dns_routes_forward(const struct dns_routes *r)
{
	return r->forward || r->forwarders;
}
