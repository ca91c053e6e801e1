/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stub_control.h - control/control.h without a kernel: networks are entries of a table, taps are pipes. It takes the name,
 * uuid and bridge out of the XML by looking for them, and gives the XML back as it came, until an update or metadata
 * change it: then it is what the model makes of it. Each network has one definition, live and stored. For one .c file of
 * a program: these are definitions. */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "control/control.h"
#include "host/validate.h"
#include "model/format.h"
#include "model/metadata.h"
#include "model/parse.h"
#include "model/update.h"

enum { STUB_MAX = 64 };

struct stub_net {
	char name[256], bridge[IFNAMSIZ], *xml;
	struct uuid uuid;
	bool active, persistent, autostart;
};

struct control {
	struct stub_net nets[STUB_MAX];
	size_t n_nets;
	struct control_tap taps[STUB_MAX];
	size_t n_taps;
	struct stub_port {
		struct uuid net, uuid;
		char *xml;
		struct control_rates rates;
	} ports[STUB_MAX];
	size_t n_ports;
	void (*event)(void *arg, const struct control_event *ev);
	void *event_arg;
};

static struct control *stub_new(void)
{
	return mem_new(struct control);
}

void control_free(struct control *c)
{
	for (size_t i = 0; i < c->n_nets; i++)
		mem_drop(c->nets[i].xml);
	for (size_t i = 0; i < c->n_ports; i++)
		mem_drop(c->ports[i].xml);
	mem_drop(c);
}

/* The text between two marks of `xml`, cut to fit. */
static bool stub_between(const char *xml, const char *from, const char *to, char *out, size_t size)
{
	const char *start = strstr(xml, from), *end = start ? strstr(start + strlen(from), to) : NULL;

	if (!end)
		return false;
	snprintf(out, size, "%.*s", (int)(end - start - (long)strlen(from)), start + strlen(from));
	return true;
}

static struct control_net stub_info(const struct stub_net *n)
{
	return (struct control_net){ n->name, n->uuid, n->active, n->persistent, n->autostart };
}

void control_set_caller(struct control *c, const void *caller)
{
	(void)c, (void)caller;
}

void control_caller_gone(struct control *c, const void *caller)
{
	(void)c, (void)caller;
}

void control_on_progress(struct control *c, void (*progress)(void *arg), void *arg)
{
	(void)c, (void)progress, (void)arg;
}

void control_on_event(struct control *c, void (*event)(void *arg, const struct control_event *ev), void *arg)
{
	c->event = event;
	c->event_arg = arg;
}

bool control_net_at(const struct control *c, size_t i, struct control_net *ret)
{
	if (i >= c->n_nets)
		return false;
	*ret = stub_info(&c->nets[i]);
	return true;
}

static struct stub_net *stub_by_name(const struct control *c, const char *name)
{
	for (size_t i = 0; i < c->n_nets; i++)
		if (strcmp(c->nets[i].name, name) == 0)
			return (struct stub_net *)&c->nets[i];
	return NULL;
}

static struct stub_net *stub_by_uuid(const struct control *c, const struct uuid *u, const char *name, struct err *e)
{
	char text[UUID_TEXT];

	for (size_t i = 0; i < c->n_nets; i++)
		if (uuid_eq(&c->nets[i].uuid, u))
			return (struct stub_net *)&c->nets[i];
	err_set(e, VNET_ERR_NO_NETWORK,
		name ? "no network with matching uuid '%s' (%s)" : "no network with matching uuid '%s'",
		uuid_text(u, text), name);
	return NULL;
}

int control_find_name(const struct control *c, const char *name, struct control_net *ret, struct err *e)
{
	const struct stub_net *n = stub_by_name(c, name);

	if (!n)
		return err_set(e, VNET_ERR_NO_NETWORK, "no network with matching name '%s'", name);
	*ret = stub_info(n);
	return 0;
}

int control_find_uuid(const struct control *c, const struct uuid *u, const char *name, struct control_net *ret,
		      struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, name, e);

	if (!n)
		return -1;
	*ret = stub_info(n);
	return 0;
}

static struct stub_net *stub_add(struct control *c, const char *xml, size_t len, struct err *e)
{
	struct stub_net new = { 0 };
	char uuid[UUID_TEXT] = "";

	if (!stub_between(xml, "<name>", "</name>", new.name, sizeof(new.name)))
		return err_set(e, VNET_ERR_NO_NAME, "missing name information"), NULL;
	new.uuid = uuid_random();
	if (stub_between(xml, "<uuid>", "</uuid>", uuid, sizeof(uuid)) && uuid_parse(uuid, &new.uuid) < 0)
		return err_set(e, VNET_ERR_XML, "malformed uuid '%s'", uuid), NULL;
	stub_between(xml, "<bridge name='", "'", new.bridge, sizeof(new.bridge));
	struct stub_net *n = stub_by_name(c, new.name);

