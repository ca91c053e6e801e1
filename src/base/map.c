/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/map.h"

#include <string.h>
#include <sys/random.h>

/* Open addressing with linear probes. A deleted slot keeps its place (`dead`) until the next resize, so that a
 * walk may delete what it was just given. */
enum { SHORT_KEY = 8 };
struct slot {
	uint64_t hash;
	union { /* short keys, which most are, cost no allocation and no look elsewhere */
		void *far;
		uint8_t near[SHORT_KEY];
	};
	void *value;
	uint32_t len;
	enum { UNUSED, TAKEN, DEAD } state;
};

struct map {
	uint64_t seed[2];
	struct slot *slots;
	size_t room, count, used; /* used: count and the dead */
};

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = ROTL(v[1], 13);
	v[1] ^= v[0];
	v[0] = ROTL(v[0], 32);
	v[2] += v[3];
	v[3] = ROTL(v[3], 16);
	v[3] ^= v[2];
	v[0] += v[3];
	v[3] = ROTL(v[3], 21);
	v[3] ^= v[0];
	v[2] += v[1];
	v[1] = ROTL(v[1], 17);
	v[1] ^= v[2];
	v[2] = ROTL(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein, 2012): one round a word, three to finish. */
static uint64_t hash_of(const struct map *m, const uint8_t *key, size_t len)
{
	uint64_t v[4] = { m->seed[0] ^ 0x736f6d6570736575, m->seed[1] ^ 0x646f72616e646f6d,
			  m->seed[0] ^ 0x6c7967656e657261, m->seed[1] ^ 0x7465646279746573 };
	uint64_t word;
	size_t left = len;

	for (; left >= sizeof(word); left -= sizeof(word), key += sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)len << 56;
	for (size_t i = 0; i < left; i++)
		word |= (uint64_t)key[i] << (8 * i);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map *map_new(void)
{
	struct map *m = mem_new(struct map);

	if (getrandom(m->seed, sizeof(m->seed), 0) < 0)
		m->seed[0] = (uint64_t)(uintptr_t)m;
	m->room = 8;
	m->slots = mem_array(m->room, sizeof(*m->slots));
	return m;
}

static const void *key_of(const struct slot *s)
{
	return s->len <= SHORT_KEY ? s->near : s->far;
}

static void set_key(struct slot *s, const void *key, size_t len)
{
	s->len = (uint32_t)len;
	if (len <= SHORT_KEY)
		memcpy(s->near, key, len);
	else
		s->far = mem_dup(key, len);
}

static void drop_key(struct slot *s)
{
	if (s->state == TAKEN && s->len > SHORT_KEY)
		mem_drop(s->far);
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->room; i++)
		drop_key(&m->slots[i]);
	mem_drop(m->slots);
	mem_drop(m);
}

size_t map_count(const struct map *m)
{
	return m->count;
}

/* The slot of `key`, or the free one where it would go. */
static struct slot *find(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	for (size_t i = hash & (m->room - 1);; i = (i + 1) & (m->room - 1)) {
		struct slot *s = &m->slots[i];

		if (s->state == UNUSED)
			return s;
		if (s->state == TAKEN && s->hash == hash && s->len == len && memcmp(key_of(s), key, len) == 0)
			return s;
	}
}

static void resize(struct map *m)
{
	struct slot *old = m->slots;
	size_t room = m->room;

	while (m->room < 2 * m->count)
		m->room *= 2;
	m->slots = mem_array(m->room, sizeof(*m->slots));
	m->used = m->count;
	for (size_t i = 0; i < room; i++)
		if (old[i].state == TAKEN)
			*find(m, old[i].hash, key_of(&old[i]), old[i].len) = old[i];
	mem_drop(old);
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	return m->count ? find(m, hash_of(m, key, len), key, len)->value : NULL;
}

void *map_put(struct map *m, const void *key, size_t len, void *value)
{
	uint64_t hash = hash_of(m, key, len);
	struct slot *s = find(m, hash, key, len);
	void *old = s->value;

	if (s->state != TAKEN) {
		*s = (struct slot){ .hash = hash, .state = TAKEN };
		set_key(s, key, len);
		m->count++;
		m->used++;
	}
	s->value = value;
	if (4 * m->used > 3 * m->room) /* at least a quarter stays free, so every probe ends */
		resize(m);
	return old;
}

void *map_del(struct map *m, const void *key, size_t len)
{
	struct slot *s = find(m, hash_of(m, key, len), key, len);
	void *old = s->value;

	if (s->state != TAKEN)
		return NULL;
	drop_key(s);
	*s = (struct slot){ .state = DEAD };
	m->count--;
	return old;
}

void *map_next(const struct map *m, size_t *pos)
{
	while (*pos < m->room) {
		struct slot *s = &m->slots[(*pos)++];

		if (s->state == TAKEN)
			return s->value;
	}
	return NULL;
}
