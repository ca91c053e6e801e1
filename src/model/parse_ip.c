/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/parse_ip.h"

#include <ctype.h>
#include <string.h>

/* A lease without expiry says nothing; any other changes how long a guest may keep its address. */
static const struct xml_rule lease_later[] = {
	LATER("lease", ""),
	{ 0 },
};

static int parse_range(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("start"),
		ATTR("end"),
		{ 0 },
	};
	struct network_ip *ip = into;
	struct dhcp_range r = { .line = xml_line(node) };

	if (ip->n_ranges == NETWORK_RANGES_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_RANGES_MAX);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_ipv4(p, node, "start", &r.start) < 0 ||
	    xml_ipv4(p, node, "end", &r.end) < 0)
		return -1;
	*mem_push(ip->ranges, ip->n_ranges) = r;
	return xml_read_children(p, node, lease_later, NULL);
}

static int parse_host_mac(struct parser *p, xmlNode *node, struct dhcp_host *h)
{
	const char *text = xml_attr(node, "mac");

	if (!text)
		return 0;
	if (mac_parse(text, &h->mac) < 0)
		return xml_bad(p, node, "mac='%.64s' is not a MAC address", text);
	if (mac_is_multicast(&h->mac))
		return xml_bad(p, node, "mac='%.64s' is a multicast address", text);
	h->mac_text = mem_strdup(text);
	return 0;
}

static int parse_host_name(struct parser *p, xmlNode *node, struct dhcp_host *h)
{
	const char *text = xml_attr(node, "name");

	if (!text)
		return 0;
	if (!isascii(*text) || !isalnum((unsigned char)*text))
		return xml_bad(p, node, "name='%.64s' does not start with a letter or digit", text);
	if (strlen(text) > NETWORK_DOMAIN_MAX)
		return xml_bad(p, node, "name is longer than %d bytes", NETWORK_DOMAIN_MAX);
	h->name = mem_strdup(text);
	return 0;
}

static int parse_host(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("mac"), LATER("id", NULL), ATTR("name"), ATTR("ip"), { 0 },
	};
	struct network_ip *ip = into;

	if (ip->n_hosts == NETWORK_HOSTS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_HOSTS_MAX);
	struct dhcp_host *h = mem_push(ip->hosts, ip->n_hosts);

	h->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || parse_host_mac(p, node, h) < 0 || parse_host_name(p, node, h) < 0)
		return -1;
	if (!h->mac_text && !h->name)
		return xml_bad(p, node, "needs a mac or a name");
	if (xml_ipv4(p, node, "ip", &h->ip) < 0)
		return -1;
	return xml_read_children(p, node, lease_later, NULL);
}

static int parse_dhcp(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule children[] = {
		MANY("range", parse_range),
		MANY("host", parse_host),
		LATER("bootp", NULL),
		{ 0 },
	};

	return xml_check_attrs(p, node, NULL) < 0 ? -1 : xml_read_children(p, node, children, into);
}

static int parse_family(struct parser *p, xmlNode *node, struct network_ip *ip)
{
	const char *family = xml_given(node, "family");

	if (family && strcmp(family, "ipv6") == 0)
		return xml_later(p, node, "ip family='ipv6'");
	if (family && strcmp(family, "ipv4") != 0)
		return xml_bad(p, node, "family='%.64s' is neither ipv4 nor ipv6", family);
	ip->family_given = family;
	return 0;
}

static int parse_netmask(struct parser *p, xmlNode *node, struct network_ip *ip)
{
	unsigned long prefix = 0;
	unsigned len;

	if (xml_attr(node, "prefix") && xml_number(p, node, "prefix", 32, &prefix) < 0)
		return -1;
	ip->prefix = (unsigned)prefix;
	if (!xml_given(node, "netmask"))
		return 0;
	if (prefix)
		return xml_bad(p, node, "has both a netmask and a prefix");
	if (xml_ipv4(p, node, "netmask", &ip->netmask) < 0)
		return -1;
	if (prefix_from_mask(&ip->netmask, &len) < 0 || len == 0)
		return xml_bad(p, node, "netmask='%.64s' is not ones followed by zeros", xml_attr(node, "netmask"));
	return 0;
}

int parse_ip(struct parser *p, xmlNode *node, void *network)
{
	static const struct xml_rule attrs[] = {
		ATTR("family"), ATTR("address"), ATTR("netmask"), ATTR("prefix"), LATER("localPtr", NULL), { 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("dhcp", parse_dhcp),
		LATER("tftp", ""),
		{ 0 },
	};
	struct network *n = network;

	if (n->n_ips == NETWORK_IPS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_IPS_MAX);
	struct network_ip *ip = mem_push(n->ips, n->n_ips);

	ip->line = xml_line(node);
	if (parse_family(p, node, ip) < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_ipv4(p, node, "address", &ip->address) < 0 || parse_netmask(p, node, ip) < 0)
		return -1;
	return xml_read_children(p, node, children, ip);
}
