/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/csv.h - a value of dnsmasq's configuration, cut at its commas. */
#pragma once
#include <stddef.h>

enum { CSV_MAX = 64 };

struct csv { /* empty words count */
	char *text;
	char *v[CSV_MAX];
	size_t n; /* at least 1 */
};

int csv_cut(const char *text, struct csv *ret); /* 0, or -EINVAL: more than CSV_MAX, and nothing to free */
void csv_free(struct csv *w);
const char *csv_at(const struct csv *w, size_t i); /* "" behind the last */
/* A decimal number of at most `most`; "" is 0. 0 or -EINVAL. */
int csv_number(const char *text, unsigned most, unsigned *ret);
