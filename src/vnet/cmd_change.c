/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that change or show a part of a network's definition: update, metadata, desc. */
#include "vnet/cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vnet/editor.h"

struct word {
	const char *text;
	int value;
};

/* Rows end with an empty one. -1: not among them. */
static int find_word(const struct word *v, const char *text)
{
	for (; v->text; v++)
		if (strcmp(v->text, text) == 0)
			return v->value;
	return -1;
}

/* ---- update ---- */

static const struct word commands[] = {
	{ "add", VNET_UPDATE_ADD_LAST },  { "add-last", VNET_UPDATE_ADD_LAST }, { "add-first", VNET_UPDATE_ADD_FIRST },
	{ "modify", VNET_UPDATE_MODIFY }, { "delete", VNET_UPDATE_DELETE },     { 0 },
};

static const struct word sections[] = {
	{ "bridge", VNET_SECTION_BRIDGE },
	{ "domain", VNET_SECTION_DOMAIN },
	{ "ip", VNET_SECTION_IP },
	{ "ip-dhcp-host", VNET_SECTION_IP_DHCP_HOST },
	{ "ip-dhcp-range", VNET_SECTION_IP_DHCP_RANGE },
	{ "forward", VNET_SECTION_FORWARD },
	{ "forward-interface", VNET_SECTION_FORWARD_INTERFACE },
	{ "forward-pf", VNET_SECTION_FORWARD_PF },
	{ "portgroup", VNET_SECTION_PORTGROUP },
	{ "dns-host", VNET_SECTION_DNS_HOST },
	{ "dns-txt", VNET_SECTION_DNS_TXT },
	{ "dns-srv", VNET_SECTION_DNS_SRV },
	{ 0 },
};

/* What the words of the command line mean; the text of the XML is *ret_xml's, for free(). */
static int read_update(const struct cli_args *args, struct vnet_update *ret, char **ret_xml)
{
	const char *command = cli_arg(args, "command"), *section = cli_arg(args, "section"),
		   *xml = cli_arg(args, "xml");
	unsigned parent_index = UINT_MAX; /* none */
	size_t len;
	int known_command = find_word(commands, command), known_section = find_word(sections, section);

	if (known_command < 0)
		return cli_error("unrecognized command name '%s'", command);
	if (known_section < 0)
		return cli_error("unrecognized section name '%s'", section);
	if (cli_arg_number(args, "parent-index", 0, INT_MAX, &parent_index) < 0)
		return -1;
	*ret_xml = *xml == '<' ? cli_text("%s", xml) : cli_read_file(xml, &len);
	*ret = (struct vnet_update){ .command = (enum vnet_update_command)known_command,
				     .section = (enum vnet_update_section)known_section,
				     .parent_index = parent_index == UINT_MAX ? -1 : (int)parent_index,
				     .xml = *ret_xml };
	return *ret_xml ? 0 : -1;
}

/* Without flags the network's state decided. */
static void say_updated(const struct cli *cli, const struct vnet_network *net, unsigned flags)
{
	static const char *const what[] = { [VNET_AFFECT_LIVE] = "live state",
					    [VNET_AFFECT_CONFIG] = "persistent config",
					    [VNET_AFFECT_LIVE | VNET_AFFECT_CONFIG] =
						"persistent config and live state" };
	struct vnet_info info;

	if (!flags)
		flags = vnet_get_info(cli->conn, net, &info, NULL) == 0 && info.active ? VNET_AFFECT_LIVE
										       : VNET_AFFECT_CONFIG;
	cli_say(cli, "Updated network %s %s", net->name, what[flags]);
}

static int update(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	AUTO_FREE char *xml = NULL;
	struct vnet_network net;
	struct vnet_update u;
	struct vnet_error why;
	unsigned flags;

	if (cli_affect(args, &flags) < 0 || read_update(args, &u, &xml) < 0 || cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_update(cli->conn, &net, &u, flags, &why) < 0)
		return cli_failed(&why, "Failed to update network %s", name);
	say_updated(cli, &net, flags);
	return 0;
}

