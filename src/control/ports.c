/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests' NICs on each running network: those that clients (libvirt's QEMU driver, mostly) tell of and move
 * themselves, kept in files so that they outlive the daemon, and our own taps. */
#include "base/log.h"
#include "control/heal.h"
#include "control/job.h"

/* ---- a tap as a port ---- */

/* FNV-1a (RFC 9923), started anew for each half. */
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	for (const uint8_t *p = data; len--; p++)
		h = (h ^ *p) * UINT64_C(0x100000001b3);
	return h;
}

/* The same for the same tap of the same network, also after a restart: version 8 of RFC 9562 s.5.8. */
static struct uuid tap_uuid(const struct net *n, const char *tap)
{
	static const uint64_t seeds[] = { UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4) };
	struct uuid u;

	for (size_t i = 0; i < ARRAY_SIZE(seeds); i++) {
		uint64_t h = hash(hash(seeds[i], n->uuid.b, sizeof(n->uuid.b)), tap, strlen(tap));

		memcpy(u.b + i * sizeof(h), &h, sizeof(h));
	}
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x80);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

static const char *find_tap(const struct net *n, const struct uuid *u)
{
	for (size_t i = 0; i < n->n_taps; i++) {
		struct uuid has = tap_uuid(n, n->taps[i].name);

		if (uuid_eq(&has, u))
			return n->taps[i].name;
	}
	return NULL;
}

/* Its owner is the tap itself: who has it open is not for us to know. */
static char *tap_xml(struct control *c, const struct net *n, const char *tap)
{
	struct port p = { .uuid = tap_uuid(n, tap), .owner_name = (char *)tap, .owner = n->uuid };
	struct link l;

	if (link_get(c->nl, tap, &l) == 0)
		p.mac = l.mac;
	p.isolated = n->live->port_isolated;
	p.plug.type = network_is_managed(n->live) ? PLUG_NETWORK : PLUG_BRIDGE;
	memcpy(p.plug.dev, n->live->bridge.name, sizeof(p.plug.dev));
	return port_format(&p);
}

/* ---- the table ---- */

static struct port *find(const struct net *n, const struct uuid *u)
{
	for (size_t i = 0; i < n->n_ports; i++)
		if (uuid_eq(&n->ports[i]->uuid, u))
			return n->ports[i];
	return NULL;
}

static int unknown(const struct uuid *u, struct err *e)
{
	char text[UUID_TEXT];

	return err_set(e, VNET_ERR_NO_PORT, "Network port with UUID %s does not exist", uuid_text(u, text));
}

static void add(struct net *n, struct port *p)
{
	*mem_push(n->ports, n->n_ports) = p;
	port_count(p, n->live, 1);
}

static void drop(struct control *c, struct net *n, struct port *p)
{
	struct err e;

	if (port_files_remove(c->ports, &n->uuid, &p->uuid, &e) < 0)
		log_error("port: network %s: %s", n->name, e.detail);
	port_count(p, n->live, -1);
	for (size_t i = 0; i < n->n_ports; i++) {
		if (n->ports[i] != p)
			continue;
		memmove(&n->ports[i], &n->ports[i + 1], (--n->n_ports - i) * sizeof(*n->ports));
		break;
	}
	port_free(p);
}

void net_ports_drop(struct control *c, struct net *n)
{
	while (n->n_ports)
		drop(c, n, n->ports[n->n_ports - 1]);
}

void net_ports_count(struct net *n)
{
	struct network_forward *f = &n->live->forward;

	for (size_t i = 0; i < f->n_ifs; i++)
		f->ifs[i].connections = 0;
	for (size_t i = 0; i < f->n_addresses; i++)
		f->addresses[i].connections = 0;
	for (size_t i = 0; i < n->n_ports; i++)
		port_count(n->ports[i], n->live, 1);
}

unsigned net_connections(const struct net *n)
{
	return (unsigned)(n->n_ports + n->n_taps);
}

/* ---- what the last daemon left ---- */

static void found(void *arg, const struct uuid *network, struct port *p)
{
	struct control *c = arg;
	struct net *n = map_get(c->by_uuid, network, sizeof(*network));
	struct err e;

	if (n && n->live && n->n_ports < CONTROL_PORTS_MAX) {
		add(n, p);
		job_tell(c, "port-created", "begin", n->live, p);
		return;
	}
	if (port_files_remove(c->ports, network, &p->uuid, &e) < 0)
		log_error("port: left over: %s", e.detail);
	port_free(p);
}

