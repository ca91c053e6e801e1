/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/hex.h"

#include <stdlib.h>

#include "base/mem.h"

void *hex_bytes(const char *text, size_t most, unsigned *ret_len)
{
	char *bytes = mem_array(strlen(text) + 1, 1);
	unsigned len = 0;

	while (*text && len < most) {
		size_t digits = strspn(text, "0123456789abcdefABCDEF"), take = digits % 2 ? 1 : 2;
		char pair[3] = { 0 };

		if (!digits) {
			text++; /* a colon */
			continue;
		}
		memcpy(pair, text, take);
		bytes[len++] = (char)strtoul(pair, NULL, 16);
		text += take;
	}
	*ret_len = len;
	return bytes;
}
