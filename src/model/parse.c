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
		ATTR("start"),
		ATTR("end"),
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
		ATTR("start"),
		ATTR("end"),
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
		LATER("ipv6", NULL), /* an explicit no is printed back, so it counts */
		{ 0 },
	};
	static const struct xml_rule children[] = {
		ONE("address", parse_nat_address),
		ONE("port", parse_nat_port),
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
		ATTR("mode"),
		LATER("dev", ""),
		ATTR_MOOT("managed"), /* only for mode hostdev */
		{ 0 },
	};
	static const struct xml_rule children[] = {
		LATER("driver", NULL),    ONE("nat", parse_nat),  LATER("pf", NULL),
		LATER("interface", NULL), LATER("address", NULL), { 0 },
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
		ATTR("name"), LATER("zone", ""), ATTR("stp"), ATTR("delay"), LATER("macTableManager", ""), { 0 },
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
		ATTR("size"),
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
		ATTR("address"),
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
		ATTR("name"),
		LATER("localOnly", NULL),
		LATER("register", NULL),
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
		ATTR("connections"), /* we print it; nobody tells us */
		LATER("ipv6", "no"),
		LATER("trustGuestRxFilters", NULL),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("name", parse_name),
		FIRST("uuid", parse_uuid),
		FIRST("title", parse_title),
		FIRST("description", parse_description),
		LATER("metadata", ""),
		FIRST("forward", parse_forward),
		FIRST("bridge", parse_bridge),
		FIRST("mtu", parse_mtu),
		FIRST("mac", parse_mac),
		FIRST("domain", parse_domain),
		LATER("dns", ""),
		LATER("vlan", NULL),
		LATER("bandwidth", ""),
		LATER("port", ""),
		MANY("ip", parse_ip),
		LATER("route", NULL),
		LATER("virtualport", NULL),
		LATER("portgroup", NULL),
		LATER_NS("options", "", DNSMASQ_NS),
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
