/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lease/space.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

enum { WORD = 64 };

struct run {
	struct lease_range range;
	uint32_t base; /* index of range.start */
};

struct lease_space {
	struct run *runs; /* sorted, apart */
	size_t n_runs;
	uint32_t total, taken;
	uint64_t *bits[LEASE_BITS];
};

static int by_start(const void *a, const void *b)
{
	const struct lease_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void add_run(struct lease_space *s, struct lease_range r)
{
	struct run *last = s->n_runs ? &s->runs[s->n_runs - 1] : NULL;

	if (last && r.start <= last->range.end) {
		if (r.end > last->range.end)
			last->range.end = r.end;
		return;
	}
	s->runs[s->n_runs++].range = r;
}

static int number_runs(struct lease_space *s)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->n_runs; i++) {
		s->runs[i].base = (uint32_t)total;
		total += (uint64_t)s->runs[i].range.end - s->runs[i].range.start + 1;
		if (total > LEASE_SPACE_MAX)
			return -E2BIG;
	}
	s->total = (uint32_t)total;
	return 0;
}

int lease_space_new(const struct lease_range *v, size_t n, struct lease_space **ret)
{
	AUTO(mem_drop) struct lease_range *sorted = mem_array(n + 1, sizeof(*sorted));
	struct lease_space *s = mem_new(struct lease_space);
	int r = 0;

	s->runs = mem_array(n + 1, sizeof(*s->runs));
	for (size_t i = 0; i < n; i++) {
		sorted[i] = v[i];
		if (v[i].end < v[i].start)
			r = -EINVAL;
	}
	qsort(sorted, n, sizeof(*sorted), by_start);
	for (size_t i = 0; i < n && r == 0; i++)
		add_run(s, sorted[i]);
	if (r == 0)
		r = number_runs(s);
	if (r < 0) {
		lease_space_free(s);
		return r;
	}
	for (int b = 0; b < LEASE_BITS; b++)
		s->bits[b] = mem_array(s->total / WORD + 1, sizeof(uint64_t));
	*ret = s;
	return 0;
}

void lease_space_free(struct lease_space *s)
{
	if (!s)
		return;
	for (int b = 0; b < LEASE_BITS; b++)
		mem_drop(s->bits[b]);
	mem_drop(s->runs);
	mem_drop(s);
}

static const struct run *run_of(const struct lease_space *s, uint32_t addr)
{
	size_t lo = 0, hi = s->n_runs;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (addr > s->runs[mid].range.end)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n_runs && addr >= s->runs[lo].range.start ? &s->runs[lo] : NULL;
}

bool lease_space_has(const struct lease_space *s, uint32_t addr)
{
	return run_of(s, addr);
}

void lease_space_mark(struct lease_space *s, uint32_t addr, enum lease_bit bit, bool on)
{
	const struct run *run = run_of(s, addr);

	if (!run)
		return;
	uint32_t i = run->base + (addr - run->range.start);
	uint64_t mask = 1ULL << (i % WORD);
	bool was = s->bits[bit][i / WORD] & mask;

	if (bit == LEASE_TAKEN)
		s->taken += (uint32_t)on - (uint32_t)was;
	if (on)
		s->bits[bit][i / WORD] |= mask;
	else
		s->bits[bit][i / WORD] &= ~mask;
}

uint32_t lease_space_total(const struct lease_space *s)
{
	return s->total;
}

uint32_t lease_space_taken(const struct lease_space *s)
{
	return s->taken;
}

static uint32_t addr_at(const struct lease_space *s, uint32_t index)
{
	size_t lo = 0, hi = s->n_runs;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (s->runs[mid].base <= index)
			lo = mid;
		else
			hi = mid;
	}
	return s->runs[lo].range.start + (index - s->runs[lo].base);
}

/* A bit for each address of word `w` that fits. */
static uint64_t fitting(const struct lease_space *s, uint32_t w, bool known)
{
	uint64_t k = s->bits[LEASE_KNOWN][w], fit = ~s->bits[LEASE_TAKEN][w] & (known ? k : ~k);

	if (w == s->total / WORD) /* the last word has bits behind the last address */
		fit &= (1ULL << (s->total % WORD)) - 1;
	return fit;
}

int lease_space_probe(const struct lease_space *s, uint32_t hash, bool known, uint32_t *ret)
{
	if (!s->total)
		return -ENOSPC;
	uint32_t from = hash % s->total, words = s->total / WORD + 1;
	uint64_t first = ~0ULL << (from % WORD); /* of the word we start in: its upper part now, its lower part last */

	for (uint32_t n = 0; n <= words; n++) {
		uint32_t w = (from / WORD + n) % words;
		uint64_t fit = fitting(s, w, known) & (n == 0 ? first : n == words ? ~first : ~0ULL);

		if (fit) {
			*ret = addr_at(s, w * WORD + (uint32_t)__builtin_ctzll(fit));
			return 0;
		}
	}
	return -ENOSPC;
}
