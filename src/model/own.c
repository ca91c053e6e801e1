/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/own.h"

#include "model/array.h"
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
	return n->own.guard || n->own.flowtable || n->own.n_publishes;
}

void network_own_copy(struct network_own *to, const struct network_own *from)
{
	to->publishes = array_copy(from->publishes, from->n_publishes, sizeof(*from->publishes));
	for (size_t i = 0; i < to->n_publishes; i++)
		publish_copy(&to->publishes[i], &from->publishes[i]);
}

void network_own_clear(struct network_own *o)
{
	for (size_t i = 0; i < o->n_publishes; i++)
		publish_clear(&o->publishes[i]);
	mem_drop(o->publishes);
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
	int hand_set = xml_word(p, node, "static", hand_set_words);

	if (!xml_attr(node, "enabled"))
		return xml_missing(p, node, "enabled");
	if (xml_check_attrs(p, node, attrs) < 0 || xml_tri(p, node, "enabled", &own->guard) < 0 || hand_set < 0)
		return -1;
	own->guard_static = (enum hand_set)hand_set;
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

static int parse_ports(struct parser *p, xmlNode *node, struct publish *ret)
{
	const char *port = xml_attr(node, "port"), *to = xml_attr(node, "to");
	uint16_t end = 0;

	if (!port)
		return xml_missing(p, node, "port");
	if (publish_parse_ports(port, &ret->port, &ret->port_end) < 0)
		return xml_bad(p, node, "port='%.64s' is not a port, or two with a '-' between", port);
	if (to && (publish_parse_ports(to, &ret->to, &end) < 0 || end != ret->to))
		return xml_bad(p, node, "to='%.64s' is not a port", to);
	if (to && ret->to + (ret->port_end - ret->port) > UINT16_MAX)
		return xml_bad(p, node, "to='%.64s' leaves too few ports for %.64s", to, port);
	if (ret->to == ret->port)
		ret->to = 0; /* it says nothing */
	return 0;
}

static int parse_whom(struct parser *p, xmlNode *node, struct publish *ret)
{
	const char *guest = xml_attr(node, "guest");
	int transport = xml_word(p, node, "protocol", transport_words);

	if (transport < 0 || (xml_attr(node, "address") && xml_ip(p, node, "address", 0, &ret->address) < 0))
		return -1;
	if (transport == TRANSPORT_NONE)
		return xml_missing(p, node, "protocol");
	if (!guest)
		return xml_missing(p, node, "guest");
	ret->transport = (enum transport)transport;
	if (publish_set_guest(ret, guest) < 0)
		return xml_bad(p, node, "guest='%.64s' is no host name, no MAC and no address", guest);
	return 0;
}

int parse_own_publish(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("address"), ATTR("port"), ATTR("protocol"), ATTR("guest"), ATTR("to"), { 0 },
	};
	struct network_own *own = &((struct network *)into)->own;

	if (own->n_publishes == PUBLISH_MAX)
		return xml_bad(p, node, "more than %d of them", PUBLISH_MAX);
	struct publish *new = mem_push(own->publishes, own->n_publishes);

	new->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || parse_ports(p, node, new) < 0 || parse_whom(p, node, new) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

static void put_publish(FILE *f, const struct publish *p)
{
	fputs("  <vnet:publish", f);
	put_ip(f, "address", &p->address);
	fprintf(f, " port='%u", p->port);
	if (p->port_end > p->port)
		fprintf(f, "-%u", p->port_end);
	putc('\'', f);
	put_word(f, "protocol", transport_words, p->transport);
	put_attr(f, "guest", p->guest);
	put_number(f, "to", p->to);
	fputs("/>\n", f);
}

static void put_switch(FILE *f, int in, const char *name, enum tri value, enum hand_set hand_set)
{
	if (!value)
		return;
	fprintf(f, "%*s<vnet:%s", in, "", name);
	put_word(f, "enabled", tri_words, value);
	put_word(f, "static", hand_set_words, hand_set);
	fputs("/>\n", f);
}

void put_guard(FILE *f, int in, enum tri value)
{
	put_switch(f, in, "guard", value, HAND_SET_NONE);
}

void put_own(FILE *f, const struct network *n)
{
	put_switch(f, 2, "guard", n->own.guard, n->own.guard_static);
	put_switch(f, 2, "flowtable", n->own.flowtable, HAND_SET_NONE);
	for (size_t i = 0; i < n->own.n_publishes; i++)
		put_publish(f, &n->own.publishes[i]);
}
