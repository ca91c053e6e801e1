/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "vnet/cli.h"

struct table {
	size_t columns, n; /* n: cells, the headers are the first row */
	char **cells;
};

/* A cell may hold what a guest called itself: nothing in it may steer the terminal. */
static char *printable(const char *s)
{
	char *out = cli_alloc(NULL, 4 * strlen(s) + 1, 1), *p = out;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			p += sprintf(p, "\\x%02x", c);
		else
			*p++ = (char)c;
	}
	*p = '\0';
	return out;
}

/* Columns on the terminal; bytes where the locale can't read the text. */
static size_t width(const char *s)
{
	size_t bytes = strlen(s);
	wchar_t *wide = cli_alloc(NULL, bytes + 1, sizeof(*wide));
	size_t n = mbstowcs(wide, s, bytes + 1);
	int columns = n == (size_t)-1 ? -1 : wcswidth(wide, n);

	free(wide);
	return columns < 0 ? bytes : (size_t)columns;
}

struct table *table_new(const char *const *headers)
{
	struct table *t = cli_alloc(NULL, 1, sizeof(*t));

	*t = (struct table){ 0 };
	while (headers[t->columns])
		t->columns++;
	table_row(t, headers);
	return t;
}

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

void table_row(struct table *t, const char *const *cells)
{
	t->cells = cli_alloc(t->cells, t->n + t->columns, sizeof(*t->cells));
	for (size_t i = 0; i < t->columns; i++)
		t->cells[t->n++] = printable(cells[i]);
}

static void print_row(char **cells, const size_t *widths, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		printf("%s%s", i ? "   " : " ", cells[i]);
		for (size_t w = width(cells[i]); i + 1 < columns && w < widths[i]; w++)
			putchar(' ');
	}
	putchar('\n');
}

static void print_rule(const size_t *widths, size_t columns)
{
	size_t len = 3 * columns;

	for (size_t i = 0; i < columns; i++)
		len += widths[i];
	while (len--)
		putchar('-');
	putchar('\n');
}

void table_print(const struct table *t, bool quiet)
{
	AUTO_FREE size_t *widths = cli_alloc(NULL, t->columns, sizeof(*widths));
	size_t first = quiet ? t->columns : 0;

	memset(widths, 0, t->columns * sizeof(*widths));
	for (size_t i = first; i < t->n; i++) {
		size_t w = width(t->cells[i]);

		if (w > widths[i % t->columns])
			widths[i % t->columns] = w;
	}
	for (size_t i = first; i < t->n; i += t->columns) {
		print_row(t->cells + i, widths, t->columns);
		if (i == 0)
			print_rule(widths, t->columns);
	}
}
