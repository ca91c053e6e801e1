/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/dns.h"

#include <errno.h>

#include "base/log.h"
#include "base/map.h"
#include "dns/server.h"
#include "dns/tcp.h"
#include "dns/udp.h"
#include "dns/upstream.h"

struct served {
	struct dns *dns;
	struct ip *addrs;
	size_t n_addrs;
	struct dns_zone *zone;
	struct dns_routes *routes;
	struct dns_udp **udp;
	struct dns_tcp **tcp;
	size_t n_sockets;
};

struct dns {
	struct sd_event *loop;
	struct dns_upstream *upstream;
	struct map *served;                /* uuid -> struct served */
	struct ip told[DNS_RESOLVERS_MAX]; /* the host's, as told */
	size_t n_told;
	struct dns_resolvers resolvers; /* of these, the ones to ask */
	struct dns_stats stats;
};

int dns_open(struct sd_event *loop, struct dns **ret)
{
	struct dns *d = mem_new(struct dns);

	d->loop = loop;
	d->upstream = dns_upstream_new(loop, &d->stats);
	d->served = map_new();
	*ret = d;
	return 0;
}

const struct dns_stats *dns_stats(const struct dns *d)
{
	return &d->stats;
}

static void count(struct dns_stats *s, const struct dns_verdict *v)
{
	s->queries++;
	if (v->action == DNS_DROP)
		s->dropped++;
	else if (v->action == DNS_FORWARD)
		s->forwarded++;
	else if (v->local)
		s->local++;
	else if (v->rcode == DNS_REFUSED)
		s->refused++;
	else
		s->malformed++;
}

static bool on_asked(void *arg, const struct dns_client *c, struct view msg)
{
	struct served *s = arg;
	uint8_t out[DNS_ANSWER_MAX];
	struct dns_query q;
	struct dns_verdict v = dns_server_handle(s->zone, s->routes, c->tcp, msg, &q, out);

	count(&s->dns->stats, &v);
	if (v.action == DNS_FORWARD)
		dns_upstream_ask(s->dns->upstream, c, &q, v.to ? v.to : &s->dns->resolvers);
	else if (v.action == DNS_REPLY)
		c->send(c, (struct view){ .p = out, .len = v.len });
	return v.action != DNS_DROP;
}

static void on_gone(void *arg, const void *owner)
{
	struct served *s = arg;

	dns_upstream_forget(s->dns->upstream, owner);
}

static void on_refused(void *arg)
{
	struct served *s = arg;

	s->dns->stats.limited++;
}

static bool is_ours(const struct dns *d, const struct ip *ip)
{
	const struct served *s;

	for (size_t pos = 0; (s = map_next(d->served, &pos));)
		for (size_t i = 0; i < s->n_addrs; i++)
			if (ip_eq(&s->addrs[i], ip))
				return true;
	return false;
}

/* To be called when the resolvers or our own addresses have changed. */
static void choose_resolvers(struct dns *d)
{
	struct dns_resolvers *r = &d->resolvers;

	r->n = 0;
	for (size_t i = 0; i < d->n_told; i++)
		if (!is_ours(d, &d->told[i]))
			r->v[r->n++] = (struct dns_resolver){ .ip = d->told[i], .port = DNS_PORT };
}

void dns_set_resolvers(struct dns *d, const struct ip *v, size_t n)
{
	d->n_told = n < DNS_RESOLVERS_MAX ? n : DNS_RESOLVERS_MAX;
	if (n)
		memcpy(d->told, v, d->n_told * sizeof(*v));
	choose_resolvers(d);
	dns_upstream_forgive(d->upstream);
}

static void close_sockets(struct served *s)
{
	for (size_t i = 0; i < s->n_sockets; i++) {
		dns_upstream_forget(s->dns->upstream, s->udp[i]);
		dns_udp_free(s->udp[i]);
		dns_tcp_free(s->tcp[i]);
	}
	mem_drop(s->udp);
	mem_drop(s->tcp);
	s->n_sockets = 0;
	s->udp = NULL;
	s->tcp = NULL;
}

/* Every descriptor is taken, also behind one that fails; the first error is reported. */
static int open_sockets(struct served *s, const int *udp, const int *tcp, size_t n)
{
	static const struct dns_tcp_ops ops = { .asked = on_asked, .gone = on_gone, .refused = on_refused };
	int first = 0, e;

	s->n_sockets = n;
	s->udp = mem_array(n, sizeof(struct dns_udp *));
	s->tcp = mem_array(n, sizeof(struct dns_tcp *));
	for (size_t i = 0; i < n; i++) {
		e = dns_udp_open(s->dns->loop, udp[i], on_asked, s, &s->udp[i]);
		first = first ? first : e;
		e = dns_tcp_open(s->dns->loop, tcp[i], &ops, s, &s->tcp[i]);
		first = first ? first : e;
	}
	return first;
}

static struct served *served_new(struct dns *d, const struct uuid *uuid)
{
	struct served *s = mem_new(struct served);

	s->dns = d;
	s->zone = dns_zone_new();
	map_put(d->served, uuid, sizeof(*uuid), s);
	return s;
}

static void served_free(struct served *s)
{
	close_sockets(s);
	dns_zone_free(s->zone);
	dns_routes_free(s->routes);
	mem_drop(s->addrs);
	mem_drop(s);
}

static struct served *find(const struct dns *d, const struct uuid *uuid)
{
	return map_get(d->served, uuid, sizeof(*uuid));
}

int dns_serve(struct dns *d, const struct dns_scope *scope, const int *udp, const int *tcp, size_t n)
{
	struct served *s = find(d, &scope->uuid);
	size_t bad;
	int e = 0;

	if (!s)
		s = served_new(d, &scope->uuid);
	bad = dns_zone_set(s->zone, scope);
	dns_routes_free(s->routes);
	s->routes = dns_routes_new(scope, &bad);
	if (bad)
		log_warn("dns: %s: %zu names, records or forwarders left out: DNS cannot hold or use them",
			 scope->network, bad);
	mem_drop(s->addrs);
	s->addrs = mem_dup(scope->addrs, scope->n_addrs * sizeof(*scope->addrs));
	s->n_addrs = scope->n_addrs;
	choose_resolvers(d);
	if (n) {
		close_sockets(s);
		e = open_sockets(s, udp, tcp, n);
	}
	if (e < 0)
		dns_stop(d, &scope->uuid);
	return e;
}

void dns_stop(struct dns *d, const struct uuid *uuid)
{
	struct served *s = map_del(d->served, uuid, sizeof(*uuid));

	if (!s)
		return;
	served_free(s);
	choose_resolvers(d);
}

void dns_set_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip, const char *hostname)
{
	struct served *s = find(d, uuid);

	if (s)
		dns_zone_set_lease(s->zone, ip, hostname);
}

void dns_del_lease(struct dns *d, const struct uuid *uuid, const struct ip *ip)
{
	struct served *s = find(d, uuid);

	if (s)
		dns_zone_del_lease(s->zone, ip);
}

void dns_free(struct dns *d)
{
	struct served *s;

	if (!d)
		return;
	for (size_t pos = 0; (s = map_next(d->served, &pos));)
		served_free(s);
	map_free(d->served);
	dns_upstream_free(d->upstream);
	mem_drop(d);
}
