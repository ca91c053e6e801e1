/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a port gets: vlan, virtualport, bandwidth, and the groups of them. */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "model/elements.h"

enum {
	VLAN_ID_MAX = 4095,
	VPORT_MANAGERID_MAX = 0xff,
	VPORT_TYPEID_MAX = 0xffffff,
	VPORT_VERSION_MAX = 0xff,
	VPORT_QBH_PROFILE_MAX = 39,
};

static int parse_tag(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("id"),
		ATTR("nativeMode"),
		{ 0 },
	};
	struct vlan *v = into;
	int native = xml_word(p, node, "nativeMode", vlan_native_words);
	unsigned long id;

	if (v->n_tags == NETWORK_TAGS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_TAGS_MAX);
	if (native < 0 || xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (!xml_attr(node, "id"))
		return xml_bad(p, node, "attribute 'id' is missing");
	if (xml_number(p, node, "id", VLAN_ID_MAX, &id) < 0)
		return -1;
	for (size_t i = 0; i < v->n_tags; i++) {
		if (v->tags[i].id == id)
			return xml_bad(p, node, "id %lu stands there twice", id);
		if (native && v->tags[i].native)
			return xml_bad(p, node, "only one tag may have a nativeMode");
	}
	*mem_push(v->tags, v->n_tags) = (struct vlan_tag){ (unsigned)id, (enum vlan_native)native };
	return xml_read_children(p, node, NULL, NULL);
}

static bool has_native(const struct vlan *v)
{
	for (size_t i = 0; i < v->n_tags; i++)
		if (v->tags[i].native)
			return true;
	return false;
}

int parse_vlan(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("trunk"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		MANY("tag", parse_tag),
		{ 0 },
	};
	struct vlan *v = into;
	const char *trunk = xml_given(node, "trunk");
	bool yes = trunk && strcasecmp(trunk, "yes") == 0, no = trunk && strcasecmp(trunk, "no") == 0;

	v->line = xml_line(node);
	if (trunk && !yes && !no)
		return xml_bad(p, node, "trunk='%.64s' is neither yes nor no", trunk);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_read_children(p, node, children, v) < 0)
		return -1;
	if (!v->n_tags)
		return xml_bad(p, node, "needs a <tag>");
	if (no && (v->n_tags > 1 || has_native(v)))
		return xml_bad(p, node, "trunk='no' has one tag without nativeMode");
	v->trunk = yes || v->n_tags > 1 || has_native(v);
	return 0;
}

/* Which parameters a type has; without a type, in a port group, all of them. */
static const unsigned type_has[VPORT_TYPES] = {
	[VPORT_NONE] = UINT_MAX,
	[VPORT_8021QBG] = VPORT_MANAGERID | VPORT_TYPEID | VPORT_TYPEIDVERSION | VPORT_INSTANCEID,
	[VPORT_8021QBH] = VPORT_PROFILEID,
	[VPORT_OPENVSWITCH] = VPORT_INTERFACEID | VPORT_PROFILEID,
	[VPORT_MIDONET] = VPORT_INTERFACEID,
};

static const struct {
	const char *name;
	enum virtualport_given bit;
} parameters[] = {
	{ "managerid", VPORT_MANAGERID },         { "typeid", VPORT_TYPEID },
	{ "typeidversion", VPORT_TYPEIDVERSION }, { "instanceid", VPORT_INSTANCEID },
	{ "interfaceid", VPORT_INTERFACEID },     { "profileid", VPORT_PROFILEID },
};

static int note_parameters(struct parser *p, xmlNode *node, struct virtualport *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
		if (!xml_attr(node, parameters[i].name))
			continue;
		if (!(type_has[v->type] & parameters[i].bit))
			return xml_bad(p, node, "type '%s' has no %s", virtualport_words[v->type], parameters[i].name);
		v->given |= parameters[i].bit;
	}
	return 0;
}

static int parse_id(struct parser *p, xmlNode *node, const char *attr, unsigned long max, unsigned *ret)
{
	unsigned long v = 0;

	if (xml_number_c(p, node, attr, max, &v) < 0)
		return -1;
	*ret = (unsigned)v;
	return 0;
}

static int parse_uuid_attr(struct parser *p, xmlNode *node, const char *attr, struct uuid *ret)
{
	const char *text = xml_attr(node, attr);

	return !text || uuid_parse(text, ret) == 0 ? 0 : xml_bad(p, node, "%s='%.64s' is not a UUID", attr, text);
}

static int parse_parameters(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("managerid"), ATTR("typeid"), ATTR("typeidversion"), ATTR("instanceid"), ATTR("interfaceid"),
		ATTR("profileid"), { 0 },
	};
	struct virtualport *v = into;
	size_t max = v->type == VPORT_8021QBH ? VPORT_QBH_PROFILE_MAX : NETWORK_TOKEN_MAX;

	if (xml_check_attrs(p, node, attrs) < 0 || note_parameters(p, node, v) < 0 ||
	    parse_id(p, node, "managerid", VPORT_MANAGERID_MAX, &v->managerid) < 0 ||
	    parse_id(p, node, "typeid", VPORT_TYPEID_MAX, &v->typeid) < 0 ||
	    parse_id(p, node, "typeidversion", VPORT_VERSION_MAX, &v->typeidversion) < 0 ||
	    parse_uuid_attr(p, node, "instanceid", &v->instanceid) < 0 ||
	    parse_uuid_attr(p, node, "interfaceid", &v->interfaceid) < 0 ||
	    xml_name(p, node, "profileid", max, &v->profileid) < 0)
		return -1;
	return xml_read_children(p, node, NULL, NULL);
}

