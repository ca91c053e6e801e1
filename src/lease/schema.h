/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/schema.h - the tables of the lease database, and what makes a file of today's version of an older one.
 * Errors  0 or -errno, -EIO for what SQLite alone knows. */
#pragma once
#include <stdint.h>

struct sqlite3;

int lease_sql_errno(int rc); /* of a result code of SQLite's */

/* Runs one statement; the first column of its first row to *ret, which may be NULL. */
int lease_sql_ask(struct sqlite3 *sql, const char *text, int64_t *ret);

/* Makes the tables of an empty file, or brings an older one up to date. -EPROTONOSUPPORT: it was written by a newer version;
 * -ENOTUNIQ: it is no database of ours. */
int lease_schema_open(struct sqlite3 *sql);
