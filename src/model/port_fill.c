/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a network gives to a port: settings, and a place to be plugged in. */
#include "model/port.h"

/* The group that a port is of: the one it names, else the default one, else none (NULL). */
static int find_group(const struct port *p, const struct network *n, const struct portgroup **ret, struct err *e)
{
	*ret = NULL;
	for (size_t i = 0; i < n->n_portgroups; i++)
		if (p->group ? strcmp(n->portgroups[i].name, p->group) == 0 : n->portgroups[i].is_default)
			*ret = &n->portgroups[i];
	if (p->group && !*ret)
		return err_set(e, VNET_ERR_XML, "network '%s' has no portgroup '%s'", n->name, p->group);
	return 0;
}

static void inherit(struct port *p, const struct network *n, const struct portgroup *g)
{
	if (!bandwidth_given(&p->bandwidth) && g)
		p->bandwidth = g->bandwidth;
	if (!p->vlan.n_tags && g && g->vlan.n_tags)
		vlan_copy(&p->vlan, &g->vlan);
	if (!p->vlan.n_tags && n->vlan.n_tags)
		vlan_copy(&p->vlan, &n->vlan);
	if (!p->trust_rx_filters && g)
		p->trust_rx_filters = g->trust_rx_filters;
	if (!p->trust_rx_filters)
		p->trust_rx_filters = n->trust_rx_filters;
	if (!p->isolated)
		p->isolated = n->port_isolated;
}

/* ---- the virtual port: what port, network and group say of it must agree ---- */

static int merge_number(unsigned bit, unsigned *to, unsigned from, unsigned both, const char *name, struct err *e)
{
	if (both & bit && *to != from)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "virtualport: %s is %u and %u", name, *to, from);
	*to = from;
	return 0;
}

static int merge_uuid(unsigned bit, struct uuid *to, const struct uuid *from, unsigned both, const char *name,
		      struct err *e)
{
	if (both & bit && !uuid_eq(to, from))
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "virtualport: two different values of %s", name);
	*to = *from;
	return 0;
}

static int merge_profile(struct virtualport *v, const struct virtualport *from, unsigned both, struct err *e)
{
	if (both & VPORT_PROFILEID && strcmp(v->profileid, from->profileid) != 0)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "virtualport: profileid is '%s' and '%s'", v->profileid,
			       from->profileid);
	mem_drop(v->profileid);
	v->profileid = mem_strdup(from->profileid);
	return 0;
}

static int merge(struct virtualport *v, const struct virtualport *from, struct err *e)
{
	unsigned has = from->given, both = v->given & has;

	if (v->type && from->type && v->type != from->type)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "virtualport: type is '%s' and '%s'",
			       virtualport_words[v->type], virtualport_words[from->type]);
	if (from->type)
		v->type = from->type;
	if ((has & VPORT_MANAGERID &&
	     merge_number(VPORT_MANAGERID, &v->managerid, from->managerid, both, "managerid", e) < 0) ||
	    (has & VPORT_TYPEID && merge_number(VPORT_TYPEID, &v->typeid, from->typeid, both, "typeid", e) < 0) ||
	    (has & VPORT_TYPEIDVERSION &&
	     merge_number(VPORT_TYPEIDVERSION, &v->typeidversion, from->typeidversion, both, "typeidversion", e) < 0) ||
	    (has & VPORT_INSTANCEID &&
	     merge_uuid(VPORT_INSTANCEID, &v->instanceid, &from->instanceid, both, "instanceid", e) < 0) ||
	    (has & VPORT_INTERFACEID &&
	     merge_uuid(VPORT_INTERFACEID, &v->interfaceid, &from->interfaceid, both, "interfaceid", e) < 0) ||
	    (has & VPORT_PROFILEID && merge_profile(v, from, both, e) < 0))
		return -1;
	v->given |= has;
	return 0;
}

/* Makes up the ids that may be, asks for the others. */
static int complete_virtualport(struct virtualport *v, struct err *e)
{
	static const unsigned needs[VPORT_TYPES] = {
		[VPORT_8021QBG] = VPORT_MANAGERID | VPORT_TYPEID | VPORT_TYPEIDVERSION,
		[VPORT_8021QBH] = VPORT_PROFILEID,
		[VPORT_MIDONET] = VPORT_INTERFACEID,
	};

	if (v->type == VPORT_8021QBG && !(v->given & VPORT_INSTANCEID)) {
		v->instanceid = uuid_random();
		v->given |= VPORT_INSTANCEID;
	}
	if (v->type == VPORT_OPENVSWITCH && !(v->given & VPORT_INTERFACEID)) {
		v->interfaceid = uuid_random();
		v->given |= VPORT_INTERFACEID;
	}
	if (needs[v->type] & ~v->given)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "virtualport type '%s' lacks a parameter it needs",
			       virtualport_words[v->type]);
	return 0;
}

static bool type_fits(const struct network *n, enum virtualport_type type)
{
	if (network_is_managed(n))
		return false;
	if (n->forward.mode == FORWARD_BRIDGE && n->bridge.name[0])
		return type == VPORT_OPENVSWITCH;
	return type == VPORT_8021QBG || type == VPORT_8021QBH;
}

static int fill_virtualport(struct port *p, const struct network *n, const struct portgroup *g, struct err *e)
{
	struct virtualport *v = &p->virtualport;

	if (merge(v, &n->virtualport, e) < 0 || (g && merge(v, &g->virtualport, e) < 0))
		return -1;
	if (!virtualport_given(v))
		return 0;
	if (!type_fits(n, v->type))
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED,
			       "<virtualport type='%s'> not supported for network '%s' which uses forward mode '%s'",
			       virtualport_words[v->type], n->name, forward_mode_text(n->forward.mode));
	return complete_virtualport(v, e);
}

