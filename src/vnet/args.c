/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_cmd *const tables[] = { cli_net_cmds,   cli_change_cmds, cli_list_cmds,    cli_edit_cmds,
						cli_file_cmds,  cli_tap_cmds,    cli_event_cmds,   cli_port_cmds,
						cli_proxy_cmds, cli_import_cmds, cli_wait_cmds,    cli_host_cmds,
						cli_shell_cmds, cli_guard_cmds,  cli_publish_cmds, cli_stats_cmds,
						cli_help_cmds };

const struct cli_cmd *cli_cmd_at(size_t i)
{
	for (size_t t = 0; t < COUNT(tables); t++)
		for (const struct cli_cmd *c = tables[t]; c->name; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

static const struct cli_cmd *find(const char *name)
{
	const struct cli_cmd *c;

	for (size_t i = 0; (c = cli_cmd_at(i)); i++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const struct cli_cmd *cli_cmd_find(const char *const *words, size_t n, size_t *ret_used)
{
	AUTO_FREE char *both = n > 1 ? cli_text("%s %s", words[0], words[1]) : NULL;
	const struct cli_cmd *c = both ? find(both) : NULL;

	*ret_used = c ? 2 : 1;
	if (!c)
		c = find(words[0]);
	if (!c && strncmp(words[0], "net-", 4) == 0) /* as virsh names it */
		c = find(words[0] + 4);
	return c;
}

static size_t find_arg(const struct cli_cmd *cmd, const char *name, size_t len)
{
	size_t i = 0;

	while (cmd->args[i].name && (strncmp(cmd->args[i].name, name, len) != 0 || cmd->args[i].name[len]))
		i++;
	return i;
}

static void add_rest(struct cli_args *a, const char *word)
{
	a->rest = cli_alloc(a->rest, a->n_rest + 1, sizeof(*a->rest));
	a->rest[a->n_rest++] = word;
}

/* A word without dashes: the first argument of its kind that is still empty. */
static int put_data(struct cli_args *a, const char *word)
{
	for (size_t i = 0; a->cmd->args[i].name; i++) {
		enum cli_arg_kind kind = a->cmd->args[i].kind;

		if (kind == ARG_DATA && !a->values[i]) {
			a->values[i] = word;
			return 0;
		}
		if (kind == ARG_REST) {
			add_rest(a, word);
			return 0;
		}
	}
	return cli_error("unexpected data '%s'", word);
}

/* "--name", "--name=value" or "--name value". 1: the next word was used too; 0: not; -1: told why. */
static int put_option(struct cli_args *a, const char *typed, const char *word, const char *next)
{
	size_t len = strcspn(word + 2, "=");
	const char *inlined = word[2 + len] ? word + 2 + len + 1 : NULL;
	size_t i = find_arg(a->cmd, word + 2, len);
	const struct cli_arg *arg = &a->cmd->args[i];

	if (!arg->name)
		return cli_error("command '%s' doesn't support option --%.*s", typed, (int)len, word + 2);
	if (a->values[i])
		return cli_error("option --%s was already given", arg->name);
	if (arg->kind == ARG_FLAG) {
		a->values[i] = arg->name;
		return inlined ? cli_error("option --%s takes no value", arg->name) : 0;
	}
	if (!inlined && !next)
		return cli_error("expected a value behind --%s", arg->name);
	const char *value = inlined ? inlined : next;

	if (arg->kind == ARG_REST)
		add_rest(a, value);
	else
		a->values[i] = value;
	return !inlined;
}

static int check_required(const struct cli_args *a, const char *typed)
{
	for (size_t i = 0; a->cmd->args[i].name; i++) {
		const struct cli_arg *arg = &a->cmd->args[i];
		bool given = arg->kind == ARG_REST ? a->n_rest > 0 : a->values[i] != NULL;

		if (arg->required && !given)
			return cli_error("command '%s' requires <%s> option", typed, arg->name);
	}
	return 0;
}

static int parse(const char *typed, const char *const *words, size_t n, struct cli_args *a)
{
	bool options = true;

	for (size_t i = 0; i < n; i++) {
		const char *word = words[i];
		int r = 0;

		if (options && strcmp(word, "--") == 0)
			options = false;
		else if (options && strncmp(word, "--", 2) == 0)
			r = put_option(a, typed, word, i + 1 < n ? words[i + 1] : NULL);
		else
			r = put_data(a, word);
		if (r < 0)
			return -1;
		i += (size_t)r;
	}
	return check_required(a, typed);
}

int cli_args_parse(const struct cli_cmd *cmd, const char *typed, const char *const *words, size_t n,
		   struct cli_args *ret)
{
	struct cli_args a = { .cmd = cmd };

	if (parse(typed, words, n, &a) < 0) {
		cli_args_clear(&a);
		return -1;
	}
	*ret = a;
	return 0;
}

void cli_args_clear(struct cli_args *args)
{
	free(args->rest);
	args->rest = NULL;
}

const char *cli_arg(const struct cli_args *args, const char *name)
{
	return args->values[find_arg(args->cmd, name, strlen(name))];
}

int cli_arg_number(const struct cli_args *args, const char *name, unsigned min, unsigned max, unsigned *ret)
{
	const char *text = cli_arg(args, name);
	char *end;

	if (!text)
		return 0;
	errno = 0;
	unsigned long v = strtoul(text, &end, 10);

	if (errno || end == text || *end || *text == '-' || v < min || v > max)
		return cli_error("--%s must be a number from %u to %u, not '%s'", name, min, max, text);
	*ret = (unsigned)v;
	return 0;
}

int cli_affect(const struct cli_args *args, unsigned *ret)
{
	unsigned live = cli_arg(args, "live") ? VNET_AFFECT_LIVE : 0;
	unsigned config = cli_arg(args, "config") ? VNET_AFFECT_CONFIG : 0;

	if (cli_arg(args, "current") && (live || config))
		return cli_error("Options --current and --%s are mutually exclusive", live ? "live" : "config");
	*ret = live | config;
	return 0;
}
