/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/dgram.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <systemd/sd-event.h>

#include "base/clock.h"

enum { BURSTS_A_TURN = DGRAM_OUTBOX_MAX / DGRAM_BURST, ASIDE_MAX = 128 };

union control {
	struct cmsghdr align;
	char buf[ASIDE_MAX];
};

struct dgram {
	void (*wake)(void *arg);
	void (*full)(void *arg);
	void *arg;
	size_t n;
	struct dgram_slot slots[DGRAM_OUTBOX_MAX];
	/* one burst coming in */
	struct mmsghdr msgs[DGRAM_BURST];
	struct iovec iovs[DGRAM_BURST];
	union control controls[DGRAM_BURST];
	struct sockaddr_storage from[DGRAM_BURST];
	uint8_t bytes[DGRAM_BURST][DGRAM_MAX];
};

struct dgram *dgram_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg)
{
	struct dgram *d = mem_new(struct dgram);

	d->wake = wake;
	d->full = full;
	d->arg = arg;
	return d;
}

void dgram_free(struct dgram *d)
{
	mem_drop(d);
}

void dgram_wake(struct dgram *d)
{
	d->wake(d->arg);
}

/* --- out --- */

/* EADDRNOTAVAIL: the bridge's own IPv6 address is still tested for duplicates; the guest asks again. */
static void say_failed(struct dgram_sock *s, int err, size_t n)
{
	if (err != EADDRNOTAVAIL && log_allowed(&s->errors, clock_boot_s()))
		log_warn("%s: %s: %zu replies not sent: %s", s->area, s->network, n, strerror(err));
}

/* Sends `n` of them, all of one socket. One that is full loses the rest: clients ask again. */
static void send_run(struct dgram_slot **run, size_t n)
{
	struct dgram_sock *s = run[0]->sock;
	struct mmsghdr msgs[DGRAM_BURST] = { 0 };
	struct iovec iovs[DGRAM_BURST];
	size_t failed = 0;
	int err = 0;

	for (size_t i = 0; i < n; i++) {
		bool named = run[i]->to.sin6_family;

		iovs[i] = (struct iovec){ run[i]->bytes, run[i]->len };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = named ? &run[i]->to : NULL,
			.msg_namelen = named ? sizeof(run[i]->to) : 0,
			.msg_iov = &iovs[i],
			.msg_iovlen = 1,
		};
	}
	for (size_t done = 0; done < n;) {
		int r = sendmmsg(s->fd, msgs + done, (unsigned)(n - done), MSG_DONTWAIT);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) { /* the first of them; the next may have another destination */
			err = errno;
			failed++;
		}
		done += r > 0 ? (size_t)r : 1;
	}
	for (size_t i = 0; i < n; i++)
		run[i]->sock = NULL;
	if (failed)
		say_failed(s, err, failed);
}

/* `early`: only what has nothing to wait for. */
static void send_from(struct dgram *d, size_t first, bool early)
{
	struct dgram_slot *run[DGRAM_BURST];
	size_t n = 0;

	for (struct dgram_slot *s = d->slots + first; s < d->slots + d->n; s++) {
		if (!s->sock || (early && (s->promise || s->held)))
			continue;
		if (n == DGRAM_BURST || (n && run[0]->sock != s->sock)) {
			send_run(run, n);
			n = 0;
		}
		run[n++] = s;
	}
	if (n)
		send_run(run, n);
}

static bool hold(struct dgram_slot *s)
{
	return s->sock->hold && s->sock->hold(s->sock->arg, s);
}

void dgram_send(struct dgram *d, bool durable)
{
	for (struct dgram_slot *s = d->slots; s < d->slots + d->n; s++)
		if (s->sock && ((s->promise && !durable) || hold(s)))
			s->sock = NULL;
	send_from(d, 0, false);
	d->n = 0;
}

struct dgram_slot *dgram_slot(struct dgram_sock *s)
{
	struct dgram_slot *slot = &s->d->slots[s->d->n];

