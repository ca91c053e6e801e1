/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/array.h - arrays that mem_push grows, copied and edited. `size` is of one element. */
#pragma once
#include <stddef.h>

void *array_copy(const void *v, size_t n, size_t size);     /* of no elements: NULL */
void *array_open(void *v, size_t n, size_t i, size_t size); /* makes element i free and zeroed, of n + 1 then */
void array_close(void *v, size_t n, size_t i, size_t size); /* takes element i out, of n - 1 then */
char **array_copy_texts(char *const *v, size_t n);
void array_drop_texts(char **v, size_t n);
