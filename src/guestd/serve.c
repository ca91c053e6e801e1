/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/serve.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "dhcp4/io.h"
#include "guestd/dns_scope.h"
#include "guestd/opener.h"
#include "guestd/net6.h"
#include "guestd/scope.h"
#include "lease/db.h"
#include "tftp/io.h"

enum { RETRY_S = 5 /* after the database refused */, POOL_FULL = 80, POOL_CALM = 70 /* percent */ };

struct net {
	struct uuid uuid;
	char *name; /* for logs; NULL: never served since we started */
	bool served, dns, tftp, nearly_full;
	unsigned long long stamp;
	struct lease_pool *pool;
	struct dhcp4_server *dhcp4;
	struct dhcp4_io *io; /* NULL: no DHCP here */
	int hold;            /* stops the kernel's port-unreachable, never read */
	struct guestd_net6 *six;
};

struct guestd_serve {
	sd_event *loop;
	sd_event_source *turn, *timer, *jump;
	struct uuid boot;
	struct lease_db *db;
	struct guestd_sink sink;
	struct map *nets;
	struct dgram *dgrams;
	struct dns *dns;
	struct tftp *tftp;
	struct guestd_opener *opener;
	uint64_t retry; /* CLOCK_BOOTTIME seconds; 0: all is stored */
	struct log_limit db_errors;
};

struct socks { /* the descriptors of one message, sorted */
	int dhcp4, hold, arp, tftp_root, dns_udp[GUEST_SOCKS_MAX], dns_tcp[GUEST_SOCKS_MAX], tftp[GUEST_SOCKS_MAX];
	struct guestd_socks6 six;
	size_t n_udp, n_tcp, n_tftp;
};

static uint64_t seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec;
}

static struct lease_clock clocks(const struct guestd_serve *s)
{
	return (struct lease_clock){ .boot_s = seconds(CLOCK_BOOTTIME),
				     .unix_s = seconds(CLOCK_REALTIME),
				     .boot = s->boot };
}

static struct net *net_get(struct guestd_serve *s, const struct uuid *uuid)
{
	struct net *n = map_get(s->nets, uuid->b, sizeof(uuid->b));

	if (n)
		return n;
	n = mem_new(struct net);
	n->uuid = *uuid;
	n->pool = lease_pool_new();
	n->dhcp4 = dhcp4_server_new(n->pool);
	n->hold = -1;
	n->six = guestd_net6_new();
	map_put(s->nets, uuid->b, sizeof(uuid->b), n);
	return n;
}

static void stop_dhcp4(struct net *n)
{
	dhcp4_io_close(TAKE(n->io));
	fd_close(n->hold);
	n->hold = -1;
}

static void net_free(struct net *n)
{
	stop_dhcp4(n);
	guestd_net6_free(n->six);
	dhcp4_server_free(n->dhcp4);
	lease_pool_free(n->pool);
	mem_drop(n->name);
	mem_drop(n);
}

/* --- the end of a turn: one transaction, then the news and the replies --- */

