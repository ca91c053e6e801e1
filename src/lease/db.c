/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/db.h"

#include <errno.h>
#include <sqlite3.h>

#include "lease/schema.h"

enum { TRIM_EVERY = 1000 /* rows of history */ };

enum statement {
	S_BEGIN,
	S_COMMIT,
	S_ROLLBACK,
	S_LOAD,
	S_LOAD6,
	S_PUT,
	S_FORGET,
	S_FORGET_HISTORY,
	S_BOOT,
	S_REBASE,
	S_SET_BOOT,
	S_NOTE,
	S_TRIM,
	S_HISTORY,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
	[S_BEGIN] = "BEGIN IMMEDIATE",
	[S_COMMIT] = "COMMIT",
	[S_ROLLBACK] = "ROLLBACK",
	[S_LOAD] = "SELECT network, ip, state, expiry, mac, client_id, hostname, boot_expiry, id FROM lease "
		   "WHERE typeof(ip) <> 'blob' ORDER BY id", /* of two for one address the newer counts */
	[S_LOAD6] = "SELECT network, ip, state, expiry, mac, client_id, hostname, boot_expiry, id FROM lease "
		    "WHERE typeof(ip) = 'blob' ORDER BY id",
	[S_PUT] = "REPLACE INTO lease (network, ip, state, expiry, mac, client_id, hostname, boot_expiry, id) "
		  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[S_FORGET] = "DELETE FROM lease WHERE network = ?",
	[S_FORGET_HISTORY] = "DELETE FROM history WHERE network = ?",
	[S_BOOT] = "SELECT id FROM boot",
	[S_REBASE] = "UPDATE lease SET boot_expiry = max(expiry - ?1, 0) + ?2 WHERE expiry > 0",
	[S_SET_BOOT] = "REPLACE INTO boot (one, id) VALUES (1, ?)",
	[S_NOTE] = "INSERT INTO history (network, at, ip, state, mac, hostname) VALUES (?, ?, ?, ?, ?, ?)",
	[S_TRIM] = "DELETE FROM history WHERE id <= ?",
	[S_HISTORY] = "SELECT at, ip, state, mac, hostname FROM history WHERE network = ?1 AND (?2 IS NULL OR ip = ?2) "
		      "AND (length(?3) = 0 OR mac = ?3) AND at BETWEEN ?4 AND ?5 ORDER BY id DESC LIMIT ?6",
};

struct lease_db {
	sqlite3 *sql;
	sqlite3_stmt *st[STATEMENTS];
	bool open;      /* a transaction */
	int64_t last;   /* the highest number that a row of a lease ever had */
	unsigned noted; /* since history was trimmed */
};

uint64_t lease_to_unix(uint64_t expiry, const struct lease_clock *now)
{
	if (expiry == LEASE_NEVER)
		return 0;
	return expiry >= now->boot_s ? now->unix_s + (expiry - now->boot_s) : now->unix_s;
}

uint64_t lease_from_unix(uint64_t expiry, const struct lease_clock *now)
{
	if (expiry == 0)
		return LEASE_NEVER;
	return expiry > now->unix_s ? now->boot_s + (expiry - now->unix_s) : now->boot_s;
}

static int prepare(struct lease_db *db)
{
	for (int i = 0; i < STATEMENTS; i++) {
		int rc = sqlite3_prepare_v3(db->sql, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL);

		if (rc != SQLITE_OK)
			return lease_sql_errno(rc);
	}
	return 0;
}

