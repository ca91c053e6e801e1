/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about the daemon and its host. */
#include "vnet/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/json.h"
#include "vnet/table.h"

static const char *const states[] = {
	[VNET_STATE_NONE] = "-",
	[VNET_STATE_OK] = "ok",
	[VNET_STATE_WRONG] = "wrong",
};

static void print_uptime(uint64_t s)
{
	if (s >= 86400)
		printf("up %" PRIu64 " d %" PRIu64 " h\n", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		printf("up %" PRIu64 " h %" PRIu64 " min\n", s / 3600, s % 3600 / 60);
	else
		printf("up %" PRIu64 " min %" PRIu64 " s\n", s / 60, s % 60);
}

static void print_status(const struct cli *cli, const struct vnet_status *s)
{
	static const char *const headers[] = { "Name", "Firewall", "Services", "Repairs", NULL };
	struct table *t = table_new(headers);

	if (!cli->quiet) {
		printf("%-15s %s, ", "vnetd:", s->version);
		print_uptime(s->uptime);
		printf("%-15s %s\n", "vnet-guestd:", s->guestd ? "answers" : "does not answer");
		printf("%-15s %s\n",
		       "Rules:", s->owner ? "nobody else can change them" : "repaired if others change them");
		if (s->flowtable)
			printf("%-15s %s\n", "Flowtable:",
			       s->flowtable == VNET_STATE_OK ? "established flows take it"
							     : "not to be had, the daemon's log says why");
		printf("%-15s %s, rules of ours put back %" PRIu64 " times\n\n", "Coexistence:", s->coexist, s->passes);
	}
	for (size_t i = 0; i < s->n_networks; i++) {
		const struct vnet_network_status *n = &s->networks[i];
		AUTO_FREE char *repairs = cli_text("%" PRIu64 "%s", n->repairs, n->held ? ", held back" : "");
		const char *cells[] = { n->name, states[n->firewall], states[n->service], repairs };

		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(((const struct vnet_network_status *)a)->name, ((const struct vnet_network_status *)b)->name);
}

static int status(struct cli *cli, const struct cli_args *args)
{
	struct vnet_status s;
	struct vnet_error why;

	if (!cli_conn(cli))
		return -1;
	if (vnet_get_status(cli->conn, &s, &why) < 0)
		return cli_failed(&why, "Failed to get the daemon's status");
	if (s.n_networks)
		qsort(s.networks, s.n_networks, sizeof(*s.networks), by_name);
	if (cli_arg(args, "json"))
		cli_json_print(cli_json_status(&s));
	else
		print_status(cli, &s);
	vnet_status_clear(&s);
	return 0;
}

static const char *const levels[] = {
	[VNET_CHECK_PASS] = "PASS",
	[VNET_CHECK_WARN] = "WARN",
	[VNET_CHECK_FAIL] = "FAIL",
};

static void print_checks(const struct vnet_check *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("%s  %s: %s\n", levels[v[i].level], v[i].what, v[i].found);
		if (v[i].remedy)
			printf("      do: %s\n", v[i].remedy);
	}
}

static void print_json(const struct vnet_check *v, size_t n)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(all, cli_json_check(&v[i]));
	cli_json_print(all);
}

static int host_validate(struct cli *cli, const struct cli_args *args)
{
	struct vnet_check *v = NULL;
	struct vnet_error why;
	size_t n = 0;
	int r = 0;

	if (cli->uri && !cli_conn(cli))
		return -1;
	if (!cli->conn) /* one that was not named need not be there */
		vnet_connect(NULL, cli->read_only ? VNET_READ_ONLY : 0, &cli->conn, NULL);
	if (vnet_host_validate(cli->conn, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to look at the host");
	if (cli_arg(args, "json"))
		print_json(v, n);
	else
		print_checks(v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i].level == VNET_CHECK_FAIL)
			r = -1;
	vnet_checks_free(v, n);
	return r;
}

/* clang-format off */
const struct cli_cmd cli_host_cmds[] = {
	{ "status", status, "show how the daemon and its networks do", false,
	  { { "json", ARG_FLAG, false, "as JSON" } } },
	{ "host-validate", host_validate, "tell whether this host is fit for virtual networks", false,
	  { { "json", ARG_FLAG, false, "as JSON" } } },
	{ 0 },
};
/* clang-format on */
