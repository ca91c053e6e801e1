/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/upstream.h"

#include "dns/server.h"

struct dns_upstream {
	struct dns_stats *stats;
};

struct dns_upstream *dns_upstream_new(struct sd_event *loop, struct dns_stats *stats)
{
	struct dns_upstream *u = mem_new(struct dns_upstream);

	(void)loop;
	u->stats = stats;
	return u;
}

void dns_upstream_free(struct dns_upstream *u)
{
	mem_drop(u);
}

void dns_upstream_set(struct dns_upstream *u, const struct ip *v, size_t n)
{
	(void)u, (void)v, (void)n;
}

void dns_upstream_ask(struct dns_upstream *u, const struct dns_client *c, const struct dns_query *q)
{
	uint8_t out[DNS_UDP_PLAIN];

	u->stats->failed++;
	c->send(c, (struct view){ .p = out, .len = dns_server_fail(q, DNS_RA, DNS_SERVFAIL, out) });
}

void dns_upstream_forget(struct dns_upstream *u, const void *owner)
{
	(void)u, (void)owner;
}
