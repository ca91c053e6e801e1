/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/tcp.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "base/mem.h"
#include "base/wr.h"
#include "dns/packet.h"

/* An answer that waits, with its length before it. */
struct chunk {
	struct chunk *next;
	size_t len, sent;
	uint8_t b[];
};

/* A connection. Nobody closes it while somebody may stand in it: `doomed` makes its timer do that next. */
struct conn {
	struct dns_tcp *tcp;
	struct conn *next;
	int fd;
	sd_event_source *source, *idle;
	union dns_sockaddr from;
	uint8_t in[2 + DNS_QUERY_MAX];
	size_t in_len;
	struct chunk *out, **out_end;
	size_t queued;
	unsigned pending; /* queries without their answer yet */
	bool eof, doomed;
};

struct dns_tcp {
	struct sd_event *loop;
	int fd;
	sd_event_source *source;
	const struct dns_tcp_ops *ops;
	void *arg;
	struct conn *conns;
};

static void drop_chunk(struct conn *c)
{
	struct chunk *first = c->out;

	c->queued -= first->len;
	c->out = first->next;
	if (!c->out)
		c->out_end = &c->out;
	mem_drop(first);
}

static void conn_free(struct conn *c)
{
	struct conn **at = &c->tcp->conns;

	c->tcp->ops->gone(c->tcp->arg, c);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	while (c->out)
		drop_chunk(c);
	sd_event_source_disable_unref(c->source);
	sd_event_source_disable_unref(c->idle);
	fd_close(c->fd);
	mem_drop(c);
}

static int on_idle(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source, (void)usec;
	conn_free(arg);
	return 0;
}

static void wake_idle(struct conn *c, uint64_t usec)
{
	sd_event_source_set_time_relative(c->idle, usec);
	sd_event_source_set_enabled(c->idle, SD_EVENT_ONESHOT);
}

/* What the connection waits for after something has happened to it. */
static void settle(struct conn *c)
{
	if (c->eof && !c->pending && !c->out)
		c->doomed = true;
	if (c->doomed)
		wake_idle(c, 0);
	sd_event_source_set_io_events(c->source, c->doomed ? 0 : (c->eof ? 0u : EPOLLIN) | (c->out ? EPOLLOUT : 0u));
}

static void flush(struct conn *c)
{
	while (c->out && !c->doomed) {
		struct chunk *first = c->out;
		ssize_t n = send(c->fd, first->b + first->sent, first->len - first->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			c->doomed = true;
			return;
		}
		first->sent += (size_t)n;
		if (first->sent == first->len)
			drop_chunk(c);
	}
}

static void send_answer(const struct dns_client *client, struct view answer)
{
	struct conn *c = client->owner;
	struct chunk *last;

	c->pending--;
	if (c->queued + 2 + answer.len > DNS_TCP_QUEUE)
		c->doomed = true;
	if (!c->doomed) {
		last = mem_zalloc(sizeof(*last) + 2 + answer.len);
		last->len = 2 + answer.len;
		struct wr w = wr_make(last->b, last->len);

		wr_be16(&w, (uint16_t)answer.len);
		wr_bytes(&w, answer.p, answer.len);
		*c->out_end = last;
		c->out_end = &last->next;
		c->queued += last->len;
		flush(c);
	}
	settle(c);
}

/* Hands on the whole queries in c->in, and moves the rest to its front. */
static void take_queries(struct conn *c)
{
	struct dns_client client = { .owner = c, .send = send_answer, .from = c->from, .tcp = true };
	struct rd r = rd_make(c->in, c->in_len);

	while (rd_left(&r) >= 2 && !c->doomed) {
		struct rd whole = r;
		size_t len = rd_be16(&whole);
		struct rd query = rd_sub(&whole, len);

		if (len > DNS_QUERY_MAX)
			c->doomed = true;
		if (query.bad || c->doomed)
			break;
		c->pending++;
		if (!c->tcp->ops->asked(c->tcp->arg, &client, rd_rest(&query)))
			c->doomed = true; /* what follows is no better */
		wake_idle(c, DNS_TCP_IDLE_S * 1000000ull);
		r = whole;
	}
	c->in_len = rd_left(&r);
	memmove(c->in, r.p, c->in_len);
}

static int on_conn(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct conn *c = arg;
	ssize_t n;

	(void)source;
	flush(c);
	if (!c->eof && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = recv(fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
		if (n > 0) {
			c->in_len += (size_t)n;
			take_queries(c);
		} else if (n == 0) {
			c->eof = true; /* he may have closed one way only, and wait for answers */
		} else if (errno != EAGAIN) {
			c->doomed = true;
		}
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		c->doomed = true;
	}
	settle(c);
	return 0;
}

/* One more of this address would be too many. */
static bool is_full(const struct dns_tcp *t, const union dns_sockaddr *from)
{
	struct ip ip = dns_sockaddr_ip(from);
	size_t all = 0, same = 0;

	for (const struct conn *c = t->conns; c; c = c->next) {
		struct ip other = dns_sockaddr_ip(&c->from);

		all++;
		same += ip_eq(&ip, &other);
	}
	return all >= DNS_TCP_CONNS || same >= DNS_TCP_CONNS_CLIENT;
}

static void conn_new(struct dns_tcp *t, int fd, const union dns_sockaddr *from)
{
	struct conn *c = mem_new(struct conn);

	c->tcp = t;
	c->fd = fd;
	c->from = *from;
	c->out_end = &c->out;
	c->next = t->conns;
	t->conns = c;
	if (sd_event_add_io(t->loop, &c->source, fd, EPOLLIN, on_conn, c) < 0 ||
	    sd_event_add_time_relative(t->loop, &c->idle, CLOCK_MONOTONIC, DNS_TCP_IDLE_S * 1000000ull, 10000, on_idle,
				       c) < 0)
		conn_free(c);
}

static int on_accept(sd_event_source *source, int listener, uint32_t events, void *arg)
{
	struct dns_tcp *t = arg;
	union dns_sockaddr from = { .sa.sa_family = AF_UNSPEC };
	socklen_t len = sizeof(from);
	AUTO(fd_close) int fd = accept4(listener, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)source, (void)events;
	if (fd < 0)
		return 0;
	if (is_full(t, &from))
		t->ops->refused(t->arg);
	else
		conn_new(t, TAKE_FD(fd), &from);
	return 0;
}

int dns_tcp_open(struct sd_event *loop, int fd, const struct dns_tcp_ops *ops, void *arg, struct dns_tcp **ret)
{
	struct dns_tcp *t = mem_new(struct dns_tcp);
	int e;

	*t = (struct dns_tcp){ .loop = loop, .fd = fd, .ops = ops, .arg = arg };
	e = sd_event_add_io(loop, &t->source, fd, EPOLLIN, on_accept, t);
	if (e >= 0)
		e = sd_event_source_set_ratelimit(t->source, 1000000, DNS_TCP_ACCEPTS_S);
	if (e < 0) {
		dns_tcp_free(t);
		return e;
	}
	*ret = t;
	return 0;
}

void dns_tcp_free(struct dns_tcp *t)
{
	if (!t)
		return;
	while (t->conns)
		conn_free(t->conns);
	sd_event_source_disable_unref(t->source);
	fd_close(t->fd);
	mem_drop(t);
}
