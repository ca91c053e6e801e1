/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/words.h - a line as a shell would read it: words, quotes, ';' between commands, '#' before a comment. */
#pragma once
#include <stddef.h>

struct words {
	const char **v; /* point into `text` */
	size_t n;
	char *text;
};

/* Takes the next command off *line and moves *line behind it. 1: *ret is its words, maybe none; 0: the line is at its
 * end; -1: a quote is left open. */
int words_next(const char **line, struct words *ret);
void words_free(struct words *w);
