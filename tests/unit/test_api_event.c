/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events on one connection: who gets which, and what becomes of a client that does not read them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <cmocka.h>

#include "../peer/stub_control.h"
#include "api/client.h"
#include "base/stream.h"

static const struct uuid uuid_a = { { 1 } }, uuid_b = { { 2 } };

struct link {
	struct control *control;
	struct sd_event *loop;
	struct api_client *client;
	struct stream *peer;
	bool gone;
};

static void on_gone(struct api_client *client, void *arg)
{
	struct link *l = arg;

	api_client_free(client);
	l->client = NULL;
	l->gone = true;
}

static void settle(struct link *l)
{
	while (sd_event_run(l->loop, 0) > 0)
		;
}

/* Calls, and decodes the answer: 0, or its error's code. */
static int call(struct link *l, int32_t number, const void *args, void *ret)
{
	const struct rpc_proc *p = rpc_proc_find(RPC_PROGRAM_REMOTE, number);
	struct rpc_header h = { RPC_PROGRAM_REMOTE, RPC_VERSION, number, RPC_CALL, 9, RPC_OK };
	AUTO(mem_drop) char *body = NULL;
	struct view answer;
	size_t len;

	assert_int_equal(rpc_encode(&h, 0, p->args, args, &body, &len), 0);
	stream_put(l->peer, body, len, NULL, 0);
	assert_int_equal(stream_flush(l->peer), 0);
	settle(l);
	while (stream_peek(l->peer, &answer) == 0)
		assert_int_equal(stream_fill(l->peer), 0);
	struct rd r = rd_make(answer.p, answer.len);

	assert_int_equal(rpc_header_get(&r, &h), 0);
	int code = h.status == RPC_OK ? 0 : (int)rd_be32(&r);

	if (code == 0)
		assert_int_equal(rpc_decode(p->ret, rd_rest(&r), ret), 0);
	assert_int_equal(stream_consume(l->peer, NULL, 0), 1);
	return code;
}

static void link_up(struct link *l)
{
	rpc_text uri = (char *)"network:///system";
	struct remote_open_args a = { .uri = &uri };
	int pair[2];

	*l = (struct link){ .control = stub_new() };
	assert_true(sd_event_new(&l->loop) >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	l->peer = stream_new(pair[1], RPC_FRAME_MAX);
	l->client = api_client_new(pair[0], false, l->control, l->loop, on_gone, l);
	assert_non_null(l->client);
	assert_int_equal(call(l, REMOTE_OPEN, &a, NULL), 0);
}

static void link_down(struct link *l)
{
	api_client_free(l->client);
	stream_free(l->peer);
	control_free(l->control);
	sd_event_unref(l->loop);
}

static int want(struct link *l, int event, const struct uuid *net)
{
	struct remote_net n = { .name = (char *)"n" };
	struct remote_register_args a = { .event = event, .net = net ? &n : NULL };
	struct remote_int id = { -1 };

	if (net)
		memcpy(n.uuid, net->b, sizeof(n.uuid));
	assert_int_equal(call(l, REMOTE_EVENT_REGISTER, &a, &id), 0);
	return id.value;
}

static void happens(struct link *l, enum control_happening what, const struct uuid *u)
{
	api_client_event(l->client, &(struct control_event){ .what = what, .name = "n", .uuid = *u });
}

/* The callbacks and events that came, as "CALLBACK:EVENT ". */
static const char *came(struct link *l, char *out, size_t size)
{
	struct view body;
	size_t n = 0;

	*out = '\0';
	settle(l);
	while (stream_peek(l->peer, &body) > 0 || stream_fill(l->peer) == 0) {
		struct remote_lifecycle_event ev = { 0 };
		struct rpc_header h;

		if (stream_peek(l->peer, &body) <= 0)
			continue;
		struct rd r = rd_make(body.p, body.len);

		assert_int_equal(rpc_header_get(&r, &h), 0);
		assert_int_equal(h.type, RPC_MESSAGE);
		assert_int_equal(rpc_decode((xdrproc_t)xdr_remote_lifecycle_event, rd_rest(&r), &ev), 0);
		n += (size_t)snprintf(out + n, size - n, "%d:%d ", ev.callback,
				      h.procedure == REMOTE_EVENT_METADATA ? -1 : ev.event);
		xdr_free((xdrproc_t)xdr_remote_lifecycle_event, (char *)&ev);
		stream_consume(l->peer, NULL, 0);
	}
	return out;
}

static void each_registration_gets_its_own(void **state)
{
	struct link l;
	char text[128];

	(void)state;
	link_up(&l);
	happens(&l, CONTROL_STARTED, &uuid_a);
	assert_string_equal(came(&l, text, sizeof(text)), "");
	assert_int_equal(want(&l, 0, NULL), 0);
	assert_int_equal(want(&l, 0, &uuid_a), 1);
	happens(&l, CONTROL_STARTED, &uuid_a);
	happens(&l, CONTROL_STOPPED, &uuid_b);
	happens(&l, CONTROL_METADATA_CHANGED, &uuid_b);
	assert_string_equal(came(&l, text, sizeof(text)), "0:2 1:2 0:3 ");
	assert_int_equal(call(&l, REMOTE_EVENT_DEREGISTER, &(struct remote_int){ 0 }, NULL), 0);
	assert_int_equal(call(&l, REMOTE_EVENT_DEREGISTER, &(struct remote_int){ 0 }, NULL), VNET_ERR_INTERNAL);
	happens(&l, CONTROL_DEFINED, &uuid_a);
	assert_string_equal(came(&l, text, sizeof(text)), "1:0 ");
	assert_int_equal(want(&l, 1, NULL), 2); /* numbers are not used again */
	link_down(&l);
}

static void unknown_kinds_are_refused(void **state)
{
	struct remote_int id;
	struct link l;

	(void)state;
	link_up(&l);
	for (int event = -1; event <= 2; event += 3)
		assert_int_equal(call(&l, REMOTE_EVENT_REGISTER, &(struct remote_register_args){ .event = event }, &id),
				 VNET_ERR_INTERNAL);
	for (int i = 0; i < 256; i++)
		want(&l, 0, NULL);
	assert_int_equal(call(&l, REMOTE_EVENT_REGISTER, &(struct remote_register_args){ 0 }, &id),
			 VNET_ERR_OPERATION_FAILED);
	link_down(&l);
}

/* A client that never reads costs a bounded queue, then it is cut off; what fits is not lost. */
static void who_does_not_read_is_cut_off(void **state)
{
	enum { FEW = 1000, MANY = 100000 };
	struct link l;

	(void)state;
	link_up(&l);
	want(&l, 0, NULL);
	for (int i = 0; i < FEW; i++)
		happens(&l, CONTROL_STARTED, &uuid_a);
	settle(&l);
	assert_false(l.gone);
	for (int i = 0; i < MANY && !l.gone; i++) {
		happens(&l, CONTROL_STARTED, &uuid_a);
		if (i % 100 == 0)
			settle(&l);
	}
	assert_true(l.gone);
	link_down(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_registration_gets_its_own),
		cmocka_unit_test(unknown_kinds_are_refused),
		cmocka_unit_test(who_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
