/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/dispatch.h"

#include <assert.h>

#include "rpc/error.h"

void api_session_clear(struct api_session *s)
{
	control_caller_gone(s->control, s);
	mem_drop(TAKE(s->uri));
	mem_drop(TAKE(s->callbacks));
	s->n_callbacks = 0;
}

void api_reply_clear(struct api_reply *r)
{
	for (size_t i = 0; i < r->n_fds; i++)
		fd_close(r->fds[i]);
	mem_drop(r->body);
	*r = (struct api_reply){ 0 };
}

int api_domain(struct err *e, int domain, int r)
{
	e->domain = domain;
	return r;
}

struct uuid api_uuid(const remote_uuid u)
{
	struct uuid ret;

	memcpy(ret.b, u, sizeof(ret.b));
	return ret;
}

rpc_text *api_text(const char *s)
{
	if (!s)
		return NULL;
	rpc_text *p = mem_new(rpc_text);

	*p = mem_strdup(s);
	return p;
}

struct remote_net api_net(const struct control_net *n)
{
	struct remote_net net = { .name = mem_strdup(n->name) };

	memcpy(net.uuid, n->uuid.b, sizeof(net.uuid));
	return net;
}

int api_find(struct api_call *c, const struct remote_net *net, struct control_net *ret, struct err *e)
{
	struct uuid u = api_uuid(net->uuid);

	return control_find_uuid(c->session->control, &u, net->name, ret, e);
}

int api_check_flags(unsigned flags, unsigned known, const char *function, struct err *e)
{
	if (flags & ~known)
		return err_set(e, VNET_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s", flags & ~known,
			       function);
	return 0;
}

static const struct api_handler *find_row(const struct api_handler *h, int32_t number)
{
	for (; h->number; h++)
		if (h->number == number)
			return h;
	return NULL;
}

static const struct api_handler *find_handler(const struct rpc_proc *p)
{
	static const struct {
		uint32_t program;
		const struct api_handler *rows;
	} tables[] = {
		{ RPC_PROGRAM_REMOTE, api_connect_handlers }, { RPC_PROGRAM_REMOTE, api_network_handlers },
		{ RPC_PROGRAM_REMOTE, api_list_handlers },    { RPC_PROGRAM_REMOTE, api_event_handlers },
		{ RPC_PROGRAM_REMOTE, api_port_handlers },    { RPC_PROGRAM_VNET, api_vnet_handlers },
		{ RPC_PROGRAM_VNET, api_host_handlers },      { RPC_PROGRAM_VNET, api_publish_handlers },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct api_handler *h =
		    tables[i].program == p->program ? find_row(tables[i].rows, p->number) : NULL;

		if (h)
			return h;
	}
	return NULL;
}

/* Why a call that we have no row for is refused. */
static int refuse(const struct rpc_header *h, struct err *e)
{
	const char *api = NULL;
	int domain = VNET_FROM_RPC;
	enum rpc_foreign f = RPC_UNKNOWN;

	if (h->program == RPC_PROGRAM_REMOTE)
		f = rpc_foreign_find(h->procedure, &api, &domain);
	switch (f) {
	case RPC_UNSUPPORTED:
		return api_domain(e, domain, err_set(e, VNET_ERR_NO_SUPPORT, "%s", api));
	case RPC_ELSEWHERE:
		return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_INTERNAL, "connection not open"));
	case RPC_UNKNOWN:
		break;
	}
	return err_set(e, VNET_ERR_RPC, "unknown procedure: %d", h->procedure);
}

/* May this connection make this call now? */
static int check_rights(const struct api_session *s, const struct rpc_proc *p, struct err *e)
{
	if (!s->open && !(p->rights & RPC_UNOPENED))
		return api_domain(e, VNET_FROM_RPC, err_set(e, VNET_ERR_INTERNAL, "connection not open"));
	if (s->read_only && p->rights & RPC_WRITES)
		return err_set(e, VNET_ERR_OPERATION_DENIED, "read only access prevents %s", p->api);
	return 0;
}

