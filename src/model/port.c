/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <networkport>, read and printed. */
#include "model/port.h"

#include <limits.h>

#include "model/elements.h"
#include "model/put.h"

static const char *const plug_words[] = { "", "network", "bridge", "direct", "hostdev-pci", NULL };

void port_free(struct port *p)
{
	if (!p)
		return;
	mem_drop(p->owner_name);
	mem_drop(p->group);
	mem_drop(p->virtualport.profileid);
	mem_drop(p->vlan.tags);
	mem_drop(p);
}

struct reading { /* a port while it is read: which of its parts were there */
	struct port *port;
	bool uuid, owner, owner_uuid, mac;
};

static int parse_uuid_text(struct parser *p, xmlNode *node, struct uuid *ret, bool *seen)
{
	AUTO(mem_drop) char *text = NULL;

	if (xml_text(p, node, &text) < 0)
		return -1;
	if (text && uuid_parse(text, ret) < 0)
		return xml_bad(p, node, "'%.64s' is not a UUID", text);
	*seen = text;
	return 0;
}

static int parse_uuid(struct parser *p, xmlNode *node, void *into)
{
	struct reading *r = into;

	return parse_uuid_text(p, node, &r->port->uuid, &r->uuid);
}

static int parse_owner_uuid(struct parser *p, xmlNode *node, void *into)
{
	struct reading *r = into;

	return parse_uuid_text(p, node, &r->port->owner, &r->owner_uuid);
}

static int parse_owner_name(struct parser *p, xmlNode *node, void *into)
{
	struct reading *r = into;

	return xml_text(p, node, &r->port->owner_name);
}

static int parse_owner(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule children[] = {
		FIRST("name", parse_owner_name),
		FIRST("uuid", parse_owner_uuid),
		{ 0 },
	};

	return xml_check_attrs(p, node, NULL) < 0 ? -1 : xml_read_children(p, node, children, into);
}

static int parse_group(struct parser *p, xmlNode *node, void *into)
{
	struct reading *r = into;

	if (xml_text(p, node, &r->port->group) < 0)
		return -1;
	if (r->port->group && strlen(r->port->group) > NETWORK_TOKEN_MAX)
		return xml_bad(p, node, "the name is longer than %d bytes", NETWORK_TOKEN_MAX);
	return 0;
}

static int parse_mac(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("address"),
		{ 0 },
	};
	const char *text = xml_given(node, "address");
	struct reading *r = into;

	if (xml_check_attrs(p, node, attrs) < 0 || xml_read_children(p, node, NULL, NULL) < 0)
		return -1;
	r->mac = text;
	if (text && mac_parse(text, &r->port->mac) < 0)
		return xml_bad(p, node, "'%.64s' is not a MAC address", text);
	if (text && (mac_is_multicast(&r->port->mac) || mac_is_zero(&r->port->mac)))
		return xml_bad(p, node, "%s cannot be a guest's address", text);
	return 0;
}

static int parse_port_virtualport(struct parser *p, xmlNode *node, void *into)
{
	return parse_virtualport(p, node, &((struct reading *)into)->port->virtualport);
}

static int parse_port_vlan(struct parser *p, xmlNode *node, void *into)
{
	return parse_vlan(p, node, &((struct reading *)into)->port->vlan);
}

static int parse_bandwidth_of_port(struct parser *p, xmlNode *node, void *into)
{
	return parse_port_bandwidth(p, node, &((struct reading *)into)->port->bandwidth);
}

static int parse_isolated(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("isolated"),
		{ 0 },
	};

	if (xml_check_attrs(p, node, attrs) < 0 || xml_read_children(p, node, NULL, NULL) < 0)
		return -1;
	return xml_tri(p, node, "isolated", &((struct reading *)into)->port->isolated);
}

static int parse_rxfilters(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("trustGuest"),
		{ 0 },
	};

	if (xml_check_attrs(p, node, attrs) < 0 || xml_read_children(p, node, NULL, NULL) < 0)
		return -1;
	return xml_tri(p, node, "trustGuest", &((struct reading *)into)->port->trust_rx_filters);
}

