/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/csv.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

int csv_cut(const char *text, struct csv *ret)
{
	char *rest;

	*ret = (struct csv){ .text = mem_strdup(text) };
	rest = ret->text;
	for (char *word; (word = strsep(&rest, ","));) {
		if (ret->n == CSV_MAX) {
			csv_free(ret);
			return -EINVAL;
		}
		ret->v[ret->n++] = word;
	}
	return 0;
}

void csv_free(struct csv *w)
{
	mem_drop(TAKE(w->text));
}

const char *csv_at(const struct csv *w, size_t i)
{
	return i < w->n ? w->v[i] : "";
}

int csv_number(const char *text, unsigned most, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text) {
		*ret = 0;
		return 0;
	}
	if (*end || n > most || text[0] == '-' || text[0] == '+')
		return -EINVAL;
	*ret = (unsigned)n;
	return 0;
}
