/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tftp/packet.h - TFTP messages as bytes and as structs: RFC 1350, its options (RFC 2347-2349, RFC 7440).
 * Errors  0 or -errno, named per call. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"

enum {
	TFTP_PORT = 69,
	TFTP_HEAD = 4, /* before the bytes of a block */
	TFTP_BLOCK = 512,
	TFTP_BLOCK_LEAST = 8,   /* RFC 2348 s.2 */
	TFTP_BLOCK_MOST = 1468, /* of ours: a frame of Ethernet, unfragmented */
	TFTP_WINDOW_MOST = 32,
	TFTP_TIMEOUT_MOST_S = 255, /* RFC 2349 s.2 */
	TFTP_NAME_MAX = 255,
	TFTP_SMALL = 128, /* room for any message but DATA */
	TFTP_OPTIONS_MAX = 16,
};

enum tftp_error {
	TFTP_ERR_OTHER = 0,
	TFTP_ERR_NOT_FOUND = 1,
	TFTP_ERR_ACCESS = 2,
	TFTP_ERR_ILLEGAL = 4,
};

struct tftp_request {
	char file[TFTP_NAME_MAX + 1];
	unsigned block, window, timeout_s; /* 0: not asked for; else what is granted */
	bool size;                         /* asked for */
};

/* A request to read. An option that makes no sense counts as not asked for (RFC 2347 s.2). -EBADMSG: it is no request;
 * -EACCES: to write; -EOPNOTSUPP: another mode than octet. `block_most`: what fits the link. */
int tftp_parse_request(struct tftp_request *r, struct view v, unsigned block_most);

/* -EBADMSG: something else than an ACK; -ECONNABORTED: an error, the client has given up. */
int tftp_parse_ack(struct view v, uint16_t *ret_block);

/* Written to `out`, of TFTP_SMALL bytes: the length. An OACK of no option: 0, the first block goes out at once. */
size_t tftp_build_oack(uint8_t *out, const struct tftp_request *r, uint64_t size);
size_t tftp_build_error(uint8_t *out, enum tftp_error code, const char *text);
void tftp_build_data(uint8_t out[TFTP_HEAD], uint16_t block);
