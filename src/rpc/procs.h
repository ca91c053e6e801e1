/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpc/procs.h - the procedures of both programs as data: what their messages hold and who may call them. Server and
 * client library read the same table. */
#pragma once
#include "rpc/codec.h"
#include "rpc/remote.h"
#include "rpc/vnet.h"

enum rpc_right {
	RPC_UNOPENED = 1, /* works before REMOTE_OPEN */
	RPC_WRITES = 2,   /* refused on a read-only connection */
};

struct rpc_proc {
	uint32_t program;
	int32_t number;
	const char *api;     /* what libvirt's library calls it: stands in errors */
	xdrproc_t args, ret; /* NULL: none */
	size_t args_size, ret_size;
	unsigned rights; /* of enum rpc_right */
};

enum { RPC_BODY_MAX = 256 }; /* no args or ret struct is larger: callers keep one on their stack */

/* NULL: not one that we serve. */
const struct rpc_proc *rpc_proc_find(uint32_t program, int32_t number);
/* Walks the table; NULL behind its end. */
const struct rpc_proc *rpc_proc_at(size_t i);

/* What a network daemon says to a call of the remote program that it does not serve. */
enum rpc_foreign {
	RPC_UNKNOWN,     /* no such number, or an event's */
	RPC_UNSUPPORTED, /* of another driver's, or not done yet; *api and *domain tell whose */
	RPC_ELSEWHERE,   /* of a driver that has its own connection, which is not open here */
};
enum rpc_foreign rpc_foreign_find(int32_t number, const char **api, int *domain);
