/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "control/job.h"
#include "control/reconcile.h"
#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"
#include "plan/options.h"

enum { BRIDGE_TRIES = 65536 };

void net_free(struct net *n)
{
	if (!n)
		return;
	mem_drop(n->name);
	network_free(n->def);
	network_free(n->live);
	plan_free(n->plan);
	mem_drop(n->taps);
	for (size_t i = 0; i < n->n_ports; i++)
		port_free(n->ports[i]);
	mem_drop(n->ports);
	mem_drop(n);
}

void net_release(struct control *c, struct net *n)
{
	guestd_forget(c->guestd, &n->uuid);
	net_taps_delete(c, n);
}

void net_remove(struct control *c, struct net *n)
{
	map_del(c->by_uuid, &n->uuid, sizeof(n->uuid));
	map_del(c->by_name, n->name, strlen(n->name));
	for (size_t i = 0; i < c->n_nets; i++) {
		if (c->nets[i] != n)
			continue;
		memmove(&c->nets[i], &c->nets[i + 1], (--c->n_nets - i) * sizeof(*c->nets));
		break;
	}
	net_free(n);
}

struct net *net_add(struct control *c, const char *name, const struct uuid *uuid)
{
	struct net *n = mem_new(struct net);

	n->name = mem_strdup(name);
	n->uuid = *uuid;
	*mem_push(c->nets, c->n_nets) = n;
	map_put(c->by_uuid, uuid, sizeof(*uuid), n);
	map_put(c->by_name, name, strlen(name), n);
	return n;
}

static struct control_net info_of(const struct net *n)
{
	return (struct control_net){
		.name = n->name, .uuid = n->uuid, .active = n->live, .persistent = n->def, .autostart = n->autostart
	};
}

bool control_net_at(const struct control *c, size_t i, struct control_net *ret)
{
	if (i >= c->n_nets)
		return false;
	*ret = info_of(c->nets[i]);
	return true;
}

struct net *net_find(const struct control *c, const struct uuid *u, const char *name, struct err *e)
{
	struct net *n = map_get(c->by_uuid, u, sizeof(*u));
	char text[UUID_TEXT];

	if (n)
		return n;
	uuid_text(u, text);
	if (name)
		err_set(e, VNET_ERR_NO_NETWORK, "no network with matching uuid '%s' (%s)", text, name);
	else
		err_set(e, VNET_ERR_NO_NETWORK, "no network with matching uuid '%s'", text);
	return NULL;
}

struct net *net_active(const struct control *c, const struct uuid *u, struct err *e)
{
	struct net *n = net_find(c, u, NULL, e);

	if (n && !n->live) {
		err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' is not active", n->name);
		return NULL;
	}
	return n;
}

int control_find_name(const struct control *c, const char *name, struct control_net *ret, struct err *e)
{
	const struct net *n = map_get_str(c->by_name, name);

	if (!n)
		return err_set(e, VNET_ERR_NO_NETWORK, "no network with matching name '%s'", name);
	*ret = info_of(n);
	return 0;
}

int control_find_uuid(const struct control *c, const struct uuid *u, const char *name, struct control_net *ret,
		      struct err *e)
{
	const struct net *n = net_find(c, u, name, e);

	if (!n)
		return -1;
	*ret = info_of(n);
	return 0;
}

/* The network, other than `but`, that has this bridge in its stored or its running definition. */
static const struct net *bridge_user(const struct control *c, const char *bridge, const struct net *but)
{
	for (size_t i = 0; i < c->n_nets; i++) {
		const struct net *n = c->nets[i];

		if (n != but && ((n->def && strcmp(n->def->bridge.name, bridge) == 0) ||
				 strcmp(net_shown(n)->bridge.name, bridge) == 0))
			return n;
	}
	return NULL;
}

/* A template becomes the lowest name that no network and no device of the host has; a fixed name must be free of other
 * networks, but may exist as a device: that is looked at when the network starts. */
