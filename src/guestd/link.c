/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "guest/message.h"
#include "lease/lease.h"

enum { BACKLOG_MAX = 64 << 20 }; /* bytes that vnetd has not read; then it is stuck, and syncs when it comes back */

struct guestd_link {
	sd_event *loop;
	uid_t starter;
	int fd;
	sd_event_source *listening;
	struct stream *stream; /* NULL: vnetd is not there */
	sd_event_source *source;
	bool greeted;
	struct guestd_serve *serve;
};

static void hang_up(struct guestd_link *l, const char *why)
{
	if (!l->stream)
		return;
	log_info("guestd: vnetd: connection closed: %s", why);
	l->source = sd_event_source_disable_unref(l->source);
	stream_free(TAKE(l->stream));
	l->greeted = false;
}

/* --- out --- */

static void flush(struct guestd_link *l)
{
	int r = stream_flush(l->stream);

	if (r < 0 && r != -EAGAIN)
		hang_up(l, strerror(-r));
	else if (stream_queued(l->stream) > BACKLOG_MAX)
		hang_up(l, "it does not read");
	else
		sd_event_source_set_io_events(l->source, EPOLLIN | (r == -EAGAIN ? EPOLLOUT : 0));
}

static void put(struct guestd_link *l, const struct guest_msg *m)
{
	int r = guest_send(l->stream, m, NULL, 0);

	if (r < 0)
		log_error("guestd: vnetd: message %d does not fit", (int)m->op);
}

static void tell_lease(void *arg, const struct uuid *network, const struct ip *ip, const struct lease *lease,
		       uint64_t expiry)
{
	struct guestd_link *l = arg;
	struct guest_msg m = { .op = GUEST_LEASE };
	struct guest_lease *to = &m.guest_msg_u.lease;

	if (!l->greeted)
		return;
	to->event = lease->state == LEASE_BOUND ? GUEST_LEASE_BOUND : GUEST_LEASE_ENDED;
	memcpy(to->uuid, network->b, sizeof(to->uuid));
	to->ip.guest_ip_val = (char *)ip->b;
	to->ip.guest_ip_len = (unsigned)ip_size(ip->family);
	memcpy(to->mac, lease->mac.b, sizeof(to->mac));
	to->client_id.client_id_val = (char *)lease->id.p;
	to->client_id.client_id_len = (unsigned)lease->id.len;
	to->hostname = lease->hostname ?: (char *)"";
	to->expiry = expiry;
	put(l, &m);
}

static void tell_now(void *arg)
{
	struct guestd_link *l = arg;

	if (l->greeted)
		flush(l);
}

static void tell_failed(void *arg, const struct uuid *network, const char *why)
{
	struct guestd_link *l = arg;
	struct guest_msg m = { .op = GUEST_FAILED };

	if (!l->greeted)
		return;
	memcpy(m.guest_msg_u.failed.uuid, network->b, sizeof(network->b));
	m.guest_msg_u.failed.why = (char *)why;
	put(l, &m);
	flush(l);
}

struct guestd_sink guestd_link_sink(struct guestd_link *l)
{
	return (struct guestd_sink){ .lease = tell_lease, .flush = tell_now, .failed = tell_failed, .arg = l };
}

/* --- in --- */

static void greet(struct guestd_link *l)
{
	struct guest_msg m = { .op = GUEST_WELCOME }, synced = { .op = GUEST_SYNCED };
	size_t n;
	AUTO(mem_drop) struct guest_served *served = guestd_serve_list(l->serve, &n);

	m.guest_msg_u.welcome.level = GUEST_LEVEL;
	m.guest_msg_u.welcome.served.served_val = served;
	m.guest_msg_u.welcome.served.served_len = (unsigned)n;
	put(l, &m);
	l->greeted = true;
	guestd_serve_tell_leases(l->serve);
	if (!l->stream) /* it broke while we told */
		return;
	put(l, &synced);
	flush(l);
}

static void with_uuid(struct guestd_link *l, void (*call)(struct guestd_serve *s, const struct uuid *u),
		      const char b[16])
{
	struct uuid u;

	memcpy(u.b, b, sizeof(u.b));
	call(l->serve, &u);
}

static void answer_history(struct guestd_link *l, const struct guest_history_ask *ask)
{
	struct guest_msg m = { .op = GUEST_HISTORY };
	struct guest_history *h = &m.guest_msg_u.history;

	h->number = ask->number;
	h->rows.rows_val = guestd_serve_history(l->serve, ask, &h->rows.rows_len);
	put(l, &m);
	for (unsigned i = 0; i < h->rows.rows_len; i++) {
		mem_drop(h->rows.rows_val[i].hostname);
		mem_drop(h->rows.rows_val[i].ip.guest_ip_val);
	}
	mem_drop(h->rows.rows_val);
	flush(l);
}

