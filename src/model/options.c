/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/options.h"

#include <string.h>

#include "model/elements.h"

static const struct {
	const char *name;
	enum option_kind kind;
} known[] = {
	{ "address", OPTION_WANTED },        { "bogus-priv", OPTION_WANTED },
	{ "cache-size", OPTION_WANTED },     { "cname", OPTION_WANTED },
	{ "dhcp-boot", OPTION_WANTED },      { "dhcp-match", OPTION_WANTED },
	{ "dhcp-option", OPTION_WANTED },    { "dhcp-option-force", OPTION_WANTED },
	{ "dhcp-userclass", OPTION_WANTED }, { "domain-needed", OPTION_WANTED },
	{ "host-record", OPTION_WANTED },    { "local", OPTION_WANTED },
	{ "log-dhcp", OPTION_MOOT },         { "log-queries", OPTION_WANTED },
	{ "mx-host", OPTION_WANTED },        { "no-hosts", OPTION_WANTED },
	{ "no-negcache", OPTION_WANTED },    { "no-resolv", OPTION_WANTED },
	{ "ptr-record", OPTION_WANTED },     { "server", OPTION_WANTED },
	{ "srv-host", OPTION_WANTED },       { "txt-record", OPTION_WANTED },
	{ "bind-interfaces", OPTION_MOOT },  { "interface-name", OPTION_MOOT },
	{ "listen-address", OPTION_MOOT },
};

enum option_kind option_kind(const char *line)
{
	size_t len = strcspn(line, "=");

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].name) == len && memcmp(known[i].name, line, len) == 0)
			return known[i].kind;
	return OPTION_UNKNOWN;
}

static int parse_option(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("value"),
		{ 0 },
	};
	struct network *n = into;
	const char *value = xml_attr(node, "value");

	if (n->n_options == NETWORK_OPTIONS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_OPTIONS_MAX);
	if (xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (!value)
		return xml_bad(p, node, "attribute 'value' is missing");
	if (value[strcspn(value, "\r\n")])
		return xml_bad(p, node, "value is more than one line");
	if (option_kind(value) != OPTION_WANTED)
		xml_warn(p, node, "dnsmasq option '%.*s' is kept but %s", (int)strcspn(value, "="), value,
			 option_kind(value) == OPTION_MOOT ? "has no use here"
							   : "has no effect: it is not one we know");
	*mem_push(n->options, n->n_options) = mem_strdup(value);
	return xml_read_children(p, node, NULL, NULL);
}

int parse_options(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule children[] = {
		MANY_NS("option", parse_option, DNSMASQ_NS),
		{ 0 },
	};
	const struct network *n = into;

	if (xml_check_attrs(p, node, NULL) < 0 || xml_read_children(p, node, children, into) < 0)
		return -1;
	if (!n->n_options)
		xml_warn(p, node, "empty <dnsmasq:options> says nothing and is dropped");
	return 0;
}
