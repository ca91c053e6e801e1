/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/cli.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* "<network>", "[--all]", "[--mac <mac>]", "<file>..." */
static void print_arg(const struct cli_arg *a)
{
	const char *open = a->required ? "" : "[", *close = a->required ? "" : "]";

	switch (a->kind) {
	case ARG_DATA:
		printf(" %s<%s>%s", open, a->name, close);
		break;
	case ARG_FLAG:
		printf(" %s--%s%s", open, a->name, close);
		break;
	case ARG_VALUE:
		printf(" %s--%s <%s>%s", open, a->name, a->name, close);
		break;
	case ARG_REST:
		printf(" %s<%s>...%s", open, a->name, close);
		break;
	}
}

static void print_option(const struct cli_arg *a)
{
	char label[64];

	switch (a->kind) {
	case ARG_DATA:
	case ARG_VALUE:
		snprintf(label, sizeof(label), "--%s <%s>", a->name, a->name);
		break;
	case ARG_FLAG:
		snprintf(label, sizeof(label), "--%s", a->name);
		break;
	case ARG_REST:
		snprintf(label, sizeof(label), "<%s>...", a->name);
		break;
	}
	printf("    %-22s  %s\n", label, a->help);
}

void cli_help_cmd(const struct cli_cmd *cmd)
{
	printf("  NAME\n    %s - %s\n\n  SYNOPSIS\n    %s", cmd->name, cmd->summary, cmd->name);
	for (const struct cli_arg *a = cmd->args; a->name; a++)
		print_arg(a);
	printf("\n\n  DESCRIPTION\n    %c%s.\n", toupper((unsigned char)cmd->summary[0]), cmd->summary + 1);
	if (!cmd->args[0].name)
		return;
	printf("\n  OPTIONS\n");
	for (const struct cli_arg *a = cmd->args; a->name; a++)
		print_option(a);
}

void cli_help_all(void)
{
	const struct cli_cmd *c;

	printf("vnet [options] COMMAND [arguments]\n"
	       "vnet [options] \"COMMAND arguments; COMMAND ...\"\n"
	       "vnet [options]           a shell\n\n"
	       "  options:\n"
	       "    -c | --connect URI   the daemon's socket, or network+unix:///system?socket=PATH\n"
	       "    -q | --quiet         data only\n"
	       "    -r | --readonly      change nothing\n"
	       "    -t | --timing        print how long each command took\n"
	       "    -e                   stop at the first command of a line that fails\n"
	       "    --root DIR           the daemon below DIR (also: VNET_ROOT)\n"
	       "    -h | --help          this text\n"
	       "    -v | --version       the version\n\n"
	       "  commands (virsh's net-X is taken for X):\n");
	for (size_t i = 0; (c = cli_cmd_at(i)); i++)
		printf("    %-14s  %s\n", c->name, c->summary);
	printf("\n  'vnet help COMMAND' tells more.\n");
}

static int help(struct cli *cli, const struct cli_args *args)
{
	size_t used;

	(void)cli;
	if (!args->n_rest)
		return cli_help_all(), 0;
	const struct cli_cmd *c = cli_cmd_find(args->rest, args->n_rest, &used);

	if (!c || used != args->n_rest)
		return cli_error("command '%s' doesn't exist", args->rest[0]);
	cli_help_cmd(c);
	return 0;
}

static int version(struct cli *cli, const struct cli_args *args)
{
	(void)cli, (void)args;
	printf("vnet %s\n", vnet_version());
	return 0;
}

const struct cli_cmd cli_help_cmds[] = {
	{ "help", help, "print help", true, { { "command", ARG_REST, false, "the command to explain" } } },
	{ "version", version, "print the version", false, { { 0 } } },
	{ 0 },
};
