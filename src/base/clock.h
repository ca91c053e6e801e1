/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/clock.h - the clock that leases run on: it goes on while the host sleeps, and nobody can set it. Only edges read it;
 * engines get the time as an argument. */
#pragma once
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static inline uint64_t clock_boot_s(void)
{
	return clock_boot_ms() / 1000;
}
