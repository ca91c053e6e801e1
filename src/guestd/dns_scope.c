/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/dns_scope.h"

struct ip guestd_to_ip(const guest_ip *from)
{
	struct ip ip = { .family = from->guest_ip_len == 4 ? AF_INET : from->guest_ip_len == 16 ? AF_INET6 : 0 };

	if (ip.family)
		memcpy(ip.b, from->guest_ip_val, from->guest_ip_len);
	return ip;
}

static void add_addrs(struct dns_scope *s, const struct guest_dns *d)
{
	s->addrs = mem_array(d->addrs.addrs_len + 1, sizeof(*s->addrs));
	for (size_t i = 0; i < d->addrs.addrs_len; i++)
		s->addrs[s->n_addrs++] = guestd_to_ip(&d->addrs.addrs_val[i]);
}

static void add_hosts(struct dns_scope *s, const struct guest_scope *from)
{
	const struct guest_dns *d = from->dns;
	size_t n_dhcp4 = from->dhcp4 ? from->dhcp4->hosts.hosts_len : 0;
	size_t n_dhcp6 = from->dhcp6 ? from->dhcp6->hosts.hosts_len : 0;

	s->hosts = mem_array(d->hosts.hosts_len + n_dhcp4 + n_dhcp6 + 1, sizeof(*s->hosts));
	for (size_t i = 0; i < d->hosts.hosts_len; i++) {
		const struct guest_dns_host *h = &d->hosts.hosts_val[i];

		s->hosts[s->n_hosts++] = (struct dns_host){ .name = h->name, .ip = guestd_to_ip(&h->ip) };
	}
	for (size_t i = 0; i < n_dhcp4; i++) {
		const struct guest_host *h = &from->dhcp4->hosts.hosts_val[i];

		if (h->name[0])
			s->hosts[s->n_hosts++] = (struct dns_host){ .name = h->name, .ip = ip_from_v4(h->ip) };
	}
	for (size_t i = 0; i < n_dhcp6; i++) {
		const struct guest_host6 *h = &from->dhcp6->hosts.hosts_val[i];

		if (h->name[0])
			s->hosts[s->n_hosts++] = (struct dns_host){ .name = h->name, .ip = guestd_to_ip(&h->ip) };
	}
}

/* The types have DNS's numbers on both sides; the engine leaves out what is none. */
static void add_records(struct dns_scope *s, const struct guest_dns *d)
{
	s->records = mem_array(d->records.records_len + 1, sizeof(*s->records));
	for (size_t i = 0; i < d->records.records_len; i++) {
		const struct guest_dns_record *r = &d->records.records_val[i];

		s->records[s->n_records++] = (struct dns_record){
			.name = r->name,
			.type = (enum dns_type)r->type,
			.target = r->target,
			.strings = (const char *const *)r->strings.strings_val,
			.n_strings = r->strings.strings_len,
			.priority = (uint16_t)r->priority,
			.weight = (uint16_t)r->weight,
			.port = (uint16_t)r->port,
		};
	}
}

static void add_rules(struct dns_scope *s, const struct guest_dns *d)
{
	s->wildcards = mem_array(d->wildcards.wildcards_len + 1, sizeof(*s->wildcards));
	for (size_t i = 0; i < d->wildcards.wildcards_len; i++) {
		const struct guest_dns_wildcard *w = &d->wildcards.wildcards_val[i];

		s->wildcards[s->n_wildcards++] =
		    (struct dns_wildcard){ .domain = w->domain, .ip = guestd_to_ip(&w->ip) };
	}
	s->forwarders = mem_array(d->forwarders.forwarders_len + 1, sizeof(*s->forwarders));
	for (size_t i = 0; i < d->forwarders.forwarders_len; i++) {
		const struct guest_dns_forwarder *f = &d->forwarders.forwarders_val[i];

		s->forwarders[s->n_forwarders++] = (struct dns_forwarder){ .domain = f->domain,
									   .ip = guestd_to_ip(&f->ip),
									   .port = (uint16_t)f->port };
	}
}

static void add_locals(struct dns_scope *s, const struct guest_dns *d)
{
	s->local_domains = mem_array(d->local_domains.local_domains_len + 1, sizeof(*s->local_domains));
	for (size_t i = 0; i < d->local_domains.local_domains_len; i++)
		s->local_domains[s->n_local_domains++] = d->local_domains.local_domains_val[i];
	s->local_ptrs = mem_array(d->local_ptrs.local_ptrs_len + 1, sizeof(*s->local_ptrs));
	for (size_t i = 0; i < d->local_ptrs.local_ptrs_len; i++) {
		const struct guest_prefix *p = &d->local_ptrs.local_ptrs_val[i];

		s->local_ptrs[s->n_local_ptrs++] = (struct prefix){ .ip = guestd_to_ip(&p->ip), .len = p->len };
	}
}

struct dns_scope guestd_dns_scope(const struct guest_scope *from)
{
	const struct guest_dns *d = from->dns;
	struct dns_scope s = {
		.network = from->network,
		.domain = from->domain[0] ? from->domain : NULL,
		.forward = d->forward,
		.local_plain = d->local_plain,
	};

	memcpy(s.uuid.b, from->uuid, sizeof(s.uuid.b));
	add_addrs(&s, d);
	add_hosts(&s, from);
	add_records(&s, d);
	add_rules(&s, d);
	add_locals(&s, d);
	return s;
}

void guestd_dns_scope_release(struct dns_scope *s)
{
	mem_drop(s->addrs);
	mem_drop(s->hosts);
	mem_drop(s->records);
	mem_drop(s->wildcards);
	mem_drop(s->forwarders);
	mem_drop(s->local_domains);
	mem_drop(s->local_ptrs);
}
