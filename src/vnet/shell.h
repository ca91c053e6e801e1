/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/shell.h - commands line by line: at a terminal with editing, history and completion (libedit), else as they come. */
#pragma once
#include "vnet/cli.h"

/* Until `quit` or the end of input. 0, or -1: there is no shell to be had, told why. */
int shell_run(struct cli *cli);
