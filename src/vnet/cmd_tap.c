/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands about taps. */
#include "vnet/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vnet/json.h"
#include "vnet/table.h"

static int read_mac(const char *text, uint8_t ret[6])
{
	char end;

	if (!text)
		return 0;
	if (strlen(text) > 17 || sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &ret[0], &ret[1], &ret[2],
					&ret[3], &ret[4], &ret[5], &end) != 6)
		return cli_error("invalid MAC address: %s", text);
	return 0;
}

/* A user's name, or a number. */
static int read_owner(const char *text, uint32_t *ret)
{
	char *end;

	if (!text)
		return 0;
	const struct passwd *p = getpwnam(text);
	unsigned long id = strtoul(text, &end, 10);

	if (!p && (end == text || *end || *text == '-' || id >= VNET_NO_OWNER))
		return cli_error("there is no user '%s'", text);
	*ret = p ? p->pw_uid : (uint32_t)id;
	return 0;
}

static int read_request(const struct cli_args *args, struct vnet_tap_request *r)
{
	r->group = cli_arg(args, "portgroup");
	if (read_mac(cli_arg(args, "mac"), r->mac) < 0)
		return -1;
	return cli_arg_number(args, "queues", 1, VNET_TAP_QUEUES_MAX, &r->queues);
}

static int tap_add(struct cli *cli, const struct cli_args *args)
{
	struct vnet_tap_request r = { .name = cli_arg(args, "name"), .owner = VNET_NO_OWNER, .persist = true };
	const char *name = cli_arg(args, "network");
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_tap tap;

	if (read_request(args, &r) < 0 || read_owner(cli_arg(args, "owner"), &r.owner) < 0 ||
	    cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_tap_add(cli->conn, &net, &r, &tap, NULL, NULL, &why) < 0)
		return cli_failed(&why, "Failed to add a tap to network %s", name);
	if (cli->quiet)
		puts(tap.name);
	else
		printf("Tap %s added to network %s\n", tap.name, net.name);
	return 0;
}

static int tap_del(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "tap");
	struct vnet_error why;

	if (!cli_conn(cli))
		return -1;
	if (vnet_tap_del(cli->conn, name, &why) < 0)
		return cli_failed(&why, "Failed to delete tap %s", name);
	cli_say(cli, "Tap %s deleted", name);
	return 0;
}

static const char *owner_text(uint32_t owner, char *out, size_t size)
{
	const struct passwd *p = owner == VNET_NO_OWNER ? NULL : getpwuid(owner);

	if (owner == VNET_NO_OWNER)
		return "-";
	snprintf(out, size, "%u", owner);
	return p ? p->pw_name : out;
}

static void print_taps(const struct cli *cli, const struct vnet_tap *v, size_t n)
{
	static const char *const headers[] = { "Name", "Network", "Owner", "MAC address", "State", NULL };
	struct table *t = table_new(headers);

	for (size_t i = 0; i < n; i++) {
		char owner[64], mac[18];
		const uint8_t *m = v[i].mac;
		const char *cells[] = { v[i].name, *v[i].network ? v[i].network : "-",
					owner_text(v[i].owner, owner, sizeof(owner)), mac,
					v[i].attached ? "attached" : "detached" };

		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
		table_row(t, cells);
	}
	table_print(t, cli->quiet);
	table_free(t);
}

static void print_taps_json(const struct vnet_tap *v, size_t n)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(all, cli_json_tap(&v[i]));
	cli_json_print(all);
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(((const struct vnet_tap *)a)->name, ((const struct vnet_tap *)b)->name);
}

static int tap_list(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network");
	AUTO_FREE struct vnet_tap *v = NULL;
	struct vnet_network net;
	struct vnet_error why;
	size_t n = 0;

	if (!cli_conn(cli) || (name && cli_network(cli, name, &net) < 0))
		return -1;
	if (vnet_tap_list(cli->conn, name ? &net : NULL, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to list taps");
	qsort(v, n, sizeof(*v), by_number);
	if (cli_arg(args, "json"))
		print_taps_json(v, n);
	else
		print_taps(cli, v, n);
	return 0;
}

/* The descriptors' numbers, joined by ':', and kept open over exec. NULL: told why. */
static char *numbers(const int *fds, size_t n)
{
	char *text = cli_text("%s", "");

	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *before = text;

		if (fcntl(fds[i], F_SETFD, 0) < 0)
			return cli_error("descriptor %d: %s", fds[i], strerror(errno)), NULL;
		text = cli_text("%s%s%d", before, i ? ":" : "", fds[i]);
	}
	return text;
}

/* `word` with each {fd} replaced, for free(). */
static char *fill_in(const char *word, const char *fd)
{
	static const char mark[] = "{fd}";
	char *out = cli_text("%s", "");

	for (const char *at; (at = strstr(word, mark)); word = at + strlen(mark)) {
		AUTO_FREE char *before = out;

		out = cli_text("%s%.*s%s", before, (int)(at - word), word, fd);
	}
	AUTO_FREE char *before = out;

	return cli_text("%s%s", before, word);
}

static int exec_with(const struct cli_args *args, const char *fd)
{
	char **argv = cli_alloc(NULL, args->n_rest + 1, sizeof(*argv));

	for (size_t i = 0; i < args->n_rest; i++)
		argv[i] = fill_in(args->rest[i], fd);
	argv[args->n_rest] = NULL;
	fflush(stdout);
	execvp(argv[0], argv);
	cli_error("cannot run '%s': %s", argv[0], strerror(errno));
	for (size_t i = 0; i < args->n_rest; i++)
		free(argv[i]);
	free(argv);
	return -1;
}

static int tap_exec(struct cli *cli, const struct cli_args *args)
{
	struct vnet_tap_request r = { .name = cli_arg(args, "name"), .owner = VNET_NO_OWNER };
	const char *name = cli_arg(args, "network");
	int fds[VNET_TAP_QUEUES_MAX];
	struct vnet_network net;
	struct vnet_error why;
	struct vnet_tap tap;
	size_t n;

	if (read_request(args, &r) < 0 || cli_network(cli, name, &net) < 0)
		return -1;
	if (vnet_tap_add(cli->conn, &net, &r, &tap, fds, &n, &why) < 0)
		return cli_failed(&why, "Failed to add a tap to network %s", name);
	AUTO_FREE char *fd = numbers(fds, n);

	return fd ? exec_with(args, fd) : -1;
}

/* clang-format off */
#define TAP_OPTIONS                                                                     \
	{ "name", ARG_VALUE, false, "the tap's name; else the next free vnetN" },       \
	{ "queues", ARG_VALUE, false, "how many queues it has" },                       \
	{ "mac", ARG_VALUE, false, "MAC address of the guest" },                        \
	{ "portgroup", ARG_VALUE, false, "port group of the network" }

const struct cli_cmd cli_tap_cmds[] = {
	{ "tap add", tap_add, "add a persistent tap to a running network", false,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    { "owner", ARG_VALUE, false, "user that may open the tap; else only root" },
	    TAP_OPTIONS } },
	{ "tap del", tap_del, "delete a persistent tap", false, { { "tap", ARG_DATA, true, "the tap's name" } } },
	{ "tap list", tap_list, "list taps", false,
	  { { "network", ARG_DATA, false, "only of this network" }, { "json", ARG_FLAG, false, "as JSON" } } },
	{ "tap exec", tap_exec, "run a program that uses a tap", true,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    TAP_OPTIONS,
	    { "command", ARG_REST, true, "behind '--'; {fd} becomes the number of the tap's descriptor (A:B with queues)" } } },
	{ 0 },
};
/* clang-format on */
