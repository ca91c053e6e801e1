/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about one network. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "vnet/json.h"
#include "vnet/xpath.h"

typedef int xml_fn(struct vnet_conn *c, const char *xml, unsigned flags, struct vnet_network *ret,
		   struct vnet_error *err);
typedef int net_fn(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err);

/* The daemon decides. What the library sees in the same text is the warnings, and the line that an error is about. */
static int from_file(struct cli *cli, const struct cli_args *args, xml_fn *fn, const char *verb, const char *done)
{
	const char *file = cli_arg(args, "file");
	struct vnet_error why, here;
	struct vnet_network net;
	size_t len;

	if (!cli_conn(cli))
		return -1;
	AUTO_FREE char *xml = cli_read_file(file, &len);

	if (!xml)
		return -1;
	bool good = vnet_xml_check(xml, len, cli_warn_line, (void *)file, &here) == 0;

	if (fn(cli->conn, xml, cli_arg(args, "validate") ? VNET_VALIDATE : 0, &net, &why) == 0) {
		cli_say(cli, "Network %s %s from %s", net.name, done, file);
		return 0;
	}
	if (good || !here.line)
		return cli_failed(&why, "Failed to %s network from %s", verb, file);
	cli_error("Failed to %s network from %s", verb, file);
	return cli_error("%s:%d: %s", file, here.line, here.message);
}

static int define(struct cli *cli, const struct cli_args *args)
{
	return from_file(cli, args, vnet_define, "define", "defined");
}

static int create(struct cli *cli, const struct cli_args *args)
{
	return from_file(cli, args, vnet_create, "create", "created");
}

static int on_network(struct cli *cli, const struct cli_args *args, net_fn *fn, const char *verb, const char *done)
{
	const char *name = cli_arg(args, "network");
	struct vnet_network net;
	struct vnet_error why;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (fn(cli->conn, &net, &why) < 0)
		return cli_failed(&why, "Failed to %s network %s", verb, name);
	cli_say(cli, "Network %s %s", name, done);
	return 0;
}

static int start(struct cli *cli, const struct cli_args *args)
{
	return on_network(cli, args, vnet_start, "start", "started");
}

static int destroy(struct cli *cli, const struct cli_args *args)
{
	return on_network(cli, args, vnet_destroy, "destroy", "destroyed");
}

static int undefine(struct cli *cli, const struct cli_args *args)
{
	return on_network(cli, args, vnet_undefine, "undefine", "has been undefined");
}

static int autostart(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	bool on = !cli_arg(args, "disable");
	struct vnet_network net;
	struct vnet_error why;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_set_autostart(cli->conn, &net, on, &why) < 0)
		return cli_failed(&why,
				  on ? "failed to mark network %s as autostarted"
				     : "failed to unmark network %s as autostarted",
				  name);
	cli_say(cli, on ? "Network %s marked as autostarted" : "Network %s unmarked as autostarted", name);
	return 0;
}

static int dumpxml(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	AUTO_FREE char *xml = NULL;
	struct vnet_network net;
	struct vnet_error why;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_dumpxml(cli->conn, &net, cli_arg(args, "inactive") ? VNET_XML_INACTIVE : 0, &xml, &why) < 0)
		return cli_failed(&why, "Failed to get the XML of network %s", name);
	return xpath_print(args, xml);
}

static const char *yes_no(bool b)
{
	return b ? "yes" : "no";
}

static void print_info(const struct vnet_network *net, const struct vnet_info *info)
{
	char uuid[VNET_UUID_TEXT];

	printf("%-15s %s\n", "Name:", net->name);
	printf("%-15s %s\n", "UUID:", vnet_uuid_text(net->uuid, uuid));
	printf("%-15s %s\n", "Active:", yes_no(info->active));
	printf("%-15s %s\n", "Persistent:", yes_no(info->persistent));
	printf("%-15s %s\n", "Autostart:", yes_no(info->autostart));
	if (*info->bridge)
		printf("%-15s %s\n", "Bridge:", info->bridge);
}

static int info_cmd(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	struct vnet_network net;
	struct vnet_info info;
	struct vnet_error why;

	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_get_info(cli->conn, &net, &info, &why) < 0)
		return cli_failed(&why, "failed to get information about network '%s'", name);
	if (cli_arg(args, "json"))
		cli_json_print(cli_json_network(&net, &info));
	else
		print_info(&net, &info);
	return 0;
}

static int name_cmd(struct cli *cli, const struct cli_args *args)
{
	const char *text = cli_arg(args, "uuid");
	struct vnet_network net;
	struct vnet_error why;
	uint8_t uuid[16];

	if (!cli_conn(cli))
		return -1;
	if (vnet_uuid_parse(text, uuid) < 0)
		return cli_error("failed to get network '%s': it is not a uuid", text);
	if (vnet_lookup_uuid(cli->conn, uuid, &net, &why) < 0)
		return cli_failed(&why, "failed to get network '%s'", text);
	puts(net.name);
	return 0;
}

static int uuid_cmd(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	char uuid[VNET_UUID_TEXT];
	struct vnet_network net;
	struct vnet_error why;

	if (!cli_conn(cli))
		return -1;
	if (vnet_lookup_name(cli->conn, name, &net, &why) < 0)
		return cli_failed(&why, "failed to get network '%s'", name);
	puts(vnet_uuid_text(net.uuid, uuid));
	return 0;
}

/* clang-format off */
#define NETWORK  { "network", ARG_DATA, true, "name or uuid" }
#define XML_FILE { "file", ARG_DATA, true, "file with the network's XML" }
#define VALIDATE { "validate", ARG_FLAG, false, "against the schema first" }

const struct cli_cmd cli_net_cmds[] = {
	{ "define", define, "store a network, or change a stored one", false, { XML_FILE, VALIDATE } },
	{ "create", create, "start a network without storing it", false, { XML_FILE, VALIDATE } },
	{ "start", start, "start a stored network", false, { NETWORK } },
	{ "destroy", destroy, "stop a network", false, { NETWORK } },
	{ "undefine", undefine, "forget a stored network", false, { NETWORK } },
	{ "autostart", autostart, "start a network with the daemon, or no longer", false,
	  { NETWORK, { "disable", ARG_FLAG, false, "no longer" } } },
	{ "dumpxml", dumpxml, "print a network's XML", false,
	  { NETWORK,
	    { "inactive", ARG_FLAG, false, "the stored definition, not what runs" },
	    XPATH_OPTIONS } },
	{ "info", info_cmd, "print what state a network is in", false,
	  { NETWORK, { "json", ARG_FLAG, false, "as JSON" } } },
	{ "name", name_cmd, "print the name of a network", false,
	  { { "uuid", ARG_DATA, true, "the network's uuid" } } },
	{ "uuid", uuid_cmd, "print the uuid of a network", false,
	  { { "network", ARG_DATA, true, "the network's name" } } },
	{ 0 },
};
/* clang-format on */
