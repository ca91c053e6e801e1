/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/db: what was committed is there after a crash, and what was not stored is not promised. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lease/db.h"

static char folder[] = "/tmp/test_lease_db.XXXXXX";
static const struct uuid net_a = { "network a      " }, net_b = { "network b      " };
static const struct lease_clock now = { .boot_s = 5000, .unix_s = 1700000000 };

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static char *path_of(const char *name)
{
	return mem_printf("%s/%s", folder, name);
}

static int remove_folder(void **state)
{
	(void)state;
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", folder);

	return system(rm);
}

static struct lease_db *open_db(const char *name)
{
	AUTO(mem_drop) char *path = path_of(name);
	struct lease_db *db = NULL;

	assert_int_equal(lease_db_open(path, &db), 0);
	return db;
}

static struct lease lease(uint32_t addr, enum lease_state s, uint64_t expiry, const char *hostname)
{
	return (struct lease){
		.addr = addr,
		.state = s,
		.expiry = expiry,
		.mac = { { 0x52, 0x54, 0, 0, 0, (uint8_t)addr } },
		.id = { (const uint8_t *)"id\0with zero", 12 },
		.hostname = (char *)hostname,
	};
}

static void put(struct lease_db *db, const struct uuid *n, struct lease l)
{
	assert_int_equal(lease_db_put(db, n, &l, &now), 0);
}

/* Rows as text, "a 5 BOUND 8600 host;" and so on in the order in which they were first stored, to compare at a glance. */
static void note(void *arg, const struct uuid *n, const struct lease *l)
{
	char *out = arg;
	size_t len = strlen(out);

	assert_int_equal(l->mac.b[5], (uint8_t)l->addr);
	assert_true(view_eq(l->id, (struct view){ (const uint8_t *)"id\0with zero", 12 }));
	snprintf(out + len, 500 - len, "%c %u %d %lld %s;", n->b[8], l->addr, (int)l->state,
		 l->expiry == LEASE_NEVER ? -1 : (long long)l->expiry, l->hostname ?: "-");
}

static void expect_rows(struct lease_db *db, const struct lease_clock *at, const char *want)
{
	char got[500] = "";

	assert_int_equal(lease_db_load(db, at, note, got), 0);
	assert_string_equal(got, want);
}

static void rows_come_back(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = open_db("rows");
	struct lease_clock later = { .boot_s = 10, .unix_s = now.unix_s + 600 }; /* another boot */
	struct lease changes = lease(5, LEASE_BOUND, now.boot_s + 3600, "host");

	(void)state;
	put(db, &net_b, lease(7, LEASE_FREE, 0, NULL));
	assert_int_equal(lease_db_put(db, &net_a, &changes, &now), 0);
	put(db, &net_a, lease(6, LEASE_BOUND, LEASE_NEVER, NULL));
	put(db, &net_a, lease(0xfffffffe, LEASE_DECLINED, now.boot_s + 60, NULL));
	changes.expiry = now.boot_s + 1800;
	changes.hostname = (char *)"renamed";
	assert_int_equal(lease_db_put(db, &net_a, &changes, &now), 0);
	assert_int_equal(lease_db_commit(db), 0);
	assert_int_equal(lease_db_commit(db), 0); /* nothing to do */
	expect_rows(db, &later, "b 7 0 -1 -;a 5 2 1210 renamed;a 6 2 -1 -;a 4294967294 3 10 -;");
	assert_int_equal(lease_db_forget(db, &net_a), 0);
	assert_int_equal(lease_db_commit(db), 0);
	expect_rows(db, &later, "b 7 0 -1 -;");
}

static void note6(void *arg, const struct uuid *n, const struct ip *ip, const struct lease *l)
{
	char *out = arg, text[IP_TEXT];
	size_t len = strlen(out);

	assert_true(view_eq(l->id, (struct view){ (const uint8_t *)"id\0with zero", 12 }));
	snprintf(out + len, 500 - len, "%c %s %d %lld %s;", n->b[8], ip_text(ip, text), (int)l->state,
		 (long long)l->expiry, l->hostname ?: "-");
}

