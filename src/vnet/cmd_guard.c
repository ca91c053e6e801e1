/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests tried to send that is not theirs. */
#include "vnet/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/json.h"
#include "vnet/table.h"

enum { COUNT_TEXT = 21, MAC_TEXT = 18 };

static const struct {
	const char *header, *key;
} reasons[VNET_REFUSALS] = {
	[VNET_REFUSED_MAC] = { "MAC", "mac" },    [VNET_REFUSED_ARP] = { "ARP", "arp" },
	[VNET_REFUSED_IP] = { "IP", "ip" },       [VNET_REFUSED_ND] = { "ND", "nd" },
	[VNET_REFUSED_DHCP] = { "DHCP", "dhcp" }, [VNET_REFUSED_FRAME] = { "Other", "other" },
};

/* NULL: it is not known. */
static const char *mac_text(const struct vnet_guarded *g, char out[MAC_TEXT])
{
	static const uint8_t none[6];
	const uint8_t *m = g->mac;

	snprintf(out, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	return memcmp(m, none, sizeof(none)) ? out : NULL;
}

static void print_ports(const struct cli *cli, const struct vnet_guarded *v, size_t n)
{
	const char *headers[2 + VNET_REFUSALS + 1] = { "Port", "MAC address" };
	char counts[VNET_REFUSALS][COUNT_TEXT], mac[MAC_TEXT];

	for (int why = 0; why < VNET_REFUSALS; why++)
		headers[2 + why] = reasons[why].header;
	struct table *t = table_new(headers);

	for (size_t i = 0; i < n; i++) {
		const char *known = mac_text(&v[i], mac),
			   *cells[2 + VNET_REFUSALS] = { v[i].port, known ? known : "-" };

		for (int why = 0; why < VNET_REFUSALS; why++) {
			snprintf(counts[why], sizeof(counts[why]), "%" PRIu64, v[i].refused[why]);
			cells[2 + why] = counts[why];
		}
		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_json(const struct vnet_guarded *v, size_t n)
{
	json_object *all = json_object_new_array();
	char mac[MAC_TEXT];

	for (size_t i = 0; i < n; i++) {
		json_object *o = json_object_new_object(), *refused = json_object_new_object();
		const char *known = mac_text(&v[i], mac);

		json_object_object_add(o, "port", json_object_new_string(v[i].port));
		json_object_object_add(o, "mac", known ? json_object_new_string(known) : NULL);
		for (int why = 0; why < VNET_REFUSALS; why++)
			json_object_object_add(refused, reasons[why].key, json_object_new_uint64(v[i].refused[why]));
		json_object_object_add(o, "refused", refused);
		json_object_array_add(all, o);
	}
	cli_json_print(all);
}

static int by_port(const void *a, const void *b)
{
	return strverscmp(((const struct vnet_guarded *)a)->port, ((const struct vnet_guarded *)b)->port);
}

static int guard(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	struct vnet_guarded *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n = 0;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_guarded(cli->conn, &net, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to list the guarded ports of network %s", name);
	qsort(v, n, sizeof(*v), by_port);
	if (cli_arg(args, "json"))
		print_json(v, n);
	else
		print_ports(cli, v, n);
	vnet_free(v);
	return 0;
}

/* clang-format off */
const struct cli_cmd cli_guard_cmds[] = {
	{ "guard", guard, "what guests were kept from sending, frames by port", false,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ 0 },
};
/* clang-format on */
