/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/wr.h - a bounded writer. What does not fit is not written and `full` sticks: check once, at the end. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wr {
	uint8_t *start, *p, *end;
	bool full;
};

static inline struct wr wr_make(void *p, size_t size)
{
	return (struct wr){ .start = p, .p = p, .end = (uint8_t *)p + size };
}

static inline size_t wr_len(const struct wr *w)
{
	return (size_t)(w->p - w->start);
}

static inline size_t wr_room(const struct wr *w)
{
	return w->full ? 0 : (size_t)(w->end - w->p);
}

/* Room for `n` bytes, to be filled by the caller; NULL if there is none. */
static inline uint8_t *wr_take(struct wr *w, size_t n)
{
	if (w->full || n > wr_room(w)) {
		w->full = true;
		return NULL;
	}
	w->p += n;
	return w->p - n;
}

static inline void wr_bytes(struct wr *w, const void *b, size_t n)
{
	uint8_t *p = wr_take(w, n);

	if (p && n)
		memcpy(p, b, n);
}

static inline void wr_zero(struct wr *w, size_t n)
{
	uint8_t *p = wr_take(w, n);

	if (p)
		memset(p, 0, n);
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void wr_be16(struct wr *w, uint16_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

static inline void wr_be32(struct wr *w, uint32_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v }, 4);
}
