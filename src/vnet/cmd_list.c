/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that list: networks and leases. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vnet/history.h"
#include "vnet/json.h"
#include "vnet/table.h"

struct row {
	struct vnet_network net;
	struct vnet_info info;
	char *title; /* NULL: none, or not asked for */
};

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct vnet_network *)a)->name, ((const struct vnet_network *)b)->name);
}

static unsigned list_flags(const struct cli_args *args)
{
	unsigned flags = cli_arg(args, "inactive") ? VNET_LIST_INACTIVE : VNET_LIST_ACTIVE;

	if (cli_arg(args, "all"))
		flags = VNET_LIST_INACTIVE | VNET_LIST_ACTIVE;
	flags |= cli_arg(args, "persistent") ? VNET_LIST_PERSISTENT : 0;
	flags |= cli_arg(args, "transient") ? VNET_LIST_TRANSIENT : 0;
	flags |= cli_arg(args, "autostart") ? VNET_LIST_AUTOSTART : 0;
	flags |= cli_arg(args, "no-autostart") ? VNET_LIST_NO_AUTOSTART : 0;
	return flags;
}

static void print_names(const struct vnet_network *nets, size_t n, bool uuids)
{
	char uuid[VNET_UUID_TEXT];

	for (size_t i = 0; i < n; i++)
		puts(uuids ? vnet_uuid_text(nets[i].uuid, uuid) : nets[i].name);
}

static void print_rows(const struct cli *cli, const struct row *rows, size_t n, bool titles)
{
	const char *headers[] = { "Name", "State", "Autostart", "Persistent", titles ? "Title" : NULL, NULL };
	struct table *t = table_new(headers);

	for (size_t i = 0; i < n; i++) {
		const struct vnet_info *info = &rows[i].info;
		const char *cells[] = { rows[i].net.name, info->active ? "active" : "inactive",
					info->autostart ? "yes" : "no", info->persistent ? "yes" : "no",
					rows[i].title ? rows[i].title : "" };

		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_json(const struct row *rows, size_t n, bool titles)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		json_object *one = cli_json_network(&rows[i].net, &rows[i].info);

		if (titles)
			json_object_object_add(one, "title",
					       rows[i].title ? json_object_new_string(rows[i].title) : NULL);
		json_object_array_add(all, one);
	}
	cli_json_print(all);
}

static int get_row(struct vnet_conn *c, bool title, struct row *ret, struct vnet_error *why)
{
	if (vnet_get_info(c, &ret->net, &ret->info, why) < 0)
		return -1;
	if (!title || vnet_get_metadata(c, &ret->net, VNET_METADATA_TITLE, NULL, 0, &ret->title, why) == 0)
		return 0;
	return why->code == VNET_ERR_NO_METADATA ? 0 : -1;
}

/* The state of each network; one that has gone since it was listed is left out. */
static int get_rows(struct cli *cli, const struct vnet_network *nets, size_t n, bool titles, struct row *rows,
		    size_t *ret_n)
{
	struct vnet_error why;

	for (size_t i = 0; i < n; i++) {
		rows[*ret_n] = (struct row){ .net = nets[i] };
		if (get_row(cli->conn, titles, &rows[*ret_n], &why) == 0)
			(*ret_n)++;
		else if (why.code != VNET_ERR_NO_NETWORK)
			return cli_failed(&why, "failed to get information about network '%s'", nets[i].name);
	}
	return 0;
}

static int list_rows(struct cli *cli, const struct cli_args *args, const struct vnet_network *nets, size_t n)
{
	AUTO_FREE struct row *rows = cli_alloc(NULL, n, sizeof(*rows));
	bool titles = cli_arg(args, "title");
	size_t known = 0;
	int r = get_rows(cli, nets, n, titles, rows, &known);

	if (r == 0 && cli_arg(args, "json"))
		print_json(rows, known, titles);
	else if (r == 0)
		print_rows(cli, rows, known, titles);
	while (known)
		vnet_free(rows[--known].title);
	return r;
}

