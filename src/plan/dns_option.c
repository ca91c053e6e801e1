/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of dnsmasq's configuration (its manual page, dnsmasq(8)) as records and rules of ours. */
#include <errno.h>

#include "plan/dns.h"
#include "plan/guest.h"
#include "plan/csv.h"

/* cname=ALIAS[,ALIAS..],TARGET[,TTL] */
static int add_cname(struct guest_dns *d, const struct csv *w)
{
	unsigned ttl;
	size_t names = w->n;

	if (names > 2 && csv_number(w->v[names - 1], 0x7fffffff, &ttl) == 0)
		names--; /* our answers have TTL 0 */
	if (names < 2)
		return -EINVAL;
	for (size_t i = 0; i + 1 < names; i++)
		guest_add_record(d, w->v[i], GUEST_DNS_CNAME, w->v[names - 1]);
	return 0;
}

/* host-record=NAME[,NAME..],IP[,IP6][,TTL] */
static int add_host_record(struct guest_dns *d, const struct csv *w)
{
	struct ip ips[2];
	size_t n_names = 0, n_ips = 0;
	unsigned ttl;

	for (size_t i = 0; i < w->n; i++) {
		if (n_ips < ARRAY_SIZE(ips) && ip_parse(w->v[i], &ips[n_ips]) == 0)
			n_ips++;
		else if (n_ips == 0)
			n_names++;
		else if (i + 1 < w->n || csv_number(w->v[i], 0x7fffffff, &ttl) < 0)
			return -EINVAL;
	}
	for (size_t i = 0; i < n_names; i++)
		for (size_t j = 0; j < n_ips; j++)
			guest_add_host(d, w->v[i], &ips[j]);
	return n_names && n_ips ? 0 : -EINVAL;
}

/* txt-record=NAME[,TEXT..] */
static int add_txt(struct guest_dns *d, const struct csv *w)
{
	struct guest_dns_record *r = guest_add_record(d, csv_at(w, 0), GUEST_DNS_TXT, NULL);

	for (size_t i = 1; i < w->n; i++)
		guest_add_strings(r, w->v[i]);
	return w->v[0][0] ? 0 : -EINVAL;
}

/* srv-host=_SERVICE._PROTOCOL.DOMAIN[,TARGET[,PORT[,PRIORITY[,WEIGHT]]]] */
static int add_srv(struct guest_dns *d, const struct csv *w)
{
	unsigned port, priority, weight;

	if (csv_number(csv_at(w, 2), 65535, &port) < 0 || csv_number(csv_at(w, 3), 65535, &priority) < 0 ||
	    csv_number(csv_at(w, 4), 65535, &weight) < 0 || w->n > 5)
		return -EINVAL;
	struct guest_dns_record *r = guest_add_record(d, w->v[0], GUEST_DNS_SRV, csv_at(w, 1));

	if (csv_at(w, 1)[0]) {
		r->port = port ? port : 1;
		r->priority = priority;
		r->weight = weight;
	}
	return 0;
}

/* ptr-record=NAME[,TARGET] */
static int add_ptr(struct guest_dns *d, const struct csv *w)
{
	guest_add_record(d, w->v[0], GUEST_DNS_PTR, csv_at(w, 1));
	return w->n == 2 ? 0 : -EINVAL;
}

/* mx-host=NAME[,TARGET[,PREFERENCE]] */
static int add_mx(struct guest_dns *d, const struct csv *w)
{
	unsigned preference;

	if (w->n < 2 || csv_number(csv_at(w, 2), 65535, &preference) < 0)
		return -EINVAL;
	guest_add_record(d, w->v[0], GUEST_DNS_MX, w->v[1])->priority = preference ? preference : 1;
	return 0;
}

/* ---- /DOMAIN[/DOMAIN..]/VALUE, as address=, server= and local= have it ---- */

typedef int (*domain_fn)(struct guest_dns *d, const char *domain, const char *value);