static int store(struct guestd_serve *s, const struct lease_clock *now)
{
	struct net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		for (const struct lease *l = lease_pool_dirty(n->pool); l; l = l->next_dirty) {
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
	return lease_db_commit(s->db);
}

struct telling {
	struct guestd_serve *s;
	const struct net *n;
	const struct lease_clock *now;
};

static void tell_vnetd(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct telling *t = arg;

	t->s->sink.lease(t->s->sink.arg, &t->n->uuid, ip, l, lease_to_unix(l->expiry, t->now));
}

static void tell_dns(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct telling *t = arg;

	if (l->state == LEASE_BOUND)
		dns_set_lease(t->s->dns, &t->n->uuid, ip, l->hostname);
	else
		dns_del_lease(t->s->dns, &t->n->uuid, ip);
}

static void tell(void *arg, const struct ip *ip, const struct lease *l)
{
	tell_dns(arg, ip, l);
	tell_vnetd(arg, ip, l);
}

/* As guestd_net6_bound, of IPv4. */
static void each_bound(const struct net *n, guestd_net6_lease *each, void *arg)
{
	const struct lease *l;

	for (size_t pos = 0; (l = lease_pool_next(n->pool, &pos));) {
		struct ip ip = ip_from_v4(l->addr);

		if (l->state == LEASE_BOUND)
			each(arg, &ip, l);
	}
}

/* Said once when it comes near its end, and again only after it had room in between. */
static void watch_pool(struct net *n)
{
	struct lease_usage u = lease_pool_usage(n->pool);
	uint64_t percent = u.total ? 100ULL * u.taken / u.total : 0;

	if (percent >= POOL_FULL && !n->nearly_full && n->served)
		log_warn("dhcp4: %s: %u of %u addresses are taken: widen the range, or shorten the lease time", n->name,
			 u.taken, u.total);
	if (percent >= POOL_FULL && n->served)
		n->nearly_full = true;
	else if (percent < POOL_CALM)
		n->nearly_full = false;
}

static void publish(struct guestd_serve *s, const struct lease_clock *now)
{
	struct net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		struct telling t = { s, n, now };

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
}

static void set_timer(struct guestd_serve *s)
{
	uint64_t next = s->retry ?: LEASE_NEVER;
	struct net *n;

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

static void end_turn(void *arg)
{
	struct guestd_serve *s = arg;
	struct lease_clock now = clocks(s);

	dgram_send_early(s->dgrams);
	int r = store(s, &now);

	s->retry = r < 0 ? now.boot_s + RETRY_S : 0;
	if (r == 0)
		publish(s, &now);
	else if (log_allowed(&s->db_errors, now.boot_s))
		log_error("guestd: leases: can't be stored, so none is given: %s", lease_db_error(s->db));
	dgram_send(s->dgrams, r == 0);
	set_timer(s);
}

static void wake(void *arg)
{
	struct guestd_serve *s = arg;

	sd_event_source_set_enabled(s->turn, SD_EVENT_ONESHOT);
}

static int on_turn(sd_event_source *source, void *arg)
{
	(void)source;
	end_turn(arg);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct guestd_serve *s = arg;
	uint64_t now = seconds(CLOCK_BOOTTIME);
	struct net *n;

	(void)source, (void)usec;
	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		lease_pool_expire(n->pool, now);
		lease_pool_expire(guestd_net6_pool(n->six), now);
	}
	end_turn(s);
	return 0;
}

/* --- what vnetd wants --- */

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
}

static bool sort_socks(const struct guest_serve *m, const int *fds, size_t n, struct socks *ret)
{
	*ret = (struct socks){ .dhcp4 = -1, .hold = -1, .arp = -1, .tftp_root = -1, .six = { -1, -1 } };
	if (n != m->socks.socks_len)
		return false;
	for (size_t i = 0; i < n; i++) {
		switch (m->socks.socks_val[i]) {
		case GUEST_SOCK_DHCP4:
			ret->dhcp4 = fds[i];
			break;
		case GUEST_SOCK_DHCP4_HOLD:
			ret->hold = fds[i];
			break;
		case GUEST_SOCK_DNS_UDP:
			ret->dns_udp[ret->n_udp++] = fds[i];
			break;
		case GUEST_SOCK_DNS_TCP:
			ret->dns_tcp[ret->n_tcp++] = fds[i];
			break;
		case GUEST_SOCK_ARP:
			ret->arp = fds[i];
			break;
		case GUEST_SOCK_TFTP:
			ret->tftp[ret->n_tftp++] = fds[i];
			break;
		case GUEST_SOCK_TFTP_ROOT:
			ret->tftp_root = fds[i];
			break;
		case GUEST_SOCK_RA:
			ret->six.ra = fds[i];
			break;
		case GUEST_SOCK_DHCP6:
			ret->six.dhcp6 = fds[i];
			break;
		}
	}
	size_t singles = (size_t)(ret->dhcp4 >= 0) + (ret->hold >= 0) + (ret->arp >= 0) + (ret->tftp_root >= 0) +
			 (ret->six.ra >= 0) + (ret->six.dhcp6 >= 0);

	return singles + ret->n_udp + ret->n_tcp + ret->n_tftp == n && ret->n_udp == ret->n_tcp;
}

