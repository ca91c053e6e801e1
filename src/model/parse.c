/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/parse.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "model/check.h"
#include "model/format.h"
#include "model/parse_ip.h"
#include "model/xml.h"

#define DNSMASQ_NS "http://libvirt.org/schemas/network/dnsmasq/1.0"

enum {
	MTU_MIN = 68, /* RFC 791: every host can forward this */
	MTU_MAX = 65535,
	STORED_ROOM = 1024,  /* what a stored file may hold besides the canonical XML */
	TEMPLATE_GROWTH = 1, /* %d becomes up to three digits */
};

/* The name becomes a file's name. */
static int check_name(struct parser *p, xmlNode *node, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return xml_bad(p, node, "'%s' cannot be a name", name);
	if (strlen(name) > NETWORK_NAME_MAX)
		return xml_bad(p, node, "the name is longer than %d bytes", NETWORK_NAME_MAX);
	for (const char *c = name; *c; c++)
		if (*c == '/' || iscntrl((unsigned char)*c))
			return xml_bad(p, node, "a name cannot have '/', newline or control characters");
	return 0;
}

static int parse_name(struct parser *p, xmlNode *node, void *into)
{
	struct network *n = into;

	if (xml_text(p, node, &n->name) < 0)
		return -1;
	return n->name ? check_name(p, node, n->name) : 0;
}

static int parse_uuid(struct parser *p, xmlNode *node, void *into)
{
	AUTO(mem_drop) char *text = NULL;
	struct network *n = into;

	if (xml_text(p, node, &text) < 0)
		return -1;
	if (text && uuid_parse(text, &n->uuid) < 0)
		return xml_bad(p, node, "'%.64s' is not a UUID", text);
	n->has_uuid = text;
	return 0;
}

static int parse_title(struct parser *p, xmlNode *node, void *into)
{
	struct network *n = into;

	if (xml_text(p, node, &n->title) < 0)
		return -1;
	if (n->title && strchr(n->title, '\n'))
		return xml_bad(p, node, "a title is one line");
	return 0;
}

static int parse_description(struct parser *p, xmlNode *node, void *into)
{
	struct network *n = into;

	return xml_text(p, node, &n->description);
}

static int parse_nat_address(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "start", .support = XML_READ },
		{ .name = "end", .support = XML_READ },
		{ 0 },
	};
	struct network *n = into;
	struct ip start, end;
	char a[IP_TEXT], b[IP_TEXT];

	if (xml_check_attrs(p, node, attrs) < 0 || xml_ipv4(p, node, "start", &start) < 0 ||
	    xml_ipv4(p, node, "end", &end) < 0)
		return -1;
	if (ip_cmp(&start, &end) > 0)
		return xml_bad(p, node, "start %s is above end %s", ip_text(&start, a), ip_text(&end, b));
	if (ip_v4(&end) - ip_v4(&start) >= NETWORK_SPAN_MAX)
		return xml_bad(p, node, "%s to %s are more than %d addresses", ip_text(&start, a), ip_text(&end, b),
			       NETWORK_SPAN_MAX);
	n->forward.nat_start = start;
	n->forward.nat_end = end;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_nat_port(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "start", .support = XML_READ },
		{ .name = "end", .support = XML_READ },
		{ 0 },
	};
	struct network *n = into;
	unsigned long start, end;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_number(p, node, "start", USHRT_MAX, &start) < 0 ||
	    xml_number(p, node, "end", USHRT_MAX, &end) < 0)
		return -1;
	if (start > end)
		return xml_bad(p, node, "start %lu is above end %lu", start, end);
	n->forward.port_start = (unsigned)start;
	n->forward.port_end = (unsigned)end;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_nat(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "ipv6", .support = XML_LATER }, /* an explicit no is printed back, so it counts */
		{ 0 },
	};
	static const struct xml_rule children[] = {
		{ "address", XML_READ, NULL, XML_ONE, parse_nat_address, NULL },
		{ "port", XML_READ, NULL, XML_ONE, parse_nat_port, NULL },
		{ 0 },
	};
	const struct network *n = into;

	if (n->forward.mode != FORWARD_NAT)
		return xml_bad(p, node, "needs forward mode 'nat', not '%s'", forward_mode_text(n->forward.mode));
	return xml_check_attrs(p, node, attrs) < 0 ? -1 : xml_read_children(p, node, children, into);
}

