/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/upstream.h"

#include <errno.h>
#include <sys/random.h>
#include <systemd/sd-event.h>

#include "base/log.h"
#include "dns/server.h"

enum {
	ASK_MAX = 2 + DNS_HEADER + DNS_NAME_MAX + 4 + 11, /* TCP's length, question, OPT */
	UDP_ANSWER_MAX = 4096,                            /* more than we ask for; longer ones are cut anyway */
};

struct flight;

/* One resolver asked on behalf of a flight. */
struct
try {
	struct flight *flight;
	struct dns_resolver resolver;
	uint16_t id;
	int fd; /* -1: given up */
	sd_event_source *source;
	uint8_t ask[ASK_MAX]; /* the length before it goes by TCP only */
	size_t ask_len, sent;
	uint8_t *in; /* TCP: the length, later the answer */
	size_t in_len, in_size;
};

/* One client's question. */
struct flight {
	struct dns_upstream *up;
	struct flight *next;
	struct dns_client client;
	struct dns_query q;
	struct dns_resolvers to;
	sd_event_source *timer;
	unsigned steps;
	struct try tries[DNS_TRIES];
	size_t n_tries;
};

/* A resolver that was silent lately. */
struct down {
	struct dns_resolver who;
	uint64_t until_us; /* CLOCK_MONOTONIC */
};

struct dns_upstream {
	struct sd_event *loop;
	struct dns_stats *stats;
	struct down down[DNS_DOWN_MAX];
	struct flight *flights;
};

struct dns_upstream *dns_upstream_new(struct sd_event *loop, struct dns_stats *stats)
{
	struct dns_upstream *u = mem_new(struct dns_upstream);

	u->loop = loop;
	u->stats = stats;
	return u;
}

void dns_upstream_forgive(struct dns_upstream *u)
{
	memset(u->down, 0, sizeof(u->down));
}

static void try_close(struct try *t)
{
	if (t->fd < 0)
		return;
	t->source = sd_event_source_disable_unref(t->source);
	fd_close(t->fd);
	mem_drop(t->in);
	t->fd = -1;
}

static void flight_free(struct flight *f)
{
	struct flight **at = &f->up->flights;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	for (size_t i = 0; i < f->n_tries; i++)
		try_close(&f->tries[i]);
	sd_event_source_disable_unref(f->timer);
	mem_drop(f);
}

void dns_upstream_free(struct dns_upstream *u)
{
	if (!u)
		return;
	while (u->flights)
		flight_free(u->flights);
	mem_drop(u);
}

void dns_upstream_forget(struct dns_upstream *u, const void *owner)
{
	for (struct flight *f = u->flights, *next; f; f = next) {
		next = f->next;
		if (f->client.owner == owner)
			flight_free(f);
	}
}

static void send_servfail(const struct dns_client *c, const struct dns_query *q)
{
	uint8_t out[DNS_UDP_PLAIN];

	c->send(c, (struct view){ .p = out, .len = dns_server_fail(q, DNS_RA, DNS_SERVFAIL, out) });
}

static void fail(struct flight *f)
{
	f->up->stats->failed++;
	send_servfail(&f->client, &f->q);
	flight_free(f);
}

static void deliver(struct flight *f, uint8_t *msg, size_t len)
{
	uint8_t cut[DNS_UDP_PLAIN];

	if (!f->client.tcp && len > f->q.size) { /* the resolver did not heed what we take */
		struct dns_answer a = dns_answer_begin(&f->q, DNS_RA, cut, sizeof(cut));

		a.cut = true;
		len = dns_answer_end(&a, dns_answer_rcode((struct view){ .p = msg, .len = len }));
		msg = cut;
	} else {
		dns_answer_adopt(msg, &f->q);
	}
	f->up->stats->answered++;
	f->client.send(&f->client, (struct view){ .p = msg, .len = len });
	flight_free(f);
}

static uint64_t now_us(const struct dns_upstream *u)
{
	uint64_t now = 0;

	sd_event_now(u->loop, CLOCK_MONOTONIC, &now);
	return now;
}

static bool same(const struct dns_resolver *a, const struct dns_resolver *b)
{
	return a->port == b->port && ip_eq(&a->ip, &b->ip);
}

/* The place of `who` among the silent, or, if it is not there, the one that is free first. */
static struct down *place(struct dns_upstream *u, const struct dns_resolver *who)
{
	struct down *d = &u->down[0];

	for (size_t i = 0; i < DNS_DOWN_MAX; i++) {
		if (same(&u->down[i].who, who))
			return &u->down[i];
		if (u->down[i].until_us < d->until_us)
			d = &u->down[i];
	}
	return d;
}

