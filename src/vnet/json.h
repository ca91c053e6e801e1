/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/json.h - what --json prints. Keys are part of the interface: they stay. */
#pragma once
#include <json.h>

#include <vnet/vnet.h>

/* {"name", "uuid", "active", "persistent", "autostart", "bridge" (null: none)} */
json_object *cli_json_network(const struct vnet_network *net, const struct vnet_info *info);
/* {"bridge", "mac", "protocol": "ipv4"|"ipv6", "ip", "prefix", "hostname", "client_id", "expiry": Unix seconds, null: never} */
json_object *cli_json_lease(const struct vnet_lease *l);
json_object *cli_json_past_lease(const struct vnet_past_lease *l);
/* {"network", "address" (null: any), "port", "port_end", "protocol", "guest", "to": port, "ipv4", "ipv6" (null: none),
 * "active", "why" (null: it is active)} */
json_object *cli_json_published(const struct vnet_network *net, const struct vnet_published *p);
/* {"name", "network" (null: gone), "owner": uid, null: root only, "mac", "attached", "persistent"} */
json_object *cli_json_dhcp_stats(const struct vnet_dhcp_stats *s);
json_object *cli_json_tap(const struct vnet_tap *t);
/* {"version", "uptime": seconds, "guestd", "owner", "flowtable", "coexist", "passes", "networks": [{"name", "firewall",
 * "service", "repairs", "held"}]}; flowtable, firewall, service: "ok", "wrong", null: none wanted */
json_object *cli_json_status(const struct vnet_status *s);
/* {"level": "pass"|"warn"|"fail", "check", "found", "remedy" (null: nothing to do)} */
json_object *cli_json_check(const struct vnet_check *c);

/* Prints it and a newline, and releases it. */
void cli_json_print(json_object *o);