static int parse_forward_mode(struct parser *p, xmlNode *node, enum forward_mode *ret)
{
	const char *text = xml_given(node, "mode");

	*ret = FORWARD_NAT;
	if (text && forward_mode_parse(text, ret) < 0) {
		xml_bad(p, node, "unknown forward mode '%.64s'", text);
		if (p->e)
			p->e->code = VNET_ERR_CONFIG_UNSUPPORTED;
		return -1;
	}
	switch (*ret) {
	case FORWARD_NONE:
	case FORWARD_NAT:
	case FORWARD_ROUTE:
		return 0;
	default:
		return xml_later(p, node, "forward mode '%s'", text);
	}
}

static int parse_forward(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "mode", .support = XML_READ },
		{ .name = "dev", .support = XML_LATER, .inert = "" },
		{ .name = "managed", .support = XML_MOOT }, /* only for mode hostdev */
		{ 0 },
	};
	static const struct xml_rule children[] = {
		{ "driver", XML_LATER, NULL, XML_FIRST, NULL, NULL },
		{ "nat", XML_READ, NULL, XML_ONE, parse_nat, NULL },
		{ "pf", XML_LATER, NULL, XML_ONE, NULL, NULL },
		{ "interface", XML_LATER, NULL, XML_MANY, NULL, NULL },
		{ "address", XML_LATER, NULL, XML_MANY, NULL, NULL },
		{ 0 },
	};
	struct network *n = into;

	n->forward.line = xml_line(node);
	if (parse_forward_mode(p, node, &n->forward.mode) < 0 || xml_check_attrs(p, node, attrs) < 0)
		return -1;
	return xml_read_children(p, node, children, n);
}

/* What the kernel takes as a device's name, and %d once as a placeholder. */
static int parse_bridge_name(struct parser *p, xmlNode *node, const char *name, char ret[IFNAMSIZ])
{
	bool template = network_bridge_is_template(name);

	if (strlen(name) + (template ? TEMPLATE_GROWTH : 0) >= IFNAMSIZ)
		return xml_bad(p, node, "name '%.64s' is longer than %d bytes%s", name, IFNAMSIZ - 1,
			       template ? " when %d becomes a number" : "");
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return xml_bad(p, node, "'%s' cannot be a name", name);
	for (const char *c = name; *c; c++)
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return xml_bad(p, node, "name '%s' has a character that a device's name cannot have", name);
	if (strchr(name, '%') && !strstr(name, "%d"))
		return xml_bad(p, node, "name '%s': '%%' stands only in '%%d'", name);
	if (strchr(name, '%') && !template) {
		xml_warn(p, node, "name '%s' has more than one '%%': a name is chosen as if there were none", name);
		return 0;
	}
	strcpy(ret, name);
	return 0;
}

static bool parse_stp(struct parser *p, xmlNode *node)
{
	const char *text = xml_given(node, "stp");

	if (!text || strcmp(text, "on") == 0)
		return true;
	if (strcmp(text, "off") == 0)
		return false;
	xml_warn(p, node, "stp='%.64s' of <bridge> means 'on'; only 'off' is off", text);
	return true;
}