static bool is_down(struct dns_upstream *u, const struct dns_resolver *who)
{
	const struct down *d = place(u, who);

	return same(&d->who, who) && d->until_us > now_us(u);
}

static void set_late(struct dns_upstream *u, const struct dns_resolver *who)
{
	char text[IP_TEXT];

	u->stats->late++;
	if (!is_down(u, who)) /* so it is said once in DNS_DOWN_S at most */
		log_info("dns: resolver %s port %u: no answer: asked last for %d s", ip_text(&who->ip, text), who->port,
			 DNS_DOWN_S);
	*place(u, who) = (struct down){ .who = *who, .until_us = now_us(u) + DNS_DOWN_S * 1000000ull };
}

static void set_alive(struct dns_upstream *u, const struct dns_resolver *who)
{
	if (is_down(u, who))
		place(u, who)->until_us = 0;
}

static bool is_tried(const struct flight *f, const struct dns_resolver *who)
{
	for (size_t i = 0; i < f->n_tries; i++)
		if (same(&f->tries[i].resolver, who))
			return true;
	return false;
}

/* The next to ask: in order, but those that were silent lately last. NULL: all have been asked. */
static const struct dns_resolver *next_resolver(const struct flight *f)
{
	const struct dns_resolver *last = NULL;

	for (size_t i = 0; i < f->to.n && f->n_tries < DNS_TRIES; i++) {
		const struct dns_resolver *r = &f->to.v[i];

		if (is_tried(f, r))
			continue;
		if (!is_down(f->up, r))
			return r;
		last = last ? last : r;
	}
	return last;
}

static int on_udp(sd_event_source *source, int fd, uint32_t events, void *arg);
static int on_tcp(sd_event_source *source, int fd, uint32_t events, void *arg);

/* Opens a socket of its own, so that the kernel picks a port of its own, and asks. 0 or -errno. */
static int try_open(struct try *t)
{
	struct flight *f = t->flight;
	bool tcp = f->client.tcp;
	union dns_sockaddr to;
	socklen_t len = dns_sockaddr_from(&t->resolver.ip, t->resolver.port, &to);
	AUTO(fd_close)
	int fd = socket(t->resolver.ip.family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || (connect(fd, &to.sa, len) < 0 && errno != EINPROGRESS))
		return -errno;
	if (!tcp && send(fd, t->ask, t->ask_len, MSG_NOSIGNAL) < 0)
		return -errno;
	int e = sd_event_add_io(f->up->loop, &t->source, fd, tcp ? EPOLLOUT : EPOLLIN, tcp ? on_tcp : on_udp, t);

	if (e < 0)
		return e;
	t->fd = TAKE_FD(fd);
	return 0;
}

static void try_write(struct try *t)
{
	struct wr w = wr_make(t->ask, sizeof(t->ask));

	if (t->flight->client.tcp)
		wr_be16(&w, 0);
	dns_query_build(&w, &t->flight->q, t->id);
	t->ask_len = wr_len(&w);
	if (t->flight->client.tcp) {
		struct wr length = wr_make(t->ask, 2);

		wr_be16(&length, (uint16_t)(t->ask_len - 2));
	}
}

/* Asks the next resolver that can be asked at all. */
static bool ask_next(struct flight *f)
{
	const struct dns_resolver *next;

	while ((next = next_resolver(f))) {
		struct try *t = &f->tries[f->n_tries++];

		*t = (struct try){ .flight = f, .resolver = *next, .fd = -1 };
		if (getrandom(&t->id, sizeof(t->id), 0) == sizeof(t->id)) {
			try_write(t);
			if (try_open(t) == 0) {
				sd_event_source_set_time_relative(f->timer, DNS_STEP_MS * 1000ull);
				sd_event_source_set_enabled(f->timer, SD_EVENT_ONESHOT);
				return true;
			}
		}
		set_late(f->up, next);
	}
	return false;
}

static bool is_waiting(const struct flight *f)
{
	for (size_t i = 0; i < f->n_tries; i++)
		if (f->tries[i].fd >= 0)
			return true;
	return false;
}

/* This resolver cannot be reached. The flight may be gone then. */
static void try_lost(struct try *t)
{
	struct flight *f = t->flight;

	set_late(f->up, &t->resolver);
	try_close(t);
	if (!ask_next(f) && !is_waiting(f))
		fail(f);
}

