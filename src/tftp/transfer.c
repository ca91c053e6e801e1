/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tftp/transfer.h"

#include <errno.h>

static uint64_t blocks(const struct transfer *t)
{
	return t->size / t->block + 1; /* the last one is short, if need be empty: RFC 1350 s.6 */
}

enum transfer_verdict transfer_start(struct transfer *t, const struct tftp_request *r, uint64_t size)
{
	*t = (struct transfer){
		.size = size,
		.block = r->block ?: TFTP_BLOCK,
		.window = r->window ?: 1,
		.timeout_s = r->timeout_s ?: 1,
		.tries = 1,
		.greeting = r->block || r->window || r->timeout_s || r->size,
	};
	return TRANSFER_SEND;
}

/* A block that the client has already says that those behind it were lost (RFC 7440 s.4). Only once a window, and never
 * with windows of one: each repeated block would be acknowledged twice, to the end (RFC 1123 s.4.2.3.1). */
static enum transfer_verdict repeated(struct transfer *t)
{
	if (t->window == 1 || t->again || t->greeting)
		return TRANSFER_WAIT;
	t->again = true;
	return TRANSFER_SEND;
}

enum transfer_verdict transfer_packet(struct transfer *t, struct view packet)
{
	uint16_t block = 0;
	int r = tftp_parse_ack(packet, &block);

	if (r == -ECONNABORTED)
		return TRANSFER_GONE;
	if (r < 0)
		return TRANSFER_WAIT;
	if (t->greeting && block == 0) {
		t->greeting = false;
		t->tries = 1;
		return TRANSFER_SEND;
	}
	uint16_t ahead = (uint16_t)(block - (uint16_t)t->acked);

	if (ahead == 0)
		return repeated(t);
	if (t->greeting || ahead > t->sent - t->acked) /* late, or never sent */
		return TRANSFER_WAIT;
	t->acked += ahead;
	t->tries = 1;
	t->again = false;
	return t->acked == blocks(t) ? TRANSFER_DONE : TRANSFER_SEND;
}

enum transfer_verdict transfer_timeout(struct transfer *t)
{
	return t->tries++ < TRANSFER_TRIES ? TRANSFER_SEND : TRANSFER_GONE;
}

uint64_t transfer_first(const struct transfer *t)
{
	return t->acked + 1;
}

uint64_t transfer_last(struct transfer *t)
{
	uint64_t last = t->acked + t->window;

	t->sent = last < blocks(t) ? last : blocks(t);
	return t->sent;
}

size_t transfer_length(const struct transfer *t, uint64_t block)
{
	uint64_t left = t->size - (block - 1) * t->block;

	return left < t->block ? (size_t)left : t->block;
}
