/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hostile TFTP client: a request, then answers.
 * Input   a byte: the file's size in 100 bytes; a byte: the request's length; the request; then messages, each after a byte
 *         with its length, of which 0 is a time-out.
 * Holds   names end, options are in their limits, what is acknowledged was sent, windows keep their size, blocks lie in the
 *         file, and a transfer that hears nothing ends. */
#include <stdio.h>
#include <stdlib.h>

#include "tftp/transfer.h"

#define HOLDS(x)                                                                                                       \
	do {                                                                                                           \
		if (!(x)) {                                                                                            \
			fprintf(stderr, "does not hold: %s\n", #x);                                                    \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

static void check_window(struct transfer *t)
{
	if (t->greeting)
		return;
	uint64_t first = transfer_first(t), last = transfer_last(t);

	HOLDS(first == t->acked + 1 && last >= t->acked && last - t->acked <= t->window);
	for (uint64_t n = first; n <= last; n++)
		HOLDS((n - 1) * t->block + transfer_length(t, n) <= t->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd in = rd_make(data, size);
	uint64_t file = 100U * rd_u8(&in);
	size_t len = rd_u8(&in);
	struct rd first = rd_sub(&in, len < rd_left(&in) ? len : rd_left(&in));
	struct tftp_request r;
	struct transfer t;
	uint8_t out[TFTP_SMALL];

	if (tftp_parse_request(&r, rd_rest(&first), TFTP_BLOCK_MOST) < 0)
		return 0;
	HOLDS(memchr(r.file, 0, sizeof(r.file)) && r.file[0]);
	HOLDS(r.block <= TFTP_BLOCK_MOST && (!r.block || r.block >= TFTP_BLOCK_LEAST));
	HOLDS(r.window <= TFTP_WINDOW_MOST && r.timeout_s <= TFTP_TIMEOUT_MOST_S);
	HOLDS(tftp_build_oack(out, &r, UINT64_MAX) < TFTP_SMALL);
	enum transfer_verdict v = transfer_start(&t, &r, file);

	for (unsigned quiet = 0; v == TRANSFER_SEND || v == TRANSFER_WAIT;) {
		if (v == TRANSFER_SEND)
			check_window(&t);
		uint64_t acked = t.acked;

		len = rd_u8(&in);
		struct rd m = rd_sub(&in, len < rd_left(&in) ? len : rd_left(&in));

		v = len ? transfer_packet(&t, rd_rest(&m)) : transfer_timeout(&t);
		HOLDS(t.acked >= acked && t.acked <= t.sent);
		quiet = len ? 0 : quiet + 1;
		HOLDS(quiet <= TRANSFER_TRIES);
	}
	return 0;
}
