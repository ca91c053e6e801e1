/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpc/header.h - what stands before every payload: libvirt's message header, six words in network order.
 * The length word in front of it belongs to base/stream.h. */
#pragma once
#include "base/rd.h"
#include "base/wr.h"

enum {
	RPC_FRAME_MAX = 33554436, /* with the length word */
	RPC_HEADER_LEN = 24,
	RPC_TEXT_MAX = 4194304,
	RPC_FDS_MAX = 32,
};

#define RPC_PROGRAM_REMOTE    0x20008086u
#define RPC_PROGRAM_KEEPALIVE 0x6b656570u
#define RPC_PROGRAM_VNET      0x766e6574u
enum { RPC_VERSION = 1 }; /* of each of them */

enum rpc_type {
	RPC_CALL = 0,
	RPC_REPLY = 1,
	RPC_MESSAGE = 2, /* events, keepalive */
	RPC_STREAM = 3,
	RPC_CALL_FDS = 4,  /* a count stands before the arguments, descriptors follow the frame */
	RPC_REPLY_FDS = 5, /* likewise before the results */
	RPC_STREAM_HOLE = 6,
};

enum rpc_status { RPC_OK = 0, RPC_ERROR = 1, RPC_CONTINUE = 2 };

enum rpc_keepalive { RPC_PING = 1, RPC_PONG = 2 };

struct rpc_header {
	uint32_t program, version;
	int32_t procedure;
	uint32_t type, serial, status; /* enum rpc_type, the caller's choice, enum rpc_status */
};

/* Reads a header from the start of a frame's body. -EBADMSG: the body is too short for one. */
int rpc_header_get(struct rd *r, struct rpc_header *ret);
void rpc_header_put(struct wr *w, const struct rpc_header *h);

/* How many descriptors follow a frame whose header was just read: for the types with descriptors the count is read from
 * `r`, for all others it is 0. -EBADMSG: no count, or one above RPC_FDS_MAX. */
int rpc_header_fds(const struct rpc_header *h, struct rd *r);
