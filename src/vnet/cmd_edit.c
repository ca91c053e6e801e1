/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one command that runs a program to get its input: an editor on a network's definition. */
#include "vnet/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vnet/words.h"

enum choice { EDIT_AGAIN, GIVE_UP, RETRY, FORCE };

static char *temp_file(const char *text)
{
	const char *dir = getenv("TMPDIR");
	char *path = cli_text("%s/vnet-XXXXXX.xml", dir && *dir ? dir : "/tmp");
	int fd = mkostemps(path, 4, 0);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f && fputs(text, f) != EOF && fclose(f) == 0)
		return path;
	cli_error("cannot write '%s': %s", path, strerror(errno));
	if (fd >= 0)
		unlink(path);
	free(path);
	return NULL;
}

static const char *editor(void)
{
	const char *visual = getenv("VISUAL"), *plain = getenv("EDITOR");

	return visual && *visual ? visual : plain && *plain ? plain : "vi";
}

/* The editor's words come from the user's environment: "emacs -nw". */
static int run_editor(const char *path)
{
	const char *line = editor(), *what = line;
	struct words w;

	if (words_next(&line, &w) <= 0 || w.n == 0)
		return cli_error("cannot read the editor '%s'", what);
	w.v = cli_alloc(w.v, w.n + 2, sizeof(*w.v));
	w.v[w.n] = path;
	w.v[w.n + 1] = NULL;
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execvp(w.v[0], (char **)w.v);
		fprintf(stderr, "error: cannot run '%s': %s\n", w.v[0], strerror(errno));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	words_free(&w);
	return status == 0 ? 0 : cli_error("the editor '%s' failed", what);
}

static void explain(void)
{
	puts("y - yes, edit again\n"
	     "n - no, throw my changes away\n"
	     "i - turn off validation and try to redefine again\n"
	     "f - force: redefine, whatever was changed meanwhile\n"
	     "? - print this help");
}

/* Without a terminal there is nobody to ask. */
static enum choice ask(const char *what)
{
	char line[64];

	while (isatty(STDIN_FILENO)) {
		printf("%s Try again? [y,n,i,f,?]: ", what);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			break;
		switch (line[0]) {
		case 'y':
			return EDIT_AGAIN;
		case 'n':
			return GIVE_UP;
		case 'i':
			return RETRY;
		case 'f':
			return FORCE;
		default:
			explain();
		}
	}
	return GIVE_UP;
}

struct edit {
	struct cli *cli;
	struct vnet_network net;
	char *before; /* what the editor was given */
	char *path;
};

static bool changed_meanwhile(const struct edit *e)
{
	AUTO_FREE char *now = NULL;

	return vnet_dumpxml(e->cli->conn, &e->net, VNET_XML_INACTIVE, &now, NULL) < 0 || strcmp(now, e->before) != 0;
}

/* 0: it is stored; -1: *ret_choice says what the user wants instead. */
static int store(const struct edit *e, const char *xml, bool force, enum choice *ret_choice)
{
	static const char changed[] = "The XML configuration was changed by another user.";
	struct vnet_error why;

	if (!force && changed_meanwhile(e)) {
		cli_error("%s", changed);
		*ret_choice = ask(changed);
		return -1;
	}
	if (vnet_define(e->cli->conn, xml, NULL, &why) == 0)
		return 0;
	cli_error("%s", why.message);
	*ret_choice = ask("Failed.");
	return -1;
}

static int edit_loop(const struct edit *e)
{
	enum choice choice = EDIT_AGAIN;

	while (choice != GIVE_UP) {
		size_t len;

		if (choice == EDIT_AGAIN && run_editor(e->path) < 0)
			return -1;
		AUTO_FREE char *xml = cli_read_file(e->path, &len);

		if (!xml)
			return -1;
		if (strcmp(xml, e->before) == 0)
			return cli_say(e->cli, "Network %s XML configuration not changed.", e->net.name), 0;
		if (store(e, xml, choice == FORCE, &choice) == 0)
			return cli_say(e->cli, "Network %s XML configuration edited.", e->net.name), 0;
	}
	return -1;
}

static int edit(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	struct edit e = { .cli = cli };
	struct vnet_error why;

	if (cli_network(cli, name, &e.net) < 0)
		return -1;
	if (vnet_dumpxml(cli->conn, &e.net, VNET_XML_INACTIVE, &e.before, &why) < 0)
		return cli_failed(&why, "Failed to get the XML of network %s", name);
	e.path = temp_file(e.before);
	int r = e.path ? edit_loop(&e) : -1;

	if (e.path)
		unlink(e.path);
	free(e.path);
	free(e.before);
	return r;
}

/* clang-format off */
const struct cli_cmd cli_edit_cmds[] = {
	{ "edit", edit, "edit the stored definition of a network ($VISUAL, $EDITOR or vi)", false,
	  { { "network", ARG_DATA, true, "name or uuid" } } },
	{ 0 },
};
/* clang-format on */