/* Calls `add` for each domain; without slashes once, for "". */
static int each_domain(struct guest_dns *d, const char *text, domain_fn add)
{
	AUTO(mem_drop) char *copy = mem_strdup(text);
	char *value = strrchr(copy, '/'), *rest = copy + 1;

	if (copy[0] != '/')
		return add(d, "", copy);
	if (value == copy)
		return -EINVAL;
	*value++ = '\0';
	for (char *domain; (domain = strsep(&rest, "/"));) {
		int r = add(d, domain, value);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_address(struct guest_dns *d, const char *domain, const char *value)
{
	struct ip ip;

	if (!value[0] && domain[0]) {
		guest_add_local_domain(d, domain); /* no address: the domain does not exist */
		return 0;
	}
	if (strcmp(value, "#") == 0 || ip_parse(value, &ip) < 0)
		return -EINVAL;
	guest_add_wildcard(d, strcmp(domain, "#") == 0 ? "" : domain, &ip);
	return 0;
}

static int add_server(struct guest_dns *d, const char *domain, const char *value)
{
	AUTO(mem_drop) char *copy = mem_strdup(value);
	char *hash = strchr(copy, '#');
	struct ip ip = { 0 };
	unsigned port = 0;

	if (!value[0] && domain[0]) {
		guest_add_local_domain(d, domain); /* answered from what we know only */
		return 0;
	}
	if (strcmp(value, "#") == 0) { /* the standard servers */
		guest_add_forwarder(d, domain, &ip, 0);
		return domain[0] ? 0 : -EINVAL;
	}
	if (hash) {
		*hash = '\0';
		if (csv_number(hash + 1, 65535, &port) < 0)
			return -EINVAL;
	}
	if (ip_parse(copy, &ip) < 0)
		return -EINVAL;
	guest_add_forwarder(d, domain, &ip, port);
	return 0;
}

static int add_domain_needed(struct guest_dns *d, const struct csv *w)
{
	(void)w;
	d->local_plain = true;
	return 0;
}

/* Reverse names of private addresses (RFC 6303 s.4.1) are answered from what is known here only. */
static int add_bogus_priv(struct guest_dns *d, const struct csv *w)
{
	static const struct {
		uint32_t net;
		unsigned len;
	} private[] = { { 0x0a000000, 8 }, { 0xac100000, 12 }, { 0xc0a80000, 16 }, { 0xa9fe0000, 16 } };

	(void)w;
	for (size_t i = 0; i < ARRAY_SIZE(private); i++)
		guest_add_local_ptr(d, &(struct prefix){ .ip = ip_from_v4(private[i].net), .len = private[i].len });
	return 0;
}

static int add_no_resolv(struct guest_dns *d, const struct csv *w)
{
	(void)w;
	d->forward = false; /* only where a forwarder says so */
	return 0;
}

/* What changes nothing for us: there is no cache, and the host's own names are not served. */
static int moot(struct guest_dns *d, const struct csv *w)
{
	(void)d;
	(void)w;
	return 0;
}

static const struct {
	const char *name;
	int (*by_words)(struct guest_dns *d, const struct csv *w);
	domain_fn by_domain;
} options[] = {
	{ "address", NULL, add_address },
	{ "bogus-priv", add_bogus_priv, NULL },
	{ "cache-size", moot, NULL },
	{ "cname", add_cname, NULL },
	{ "domain-needed", add_domain_needed, NULL },
	{ "host-record", add_host_record, NULL },
	{ "local", NULL, add_server },
	{ "log-queries", moot, NULL },
	{ "mx-host", add_mx, NULL },
	{ "no-hosts", moot, NULL },
	{ "no-negcache", moot, NULL },
	{ "no-resolv", add_no_resolv, NULL },
	{ "ptr-record", add_ptr, NULL },
	{ "server", NULL, add_server },
	{ "srv-host", add_srv, NULL },
	{ "txt-record", add_txt, NULL },
};

int plan_dns_option(struct guest_dns *d, const char *line)
{
	size_t len = strcspn(line, "=");
	const char *value = line[len] ? line + len + 1 : "";

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct csv w;

		if (strlen(options[i].name) != len || memcmp(options[i].name, line, len) != 0)
			continue;
		if (options[i].by_domain)
			return each_domain(d, value, options[i].by_domain);
		int r = csv_cut(value, &w);

		if (r < 0)
			return r;
		r = options[i].by_words(d, &w);
		csv_free(&w);
		return r;
	}
	return -ENOTSUP;
}
