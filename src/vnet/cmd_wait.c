/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits until a guest has an address, and prints it. */
#include "vnet/cli.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 50, TIMEOUT_MAX_S = 2147483 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Of two machines of one name, and of two leases of one machine, the one that lasts longer. */
static bool outlasts(const struct vnet_lease *a, const struct vnet_lease *b)
{
	return b->expiry && (!a->expiry || a->expiry > b->expiry);
}

/* 1: it has an address, which is printed; 0: not yet; -1: told why. `mac` NULL: `guest` is a name. */
static int look(struct cli *cli, const struct vnet_network *net, const char *guest, const char *mac)
{
	const struct vnet_lease *best = NULL;
	struct vnet_lease *v = NULL;
	struct vnet_error why;
	size_t n = 0;

	if (vnet_leases(cli->conn, net, mac, &v, &n, &why) < 0)
		return cli_failed(&why, "Failed to get leases info for %s", net->name);
	for (size_t i = 0; i < n; i++)
		if ((mac || (v[i].hostname && strcasecmp(v[i].hostname, guest) == 0)) &&
		    (!best || outlasts(&v[i], best)))
			best = &v[i];
	bool found = best;

	if (found)
		puts(best->ip);
	vnet_leases_free(v, n);
	return found;
}

static int wait_for_guest(struct cli *cli, const struct cli_args *args)
{
	const char *name = cli_arg(args, "network"), *guest = cli_arg(args, "guest");
	struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	struct vnet_network net;
	unsigned timeout_s = 0;
	int r;

	if (cli_arg_number(args, "timeout", 1, TIMEOUT_MAX_S, &timeout_s) < 0 || cli_network(cli, name, &net) < 0)
		return -1;
	int64_t end = now_ms() + (int64_t)timeout_s * 1000;

	while ((r = look(cli, &net, guest, strchr(guest, ':') ? guest : NULL)) == 0) {
		if (timeout_s && now_ms() >= end)
			return cli_error("guest %s has no address on network %s after %u s", guest, name, timeout_s);
		nanosleep(&pause, NULL);
	}
	return r < 0 ? -1 : 0;
}

/* clang-format off */
const struct cli_cmd cli_wait_cmds[] = {
	{ "wait", wait_for_guest, "wait until a guest has an address", true,
	  { { "network", ARG_DATA, true, "name or uuid" },
	    { "guest", ARG_DATA, true, "the guest's name, as it calls itself, or its MAC address" },
	    { "timeout", ARG_VALUE, false, "give up after so many seconds" } } },
	{ 0 },
};
/* clang-format on */
