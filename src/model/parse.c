/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/parse.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "model/check.h"
#include "model/elements.h"
#include "model/options.h"

enum {
	MTU_MIN = 68, /* RFC 791: every host can forward this */
	MTU_MAX = 65535,
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

/* What the kernel takes as a device's name, and %d once as a placeholder. */
static int parse_bridge_name(struct parser *p, xmlNode *node, const char *name, char ret[IFNAMSIZ])
{
	bool template = network_bridge_is_template(name);

	if (template && strlen(name) + TEMPLATE_GROWTH >= IFNAMSIZ)
		return xml_bad(p, node, "name '%.64s' is longer than %d bytes when %%d becomes a number", name,
			       IFNAMSIZ - 1);
	if (xml_check_device(p, node, name) < 0)
		return -1;
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
		ATTR("name"), ATTR("zone"), ATTR("stp"), ATTR("delay"), ATTR("macTableManager"), { 0 },
	};
	struct network *n = into;
	const char *name = xml_given(node, "name");
	int manager = xml_given(node, "macTableManager") ? xml_word(p, node, "macTableManager", mac_table_words) : 0;

	n->bridge.line = xml_line(node);
	if (manager < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    (name && parse_bridge_name(p, node, name, n->bridge.name) < 0) ||
	    xml_string(p, node, "zone", NETWORK_TOKEN_MAX, &n->bridge.zone) < 0)
		return -1;
	if (xml_given(node, "delay") && xml_number(p, node, "delay", ULONG_MAX, &n->bridge.delay_s) < 0)
		return -1;
	n->bridge.mac_table = (enum mac_table)manager;
	n->bridge.stp_given = xml_given(node, "stp");
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
	n->mtu_line = xml_line(node);
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
	n->mac_line = xml_line(node);
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_domain(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("name"),
		ATTR("localOnly"),
		ATTR("register"),
		{ 0 },
	};
	struct network *n = into;

	n->domain_line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_name(p, node, "name", NETWORK_DOMAIN_MAX, &n->domain) < 0 ||
	    xml_tri(p, node, "localOnly", &n->domain_local_only) < 0 ||
	    xml_tri(p, node, "register", &n->domain_register) < 0)
		return -1;
	if (n->domain_register == TRI_YES && n->domain_local_only != TRI_YES)
		return xml_bad(p, node, "register='yes' needs localOnly='yes'");
	if (!n->domain) {
		xml_warn(p, node, "<domain> without name says nothing and is dropped");
		n->domain_local_only = n->domain_register = TRI_NONE;
	}
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_port(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("isolated"),
		{ 0 },
	};
	struct network *n = into;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "isolated", &n->port_isolated) < 0)
		return -1;
	if (!n->port_isolated)
		xml_warn(p, node, "empty <port> says nothing and is dropped");
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_network_forward(struct parser *p, xmlNode *node, void *into)
{
	return parse_forward(p, node, &((struct network *)into)->forward);
}

static int parse_network_dns(struct parser *p, xmlNode *node, void *into)
{
	return parse_dns(p, node, &((struct network *)into)->dns);
}

static int parse_network_vlan(struct parser *p, xmlNode *node, void *into)
{
	return parse_vlan(p, node, &((struct network *)into)->vlan);
}

static int parse_network_bandwidth(struct parser *p, xmlNode *node, void *into)
{
	return parse_bandwidth(p, node, &((struct network *)into)->bandwidth);
}

static int parse_network_virtualport(struct parser *p, xmlNode *node, void *into)
{
	struct network *n = into;

	if (!xml_attr(node, "type"))
		return xml_bad(p, node, "attribute 'type' is missing");
	return parse_virtualport(p, node, &n->virtualport);
}

/* Attributes of the root. Its ipv6='' is as good as none, unlike that of other elements. */
static int parse_root(struct parser *p, xmlNode *node, struct network *n)
{
	static const struct xml_rule attrs[] = {
		ATTR("connections"), /* we print it; nobody tells us */
		ATTR("ipv6"),
		ATTR("trustGuestRxFilters"),
		{ 0 },
	};
	enum tri ipv6 = TRI_NONE;

	if (xml_check_attrs(p, node, attrs) < 0 || (xml_given(node, "ipv6") && xml_tri(p, node, "ipv6", &ipv6) < 0))
		return -1;
	n->ipv6 = ipv6 == TRI_YES;
	return xml_tri(p, node, "trustGuestRxFilters", &n->trust_rx_filters);
}

static int parse_network(struct parser *p, xmlNode *node, struct network *n)
{
	static const struct xml_rule children[] = {
		FIRST("name", parse_name),
		FIRST("uuid", parse_uuid),
		FIRST("title", parse_title),
		FIRST("description", parse_description),
		FIRST("metadata", parse_metadata),
		FIRST("forward", parse_network_forward),
		FIRST("bridge", parse_bridge),
		FIRST("mtu", parse_mtu),
		FIRST("mac", parse_mac),
		FIRST("domain", parse_domain),
		FIRST("dns", parse_network_dns),
		FIRST("vlan", parse_network_vlan),
		FIRST("bandwidth", parse_network_bandwidth),
		FIRST("port", parse_port),
		MANY("ip", parse_ip),
		MANY("route", parse_route),
		FIRST("virtualport", parse_network_virtualport),
		MANY("portgroup", parse_portgroup),
		FIRST_NS("options", parse_options, DNSMASQ_NS),
		FIRST_NS("guard", parse_own_guard, VNET_NS),
		FIRST_NS("flowtable", parse_own_flowtable, VNET_NS),
		MANY_NS("publish", parse_own_publish, VNET_NS),
		{ 0 },
	};
	static_assert(ARRAY_SIZE(children) <= XML_RULES_MAX, "xml_read_children has a bit for each");

	if (parse_root(p, node, n) < 0 || xml_read_children(p, node, children, n) < 0)
		return -1;
	if (n->name)
		return 0;
	err_set(p->e, VNET_ERR_NO_NAME, "missing name information");
	if (p->e)
		p->e->line = xml_line(node);
	return -1;
}

int network_parse(const char *xml, size_t len, struct network **ret, struct xml_warnings *w, struct err *e)
{
	struct parser p = { .w = w, .e = e };
	AUTO(network_free) struct network *n = mem_new(struct network);
	AUTO(xml_unload) xmlNode *root = NULL;

	n->bridge.stp = true;
	if (xml_load(&p, xml, len, "network", &root) < 0 || parse_network(&p, root, n) < 0)
		return -1;
	if (network_check(n, e) < 0)
		return -1;
	*ret = TAKE(n);
	return 0;
}
