/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/history.h - `dhcp-leases --history`. */
#pragma once
#include "vnet/cli.h"

/* What happened to leases, as the arguments of dhcp-leases say. 0 or -1, told why. */
int cli_history(struct cli *cli, const struct cli_args *args);