/* NULL, or why it can't be. */
static const char *check_scope(const struct net *n, const struct guest_scope *scope, const struct socks *socks)
{
	if (scope->dhcp4 && !n->io && socks->dhcp4 < 0)
		return "no packet socket for DHCP";
	if (scope->dns && !n->dns && !socks->n_udp)
		return "no sockets for DNS";
	if (scope->dns && socks->n_udp && socks->n_udp != scope->dns->addrs.addrs_len)
		return "not as many DNS sockets as addresses";
	if (scope->tftp && !n->tftp && !socks->n_tftp)
		return "no sockets for TFTP";
	if (socks->n_tftp && socks->tftp_root < 0)
		return "no folder for TFTP";
	return guestd_net6_check(n->six, scope, &socks->six);
}

/* Takes the sockets that it uses out of `socks`. NULL, or why not. */
static const char *serve_dhcp4(struct guestd_serve *s, struct net *n, const struct guest_scope *scope,
			       struct socks *socks)
{
	if (!scope->dhcp4) {
		stop_dhcp4(n);
		return NULL;
	}
	if (guestd_configure_dhcp4(n->dhcp4, scope) < 0)
		return "ranges, hosts, options or lease time of DHCP make no sense";
	if (socks->dhcp4 < 0)
		return NULL;
	struct dhcp4_io *io = NULL;

	if (dhcp4_io_open(s->loop, TAKE_FD(socks->dhcp4), TAKE_FD(socks->arp), scope->network, n->dhcp4, s->dgrams,
			  &io) < 0)
		return "not a packet socket";
	stop_dhcp4(n);
	n->io = io;
	n->hold = TAKE_FD(socks->hold);
	return NULL;
}

static const char *serve_dns(struct guestd_serve *s, struct net *n, const struct guest_scope *scope,
			     struct socks *socks)
{
	if (!scope->dns) {
		dns_stop(s->dns, &n->uuid);
		return NULL;
	}
	AUTO(guestd_dns_scope_release) struct dns_scope to = guestd_dns_scope(scope);
	size_t n_socks = socks->n_udp;

	socks->n_udp = socks->n_tcp = 0; /* dns_serve takes them, whatever it returns */
	return dns_serve(s->dns, &to, socks->dns_udp, socks->dns_tcp, n_socks) < 0 ? "DNS can't listen" : NULL;
}

static const char *serve_tftp(struct guestd_serve *s, struct net *n, const struct guest_scope *scope,
			      struct socks *socks)
{
	size_t n_socks = socks->n_tftp;

	if (!scope->tftp)
		tftp_stop(s->tftp, &n->uuid);
	if (!scope->tftp || !n_socks) /* those that it has stay */
		return NULL;
	socks->n_tftp = 0; /* tftp_serve takes them */
	return tftp_serve(s->tftp, &n->uuid, scope->network, TAKE_FD(socks->tftp_root), socks->tftp, n_socks,
			  scope->dhcp4 ? scope->dhcp4->mtu : 0) < 0
		   ? "TFTP can't listen"
		   : NULL;
}

static void drop_socks(struct socks *k)
{
	fd_close(k->dhcp4);
	fd_close(k->hold);
	fd_close(k->arp);
	fd_close(k->six.ra);
	fd_close(k->six.dhcp6);
	close_all(k->dns_udp, k->n_udp);
	close_all(k->dns_tcp, k->n_tcp);
	close_all(k->tftp, k->n_tftp);
	fd_close(k->tftp_root);
}

static void name_leases(struct guestd_serve *s, const struct net *n)
{
	struct telling t = { .s = s, .n = n };

	each_bound(n, tell_dns, &t);
	guestd_net6_bound(n->six, tell_dns, &t);
}

