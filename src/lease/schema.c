/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/schema.h"

#include <errno.h>
#include <sqlite3.h>

#include "base/mem.h"

enum { APP_ID = 0x764e6574 /* "vNet", in the file's header */ };

static const char schema[] = "BEGIN;"
			     "CREATE TABLE lease ("
			     "  network BLOB NOT NULL," /* uuid, 16 bytes */
			     "  ip INTEGER NOT NULL,"   /* IPv6: a blob of 16 bytes, which this column keeps as it is */
			     "  state INTEGER NOT NULL,"  /* enum lease_state */
			     "  expiry INTEGER NOT NULL," /* Unix seconds; 0: never */
			     "  mac BLOB NOT NULL,"
			     "  client_id BLOB NOT NULL," /* IPv6: 255, IAID and DUID */
			     "  hostname TEXT,"
			     "  PRIMARY KEY (network, ip)"
			     ") WITHOUT ROWID;"
			     "PRAGMA application_id = 1984849268;"
			     "PRAGMA user_version = 1;"
			     "COMMIT;";

/* What makes a file of one version that of the next, [0] of version 1. */
static const char *const upgrades[] = {
	"BEGIN;"
	/* CLOCK_BOOTTIME seconds, of the boot that the table of that name says */
	"ALTER TABLE lease ADD COLUMN boot_expiry INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE boot (one INTEGER PRIMARY KEY CHECK (one = 1), id BLOB NOT NULL);"
	"CREATE TABLE history ("
	"  id INTEGER PRIMARY KEY," /* in the order of time */
	"  network BLOB NOT NULL,"
	"  at INTEGER NOT NULL,"    /* Unix seconds */
	"  ip INTEGER NOT NULL,"    /* as in the table lease */
	"  state INTEGER NOT NULL," /* what it is from then on */
	"  mac BLOB NOT NULL,"
	"  hostname TEXT"
	");"
	"PRAGMA user_version = 2;"
	"COMMIT;",
	"PRAGMA user_version = 3", /* it may hold IPv6 addresses: nothing for a program that does not know them */
	"PRAGMA user_version = 4", /* so may the history */
	/* By address, leases given together would each be a page to write and to sync; in the order in which addresses were first
	 * given they lie together, also when they are renewed. */
	"BEGIN;"
	"CREATE TABLE lease_in_order ("
	"  id INTEGER PRIMARY KEY,"
	"  network BLOB NOT NULL,"
	"  ip INTEGER NOT NULL," /* once in a network */
	"  state INTEGER NOT NULL,"
	"  expiry INTEGER NOT NULL,"
	"  mac BLOB NOT NULL,"
	"  client_id BLOB NOT NULL,"
	"  hostname TEXT,"
	"  boot_expiry INTEGER NOT NULL"
	");"
	"INSERT INTO lease_in_order (network, ip, state, expiry, mac, client_id, hostname, boot_expiry)"
	"  SELECT network, ip, state, expiry, mac, client_id, hostname, boot_expiry FROM lease;"
	"DROP TABLE lease;"
	"ALTER TABLE lease_in_order RENAME TO lease;"
	"PRAGMA user_version = 5;"
	"COMMIT;",
};

enum { VERSION = ARRAY_SIZE(upgrades) + 1 };

int lease_sql_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -ENOTUNIQ;
	default:
		return -EIO;
	}
}

int lease_sql_ask(struct sqlite3 *sql, const char *text, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(sql, text, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && ret)
		*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return lease_sql_errno(rc);
}

/* The file's own stamps tell whether it is ours and can be read. */
int lease_schema_open(struct sqlite3 *sql)
{
	int64_t version = 0, app = 0, tables = 0;
	int r = lease_sql_ask(sql, "PRAGMA user_version", &version);

	if (r == 0)
		r = lease_sql_ask(sql, "PRAGMA application_id", &app);
	if (r == 0)
		r = lease_sql_ask(sql, "SELECT count(*) FROM sqlite_schema", &tables);
	if (r < 0)
		return r;
	if (tables == 0 && version == 0) {
		r = lease_sql_errno(sqlite3_exec(sql, schema, NULL, NULL, NULL));
		version = 1;
	} else if (app != APP_ID) {
		return -ENOTUNIQ;
	}
	if (version < 1 || version > VERSION)
		return -EPROTONOSUPPORT;
	for (; version < VERSION && r == 0; version++)
		r = lease_sql_errno(sqlite3_exec(sql, upgrades[version - 1], NULL, NULL, NULL));
	return r;
}
