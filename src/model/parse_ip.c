/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "model/elements.h"

enum { LEASE_MIN_S = 120 }; /* shorter ones only make traffic; libvirt's limit */

static int parse_lease(struct parser *p, xmlNode *node, struct lease_time *ret)
{
	static const struct xml_rule attrs[] = {
		ATTR("expiry"),
		ATTR("unit"),
		{ 0 },
	};
	struct lease_time t = { .given = true, .unit = LEASE_MINUTES };
	int unit = xml_attr(node, "unit") ? xml_word(p, node, "unit", lease_unit_words) : LEASE_MINUTES;

	if (unit < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_number_c(p, node, "expiry", UINT32_MAX, &t.expiry) < 0)
		return -1;
	if (!xml_attr(node, "expiry")) {
		xml_warn(p, node, "<lease> without expiry says nothing and is dropped");
		return 0;
	}
	t.unit = t.expiry ? (enum lease_unit)unit : LEASE_MINUTES;
	uint64_t s = (uint64_t)t.expiry * (t.unit == LEASE_HOURS ? 3600 : t.unit == LEASE_MINUTES ? 60 : 1);

	if (s >= LEASE_INFINITE)
		return xml_bad(p, node, "expiry='%.64s' is longer than a lease can be", xml_attr(node, "expiry"));
	if (t.expiry && s < LEASE_MIN_S)
		return xml_bad(p, node, "expiry='%.64s' is less than %d seconds", xml_attr(node, "expiry"),
			       LEASE_MIN_S);
	*ret = t;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_extra_lease(struct parser *p, xmlNode *node, void *into)
{
	return parse_lease(p, node, &((struct dhcp_extra *)into)->lease);
}

static int parse_extra_option(struct parser *p, xmlNode *node, void *into)
{
	return parse_dhcp_option(p, node, &((struct dhcp_extra *)into)->options);
}

static int read_extra(struct parser *p, xmlNode *node, int family, struct dhcp_extra *x)
{
	static const struct xml_rule ipv4[] = {
		FIRST("lease", parse_extra_lease),
		MANY_NS("option", parse_extra_option, VNET_NS),
		{ 0 },
	};
	static const struct xml_rule ipv6[] = {
		FIRST("lease", parse_extra_lease),
		{ 0 },
	};

	return xml_read_children(p, node, family == AF_INET ? ipv4 : ipv6, x);
}

int parse_dhcp_range(struct parser *p, xmlNode *node, void *into)
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
	if (xml_check_attrs(p, node, attrs) < 0 || xml_ip(p, node, "start", ip->address.family, &r.start) < 0 ||
	    xml_ip(p, node, "end", ip->address.family, &r.end) < 0)
		return -1;
	*mem_push(ip->ranges, ip->n_ranges) = r;
	return read_extra(p, node, ip->address.family, &ip->ranges[ip->n_ranges - 1].extra);
}

static int parse_host_mac(struct parser *p, xmlNode *node, int family, struct dhcp_host *h)
{
	const char *text = xml_attr(node, "mac");

	if (!text)
		return 0;
	if (family == AF_INET6)
		return xml_bad(p, node, "mac='%.64s': an IPv6 host is known by id or name", text);
	if (mac_parse(text, &h->mac) < 0)
		return xml_bad(p, node, "mac='%.64s' is not a MAC address", text);
	if (mac_is_multicast(&h->mac))
		return xml_bad(p, node, "mac='%.64s' is a multicast address", text);
	h->mac_text = mem_strdup(text);
	return 0;
}

static int parse_host_id(struct parser *p, xmlNode *node, struct dhcp_host *h)
{
	if (xml_name(p, node, "id", NETWORK_ID_MAX, &h->id) < 0)
		return -1;
	if (h->id && h->id[strspn(h->id, "0123456789abcdefABCDEF:")])
		return xml_bad(p, node, "id='%.64s' is not hexadecimal digits and colons", h->id);
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

int parse_dhcp_host(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("mac"), ATTR("id"), ATTR("name"), ATTR("ip"), { 0 },
	};
	struct network_ip *ip = into;
	int family = ip->address.family;

	if (ip->n_hosts == NETWORK_HOSTS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_HOSTS_MAX);
	struct dhcp_host *h = mem_push(ip->hosts, ip->n_hosts);

	h->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || parse_host_mac(p, node, family, h) < 0 ||
	    parse_host_id(p, node, h) < 0 || parse_host_name(p, node, h) < 0)
		return -1;
	if (!p->partial && family == AF_INET && !h->mac_text && !h->name)
		return xml_bad(p, node, "needs a mac or a name");
	if (!p->partial && family == AF_INET6 && !h->id && !h->name)
		return xml_bad(p, node, "needs an id or a name");
	if (xml_ip(p, node, "ip", family, &h->ip) < 0)
		return -1;
	return read_extra(p, node, family, &h->extra);
}

static int parse_bootp(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("file"),
		ATTR("server"),
		{ 0 },
	};
	struct network_ip *ip = into;

	if (ip->address.family == AF_INET6) {
		xml_warn(p, node, "<bootp> has no meaning for IPv6 and is dropped");
		return 0;
	}
	if (xml_check_attrs(p, node, attrs) < 0 || xml_string(p, node, "file", NETWORK_FILE_MAX, &ip->bootp_file) < 0 ||
	    (xml_given(node, "server") && xml_ip(p, node, "server", AF_INET, &ip->bootp_server) < 0))
		return -1;
	if (!ip->bootp_file)
		return xml_bad(p, node, "attribute 'file' is missing");
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_ip_option(struct parser *p, xmlNode *node, void *into)
{
	struct network_ip *ip = into;

	if (ip->address.family == AF_INET6)
		return xml_bad(p, node, "stands only in an IPv4 <ip>");
	return parse_dhcp_option(p, node, &ip->options);
}

