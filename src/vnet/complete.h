/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/complete.h - what could stand where the user is typing: names of commands and options from the rows, names of
 * things from the daemon. Nothing is told when the daemon is not there: there is just less to choose from. */
#pragma once
#include "vnet/cli.h"

struct candidates {
	char **v; /* sorted, each once */
	size_t n;
};

/* For the last of `n` words, which may be "" or a part; the others stand before it. */
struct candidates complete_words(struct cli *cli, const char *const *words, size_t n);
/* For the end of a line as the shell reads it; *ret_typed bytes of each candidate are there already. */
struct candidates complete_line(struct cli *cli, const char *line, size_t *ret_typed);
void candidates_free(struct candidates *c);
