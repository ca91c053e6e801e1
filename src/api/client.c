/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/client.h"

#include <errno.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "api/event.h"
#include "api/server.h"
#include "base/log.h"
#include "base/stream.h"

enum { USEC_PER_S = 1000000 };

struct call { /* that has come and is not answered yet */
	struct rpc_header header;
	uint8_t *body;       /* of its frame */
	struct view payload; /* in there */
};

struct api_client {
	struct api_session session;
	struct stream *stream;
	sd_event_source *io, *more, *ping;
	unsigned pings;                  /* sent since the client was last heard */
	size_t event_bytes;              /* put since the queue was last empty */
	bool deaf;                       /* too many of them */
	bool garbled;                    /* it sent what is no message */
	struct call held[API_CALLS_MAX]; /* the first waits (session.later), the others wait for it */
	size_t n_held, held_bytes;
	void (*gone)(struct api_client *client, void *arg);
	void *arg;
};

static void drop_first(struct api_client *c)
{
	c->held_bytes -= c->held[0].payload.len;
	mem_drop(c->held[0].body);
	memmove(&c->held[0], &c->held[1], --c->n_held * sizeof(c->held[0]));
}

void api_client_free(struct api_client *client)
{
	if (!client)
		return;
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->more);
	sd_event_source_disable_unref(client->ping);
	stream_free(client->stream);
	while (client->n_held)
		drop_first(client);
	api_session_clear(&client->session);
	mem_drop(client);
}
DEFINE_AUTO(struct api_client *, api_client_free)

const struct api_peer *api_client_peer(const struct api_client *client)
{
	return &client->session.peer;
}

bool api_client_garbled(const struct api_client *client)
{
	return client->garbled;
}

static void dispatch(struct api_client *c, const struct call *call)
{
	struct api_reply reply;

	if (!api_dispatch(&c->session, &call->header, call->payload, &reply))
		return;
	stream_put(c->stream, reply.body, reply.len, reply.fds, reply.n_fds);
	mem_drop(reply.body);
}

/* Answers a call, or keeps it until control has made progress. Pings are answered also while calls wait. */
static void take(struct api_client *c, struct call *call)
{
	bool ping = call->header.program == RPC_PROGRAM_KEEPALIVE && call->header.type == RPC_MESSAGE;

	if (ping || !c->n_held)
		dispatch(c, call);
	if (ping || !c->session.later)
		return;
	c->held_bytes += call->payload.len;
	c->held[c->n_held++] = *call;
	call->body = NULL;
}

/* No more calls can wait: nothing is read, pongs neither. */
static bool is_full(const struct api_client *c)
{
	return c->n_held == API_CALLS_MAX || c->held_bytes >= API_QUEUE_MAX;
}

/* Whatever came from it: it lives. */
static void heard(struct api_client *c)
{
	c->pings = 0;
	if (!c->session.keepalive)
		return;
	sd_event_source_set_time_relative(c->ping, API_PING_S * USEC_PER_S);
	sd_event_source_set_enabled(c->ping, SD_EVENT_ONESHOT);
}

static void call_clear_auto(struct call *call)
{
	mem_drop(call->body);
}

/* Deals with the next whole message. 1: done; 0: there is none; else the connection is beyond repair. Descriptors that come
 * along are not for any call: they are closed. */
static int serve_one(struct api_client *c)
{
	AUTO(call_clear) struct call call = { 0 };
	int fds[STREAM_FDS_MAX];
	struct view body;
	int r = stream_peek(c->stream, &body);

	if (r <= 0)
		return r;
	call.body = mem_dup(body.p, body.len); /* the stream's bytes go when it is consumed */
	struct rd in = rd_make(call.body, body.len);

	if (rpc_header_get(&in, &call.header) < 0)
		return -EBADMSG;
	int n_fds = rpc_header_fds(&call.header, &in);

	if (n_fds < 0)
		return -EBADMSG;
	r = stream_consume(c->stream, fds, (size_t)n_fds);
	if (r <= 0)
		return r;
	for (int i = 0; i < n_fds; i++)
		fd_close(fds[i]);
	call.payload = rd_rest(&in);
	take(c, &call);
	heard(c);
	return 1;
}

static bool may_read(const struct api_client *c)
{
	return !c->session.closing && !is_full(c) && stream_queued(c->stream) < API_QUEUE_MAX;
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
	int served = c->deaf ? -ENOBUFS : serve(c), flushed = stream_flush(c->stream);

	if (served < 0)
		return served;
	if (flushed == 0)
		c->event_bytes = 0;
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
	int r = pump(c);

	c->garbled = r == -EBADMSG;
	if (r < 0)
		c->gone(c, c->arg); /* frees c */
	return 0;
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct api_client *c = arg;

	(void)s, (void)fd;
	if (!(events & EPOLLHUP) || may_read(c))
		return turn(c);
	c->gone(c, c->arg); /* it left; nobody would read that, and the socket says it for ever */
	return 0;
}

static int on_more(sd_event_source *s, void *arg)
{
	(void)s;
	return turn(arg);
}

void api_client_progress(struct api_client *c)
{
	while (c->n_held && !c->session.closing) {
		dispatch(c, &c->held[0]);
		if (c->session.later)
			return;
		drop_first(c);
		/* the answer leaves, and the next message gets its turn */
		sd_event_source_set_enabled(c->more, SD_EVENT_ONESHOT);
	}
}

static void put_event(void *arg, const char *body, size_t len)
{
	struct api_client *c = arg;

	c->event_bytes += len;
	if (c->event_bytes <= API_EVENTS_MAX) {
		stream_put(c->stream, body, len, NULL, 0);
	} else if (!c->deaf) {
		c->deaf = true;
		log_warn("api: client of uid %u, pid %d: cut off: it does not read its events", c->session.peer.uid,
			 c->session.peer.pid);
	}
}

void api_client_event(struct api_client *c, const struct control_event *ev)
{
	if (!c->session.n_callbacks || c->session.closing)
		return;
	api_event_each(&c->session, ev, put_event, c);
	/* sent from the loop: we may be inside a call of this very client */
	sd_event_source_set_enabled(c->more, SD_EVENT_ONESHOT);
}

static int on_silence(sd_event_source *s, uint64_t usec, void *arg)
{
	static const struct rpc_header ping = { RPC_PROGRAM_KEEPALIVE, RPC_VERSION, RPC_PING, RPC_MESSAGE, 0, RPC_OK };
	struct api_client *c = arg;
	AUTO(mem_drop) char *body = NULL;
	size_t len;

	(void)usec;
	if (is_full(c)) /* its answers wait behind calls: that is our doing */
		c->pings = 0;
	if (c->pings == API_PINGS_MAX) {
		log_info("api: client of uid %u, pid %d: cut off: it answers no pings", c->session.peer.uid,
			 c->session.peer.pid);
		c->gone(c, c->arg);
		return 0;
	}
	c->pings++;
	rpc_encode(&ping, 0, NULL, NULL, &body, &len);
	stream_put(c->stream, body, len, NULL, 0);
	sd_event_source_set_time_relative(s, API_PING_S * USEC_PER_S);
	sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
	return turn(c);
}

static int watch(struct api_client *c, struct sd_event *loop)
{
	int r = sd_event_add_io(loop, &c->io, stream_fd(c->stream), EPOLLIN, on_io, c);

	if (r >= 0)
		r = sd_event_add_defer(loop, &c->more, on_more, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->more, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(loop, &c->ping, CLOCK_MONOTONIC, 0, 0, on_silence, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->ping, SD_EVENT_OFF);
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