int parse_virtualport(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("type"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("parameters", parse_parameters),
		{ 0 },
	};
	struct virtualport *v = into;
	int type = xml_word(p, node, "type", virtualport_words);

	if (type < 0 || xml_check_attrs(p, node, attrs) < 0)
		return -1;
	v->line = xml_line(node);
	v->type = (enum virtualport_type)type;
	return xml_read_children(p, node, children, v);
}

static int parse_floor(struct parser *p, xmlNode *node, unsigned long *floor)
{
	if (!xml_attr(node, "floor"))
		return 0;
	if (!floor)
		return xml_bad(p, node, "a floor is for the inbound traffic of a port alone");
	return xml_number(p, node, "floor", ULONG_MAX, floor);
}

/* `floor` NULL: there may be none. With one the average may be missing, and all that hangs on it. */
static int parse_rate(struct parser *p, xmlNode *node, struct bandwidth_rate *r, unsigned long *floor)
{
	static const struct xml_rule attrs[] = {
		ATTR("average"), ATTR("peak"), ATTR("burst"), ATTR("floor"), { 0 },
	};
	bool alone = floor && xml_attr(node, "floor") && !xml_attr(node, "peak") && !xml_attr(node, "burst");

	if (xml_check_attrs(p, node, attrs) < 0 || parse_floor(p, node, floor) < 0)
		return -1;
	if (!xml_attr(node, "average") && alone)
		return xml_read_children(p, node, NULL, NULL);
	if (!xml_attr(node, "average"))
		return xml_bad(p, node, "attribute 'average' is missing");
	if (xml_number(p, node, "average", ULONG_MAX, &r->average) < 0 ||
	    (xml_attr(node, "peak") && xml_number(p, node, "peak", ULONG_MAX, &r->peak) < 0) ||
	    (xml_attr(node, "burst") && xml_number(p, node, "burst", ULONG_MAX, &r->burst) < 0))
		return -1;
	if (!r->average)
		return xml_bad(p, node, "average='0' is no rate");
	if (r->peak && r->peak < r->average)
		return xml_bad(p, node, "peak %lu is less than average %lu", r->peak, r->average);
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_inbound(struct parser *p, xmlNode *node, void *into)
{
	return parse_rate(p, node, &((struct bandwidth *)into)->in, NULL);
}

static int parse_outbound(struct parser *p, xmlNode *node, void *into)
{
	return parse_rate(p, node, &((struct bandwidth *)into)->out, NULL);
}

static int parse_port_inbound(struct parser *p, xmlNode *node, void *into)
{
	struct bandwidth *b = into;

	return parse_rate(p, node, &b->in, &b->floor);
}

int parse_bandwidth(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule children[] = {
		FIRST("inbound", parse_inbound),
		FIRST("outbound", parse_outbound),
		{ 0 },
	};
	struct bandwidth *b = into;

	if (xml_attr(node, "classID"))
		return xml_bad(p, node, "a classID is a port's alone");
	b->line = xml_line(node);
	if (xml_check_attrs(p, node, NULL) < 0 || xml_read_children(p, node, children, b) < 0)
		return -1;
	if (!bandwidth_given(b))
		xml_warn(p, node, "empty <bandwidth> says nothing and is dropped");
	return 0;
}

int parse_port_bandwidth(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("classID"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("inbound", parse_port_inbound),
		FIRST("outbound", parse_outbound),
		{ 0 },
	};
	struct bandwidth *b = into;

	b->line = xml_line(node);
	if (xml_check_attrs(p, node, attrs) < 0 || xml_number_given(p, node, "classID", UINT16_MAX, &b->class_id) < 0 ||
	    xml_read_children(p, node, children, b) < 0)
		return -1;
	return bandwidth_check(b, p->e);
}

static int parse_group_vlan(struct parser *p, xmlNode *node, void *into)
{
	return parse_vlan(p, node, &((struct portgroup *)into)->vlan);
}

static int parse_group_virtualport(struct parser *p, xmlNode *node, void *into)
{
	struct portgroup *g = into;

	if (parse_virtualport(p, node, &g->virtualport) < 0)
		return -1;
	if (!virtualport_given(&g->virtualport))
		xml_warn(p, node, "empty <virtualport> says nothing and is dropped");
	return 0;
}

static int parse_group_bandwidth(struct parser *p, xmlNode *node, void *into)
{
	return parse_bandwidth(p, node, &((struct portgroup *)into)->bandwidth);
}

int parse_portgroup(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("name"),
		ATTR("default"),
		ATTR("trustGuestRxFilters"),
		{ 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("vlan", parse_group_vlan),
		FIRST("virtualport", parse_group_virtualport),
		FIRST("bandwidth", parse_group_bandwidth),
		FIRST_NS("guard", parse_group_guard, VNET_NS),
		{ 0 },
	};
	struct network *n = into;
	const char *is_default = xml_given(node, "default");

	if (n->n_portgroups == NETWORK_PORTGROUPS_MAX)
		return xml_bad(p, node, "more than %d of them", NETWORK_PORTGROUPS_MAX);
	struct portgroup *g = mem_push(n->portgroups, n->n_portgroups);

	g->line = xml_line(node);
	g->is_default = is_default && strcasecmp(is_default, "yes") == 0;
	if (xml_check_attrs(p, node, attrs) < 0 || xml_string(p, node, "name", NETWORK_TOKEN_MAX, &g->name) < 0 ||
	    xml_tri(p, node, "trustGuestRxFilters", &g->trust_rx_filters) < 0)
		return -1;
	if (!g->name)
		return xml_bad(p, node, "attribute 'name' is missing");
	return xml_read_children(p, node, children, g);
}
