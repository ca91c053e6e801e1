/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/complete.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/words.h"

struct asked {
	struct cli *cli;
	const char *typed;
	const char *network; /* that the words before it name, or NULL */
	struct candidates found;
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void add(struct asked *a, const char *text)
{
	if (!begins(text, a->typed))
		return;
	a->found.v = cli_alloc(a->found.v, a->found.n + 1, sizeof(*a->found.v));
	a->found.v[a->found.n++] = cli_text("%s", text);
}

static struct vnet_conn *quiet_conn(struct cli *cli)
{
	if (!cli->conn)
		vnet_connect(cli->uri, cli->read_only ? VNET_READ_ONLY : 0, &cli->conn, NULL);
	return cli->conn;
}

static bool find_network(const struct asked *a, struct vnet_network *ret)
{
	return a->network && quiet_conn(a->cli) && vnet_lookup_name(a->cli->conn, a->network, ret, NULL) == 0;
}

/* ---- kinds of things ---- */

static void networks(struct asked *a, unsigned flags)
{
	AUTO_FREE struct vnet_network *v = NULL;
	size_t n = 0;

	if (quiet_conn(a->cli) && vnet_list(a->cli->conn, flags, &v, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			add(a, v[i].name);
}

static void uuids(struct asked *a, unsigned flags)
{
	AUTO_FREE struct vnet_network *v = NULL;
	char text[VNET_UUID_TEXT];
	size_t n = 0;

	if (quiet_conn(a->cli) && vnet_list(a->cli->conn, flags, &v, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			add(a, vnet_uuid_text(v[i].uuid, text));
}

static void ports(struct asked *a, unsigned flags)
{
	AUTO_FREE struct vnet_port *v = NULL;
	char text[VNET_UUID_TEXT];
	struct vnet_network net;
	size_t n = 0;

	(void)flags;
	if (find_network(a, &net) && vnet_port_list(a->cli->conn, &net, &v, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			add(a, vnet_uuid_text(v[i].uuid, text));
}

static void taps(struct asked *a, unsigned flags)
{
	AUTO_FREE struct vnet_tap *v = NULL;
	size_t n = 0;

	(void)flags;
	if (quiet_conn(a->cli) && vnet_tap_list(a->cli->conn, NULL, &v, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			add(a, v[i].name);
}

static void macs(struct asked *a, unsigned flags)
{
	struct vnet_lease *v = NULL;
	struct vnet_network net;
	size_t n = 0;

	(void)flags;
	if (!find_network(a, &net) || vnet_leases(a->cli->conn, &net, NULL, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (v[i].mac[0])
			add(a, v[i].mac);
	vnet_leases_free(v, n);
}

static void files(struct asked *a, unsigned flags)
{
	AUTO_FREE char *pattern = cli_text("%s*", a->typed);
	glob_t g;

	(void)flags;
	if (glob(pattern, GLOB_MARK | GLOB_NOESCAPE, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		add(a, g.gl_pathv[i]);
	globfree(&g);
}

static void add_all(struct asked *a, const char *const *words)
{
	for (; *words; words++)
		add(a, *words);
}

static void changes(struct asked *a, unsigned flags)
{
	(void)flags;
	add_all(a, (const char *const[]){ "add", "add-first", "add-last", "delete", "modify", NULL });
}

static void sections(struct asked *a, unsigned flags)
{
	(void)flags;
	add_all(a, (const char *const[]){ "bridge", "dns-host", "dns-srv", "dns-txt", "domain", "forward",
					  "forward-interface", "forward-pf", "ip", "ip-dhcp-host", "ip-dhcp-range",
					  "portgroup", NULL });
}

static void events(struct asked *a, unsigned flags)
{
	(void)flags;
	add_all(a, (const char *const[]){ "lease", "lifecycle", "metadata-change", NULL });
}

static void commands(struct asked *a, unsigned flags)
{
	bool as_virsh = begins(a->typed, "net-");
	const struct cli_cmd *c;

	(void)flags;
	for (size_t i = 0; (c = cli_cmd_at(i)); i++) {
		AUTO_FREE char *first = cli_text("%s%.*s", as_virsh ? "net-" : "", (int)strcspn(c->name, " "), c->name);

		add(a, first);
	}
}

/* The first row that fits; without a command it is for all. */
static const struct {
	const char *cmd, *arg;
	void (*list)(struct asked *a, unsigned flags);
	unsigned flags;
} kinds[] = {
	{ "start", "network", networks, VNET_LIST_INACTIVE },
	{ "destroy", "network", networks, VNET_LIST_ACTIVE },
	{ "dhcp-leases", "network", networks, VNET_LIST_ACTIVE },
	{ "tap add", "network", networks, VNET_LIST_ACTIVE },
	{ "tap exec", "network", networks, VNET_LIST_ACTIVE },
	{ "port-list", "network", networks, VNET_LIST_ACTIVE },
	{ "port-create", "network", networks, VNET_LIST_ACTIVE },
	{ "port-dumpxml", "network", networks, VNET_LIST_ACTIVE },
	{ "port-set", "network", networks, VNET_LIST_ACTIVE },
	{ "port-delete", "network", networks, VNET_LIST_ACTIVE },
	{ "autostart", "network", networks, VNET_LIST_PERSISTENT },
	{ "undefine", "network", networks, VNET_LIST_PERSISTENT },
	{ "name", "network", uuids, 0 },
	{ "name", "uuid", uuids, 0 },
	{ NULL, "network", networks, 0 },
	{ NULL, "port", ports, 0 },
	{ NULL, "tap", taps, 0 },
	{ NULL, "mac", macs, 0 },
	{ "update", "command", changes, 0 },
	{ "help", "command", commands, 0 },
	{ NULL, "section", sections, 0 },
	{ NULL, "event", events, 0 },
	{ NULL, "file", files, 0 },
	{ NULL, "xml", files, 0 },
	{ NULL, "dir", files, 0 },
};

static void list_values(struct asked *a, const struct cli_cmd *cmd, const struct cli_arg *arg)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if ((kinds[i].cmd && strcmp(kinds[i].cmd, cmd->name) != 0) || strcmp(kinds[i].arg, arg->name) != 0)
			continue;
		kinds[i].list(a, kinds[i].flags);
		return;
	}
}

/* ---- where in a command ---- */

static const struct cli_arg *find_option(const struct cli_cmd *cmd, const char *word)
{
	for (const struct cli_arg *arg = cmd->args; arg->name; arg++)
		if (begins(word, "--") && strcmp(arg->name, word + 2) == 0)
			return arg;
	return NULL;
}

static bool is_given(const char *const *words, size_t n, const char *option)
{
	for (size_t i = 0; i < n; i++)
		if (begins(words[i], "--") && strcmp(words[i] + 2, option) == 0)
			return true;
	return false;
}

static void list_options(struct asked *a, const struct cli_cmd *cmd, const char *const *words, size_t n)
{
	for (const struct cli_arg *arg = cmd->args; arg->name; arg++) {
		AUTO_FREE char *option = cli_text("--%s", arg->name);

		if (arg->kind != ARG_REST && !is_given(words, n, arg->name))
			add(a, option);
	}
}

/* The argument that the next word without dashes is for; NULL: there is none left. */
static const struct cli_arg *next_arg(const struct cli_cmd *cmd, const char *const *words, size_t n)
{
	size_t words_before = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cli_arg *option = find_option(cmd, words[i]);

		if (option && option->kind != ARG_FLAG)
			i++; /* its value */
		else if (!option)
			words_before++;
	}
	for (const struct cli_arg *arg = cmd->args; arg->name; arg++)
		if (arg->kind == ARG_REST || (arg->kind == ARG_DATA && words_before-- == 0))
			return arg;
	return NULL;
}

/* What is typed belongs to `cmd`, behind these words. */
static void in_command(struct asked *a, const struct cli_cmd *cmd, const char *const *words, size_t n)
{
	const struct cli_arg *option = n ? find_option(cmd, words[n - 1]) : NULL;
	const struct cli_arg *arg = option && option->kind != ARG_FLAG ? option : next_arg(cmd, words, n);

	for (size_t i = 0; i < n && !a->network; i++)
		if (!begins(words[i], "--") && strcmp(cmd->args[0].name ? cmd->args[0].name : "", "network") == 0)
			a->network = words[i];
	if (begins(a->typed, "--"))
		list_options(a, cmd, words, n);
	else if (arg)
		list_values(a, cmd, arg);
}

/* The second word of commands that have two, as `tap add`. */
static void second_words(struct asked *a, const char *first)
{
	const struct cli_cmd *c;
	size_t len = strlen(first);

	for (size_t i = 0; (c = cli_cmd_at(i)); i++)
		if (begins(c->name, first) && c->name[len] == ' ')
			add(a, c->name + len + 1);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_and_merge(struct candidates *c)
{
	size_t kept = 0;

	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_text);
	for (size_t i = 0; i < c->n; i++) {
		if (kept && strcmp(c->v[kept - 1], c->v[i]) == 0)
			free(c->v[i]);
		else
			c->v[kept++] = c->v[i];
	}
	c->n = kept;
}

struct candidates complete_words(struct cli *cli, const char *const *words, size_t n)
{
	struct asked a = { .cli = cli, .typed = n ? words[n - 1] : "" };
	const struct cli_cmd *cmd = n > 1 ? cli_cmd_find(words, n - 1, &(size_t){ 0 }) : NULL;
	size_t used = 1;

	if (n < 2)
		commands(&a, 0);
	else if (cmd && cli_cmd_find(words, n - 1, &used))
		in_command(&a, cmd, words + used, n - 1 - used);
	else if (n == 2)
		second_words(&a, words[0]);
	sort_and_merge(&a.found);
	return a.found;
}

struct candidates complete_line(struct cli *cli, const char *line, size_t *ret_typed)
{
	size_t len = strlen(line);
	bool fresh = len == 0 || strchr(" \t;", line[len - 1]); /* a new word begins */
	struct candidates found = { 0 };
	struct words w, last = { 0 };
	int more;

	*ret_typed = 0;
	while ((more = words_next(&line, &w)) > 0) {
		words_free(&last);
		last = w;
	}
	if (more == 0) { /* else a quote is open */
		last.v = cli_alloc(last.v, last.n + 1, sizeof(*last.v));
		if (fresh || !last.n)
			last.v[last.n++] = "";
		*ret_typed = strlen(last.v[last.n - 1]);
		found = complete_words(cli, last.v, last.n);
	}
	words_free(&last);
	return found;
}

void candidates_free(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
	*c = (struct candidates){ 0 };
}