static void answer_counters(struct guestd_link *l, const struct guest_ask_counters *ask)
{
	struct guest_msg m = { .op = GUEST_COUNTERS };
	struct guest_counters *c = &m.guest_msg_u.counters;

	guestd_serve_counters(l->serve, ask, c);
	put(l, &m);
	mem_drop(c->dhcp4.guest_counters_of_val);
	mem_drop(c->dhcp6.guest_counters_of_val);
	mem_drop(c->ports.ports_val);
	flush(l);
}

static bool refuse(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
	return false;
}

static bool take_hello(struct guestd_link *l, const struct guest_msg *m, const int *fds, size_t n)
{
	if (m->guest_msg_u.hello.level != GUEST_LEVEL || l->greeted)
		return refuse(fds, n);
	if (n == 1 && !guestd_serve_bridges(l->serve, fds[0]))
		return false;
	greet(l);
	return true;
}

/* false: it makes no sense, and the connection ends. */
static bool handle(struct guestd_link *l, const struct guest_msg *m, const int *fds, size_t n)
{
	if (m->op == GUEST_HELLO)
		return take_hello(l, m, fds, n);
	if (!l->greeted)
		return refuse(fds, n);
	switch (m->op) {
	case GUEST_SERVE:
		guestd_serve_set(l->serve, &m->guest_msg_u.serve, fds, n);
		return true;
	case GUEST_STOP:
		with_uuid(l, guestd_serve_stop, m->guest_msg_u.stop);
		return true;
	case GUEST_FORGET:
		with_uuid(l, guestd_serve_forget, m->guest_msg_u.forget);
		return true;
	case GUEST_KNOWN:
		guestd_serve_known(l->serve, (const guest_uuid *)m->guest_msg_u.known.known_val,
				   m->guest_msg_u.known.known_len);
		return true;
	case GUEST_RESOLVERS:
		guestd_serve_resolvers(l->serve, m->guest_msg_u.resolvers.resolvers_val,
				       m->guest_msg_u.resolvers.resolvers_len);
		return true;
	case GUEST_IMPORT:
		guestd_serve_import(l->serve, &m->guest_msg_u.import);
		return true;
	case GUEST_END_PORT:
		guestd_serve_end_port(l->serve, &m->guest_msg_u.end_port);
		return true;
	case GUEST_ASK_COUNTERS:
		answer_counters(l, &m->guest_msg_u.ask_counters);
		return true;
	case GUEST_ASK_HISTORY:
		answer_history(l, &m->guest_msg_u.ask_history);
		return true;
	default:
		return false;
	}
}

/* One read's worth of messages: what is left in the socket comes round next turn. */
static void receive(struct guestd_link *l)
{
	int r = stream_fill(l->stream);

	if (r < 0 && r != -EAGAIN) {
		hang_up(l, r == -ENODATA ? "it left" : strerror(-r));
		return;
	}
	while (l->stream) {
		int fds[GUEST_SOCKS_MAX];
		struct guest_msg m;
		size_t n;

		r = guest_receive(l->stream, &m, fds, &n);
		if (r == 0)
			return;
		bool fine = r == 1 && handle(l, &m, fds, n);

		if (r == 1)
			guest_msg_free(&m);
		if (!fine) {
			log_warn("guestd: vnetd: it sent what can't be understood");
			hang_up(l, "protocol error");
		}
	}
}

static int on_stream(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct guestd_link *l = arg;

	(void)source, (void)fd;
	if (events & EPOLLOUT)
		flush(l);
	if (l->stream && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(l);
	return 0;
}

static bool may_come_in(const struct guestd_link *l, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && (peer.uid == 0 || peer.uid == l->starter);
}

static int on_accept(sd_event_source *source, int listening, uint32_t events, void *arg)
{
	struct guestd_link *l = arg;
	AUTO(fd_close) int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source, (void)events;
	if (fd < 0)
		return 0;
	if (!may_come_in(l, fd)) {
		log_warn("guestd: vnetd: somebody else tried to connect");
		return 0;
	}
	hang_up(l, "a newer one is here");
	l->stream = stream_new(TAKE_FD(fd), GUEST_FRAME_MAX);
	int r = sd_event_add_io(l->loop, &l->source, stream_fd(l->stream), EPOLLIN, on_stream, l);

	if (r < 0)
		hang_up(l, strerror(-r));
	return 0;
}

/* --- start and end --- */

int guestd_link_open(struct sd_event *loop, int fd, uid_t starter, struct guestd_link **ret)
{
	struct guestd_link *l = mem_new(struct guestd_link);

	l->loop = sd_event_ref(loop);
	l->starter = starter;
	l->fd = fd;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* who connects may be gone before accept(2) */
	int r = sd_event_add_io(loop, &l->listening, fd, EPOLLIN, on_accept, l);

	if (r < 0) {
		guestd_link_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void guestd_link_attach(struct guestd_link *l, struct guestd_serve *s)
{
	l->serve = s;
}

void guestd_link_free(struct guestd_link *l)
{
	if (!l)
		return;
	hang_up(l, "we stop");
	sd_event_source_disable_unref(l->listening);
	fd_close(l->fd);
	sd_event_unref(l->loop);
	mem_drop(l);
}