static void skipped(const char *file, const struct err *why)
{
	log_error("port: %s: skipped: %s", file, why->detail);
}

int ports_resume(struct control *c, struct err *e)
{
	return port_files_load(c->ports, found, c, skipped, e);
}

/* ---- made and deleted ---- */

static void after_created(struct job *j, const struct err *why)
{
	struct port *p = j->port;
	char uuid[UUID_TEXT];
	struct err e;

	if (!why && port_files_save(j->c->ports, &j->n->uuid, p, &e) < 0)
		why = &e;
	heal_mark(j->c, j->n); /* its device may be there already */
	if (why)
		drop(j->c, j->n, p);
	else
		log_info("port: %s: network %s: made for %s", uuid_text(&p->uuid, uuid), j->n->name, p->owner_name);
	job_end(j, why);
}

/* A port that we knew once: it must fit the network as it is now. */
static int check_reclaimed(const struct port *p, const struct network *n, struct err *e)
{
	bool bridged = p->plug.type == PLUG_NETWORK || p->plug.type == PLUG_BRIDGE;

	if (p->plug.type == PLUG_NONE)
		return err_set(e, VNET_ERR_INVALID_ARG, "Port reclaim requested but plug type is none");
	if (bridged != !!n->bridge.name[0] || (bridged && strcmp(p->plug.dev, n->bridge.name) != 0))
		return err_set(e, VNET_ERR_INVALID_ARG, "Port reclaim requested, but its plug is not of network '%s'",
			       n->name);
	return 0;
}

static int place(struct port *p, const struct net *n, unsigned flags, struct err *e)
{
	char uuid[UUID_TEXT];

	if (!(flags & CONTROL_PORT_RECLAIM) && p->plug.type)
		return err_set(e, VNET_ERR_INVALID_ARG, "Port reclaim not requested but plug type is not none");
	if (flags & CONTROL_PORT_RECLAIM && check_reclaimed(p, n->live, e) < 0)
		return -1;
	if (find(n, &p->uuid) || find_tap(n, &p->uuid))
		return err_set(e, VNET_ERR_PORT_EXISTS, "Network port with UUID %s already exists",
			       uuid_text(&p->uuid, uuid));
	if (n->n_ports == CONTROL_PORTS_MAX)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "network '%s' has %d ports already", n->name,
			       CONTROL_PORTS_MAX);
	return flags & CONTROL_PORT_RECLAIM ? 0 : port_fill(p, n->live, n->ports, n->n_ports, e);
}

/* With VALIDATE what the format does not know is an error too. */
static int read_port(const char *xml, size_t len, unsigned flags, struct port **ret, struct err *e)
{
	AUTO(port_free) struct port *p = NULL;
	struct xml_warnings w = { 0 };
	int r = port_parse(xml, len, &p, &w, e);

	if (r == 0 && flags & CONTROL_PORT_VALIDATE && w.n) {
		r = err_set(e, VNET_ERR_XML_INVALID_SCHEMA, "%s", w.v[0].text);
		e->domain = VNET_FROM_XML;
	}
	xml_warnings_free(&w);
	if (r == 0)
		*ret = TAKE(p);
	return r;
}

int control_port_create(struct control *c, const struct uuid *u, const char *xml, size_t len, unsigned flags,
			struct uuid *ret, struct err *e)
{
	AUTO(port_free) struct port *p = NULL;
	struct job *j = job_mine(c);

	if (!j) {
		struct net *n = net_find(c, u, NULL, e);

		if (!n || read_port(xml, len, flags, &p, e) < 0)
			return -1;
		if (n->job)
			return CONTROL_LATER;
		if (!net_active(c, u, e) || place(p, n, flags, e) < 0)
			return -1;
		j = job_begin(c, n);
		j->port = p;
		j->port_uuid = p->uuid;
		add(n, TAKE(p));
		job_hook(j, "port-created", "begin", n->live, after_created);
		j = job_mine(c);
	}
	*ret = j->port_uuid;
	return job_result(j, e);
}

