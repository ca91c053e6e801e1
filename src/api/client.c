/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/client.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "api/server.h"
#include "base/stream.h"

struct api_client {
	struct api_session session;
	struct stream *stream;
	sd_event_source *io, *more;
	struct { /* the message that waits (session.later) */
		struct rpc_header header;
		uint8_t *payload;
		size_t len;
	} held;
	void (*gone)(struct api_client *client, void *arg);
	void *arg;
};

void api_client_free(struct api_client *client)
{
	if (!client)
		return;
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->more);
	stream_free(client->stream);
	mem_drop(client->held.payload);
	api_session_clear(&client->session);
	mem_drop(client);
}
DEFINE_AUTO(struct api_client *, api_client_free)

const struct api_peer *api_client_peer(const struct api_client *client)
{
	return &client->session.peer;
}

/* Answers one message, or keeps it until control has made progress. */
static void dispatch(struct api_client *c, const struct rpc_header *h, struct view payload)
{
	struct api_reply reply;

	if (api_dispatch(&c->session, h, payload, &reply)) {
		stream_put(c->stream, reply.body, reply.len, reply.fds, reply.n_fds);
		mem_drop(reply.body);
	}
	if (c->session.later && !c->held.payload) {
		c->held.header = *h;
		c->held.payload = mem_dup(payload.p, payload.len);
		c->held.len = payload.len;
	}
}

/* Answers the next whole message. 1: one was dealt with; 0: there is none; else the connection is beyond repair.
 * Descriptors that come along are not for any call: they are closed. */
static int serve_one(struct api_client *c)
{
	int fds[STREAM_FDS_MAX];
	struct rpc_header h;
	struct view body;
	int r = stream_peek(c->stream, &body);

	if (r <= 0)
		return r;
	AUTO(mem_drop) uint8_t *copy = mem_dup(body.p, body.len); /* the stream's bytes go when it is consumed */
	struct rd in = rd_make(copy, body.len);

	if (rpc_header_get(&in, &h) < 0)
		return -EBADMSG;
	int n_fds = rpc_header_fds(&h, &in);

	if (n_fds < 0)
		return -EBADMSG;
	r = stream_consume(c->stream, fds, (size_t)n_fds);
	if (r <= 0)
		return r;
	for (int i = 0; i < n_fds; i++)
		fd_close(fds[i]);
	dispatch(c, &h, rd_rest(&in));
	return 1;
}

static bool may_read(const struct api_client *c)
{
	return !c->session.closing && !c->session.later && stream_queued(c->stream) < API_QUEUE_MAX;
}

/* Up to API_CALLS_MAX messages, then it is the other clients' turn. 1: more may wait; 0: all that came is done; else the
 * connection has ended. */
static int serve(struct api_client *c)
{
	for (int calls = 0; calls < API_CALLS_MAX && may_read(c);) {
		int r = serve_one(c);

		calls += r > 0;
		if (r == 0)
			r = stream_fill(c->stream);
		if (r == -EAGAIN)
			return 0;
		if (r < 0)
			return r;
	}
	return 1;
}

/* Serves, sends, and settles what to wait for. Below zero: the connection has ended. */
static int pump(struct api_client *c)
{
	int served = serve(c), flushed = stream_flush(c->stream);

	if (served < 0)
		return served;
	if (flushed < 0 && flushed != -EAGAIN)
		return flushed;
	if (flushed == 0 && c->session.closing)
		return -ENODATA;
	/* What was read ahead will not be announced by the socket again: `more` comes back for it. */
	bool reading = may_read(c);
	uint32_t events = (reading ? EPOLLIN : 0) | (flushed == -EAGAIN ? EPOLLOUT : 0);

	sd_event_source_set_enabled(c->more, reading && served > 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
	return sd_event_source_set_io_events(c->io, events);
}

static int turn(struct api_client *c)
{
	if (pump(c) < 0)
		c->gone(c, c->arg); /* frees c */
	return 0;
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	(void)s, (void)fd, (void)events;
	return turn(arg);
}

static int on_more(sd_event_source *s, void *arg)
{
	(void)s;
	return turn(arg);
}

void api_client_progress(struct api_client *c)
{
	if (!c->session.later)
		return;
	dispatch(c, &c->held.header, (struct view){ c->held.payload, c->held.len });
	if (c->session.later)
		return;
	mem_drop(TAKE(c->held.payload));
	sd_event_source_set_enabled(c->more,
				    SD_EVENT_ONESHOT); /* the answer leaves, and the next message gets its turn */
}

static int watch(struct api_client *c, struct sd_event *loop)
{
	int r = sd_event_add_io(loop, &c->io, stream_fd(c->stream), EPOLLIN, on_io, c);

	if (r >= 0)
		r = sd_event_add_defer(loop, &c->more, on_more, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->more, SD_EVENT_OFF);
	return r;
}

struct api_client *api_client_new(int fd, bool read_only, struct control *control, struct sd_event *loop,
				  void (*gone)(struct api_client *client, void *arg), void *arg)
{
	AUTO(api_client_free) struct api_client *c = mem_new(struct api_client);

	c->stream = stream_new(fd, read_only ? API_RO_FRAME_MAX : RPC_FRAME_MAX);
	c->session.control = control;
	c->session.read_only = read_only;
	c->gone = gone;
	c->arg = arg;
	if (api_peer_of(fd, &c->session.peer) < 0 || watch(c, loop) < 0)
		return NULL;
	return TAKE(c);
}
