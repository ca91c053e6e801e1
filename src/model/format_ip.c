/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/put.h"

/* What ends a range or a host, with the lease in between if there is one. */
static void put_lease(FILE *f, const char *element, const struct lease_time *t)
{
	if (!t->given) {
		fputs("/>\n", f);
		return;
	}
	fprintf(f, ">\n        <lease expiry='%lu'", t->expiry);
	if (t->expiry)
		put_attr(f, "unit", lease_unit_words[t->unit]);
	fprintf(f, "/>\n      </%s>\n", element);
}

static void put_dhcp_host(FILE *f, const struct dhcp_host *h)
{
	fputs("      <host", f);
	put_attr(f, "mac", h->mac_text);
	put_attr(f, "id", h->id);
	put_attr(f, "name", h->name);
	put_ip(f, "ip", &h->ip);
	put_lease(f, "host", &h->lease);
}

static void put_dhcp(FILE *f, const struct network_ip *ip)
{
	fputs("    <dhcp>\n", f);
	for (size_t i = 0; i < ip->n_ranges; i++) {
		fputs("      <range", f);
		put_ip(f, "start", &ip->ranges[i].start);
		put_ip(f, "end", &ip->ranges[i].end);
		put_lease(f, "range", &ip->ranges[i].lease);
	}
	for (size_t i = 0; i < ip->n_hosts; i++)
		put_dhcp_host(f, &ip->hosts[i]);
	if (ip->bootp_file) {
		fputs("      <bootp", f);
		put_attr(f, "file", ip->bootp_file);
		put_ip(f, "server", &ip->bootp_server);
		fputs("/>\n", f);
	}
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