static int parse_bridge(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "name", .support = XML_READ },
		{ .name = "zone", .support = XML_LATER, .inert = "" },
		{ .name = "stp", .support = XML_READ },
		{ .name = "delay", .support = XML_READ },
		{ .name = "macTableManager", .support = XML_LATER, .inert = "" },
		{ 0 },
	};
	struct network *n = into;
	const char *name = xml_given(node, "name");

	if (xml_check_attrs(p, node, attrs) < 0 || (name && parse_bridge_name(p, node, name, n->bridge.name) < 0))
		return -1;
	if (xml_given(node, "delay") && xml_number(p, node, "delay", ULONG_MAX, &n->bridge.delay_s) < 0)
		return -1;
	n->bridge.stp = parse_stp(p, node);
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_mtu(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "size", .support = XML_READ },
		{ 0 },
	};
	struct network *n = into;
	unsigned long size = 0;

	if (xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (xml_given(node, "size") && xml_number(p, node, "size", MTU_MAX, &size) < 0)
		return -1;
	if (size && size < MTU_MIN)
		return xml_bad(p, node, "size='%lu' is less than %d", size, MTU_MIN);
	n->mtu = (unsigned)size;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_mac(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "address", .support = XML_READ },
		{ 0 },
	};
	struct network *n = into;
	const char *text = xml_given(node, "address");

	if (xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (text && mac_parse(text, &n->mac) < 0)
		return xml_bad(p, node, "address='%.64s' is not a MAC address", text);
	if (text && (mac_is_multicast(&n->mac) || mac_is_zero(&n->mac)))
		return xml_bad(p, node, "address='%.64s' is not one device's address", text);
	n->has_mac = text;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_domain(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		{ .name = "name", .support = XML_READ },
		{ .name = "localOnly", .support = XML_LATER },
		{ .name = "register", .support = XML_LATER },
		{ 0 },
	};
	struct network *n = into;
	const char *name = xml_attr(node, "name");

	if (xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (!name)
		xml_warn(p, node, "<domain> without name says nothing and is dropped");
	if (name && !*name)
		return xml_bad(p, node, "the name is empty");
	if (name && strlen(name) > NETWORK_DOMAIN_MAX)
		return xml_bad(p, node, "the name is longer than %d bytes", NETWORK_DOMAIN_MAX);
	n->domain = mem_strdup(name);
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_network(struct parser *p, xmlNode *node, struct network *n)
{
	static const struct xml_rule attrs[] = {
		{ .name = "connections", .support = XML_READ }, /* we print it; nobody tells us */
		{ .name = "ipv6", .support = XML_LATER, .inert = "no" },
		{ .name = "trustGuestRxFilters", .support = XML_LATER },
		{ 0 },
	};
	static const struct xml_rule children[] = {
		{ "name", XML_READ, NULL, XML_FIRST, parse_name, NULL },
		{ "uuid", XML_READ, NULL, XML_FIRST, parse_uuid, NULL },
		{ "title", XML_READ, NULL, XML_FIRST, parse_title, NULL },
		{ "description", XML_READ, NULL, XML_FIRST, parse_description, NULL },
		{ "metadata", XML_LATER, "", XML_FIRST, NULL, NULL },
		{ "forward", XML_READ, NULL, XML_FIRST, parse_forward, NULL },
		{ "bridge", XML_READ, NULL, XML_FIRST, parse_bridge, NULL },
		{ "mtu", XML_READ, NULL, XML_FIRST, parse_mtu, NULL },
		{ "mac", XML_READ, NULL, XML_FIRST, parse_mac, NULL },
		{ "domain", XML_READ, NULL, XML_FIRST, parse_domain, NULL },
		{ "dns", XML_LATER, "", XML_FIRST, NULL, NULL },
		{ "vlan", XML_LATER, NULL, XML_FIRST, NULL, NULL },
		{ "bandwidth", XML_LATER, "", XML_FIRST, NULL, NULL },
		{ "port", XML_LATER, "", XML_FIRST, NULL, NULL },
		{ "ip", XML_READ, NULL, XML_MANY, parse_ip, NULL },
		{ "route", XML_LATER, NULL, XML_MANY, NULL, NULL },
		{ "virtualport", XML_LATER, NULL, XML_FIRST, NULL, NULL },
		{ "portgroup", XML_LATER, NULL, XML_MANY, NULL, NULL },
		{ "options", XML_LATER, "", XML_FIRST, NULL, DNSMASQ_NS },
		{ 0 },
	};
	static_assert(ARRAY_SIZE(children) <= XML_RULES_MAX, "xml_read_children has a bit for each");

	if (xml_check_attrs(p, node, attrs) < 0 || xml_read_children(p, node, children, n) < 0)
		return -1;
	if (n->name)
		return 0;
	err_set(p->e, VNET_ERR_NO_NAME, "missing name information");
	if (p->e)
		p->e->line = xml_line(node);
	return -1;
}

/* The canonical form can be longer than what was read; it too must fit a message and a stored file. */
static int check_size(const struct network *n, struct err *e)
{
	AUTO(mem_drop) char *text = network_format(n, NULL);

	if (strlen(text) > NETWORK_XML_MAX - STORED_ROOM)
		return err_set(e, VNET_ERR_XML, "the canonical XML has more than %d bytes",
			       NETWORK_XML_MAX - STORED_ROOM);
	return 0;
}

int network_parse(const char *xml, size_t len, struct network **ret, struct xml_warnings *w, struct err *e)
{
	struct parser p = { .w = w, .e = e };
	AUTO(network_free) struct network *n = mem_new(struct network);
	AUTO(xml_unload) xmlNode *root = NULL;

	n->bridge.stp = true;
	if (xml_load(&p, xml, len, "network", &root) < 0 || parse_network(&p, root, n) < 0)
		return -1;
	if (network_check(n, e) < 0 || check_size(n, e) < 0)
		return -1;
	*ret = TAKE(n);
	return 0;
}