void guestd_serve_set(struct guestd_serve *s, const struct guest_serve *m, const int *fds, size_t n_fds)
{
	struct uuid uuid;
	struct socks socks;

	memcpy(uuid.b, m->scope.uuid, sizeof(uuid.b));
	if (!sort_socks(m, fds, n_fds, &socks)) {
		close_all(fds, n_fds);
		s->sink.failed(s->sink.arg, &uuid, "sockets that were not asked for");
		return;
	}
	struct net *n = net_get(s, &uuid);
	const char *why = check_scope(n, &m->scope, &socks);

	if (!why)
		why = serve_dhcp4(s, n, &m->scope, &socks);
	if (!why)
		why = serve_dns(s, n, &m->scope, &socks);
	if (!why)
		why = serve_tftp(s, n, &m->scope, &socks);
	if (!why) /* last: guests are told of the others */
		why = guestd_net6_serve(n->six, s->loop, s->dgrams, &m->scope, &socks.six);
	drop_socks(&socks);
	if (why) {
		log_warn("guestd: %s: can't be served: %s", m->scope.network, why);
		s->sink.failed(s->sink.arg, &uuid, why);
		if (!n->served) { /* no half of it */
			stop_dhcp4(n);
			guestd_net6_stop(n->six);
		}
		return;
	}
	mem_drop(n->name);
	n->name = mem_strdup(m->scope.network);
	n->served = true;
	n->dns = m->scope.dns;
	n->tftp = m->scope.tftp;
	n->stamp = m->stamp;
	if (m->scope.dns)
		name_leases(s, n);
	log_info("guestd: %s: served on %s", n->name, m->scope.bridge);
}

void guestd_serve_stop(struct guestd_serve *s, const struct uuid *network)
{
	struct net *n = map_get(s->nets, network->b, sizeof(network->b));

	if (!n || !n->served)
		return;
	stop_dhcp4(n);
	guestd_net6_stop(n->six);
	dns_stop(s->dns, network);
	tftp_stop(s->tftp, network);
	n->served = n->dns = n->tftp = false;
	log_info("guestd: %s: stopped", n->name);
}

static void tell_ended(void *arg, const struct ip *ip, const struct lease *l)
{
	const struct telling *t = arg;
	struct lease ended = *l;

	ended.state = LEASE_FREE;
	t->s->sink.lease(t->s->sink.arg, &t->n->uuid, ip, &ended, 0);
}

void guestd_serve_forget(struct guestd_serve *s, const struct uuid *network)
{
	struct net *n = map_get(s->nets, network->b, sizeof(network->b));
	struct telling t = { .s = s, .n = n };

	if (!n)
		return;
	guestd_serve_stop(s, network);
	if (lease_db_forget(s->db, network) < 0 || lease_db_commit(s->db) < 0)
		log_error("guestd: leases of a network that is gone stay stored: %s", lease_db_error(s->db));
	each_bound(n, tell_ended, &t);
	guestd_net6_bound(n->six, tell_ended, &t);
	map_del(s->nets, network->b, sizeof(network->b));
	net_free(n);
}

void guestd_serve_resolvers(struct guestd_serve *s, const guest_ip *v, size_t n)
{
	AUTO(mem_drop) struct ip *ips = mem_array(n + 1, sizeof(*ips));
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		ips[used] = guestd_to_ip(&v[i]);
		used += ips[used].family != 0;
	}
	dns_set_resolvers(s->dns, ips, used);
}

void guestd_serve_import(struct guestd_serve *s, const struct guest_lease *m)
{
	struct view name = { (const uint8_t *)m->hostname, strlen(m->hostname) };
	struct lease_clock now = clocks(s);
	struct ip ip = guestd_to_ip(&m->ip);
	struct uuid uuid;
	struct lease l = {
		.addr = ip_v4(&ip),
		.state = LEASE_BOUND,
		.expiry = lease_from_unix(m->expiry, &now),
		.id = { (const uint8_t *)m->client_id.client_id_val, m->client_id.client_id_len },
		.hostname = lease_name_ok(name) ? m->hostname : NULL,
	};

	memcpy(uuid.b, m->uuid, sizeof(uuid.b));
	memcpy(l.mac.b, m->mac, sizeof(l.mac.b));
	int r = lease_pool_adopt(net_get(s, &uuid)->pool, &l);

	if (r < 0) {
		char text[IP_TEXT];

		log_info("guestd: leases: %s is not imported: %s", ip_text(&ip, text), strerror(-r));
	}
	wake(s);
}

