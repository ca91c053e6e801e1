/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/expiry.h"

#include "base/mem.h"
#include "lease/lease.h"

static void put(struct lease_heap *h, size_t i, struct lease *l)
{
	h->v[i] = l;
	l->heap_pos = (uint32_t)i + 1;
}

static void sift_up(struct lease_heap *h, size_t i)
{
	struct lease *l = h->v[i];

	for (; i > 0 && h->v[(i - 1) / 2]->expiry > l->expiry; i = (i - 1) / 2)
		put(h, i, h->v[(i - 1) / 2]);
	put(h, i, l);
}

static void sift_down(struct lease_heap *h, size_t i)
{
	struct lease *l = h->v[i];

	for (size_t c; (c = 2 * i + 1) < h->n; i = c) {
		if (c + 1 < h->n && h->v[c + 1]->expiry < h->v[c]->expiry)
			c++;
		if (h->v[c]->expiry >= l->expiry)
			break;
		put(h, i, h->v[c]);
	}
	put(h, i, l);
}

void lease_heap_set(struct lease_heap *h, struct lease *l)
{
	if (l->expiry == LEASE_NEVER) {
		lease_heap_del(h, l);
		return;
	}
	if (!l->heap_pos) {
		*mem_push(h->v, h->n) = l;
		l->heap_pos = (uint32_t)h->n;
	}
	sift_up(h, l->heap_pos - 1);
	sift_down(h, l->heap_pos - 1);
}

void lease_heap_del(struct lease_heap *h, struct lease *l)
{
	if (!l->heap_pos)
		return;
	size_t i = l->heap_pos - 1;
	struct lease *last = h->v[--h->n];

	l->heap_pos = 0;
	if (last == l)
		return;
	put(h, i, last);
	sift_up(h, i);
	sift_down(h, last->heap_pos - 1);
}

struct lease *lease_heap_first(const struct lease_heap *h)
{
	return h->n ? h->v[0] : NULL;
}

void lease_heap_clear(struct lease_heap *h)
{
	mem_drop(h->v);
	*h = (struct lease_heap){ 0 };
}