/* A message of a resolver. true: the flight is over, or this try. */
static bool take_answer(struct try *t, uint8_t *msg, size_t len)
{
	struct flight *f = t->flight;
	struct view v = { .p = msg, .len = len };

	if (!dns_answer_matches(v, &f->q, t->id)) {
		f->up->stats->mismatch++;
		return false;
	}
	set_alive(f->up, &t->resolver);
	switch (dns_answer_rcode(v)) {
	case DNS_SERVFAIL:
	case DNS_NOTIMP:
	case DNS_REFUSED:
		if (ask_next(f)) { /* another may do better; if none, this is the answer */
			try_close(t);
			return true;
		}
		break;
	default:
		break;
	}
	deliver(f, msg, len);
	return true;
}

static int on_udp(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct try *t = arg;
	uint8_t in[UDP_ANSWER_MAX];
	ssize_t n = recv(fd, in, sizeof(in), MSG_DONTWAIT);

	(void)source, (void)events;
	if (n >= 0)
		take_answer(t, in, (size_t)n);
	else if (errno != EAGAIN)
		try_lost(t);
	return 0;
}

/* 0, or -errno if the connection is of no use. */
static int tcp_send(struct try *t)
{
	ssize_t n = send(t->fd, t->ask + t->sent, t->ask_len - t->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	t->sent += (size_t)n;
	if (t->sent < t->ask_len)
		return 0;
	t->in_size = 2;
	t->in = mem_zalloc(t->in_size);
	return sd_event_source_set_io_events(t->source, EPOLLIN);
}

/* Reads the length, then the answer. 1: it is whole; 0: not yet; -errno. */
static int tcp_receive(struct try *t)
{
	ssize_t n = recv(t->fd, t->in + t->in_len, t->in_size - t->in_len, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	t->in_len += (size_t)n;
	if (n == 0)
		return -ECONNRESET;
	if (t->in_len < t->in_size)
		return 0;
	if (t->in_size != 2) /* an answer has at least a header */
		return 1;
	t->in_size = (size_t)t->in[0] << 8 | t->in[1];
	t->in_len = 0;
	if (t->in_size < DNS_HEADER)
		return -EBADMSG;
	mem_drop(t->in);
	t->in = mem_zalloc(t->in_size);
	return 0;
}

static int on_tcp(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct try *t = arg;
	int e = t->sent < t->ask_len ? tcp_send(t) : tcp_receive(t);

	(void)source, (void)fd, (void)events;
	if (e < 0 || (e > 0 && !take_answer(t, t->in, t->in_size)))
		try_lost(t);
	return 0;
}

/* All asked so far are silent: on to the next; if there is none, a datagram may be lost, so once more. */
static int on_step(sd_event_source *source, uint64_t usec, void *arg)
{
	struct flight *f = arg;

	(void)usec;
	set_late(f->up, &f->tries[f->n_tries - 1].resolver);
	if (++f->steps >= DNS_STEPS) {
		fail(f);
		return 0;
	}
	if (ask_next(f))
		return 0;
	for (size_t i = 0; i < f->n_tries; i++)
		if (f->tries[i].fd >= 0 && !f->client.tcp)
			send(f->tries[i].fd, f->tries[i].ask, f->tries[i].ask_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	sd_event_source_set_time_relative(source, DNS_STEP_MS * 1000ull);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

/* A guest may forge addresses within its network, so the socket that it asks has a limit too. */
static bool is_full(const struct dns_upstream *u, const struct dns_client *c)
{
	struct ip ip = dns_sockaddr_ip(&c->from);
	size_t all = 0, owner = 0, same = 0;

	for (const struct flight *f = u->flights; f; f = f->next) {
		struct ip other = dns_sockaddr_ip(&f->client.from);

		all++;
		owner += f->client.owner == c->owner;
		same += ip_eq(&ip, &other);
	}
	return all >= DNS_IN_FLIGHT || owner >= DNS_IN_FLIGHT_SOCKET || same >= DNS_IN_FLIGHT_CLIENT;
}

void dns_upstream_ask(struct dns_upstream *u, const struct dns_client *c, const struct dns_query *q,
		      const struct dns_resolvers *to)
{
	struct flight *f;

	if (is_full(u, c)) {
		u->stats->limited++;
		send_servfail(c, q);
		return;
	}
	f = mem_new(struct flight);
	f->up = u;
	f->client = *c;
	f->q = *q;
	f->to = *to;
	f->next = u->flights;
	u->flights = f;
	if (sd_event_add_time_relative(u->loop, &f->timer, CLOCK_MONOTONIC, DNS_STEP_MS * 1000ull, 10000, on_step, f) <
		0 ||
	    !ask_next(f))
		fail(f);
}