void guestd_serve_end_port(struct guestd_serve *s, const struct guest_end_port *m)
{
	struct net *n = map_get(s->nets, m->uuid, sizeof(m->uuid));
	struct mac mac;

	if (!n)
		return;
	memcpy(mac.b, m->mac, sizeof(mac.b));
	uint64_t until = seconds(CLOCK_BOOTTIME) + m->grace_s;

	lease_pool_end_client(n->pool, &mac, until);
	lease_pool_end_client(guestd_net6_pool(n->six), &mac, until);
	wake(s);
}

struct rows {
	struct guest_history_row *v;
	unsigned n;
};

static void add_row(void *arg, uint64_t unix_s, const struct lease *l)
{
	struct rows *rows = arg;
	struct guest_history_row *r = mem_push(rows->v, rows->n);

	r->at = unix_s;
	r->event = l->state == LEASE_BOUND ? GUEST_LEASE_BOUND : GUEST_LEASE_ENDED;
	r->ip = l->addr;
	memcpy(r->mac, l->mac.b, sizeof(r->mac));
	r->hostname = mem_strdup(l->hostname ?: "");
}

struct guest_history_row *guestd_serve_history(struct guestd_serve *s, const struct guest_history_ask *m,
					       unsigned *ret_n)
{
	struct lease_history_filter f = { .addr = m->ip,
					  .since = m->since,
					  .until = m->until,
					  .most = m->most < GUEST_HISTORY_MAX ? m->most : GUEST_HISTORY_MAX };
	struct rows rows = { 0 };
	struct uuid uuid;

	memcpy(uuid.b, m->uuid, sizeof(uuid.b));
	memcpy(f.mac.b, m->mac, sizeof(f.mac.b));
	if (lease_db_history(s->db, &uuid, &f, add_row, &rows) < 0)
		log_error("guestd: history of leases: %s", lease_db_error(s->db));
	*ret_n = rows.n;
	return rows.v;
}

static void fill_verdicts(const struct net *n, struct guest_counters *ret)
{
	const uint64_t *counts = dhcp4_io_counts(n->io);

	ret->verdicts.verdicts_val = mem_array(WHYS, sizeof(*ret->verdicts.verdicts_val));
	for (int i = 0; i < WHYS; i++)
		if (counts[i])
			ret->verdicts.verdicts_val[ret->verdicts.verdicts_len++] =
			    (struct guest_counter){ .what = (char *)dhcp4_why_info[i].text, .n = counts[i] };
}

static void fill_ports(const struct net *n, struct guest_counters *ret)
{
	size_t n_ports;
	AUTO(mem_drop) struct dhcp4_counter *ports = dhcp4_io_ports(n->io, &n_ports);

	ret->ports.ports_len = n_ports < GUEST_COUNTERS_MAX ? (unsigned)n_ports : GUEST_COUNTERS_MAX;
	ret->ports.ports_val = mem_array(ret->ports.ports_len + 1, sizeof(*ret->ports.ports_val));
	for (unsigned i = 0; i < ret->ports.ports_len; i++)
		ret->ports.ports_val[i] = (struct guest_port_counter){
			.port = ports[i].port,
			.holds = lease_pool_port_holds(n->pool, ports[i].port),
			.messages = ports[i].n,
		};
}

void guestd_serve_counters(const struct guestd_serve *s, const struct guest_ask_counters *m, struct guest_counters *ret)
{
	static_assert(WHYS <= GUEST_COUNTERS_MAX, "they fit a message");
	const struct net *n = map_get(s->nets, m->uuid, sizeof(m->uuid));

	*ret = (struct guest_counters){ .number = m->number };
	memcpy(ret->uuid, m->uuid, sizeof(ret->uuid));
	if (!n)
		return;
	struct lease_usage u = lease_pool_usage(n->pool);

	ret->taken = u.taken;
	ret->total = u.total;
	if (!n->io)
		return;
	fill_verdicts(n, ret);
	fill_ports(n, ret);
}

struct guest_served *guestd_serve_list(const struct guestd_serve *s, size_t *ret_n)
{
	struct guest_served *v = mem_array(map_count(s->nets) + 1, sizeof(*v));
	size_t k = 0;
	struct net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		if (!n->served || k == GUEST_SERVED_MAX)
			continue;
		memcpy(v[k].uuid, n->uuid.b, sizeof(v[k].uuid));
		v[k++].stamp = n->stamp;
	}
	*ret_n = k;
	return v;
}

