/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Power cuts: SQLite writes through a file system of ours that knows what was synced. At its syncs a disk is made of what a
 * cut right there could have left - nothing of what was not synced yet, all of it, or the last write torn in two - and
 * opened as after a boot. The leases on it must be those of the last turn that was acknowledged, or, while a commit is on its
 * way, whole those of the next: no promise forgotten, no address with two owners. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "lease/db.h"
#include "lease/pool.h"

enum { TURNS = 800, CHANGES = 12, ADDRS = 200, FILES = 2, CUT_EVERY = 17, FILE_MAX = 64 << 20 };
#define NET(n) (0x0a000000U + (n)) /* 10.0.0.0/24 */

static char folder[] = "/tmp/test_lease_power.XXXXXX";
static const char *const names[FILES] = { "live", "live-wal" };
static const struct uuid network = { "a network" };
static const struct lease_clock now = { .boot_s = 1000, .unix_s = 1700000000, .boot = { "a boot" } };

/* What a disk has for certain, and the write that came last. */
static struct disk_file {
	char *synced;
	size_t len;
	int64_t last_at, last_len; /* last_len 0: nothing unsynced */
} disk[FILES];

typedef uint32_t owners[ADDRS]; /* number of the client that has it, 0: nobody */
static owners before, after;    /* acknowledged; and if the commit under way is done */
static bool committing;
static unsigned syncs, checkpoints, cuts;

/* --- a disk after the cut --- */

enum unsynced { NOTHING, ALL, TORN, VARIANTS };

static void write_file(const char *name, const char *data, size_t len)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s", folder, name);
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
}

static void leave(int file, enum unsynced which)
{
	static const char *const to[FILES] = { "dead", "dead-wal" };
	AUTO(mem_drop) char *path = mem_printf("%s/%s", folder, names[file]);
	AUTO(mem_drop) char *data = NULL;
	const struct disk_file *d = &disk[file];
	size_t len = 0;

	if (which == NOTHING) {
		write_file(to[file], d->synced ?: "", d->len);
		return;
	}
	if (file_read(AT_FDCWD, path, FILE_MAX, &data, &len) < 0)
		return;
	if (which == TORN && d->last_len) {
		size_t half = (size_t)(d->last_at + d->last_len / 2), end = (size_t)(d->last_at + d->last_len);

		if (end >= len)
			len = half < len ? half : len;
		else
			memset(data + half, 0x5a, end - half);
	}
	write_file(to[file], data, len);
}

static uint32_t client_number(const struct lease *l)
{
	return (uint32_t)l->mac.b[4] << 8 | l->mac.b[5];
}

struct found {
	struct lease_pool *pool;
	owners v;
};

static void take_row(void *arg, const struct uuid *uuid, const struct lease *l)
{
	struct found *f = arg;

	assert_true(uuid_eq(uuid, &network));
	assert_null(lease_pool_at(f->pool, l->addr)); /* no address has two rows */
	assert_int_equal(lease_pool_restore(f->pool, l), 0);
	if (l->state == LEASE_BOUND)
		f->v[l->addr - NET(0)] = client_number(l);
}

static void check_disk(const char *when, enum unsynced which)
{
	AUTO(lease_db_close) struct lease_db *db = NULL;
	AUTO(mem_drop) char *path = mem_printf("%s/dead", folder);
	AUTO(mem_drop) char *shm = mem_printf("%s/dead-shm", folder);
	struct found f = { .pool = lease_pool_new() };
	bool seen[1 << 16] = { 0 };

	unlink(shm);
	if (lease_db_open(path, &db) < 0 || lease_db_load(db, &now, take_row, &f) < 0)
		fail_msg("%s, variant %d: the database does not open", when, which);
	if (memcmp(f.v, before, sizeof(before)) != 0 && !(committing && memcmp(f.v, after, sizeof(after)) == 0))
		fail_msg("%s, variant %d: other leases than promised", when, which);
	for (unsigned i = 0; i < ADDRS; i++) {
		if (f.v[i] && seen[f.v[i]])
			fail_msg("%s: client %u has two addresses", when, f.v[i]);
		seen[f.v[i]] = true;
	}
	lease_pool_free(f.pool);
	cuts++;
}

static bool cutting;

static void cut(const char *when)
{
	if (cutting) /* SQLite on the other disk */
		return;
	cutting = true;
	for (enum unsynced which = NOTHING; which < VARIANTS; which++) {
		for (int i = 0; i < FILES; i++)
			leave(i, which);
		check_disk(when, which);
	}
	cutting = false;
}

/* --- the file system --- */

struct shim {
	sqlite3_file base;
	int file; /* index in names; -1: not looked at */
	char path[200];
	sqlite3_file *real;
};

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;

static void note_synced(struct shim *s)
{
	struct disk_file *d = &disk[s->file];

	mem_drop(d->synced);
	assert_int_equal(file_read(AT_FDCWD, s->path, FILE_MAX, &d->synced, &d->len), 0);
	d->last_len = 0;
}

static int shim_sync(sqlite3_file *f, int flags)
{
	struct shim *s = (struct shim *)f;
	bool look = s->file == 0 || (s->file == 1 && syncs++ % CUT_EVERY == 0); /* a checkpoint is rare: always */

	checkpoints += s->file == 0 && !cutting;
	if (look)
		cut("before a sync");
	int rc = s->real->pMethods->xSync(s->real, flags);

	if (s->file >= 0 && rc == SQLITE_OK)
		note_synced(s);
	if (look)
		cut("after a sync");
	return rc;
}

