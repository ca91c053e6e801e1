/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/own.h"

#include "model/elements.h"
#include "model/put.h"

static bool ip_has_own(const struct network_ip *ip)
{
	for (size_t i = 0; i < ip->n_ranges; i++)
		if (ip->ranges[i].extra.options.n)
			return true;
	for (size_t i = 0; i < ip->n_hosts; i++)
		if (ip->hosts[i].extra.options.n)
			return true;
	return ip->options.n || ip->n_boots;
}

bool network_has_own(const struct network *n)
{
	for (size_t i = 0; i < n->n_ips; i++)
		if (ip_has_own(&n->ips[i]))
			return true;
	for (size_t i = 0; i < n->n_portgroups; i++)
		if (n->portgroups[i].guard)
			return true;
	return n->own.guard || n->own.flowtable;
}

/* An element that is a switch. */
static int parse_switch(struct parser *p, xmlNode *node, enum tri *ret)
{
	static const struct xml_rule attrs[] = {
		ATTR("enabled"),
		{ 0 },
	};

	if (!xml_attr(node, "enabled"))
		return xml_missing(p, node, "enabled");
	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "enabled", ret) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

int parse_own_guard(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("enabled"),
		ATTR("static"),
		{ 0 },
	};
	struct network_own *own = &((struct network *)into)->own;

	if (!xml_attr(node, "enabled"))
		return xml_missing(p, node, "enabled");
	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "enabled", &own->guard) < 0 ||
	    xml_tri(p, node, "static", &own->guard_static) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

int parse_group_guard(struct parser *p, xmlNode *node, void *into)
{
	return parse_switch(p, node, &((struct portgroup *)into)->guard);
}

int parse_own_flowtable(struct parser *p, xmlNode *node, void *into)
{
	return parse_switch(p, node, &((struct network *)into)->own.flowtable);
}

static void put_switch(FILE *f, int in, const char *name, enum tri value, enum tri may_static)
{
	if (!value)
		return;
	fprintf(f, "%*s<vnet:%s", in, "", name);
	put_word(f, "enabled", tri_words, value);
	put_word(f, "static", tri_words, may_static);
	fputs("/>\n", f);
}

void put_guard(FILE *f, int in, enum tri value)
{
	put_switch(f, in, "guard", value, TRI_NONE);
}

void put_own(FILE *f, const struct network *n)
{
	put_switch(f, 2, "guard", n->own.guard, n->own.guard_static);
	put_switch(f, 2, "flowtable", n->own.flowtable, TRI_NONE);
}
