/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *or_die(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

void *mem_zalloc(size_t size)
{
	return or_die(calloc(1, size ? size : 1));
}

void *mem_array(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size ? size : 1));
}

void *mem_dup(const void *p, size_t len)
{
	if (!p)
		return NULL;
	char *copy = or_die(malloc(len + 1));

	memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *mem_strdup(const char *s)
{
	return s ? mem_dup(s, strlen(s)) : NULL;
}

char *mem_printf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return or_die(s);
}

void *mem_grow(void *v, size_t n, size_t size)
{
	if (n == 0 || (n & (n - 1)) == 0) { /* full: the room is always a power of two */
		size_t room = n ? 2 * n : 1;

		v = or_die(reallocarray(v, room, size));
	}
	memset((char *)v + n * size, 0, size);
	return v;
}

void mem_drop(void *p)
{
	free(p);
}

void fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}
