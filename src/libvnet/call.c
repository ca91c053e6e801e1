/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <errno.h>
#include <poll.h>

struct answer { /* one message, off the stream */
	struct rpc_header header;
	char *body;
	struct view payload; /* in body */
	int fds[RPC_FDS_MAX];
	size_t n_fds;
};

static void answer_clear(struct answer *a)
{
	for (size_t i = 0; i < a->n_fds; i++)
		fd_close(a->fds[i]);
	mem_drop(a->body);
	*a = (struct answer){ 0 };
}

static int wait_for(const struct vnet_conn *c, short events)
{
	struct pollfd p = { .fd = stream_fd(c->stream), .events = events };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int send_all(struct vnet_conn *c)
{
	for (;;) {
		int r = stream_flush(c->stream);

		if (r != -EAGAIN)
			return r;
		r = wait_for(c, POLLOUT);
		if (r < 0)
			return r;
	}
}

/* Takes the next message off the stream. 1: *ret is it; 0: it has not all come. */
static int take(struct vnet_conn *c, struct answer *ret)
{
	struct answer a = { 0 };
	struct view body;
	int r = stream_peek(c->stream, &body);

	if (r <= 0)
		return r;
	a.body = mem_dup(body.p, body.len);
	struct rd in = rd_make(a.body, body.len);
	int n = rpc_header_get(&in, &a.header) < 0 ? -EBADMSG : rpc_header_fds(&a.header, &in);

	r = n < 0 ? n : stream_consume(c->stream, a.fds, (size_t)n);
	if (r <= 0) {
		answer_clear(&a);
		return r;
	}
	a.n_fds = (size_t)n;
	a.payload = rd_rest(&in);
	*ret = a;
	return 1;
}

static int receive(struct vnet_conn *c, struct answer *ret)
{
	for (;;) {
		int r = take(c, ret);

		if (r != 0)
			return r;
		r = stream_fill(c->stream);
		if (r == -EAGAIN)
			r = wait_for(c, POLLIN);
		if (r < 0)
			return r;
	}
}

static bool answers(const struct answer *a, const struct rpc_header *call)
{
	return (a->header.type == RPC_REPLY || a->header.type == RPC_REPLY_FDS) && a->header.serial == call->serial &&
	       a->header.program == call->program && a->header.procedure == call->procedure;
}

/* A daemon that wants to know whether we live is told so. */
static int answer_ping(struct vnet_conn *c, const struct rpc_header *h)
{
	struct rpc_header pong = *h;
	AUTO(mem_drop) char *body = NULL;
	size_t len;

	if (h->procedure != RPC_PING)
		return 0;
	pong.procedure = RPC_PONG;
	rpc_encode(&pong, 0, NULL, NULL, &body, &len);
	stream_put(c->stream, body, len, NULL, 0);
	return send_all(c);
}

int conn_message(struct vnet_conn *c, const struct rpc_header *h, struct view payload)
{
	if (h->type != RPC_MESSAGE)
		return 0;
	return h->program == RPC_PROGRAM_KEEPALIVE ? answer_ping(c, h) : conn_put_event(c, h, payload);
}

int conn_take_messages(struct vnet_conn *c)
{
	for (;;) {
		struct answer a;
		int r = take(c, &a);

		if (r > 0) {
			r = conn_message(c, &a.header, a.payload);
			answer_clear(&a);
		} else if (r == 0) {
			r = stream_fill(c->stream);
		}
		if (r < 0)
			return r == -EAGAIN ? 0 : r;
	}
}

static int exchange(struct vnet_conn *c, const struct rpc_header *call, struct answer *ret)
{
	int r = send_all(c);

	while (r >= 0) {
		r = receive(c, ret);
		if (r < 0 || answers(ret, call))
			break;
		r = conn_message(c, &ret->header, ret->payload);
		answer_clear(ret);
	}
	return r;
}

static int error_from_wire(const struct answer *a, struct vnet_error *err)
{
	struct remote_error wire = { 0 };

	if (rpc_decode((xdrproc_t)xdr_remote_error, a->payload, &wire) < 0)
		return conn_error(err, VNET_ERR_RPC, "the daemon's error can't be read");
	conn_error(err, wire.code, "%s", wire.message ? *wire.message : "unknown error");
	if (err)
		err->domain = wire.domain;
	xdr_free((xdrproc_t)xdr_remote_error, (char *)&wire);
	return -1;
}

static int result_from(struct answer *a, const struct rpc_proc *p, void *ret, int *fds, size_t *ret_n_fds,
		       struct vnet_error *err)
{
	if (a->header.status != RPC_OK)
		return error_from_wire(a, err);
	if (rpc_decode(p->ret, a->payload, ret) < 0)
		return conn_error(err, VNET_ERR_RPC, "the daemon's answer can't be read");
	if (!fds)
		return 0;
	memcpy(fds, a->fds, a->n_fds * sizeof(*fds));
	*ret_n_fds = a->n_fds;
	a->n_fds = 0;
	return 0;
}

int conn_call(struct vnet_conn *c, uint32_t program, int32_t number, const void *args, void *ret, int *fds,
	      size_t *ret_n_fds, struct vnet_error *err)
{
	const struct rpc_proc *p = rpc_proc_find(program, number);
	struct rpc_header h = { program, RPC_VERSION, number, RPC_CALL, c->serial++, RPC_OK };
	AUTO(mem_drop) char *body = NULL;
	struct answer a = { 0 };
	size_t len;

	if (c->broken)
		return conn_error(err, VNET_ERR_RPC, "the connection to vnetd is lost");
	if (rpc_encode(&h, 0, p->args, args, &body, &len) < 0)
		return conn_error(err, VNET_ERR_RPC, "what is asked does not fit a message");
	stream_put(c->stream, body, len, NULL, 0);
	int r = exchange(c, &h, &a);

	if (r < 0) {
		c->broken = true;
		return r == -ENODATA ? conn_error(err, VNET_ERR_RPC, "vnetd closed the connection")
				     : conn_error_sys(err, r, "talk to vnetd");
	}
	r = result_from(&a, p, ret, fds, ret_n_fds, err);
	answer_clear(&a);
	return r;
}

int conn_remote(struct vnet_conn *c, int32_t number, const void *args, void *ret, struct vnet_error *err)
{
	return conn_call(c, RPC_PROGRAM_REMOTE, number, args, ret, NULL, NULL, err);
}
