/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peer/command.h - what a shell command prints, for tests. */
#pragma once
#include <stdio.h>

#include "base/mem.h"

enum { OUTPUT_MAX = 256 * 1024 };

/* At most OUTPUT_MAX bytes less one; freed with mem_drop. NULL: it can't be run. */
static inline char *output_of(const char *command)
{
	FILE *p = popen(command, "r");
	char *text;

	if (!p)
		return NULL;
	text = mem_array(1, OUTPUT_MAX);
	text[fread(text, 1, OUTPUT_MAX - 1, p)] = '\0';
	pclose(p);
	return text;
}
