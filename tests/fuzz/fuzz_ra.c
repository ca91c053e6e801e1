/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hostile guests solicit one router.
 * Input   a byte of flags, a byte of time that passes (in 40 ms), a byte of length, the bytes; again and again.
 *         Flag 1: from the unspecified address; flag 2: forwarded; the rest names the guest.
 * Holds   to all: at most once in three seconds; to one: only who asked, and within RA_DELAY_MS of being due. */
#include <stdio.h>
#include <stdlib.h>

#include "ra/server.h"

#define HOLDS(x)                                                                                                       \
	do {                                                                                                           \
		if (!(x)) {                                                                                            \
			fprintf(stderr, "does not hold: %s\n", #x);                                                    \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

enum { FROM_NOBODY = 1, FORWARDED = 2, GUESTS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct model {
	uint64_t last_all;
	bool asked[GUESTS];
};

static void take_all(struct ra_server *s, struct model *model, uint64_t now, uint32_t chance)
{
	struct view msg;
	struct ip to;

	while (ra_server_take(s, now, chance, &msg, &to)) {
		HOLDS(msg.len >= 32 && msg.len <= RA_MAX && msg.p[0] == 134);
		if (to.b[0] == 0xff) {
			HOLDS(!model->last_all || now - model->last_all >= RA_APART_MS);
			model->last_all = now;
			continue;
		}
		HOLDS(to.b[0] == 0xfe && model->asked[to.b[15]]);
		model->asked[to.b[15]] = false;
	}
	HOLDS(ra_server_next(s) > now && ra_server_next(s) <= now + RA_INTERVAL_MAX_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(ra_server_free) struct ra_server *s = ra_server_new();
	struct rd r = rd_make(data, size);
	struct model model = { 0 };
	uint64_t now = 1000;

	HOLDS(ra_server_configure(s, &(struct ra_scope){ .mtu = 1500 }, now) == 0);
	while (rd_left(&r)) {
		uint8_t flags = rd_u8(&r);
		struct ip src = { .family = AF_INET6 };

		now += rd_u8(&r) * 40;
		take_all(s, &model, now, flags * 12345U);
		struct rd m = rd_sub(&r, rd_u8(&r));

		if (!(flags & FROM_NOBODY)) {
			src.b[0] = 0xfe;
			src.b[15] = flags >> 2;
		}
		if (ra_server_hear(s, now, flags * 54321U, rd_rest(&m), &src, flags & FORWARDED ? 64 : 255) ==
		    RA_ANSWERED) {
			HOLDS(!(flags & FORWARDED));
			if (!(flags & FROM_NOBODY))
				model.asked[src.b[15]] = true;
		}
	}
	return 0;
}