	slot->sock = s;
	slot->promise = false;
	slot->held = 0;
	slot->to.sin6_family = 0;
	return slot;
}

void dgram_push(struct dgram_sock *s)
{
	s->d->n++;
}

/* --- in --- */

static int receive(struct dgram *d, int fd)
{
	for (int i = 0; i < DGRAM_BURST; i++) {
		d->iovs[i] = (struct iovec){ d->bytes[i], sizeof(d->bytes[i]) };
		d->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &d->from[i],
			.msg_namelen = sizeof(d->from[i]),
			.msg_iov = &d->iovs[i],
			.msg_iovlen = 1,
			.msg_control = &d->controls[i],
			.msg_controllen = sizeof(d->controls[i]),
		};
	}
	int n = recvmmsg(fd, d->msgs, DGRAM_BURST, MSG_DONTWAIT, NULL);

	return n < 0 ? -errno : n;
}

/* How many there were. */
static int take_burst(struct dgram_sock *s)
{
	struct dgram *d = s->d;
	int n = receive(d, s->fd);

	/* ENETDOWN: the bridge was taken down or deleted; who did it tells us what comes next. */
	if (n < 0 && n != -EAGAIN && n != -EINTR && n != -ENETDOWN && log_allowed(&s->errors, clock_boot_s()))
		log_warn("%s: %s: receive: %s", s->area, s->network, strerror(-n));
	if (n > 0 && s->burst)
		s->burst(s->arg);
	for (int i = 0; i < n; i++)
		s->take(s->arg, (struct view){ d->bytes[i], d->msgs[i].msg_len }, &d->msgs[i].msg_hdr);
	return n;
}

/* Since the last look, for want of room: who waits for answers before he sends more does not fill it. */
static bool has_lost(struct dgram_sock *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 }, before = s->lost;
	socklen_t len = sizeof(info);

	if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
		return false;
	s->lost = info[SK_MEMINFO_DROPS];
	return s->lost != before;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct dgram_sock *s = arg;
	struct dgram *d = s->d;

	(void)source, (void)fd, (void)events;
	if (DGRAM_OUTBOX_MAX - d->n < DGRAM_BURST)
		d->full(d->arg);
	/* The more one sync of the database is for, the more leases a second. What is left comes round next turn: no
	 * guest starves another network. */
	s->turn++;
	for (int burst = 0; burst < BURSTS_A_TURN && DGRAM_OUTBOX_MAX - d->n >= DGRAM_BURST; burst++) {
		size_t first = d->n;
		int n = take_burst(s);

		send_from(d, first, true); /* not all at the turn's end: that many at once overflow a relay's socket */
		if (n == DGRAM_BURST)
			continue;
		s->behind = false; /* nothing waits */
		return 0;
	}
	s->behind |= has_lost(s);
	return 0;
}

bool dgram_aside(struct msghdr *m, int level, int type, void *ret, size_t size)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != level || c->cmsg_type != type || c->cmsg_len < CMSG_LEN(size))
			continue;
		memcpy(ret, CMSG_DATA(c), size);
		return true;
	}
	return false;
}

/* --- start and end --- */

int dgram_check(int fd, int domain, int type)
{
	int is_domain = 0, is_type = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &is_domain, &len) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &is_type, &len) < 0)
		return -errno;
	return is_domain == domain && is_type == type ? 0 : -EPROTOTYPE;
}

int dgram_open(struct dgram_sock *s, struct sd_event *loop, struct dgram *d)
{
	int r = sd_event_add_io(loop, &s->source, s->fd, EPOLLIN, on_readable, s);

	s->d = d;
	return r < 0 ? r : 0;
}

void dgram_close(struct dgram_sock *s)
{
	for (size_t i = 0; s->d && i < s->d->n; i++)
		if (s->d->slots[i].sock == s)
			s->d->slots[i].sock = NULL;
	sd_event_source_disable_unref(s->source);
	fd_close(s->fd);
	mem_drop(s->network);
}