static int parse_ip_boot(struct parser *p, xmlNode *node, void *into)
{
	struct network_ip *ip = into;

	if (ip->address.family == AF_INET6)
		return xml_bad(p, node, "stands only in an IPv4 <ip>");
	if (ip->n_boots == DHCP_BOOTS_MAX)
		return xml_bad(p, node, "more than %d of them", DHCP_BOOTS_MAX);
	return parse_dhcp_boot(p, node, mem_push(ip->boots, ip->n_boots));
}

static int parse_dhcp(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule children[] = {
		MANY("range", parse_dhcp_range),
		MANY("host", parse_dhcp_host),
		FIRST("bootp", parse_bootp),
		MANY_NS("option", parse_ip_option, VNET_NS),
		MANY_NS("boot", parse_ip_boot, VNET_NS),
		{ 0 },
	};
	struct network_ip *ip = into;

	if (xml_check_attrs(p, node, NULL) < 0 || xml_read_children(p, node, children, ip) < 0)
		return -1;
	if (network_ip_has_dhcp(ip))
		return 0;
	xml_warn(p, node, "<dhcp> without range or host says nothing and is dropped");
	mem_drop(TAKE(ip->bootp_file));
	ip->bootp_server = (struct ip){ 0 };
	return 0;
}

static int parse_tftp(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("root"),
		{ 0 },
	};
	struct network_ip *ip = into;

	if (ip->address.family == AF_INET6)
		return xml_bad(p, node, "stands only in an IPv4 <ip>");
	if (xml_check_attrs(p, node, attrs) < 0 || xml_string(p, node, "root", NETWORK_PATH_MAX, &ip->tftp_root) < 0)
		return -1;
	if (!ip->tftp_root)
		xml_warn(p, node, "<tftp> without root says nothing and is dropped");
	return xml_read_children(p, node, NULL, NULL);
}

/* A length of 0 is as good as none. */
static int parse_length(struct parser *p, xmlNode *node, struct network_ip *ip)
{
	int family = ip->address.family;
	unsigned long prefix = 0;

	if (xml_attr(node, "prefix") && xml_number(p, node, "prefix", ip_bits(family), &prefix) < 0)
		return -1;
	ip->prefix = (unsigned)prefix;
	if (xml_given(node, "netmask") && prefix)
		return xml_bad(p, node, "has both a netmask and a prefix");
	if (xml_netmask(p, node, family, &ip->netmask) < 0)
		return -1;
	if (ip->netmask.family && ip_v4(&ip->netmask) == 0)
		return xml_bad(p, node, "netmask='%.64s' is not ones followed by zeros", xml_attr(node, "netmask"));
	return 0;
}

int parse_ip(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("family"), ATTR("address"), ATTR("netmask"), ATTR("prefix"), ATTR("localPtr"), { 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("dhcp", parse_dhcp),
		FIRST("tftp", parse_tftp),
		{ 0 },
	};
	struct network *n = into;
	int family;

	if (n->n_ips == NETWORK_IPS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_IPS_MAX);
	struct network_ip *ip = mem_push(n->ips, n->n_ips);

	ip->line = xml_line(node);
	if (xml_family(p, node, &ip->family_given, &family) < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_ip(p, node, "address", family, &ip->address) < 0 || parse_length(p, node, ip) < 0 ||
	    xml_tri(p, node, "localPtr", &ip->local_ptr) < 0)
		return -1;
	return xml_read_children(p, node, children, ip);
}

/* Unlike for an address, a length of 0 is one: the default route. */
static int parse_destination(struct parser *p, xmlNode *node, int family, struct network_route *r)
{
	unsigned long prefix = 0;

	r->prefix_given = xml_attr(node, "prefix");
	if (r->prefix_given && xml_number(p, node, "prefix", ip_bits(family), &prefix) < 0)
		return -1;
	r->prefix = (unsigned)prefix;
	if (xml_given(node, "netmask") && r->prefix_given)
		return xml_bad(p, node, "has both a netmask and a prefix");
	if (xml_ip(p, node, "address", family, &r->address) < 0 || xml_netmask(p, node, family, &r->netmask) < 0)
		return -1;
	struct prefix to = network_route_prefix(r);
	struct ip network = prefix_network(&to);
	char a[IP_TEXT], b[PREFIX_TEXT];

	if (!ip_eq(&network, &to.ip))
		return xml_bad(p, node, "address %s is not the address of the network %s", ip_text(&to.ip, a),
			       prefix_text(&to, b));
	return 0;
}

int parse_route(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("family"),  ATTR("address"), ATTR("netmask"), ATTR("prefix"),
		ATTR("gateway"), ATTR("metric"),  { 0 },
	};
	struct network *n = into;
	unsigned long metric = 0;
	int family;

	if (n->n_routes == NETWORK_ROUTES_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_ROUTES_MAX);
	struct network_route *r = mem_push(n->routes, n->n_routes);

	r->line = xml_line(node);
	if (xml_family(p, node, &r->family_given, &family) < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    parse_destination(p, node, family, r) < 0 || xml_ip(p, node, "gateway", family, &r->gateway) < 0 ||
	    (xml_attr(node, "metric") && xml_number(p, node, "metric", UINT_MAX, &metric) < 0))
		return -1;
	if (xml_attr(node, "metric") && !metric)
		return xml_bad(p, node, "metric='0' is less than 1");
	r->metric = (unsigned)metric;
	return xml_read_children(p, node, NULL, NULL);
}