int lease_db_open(const char *path, struct lease_db **ret)
{
	AUTO(lease_db_close) struct lease_db *db = mem_new(struct lease_db);
	int rc =
	    sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	int r = lease_sql_errno(rc);

	/* Somebody writes to it with the sqlite3 program: guests wait for us, also those that ask for names. */
	sqlite3_busy_timeout(db->sql, 200);
	if (r == 0)
		r = lease_sql_ask(db->sql, "PRAGMA cache_size = -16000", NULL); /* KiB: all of a large network's */
	if (r == 0)
		r = lease_sql_ask(db->sql, "PRAGMA journal_mode = WAL", NULL);
	if (r == 0) /* an ACK is a promise that survives a power cut */
		r = lease_sql_ask(db->sql, "PRAGMA synchronous = FULL", NULL);
	if (r == 0)
		r = lease_sql_ask(db->sql, "PRAGMA temp_store = MEMORY", NULL);
	if (r == 0)
		r = lease_schema_open(db->sql);
	if (r == 0)
		r = prepare(db);
	if (r == 0)
		r = lease_sql_ask(db->sql, "SELECT max(id) FROM lease", &db->last);
	if (r < 0)
		return r;
	*ret = TAKE(db);
	return 0;
}

void lease_db_close(struct lease_db *db)
{
	if (!db)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->st[i]);
	sqlite3_close(db->sql);
	mem_drop(db);
}

const char *lease_db_error(const struct lease_db *db)
{
	return sqlite3_errmsg(db->sql);
}

static int run(struct lease_db *db, enum statement which)
{
	int rc = sqlite3_step(db->st[which]);

	sqlite3_reset(db->st[which]);
	return lease_sql_errno(rc);
}

static int begin(struct lease_db *db)
{
	int r = db->open ? 0 : run(db, S_BEGIN);

	db->open |= r == 0;
	return r;
}

/* A failed statement may or may not have ended the transaction; afterwards there is none. */
static int give_up(struct lease_db *db, int r)
{
	if (!sqlite3_get_autocommit(db->sql))
		run(db, S_ROLLBACK);
	db->open = false;
	return r;
}

static struct view blob(sqlite3_stmt *st, int column)
{
	const void *p =
	    sqlite3_column_blob(st, column); /* before its size is asked for, as sqlite3_column_blob(3) says */

	return (struct view){ p, (size_t)sqlite3_column_bytes(st, column) };
}

/* Is the file's CLOCK_BOOTTIME ours? */
static bool same_boot(struct lease_db *db, const struct lease_clock *now)
{
	sqlite3_stmt *st = db->st[S_BOOT];
	bool known = !uuid_eq(&now->boot, &(struct uuid){ { 0 } });
	bool same = known && sqlite3_step(st) == SQLITE_ROW &&
		    view_eq(blob(st, 0), (struct view){ now->boot.b, sizeof(now->boot.b) });

	sqlite3_reset(st);
	return same;
}

/* All but the address. false: it makes no sense. */
static bool read_row(sqlite3_stmt *st, bool same, const struct lease_clock *now, struct uuid *network, struct lease *l)
{
	struct view uuid = blob(st, 0), mac = blob(st, 4);

	*l = (struct lease){
		.state = (enum lease_state)sqlite3_column_int(st, 2),
		.expiry = same && sqlite3_column_int64(st, 3)
			      ? (uint64_t)sqlite3_column_int64(st, 7)
			      : lease_from_unix((uint64_t)sqlite3_column_int64(st, 3), now),
		.id = blob(st, 5),
		.hostname = (char *)sqlite3_column_text(st, 6),
		.row = sqlite3_column_int64(st, 8),
	};
	if (uuid.len != sizeof(network->b) || mac.len != sizeof(l->mac.b))
		return false;
	memcpy(network->b, uuid.p, sizeof(network->b));
	memcpy(l->mac.b, mac.p, sizeof(l->mac.b));
	return true;
}

/* From now on the file counts by this boot. */
static int rebase(struct lease_db *db, const struct lease_clock *now)
{
	int r = begin(db);

	sqlite3_bind_int64(db->st[S_REBASE], 1, (int64_t)now->unix_s);
	sqlite3_bind_int64(db->st[S_REBASE], 2, (int64_t)now->boot_s);
	sqlite3_bind_blob(db->st[S_SET_BOOT], 1, now->boot.b, sizeof(now->boot.b), SQLITE_STATIC);
	if (r == 0)
		r = run(db, S_REBASE);
	if (r == 0)
		r = run(db, S_SET_BOOT);
	return r < 0 ? give_up(db, r) : lease_db_commit(db);
}

