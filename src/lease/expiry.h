/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/expiry.h - leases in the order in which they end: a binary heap. Leases that never end are not in it. */
#pragma once
#include <stddef.h>

struct lease;

struct lease_heap {
	struct lease **v;
	size_t n;
};

void lease_heap_set(struct lease_heap *h, struct lease *l); /* enters it, or moves it after l->expiry changed */
void lease_heap_del(struct lease_heap *h, struct lease *l); /* one that is not in it is no error */
struct lease *lease_heap_first(const struct lease_heap *h); /* NULL: empty */
void lease_heap_clear(struct lease_heap *h);
