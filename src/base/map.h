/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/map.h - a hash map from bytes to pointers. Hashes are keyed with a random seed, so a guest that chooses its
 * keys (client ids, names) cannot make the chains long.
 * Owner   keys are copied; values are the caller's. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

struct map *map_new(void);
void map_free(struct map *m); /* not the values */
size_t map_count(const struct map *m);

void *map_get(const struct map *m, const void *key, size_t len);        /* NULL: not there */
void *map_put(struct map *m, const void *key, size_t len, void *value); /* the value it replaced, or NULL */
void *map_del(struct map *m, const void *key, size_t len);              /* the value it had, or NULL */

static inline void *map_get_str(const struct map *m, const char *key)
{
	return map_get(m, key, __builtin_strlen(key));
}

/* Walks all entries in no order: `*pos` starts at 0; NULL at the end. The entry just given may be deleted,
 * nothing else may change during a walk. */
void *map_next(const struct map *m, size_t *pos);

#include "base/mem.h"
DEFINE_AUTO(struct map *, map_free)
