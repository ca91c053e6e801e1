/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/rd.h - a bounded reader over bytes from outside.
 * A short read sticks: `bad` is set, every later read gives zeros, so a group of reads needs one check at its end. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

/* Bytes that belong to somebody else's buffer. */
struct view {
	const uint8_t *p;
	size_t len;
};

static inline struct rd rd_make(const void *p, size_t len)
{
	return (struct rd){ .p = p, .end = (const uint8_t *)p + len };
}

static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}

static inline const uint8_t *rd_take(struct rd *r, size_t n)
{
	if (r->bad || n > rd_left(r)) { /* compare lengths, never p + n */
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return r->p - n;
}

static inline uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t rd_be16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t rd_be32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

/* The next `n` bytes as a reader of their own; a bad one if there are fewer. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	return p ? rd_make(p, n) : (struct rd){ .bad = true };
}

/* All that is left. */
static inline struct view rd_rest(struct rd *r)
{
	size_t n = rd_left(r);

	return (struct view){ .p = rd_take(r, n), .len = n };
}

/* Copies `n` bytes to `out`; zeros if there are fewer. */
static inline void rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

static inline bool view_eq(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}
