/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames from a client, one behind the other, on an open connection with a running network. Whatever they say: an answer
 * is a well-formed frame that echoes the call's serial, and its payload is what the procedure's row promises. */
#include <stdlib.h>

#include "../peer/stub_control.h"
#include "api/dispatch.h"

static void must(bool ok)
{
	if (!ok)
		abort();
}

static struct control *one_network(void)
{
	static const char xml[] =
	    "<name>iso0</name><uuid>11111111-2222-3333-4444-555555555501</uuid><bridge name='virbr0'/>";
	struct control *c = stub_new();
	struct control_net n;

	must(control_create(c, xml, strlen(xml), &n, NULL) == 0);
	return c;
}

static void check_payload(const struct rpc_header *h, struct rd r)
{
	const struct rpc_proc *p = rpc_proc_find(h->program, h->procedure);
	xdrproc_t proc = h->status == RPC_ERROR ? (xdrproc_t)xdr_remote_error : p ? p->ret : NULL;
	uint64_t body[RPC_BODY_MAX / 8] = { 0 };

	must(rpc_header_fds(h, &r) >= 0);
	must(rpc_decode(proc, rd_rest(&r), body) == 0);
	if (proc)
		xdr_free(proc, (char *)body);
}

static void check_answer(const struct rpc_header *call, const struct api_reply *a)
{
	struct rd r = rd_make(a->body, a->len);
	struct rpc_header h;

	must(a->len + 4 <= RPC_FRAME_MAX && rpc_header_get(&r, &h) == 0);
	must(h.serial == call->serial && h.program == call->program);
	if (h.type == RPC_MESSAGE)
		must(h.procedure == RPC_PONG);
	else
		check_payload(&h, r);
}

static void send_frame(struct api_session *s, struct rd frame)
{
	struct rpc_header h;
	struct api_reply a;

	if (rpc_header_get(&frame, &h) < 0 || rpc_header_fds(&h, &frame) < 0)
		return;
	if (api_dispatch(s, &h, rd_rest(&frame), &a))
		check_answer(&h, &a);
	api_reply_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd in = rd_make(data, size);
	struct api_session s = { .control = one_network() };

	while (rd_left(&in) >= 4 && !s.closing) {
		size_t len = rd_be32(&in);

		send_frame(&s, rd_sub(&in, len < 4 ? 0 : len - 4));
	}
	api_session_clear(&s);
	control_free(s.control);
	return 0;
}
