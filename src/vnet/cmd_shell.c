/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shell, and commands that have their sense in it. */
#include "vnet/shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vnet/complete.h"

static int shell(struct cli *cli, const struct cli_args *args)
{
	(void)args;
	return shell_run(cli);
}

static int quit(struct cli *cli, const struct cli_args *args)
{
	(void)args;
	cli->leave = true;
	return 0;
}

static int cd(struct cli *cli, const struct cli_args *args)
{
	const char *dir = cli_arg(args, "dir");

	(void)cli;
	if (!dir)
		dir = getenv("HOME");
	if (chdir(dir ? dir : "/") < 0)
		return cli_error("cd: %s: %s", dir ? dir : "/", strerror(errno));
	return 0;
}

static int pwd(struct cli *cli, const struct cli_args *args)
{
	AUTO_FREE char *dir = getcwd(NULL, 0);

	(void)cli, (void)args;
	if (!dir)
		return cli_error("pwd: %s", strerror(errno));
	puts(dir);
	return 0;
}

/* As a POSIX shell reads it back. */
static void put_shell(const char *word)
{
	if (*word &&
	    word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,")] == '\0') {
		fputs(word, stdout);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*word);
	putchar('\'');
}

static int echo(struct cli *cli, const struct cli_args *args)
{
	(void)cli;
	for (size_t i = 0; i < args->n_rest; i++) {
		fputs(i ? " " : "", stdout);
		if (cli_arg(args, "xml"))
			cli_put_xml(stdout, args->rest[i]);
		else if (cli_arg(args, "shell"))
			put_shell(args->rest[i]);
		else
			fputs(args->rest[i], stdout);
	}
	putchar('\n');
	return 0;
}

/* The words of a command are gone after it, and the URI is needed for a new connection. */
static int connect_to(struct cli *cli, const struct cli_args *args)
{
	const char *uri = cli_arg(args, "uri");

	vnet_close(cli->conn);
	cli->conn = NULL;
	if (uri) {
		free(cli->own_uri);
		cli->uri = cli->own_uri = cli_text("%s", uri);
	}
	cli->read_only = cli_arg(args, "readonly");
	return cli_conn(cli) ? 0 : -1;
}

static int complete(struct cli *cli, const struct cli_args *args)
{
	struct candidates c = complete_words(cli, args->rest, args->n_rest);

	for (size_t i = 0; i < c.n; i++)
		puts(c.v[i]);
	candidates_free(&c);
	return 0;
}

const struct cli_cmd cli_shell_cmds[] = {
	{ "shell", shell, "read commands line by line, as without a command", true, { { 0 } } },
	{ "connect",
	  connect_to,
	  "connect to another daemon",
	  false,
	  { { "uri", ARG_DATA, false, "as for --connect; without it: again to the same" },
	    { "readonly", ARG_FLAG, false, "change nothing" } } },
	{ "cd", cd, "change the folder", false, { { "dir", ARG_DATA, false, "without it: the home" } } },
	{ "pwd", pwd, "print the folder", false, { { 0 } } },
	{ "echo",
	  echo,
	  "print words",
	  false,
	  { { "shell", ARG_FLAG, false, "quoted for a shell" },
	    { "xml", ARG_FLAG, false, "escaped for XML" },
	    { "string", ARG_REST, false, "words" } } },
	{ "complete",
	  complete,
	  "print what could complete the last word",
	  true,
	  { { "word", ARG_REST, false, "behind --, the words of a command" } } },
	{ "quit", quit, "leave the shell", true, { { 0 } } },
	{ "exit", quit, "leave the shell", true, { { 0 } } },
	{ 0 },
};
