/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peer/checksum.h - the Internet checksum of packets that tests make themselves. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t checksum(const void *data, size_t len) /* RFC 1071 */
{
	const uint8_t *p = data;
	uint32_t s = 0;
	uint16_t w;

	for (; len > 1; len -= 2, p += 2) {
		memcpy(&w, p, sizeof(w));
		s += w;
	}
	s = (s & 0xffff) + (s >> 16);
	return (uint16_t) ~(s + (s >> 16));
}
