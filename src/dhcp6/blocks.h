/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/blocks.h - IPv6 addresses as the 32-bit numbers that lease/pool counts in, so that one pool serves both families.
 * Addresses with the same upper 112 bits are a block; blocks are numbered as they become known, from 1. A range lies in one
 * block (the definition says so), hence its numbers follow each other like its addresses.
 * Owner   a number stays its address's as long as the blocks live. */
#pragma once
#include "base/addr.h"
#include "base/mem.h"

enum { DHCP6_BLOCKS_MAX = 0x7ffe }; /* all numbers begin with a zero bit: one /1 of the pool, less its ends */

struct dhcp6_blocks;

struct dhcp6_blocks *dhcp6_blocks_new(void);
void dhcp6_blocks_free(struct dhcp6_blocks *b);

uint32_t dhcp6_blocks_add(struct dhcp6_blocks *b, const struct ip *ip);        /* 0: DHCP6_BLOCKS_MAX */
uint32_t dhcp6_blocks_find(const struct dhcp6_blocks *b, const struct ip *ip); /* 0: of no known block */
struct ip dhcp6_blocks_ip(const struct dhcp6_blocks *b, uint32_t number);      /* one that was given by the above */
