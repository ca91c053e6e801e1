/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/codec.h"

#include <errno.h>

#include "base/mem.h"
#include "base/wr.h"

/* x_handy: how many bytes of the frame are left, which is what a memory stream keeps there. */
static bool_t text_decode(XDR *x, rpc_text *text)
{
	u_int len;

	if (!xdr_u_int(x, &len) || len > RPC_TEXT_MAX || len > x->x_handy)
		return FALSE;
	char *s = mem_array(1, len + 1);

	*text = s; /* xdr_free releases it whatever happens now */
	return xdr_opaque(x, s, len) && strlen(s) == len;
}

bool_t xdr_rpc_text(XDR *x, rpc_text *text)
{
	if (x->x_op == XDR_FREE) {
		mem_drop(*text);
		*text = NULL;
		return TRUE;
	}
	if (x->x_op == XDR_DECODE)
		return text_decode(x, text);
	const char *s = *text ? *text : "";
	size_t len = strlen(s);
	u_int word = (u_int)len;

	return len <= RPC_TEXT_MAX && xdr_u_int(x, &word) && xdr_opaque(x, (char *)s, word);
}

int rpc_decode(xdrproc_t proc, struct view payload, void *ret)
{
	XDR x;

	if (!proc)
		return 0;
	xdrmem_create(&x, (char *)payload.p, (unsigned)payload.len, XDR_DECODE);
	bool ok = proc(&x, ret);

	xdr_destroy(&x);
	if (!ok)
		xdr_free(proc, ret);
	return ok ? 0 : -EBADMSG;
}

static bool put_payload(struct wr *w, xdrproc_t proc, const void *what)
{
	XDR x;

	xdrmem_create(&x, (char *)w->p, (unsigned)wr_room(w), XDR_ENCODE);
	bool ok = proc(&x, (void *)what);

	wr_take(w, xdr_getpos(&x));
	xdr_destroy(&x);
	return ok;
}

int rpc_encode(const struct rpc_header *h, size_t n_fds, xdrproc_t proc, const void *what, char **ret, size_t *ret_len)
{
	size_t payload = proc ? xdr_sizeof(proc, (void *)what) : 0;
	size_t room = RPC_HEADER_LEN + sizeof(uint32_t) + payload;

	if (room > RPC_FRAME_MAX || (proc && payload == 0))
		return -EMSGSIZE;
	AUTO(mem_drop) char *buf = mem_array(1, room);
	struct wr w = wr_make(buf, room);

	rpc_header_put(&w, h);
	if (h->type == RPC_CALL_FDS || h->type == RPC_REPLY_FDS)
		wr_be32(&w, (uint32_t)n_fds);
	if (proc && !put_payload(&w, proc, what))
		return -EMSGSIZE;
	*ret_len = wr_len(&w);
	*ret = TAKE(buf);
	return 0;
}