int control_port_delete(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e)
{
	struct net *n = net_find(c, u, NULL, e);
	char uuid[UUID_TEXT];

	if (n && n->job)
		return CONTROL_LATER;
	n = n ? net_active(c, u, e) : NULL;
	if (!n)
		return -1;
	struct port *p = find(n, port);
	const char *tap = p ? NULL : find_tap(n, port);

	if (tap)
		return control_tap_del(c, tap, e);
	if (!p)
		return unknown(port, e);
	job_tell(c, "port-deleted", "begin", n->live, p);
	guestd_end_port(c->guestd, &n->uuid, &p->mac);
	drop(c, n, p);
	heal_mark(c, n);
	log_info("port: %s: network %s: deleted", uuid_text(port, uuid), n->name);
	return 0;
}

/* ---- questions ---- */

int control_port_find(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e)
{
	const struct net *n = net_active(c, u, e);

	if (!n)
		return -1;
	return find(n, port) || find_tap(n, port) ? 0 : unknown(port, e);
}

int control_port_list(struct control *c, const struct uuid *u, struct uuid **ret, size_t *ret_n, struct err *e)
{
	const struct net *n = net_active(c, u, e);
	struct uuid *v = NULL;
	size_t count = 0;

	if (!n)
		return -1;
	for (size_t i = 0; i < n->n_ports; i++)
		*mem_push(v, count) = n->ports[i]->uuid;
	for (size_t i = 0; i < n->n_taps; i++)
		*mem_push(v, count) = tap_uuid(n, n->taps[i].name);
	*ret = v;
	*ret_n = count;
	return 0;
}

int control_port_dumpxml(struct control *c, const struct uuid *u, const struct uuid *port, char **ret, struct err *e)
{
	const struct net *n = net_active(c, u, e);

	if (!n)
		return -1;
	const struct port *p = find(n, port);
	const char *tap = p ? NULL : find_tap(n, port);

	if (!p && !tap)
		return unknown(port, e);
	*ret = p ? port_format(p) : tap_xml(c, n, tap);
	return 0;
}

int control_port_rates(struct control *c, const struct uuid *u, const struct uuid *port, struct control_rates *ret,
		       struct err *e)
{
	const struct net *n = net_active(c, u, e);
	const struct port *p = n ? find(n, port) : NULL;

	if (!n)
		return -1;
	if (!p && !find_tap(n, port))
		return unknown(port, e);
	*ret = (struct control_rates){ 0 }; /* of a tap */
	if (!p)
		return 0;
	*ret = (struct control_rates){
		.in = { (unsigned)p->bandwidth.in.average, (unsigned)p->bandwidth.in.peak,
			(unsigned)p->bandwidth.in.burst },
		.out = { (unsigned)p->bandwidth.out.average, (unsigned)p->bandwidth.out.peak,
			 (unsigned)p->bandwidth.out.burst },
		.floor = (unsigned)p->bandwidth.floor,
	};
	return 0;
}

/* A direction without average says nothing, but for a floor. */
static struct bandwidth to_bandwidth(const struct control_rates *r)
{
	struct bandwidth b = { .floor = r->floor };

	if (r->in.average)
		b.in = (struct bandwidth_rate){ r->in.average, r->in.peak, r->in.burst };
	if (r->out.average)
		b.out = (struct bandwidth_rate){ r->out.average, r->out.peak, r->out.burst };
	return b;
}

int control_port_set_rates(struct control *c, const struct uuid *u, const struct uuid *port,
			   const struct control_rates *r, struct err *e)
{
	const struct net *n = net_active(c, u, e);
	struct port *p = n ? find(n, port) : NULL;
	struct bandwidth b = to_bandwidth(r), before;

	if (!n)
		return -1;
	if (!p && find_tap(n, port))
		return err_set(e, VNET_ERR_OPERATION_UNSUPPORTED, "a tap of vnetd's own has no bandwidth to set");
	if (!p)
		return unknown(port, e);
	before = p->bandwidth;
	if (bandwidth_check(&b, e) < 0 || port_set_bandwidth(p, &b, n->live, n->ports, n->n_ports, e) < 0)
		return -1;
	if (port_files_save(c->ports, u, p, e) == 0)
		return 0;
	p->bandwidth = before;
	return -1;
}
