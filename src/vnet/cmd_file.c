/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that read definitions without a daemon. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refused(const char *file, const struct vnet_error *why)
{
	fflush(stdout);
	if (why->line)
		fprintf(stderr, "%s:%d: %s\n", file, why->line, why->message);
	else
		fprintf(stderr, "%s: %s\n", file, why->message);
	return -1;
}

static int check_file(const struct cli *cli, const char *file, bool print)
{
	AUTO_FREE char *canonical = NULL;
	struct vnet_error why;
	size_t len;
	AUTO_FREE char *xml = cli_read_file(file, &len);

	if (!xml)
		return -1;
	if (vnet_xml_check(xml, len, cli_warn_line, (void *)file, &why) < 0)
		return refused(file, &why);
	if (!print)
		return cli_say(cli, "%s: ok", file), 0;
	if (vnet_xml_format(xml, len, &canonical, &why) < 0)
		return refused(file, &why);
	fputs(canonical, stdout);
	return 0;
}

static int check(struct cli *cli, const struct cli_args *args)
{
	int r = 0;

	for (size_t i = 0; i < args->n_rest; i++)
		if (check_file(cli, args->rest[i], cli_arg(args, "print")) < 0)
			r = -1;
	return r;
}

static int plan_file(const char *file)
{
	AUTO_FREE char *text = NULL;
	struct vnet_error why;
	size_t len;
	AUTO_FREE char *xml = cli_read_file(file, &len);

	if (!xml)
		return -1;
	if (vnet_xml_plan(xml, len, &text, &why) < 0)
		return refused(file, &why);
	fputs(text, stdout);
	return 0;
}

static bool is_file(const char *text)
{
	size_t len = strlen(text);

	return strchr(text, '/') || (len > 4 && strcmp(text + len - 4, ".xml") == 0);
}

static int plan(struct cli *cli, const struct cli_args *args)
{
	const char *what = cli_arg(args, "network");
	AUTO_FREE char *text = NULL;
	struct vnet_network net;
	struct vnet_error why;

	if (is_file(what))
		return plan_file(what);
	if (cli_network(cli, what, &net) < 0)
		return -1;
	if (vnet_plan(cli->conn, &net, &text, &why) < 0)
		return cli_failed(&why, "Failed to plan network %s", what);
	fputs(text, stdout);
	return 0;
}

/* clang-format off */
const struct cli_cmd cli_file_cmds[] = {
	{ "check", check, "check files with networks' XML; no daemon is needed", true,
	  { { "file", ARG_REST, true, "files to check" },
	    { "print", ARG_FLAG, false, "print the canonical XML of those that are good" } } },
	{ "plan", plan, "print what the kernel should look like, and with a daemon, what differs", true,
	  { { "network", ARG_DATA, true, "name or uuid, or a file: with '/' in it or '.xml' at its end" } } },
	{ 0 },
};
/* clang-format on */