	if (!n && c->n_nets == STUB_MAX)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "the stub is full"), NULL;
	if (!n) {
		n = &c->nets[c->n_nets++];
		*n = new;
	}
	mem_drop(n->xml);
	n->xml = mem_dup(xml, len);
	return n;
}

int control_define(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e)
{
	struct stub_net *n = stub_add(c, xml, len, e);

	if (!n)
		return -1;
	n->persistent = true;
	*ret = stub_info(n);
	return 0;
}

int control_create(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e)
{
	struct stub_net *n = stub_add(c, xml, len, e);

	if (!n)
		return -1;
	n->active = true;
	*ret = stub_info(n);
	return 0;
}

int control_start(struct control *c, const struct uuid *u, struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (n->active)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network is already active");
	n->active = true;
	return 0;
}

static void stub_drop(struct control *c, struct stub_net *n)
{
	mem_drop(n->xml);
	memmove(n, n + 1, (size_t)(c->nets + --c->n_nets - n) * sizeof(*n));
}

int control_destroy(struct control *c, const struct uuid *u, struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (!n->active)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' is not active", n->name);
	n->active = false;
	if (!n->persistent)
		stub_drop(c, n);
	return 0;
}

int control_undefine(struct control *c, const struct uuid *u, struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (!n->persistent)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "can't undefine transient network");
	n->persistent = n->autostart = false;
	if (!n->active)
		stub_drop(c, n);
	return 0;
}

int control_set_autostart(struct control *c, const struct uuid *u, bool on, struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (!n->persistent)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "cannot set autostart for transient network");
	n->autostart = on;
	return 0;
}

int control_dumpxml(const struct control *c, const struct uuid *u, bool inactive, char **ret, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	(void)inactive;
	if (!n)
		return -1;
	*ret = mem_strdup(n->xml);
	return 0;
}

int control_bridge(const struct control *c, const struct uuid *u, char ret[IFNAMSIZ], struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (!*n->bridge)
		return err_set(e, VNET_ERR_INTERNAL, "network '%s' does not have a bridge name.", n->name);
	memcpy(ret, n->bridge, IFNAMSIZ);
	return 0;
}

/* As control's own: what a change means for this network, and whether it has that. */
static int stub_flags(const struct stub_net *n, unsigned flags, struct err *e)
{
	if (flags & CONTROL_LIVE && !n->active)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network is not running");
	if (flags & CONTROL_CONFIG && !n->persistent)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "cannot change persistent config of a transient network");
	return 0;
}

static struct network *stub_model(const struct stub_net *n, unsigned flags, struct err *e)
{
	struct network *model = NULL;

	if (n && stub_flags(n, flags, e) == 0)
		network_parse(n->xml, strlen(n->xml), &model, NULL, e);
	return model;
}

static void stub_keep(struct stub_net *n, const struct network *model)
{
	mem_drop(n->xml);
	n->xml = network_format(model, NULL);
}

int control_update(struct control *c, const struct uuid *u, const struct control_update *a, unsigned flags,
		   struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);
	AUTO(network_free) struct network *model = stub_model(n, flags, e);

	if (!model || network_update(model, a->command, a->section, a->parent_index, a->xml, a->len, e) < 0)
		return -1;
	stub_keep(n, model);
	return 0;
}

static int stub_publish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags,
			int (*edit)(struct network *n, const struct publish *p, struct err *e), struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);
	AUTO(network_free) struct network *model = stub_model(n, flags, e);

	if (!model || edit(model, p, e) < 0)
		return -1;
	stub_keep(n, model);
	return 0;
}

int control_publish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e)
{
	return stub_publish(c, u, p, flags, network_publish, e);
}

int control_unpublish(struct control *c, const struct uuid *u, const struct publish *p, unsigned flags, struct err *e)
{
	return stub_publish(c, u, p, flags, network_unpublish, e);
}

