/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/mem.h - memory: scope-bound release, growing arrays.
 * Every allocation here succeeds or ends the process with one log line: all sizes that come from outside are
 * limited before they reach an allocator, so running dry means that the host itself is out of memory. */
#pragma once
#include <stddef.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Declares a variable that `fn##_auto` releases when it goes out of scope:
 *	AUTO(fd_close) int fd = open(...);
 * DEFINE_AUTO makes that function from one that takes the value itself. */
#define AUTO(fn) __attribute__((cleanup(fn##_auto)))
#define DEFINE_AUTO(type, fn)                                                                                          \
	static inline __attribute__((unused)) void fn##_auto(type *p)                                                  \
	{                                                                                                              \
		fn(*p);                                                                                                \
	}

/* Hands a value on: the variable becomes empty, so its AUTO does nothing. */
#define TAKE(p)                                                                                                        \
	({                                                                                                             \
		__typeof__(p) taken_ = (p);                                                                            \
		(p) = NULL;                                                                                            \
		taken_;                                                                                                \
	})
#define TAKE_FD(fd)                                                                                                    \
	({                                                                                                             \
		int taken_ = (fd);                                                                                     \
		(fd) = -1;                                                                                             \
		taken_;                                                                                                \
	})

#define mem_new(type) ((type *)mem_zalloc(sizeof(type)))

void *mem_zalloc(size_t size);
void *mem_array(size_t n, size_t size);   /* zeroed; n * size is checked */
void *mem_dup(const void *p, size_t len); /* NULL stays NULL; one NUL byte is put behind the copy */
char *mem_strdup(const char *s);          /* NULL stays NULL */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Grows `v` so that element `n` exists, zeroed, and returns the array. The room is the next power of two. */
void *mem_grow(void *v, size_t n, size_t size);

/* Appends a zeroed element to the array `v` of `n` elements and gives its address. */
#define mem_push(v, n) ((v) = mem_grow((v), (n), sizeof(*(v))), &(v)[(n)++])

void mem_drop(void *p);
/* AUTO(mem_drop) works for a pointer to anything. */
static inline void mem_drop_auto(void *p)
{
	mem_drop(*(void **)p);
}

void fd_close(int fd); /* -1 is nothing; errno is kept */
DEFINE_AUTO(int, fd_close)
