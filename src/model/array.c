/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/array.h"

#include "base/mem.h"

void *array_copy(const void *v, size_t n, size_t size)
{
	void *c = NULL;

	for (size_t i = 0; i < n; i++) /* in its steps, for that leaves the room that mem_push counts on */
		c = mem_grow(c, i, size);
	if (n)
		memcpy(c, v, n * size);
	return c;
}

void *array_open(void *v, size_t n, size_t i, size_t size)
{
	char *p = mem_grow(v, n, size);

	memmove(p + (i + 1) * size, p + i * size, (n - i) * size);
	memset(p + i * size, 0, size);
	return p;
}

void array_close(void *v, size_t n, size_t i, size_t size)
{
	char *p = v;

	memmove(p + i * size, p + (i + 1) * size, (n - i - 1) * size);
}

char **array_copy_texts(char *const *v, size_t n)
{
	char **c = array_copy(v, n, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		c[i] = mem_strdup(v[i]);
	return c;
}

void array_drop_texts(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_drop(v[i]);
	mem_drop(v);
}