/* ---- metadata, desc ---- */

struct item { /* what the command is about */
	struct cli *cli;
	struct vnet_network net;
	enum vnet_metadata_type type;
	const char *key, *uri;
	unsigned flags;
};

/* NULL in *ret: there is none. */
static int get(const struct item *i, char **ret)
{
	struct vnet_error why;

	*ret = NULL;
	if (vnet_get_metadata(i->cli->conn, &i->net, i->type, i->uri, i->flags, ret, &why) < 0 &&
	    why.code != VNET_ERR_NO_METADATA)
		return cli_failed(&why, "Failed to get metadata of network %s", i->net.name);
	return 0;
}

static int set(const struct item *i, const char *text)
{
	struct vnet_error why;

	if (vnet_set_metadata(i->cli->conn, &i->net, i->type, text, text ? i->key : NULL, i->uri, i->flags, &why) < 0)
		return cli_failed(&why, "Failed to change metadata of network %s", i->net.name);
	return 0;
}

/* The user's editor on `text`. 1: it is set; 0: it is what it was before. NULL: none. */
static int set_edited(const struct item *i, const char *text, const char *before)
{
	AUTO_FREE char *edited = editor_ask(text ? text : "");

	if (!edited)
		return -1;
	if (strcmp(edited, before ? before : "") == 0)
		return 0;
	return set(i, edited) < 0 ? -1 : 1;
}

static int edit_element(const struct item *i)
{
	AUTO_FREE char *now = NULL;
	int r = get(i, &now) < 0 ? -1 : set_edited(i, now, now);

	if (r >= 0)
		cli_say(i->cli, r ? "Metadata modified" : "Metadata not changed");
	return r < 0 ? -1 : 0;
}

static int set_element(const struct item *i, const char *text)
{
	if (set(i, text) < 0)
		return -1;
	cli_say(i->cli, text ? "Metadata modified" : "Metadata removed");
	return 0;
}

static int print_element(const struct item *i)
{
	AUTO_FREE char *now = NULL;

	if (get(i, &now) < 0)
		return -1;
	puts(now ? now : "");
	return 0;
}

static int check_exclusive(const struct cli_args *args)
{
	static const char *const pairs[][2] = { { "edit", "set" }, { "edit", "remove" }, { "set", "remove" } };

	for (size_t i = 0; i < COUNT(pairs); i++)
		if (cli_arg(args, pairs[i][0]) && cli_arg(args, pairs[i][1]))
			return cli_error("Options --%s and --%s are mutually exclusive", pairs[i][0], pairs[i][1]);
	if ((cli_arg(args, "set") || cli_arg(args, "edit")) && !cli_arg(args, "key"))
		return cli_error("namespace key is required when modifying metadata");
	return 0;
}

static int metadata(struct cli *cli, const struct cli_args *args)
{
	struct item i = { .cli = cli, .type = VNET_METADATA_ELEMENT, .uri = cli_arg(args, "uri") };

	i.key = cli_arg(args, "key");
	if (cli_affect(args, &i.flags) < 0 || check_exclusive(args) < 0 ||
	    cli_network(cli, cli_arg(args, "network"), &i.net) < 0)
		return -1;
	if (cli_arg(args, "edit"))
		return edit_element(&i);
	if (cli_arg(args, "set") || cli_arg(args, "remove"))
		return set_element(&i, cli_arg(args, "set"));
	return print_element(&i);
}

/* The words that are left, with blanks between them; NULL: there is none. */
static char *join(const struct cli_args *args)
{
	char *text = NULL;

	for (size_t i = 0; i < args->n_rest; i++) {
		char *longer = cli_text("%s%s%s", text ? text : "", text ? " " : "", args->rest[i]);

		free(text);
		text = longer;
	}
	return text;
}

static int print_desc(const struct item *i, const char *text, const char *what)
{
	if (text)
		fputs(text, stdout);
	else
		cli_say(i->cli, "No %s for network: %s", what, i->net.name);
	return 0;
}

