/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about ports: guests' NICs on running networks. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/json.h"
#include "vnet/table.h"

static int by_uuid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vnet_port));
}

static void print_ports(const struct cli *cli, const struct vnet_port *v, size_t n)
{
	static const char *const headers[] = { "UUID", NULL };
	struct table *t = table_new(headers);
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++)
		table_row(t, (const char *[]){ vnet_uuid_text(v[i].uuid, uuid) });
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_uuids(const struct vnet_port *v, size_t n)
{
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++)
		puts(vnet_uuid_text(v[i].uuid, uuid));
}

static void print_json(const struct vnet_port *v, size_t n)
{
	json_object *all = json_object_new_array();
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++) {
		json_object *o = json_object_new_object();

		json_object_object_add(o, "uuid", json_object_new_string(vnet_uuid_text(v[i].uuid, uuid)));
		json_object_array_add(all, o);
	}
	cli_json_print(all);
}

static int port_list(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	AUTO_FREE struct vnet_port *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n;

	if (cli_arg(args, "uuid") && cli_arg(args, "table"))
		return cli_error("Only one argument from --table and --uuid may be specified.");
	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_port_list(cli->conn, &net, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to list network ports");
	qsort(v, n, sizeof(*v), by_uuid);
	if (cli_arg(args, "json"))
		print_json(v, n);
	else if (cli_arg(args, "uuid"))
		print_uuids(v, n);
	else
		print_ports(cli, v, n);
	return 0;
}

static int port_create(struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "file");
	char uuid[VNET_UUID_TEXT];
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;
	size_t len;
	AUTO_FREE char *xml = cli_read_file(file, &len);

	if (!xml || cli_network(cli, cli_arg(args, "network"), &net) < 0)
		return -1;
	if (vnet_port_create(cli->conn, &net, xml, cli_arg(args, "validate") ? VNET_PORT_VALIDATE : 0, &port, &why) < 0)
		return cli_failed(&why, "Failed to create network port from %s", file);
	cli_say(cli, "Network port %s created from %s", vnet_uuid_text(port.uuid, uuid), file);
	return 0;
}

/* The network and the port that the user named. */
static int find(struct cli *cli, const struct cli_args *args, struct vnet_network *net, struct vnet_port *port)
{
	const char *text = cli_arg(args, "port");

	if (vnet_uuid_parse(text, port->uuid) < 0)
		return cli_error("failed to get network port '%s'", text), cli_error("'%s' is not a uuid", text);
	return cli_network(cli, cli_arg(args, "network"), net);
}

static int port_dumpxml(struct cli *cli, const struct cli_args *args)
{
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;
	char *xml;

	if (find(cli, args, &net, &port) < 0)
		return -1;
	if (vnet_port_dumpxml(cli->conn, &net, &port, &xml, &why) < 0)
		return cli_failed(&why, "failed to get network port '%s'", cli_arg(args, "port"));
	fputs(xml, stdout);
	vnet_free(xml);
	return 0;
}

static int port_delete(struct cli *cli, const struct cli_args *args)
{
	const char *text = cli_arg(args, "port");
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_port port;

	if (find(cli, args, &net, &port) < 0)
		return -1;
	if (vnet_port_delete(cli->conn, &net, &port, &why) == 0)
		return cli_say(cli, "Network port %s deleted", text), 0;
	if (why.code == VNET_ERR_NO_PORT)
		return cli_failed(&why, "failed to get network port '%s'", text);
	return cli_failed(&why, "Failed to delete network port %s", text);
}

/* clang-format off */
#define NETWORK { "network", ARG_DATA, true, "name or uuid" }
#define PORT    { "port", ARG_DATA, true, "uuid of the port" }

const struct cli_cmd cli_port_cmds[] = {
	{ "port-list", port_list, "list the ports of a running network", false,
	  { NETWORK,
	    { "uuid", ARG_FLAG, false, "uuids alone" },
	    { "table", ARG_FLAG, false, "a table, as without any of these" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ "port-create", port_create, "tell of a guest's NIC by an XML file", false,
	  { NETWORK,
	    { "file", ARG_DATA, true, "file with <networkport>" },
	    { "validate", ARG_FLAG, false, "refuse what the format does not know" } } },
	{ "port-dumpxml", port_dumpxml, "print the XML of a port", false, { NETWORK, PORT } },
	{ "port-delete", port_delete, "delete a port", false, { NETWORK, PORT } },
	{ 0 },
};
/* clang-format on */
