/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The elements of our namespace that stand in <dhcp>: options and what to boot. */
#include <string.h>

#include "model/elements.h"

static int parse_code(struct parser *p, xmlNode *node, struct dhcp_option *o)
{
	const char *name = xml_attr(node, "name");
	unsigned long code = 0;

	if (name && xml_attr(node, "code"))
		return xml_bad(p, node, "has both a code and a name");
	if (!name && !xml_attr(node, "code"))
		return xml_bad(p, node, "needs a code or a name");
	if (name) {
		o->code = dhcp_option_code(name);
		o->name = mem_strdup(name);
		return o->code ? 0 : xml_bad(p, node, "name='%.64s' is not known: give its code and type", name);
	}
	if (xml_number(p, node, "code", UINT8_MAX, &code) < 0)
		return -1;
	o->code = (unsigned)code;
	return dhcp_option_may_be_set(o->code) ? 0 : xml_bad(p, node, "code='%u' cannot be set", o->code);
}

/* As the wire will have it: does it make sense? */
static int check_value(struct parser *p, xmlNode *node, const struct dhcp_option *o)
{
	uint8_t bytes[DHCP_OPTION_VALUE_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));
	enum dhcp_type type = o->type ? o->type : dhcp_option_type(o->code);
	const char *why;

	if (!o->value)
		return 0;
	if (!type)
		return xml_bad(p, node, "code='%u' needs a type", o->code);
	why = dhcp_value_put_all(&w, type, o->value, 0);
	return why ? xml_bad(p, node, "value='%.64s' %s", o->value, why) : 0;
}

int parse_dhcp_option(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("code"), ATTR("name"), ATTR("type"), ATTR("value"), ATTR("force"), { 0 },
	};
	struct dhcp_options *options = into;
	struct dhcp_option *o = mem_push(options->v, options->n);
	int type;

	o->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || parse_code(p, node, o) < 0)
		return -1;
	for (size_t i = 0; i + 1 < options->n; i++)
		if (options->v[i].code == o->code)
			return xml_bad(p, node, "code %u stands here twice", o->code);
	type = xml_word(p, node, "type", dhcp_type_words);
	if (type < 0 || xml_string(p, node, "value", NETWORK_TXT_MAX, &o->value) < 0 ||
	    xml_tri(p, node, "force", &o->force) < 0)
		return -1;
	o->type = (enum dhcp_type)type;
	if (check_value(p, node, o) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

int parse_dhcp_boot(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("arch"), ATTR("client"), ATTR("file"), ATTR("server"), ATTR("server-name"), { 0 },
	};
	struct dhcp_boot *b = into;
	int numbers[BOOT_ARCHS_MAX], client;

	b->line = xml_line(node);
	client = xml_word(p, node, "client", dhcp_boot_words);
	if (client < 0 || xml_check_attrs(p, node, attrs) < 0 ||
	    xml_name(p, node, "arch", NETWORK_TOKEN_MAX, &b->arch) < 0 ||
	    xml_name(p, node, "file", NETWORK_FILE_MAX, &b->file) < 0 ||
	    xml_name(p, node, "server-name", DHCP_SERVER_NAME_MAX, &b->server_name) < 0 ||
	    (xml_given(node, "server") && xml_ip(p, node, "server", AF_INET, &b->server) < 0))
		return -1;
	b->client = (enum dhcp_boot_client)client;
	if (!b->file)
		return xml_missing(p, node, "file");
	if (b->arch && !dhcp_boot_archs(b->arch, numbers))
		return xml_bad(p, node, "arch='%.64s' is neither a number nor an architecture", b->arch);
	return xml_read_children(p, node, NULL, NULL);
}