static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct shim *s = (struct shim *)f;

	if (s->file >= 0) {
		disk[s->file].last_at = at;
		disk[s->file].last_len = n;
	}
	return s->real->pMethods->xWrite(s->real, p, n, at);
}

#define REAL(f) (((struct shim *)(f))->real)

static int shim_close(sqlite3_file *f)
{
	int rc = REAL(f)->pMethods->xClose(REAL(f));

	return rc;
}
static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return REAL(f)->pMethods->xTruncate(REAL(f), size);
}
static int shim_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return REAL(f)->pMethods->xFileSize(REAL(f), ret);
}
static int shim_lock(sqlite3_file *f, int how)
{
	return REAL(f)->pMethods->xLock(REAL(f), how);
}
static int shim_unlock(sqlite3_file *f, int how)
{
	return REAL(f)->pMethods->xUnlock(REAL(f), how);
}
static int shim_reserved(sqlite3_file *f, int *ret)
{
	return REAL(f)->pMethods->xCheckReservedLock(REAL(f), ret);
}
static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int shim_sector(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int shim_traits(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)) & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, ret);
}
static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}
static void shim_shm_barrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int shim_shm_unmap(sqlite3_file *f, int del)
{
	return REAL(f)->pMethods->xShmUnmap(REAL(f), del);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *ret_flags)
{
	struct shim *s = (struct shim *)f;
	const char *name = path ? strrchr(path, '/') + 1 : "";

	(void)v;
	s->real = (sqlite3_file *)(s + 1);
	s->file = -1;
	for (int i = 0; i < FILES; i++)
		if (strcmp(name, names[i]) == 0)
			s->file = i;
	snprintf(s->path, sizeof(s->path), "%s", path ?: "");
	int rc = real_vfs->xOpen(real_vfs, path, s->real, flags, ret_flags);

	s->base.pMethods = s->real->pMethods ? &methods : NULL;
	return rc;
}

static int install(void **state)
{
	(void)state;
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "power";
	vfs.szOsFile += (int)sizeof(struct shim);
	vfs.xOpen = shim_open;
	return mkdtemp(folder) && sqlite3_vfs_register(&vfs, 1) == SQLITE_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", folder);

	(void)state;
	for (int i = 0; i < FILES; i++)
		mem_drop(disk[i].synced);
	sqlite3_vfs_unregister(&vfs);
	return system(rm);
}

/* --- life goes on meanwhile --- */

static void change_something(struct lease_pool *p)
{
	uint32_t n = (uint32_t)rand() % 300 + 1, addr;
	struct mac mac = { { 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n } };
	uint8_t id[7] = { 1, 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n };
	struct lease_client c = { .id = { id, sizeof(id) }, .mac = mac };
	const struct lease *l = lease_pool_find(p, &c);

	if (rand() % 4 == 0 && l && l->state == LEASE_BOUND)
		lease_pool_release(p, l->addr);
	else if (lease_pool_pick(p, &c, 0, &addr) == 0)
		assert_int_equal(lease_pool_bind(p, &c, addr, now.boot_s + 3600), 0);
}

static void owners_of(const struct lease_pool *p, owners ret)
{
	const struct lease *l;

	memset(ret, 0, sizeof(owners));
	for (size_t pos = 0; (l = lease_pool_next(p, &pos));)
		if (l->state == LEASE_BOUND)
			ret[l->addr - NET(0)] = client_number(l);
}

/* As the program does it at the end of a turn. */
static void one_turn(struct lease_db *db, struct lease_pool *p)
{
	for (int i = rand() % CHANGES; i >= 0; i--)
		change_something(p);
	owners_of(p, after);
	committing = true;
	for (struct lease *l = lease_pool_dirty(p); l; l = l->next_dirty) {
		assert_int_equal(lease_db_put(db, &network, l, &now), 0);
		if (l->news)
			assert_int_equal(lease_db_note(db, &network, l, &now), 0);
	}
	assert_int_equal(lease_db_commit(db), 0);
	committing = false;
	memcpy(before, after, sizeof(before));
	lease_pool_clean(p);
}

static void no_cut_forgets_a_promise(void **state)
{
	AUTO(lease_db_close) struct lease_db *db = NULL;
	AUTO(lease_pool_free) struct lease_pool *p = lease_pool_new();
	AUTO(mem_drop) char *path = mem_printf("%s/live", folder);
	struct lease_range range = { NET(2), NET(ADDRS - 1) };
	struct lease_rules rules = { .self = NET(1), .prefix_len = 24, .ranges = &range, .n_ranges = 1 };

	(void)state;
	srand(11);
	assert_int_equal(lease_pool_rules(p, &rules), 0);
	cutting = true; /* an empty file is none of ours yet: guestd gives nothing before it is open */
	assert_int_equal(lease_db_open(path, &db), 0);
	assert_int_equal(lease_db_load(db, &now, take_row, &(struct found){ .pool = p }), 0);
	cutting = false;
	for (int i = 0; i < TURNS; i++) {
		one_turn(db, p);
		if (i % CUT_EVERY == 0)
			cut("after the answer left");
	}
	assert_true(checkpoints > 0); /* the log was folded into the database meanwhile, too */
	print_message("%u power cuts, %u checkpoints\n", cuts, checkpoints);
	cutting = true; /* closing it folds the log back: nobody is promised anything */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_cut_forgets_a_promise) };

	return cmocka_run_group_tests(tests, install, remove_folder);
}
