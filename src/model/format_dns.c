/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

static void put_forwarder(FILE *f, const struct dns_forwarder *w)
{
	fputs("    <forwarder", f);
	put_attr(f, "domain", w->domain);
	put_ip(f, "addr", &w->addr);
	fputs("/>\n", f);
}

static void put_txt(FILE *f, const struct dns_txt *t)
{
	fputs("    <txt", f);
	put_attr(f, "name", t->name);
	put_attr(f, "value", t->value);
	fputs("/>\n", f);
}

static void put_srv(FILE *f, const struct dns_srv *s)
{
	fputs("    <srv", f);
	put_attr(f, "service", s->service);
	put_attr(f, "protocol", s->protocol);
	put_attr(f, "domain", s->domain);
	put_attr(f, "target", s->target);
	put_number(f, "port", s->port);
	put_number(f, "priority", s->priority);
	put_number(f, "weight", s->weight);
	fputs("/>\n", f);
}

static void put_host(FILE *f, const struct dns_host *h)
{
	fputs("    <host", f);
	put_ip(f, "ip", &h->ip);
	fputs(">\n", f);
	for (size_t i = 0; i < h->n_names; i++) {
		fputs("      <hostname>", f);
		put_escaped(f, h->names[i], false);
		fputs("</hostname>\n", f);
	}
	fputs("    </host>\n", f);
}

void put_dns(FILE *f, const struct network_dns *d)
{
	bool records = network_dns_has_records(d);

	if (!d->enable && !d->forward_plain && !records)
		return;
	fputs("  <dns", f);
	put_word(f, "enable", tri_words, d->enable);
	put_word(f, "forwardPlainNames", tri_words, d->forward_plain);
	fputs(records ? ">\n" : "/>\n", f);
	for (size_t i = 0; i < d->n_forwarders; i++)
		put_forwarder(f, &d->forwarders[i]);
	for (size_t i = 0; i < d->n_txts; i++)
		put_txt(f, &d->txts[i]);
	for (size_t i = 0; i < d->n_srvs; i++)
		put_srv(f, &d->srvs[i]);
	for (size_t i = 0; i < d->n_hosts; i++)
		put_host(f, &d->hosts[i]);
	if (records)
		fputs("  </dns>\n", f);
}
