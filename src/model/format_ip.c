/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

static void put_options(FILE *f, int in, const struct dhcp_options *o)
{
	for (size_t i = 0; i < o->n; i++) {
		fprintf(f, "%*s<vnet:option", in, "");
		if (o->v[i].name)
			put_attr(f, "name", o->v[i].name);
		else
			put_number(f, "code", o->v[i].code);
		put_word(f, "type", dhcp_type_words, o->v[i].type);
		put_attr(f, "value", o->v[i].value);
		put_word(f, "force", tri_words, o->v[i].force);
		fputs("/>\n", f);
	}
}

static void put_lease(FILE *f, const struct lease_time *t)
{
	if (!t->given)
		return;
	fprintf(f, "        <lease expiry='%lu'", t->expiry);
	if (t->expiry)
		put_attr(f, "unit", lease_unit_words[t->unit]);
	fputs("/>\n", f);
}

/* What ends a range or a host, with what it has of its own in between. */
static void put_extra(FILE *f, const char *element, const struct dhcp_extra *x)
{
	if (!x->lease.given && !x->options.n) {
		fputs("/>\n", f);
		return;
	}
	fputs(">\n", f);
	put_lease(f, &x->lease);
	put_options(f, 8, &x->options);
	fprintf(f, "      </%s>\n", element);
}

static void put_boot(FILE *f, const struct dhcp_boot *b)
{
	fputs("      <vnet:boot", f);
	put_attr(f, "arch", b->arch);
	put_word(f, "client", dhcp_boot_words, b->client);
	put_attr(f, "file", b->file);
	put_ip(f, "server", &b->server);
	put_attr(f, "server-name", b->server_name);
	fputs("/>\n", f);
}

static void put_dhcp_host(FILE *f, const struct dhcp_host *h)
{
	fputs("      <host", f);
	put_attr(f, "mac", h->mac_text);
	put_attr(f, "id", h->id);
	put_attr(f, "name", h->name);
	put_ip(f, "ip", &h->ip);
	put_extra(f, "host", &h->extra);
}

static void put_dhcp(FILE *f, const struct network_ip *ip)
{
	fputs("    <dhcp>\n", f);
	for (size_t i = 0; i < ip->n_ranges; i++) {
		fputs("      <range", f);
		put_ip(f, "start", &ip->ranges[i].start);
		put_ip(f, "end", &ip->ranges[i].end);
		put_extra(f, "range", &ip->ranges[i].extra);
	}
	for (size_t i = 0; i < ip->n_hosts; i++)
		put_dhcp_host(f, &ip->hosts[i]);
	if (ip->bootp_file) {
		fputs("      <bootp", f);
		put_attr(f, "file", ip->bootp_file);
		put_ip(f, "server", &ip->bootp_server);
		fputs("/>\n", f);
	}
	put_options(f, 6, &ip->options);
	for (size_t i = 0; i < ip->n_boots; i++)
		put_boot(f, &ip->boots[i]);
	fputs("    </dhcp>\n", f);
}

static const char *family_text(bool given, const struct ip *a)
{
	return !given ? NULL : a->family == AF_INET6 ? "ipv6" : "ipv4";
}

void put_network_ip(FILE *f, const struct network_ip *ip)
{
	fputs("  <ip", f);
	put_attr(f, "family", family_text(ip->family_given, &ip->address));
	put_ip(f, "address", &ip->address);
	put_ip(f, "netmask", &ip->netmask);
	put_number(f, "prefix", ip->prefix);
	put_word(f, "localPtr", tri_words, ip->local_ptr);
	fputs(">\n", f);
	if (ip->tftp_root) {
		fputs("    <tftp", f);
		put_attr(f, "root", ip->tftp_root);
		fputs("/>\n", f);
	}
	if (network_ip_has_dhcp(ip))
		put_dhcp(f, ip);
	fputs("  </ip>\n", f);
}

void put_route(FILE *f, const struct network_route *r)
{
	fputs("  <route", f);
	put_attr(f, "family", family_text(r->family_given, &r->address));
	put_ip(f, "address", &r->address);
	put_ip(f, "netmask", &r->netmask);
	if (r->prefix_given)
		fprintf(f, " prefix='%u'", r->prefix);
	put_ip(f, "gateway", &r->gateway);
	put_number(f, "metric", r->metric);
	fputs("/>\n", f);
}