/* ---- the plug ---- */

static int parse_plug_driver(struct parser *p, xmlNode *node, void *into)
{
	static const struct xml_rule attrs[] = {
		ATTR("name"),
		{ 0 },
	};
	int driver = xml_word(p, node, "name", pci_driver_words);

	if (driver < 0 || xml_check_attrs(p, node, attrs) < 0)
		return -1;
	((struct port_plug *)into)->driver = (enum pci_driver)driver;
	return xml_read_children(p, node, NULL, NULL);
}

static int parse_plug_address(struct parser *p, xmlNode *node, void *into)
{
	return parse_pci_address(p, node, &((struct port_plug *)into)->address);
}

static int parse_device(struct parser *p, xmlNode *node, const char *attr, char ret[IFNAMSIZ])
{
	AUTO(mem_drop) char *dev = NULL;

	if (xml_device(p, node, attr, &dev) < 0)
		return -1;
	if (!dev)
		return xml_missing(p, node, attr);
	memcpy(ret, dev, strlen(dev) + 1); /* xml_device saw that it fits */
	return 0;
}

static int parse_direct(struct parser *p, xmlNode *node, struct port_plug *plug)
{
	const char *mode = xml_given(node, "mode");

	if (parse_device(p, node, "dev", plug->dev) < 0)
		return -1;
	if (!mode)
		return xml_missing(p, node, "mode");
	if (forward_mode_parse(mode, &plug->mode) < 0 || plug->mode < FORWARD_BRIDGE ||
	    plug->mode > FORWARD_PASSTHROUGH)
		return xml_bad(p, node, "mode='%.64s' is none of a device", mode);
	return 0;
}

static int parse_bridged(struct parser *p, xmlNode *node, struct port_plug *plug)
{
	int manager = xml_word(p, node, "macTableManager", mac_table_words);

	plug->mac_table = (enum mac_table)(manager < 0 ? 0 : manager);
	return manager < 0 ? -1 : parse_device(p, node, "bridge", plug->dev);
}

static int parse_hostdev(struct parser *p, xmlNode *node, struct port_plug *plug)
{
	enum tri managed = TRI_NONE;
	int r = xml_tri(p, node, "managed", &managed);

	plug->managed = managed == TRI_YES;
	return r;
}

static int parse_plug(struct parser *p, xmlNode *node, void *into)
{
	static int (*const parts[])(struct parser * p, xmlNode * node, struct port_plug * plug) = {
		[PLUG_NETWORK] = parse_bridged,
		[PLUG_BRIDGE] = parse_bridged,
		[PLUG_DIRECT] = parse_direct,
		[PLUG_HOSTDEV] = parse_hostdev,
	};
	static const struct xml_rule attrs[] = {
		ATTR("type"),    ATTR("bridge"), ATTR("macTableManager"), ATTR("dev"), ATTR("mode"),
		ATTR("managed"), { 0 },
	};
	static const struct xml_rule children[] = {
		FIRST("driver", parse_plug_driver),
		FIRST("address", parse_plug_address),
		{ 0 },
	};
	struct port_plug *plug = &((struct reading *)into)->port->plug;
	int type = xml_word(p, node, "type", plug_words);

	if (type < 0 || xml_check_attrs(p, node, attrs) < 0)
		return -1;
	if (!type)
		return xml_missing(p, node, "type");
	plug->type = (enum plug_type)type;
	return parts[type](p, node, plug) < 0 ? -1 : xml_read_children(p, node, children, plug);
}

static int check_whole(const struct reading *r, struct err *e)
{
	const char *what = !r->port->owner_name ? "owner name"
			   : !r->owner_uuid     ? "owner uuid"
			   : !r->mac            ? "mac address"
						: NULL;

	return what ? err_set(e, VNET_ERR_INTERNAL, "a network port needs its %s", what) : 0;
}

