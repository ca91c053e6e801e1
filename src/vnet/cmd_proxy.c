/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The far end of network+ssh. */
#include "vnet/cli.h"

#include <stdio.h>
#include <unistd.h>

static int proxy(struct cli *cli, const struct cli_args *args)
{
	struct vnet_error why;

	(void)args;
	fflush(stdout);
	if (vnet_proxy(cli->uri, cli->read_only ? VNET_READ_ONLY : 0, STDIN_FILENO, STDOUT_FILENO, &why) < 0)
		return cli_error("%s", why.message);
	return 0;
}

const struct cli_cmd cli_proxy_cmds[] = {
	{ "proxy", proxy, "join standard input and output to the daemon's socket", true, { { 0 } } },
	{ 0 },
};