static int check_header(const struct rpc_header *h, struct err *e)
{
	if ((h->program != RPC_PROGRAM_REMOTE && h->program != RPC_PROGRAM_VNET) || h->version != RPC_VERSION)
		return err_set(e, VNET_ERR_RPC, "Cannot find program %u version %u", h->program, h->version);
	if (h->status != RPC_OK)
		return err_set(e, VNET_ERR_RPC, "Unexpected message status %u", h->status);
	return 0;
}

static int run(struct api_call *c, const struct rpc_proc *p, struct view payload, void *args, struct err *e)
{
	const struct api_handler *h = find_handler(p);

	if (rpc_decode(p->args, payload, args) < 0)
		return err_set(e, VNET_ERR_RPC, "Unable to decode message payload");
	int r = check_rights(c->session, p, e);

	if (r == 0 && h && h->run)
		r = h->run(c, e);
	if (p->args)
		xdr_free(p->args, args);
	return r;
}

static struct rpc_header answer_to(const struct rpc_header *h, enum rpc_type type, enum rpc_status status)
{
	struct rpc_header a = *h;

	a.type = type;
	a.status = status;
	return a;
}

static void answer_error(const struct rpc_header *h, const struct err *why, struct api_reply *ret)
{
	struct rpc_header a = answer_to(h, RPC_REPLY, RPC_ERROR);
	struct remote_error wire;

	rpc_error_fill(why, &wire);
	rpc_encode(&a, 0, (xdrproc_t)xdr_remote_error, &wire, &ret->body, &ret->len);
	xdr_free((xdrproc_t)xdr_remote_error, (char *)&wire);
}

static int answer_result(const struct rpc_header *h, const struct rpc_proc *p, const struct api_call *c,
			 struct api_reply *ret, struct err *e)
{
	struct rpc_header a = answer_to(h, c->n_fds ? RPC_REPLY_FDS : RPC_REPLY, RPC_OK);

	if (rpc_encode(&a, c->n_fds, p->ret, c->ret, &ret->body, &ret->len) < 0)
		return err_set(e, VNET_ERR_RPC, "Unable to encode message payload");
	memcpy(ret->fds, c->fds, sizeof(ret->fds));
	ret->n_fds = c->n_fds;
	return 0;
}

static void dispatch_call(struct api_session *s, const struct rpc_header *h, struct view payload, struct api_reply *ret)
{
	static_assert(RPC_BODY_MAX % sizeof(uint64_t) == 0, "aligned for every struct");
	uint64_t args[RPC_BODY_MAX / sizeof(uint64_t)] = { 0 }, results[RPC_BODY_MAX / sizeof(uint64_t)] = { 0 };
	struct api_call c = { .session = s, .args = args, .ret = results };
	const struct rpc_proc *p = NULL;
	struct err e = { 0 };
	int r = check_header(h, &e);

	if (r == 0) {
		p = rpc_proc_find(h->program, h->procedure);
		r = p ? run(&c, p, payload, args, &e) : refuse(h, &e);
	}
	s->later = r == CONTROL_LATER;
	if (r == 0)
		r = answer_result(h, p, &c, ret, &e);
	if (r < 0) {
		for (size_t i = 0; i < c.n_fds; i++)
			fd_close(c.fds[i]);
		answer_error(h, &e, ret);
	}
	if (p && p->ret)
		xdr_free(p->ret, (char *)results);
}

/* Never waits for calls: a connection may hold those back, and these not. */
static bool dispatch_keepalive(const struct rpc_header *h, struct api_reply *ret)
{
	struct rpc_header pong = *h;

	if (h->procedure != RPC_PING)
		return false;
	pong.procedure = RPC_PONG;
	rpc_encode(&pong, 0, NULL, NULL, &ret->body, &ret->len);
	return true;
}

bool api_dispatch(struct api_session *s, const struct rpc_header *h, struct view payload, struct api_reply *ret)
{
	*ret = (struct api_reply){ 0 };
	if (h->program == RPC_PROGRAM_KEEPALIVE && h->type == RPC_MESSAGE)
		return dispatch_keepalive(h, ret);
	if (h->type != RPC_CALL && h->type != RPC_CALL_FDS)
		return false;
	control_set_caller(s->control, s);
	dispatch_call(s, h, payload, ret);
	control_set_caller(s->control, NULL);
	if (!s->later) /* if it waited and then failed otherwise, the next call shall not find that result */
		control_caller_gone(s->control, s);
	return !s->later;
}