/* One that leads somewhere and one that does not. */
int control_published(const struct control *c, const struct uuid *u, struct control_published **ret, size_t *ret_n,
		      struct err *e)
{
	static const struct publish v[] = {
		{ .port = 8080, .port_end = 8081, .transport = TRANSPORT_TCP, .guest = (char *)"web", .to = 80 },
		{ .address = { AF_INET6, { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		  .port = 53,
		  .port_end = 53,
		  .transport = TRANSPORT_UDP,
		  .guest = (char *)"52:54:00:00:00:01" },
	};

	if (!stub_by_uuid(c, u, NULL, e))
		return -1;
	*ret = mem_array(2, sizeof(**ret));
	(*ret)[0] = (struct control_published){ .what = &v[0] };
	ip_parse("10.0.0.5", &(*ret)[0].to4);
	ip_parse("fd00::5", &(*ret)[0].to6);
	(*ret)[1] = (struct control_published){ .what = &v[1], .why = "the guest has no address" };
	*ret_n = 2;
	return 0;
}

int control_set_metadata(struct control *c, const struct uuid *u, const struct control_metadata *m, unsigned flags,
			 struct err *e)
{
	struct stub_net *n = stub_by_uuid(c, u, NULL, e);
	AUTO(network_free) struct network *model = stub_model(n, flags, e);

	if (!model || network_set_metadata(model, m->type, m->text, m->key, m->uri, e) < 0)
		return -1;
	stub_keep(n, model);
	return 0;
}

int control_get_metadata(const struct control *c, const struct uuid *u, int type, const char *uri, unsigned flags,
			 char **ret, struct err *e)
{
	AUTO(network_free) struct network *model = stub_model(stub_by_uuid(c, u, NULL, e), flags, e);

	return model ? network_get_metadata(model, type, uri, ret, e) : -1;
}

/* Two leases on every active network: one of a named client that ends, one for ever. */
int control_leases(const struct control *c, const struct uuid *u, const struct mac *mac, struct control_lease **ret,
		   size_t *ret_n, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);
	struct control_lease *v = mem_array(2, sizeof(*v));

	if (n && n->active) {
		v[0] = (struct control_lease){ .iface = n->bridge,
					       .expiry = 1795331234,
					       .ip = ip_from_v4(0xc0a87a32),
					       .prefix = 24,
					       .mac = { { 0x52, 0x54, 0, 0x11, 0x22, 0x33 } },
					       .hostname = "web",
					       .client_id = mem_strdup("01:52:54:00:11:22:33") };
		v[1] = (struct control_lease){ .iface = n->bridge,
					       .ip = ip_from_v4(0xc0a87a33),
					       .prefix = 24,
					       .mac = { { 0x52, 0x54, 0, 0xaa, 0, 1 } } };
		*ret_n = 2;
	}
	for (size_t i = 0; mac && i < *ret_n;) {
		if (mac_eq(&v[i].mac, mac)) {
			i++;
			continue;
		}
		mem_drop(v[i].client_id);
		memmove(&v[i], &v[i + 1], (--*ret_n - i) * sizeof(*v));
	}
	*ret = v;
	return n ? 0 : (mem_drop(v), *ret = NULL, -1);
}

void control_leases_free(struct control_lease *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i].client_id);
	mem_drop(v);
}

/* Two things that happened to one lease; those since 1795331300 and of other clients are none. */
int control_history(struct control *c, const struct uuid *u, const struct control_past_filter *f,
		    struct control_past **ret, size_t *ret_n, struct err *e)
{
	static const struct mac mac = { { 0x52, 0x54, 0, 0x11, 0x22, 0x33 } };

	if (!stub_by_uuid(c, u, NULL, e))
		return -1;
	if ((!mac_is_zero(&f->mac) && !mac_eq(&f->mac, &mac)) || f->since >= 1795331300)
		return 0;
	*ret = mem_array(2, sizeof(**ret));
	*ret_n = 2;
	(*ret)[0] = (struct control_past){ .at = 1795331234, .ip = ip_from_v4(0xc0a87a32), .mac = mac };
	(*ret)[1] = (struct control_past){
		.at = 1795330000, .bound = true, .ip = ip_from_v4(0xc0a87a32), .mac = mac, .hostname = mem_strdup("web")
	};
	return 0;
}

void control_history_free(struct control_past *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i].hostname);
	mem_drop(v);
}

/* Two ports, one of a guest that is not known. */
int control_guarded(struct control *c, const struct uuid *u, struct control_guarded **ret, size_t *ret_n, struct err *e)
{
	if (!stub_by_uuid(c, u, NULL, e))
		return -1;
	*ret = mem_array(2, sizeof(**ret));
	*ret_n = 2;
	(*ret)[0] = (struct control_guarded){ .port = "vnet10", .refused = { 0, 0, 0, 0, 0, UINT64_MAX } };
	(*ret)[1] = (struct control_guarded){ .port = "vnet2",
					      .mac = { { 0x52, 0x54, 0, 0x11, 0x22, 0x33 } },
					      .refused = { 1, 2, 3, 4, 5, 6 } };
	return 0;
}

