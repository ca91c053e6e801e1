/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/table.h - columns as wide as their widest cell, as spec'd by virsh's output: a blank before each row, three
 * between cells, none behind the last. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct table;

/* `headers` end with NULL. */
struct table *table_new(const char *const *headers);
void table_free(struct table *t);
/* Adds a row of as many cells as there are headers; they are copied, control characters as \xNN. */
void table_row(struct table *t, const char *const *cells);
/* Prints all; `quiet`: the rows alone. */
void table_print(const struct table *t, bool quiet);
