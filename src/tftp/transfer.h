/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tftp/transfer.h - one file on its way to one client: which blocks go out next. Pure: no socket, file or clock.
 * Blocks count from 1 and go on beyond 65535; on the wire only their lower 16 bits are seen, so files have no limit.
 * After each call that says TRANSFER_SEND the caller sends the OACK (`greeting`), or the blocks from transfer_first to
 * transfer_last, and starts its timer anew. */
#pragma once
#include "tftp/packet.h"

enum { TRANSFER_TRIES = 6 }; /* how often the same is sent before the client counts as gone */

enum transfer_verdict { TRANSFER_WAIT, TRANSFER_SEND, TRANSFER_DONE, TRANSFER_GONE };

struct transfer {
	uint64_t size, acked, sent; /* bytes of the file; blocks */
	unsigned block, window, timeout_s, tries;
	bool greeting; /* the OACK is not acknowledged yet: by block 0 */
	bool again;    /* this window was already repeated at the client's wish */
};

/* What is to be sent first. */
enum transfer_verdict transfer_start(struct transfer *t, const struct tftp_request *r, uint64_t size);
enum transfer_verdict transfer_packet(struct transfer *t, struct view packet);
enum transfer_verdict transfer_timeout(struct transfer *t);

uint64_t transfer_first(const struct transfer *t);
uint64_t transfer_last(struct transfer *t);                       /* and takes note that they are sent */
size_t transfer_length(const struct transfer *t, uint64_t block); /* bytes of it: at (block - 1) * t->block */