/* One network's life: two messages and a port. */
int control_dhcp_stats(struct control *c, const struct uuid *u, struct control_dhcp_stats *ret, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	if (!n->active)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' is not active", n->name);
	*ret = (struct control_dhcp_stats){ .pool = { 1, 4 } };
	*mem_push(ret->counters, ret->n_counters) = (struct control_counter){ .what = mem_strdup("offered"), .n = 2 };
	*mem_push(ret->counters, ret->n_counters) =
	    (struct control_counter){ .ipv6 = true, .what = mem_strdup("given"), .n = 3 };
	*mem_push(ret->ports, ret->n_ports) = (struct control_port_counter){
		.dev = "vnet7", .holds = 1, .messages = 5, .offers = 2, .acks = 1, .limited = 2
	};
	return 0;
}

void control_dhcp_stats_free(struct control_dhcp_stats *s)
{
	for (size_t i = 0; i < s->n_counters; i++)
		mem_drop(s->counters[i].what);
	mem_drop(s->counters);
	mem_drop(s->ports);
}

int control_import_leases(struct control *c, const struct uuid *u, const struct control_import *v, size_t n,
			  size_t *ret_n, struct err *e)
{
	(void)v;
	if (!stub_by_uuid(c, u, NULL, e))
		return -1;
	*ret_n = n;
	return 0;
}

int control_apply(struct control *c, const char *xml, size_t len, bool dry_run, char **ret, struct err *e)
{
	(void)c, (void)xml, (void)len, (void)e;
	*ret = mem_strdup(dry_run ? "  would\n" : "  did\n");
	return 0;
}

int control_plan(struct control *c, const struct uuid *u, char **ret, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (!n)
		return -1;
	*ret = mem_printf("plan of %s\n", n->name);
	return 0;
}

static struct control_tap *stub_tap(struct control *c, const char *name)
{
	for (size_t i = 0; i < c->n_taps; i++)
		if (strcmp(c->taps[i].name, name) == 0)
			return &c->taps[i];
	return NULL;
}

/* A queue is the read end of a pipe that holds the tap's name, so that a test can tell what it got. */
static int stub_queue(const char *name)
{
	int p[2];

	if (pipe(p) < 0)
		return -1;
	if (write(p[1], name, strlen(name)) < 0)
		perror("pipe");
	close(p[1]);
	return p[0];
}

int control_tap_add(struct control *c, const struct uuid *u, const struct control_tap_request *r,
		    struct control_tap *ret, int *fds, size_t *ret_n_fds, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);
	struct control_tap t = { .owner = r->owner, .mac = r->mac, .attached = true, .persist = r->persist };

	if (!n)
		return -1;
	if (!n->active)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' is not active", n->name);
	for (unsigned i = 0; !r->name && (i == 0 || stub_tap(c, t.name)); i++)
		snprintf(t.name, sizeof(t.name), "vnet%u", i);
	if (r->name)
		snprintf(t.name, sizeof(t.name), "%s", r->name);
	if (stub_tap(c, t.name) || c->n_taps == STUB_MAX)
		return err_sys(e, -EEXIST, "tap '%s'", t.name);
	t.network = n->uuid;
	t.network_name = n->name;
	t.mac.b[0] = 0xfe;
	*ret_n_fds = 0;
	for (unsigned i = 0; !r->persist && i < (r->queues ? r->queues : 1); i++)
		fds[(*ret_n_fds)++] = stub_queue(t.name);
	if (r->persist)
		c->taps[c->n_taps++] = t;
	*ret = t;
	return 0;
}

int control_tap_del(struct control *c, const char *name, struct err *e)
{
	struct control_tap *t = stub_tap(c, name);

	if (!t)
		return err_set(e, VNET_ERR_NO_PORT, "no tap '%s'", name);
	memmove(t, t + 1, (size_t)(c->taps + --c->n_taps - t) * sizeof(*t));
	return 0;
}

int control_tap_list(struct control *c, const struct uuid *u, struct control_tap **ret, size_t *ret_n, struct err *e)
{
	*ret = mem_array(c->n_taps, sizeof(**ret));
	*ret_n = 0;
	(void)e;
	for (size_t i = 0; i < c->n_taps; i++)
		if (!u || uuid_eq(&c->taps[i].network, u))
			(*ret)[(*ret_n)++] = c->taps[i];
	for (size_t i = 0; i < *ret_n; i++) { /* the network may be gone */
		const struct stub_net *n = stub_by_uuid(c, &(*ret)[i].network, NULL, NULL);

		(*ret)[i].network_name = n ? n->name : NULL;
	}
	return 0;
}

