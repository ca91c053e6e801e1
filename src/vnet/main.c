/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/cli.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vnet/shell.h"
#include "vnet/words.h"

static bool wants_help(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && strcmp(words[i], "--") != 0; i++)
		if (strcmp(words[i], "--help") == 0)
			return true;
	return false;
}

static int run_found(struct cli *cli, const struct cli_cmd *cmd, const char *const *words, size_t n, size_t used)
{
	struct cli_args args;

	if (wants_help(words + used, n - used))
		return cli_help_cmd(cmd), 0;
	AUTO_FREE char *typed = used == 2 ? cli_text("%s %s", words[0], words[1]) : cli_text("%s", words[0]);

	if (cli_args_parse(cmd, typed, words + used, n - used, &args) < 0)
		return -1;
	int r = cmd->run(cli, &args);

	cli_args_clear(&args);
	return r;
}

/* Output that did not reach its file is a failure like any other: a pipe that ended, a full disk. */
static int flush_output(void)
{
	int why = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;

	clearerr(stdout);
	return why ? cli_error("cannot write: %s", strerror(why)) : 0;
}

static void print_time(const struct timespec *began)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("\n(Time: %.3f ms)\n",
	       (double)(now.tv_sec - began->tv_sec) * 1e3 + (double)(now.tv_nsec - began->tv_nsec) / 1e6);
}

int cli_run(struct cli *cli, const char *const *words, size_t n)
{
	size_t used;

	if (n == 0)
		return 0;
	const struct cli_cmd *cmd = cli_cmd_find(words, n, &used);
	struct timespec began;

	clock_gettime(CLOCK_MONOTONIC, &began);
	int r = cmd ? run_found(cli, cmd, words, n, used) : cli_error("unknown command: '%s'", words[0]);

	if (cli->timing)
		print_time(&began);
	if (!cli->quiet && !(cmd && cmd->bare))
		putchar('\n');
	return flush_output() < 0 ? -1 : r;
}

int cli_run_line(struct cli *cli, const char *line)
{
	struct words w;
	int r = 0, more = 0;

	while (!cli->leave && !(r < 0 && cli->stop_at_failure) && (more = words_next(&line, &w)) > 0) {
		if (w.n)
			r = cli_run(cli, w.v, w.n);
		words_free(&w);
	}
	return more < 0 ? cli_error("a quote is not closed") : r;
}

enum { OPT_ROOT = 256 };

static int set_root(const char *root)
{
	if (*root && *root != '/')
		return cli_error("--root must be an absolute path, not '%s'", root);
	return setenv("VNET_ROOT", root, 1);
}

/* The options before the command. 1: go on; 0: done; -1: told why. */
static int read_options(struct cli *cli, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "connect", required_argument, NULL, 'c' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "readonly", no_argument, NULL, 'r' },
		{ "timing", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ "root", required_argument, NULL, OPT_ROOT },
		{ 0 },
	};

	for (int o; (o = getopt_long(argc, argv, "+c:qrthevV", longs, NULL)) != -1;) {
		switch (o) {
		case 'c':
			cli->uri = optarg;
			break;
		case 'q':
			cli->quiet = true;
			break;
		case 'r':
			cli->read_only = true;
			break;
		case 't':
			cli->timing = true;
			break;
		case 'e':
			cli->stop_at_failure = true;
			break;
		case 'h':
			cli_help_all();
			return 0;
		case 'v':
		case 'V':
			printf("vnet %s\n", vnet_version());
			return 0;
		case OPT_ROOT:
			if (set_root(optarg) < 0)
				return -1;
			break;
		default: /* getopt told it */
			return -1;
		}
	}
	return 1;
}

/* One argument is a line of its own, so that "start a; start b" works; several are one command's words. */
static int run_rest(struct cli *cli, int n, char **words)
{
	if (n == 0)
		return shell_run(cli);
	if (n == 1)
		return cli_run_line(cli, words[0]);
	return cli_run(cli, (const char *const *)words, (size_t)n);
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };

	setlocale(LC_ALL, "");
	int r = read_options(&cli, argc, argv);

	if (r > 0)
		r = run_rest(&cli, argc - optind, argv + optind);
	if (flush_output() < 0)
		r = -1;
	vnet_close(cli.conn);
	free(cli.own_uri);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