static int desc(struct cli *cli, const struct cli_args *args)
{
	bool title = cli_arg(args, "title");
	struct item i = { .cli = cli, .type = title ? VNET_METADATA_TITLE : VNET_METADATA_DESCRIPTION };
	const char *what = title ? "title" : "description";
	AUTO_FREE char *given = join(args), *now = NULL;
	int r;

	if (cli_affect(args, &i.flags) < 0 || cli_network(cli, cli_arg(args, "network"), &i.net) < 0)
		return -1;
	if (get(&i, &now) < 0)
		return -1;
	if (cli_arg(args, "edit"))
		r = set_edited(&i, given ? given : now, now);
	else if (given)
		r = set(&i, given) < 0 ? -1 : 1;
	else
		return print_desc(&i, now, what);
	if (r >= 0)
		cli_say(cli, r ? "Network %s updated successfully" : "Network %s not changed", what);
	return r < 0 ? -1 : 0;
}

/* clang-format off */
#define NETWORK { "network", ARG_DATA, true, "name or uuid" }
#define AFFECT  { "live", ARG_FLAG, false, "of what runs" }, \
		{ "config", ARG_FLAG, false, "of what is stored" }, \
		{ "current", ARG_FLAG, false, "of what runs, else of what is stored; as without any of these" }

/* ---- apply ---- */

static int apply_file(struct cli *cli, const char *file, bool dry_run)
{
	AUTO_FREE char *changes = NULL;
	struct vnet_error why;
	size_t len;
	AUTO_FREE char *xml = cli_read_file(file, &len);

	if (!xml)
		return -1;
	if (vnet_apply(cli->conn, xml, dry_run ? VNET_DRY_RUN : 0, &changes, &why) < 0)
		return cli_failed(&why, "Failed to apply %s", file);
	cli_say(cli, dry_run ? "%s: would change:" : "%s: applied:", file);
	fputs(changes, stdout);
	return 0;
}

static int apply(struct cli *cli, const struct cli_args *args)
{
	int r = 0;

	if (!cli_conn(cli))
		return -1;
	for (size_t i = 0; i < args->n_rest; i++)
		if (apply_file(cli, args->rest[i], cli_arg(args, "dry-run")) < 0)
			r = -1;
	return r;
}

const struct cli_cmd cli_change_cmds[] = {
	{ "apply", apply, "make networks, running ones too, be what files say", false,
	  { { "file", ARG_REST, true, "files with networks' XML" },
	    { "dry-run", ARG_FLAG, false, "only print what would change" } } },
	{ "update", update, "change a part of a network, while it runs, too", false,
	  { NETWORK,
	    { "command", ARG_DATA, true, "add-first, add-last (add), modify, delete" },
	    { "section", ARG_DATA, true, "ip-dhcp-host, ip-dhcp-range, forward-interface, portgroup, dns-host, dns-txt, "
	      "dns-srv" },
	    { "xml", ARG_DATA, true, "the element, or a file with it" },
	    { "parent-index", ARG_VALUE, false, "which <ip>, from 0" },
	    AFFECT } },
	{ "metadata", metadata, "print or change the metadata of a namespace", false,
	  { NETWORK,
	    { "uri", ARG_DATA, true, "the namespace" },
	    AFFECT,
	    { "edit", ARG_FLAG, false, "change it in an editor" },
	    { "key", ARG_VALUE, false, "the prefix that stands for the namespace" },
	    { "set", ARG_VALUE, false, "the new element" },
	    { "remove", ARG_FLAG, false, "remove it" } } },
	{ "desc", desc, "print or change the description or the title of a network", false,
	  { NETWORK,
	    AFFECT,
	    { "title", ARG_FLAG, false, "the title" },
	    { "edit", ARG_FLAG, false, "change it in an editor" },
	    { "new-desc", ARG_REST, false, "the new text; an empty one removes it" } } },
	{ 0 },
};
/* clang-format on */