/* A port is what the client gave, with a plug before its end. */
static const struct stub_net *stub_active(struct control *c, const struct uuid *u, struct err *e)
{
	const struct stub_net *n = stub_by_uuid(c, u, NULL, e);

	if (n && !n->active)
		err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' is not active", n->name);
	return n && n->active ? n : NULL;
}

static struct stub_port *stub_port(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e)
{
	char text[UUID_TEXT];

	if (!stub_active(c, u, e))
		return NULL;
	for (size_t i = 0; i < c->n_ports; i++)
		if (uuid_eq(&c->ports[i].net, u) && uuid_eq(&c->ports[i].uuid, port))
			return &c->ports[i];
	err_set(e, VNET_ERR_NO_PORT, "Network port with UUID %s does not exist", uuid_text(port, text));
	return NULL;
}

int control_port_create(struct control *c, const struct uuid *u, const char *xml, size_t len, unsigned flags,
			struct uuid *ret, struct err *e)
{
	const struct stub_net *n = stub_active(c, u, e);
	char text[UUID_TEXT] = "";
	int body = (int)(strstr(xml, "</networkport>") ? strstr(xml, "</networkport>") - xml : 0);

	(void)len, (void)flags;
	if (!n)
		return -1;
	if (!stub_between(xml, "<uuid>", "</uuid>", text, sizeof(text)) || uuid_parse(text, ret) < 0)
		return err_set(e, VNET_ERR_INTERNAL, "a network port needs its uuid");
	if (stub_port(c, u, ret, NULL) || c->n_ports == STUB_MAX)
		return err_set(e, VNET_ERR_PORT_EXISTS, "Network port with UUID %s already exists", text);
	c->ports[c->n_ports++] = (struct stub_port){
		.net = *u,
		.uuid = *ret,
		.xml = mem_printf("%.*s  <plug type='network' bridge='%s'/>\n</networkport>\n", body, xml, n->bridge),
	};
	return 0;
}

int control_port_find(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e)
{
	return stub_port(c, u, port, e) ? 0 : -1;
}

int control_port_list(struct control *c, const struct uuid *u, struct uuid **ret, size_t *ret_n, struct err *e)
{
	if (!stub_active(c, u, e))
		return -1;
	*ret = mem_array(c->n_ports, sizeof(**ret));
	*ret_n = 0;
	for (size_t i = 0; i < c->n_ports; i++)
		if (uuid_eq(&c->ports[i].net, u))
			(*ret)[(*ret_n)++] = c->ports[i].uuid;
	return 0;
}

int control_port_dumpxml(struct control *c, const struct uuid *u, const struct uuid *port, char **ret, struct err *e)
{
	const struct stub_port *p = stub_port(c, u, port, e);

	if (p)
		*ret = mem_strdup(p->xml);
	return p ? 0 : -1;
}

int control_port_delete(struct control *c, const struct uuid *u, const struct uuid *port, struct err *e)
{
	struct stub_port *p = stub_port(c, u, port, e);

	if (!p)
		return -1;
	mem_drop(p->xml);
	memmove(p, p + 1, (size_t)(c->ports + --c->n_ports - p) * sizeof(*p));
	return 0;
}

int control_port_rates(struct control *c, const struct uuid *u, const struct uuid *port, struct control_rates *ret,
		       struct err *e)
{
	const struct stub_port *p = stub_port(c, u, port, e);

	if (p)
		*ret = p->rates;
	return p ? 0 : -1;
}

int control_port_set_rates(struct control *c, const struct uuid *u, const struct uuid *port,
			   const struct control_rates *r, struct err *e)
{
	struct stub_port *p = stub_port(c, u, port, e);

	if (p)
		p->rates = *r;
	return p ? 0 : -1;
}

void control_get_status(const struct control *c, struct control_status *ret)
{
	*ret = (struct control_status){
		.uptime_s = 3661, .guestd = true, .flowtable = CONTROL_WRONG, .coexist = "auto", .passes = 2
	};
	ret->nets = mem_array(c->n_nets, sizeof(*ret->nets));
	for (size_t i = 0; i < c->n_nets; i++)
		if (c->nets[i].active)
			ret->nets[ret->n_nets++] = (struct control_net_status){ .name = c->nets[i].name,
										.firewall = CONTROL_OK,
										.service = CONTROL_WRONG,
										.repairs = 3,
										.held = true };
}

void control_validate(struct control *c, struct host_report *ret)
{
	(void)c;
	*ret = (struct host_report){ 0 };
	host_pass(ret, "tun", "taps can be made");
	host_warn(ret, "firewall", "open it", "%s drops all", "somebody");
	host_fail(ret, "bridge", "modprobe bridge", "no bridges");
}