int port_parse(const char *xml, size_t len, struct port **ret, struct xml_warnings *w, struct err *e)
{
	static const struct xml_rule children[] = {
		FIRST("uuid", parse_uuid),
		FIRST("owner", parse_owner),
		FIRST("group", parse_group),
		FIRST("mac", parse_mac),
		FIRST("virtualport", parse_port_virtualport),
		FIRST("bandwidth", parse_bandwidth_of_port),
		FIRST("vlan", parse_port_vlan),
		FIRST("port", parse_isolated),
		FIRST("rxfilters", parse_rxfilters),
		FIRST("plug", parse_plug),
		{ 0 },
	};
	AUTO(port_free) struct port *port = mem_new(struct port);
	AUTO(xml_unload) xmlNode *root = NULL;
	struct parser p = { .w = w, .e = e };
	struct reading r = { .port = port };

	if (len > PORT_XML_MAX)
		return err_set(e, VNET_ERR_XML, "a port's XML has at most %d bytes", PORT_XML_MAX);
	if (xml_load(&p, xml, len, "networkport", &root) < 0 || xml_check_attrs(&p, root, NULL) < 0 ||
	    xml_read_children(&p, root, children, &r) < 0 || check_whole(&r, e) < 0)
		return -1;
	if (!r.uuid)
		port->uuid = uuid_random();
	*ret = TAKE(port);
	return 0;
}

/* ---- to text ---- */

static void put_tri(FILE *f, const char *element, const char *attr, enum tri value)
{
	if (value)
		fprintf(f, "  <%s %s='%s'/>\n", element, attr, tri_words[value]);
}

static void put_owner(FILE *f, const struct port *p)
{
	char uuid[UUID_TEXT];

	fputs("  <owner>\n    <name>", f);
	put_escaped(f, p->owner_name, false);
	fprintf(f, "</name>\n    <uuid>%s</uuid>\n  </owner>\n", uuid_text(&p->owner, uuid));
	if (!p->group)
		return;
	fputs("  <group>", f);
	put_escaped(f, p->group, false);
	fputs("</group>\n", f);
}

static void put_hostdev(FILE *f, const struct port_plug *plug)
{
	fprintf(f, " managed='%s'>\n", plug->managed ? "yes" : "no");
	if (plug->driver)
		fprintf(f, "    <driver name='%s'/>\n", pci_driver_words[plug->driver]);
	fputs("    <address", f);
	put_address(f, &plug->address);
	fputs("/>\n  </plug>\n", f);
}

static void put_plug(FILE *f, const struct port_plug *plug)
{
	if (!plug->type)
		return;
	fprintf(f, "  <plug type='%s'", plug_words[plug->type]);
	if (plug->type == PLUG_HOSTDEV) {
		put_hostdev(f, plug);
		return;
	}
	put_attr(f, plug->type == PLUG_DIRECT ? "dev" : "bridge", plug->dev);
	if (plug->type == PLUG_DIRECT)
		put_attr(f, "mode", forward_mode_text(plug->mode));
	put_word(f, "macTableManager", mac_table_words, plug->mac_table);
	fputs("/>\n", f);
}

char *port_format(const struct port *p)
{
	char uuid[UUID_TEXT], mac[MAC_TEXT], *out = NULL;
	size_t len;
	FILE *f = text_open(&out, &len);

	fprintf(f, "<networkport>\n  <uuid>%s</uuid>\n", uuid_text(&p->uuid, uuid));
	put_owner(f, p);
	fprintf(f, "  <mac address='%s'/>\n", mac_text(&p->mac, mac));
	put_virtualport(f, 2, &p->virtualport);
	put_bandwidth(f, 2, &p->bandwidth);
	put_vlan(f, 2, &p->vlan);
	put_tri(f, "port", "isolated", p->isolated);
	put_tri(f, "rxfilters", "trustGuest", p->trust_rx_filters);
	put_plug(f, &p->plug);
	fputs("</networkport>\n", f);
	text_close(f);
	return out;
}
