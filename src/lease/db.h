/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/db.h - the leases of all networks in one SQLite file: write-ahead log, every commit synced to the disk.
 * Shapes  expiry in the file is Unix seconds (0: never), so that it outlives a boot; a `struct lease_clock` taken at that moment
 *         turns it into seconds of CLOCK_BOOTTIME and back. Within one boot the file's CLOCK_BOOTTIME counts instead, so that
 *         a wall clock that was set, by NTP or by hand, neither ends nor extends a lease over a restart of ours.
 * Owner   a lease given to a callback is good during the call.
 * Errors  0 or -errno, -EIO for what SQLite alone knows; lease_db_error tells its text. */
#pragma once
#include <stddef.h>

#include "base/mem.h"
#include "lease/lease.h"

struct lease_db;

struct lease_clock {
	uint64_t boot_s, unix_s; /* now, by both */
	struct uuid boot;        /* names this boot of the host; zero: not known */
};

uint64_t lease_to_unix(uint64_t expiry, const struct lease_clock *now);   /* LEASE_NEVER: 0 */
uint64_t lease_from_unix(uint64_t expiry, const struct lease_clock *now); /* 0: LEASE_NEVER; what is over: now */

/* Opens or makes the file. -EPROTONOSUPPORT: it was written by a newer version; -ENOTUNIQ: it is no database of ours. */
int lease_db_open(const char *path, struct lease_db **ret);
void lease_db_close(struct lease_db *db);
DEFINE_AUTO(struct lease_db *, lease_db_close)
const char *lease_db_error(const struct lease_db *db);

/* Calls `each` for every row of IPv4; of IPv6, where `ip` is the address and l->addr is unused. */
typedef void lease_db_row(void *arg, const struct uuid *network, const struct lease *l);
typedef void lease_db_row6(void *arg, const struct uuid *network, const struct ip *ip, const struct lease *l);
int lease_db_load(struct lease_db *db, const struct lease_clock *now, lease_db_row *each, void *arg);
int lease_db_load6(struct lease_db *db, const struct lease_clock *now, lease_db_row6 *each, void *arg);

/* Changes gather in one transaction, begun by the first; lease_db_commit makes them durable, all or none. After an error all
 * that was gathered is gone. A lease that has no row yet is given one, its own for good. */
int lease_db_put(struct lease_db *db, const struct uuid *network, struct lease *l, const struct lease_clock *now);
int lease_db_put6(struct lease_db *db, const struct uuid *network, const struct ip *ip, struct lease *l,
		  const struct lease_clock *now);
int lease_db_forget(struct lease_db *db, const struct uuid *network);
/* A row of history: what l->state says, now. */
int lease_db_note(struct lease_db *db, const struct uuid *network, const struct lease *l,
		  const struct lease_clock *now);
int lease_db_note6(struct lease_db *db, const struct uuid *network, const struct ip *ip, const struct lease *l,
		   const struct lease_clock *now);
int lease_db_commit(struct lease_db *db);

/* --- what was: each time that a lease began, ended or changed hands --- */

enum { LEASE_HISTORY_MAX = 100000 }; /* rows of all networks; the oldest go */

struct lease_history_filter {
	struct ip ip;          /* family 0: any */
	struct mac mac;        /* zero: any */
	uint64_t since, until; /* Unix seconds, both belong to it */
	uint32_t most;         /* rows */
};

/* Calls `each` for the newest first; l has no address, no expiry and no id. */
typedef void lease_db_event(void *arg, uint64_t unix_s, const struct ip *ip, const struct lease *l);
int lease_db_history(struct lease_db *db, const struct uuid *network, const struct lease_history_filter *f,
		     lease_db_event *each, void *arg);
