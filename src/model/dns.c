/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/dns.h"

#include "base/mem.h"
#include "model/array.h"

bool network_dns_has_records(const struct network_dns *d)
{
	return d->n_forwarders || d->n_txts || d->n_srvs || d->n_hosts;
}

void dns_txt_clear(struct dns_txt *t)
{
	mem_drop(t->name);
	mem_drop(t->value);
}

void dns_srv_clear(struct dns_srv *s)
{
	mem_drop(s->service);
	mem_drop(s->protocol);
	mem_drop(s->domain);
	mem_drop(s->target);
}

void dns_host_clear(struct dns_host *h)
{
	array_drop_texts(h->names, h->n_names);
}

void network_dns_clear(struct network_dns *d)
{
	for (size_t i = 0; i < d->n_forwarders; i++)
		mem_drop(d->forwarders[i].domain);
	for (size_t i = 0; i < d->n_txts; i++)
		dns_txt_clear(&d->txts[i]);
	for (size_t i = 0; i < d->n_srvs; i++)
		dns_srv_clear(&d->srvs[i]);
	for (size_t i = 0; i < d->n_hosts; i++)
		dns_host_clear(&d->hosts[i]);
	mem_drop(d->forwarders);
	mem_drop(d->txts);
	mem_drop(d->srvs);
	mem_drop(d->hosts);
}

static void own_srv(struct dns_srv *s)
{
	s->service = mem_strdup(s->service);
	s->protocol = mem_strdup(s->protocol);
	s->domain = mem_strdup(s->domain);
	s->target = mem_strdup(s->target);
}

void network_dns_copy(struct network_dns *to, const struct network_dns *from)
{
	*to = *from;
	to->forwarders = array_copy(from->forwarders, from->n_forwarders, sizeof(*from->forwarders));
	to->txts = array_copy(from->txts, from->n_txts, sizeof(*from->txts));
	to->srvs = array_copy(from->srvs, from->n_srvs, sizeof(*from->srvs));
	to->hosts = array_copy(from->hosts, from->n_hosts, sizeof(*from->hosts));
	for (size_t i = 0; i < to->n_forwarders; i++)
		to->forwarders[i].domain = mem_strdup(to->forwarders[i].domain);
	for (size_t i = 0; i < to->n_txts; i++) {
		to->txts[i].name = mem_strdup(to->txts[i].name);
		to->txts[i].value = mem_strdup(to->txts[i].value);
	}
	for (size_t i = 0; i < to->n_srvs; i++)
		own_srv(&to->srvs[i]);
	for (size_t i = 0; i < to->n_hosts; i++)
		to->hosts[i].names = array_copy_texts(to->hosts[i].names, to->hosts[i].n_names);
}
