/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/cli.h - the command line: a row is a command; parser, help and synopsis come from it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <vnet/vnet.h>

enum {
	CLI_ARGS_MAX = 12,
	/* one more than any row has: the list ends with an empty one */ CLI_XML_MAX = 10485760 /* bytes of a file */
};

enum cli_arg_kind {
	ARG_DATA,  /* a word of its own, or behind --name */
	ARG_FLAG,  /* --name */
	ARG_VALUE, /* --name WORD or --name=WORD */
	ARG_REST,  /* all words that are left, and everything behind "--" */
};

struct cli_arg {
	const char *name; /* without dashes; NULL ends the list */
	enum cli_arg_kind kind;
	bool required;
	const char *help;
};

struct cli { /* the running program */
	const char *uri;
	char *own_uri; /* if it is ours to free */
	bool quiet, read_only, timing;
	bool stop_at_failure;   /* of several commands in a line */
	bool in_shell, leave;   /* the shell, at the next turn */
	struct vnet_conn *conn; /* made when first needed */
};

struct cli_args;

struct cli_cmd {
	const char *name;                                         /* NULL ends a table */
	int (*run)(struct cli *cli, const struct cli_args *args); /* 0 or -1, errors told */
	const char *summary;
	bool bare; /* no empty line behind the output */
	struct cli_arg args[CLI_ARGS_MAX];
};

struct cli_args { /* what was given, by the row's order */
	const struct cli_cmd *cmd;
	const char *values[CLI_ARGS_MAX]; /* NULL: not given; a flag's is its own name */
	const char **rest;
	size_t n_rest;
};

extern const struct cli_cmd cli_net_cmds[], cli_change_cmds[], cli_list_cmds[], cli_edit_cmds[], cli_file_cmds[],
    cli_tap_cmds[], cli_event_cmds[], cli_port_cmds[], cli_proxy_cmds[], cli_import_cmds[], cli_wait_cmds[],
    cli_host_cmds[], cli_shell_cmds[], cli_guard_cmds[], cli_publish_cmds[], cli_stats_cmds[], cli_help_cmds[];

/* Walks all rows of all tables; NULL behind the last. */
const struct cli_cmd *cli_cmd_at(size_t i);
/* The row for the first of `n` words, "net-" before it or not, or for the first two; *ret_used of them are its name. */
const struct cli_cmd *cli_cmd_find(const char *const *words, size_t n, size_t *ret_used);

/* Sorts the words behind a command's name into its arguments. 0 or -1, error told; `typed` is the name as the user wrote
 * it. *ret borrows the words; cli_args_clear releases the rest. */
int cli_args_parse(const struct cli_cmd *cmd, const char *typed, const char *const *words, size_t n,
		   struct cli_args *ret);
void cli_args_clear(struct cli_args *args);
/* The value of an argument of the row, or NULL. */
const char *cli_arg(const struct cli_args *args, const char *name);
/* A number from `min` to `max` into *ret, which keeps its value if the argument was not given. -1: told why. */
int cli_arg_number(const struct cli_args *args, const char *name, unsigned min, unsigned max, unsigned *ret);
/* Which definition --live, --config and --current mean, as enum vnet_affect. -1: told why. */
int cli_affect(const struct cli_args *args, unsigned *ret);

/* Runs one command. 0 or -1. */
int cli_run(struct cli *cli, const char *const *words, size_t n);
/* Runs all commands of a line, with ';' between them. The last one's result, -1 also for an open quote. */
int cli_run_line(struct cli *cli, const char *line);

/* "error: ..." on stderr. Gives -1. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Two lines: what was tried, and why it failed. Gives -1. */
int cli_failed(const struct vnet_error *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* For vnet_xml_check: "FILE:LINE: warning: ..." on stderr, FILE being `file`. */
void cli_warn_line(int line, const char *text, void *file);
/* A line for people on stdout, which -q leaves out. */
void cli_say(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The connection, made now if there is none; NULL: told why. */
struct vnet_conn *cli_conn(struct cli *cli);
/* Looks up what the user typed for a network: a uuid or a name. 0 or -1, told why. */
int cli_network(struct cli *cli, const char *text, struct vnet_network *ret);
/* Reads a file of at most CLI_XML_MAX bytes, for free(). NULL: told why. */
char *cli_read_file(const char *path, size_t *ret_len);

/* Help for one row; the list of all. */
void cli_help_cmd(const struct cli_cmd *cmd);
void cli_help_all(void);

void *cli_alloc(void *p, size_t n, size_t size); /* reallocarray that ends the program when memory does */
char *cli_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_put_xml(FILE *out, const char *text); /* as text or as the value of an attribute */

/* Declares a pointer that free() gets at the end of its scope. */
static inline void cli_free(void *p)
{
	__builtin_free(*(void **)p);
}
#define AUTO_FREE __attribute__((cleanup(cli_free)))
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
