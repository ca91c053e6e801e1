/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/pool.h - who holds which IPv4 address on one network.
 * Shapes  see lease/lease.h.
 * Owner   the pool. A `const struct lease *` is good until the next non-const call.
 * Errors  0 or -errno, named per call. Nothing here logs, sleeps or does I/O.
 * A client is its MAC: firmware, initramfs and the installed system each send another id, or none, and are to share one address.
 * By its id a client with a new MAC finds what it had once, but takes no address from a machine that still has it: cloned
 * machines have one id (RFC 4361 asks for another, in vain), and must not have one address. */
#pragma once
#include <stddef.h>

#include "base/mem.h"
#include "lease/lease.h"
#include "lease/space.h"

enum { LEASE_RECORDS_MAX = 1 << 17 }; /* addresses of one network with a client, now or once */

struct lease_host {       /* a reservation: an address that nobody else gets */
	struct mac mac;   /* zero: whoever has `id`, or, without one, sends `name` */
	struct view id;   /* empty: none; with a MAC, either will do */
	const char *name; /* "" or NULL: none. With one of the above: the name that this client is told to have */
	uint32_t addr;
	uint32_t tag; /* the caller's, for finding what else it has for this host */
};

struct lease_rules {
	uint32_t self; /* our own address, never given */
	unsigned prefix_len;
	const struct lease_range *ranges;
	size_t n_ranges;
	const struct lease_host *hosts;
	size_t n_hosts;
	/* 0: as said above. Else clients are known by their id alone, and a host's id is what stands behind so many bytes
	 * of theirs: DHCPv6 knows interfaces (IAID) of a machine (DUID). */
	size_t id_head;
};

struct lease_pool;

struct lease_pool *lease_pool_new(void); /* gives nothing to anybody until it has rules */
void lease_pool_free(struct lease_pool *p);
DEFINE_AUTO(struct lease_pool *, lease_pool_free)

/* Replaces the rules; leases stay, also those that the new rules would not give. -EINVAL: a range is backwards, or a range,
 * a host or `self` is not on the network; -E2BIG: more addresses than LEASE_SPACE_MAX. On failure the old rules stay. */
int lease_pool_rules(struct lease_pool *p, const struct lease_rules *rules);

/* The client's lease, held or remembered, or NULL. */
const struct lease *lease_pool_find(const struct lease_pool *p, const struct lease_client *c);
/* A lease that another machine has by the same client id, or NULL. */
const struct lease *lease_pool_twin(const struct lease_pool *p, const struct lease_client *c);
const struct lease *lease_pool_at(const struct lease_pool *p, uint32_t addr);
const struct lease_host *lease_pool_host(const struct lease_pool *p, const struct lease_client *c);

/* The address to offer: the reserved one, else the client's own, else `want` (0: none) if free (RFC 2131 s.4.3.1), else
 * the one its id hashes to, probing upwards: first those that nobody had, then those that are free again, at last the one
 * whose offer or quarantine ends next. Changes nothing. -ENOSPC: nothing left for this client. */
int lease_pool_pick(const struct lease_pool *p, const struct lease_client *c, uint32_t want, uint32_t *ret);

/* May this client have `addr`: is it in a range and free, or its own, or reserved for it, whoever else got it before that? */
bool lease_pool_may_have(const struct lease_pool *p, const struct lease_client *c, uint32_t addr);

/* The last LEASE_SPARE_PERCENT of a pool are for ports that hold less than LEASE_PORT_FEW of it: a guest that makes up ever
 * new MACs leaves room for others. Is this a client that nobody knows yet, on a port that has to stand back? One whose port is
 * not known has to, where those of others are: so looks who makes up MACs faster than the kernel can tell of them. */
enum { LEASE_SPARE_PERCENT = 5, LEASE_PORT_FEW = 4 };
bool lease_pool_stands_back(const struct lease_pool *p, const struct lease_client *c);
uint32_t lease_pool_port_holds(const struct lease_pool *p, uint32_t port);
/* What `addr` takes of the pool is this port's doing, not its client's; 0: nobody's. */
void lease_pool_blame(struct lease_pool *p, uint32_t addr, uint32_t port);
bool lease_pool_gives(const struct lease_pool *p, uint32_t addr); /* to anybody at all */

/* What the events do. A client has one address: taking another frees the one it had.
 * -EPROTO: not in this state; -EACCES: lease_pool_may_have says no. */
int lease_pool_offer(struct lease_pool *p, const struct lease_client *c, uint32_t addr, uint64_t until);
int lease_pool_bind(struct lease_pool *p, const struct lease_client *c, uint32_t addr, uint64_t expiry);
int lease_pool_release(struct lease_pool *p, uint32_t addr);
int lease_pool_decline(struct lease_pool *p, uint32_t addr, uint64_t until);
void lease_pool_expire(struct lease_pool *p, uint64_t now);
/* The client's port is gone: what it holds ends at `until` at the latest, unless it comes back and asks. */
void lease_pool_end_client(struct lease_pool *p, const struct mac *mac, uint64_t until);
uint64_t lease_pool_next_expiry(const struct lease_pool *p); /* LEASE_NEVER: nothing will */

/* A lease out of the database, as it was. -EINVAL: it makes no sense; -ENOSPC: LEASE_RECORDS_MAX. */
int lease_pool_restore(struct lease_pool *p, const struct lease *l);

/* A bound lease that another server gave: restored, and to be made durable. -EEXIST: the address or the client has one
 * here; -EACCES: the rules, if there are any yet, don't give it to this client; also the errors of lease_pool_restore. */
int lease_pool_adopt(struct lease_pool *p, const struct lease *l);

/* What changed since lease_pool_clean and is to be made durable: follow next_dirty. An offer is not. Only `row` is
 * the caller's to change. */
struct lease *lease_pool_dirty(const struct lease_pool *p);
void lease_pool_clean(struct lease_pool *p); /* it is durable */
/* It could not be stored, and no client was told: what was bound ends when the database says, or at once if that never heard of
 * it. All of it stays dirty. Until lease_pool_clean a lease that is stored is not bound for longer than that. */
void lease_pool_refused(struct lease_pool *p);

void lease_pool_touch(struct lease_pool *p); /* all that is bound counts as changed */

/* How many addresses that are not reserved there are to give, and how many of them are taken. */
struct lease_usage {
	uint32_t taken, total;
};
struct lease_usage lease_pool_usage(const struct lease_pool *p);
/* Is it time to warn? From LEASE_FULL_PERCENT on, and again only after it has been below LEASE_CALM_PERCENT in between, so that
 * a pool at the edge does not fill the log. `was`: the last answer. */
enum { LEASE_FULL_PERCENT = 80, LEASE_CALM_PERCENT = 70 };
bool lease_usage_nearly_full(struct lease_usage u, bool was);

const struct lease *lease_pool_next(const struct lease_pool *p,
				    size_t *pos); /* walks all, in no order; *pos starts at 0 */
