/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/message.h"

#include <errno.h>

/* The two ends share one generated codec: libtirpc's memory streams, sized by a dry run. */
static int encode(xdrproc_t proc, const void *what, char **ret, size_t *ret_len)
{
	size_t size = xdr_sizeof(proc, (void *)what);
	AUTO(mem_drop) char *buf = mem_array(1, size);
	XDR x;

	if (size == 0 || size > GUEST_FRAME_MAX)
		return -EMSGSIZE;
	xdrmem_create(&x, buf, (unsigned)size, XDR_ENCODE);
	bool ok = proc(&x, (void *)what);

	*ret_len = xdr_getpos(&x);
	xdr_destroy(&x);
	if (!ok)
		return -EMSGSIZE;
	*ret = TAKE(buf);
	return 0;
}

static int decode(xdrproc_t proc, struct view body, void *ret)
{
	XDR x;

	xdrmem_create(&x, (char *)body.p, (unsigned)body.len, XDR_DECODE);
	bool ok = proc(&x, ret) && xdr_getpos(&x) == body.len;

	xdr_destroy(&x);
	return ok ? 0 : -EBADMSG;
}

int guest_send(struct stream *s, const struct guest_msg *m, const int *fds, size_t n)
{
	AUTO(mem_drop) char *buf = NULL;
	size_t len;
	int r = encode((xdrproc_t)xdr_guest_msg, m, &buf, &len);

	if (r < 0) {
		for (size_t i = 0; i < n; i++)
			fd_close(fds[i]);
		return r;
	}
	stream_put(s, buf, len, fds, n);
	return 0;
}

static size_t fds_of(const struct guest_msg *m)
{
	if (m->op == GUEST_HELLO)
		return m->guest_msg_u.hello.bridges;
	return m->op == GUEST_SERVE ? m->guest_msg_u.serve.socks.socks_len : 0;
}

int guest_receive(struct stream *s, struct guest_msg *ret, int *fds, size_t *ret_n)
{
	struct guest_msg m = { 0 };
	struct view body;
	int r = stream_peek(s, &body);

	if (r <= 0)
		return r;
	r = decode((xdrproc_t)xdr_guest_msg, body, &m);
	if (r == 0)
		r = stream_consume(s, fds, fds_of(&m));
	if (r <= 0) {
		guest_msg_free(&m);
		return r;
	}
	*ret = m;
	*ret_n = fds_of(&m);
	return 1;
}

void guest_msg_free(struct guest_msg *m)
{
	xdr_free((xdrproc_t)xdr_guest_msg, (char *)m);
}

struct guest_scope *guest_scope_copy(const struct guest_scope *scope)
{
	AUTO(mem_drop) char *buf = NULL;
	AUTO(guest_scope_free) struct guest_scope *copy = mem_new(struct guest_scope);
	size_t len;

	if (encode((xdrproc_t)xdr_guest_scope, scope, &buf, &len) < 0 ||
	    decode((xdrproc_t)xdr_guest_scope, (struct view){ (uint8_t *)buf, len }, copy) < 0)
		return NULL;
	return TAKE(copy);
}

void guest_scope_free(struct guest_scope *scope)
{
	if (!scope)
		return;
	xdr_free((xdrproc_t)xdr_guest_scope, (char *)scope);
	mem_drop(scope);
}

/* FNV-1a, 64 bits: the same everywhere, which base/map.h's keyed hash is not. */
unsigned long long guest_scope_stamp(const struct guest_scope *scope)
{
	AUTO(mem_drop) char *buf = NULL;
	unsigned long long hash = 0xcbf29ce484222325;
	size_t len = 0;

	if (encode((xdrproc_t)xdr_guest_scope, scope, &buf, &len) < 0)
		return 0;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)buf[i]) * 0x100000001b3;
	return hash;
}