/* Both families of one network, side by side. */
static void ipv6_has_its_rows(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = open_db("six");
	struct lease l = lease(7, LEASE_BOUND, now.boot_s + 60, "host"), m = l;
	struct ip a = { AF_INET6, { 0xfd, [15] = 5 } }, b = { AF_INET6, { 0 } };
	char got[500] = "";

	(void)state;
	put(db, &net_a, lease(5, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_put6(db, &net_a, &a, &l, &now), 0);
	assert_int_equal(lease_db_put6(db, &net_a, &b, &m, &now), 0);
	l.expiry += 60;
	assert_int_equal(lease_db_put6(db, &net_a, &a, &l, &now), 0);
	assert_int_equal(lease_db_commit(db), 0);
	expect_rows(db, &now, "a 5 2 8600 -;");
	assert_int_equal(lease_db_load6(db, &now, note6, got), 0);
	assert_string_equal(got, "a fd00::5 2 5120 host;a :: 2 5060 host;");
	assert_int_equal(lease_db_forget(db, &net_a), 0);
	assert_int_equal(lease_db_commit(db), 0);
	got[0] = '\0';
	assert_int_equal(lease_db_load6(db, &now, note6, got), 0);
	assert_string_equal(got, "");
}

static void copy(const char *from, const char *to)
{
	AUTO(mem_drop)
	char *command = mem_printf("for s in '' -wal -shm; do [ ! -e %s/%s$s ] || cp %s/%s$s %s/%s$s; done", folder,
				   from, folder, from, folder, to);

	assert_int_equal(system(command), 0);
}

/* The files as they lie on the disk while the process is killed: with the log not yet in the database. */
static void committed_survives_a_crash(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = open_db("alive");

	(void)state;
	put(db, &net_a, lease(5, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	put(db, &net_a, lease(6, LEASE_BOUND, now.boot_s + 3600, NULL));
	copy("alive", "dead"); /* before the second commit */
	AUTO(lease_db_close) struct lease_db *again = open_db("dead");

	expect_rows(again, &now, "a 5 2 8600 -;");
	put(again, &net_a, lease(8, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(again), 0);
}

/* A write-ahead log that ends in the middle of a commit: that commit never was, those before it were. */
static void a_torn_log_loses_only_its_end(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = open_db("log");
	AUTO(mem_drop) char *wal = path_of("torn-wal");
	struct stat st;

	(void)state;
	put(db, &net_a, lease(5, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	put(db, &net_a, lease(6, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	copy("log", "torn");
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(truncate(wal, st.st_size - 100), 0);
	AUTO(mem_drop) char *shm = path_of("torn-shm");

	unlink(shm); /* after a power cut there is none */
	AUTO(lease_db_close) struct lease_db *again = open_db("torn");

	expect_rows(again, &now, "a 5 2 8600 -;");
}

static void count_row(void *arg, const struct uuid *n, const struct lease *l)
{
	(void)n, (void)l;
	++*(uint32_t *)arg;
}

/* A full disk, played by the limit on the size of files. */
static void a_full_disk_is_told(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = open_db("full");
	struct lease failed = { 0 };
	struct rlimit before, tight;
	uint32_t n = 1, rows = 0;
	int r = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = before;
	tight.rlim_cur = 1 << 16;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (; n < 1000 && r == 0; n++) {
		failed = lease(n, LEASE_BOUND, now.boot_s + 3600, "a-name-that-takes-some-room");
		r = lease_db_put(db, &net_a, &failed, &now);
		if (r == 0)
			r = lease_db_commit(db);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(n < 1000 && r < 0);
	put(db, &net_a, lease(n, LEASE_BOUND, now.boot_s + 3600, NULL)); /* somebody made room */
	assert_int_equal(lease_db_put(db, &net_a, &failed, &now), 0);
	assert_int_equal(lease_db_commit(db), 0);
	assert_int_equal(lease_db_load(db, &now, count_row, &rows), 0);
	assert_int_equal(rows, n);
}

/* Bytes in the log for 100 new leases, with addresses far apart as guests have them, in a file that has `n`. */
static off_t log_of_100(const char *name, uint32_t n)
{
	AUTO(mem_drop) char *wal_name = mem_printf("%s-wal", name), *wal = path_of(wal_name);
	struct lease_db *db = open_db(name);
	uint32_t addr = 1;
	struct stat st;

	for (uint32_t i = 0; i < n; i++)
		put(db, &net_a, lease(addr += 7919, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	lease_db_close(db); /* the log goes */
	db = open_db(name);
	for (uint32_t i = 0; i < 100; i++)
		put(db, &net_a, lease(addr += 7919, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	assert_int_equal(stat(wal, &st), 0);
	lease_db_close(db);
	return st.st_size;
}

static void a_commit_writes_as_much_however_many_leases_there_are(void **state)
{
	off_t few = log_of_100("few", 10), many = log_of_100("many", 50000);

	(void)state;
	if (many > 2 * few)
		fail_msg("%lld bytes, %lld among many", (long long)few, (long long)many);
}

static void sql(const char *name, const char *text)
{
	AUTO(mem_drop) char *path = path_of(name);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void foreign_files_are_refused(void **state)
{
	AUTO(mem_drop) char *junk = path_of("junk"), *other = path_of("other"), *newer = path_of("newer");
	AUTO(mem_drop) char *away = path_of("no/such/folder");
	struct lease_db *db = NULL;

	(void)state;
	FILE *f = fopen(junk, "w");

	for (int i = 0; i < 1000; i++)
		fputs("not a database ", f);
	fclose(f);
	assert_int_equal(lease_db_open(junk, &db), -ENOTUNIQ);
	sql("other", "CREATE TABLE mine (x)");
	assert_int_equal(lease_db_open(other, &db), -ENOTUNIQ);
	lease_db_close(open_db("newer"));
	sql("newer", "PRAGMA user_version = 99");
	assert_int_equal(lease_db_open(newer, &db), -EPROTONOSUPPORT);
	assert_int_equal(lease_db_open(away, &db), -EACCES);
	assert_null(db);
}

static void an_older_file_goes_on(void **state)
{
	struct lease_db *db = open_db("older");

	(void)state;
	put(db, &net_a, lease(5, LEASE_BOUND, now.boot_s + 3600, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	lease_db_close(db);
	sql("older", "PRAGMA user_version = 2");
	for (int i = 0; i < 2; i++) {
		db = open_db("older");
		expect_rows(db, &now, "a 5 2 8600 -;");
		lease_db_close(db);
	}
}

static void times_cross_a_boot(void **state)
{
	static const struct {
		const char *name;
		uint64_t boot, unix_s;
	} rows[] = {
		{ "in an hour", 5000 + 3600, 1700000000 + 3600 },
		{ "now", 5000, 1700000000 },
		{ "never", LEASE_NEVER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (lease_to_unix(rows[i].boot, &now) != rows[i].unix_s ||
		    lease_from_unix(rows[i].unix_s, &now) != rows[i].boot)
			fail_msg("%s", rows[i].name);
	assert_int_equal(lease_to_unix(1, &now), now.unix_s); /* it is over: not in the past, which may not be there */
	assert_int_equal(lease_from_unix(1, &now), now.boot_s);
}

/* Leases last by the clock that nobody sets; only another boot makes the wall clock count. */
static void a_clock_that_jumps_changes_no_lease(void **state)
{
	static const struct {
		const char *name;
		struct lease_clock at;
		const char *want;
	} rows[] = {
		{ "nothing happened", { 5100, 1700000100, { "boot 1" } }, "a 5 2 8600 -;a 6 2 -1 -;" },
		{ "a year forward", { 5100, 1731536100, { "boot 1" } }, "a 5 2 8600 -;a 6 2 -1 -;" },
		{ "back to 1970", { 5100, 0, { "boot 1" } }, "a 5 2 8600 -;a 6 2 -1 -;" },
		{ "another boot, 100 s later", { 20, 1700000100, { "boot 2" } }, "a 5 2 3520 -;a 6 2 -1 -;" },
		{ "that boot, the clock set", { 30, 1, { "boot 2" } }, "a 5 2 3520 -;a 6 2 -1 -;" },
	};
	AUTO(lease_db_close) struct lease_db *db = open_db("clock");
	struct lease_clock first = { 5000, 1700000000, { "boot 1" } };
	struct lease l = lease(5, LEASE_BOUND, 8600, NULL), never = lease(6, LEASE_BOUND, LEASE_NEVER, NULL);

	(void)state;
	expect_rows(db, &first, "");
	assert_int_equal(lease_db_put(db, &net_a, &l, &first), 0);
	assert_int_equal(lease_db_put(db, &net_a, &never, &first), 0);
	assert_int_equal(lease_db_commit(db), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char got[500] = "";

		assert_int_equal(lease_db_load(db, &rows[i].at, note, got), 0);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: got %s", rows[i].name, got);
	}
}

static void a_file_of_the_first_version_is_upgraded(void **state)
{
	(void)state;
	sql("old",
	    "CREATE TABLE lease (network BLOB NOT NULL, ip INTEGER NOT NULL, state INTEGER NOT NULL, expiry INTEGER "
	    "NOT "
	    "NULL, mac BLOB NOT NULL, client_id BLOB NOT NULL, hostname TEXT, PRIMARY KEY (network, ip)) WITHOUT ROWID;"
	    "INSERT INTO lease VALUES (x'6e6574776f726b206120202020202000', 5, 2, 1700003600, x'525400000005', "
	    "x'69640077697468207a65726f', 'host'); PRAGMA user_version = 1; PRAGMA application_id = 1984849268;");
	AUTO(lease_db_close) struct lease_db *db = open_db("old");

	expect_rows(db, &now, "a 5 2 8600 host;");
	put(db, &net_a, lease(6, LEASE_BOUND, LEASE_NEVER, NULL));
	assert_int_equal(lease_db_commit(db), 0);
	expect_rows(db, &now, "a 5 2 8600 host;a 6 2 -1 -;");
}

static void count(void *arg, uint64_t unix_s, const struct ip *ip, const struct lease *l)
{
	(void)unix_s, (void)ip, (void)l;
	++*(uint32_t *)arg;
}

static void event(void *arg, uint64_t unix_s, const struct ip *ip, const struct lease *l)
{
	char *out = arg, text[IP_TEXT];
	size_t len = strlen(out);

	snprintf(out + len, 500 - len, "%llu %s %d %s;", (unsigned long long)unix_s, ip_text(ip, text), (int)l->state,
		 l->hostname ?: "-");
}

static void history_is_found_and_limited(void **state)
{
	static const struct {
		const char *name;
		struct lease_history_filter f;
		const char *want;
	} rows[] = {
		{ "all, the newest first",
		  { .until = UINT64_MAX, .most = 9 },
		  "40 fd00::5 2 a;30 0.0.0.6 2 b;20 0.0.0.5 0 -;10 0.0.0.5 2 a;" },
		{ "of an address",
		  { .ip = { AF_INET, { 0, 0, 0, 5 } }, .until = UINT64_MAX, .most = 9 },
		  "20 0.0.0.5 0 -;10 0.0.0.5 2 a;" },
		{ "of IPv6",
		  { .ip = { AF_INET6, { 0xfd, [15] = 5 } }, .until = UINT64_MAX, .most = 9 },
		  "40 fd00::5 2 a;" },
		{ "of one that nobody had", { .ip = { AF_INET6, { 0 } }, .until = UINT64_MAX, .most = 9 }, "" },
		{ "of a MAC",
		  { .mac = { { 0x52, 0x54, 0, 0, 0, 6 } }, .until = UINT64_MAX, .most = 9 },
		  "30 0.0.0.6 2 b;" },
		{ "of a time", { .since = 11, .until = 20, .most = 9 }, "20 0.0.0.5 0 -;" },
		{ "the last one", { .until = UINT64_MAX, .most = 1 }, "40 fd00::5 2 a;" },
	};
	AUTO(lease_db_close) struct lease_db *db = open_db("history");
	struct lease v[] = { lease(5, LEASE_BOUND, 1, "a"), lease(5, LEASE_FREE, 0, NULL),
			     lease(6, LEASE_BOUND, 1, "b") };
	struct lease_history_filter last = { .until = UINT64_MAX, .most = UINT32_MAX };
	uint32_t n = 0;
	char got[500];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(v); i++)
		assert_int_equal(lease_db_note(db, &net_a, &v[i], &(struct lease_clock){ .unix_s = 10 * (i + 1) }), 0);
	struct ip six = { AF_INET6, { 0xfd, [15] = 5 } };

	assert_int_equal(lease_db_note6(db, &net_a, &six, &v[0], &(struct lease_clock){ .unix_s = 40 }), 0);
	assert_int_equal(lease_db_note(db, &net_b, &v[0], &now), 0);
	assert_int_equal(lease_db_commit(db), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		got[0] = '\0';
		assert_int_equal(lease_db_history(db, &net_a, &rows[i].f, event, got), 0);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: got %s", rows[i].name, got);
	}
	for (unsigned i = 0; i < LEASE_HISTORY_MAX + 2500; i++)
		assert_int_equal(lease_db_note(db, &net_b, &v[0], &now), 0);
	assert_int_equal(lease_db_commit(db), 0);
	assert_int_equal(lease_db_history(db, &net_b, &last, count, &n), 0);
	assert_in_range(n, LEASE_HISTORY_MAX, LEASE_HISTORY_MAX + 1000);
	assert_int_equal(lease_db_forget(db, &net_b), 0);
	n = 0;
	assert_int_equal(lease_db_history(db, &net_b, &last, count, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(ipv6_has_its_rows),
		cmocka_unit_test(an_older_file_goes_on),
		cmocka_unit_test(committed_survives_a_crash),
		cmocka_unit_test(a_torn_log_loses_only_its_end),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(a_commit_writes_as_much_however_many_leases_there_are),
		cmocka_unit_test(foreign_files_are_refused),
		cmocka_unit_test(times_cross_a_boot),
		cmocka_unit_test(a_clock_that_jumps_changes_no_lease),
		cmocka_unit_test(a_file_of_the_first_version_is_upgraded),
		cmocka_unit_test(history_is_found_and_limited),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
