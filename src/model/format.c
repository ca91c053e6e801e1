/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/format.h"

#include "model/options.h"
#include "model/put.h"

char *xml_escape(const char *text)
{
	char *out = NULL;
	size_t len;
	FILE *f = text_open(&out, &len);

	put_escaped(f, text, false);
	text_close(f);
	return out;
}

static void put_text(FILE *f, const char *name, const char *text)
{
	if (!text)
		return;
	fprintf(f, "  <%s>", name);
	put_escaped(f, text, false);
	fprintf(f, "</%s>\n", name);
}

static void put_metadata(FILE *f, const struct network *n)
{
	if (!n->has_metadata)
		return;
	if (!n->n_metadata) {
		fputs("  <metadata/>\n", f);
		return;
	}
	fputs("  <metadata>\n", f);
	for (size_t i = 0; i < n->n_metadata; i++)
		fprintf(f, "    %s\n", n->metadata[i].xml);
	fputs("  </metadata>\n", f);
}

static void put_bridge(FILE *f, const struct network *n)
{
	bool managed = network_is_managed(n);

	if (!managed && !n->bridge.name[0] && !n->bridge.mac_table)
		return;
	fputs("  <bridge", f);
	put_attr(f, "name", n->bridge.name[0] ? n->bridge.name : NULL);
	put_attr(f, "zone", n->bridge.zone);
	if (managed)
		fprintf(f, " stp='%s' delay='%lu'", n->bridge.stp ? "on" : "off", n->bridge.delay_s);
	put_word(f, "macTableManager", mac_table_words, n->bridge.mac_table);
	fputs("/>\n", f);
}

static void put_mtu_and_mac(FILE *f, const struct network *n)
{
	char text[MAC_TEXT];

	if (n->mtu)
		fprintf(f, "  <mtu size='%u'/>\n", n->mtu);
	if (n->has_mac)
		fprintf(f, "  <mac address='%s'/>\n", mac_text(&n->mac, text));
}

static void put_domain(FILE *f, const struct network *n)
{
	if (!n->domain)
		return;
	fputs("  <domain", f);
	put_attr(f, "name", n->domain);
	put_word(f, "localOnly", tri_words, n->domain_local_only);
	put_word(f, "register", tri_words, n->domain_register);
	fputs("/>\n", f);
}

static void put_port(FILE *f, const struct network *n)
{
	if (!n->port_isolated)
		return;
	fputs("  <port", f);
	put_word(f, "isolated", tri_words, n->port_isolated);
	fputs("/>\n", f);
}

static void put_options(FILE *f, const struct network *n)
{
	if (!n->n_options)
		return;
	fputs("  <dnsmasq:options>\n", f);
	for (size_t i = 0; i < n->n_options; i++) {
		fputs("    <dnsmasq:option", f);
		put_attr(f, "value", n->options[i]);
		fputs("/>\n", f);
	}
	fputs("  </dnsmasq:options>\n", f);
}

static void put_root(FILE *f, const struct network *n, const struct format_live *live)
{
	fputs("<network", f);
	put_attr(f, "xmlns:dnsmasq", n->n_options ? DNSMASQ_NS : NULL);
	put_attr(f, "xmlns:vnet", network_has_own(n) ? VNET_NS : NULL);
	put_number(f, "connections", live ? live->connections : 0);
	put_attr(f, "ipv6", n->ipv6 ? "yes" : NULL);
	put_word(f, "trustGuestRxFilters", tri_words, n->trust_rx_filters);
	fputs(">\n", f);
}

char *network_format(const struct network *n, const struct format_live *live)
{
	char uuid[UUID_TEXT], *out = NULL;
	size_t len;
	FILE *f = text_open(&out, &len);

	put_root(f, n, live);
	put_text(f, "name", n->name);
	put_text(f, "uuid", n->has_uuid ? uuid_text(&n->uuid, uuid) : NULL);
	put_text(f, "title", n->title);
	put_text(f, "description", n->description);
	put_metadata(f, n);
	put_forward(f, &n->forward, live);
	put_bridge(f, n);
	put_mtu_and_mac(f, n);
	put_domain(f, n);
	put_dns(f, &n->dns);
	put_vlan(f, 2, &n->vlan);
	put_bandwidth(f, 2, &n->bandwidth);
	put_port(f, n);
	for (size_t i = 0; i < n->n_ips; i++)
		put_network_ip(f, &n->ips[i]);
	for (size_t i = 0; i < n->n_routes; i++)
		put_route(f, &n->routes[i]);
	put_virtualport(f, 2, &n->virtualport);
	for (size_t i = 0; i < n->n_portgroups; i++)
		put_portgroup(f, &n->portgroups[i]);
	put_options(f, n);
	put_own(f, n);
	fputs("</network>\n", f);
	text_close(f);
	return out;
}