int lease_db_load(struct lease_db *db, const struct lease_clock *now, lease_db_row *each, void *arg)
{
	sqlite3_stmt *st = db->st[S_LOAD];
	bool same = same_boot(db, now);
	struct uuid network;
	struct lease l;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!read_row(st, same, now, &network, &l))
			continue;
		l.addr = (uint32_t)sqlite3_column_int64(st, 1);
		each(arg, &network, &l);
	}
	sqlite3_reset(st);
	return rc != SQLITE_DONE ? lease_sql_errno(rc) : same ? 0 : rebase(db, now);
}

int lease_db_load6(struct lease_db *db, const struct lease_clock *now, lease_db_row6 *each, void *arg)
{
	sqlite3_stmt *st = db->st[S_LOAD6];
	struct ip ip = { .family = AF_INET6 };
	bool same = same_boot(db, now);
	struct uuid network;
	struct lease l;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct view b = blob(st, 1);

		if (b.len != sizeof(ip.b) || !read_row(st, same, now, &network, &l))
			continue;
		memcpy(ip.b, b.p, sizeof(ip.b));
		each(arg, &network, &ip, &l);
	}
	sqlite3_reset(st);
	return lease_sql_errno(rc);
}

/* `ip`: IPv6; NULL: it is l->addr. */
static void bind_ip(sqlite3_stmt *st, int column, const struct ip *ip, const struct lease *l)
{
	if (ip)
		sqlite3_bind_blob(st, column, ip->b, sizeof(ip->b), SQLITE_STATIC);
	else
		sqlite3_bind_int64(st, column, l->addr);
}

static int put(struct lease_db *db, const struct uuid *network, const struct ip *ip, struct lease *l,
	       const struct lease_clock *now)
{
	sqlite3_stmt *st = db->st[S_PUT];
	int r = begin(db);

	if (r < 0)
		return give_up(db, r);
	sqlite3_bind_blob(st, 1, network->b, sizeof(network->b), SQLITE_STATIC);
	bind_ip(st, 2, ip, l);
	sqlite3_bind_int(st, 3, (int)l->state);
	sqlite3_bind_int64(st, 4, l->state == LEASE_FREE ? 0 : (int64_t)lease_to_unix(l->expiry, now));
	sqlite3_bind_blob(st, 5, l->mac.b, sizeof(l->mac.b), SQLITE_STATIC);
	sqlite3_bind_blob(st, 6, l->id.len ? l->id.p : (const uint8_t *)"", (int)l->id.len, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, l->hostname, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 8, l->state == LEASE_FREE || l->expiry == LEASE_NEVER ? 0 : (int64_t)l->expiry);
	if (!l->row) /* never one of a transaction that failed: another lease keeps it for its next try */
		l->row = ++db->last;
	sqlite3_bind_int64(st, 9, l->row);
	r = run(db, S_PUT);
	return r < 0 ? give_up(db, r) : 0;
}

int lease_db_put(struct lease_db *db, const struct uuid *network, struct lease *l, const struct lease_clock *now)
{
	return put(db, network, NULL, l, now);
}

int lease_db_put6(struct lease_db *db, const struct uuid *network, const struct ip *ip, struct lease *l,
		  const struct lease_clock *now)
{
	return put(db, network, ip, l, now);
}

int lease_db_forget(struct lease_db *db, const struct uuid *network)
{
	int r = begin(db);

	if (r < 0)
		return give_up(db, r);
	sqlite3_bind_blob(db->st[S_FORGET], 1, network->b, sizeof(network->b), SQLITE_STATIC);
	sqlite3_bind_blob(db->st[S_FORGET_HISTORY], 1, network->b, sizeof(network->b), SQLITE_STATIC);
	r = run(db, S_FORGET);
	if (r == 0)
		r = run(db, S_FORGET_HISTORY);
	return r < 0 ? give_up(db, r) : 0;
}

