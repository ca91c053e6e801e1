/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/dns.h"
#include "guestd/state.h"

enum { RETRY_S = 5 /* after the database refused */ };

struct lease_clock guestd_clocks(const struct guestd_serve *s)
{
	return (struct lease_clock){ .boot_s = clock_boot_s(), .unix_s = (uint64_t)time(NULL), .boot = s->boot };
}

/* --- the end of a turn: one transaction, then the news and the replies --- */

static int store(struct guestd_serve *s, const struct lease_clock *now)
{
	struct guestd_net *n;

	for (size_t i = 0; i < s->n_forgotten; i++) {
		int r = lease_db_forget(s->db, &s->forgotten[i]);

		if (r < 0)
			return r;
	}
	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		for (struct lease *l = lease_pool_dirty(n->pool); l; l = l->next_dirty) {
			int r = lease_db_put(s->db, &n->uuid, l, now);

			if (r == 0 && l->news)
				r = lease_db_note(s->db, &n->uuid, l, now);
			if (r < 0)
				return r;
		}
		int r = guestd_net6_store(n->six, s->db, &n->uuid, now);

		if (r < 0)
			return r;
	}
	int r = lease_db_commit(s->db);

	if (r == 0)
		s->n_forgotten = 0;
	return r;
}

void guestd_tell_vnetd(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct guestd_telling *t = arg;

	t->s->sink.lease(t->s->sink.arg, &t->n->uuid, ip, l, lease_to_unix(l->expiry, &t->now));
}

void guestd_tell_dns(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct guestd_telling *t = arg;

	if (l->state == LEASE_BOUND)
		dns_set_lease(t->s->engines.dns, &t->n->uuid, ip, l->hostname);
	else
		dns_del_lease(t->s->engines.dns, &t->n->uuid, ip);
}

static void tell(void *arg, const struct ip *ip, const struct lease *l)
{
	guestd_tell_dns(arg, ip, l);
	guestd_tell_vnetd(arg, ip, l);
}

static void watch_pool(struct guestd_net *n)
{
	struct lease_usage u = lease_pool_usage(n->pool);
	bool was = n->nearly_full;

	if (!n->served)
		return;
	n->nearly_full = lease_usage_nearly_full(u, was);
	if (n->nearly_full && !was)
		log_warn("dhcp4: %s: %u of %u addresses are taken: widen the range, or shorten the lease time", n->name,
			 u.taken, u.total);
}

static void publish(struct guestd_serve *s, const struct lease_clock *now)
{
	struct guestd_net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		struct guestd_telling t = { s, n, *now };

		for (const struct lease *l = lease_pool_dirty(n->pool); l; l = l->next_dirty) {
			struct ip ip = ip_from_v4(l->addr);

			tell(&t, &ip, l);
		}
		guestd_net6_dirty(n->six, tell, &t);
		if (lease_pool_dirty(n->pool))
			watch_pool(n);
		lease_pool_clean(n->pool);
		lease_pool_clean(guestd_net6_pool(n->six));
	}
	s->sink.flush(s->sink.arg);
}

/* What could not be stored was promised to nobody. */
static void take_back(struct guestd_serve *s)
{
	struct guestd_net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		lease_pool_refused(n->pool);
		lease_pool_refused(guestd_net6_pool(n->six));
	}
}

static void set_timer(struct guestd_serve *s)
{
	uint64_t next = s->retry ?: LEASE_NEVER;
	struct guestd_net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		uint64_t four = lease_pool_next_expiry(n->pool), six = lease_pool_next_expiry(guestd_net6_pool(n->six));

		next = four < next ? four : next;
		next = six < next ? six : next;
	}
	if (next >= UINT64_MAX / 1000000) {
		sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time(s->timer, next * 1000000);
	sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

/* When it begins and when it is over, not at each try between. */
static void say_stored(struct guestd_serve *s, int r, uint64_t now_s)
{
	if ((r < 0) == (s->retry != 0) || !log_allowed(&s->db_errors, now_s))
		return;
	if (r < 0)
		log_error("guestd: leases: can't be stored, so none is given or made longer: %s",
			  lease_db_error(s->db));
	else
		log_info("guestd: leases: can be stored again");
}

void guestd_turn_end(void *arg)
{
	struct guestd_serve *s = arg;
	struct lease_clock now = guestd_clocks(s);
	int r = store(s, &now);

	say_stored(s, r, now.boot_s);
	s->retry = r < 0 ? now.boot_s + RETRY_S : 0;
	if (r == 0)
		publish(s, &now);
	else
		take_back(s);
	dgram_send(s->engines.dgrams, r == 0);
	set_timer(s);
}

void guestd_turn_wake(void *arg)
{
	struct guestd_serve *s = arg;

	sd_event_source_set_enabled(s->turn, SD_EVENT_ONESHOT);
}

static int on_turn(sd_event_source *source, void *arg)
{
	(void)source;
	guestd_turn_end(arg);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct guestd_serve *s = arg;
	uint64_t now = clock_boot_s();
	struct guestd_net *n;

	(void)source, (void)usec;
	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		lease_pool_expire(n->pool, now);
		lease_pool_expire(guestd_net6_pool(n->six), now);
	}
	guestd_turn_end(s);
	return 0;
}

/* --- the wall clock --- */

/* Somebody set it: all that shows wall time is told anew, and stored for the next boot. Leases go on as they were. */
static int on_clock_set(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	static const struct itimerspec far = { .it_value.tv_sec = 1LL << 33 };
	struct guestd_serve *s = arg;
	struct guestd_net *n;
	uint64_t count;

	(void)source, (void)events;
	if (read(fd, &count, sizeof(count)) >= 0 || errno != ECANCELED)
		return 0;
	timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
	log_info("guestd: leases: the host's clock was set; how long they last stays as it was");
	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		lease_pool_touch(n->pool);
		lease_pool_touch(guestd_net6_pool(n->six));
	}
	guestd_turn_wake(s);
	return 0;
}

static int watch_clock(struct guestd_serve *s)
{
	static const struct itimerspec far = { .it_value.tv_sec = 1LL << 33 };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL) < 0)
		return -errno;
	int r = sd_event_add_io(s->engines.loop, &s->jump, fd, EPOLLIN, on_clock_set, s);

	return r < 0 ? r : sd_event_source_set_io_fd_own(s->jump, true);
}

int guestd_turn_open(struct guestd_serve *s)
{
	int r = sd_event_add_defer(s->engines.loop, &s->turn, on_turn, s); /* once now: sets the timer */

	if (r >= 0)
		r = sd_event_add_time(s->engines.loop, &s->timer, CLOCK_BOOTTIME, 0, 250000, on_timer, s);
	if (r >= 0)
		r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	return r < 0 ? r : watch_clock(s);
}

void guestd_turn_close(struct guestd_serve *s)
{
	sd_event_source_disable_unref(s->turn);
	sd_event_source_disable_unref(s->timer);
	sd_event_source_disable_unref(s->jump);
}
