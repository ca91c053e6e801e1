/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/json.h"

#include <stdio.h>

static void add_text(json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text && *text ? json_object_new_string(text) : NULL);
}

static void add_bool(json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

json_object *cli_json_network(const struct vnet_network *net, const struct vnet_info *info)
{
	json_object *o = json_object_new_object();
	char uuid[VNET_UUID_TEXT];

	add_text(o, "name", net->name);
	add_text(o, "uuid", vnet_uuid_text(net->uuid, uuid));
	add_bool(o, "active", info->active);
	add_bool(o, "persistent", info->persistent);
	add_bool(o, "autostart", info->autostart);
	add_text(o, "bridge", info->bridge);
	return o;
}

json_object *cli_json_lease(const struct vnet_lease *l)
{
	json_object *o = json_object_new_object();

	add_text(o, "bridge", l->bridge);
	add_text(o, "mac", l->mac);
	add_text(o, "protocol", l->ipv6 ? "ipv6" : "ipv4");
	add_text(o, "ip", l->ip);
	json_object_object_add(o, "prefix", json_object_new_int64(l->prefix));
	add_text(o, "hostname", l->hostname);
	add_text(o, "client_id", l->client_id);
	json_object_object_add(o, "expiry", l->expiry ? json_object_new_int64(l->expiry) : NULL);
	return o;
}

json_object *cli_json_past_lease(const struct vnet_past_lease *l)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "time", json_object_new_int64(l->at));
	add_text(o, "event", l->bound ? "bound" : "ended");
	add_text(o, "mac", l->mac);
	add_text(o, "ip", l->ip);
	add_text(o, "hostname", l->hostname);
	return o;
}

json_object *cli_json_published(const struct vnet_network *net, const struct vnet_published *p)
{
	json_object *o = json_object_new_object();

	add_text(o, "network", net->name);
	add_text(o, "address", p->address);
	json_object_object_add(o, "port", json_object_new_int(p->port));
	json_object_object_add(o, "port_end", json_object_new_int(p->port_end));
	add_text(o, "protocol", p->protocol);
	add_text(o, "guest", p->guest);
	json_object_object_add(o, "to", json_object_new_int(p->to ? p->to : p->port));
	add_text(o, "ipv4", p->to_ipv4);
	add_text(o, "ipv6", p->to_ipv6);
	add_bool(o, "active", !p->why[0]);
	add_text(o, "why", p->why);
	return o;
}

static void add_number(json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static json_object *json_pool(uint32_t taken, uint32_t total)
{
	json_object *o = json_object_new_object();

	add_number(o, "taken", taken);
	add_number(o, "total", total);
	return o;
}

static json_object *json_counters(const struct vnet_dhcp_stats *s, bool ipv6)
{
	json_object *o = json_object_new_object();

	for (size_t i = 0; i < s->n_counters; i++)
		if (s->counters[i].ipv6 == ipv6)
			add_number(o, s->counters[i].what, s->counters[i].n);
	return o;
}

json_object *cli_json_dhcp_stats(const struct vnet_dhcp_stats *s)
{
	json_object *o = json_object_new_object(), *ports = json_object_new_array();

	json_object_object_add(o, "ipv4", json_pool(s->taken, s->total));
	json_object_object_add(o, "ipv6", json_pool(s->taken6, s->total6));
	json_object_object_add(o, "dhcpv4", json_counters(s, false));
	json_object_object_add(o, "dhcpv6", json_counters(s, true));
	for (size_t i = 0; i < s->n_ports; i++) {
		json_object *p = json_object_new_object();

		add_text(p, "port", s->ports[i].dev);
		add_number(p, "messages", s->ports[i].messages);
		add_number(p, "offers", s->ports[i].offers);
		add_number(p, "acks", s->ports[i].acks);
		add_number(p, "naks", s->ports[i].naks);
		add_number(p, "limited", s->ports[i].limited);
		add_number(p, "addresses", s->ports[i].holds);
		json_object_array_add(ports, p);
	}
	json_object_object_add(o, "ports", ports);
	return o;
}

json_object *cli_json_tap(const struct vnet_tap *t)
{
	json_object *o = json_object_new_object();
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", t->mac[0], t->mac[1], t->mac[2], t->mac[3],
		 t->mac[4], t->mac[5]);
	add_text(o, "name", t->name);
	add_text(o, "network", t->network);
	json_object_object_add(o, "owner", t->owner == VNET_NO_OWNER ? NULL : json_object_new_int64(t->owner));
	add_text(o, "mac", mac);
	add_bool(o, "attached", t->attached);
	add_bool(o, "persistent", t->persist);
	return o;
}

static void add_state(json_object *o, const char *key, enum vnet_state s)
{
	add_text(o, key, s == VNET_STATE_NONE ? NULL : s == VNET_STATE_OK ? "ok" : "wrong");
}

json_object *cli_json_status(const struct vnet_status *s)
{
	json_object *o = json_object_new_object(), *networks = json_object_new_array();

	add_text(o, "version", s->version);
	add_number(o, "uptime", s->uptime);
	add_bool(o, "guestd", s->guestd);
	add_bool(o, "owner", s->owner);
	add_state(o, "flowtable", s->flowtable);
	add_text(o, "coexist", s->coexist);
	add_number(o, "passes", s->passes);
	for (size_t i = 0; i < s->n_networks; i++) {
		const struct vnet_network_status *n = &s->networks[i];
		json_object *row = json_object_new_object();

		add_text(row, "name", n->name);
		add_state(row, "firewall", n->firewall);
		add_state(row, "service", n->service);
		add_number(row, "repairs", n->repairs);
		add_bool(row, "held", n->held);
		json_object_array_add(networks, row);
	}
	json_object_object_add(o, "networks", networks);
	return o;
}

json_object *cli_json_check(const struct vnet_check *c)
{
	static const char *const levels[] = { "pass", "warn", "fail" };
	json_object *o = json_object_new_object();

	add_text(o, "level", levels[c->level]);
	add_text(o, "check", c->what);
	add_text(o, "found", c->found);
	add_text(o, "remedy", c->remedy);
	return o;
}

void cli_json_print(json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
