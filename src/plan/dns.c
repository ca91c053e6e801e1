/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/dns.h"

#include "plan/guest.h"
#include "plan/ra.h"

static void add_hosts(const struct network *n, struct guest_dns *d)
{
	for (size_t i = 0; i < n->dns.n_hosts; i++)
		for (size_t j = 0; j < n->dns.hosts[i].n_names; j++)
			guest_add_host(d, n->dns.hosts[i].names[j], &n->dns.hosts[i].ip);
}

static void add_txts(const struct network *n, struct guest_dns *d)
{
	for (size_t i = 0; i < n->dns.n_txts; i++) {
		const struct dns_txt *t = &n->dns.txts[i];
		struct guest_dns_record *r = guest_add_record(d, t->name, GUEST_DNS_TXT, NULL);

		guest_add_strings(r, t->value); /* a comma separates character-strings */
	}
}

/* _service._protocol and the record's own domain, else the network's. */
static char *srv_name(const struct network *n, const struct dns_srv *s)
{
	const char *domain = s->domain ? s->domain : n->domain;

	return mem_printf("_%s._%s%s%s", s->service, s->protocol, domain ? "." : "", domain ? domain : "");
}

static void add_srvs(const struct network *n, struct guest_dns *d)
{
	for (size_t i = 0; i < n->dns.n_srvs; i++) {
		const struct dns_srv *s = &n->dns.srvs[i];
		AUTO(mem_drop) char *name = srv_name(n, s);
		struct guest_dns_record *r = guest_add_record(d, name, GUEST_DNS_SRV, s->target);

		if (!s->target)
			continue; /* the service is not available */
		r->priority = s->priority;
		r->weight = s->weight;
		r->port = s->port ? s->port : 1;
	}
}

static void add_forwarders(const struct network *n, struct guest_dns *d)
{
	for (size_t i = 0; i < n->dns.n_forwarders; i++)
		guest_add_forwarder(d, n->dns.forwarders[i].domain, &n->dns.forwarders[i].addr, 0);
}

static void add_addresses(const struct network *n, struct guest_dns *d)
{
	for (size_t i = 0; i < n->n_ips; i++) {
		const struct network_ip *ip = &n->ips[i];
		struct prefix p = network_ip_prefix(ip);

		guest_add_addr(d, &ip->address);
		if (ip->local_ptr == TRI_YES)
			guest_add_local_ptr(d, &p);
	}
	if (plan_has_ipv6(n)) { /* where router advertisements send guests */
		struct ip us = plan_link_local(n);

		guest_add_addr(d, &us);
	}
}

struct guest_dns *plan_dns(const struct network *n)
{
	if (n->dns.enable == TRI_NO || n->n_ips == 0)
		return NULL;
	struct guest_dns *d = mem_new(struct guest_dns);

	d->forward = n->forward.mode != FORWARD_NONE;
	d->local_plain = n->dns.forward_plain == TRI_NO;
	add_addresses(n, d);
	add_hosts(n, d);
	add_txts(n, d);
	add_srvs(n, d);
	add_forwarders(n, d);
	if (n->domain && n->domain_local_only == TRI_YES)
		guest_add_local_domain(d, n->domain);
	for (size_t i = 0; i < n->n_options; i++)
		plan_dns_option(d, n->options[i]); /* what it can't take was refused or warned of by plan_supported */
	return d;
}