void guestd_serve_tell_leases(struct guestd_serve *s)
{
	struct lease_clock now = clocks(s);
	struct net *n;

	for (size_t at = 0; (n = map_next(s->nets, &at));) {
		struct telling t = { s, n, &now };

		each_bound(n, tell_vnetd, &t);
		guestd_net6_bound(n->six, tell_vnetd, &t);
	}
}

/* --- the wall clock --- */

/* Somebody set it: all that shows wall time is told anew, and stored for the next boot. Leases go on as they were. */
static int on_clock_set(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	static const struct itimerspec far = { .it_value.tv_sec = 1LL << 33 };
	struct guestd_serve *s = arg;
	struct net *n;
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
	wake(s);
	return 0;
}

static int watch_clock(struct guestd_serve *s)
{
	static const struct itimerspec far = { .it_value.tv_sec = 1LL << 33 };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL) < 0)
		return -errno;
	int r = sd_event_add_io(s->loop, &s->jump, fd, EPOLLIN, on_clock_set, s);

	return r < 0 ? r : sd_event_source_set_io_fd_own(s->jump, true);
}

/* --- start and end --- */

static void restore(void *arg, const struct uuid *network, const struct lease *l)
{
	char uuid[UUID_TEXT];
	struct guestd_serve *s = arg;

	if (lease_pool_restore(net_get(s, network)->pool, l) < 0)
		log_warn("guestd: leases: one of network %s makes no sense, ignored", uuid_text(network, uuid));
}

static void restore6(void *arg, const struct uuid *network, const struct ip *ip, const struct lease *l)
{
	char uuid[UUID_TEXT];
	struct guestd_serve *s = arg;

	if (guestd_net6_restore(net_get(s, network)->six, ip, l) < 0)
		log_warn("guestd: leases: one of network %s makes no sense, ignored", uuid_text(network, uuid));
}

static void ask_opener(void *arg, uint64_t number, int root, const char *path)
{
	struct guestd_serve *s = arg;

	guestd_opener_ask(s->opener, number, root, path);
}

static void file_opened(void *arg, uint64_t number, int fd)
{
	struct guestd_serve *s = arg;

	tftp_opened(s->tftp, number, fd);
}

int guestd_serve_open(struct sd_event *loop, struct lease_db *db, const struct uuid *boot, int opener,
		      const struct guestd_sink *sink, struct guestd_serve **ret)
{
	AUTO(guestd_serve_free) struct guestd_serve *s = mem_new(struct guestd_serve);
	int r;

	s->loop = sd_event_ref(loop);
	s->db = db;
	s->boot = *boot;
	s->sink = *sink;
	s->nets = map_new();
	s->dgrams = dgram_new(wake, end_turn, s);
	r = guestd_opener_open(loop, opener, file_opened, s, &s->opener);
	struct lease_clock now = clocks(s);

	if (r >= 0)
		r = lease_db_load(db, &now, restore, s);
	if (r >= 0)
		r = lease_db_load6(db, &now, restore6, s);
	if (r >= 0)
		r = dns_open(loop, &s->dns);
	if (r >= 0)
		r = tftp_open(loop, ask_opener, s, &s->tftp);
	if (r >= 0)
		r = sd_event_add_defer(loop, &s->turn, on_turn, s); /* once now: sets the timer */
	if (r >= 0)
		r = sd_event_add_time(loop, &s->timer, CLOCK_BOOTTIME, 0, 250000, on_timer, s);
	if (r >= 0)
		r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = watch_clock(s);
	if (r < 0)
		return r;
	*ret = TAKE(s);
	return 0;
}

void guestd_serve_free(struct guestd_serve *s)
{
	struct net *n;

	if (!s)
		return;
	for (size_t pos = 0; (n = map_next(s->nets, &pos));)
		net_free(n);
	map_free(s->nets);
	dns_free(s->dns);
	tftp_free(s->tftp);
	guestd_opener_free(s->opener);
	dgram_free(s->dgrams);
	sd_event_source_disable_unref(s->turn);
	sd_event_source_disable_unref(s->timer);
	sd_event_source_disable_unref(s->jump);
	sd_event_unref(s->loop);
	mem_drop(s);
}
