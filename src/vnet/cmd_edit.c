/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An editor on a network's definition. */
#include "vnet/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vnet/editor.h"

enum choice { EDIT_AGAIN, GIVE_UP, UNCHECKED, FORCE };

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
			return UNCHECKED;
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
	unsigned flags; /* of the define that stores it */
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
	if (vnet_define(e->cli->conn, xml, e->flags, NULL, &why) == 0)
		return 0;
	cli_error("%s", why.message);
	*ret_choice = ask("Failed.");
	return -1;
}

static int edit_loop(struct edit *e)
{
	enum choice choice = EDIT_AGAIN;

	while (choice != GIVE_UP) {
		size_t len;

		if (choice == EDIT_AGAIN && editor_run(e->path) < 0)
			return -1;
		if (choice == UNCHECKED)
			e->flags &= ~(unsigned)VNET_VALIDATE;
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
	struct edit e = { .cli = cli, .flags = VNET_VALIDATE };
	struct vnet_error why;

	if (cli_network(cli, name, &e.net) < 0)
		return -1;
	if (vnet_dumpxml(cli->conn, &e.net, VNET_XML_INACTIVE, &e.before, &why) < 0)
		return cli_failed(&why, "Failed to get the XML of network %s", name);
	e.path = editor_file(e.before);
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
