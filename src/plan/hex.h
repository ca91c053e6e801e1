/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/hex.h - the bytes of a client's id as people write it. */
#pragma once
#include <stddef.h>

/* Hex digits in groups, "0:3:0:1:52:54:0:.."; a group of an odd number of digits has a zero before it. The parser has seen to
 * the characters. At most `most` bytes, to be freed with mem_drop. */
void *hex_bytes(const char *text, size_t most, unsigned *ret_len);