static int list(struct cli *cli, const struct cli_args *args)
{
	bool names = cli_arg(args, "name"), uuids = cli_arg(args, "uuid");
	AUTO_FREE struct vnet_network *nets = NULL;
	struct vnet_error why;
	size_t n;

	if (names + uuids + !!cli_arg(args, "json") + !!cli_arg(args, "table") > 1)
		return cli_error("Only one argument from --table, --name, --uuid and --json may be specified.");
	if (!cli_conn(cli))
		return -1;
	if (vnet_list(cli->conn, list_flags(args), &nets, &n, &why) < 0)
		return cli_failed(&why, "Failed to list networks");
	qsort(nets, n, sizeof(*nets), by_name);
	if (names || uuids)
		return print_names(nets, n, uuids), 0;
	return list_rows(cli, args, nets, n);
}

static int by_mac(const void *a, const void *b)
{
	return strcasecmp(((const struct vnet_lease *)a)->mac, ((const struct vnet_lease *)b)->mac);
}

static const char *expiry_text(int64_t expiry, char *out, size_t size)
{
	time_t t = (time_t)expiry;
	struct tm tm;

	if (expiry == 0 || !localtime_r(&t, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm))
		return "never";
	return out;
}

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

static void print_leases(const struct cli *cli, const struct vnet_lease *v, size_t n)
{
	static const char *const headers[] = { "Expiry Time", "MAC address",       "Protocol", "IP address",
					       "Hostname",    "Client ID or DUID", NULL };
	struct table *t = table_new(headers);

	for (size_t i = 0; i < n; i++) {
		char when[32], ip[64];
		const char *cells[] = { expiry_text(v[i].expiry, when, sizeof(when)),
					v[i].mac,
					v[i].ipv6 ? "ipv6" : "ipv4",
					ip,
					or_dash(v[i].hostname),
					or_dash(v[i].client_id) };

		snprintf(ip, sizeof(ip), "%s/%u", v[i].ip, v[i].prefix);
		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_leases_json(const struct vnet_lease *v, size_t n)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(all, cli_json_lease(&v[i]));
	cli_json_print(all);
}

static int dhcp_leases(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	struct vnet_lease *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n = 0;

	if (cli_arg(args, "history"))
		return cli_history(cli, args);
	if (cli_arg(args, "ip") || cli_arg(args, "since"))
		return cli_error("--ip and --since go with --history");
	if (cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_leases(cli->conn, &net, cli_arg(args, "mac"), &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to get leases info for %s", name);
	qsort(v, n, sizeof(*v), by_mac);
	if (cli_arg(args, "json"))
		print_leases_json(v, n);
	else
		print_leases(cli, v, n);
	vnet_leases_free(v, n);
	return 0;
}

/* clang-format off */
const struct cli_cmd cli_list_cmds[] = {
	{ "list", list, "list networks", false,
	  { { "inactive", ARG_FLAG, false, "those that do not run" },
	    { "all", ARG_FLAG, false, "those that run and those that do not" },
	    { "persistent", ARG_FLAG, false, "only stored ones" },
	    { "transient", ARG_FLAG, false, "only those that are not stored" },
	    { "autostart", ARG_FLAG, false, "only those that start with the daemon" },
	    { "no-autostart", ARG_FLAG, false, "only those that do not" },
	    { "uuid", ARG_FLAG, false, "uuids alone" },
	    { "name", ARG_FLAG, false, "names alone" },
	    { "table", ARG_FLAG, false, "a table, as without any of these" },
	    { "title", ARG_FLAG, false, "with their titles" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ "dhcp-leases", dhcp_leases, "list the leases of a network", false,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    { "mac", ARG_VALUE, false, "only of this client" },
	    { "history", ARG_FLAG, false, "what happened to leases, also to those that are no more" },
	    { "ip", ARG_VALUE, false, "of the history only this address" },
	    { "since", ARG_VALUE, false, "of the history only from this time on" },
	    { "json", ARG_FLAG, false, "as JSON" } } },
	{ 0 },
};
/* clang-format on */
