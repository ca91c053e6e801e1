/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/space.h - the addresses that may be given: ranges seen as one run of indexes, with two bits for each address.
 * Looking for a free one reads 64 addresses at a time, so a full network costs little. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEASE_SPACE_MAX = 1 << 24 }; /* addresses: a /8 */

struct lease_range {
	uint32_t start, end; /* both belong to it */
};

enum lease_bit {
	LEASE_TAKEN, /* not to be given: held, reserved, or never */
	LEASE_KNOWN, /* some client had it once */
	LEASE_BITS
};

struct lease_space;

/* Ranges may overlap and come in any order. -EINVAL: one ends before it starts; -E2BIG: more than LEASE_SPACE_MAX. */
int lease_space_new(const struct lease_range *v, size_t n, struct lease_space **ret);
void lease_space_free(struct lease_space *s);

bool lease_space_has(const struct lease_space *s, uint32_t addr);
/* Addresses outside the ranges are ignored. */
void lease_space_mark(struct lease_space *s, uint32_t addr, enum lease_bit bit, bool on);

uint32_t lease_space_total(const struct lease_space *s);
uint32_t lease_space_taken(const struct lease_space *s);

/* The first address at or after the one that `hash` falls on which is not taken, and `known` or not as asked.
 * -ENOSPC: there is none. */
int lease_space_probe(const struct lease_space *s, uint32_t hash, bool known, uint32_t *ret);