static int choose_bridge(const struct control *c, struct network *n, const struct net *old, struct err *e)
{
	char name[IFNAMSIZ];

	if (!network_is_managed(n)) /* somebody else's bridge, or none */
		return 0;
	if (!network_bridge_is_template(n->bridge.name)) {
		if (bridge_user(c, n->bridge.name, old))
			return err_set(e, VNET_ERR_INTERNAL, "bridge name '%s' already in use.", n->bridge.name);
		return 0;
	}
	for (unsigned i = 0; i < BRIDGE_TRIES; i++) {
		struct link l;

		network_bridge_from_template(n->bridge.name, i, name);
		if (bridge_user(c, name, old) || link_get(c->nl, name, &l) == 0)
			continue;
		memcpy(n->bridge.name, name, sizeof(name));
		return 0;
	}
	return err_set(e, VNET_ERR_INTERNAL, "no free bridge name like '%s'", n->bridge.name);
}

static int check_identity(const struct control *c, const struct network *n, const struct net *old, struct err *e)
{
	const struct net *same = n->has_uuid ? map_get(c->by_uuid, &n->uuid, sizeof(n->uuid)) : NULL;
	char uuid[UUID_TEXT];

	if (same && same != old)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "network '%s' is already defined with uuid %s", same->name,
			       uuid_text(&same->uuid, uuid));
	if (old && n->has_uuid && !uuid_eq(&old->uuid, &n->uuid))
		return err_set(e, VNET_ERR_OPERATION_FAILED, "network '%s' already exists with uuid %s", old->name,
			       uuid_text(&old->uuid, uuid));
	return 0;
}

int net_fit(const struct control *c, struct network *n, struct net **ret_old, struct err *e)
{
	struct net *old = map_get_str(c->by_name, n->name);

	if (check_identity(c, n, old, e) < 0)
		return -1;
	network_complete(n, !old ? NULL : old->def ? old->def : net_shown(old));
	if (choose_bridge(c, n, old, e) < 0)
		return -1;
	*ret_old = old;
	return 0;
}

int net_check_options(const struct control *c, const struct network *n, struct err *e)
{
	for (size_t i = 0; i < n->n_options; i++) {
		const char *line = n->options[i];

		if (plan_option(n, line) != -ENOTSUP)
			continue;
		if (c->settings.strict_options)
			return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED,
				       "network '%s': dnsmasq option '%s' has no effect here", n->name, line);
		log_warn("network: %s: dnsmasq option '%s' has no effect here", n->name, line);
	}
	return 0;
}

int net_read(const struct control *c, const char *xml, size_t len, struct network **ret, struct net **ret_old,
	     struct err *e)
{
	AUTO(network_free) struct network *n = NULL;

	if (network_parse(xml, len, &n, NULL, e) < 0 || net_check_options(c, n, e) < 0 ||
	    network_check_host(n, "/sys", e) < 0 || net_fit(c, n, ret_old, e) < 0)
		return -1;
	*ret = TAKE(n);
	return 0;
}

int control_define(struct control *c, const char *xml, size_t len, struct control_net *ret, struct err *e)
{
	AUTO(network_free) struct network *def = NULL;
	struct net *n;

	if (net_read(c, xml, len, &def, &n, e) < 0 || defs_save(c->defs, def, e) < 0)
		return -1;
	if (!n)
		n = net_add(c, def->name, &def->uuid);
	network_free(n->def);
	n->def = TAKE(def);
	log_info("network: %s: defined", n->name);
	net_tell(c, n, CONTROL_DEFINED);
	*ret = info_of(n);
	return 0;
}

int control_set_autostart(struct control *c, const struct uuid *u, bool on, struct err *e)
{
	struct net *n = net_find(c, u, NULL, e);

	if (!n)
		return -1;
	if (!n->def)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "cannot set autostart for transient network");
	if (n->autostart != on && defs_set_autostart(c->defs, n->name, on, e) < 0)
		return -1;
	n->autostart = on;
	return 0;
}

int control_dumpxml(const struct control *c, const struct uuid *u, bool inactive, char **ret, struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);

	if (!n)
		return -1;
	struct format_live live = { .connections = net_connections(n) };

	*ret = network_format(inactive && n->def ? n->def : net_shown(n), n->live && !inactive ? &live : NULL);
	return 0;
}

int control_bridge(const struct control *c, const struct uuid *u, char ret[IFNAMSIZ], struct err *e)
{
	const struct net *n = net_find(c, u, NULL, e);

	if (!n)
		return -1;
	const char *bridge = net_shown(n)->bridge.name;

	if (!*bridge)
		return err_set(e, VNET_ERR_INTERNAL, "network '%s' does not have a bridge name.", n->name);
	memcpy(ret, bridge, IFNAMSIZ);
	return 0;
}
