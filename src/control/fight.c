/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/fight.h"

static unsigned pause_behind(unsigned in_row)
{
	unsigned ms = FIGHT_PAUSE_MS;

	if (in_row <= FIGHT_FREE)
		return 0;
	for (unsigned i = FIGHT_FREE + 1; i < in_row && ms < FIGHT_PAUSE_MAX_MS; i++)
		ms *= 2;
	return ms < FIGHT_PAUSE_MAX_MS ? ms : FIGHT_PAUSE_MAX_MS;
}

bool fight_repaired(struct fight *f, uint64_t now_ms)
{
	bool held = f->pause_ms;

	if (now_ms - f->last_ms > FIGHT_QUIET_MS + f->pause_ms) {
		f->in_row = 0;
		held = false;
	}
	f->repairs++;
	f->in_row++;
	f->last_ms = now_ms;
	f->pause_ms = pause_behind(f->in_row);
	return f->pause_ms && !held;
}

unsigned fight_wait(const struct fight *f, uint64_t now_ms)
{
	uint64_t since = now_ms - f->last_ms;

	return since < f->pause_ms ? (unsigned)(f->pause_ms - since) : 0;
}

void fight_forget(struct fight *f)
{
	f->in_row = 0;
	f->pause_ms = 0;
}