/* ---- the plug ---- */

static void plug_bridge(struct port *p, const struct network *n)
{
	p->plug.type = network_is_managed(n) ? PLUG_NETWORK : PLUG_BRIDGE;
	memcpy(p->plug.dev, n->bridge.name, sizeof(p->plug.dev));
	p->plug.mac_table = n->bridge.mac_table;
}

static int plug_direct(struct port *p, const struct network *n, struct err *e)
{
	bool alone = n->forward.mode == FORWARD_PASSTHROUGH ||
		     (n->forward.mode == FORWARD_PRIVATE && p->virtualport.type == VPORT_8021QBH);
	const struct forward_if *best = NULL;

	if (!n->forward.n_ifs)
		return err_set(e, VNET_ERR_INTERNAL,
			       "network '%s' uses a direct mode, but has no forward dev and no interface pool",
			       n->name);
	for (size_t i = 0; i < n->forward.n_ifs; i++)
		if (!best || n->forward.ifs[i].connections < best->connections)
			best = &n->forward.ifs[i];
	if (alone && best->connections)
		return err_set(e, VNET_ERR_INTERNAL,
			       "network '%s' requires exclusive access to interfaces, but none are available", n->name);
	p->plug.type = PLUG_DIRECT;
	p->plug.mode = n->forward.mode;
	memcpy(p->plug.dev, best->dev, strnlen(best->dev, IFNAMSIZ - 1));
	return 0;
}

static int plug_hostdev(struct port *p, const struct network *n, struct err *e)
{
	for (size_t i = 0; i < n->forward.n_addresses; i++) {
		if (n->forward.addresses[i].connections)
			continue;
		p->plug = (struct port_plug){ .type = PLUG_HOSTDEV,
					      .managed = n->forward.managed,
					      .driver = n->forward.driver,
					      .address = n->forward.addresses[i] };
		return 0;
	}
	return err_set(e, VNET_ERR_INTERNAL,
		       "network '%s' requires exclusive access to interfaces, but none are available", n->name);
}

enum { CLASS_FIRST = 3, CLASS_LAST = 65535 }; /* 1 and 2 are the network's own */

static bool class_is_free(const struct port *p, unsigned id, struct port *const *others, size_t n_others)
{
	for (size_t i = 0; i < n_others; i++)
		if (others[i] != p && others[i]->bandwidth.class_id == id)
			return false;
	return true;
}

/* What all ports are guaranteed must fit into what the network has. */
static int allot_floor(struct port *p, const struct network *n, struct port *const *others, size_t n_others,
		       struct err *e)
{
	unsigned long most = n->bandwidth.in.peak ? n->bandwidth.in.peak : n->bandwidth.in.average, sum = 0;

	for (size_t i = 0; i < n_others; i++)
		sum += others[i] == p ? 0 : others[i]->bandwidth.floor;
	if (sum > most || p->bandwidth.floor > most - sum)
		return err_set(e, VNET_ERR_OPERATION_INVALID,
			       "a floor of %lu on network '%s': %lu of its %lu are given to others", p->bandwidth.floor,
			       n->name, sum, most);
	for (unsigned id = CLASS_FIRST; id <= CLASS_LAST; id++) {
		if (!class_is_free(p, id, others, n_others))
			continue;
		p->bandwidth.class_id = id;
		return 0;
	}
	return err_set(e, VNET_ERR_INTERNAL, "network '%s' has no traffic class left", n->name);
}

static int fill_floor(struct port *p, const struct network *n, struct port *const *others, size_t n_others,
		      struct err *e)
{
	p->bandwidth.class_id = 0;
	if (!p->bandwidth.floor)
		return 0;
	if (!network_is_managed(n))
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "a floor does not go with forward mode '%s'",
			       forward_mode_text(n->forward.mode));
	if (!n->bandwidth.in.average)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED,
			       "a floor needs network '%s' to have an inbound bandwidth of its own", n->name);
	return allot_floor(p, n, others, n_others, e);
}

int port_fill(struct port *p, const struct network *n, struct port *const *others, size_t n_others, struct err *e)
{
	const struct portgroup *g;

	if (find_group(p, n, &g, e) < 0)
		return -1;
	inherit(p, n, g);
	if (fill_virtualport(p, n, g, e) < 0 || fill_floor(p, n, others, n_others, e) < 0)
		return -1;
	if (n->forward.mode == FORWARD_HOSTDEV)
		return plug_hostdev(p, n, e);
	if (!network_is_managed(n) && !n->bridge.name[0])
		return plug_direct(p, n, e);
	plug_bridge(p, n);
	return 0;
}

int port_set_bandwidth(struct port *p, const struct bandwidth *b, const struct network *n, struct port *const *others,
		       size_t n_others, struct err *e)
{
	struct bandwidth before = p->bandwidth;

	p->bandwidth = *b;
	if (fill_floor(p, n, others, n_others, e) == 0)
		return 0;
	p->bandwidth = before;
	return -1;
}

static bool same_address(const struct forward_address *a, const struct forward_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot && a->function == b->function;
}

void port_count(const struct port *p, struct network *n, int by)
{
	for (size_t i = 0; p->plug.type == PLUG_DIRECT && i < n->forward.n_ifs; i++)
		if (strcmp(n->forward.ifs[i].dev, p->plug.dev) == 0)
			n->forward.ifs[i].connections += (unsigned)by;
	for (size_t i = 0; p->plug.type == PLUG_HOSTDEV && i < n->forward.n_addresses; i++)
		if (same_address(&n->forward.addresses[i], &p->plug.address))
			n->forward.addresses[i].connections += (unsigned)by;
}