int lease_db_commit(struct lease_db *db)
{
	if (!db->open)
		return 0;
	int r = run(db, S_COMMIT);

	if (r < 0)
		return give_up(db, r);
	db->open = false;
	return 0;
}

/* --- history --- */

static int trim(struct lease_db *db)
{
	if (db->noted++ % TRIM_EVERY)
		return 0;
	sqlite3_bind_int64(db->st[S_TRIM], 1, sqlite3_last_insert_rowid(db->sql) - LEASE_HISTORY_MAX);
	return run(db, S_TRIM);
}

static int note(struct lease_db *db, const struct uuid *network, const struct ip *ip, const struct lease *l,
		const struct lease_clock *now)
{
	sqlite3_stmt *st = db->st[S_NOTE];
	int r = begin(db);

	if (r < 0)
		return give_up(db, r);
	sqlite3_bind_blob(st, 1, network->b, sizeof(network->b), SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (int64_t)now->unix_s);
	bind_ip(st, 3, ip, l);
	sqlite3_bind_int(st, 4, (int)l->state);
	sqlite3_bind_blob(st, 5, l->mac.b, sizeof(l->mac.b), SQLITE_STATIC);
	sqlite3_bind_text(st, 6, l->hostname, -1, SQLITE_STATIC);
	r = run(db, S_NOTE);
	if (r == 0)
		r = trim(db);
	return r < 0 ? give_up(db, r) : 0;
}

int lease_db_note(struct lease_db *db, const struct uuid *network, const struct lease *l, const struct lease_clock *now)
{
	return note(db, network, NULL, l, now);
}

int lease_db_note6(struct lease_db *db, const struct uuid *network, const struct ip *ip, const struct lease *l,
		   const struct lease_clock *now)
{
	return note(db, network, ip, l, now);
}

/* Family 0: it makes no sense. */
static struct ip event_ip(sqlite3_stmt *st, int column)
{
	struct ip ip = { 0 };
	struct view b;

	if (sqlite3_column_type(st, column) != SQLITE_BLOB)
		return ip_from_v4((uint32_t)sqlite3_column_int64(st, column));
	b = blob(st, column);
	if (b.len != sizeof(ip.b))
		return ip;
	ip.family = AF_INET6;
	memcpy(ip.b, b.p, sizeof(ip.b));
	return ip;
}

static void give_event(sqlite3_stmt *st, lease_db_event *each, void *arg)
{
	struct ip ip = event_ip(st, 1);
	struct view mac = blob(st, 3);
	struct lease l = {
		.state = (enum lease_state)sqlite3_column_int(st, 2),
		.hostname = (char *)sqlite3_column_text(st, 4),
	};

	if (!ip.family || mac.len != sizeof(l.mac.b) || l.state >= LEASE_STATES)
		return;
	memcpy(l.mac.b, mac.p, sizeof(l.mac.b));
	each(arg, (uint64_t)sqlite3_column_int64(st, 0), &ip, &l);
}

int lease_db_history(struct lease_db *db, const struct uuid *network, const struct lease_history_filter *f,
		     lease_db_event *each, void *arg)
{
	sqlite3_stmt *st = db->st[S_HISTORY];
	uint64_t most = INT64_MAX;
	int rc;

	sqlite3_bind_blob(st, 1, network->b, sizeof(network->b), SQLITE_STATIC);
	if (f->ip.family == AF_INET6)
		sqlite3_bind_blob(st, 2, f->ip.b, sizeof(f->ip.b), SQLITE_STATIC);
	else if (f->ip.family)
		sqlite3_bind_int64(st, 2, ip_v4(&f->ip));
	else
		sqlite3_bind_null(st, 2);
	sqlite3_bind_blob(st, 3, f->mac.b, mac_is_zero(&f->mac) ? 0 : sizeof(f->mac.b), SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, (int64_t)(f->since < most ? f->since : most));
	sqlite3_bind_int64(st, 5, (int64_t)(f->until < most ? f->until : most));
	sqlite3_bind_int64(st, 6, f->most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		give_event(st, each, arg);
	sqlite3_reset(st);
	return lease_sql_errno(rc);
}
