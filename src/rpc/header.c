/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/header.h"

#include <errno.h>

int rpc_header_get(struct rd *r, struct rpc_header *ret)
{
	struct rpc_header h = {
		.program = rd_be32(r),
		.version = rd_be32(r),
		.procedure = (int32_t)rd_be32(r),
		.type = rd_be32(r),
		.serial = rd_be32(r),
		.status = rd_be32(r),
	};

	if (r->bad)
		return -EBADMSG;
	*ret = h;
	return 0;
}

void rpc_header_put(struct wr *w, const struct rpc_header *h)
{
	wr_be32(w, h->program);
	wr_be32(w, h->version);
	wr_be32(w, (uint32_t)h->procedure);
	wr_be32(w, h->type);
	wr_be32(w, h->serial);
	wr_be32(w, h->status);
}

int rpc_header_fds(const struct rpc_header *h, struct rd *r)
{
	if (h->type != RPC_CALL_FDS && h->type != RPC_REPLY_FDS)
		return 0;
	uint32_t n = rd_be32(r);

	return r->bad || n > RPC_FDS_MAX ? -EBADMSG : (int)n;
}
