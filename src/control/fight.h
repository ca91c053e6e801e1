/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/fight.h - how often one network is repaired. Somebody who changes it once finds it put right at once; one who
 * does so again and again must not keep the host busy. Pure: times are a steady clock's milliseconds. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
	FIGHT_FREE = 2,         /* repairs in a row that cost nothing */
	FIGHT_QUIET_MS = 10000, /* after so long without one (and the pause) all is forgotten */
	FIGHT_PAUSE_MS = 1000,  /* behind the third; doubled with each that follows */
	FIGHT_PAUSE_MAX_MS = 30000,
};

struct fight {
	unsigned long repairs; /* ever */
	unsigned in_row;
	uint64_t last_ms;
	unsigned pause_ms; /* behind the last one */
};

/* One more repair, now. true: from now on they are held back, which is worth a line. */
bool fight_repaired(struct fight *f, uint64_t now_ms);
/* How long the next one has to wait; 0: not at all. */
unsigned fight_wait(const struct fight *f, uint64_t now_ms);
/* The administrator looked at it: repairs are free again. */
void fight_forget(struct fight *f);
