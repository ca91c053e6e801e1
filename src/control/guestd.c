/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control/guestd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "control/sockets.h"
#include "control/spawn.h"

enum {
	WELCOME_WAIT_MS = 3000, /* at start-up, for a guestd that was just started */
	RETRY_FIRST_US = 20000, /* then doubled */
	RETRY_MOST_US = 5000000,
	STABLE_US = 10000000, /* a connection that lasted so long was a good one: the next retry is a quick one */
	QUEUE_MAX = 64 << 20, /* bytes that wait for a guestd that does not read */
};

struct wanted {
	struct guest_scope *scope;
	unsigned long long stamp;
};

struct guestd {
	struct guestd_options o;
	struct sd_event *loop;
	struct leases *leases;
	char socket_path[108];
	struct map *wanted; /* struct wanted by network uuid */
	struct map *served; /* struct guest_served by network uuid: what it serves, as far as we know */
	guest_ip resolvers[GUEST_ADDRS_MAX];
	uint8_t resolver_bytes[GUEST_ADDRS_MAX][16];
	unsigned n_resolvers;
	struct stream *stream; /* NULL: not connected */
	bool welcome;          /* it has said what it serves */
	bool synced;           /* and all leases that it holds */
	guestd_known *known;   /* NULL: not settled, more networks may be wanted */
	void *known_arg;
	struct uuid *forgotten; /* networks whose leases it is to drop when it is there again */
	size_t n_forgotten;
	struct log_limit failures;
	uint64_t since_us; /* of the connection */
	sd_event_source *io, *retry;
	uint64_t retry_us;
	void (*answer)(void *arg, struct guest_msg *m);
	void *answer_arg;
};

static void lost(struct guestd *g, const char *why);

static void flush(struct guestd *g)
{
	int r = g->stream ? stream_flush(g->stream) : 0;

	if (r < 0 && r != -EAGAIN)
		lost(g, strerror(-r));
	else if (g->io)
		sd_event_source_set_io_events(g->io, EPOLLIN | (r == -EAGAIN ? EPOLLOUT : 0));
}

static int say(struct guestd *g, const struct guest_msg *m, const int *fds, size_t n, struct err *e)
{
	int r = guest_send(g->stream, m, fds, n);

	if (r < 0)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "too much to serve in one network: over %d bytes",
			       GUEST_FRAME_MAX);
	flush(g);
	if (g->stream && stream_queued(g->stream) > QUEUE_MAX)
		lost(g, "it does not read what it is told");
	return 0;
}

static int say_hello(struct guestd *g, struct err *e)
{
	struct guest_msg m = { .op = GUEST_HELLO, .guest_msg_u.hello.level = GUEST_LEVEL };
	int fd = guest_bridges_open();

	m.guest_msg_u.hello.bridges = fd >= 0;
	if (fd < 0)
		log_warn("guestd: no news of bridges: %s: one guest may use up all DHCP of its network", strerror(-fd));
	return say(g, &m, &fd, fd >= 0, e);
}

static void say_uuid(struct guestd *g, guest_op op, const void *uuid)
{
	struct guest_msg m = { .op = op };

	if (!g->welcome)
		return;
	memcpy(m.guest_msg_u.stop, uuid, sizeof(m.guest_msg_u.stop)); /* STOP and FORGET have the same shape */
	say(g, &m, NULL, 0, NULL);
}

static void say_resolvers(struct guestd *g)
{
	struct guest_msg m = { .op = GUEST_RESOLVERS };

	if (!g->welcome)
		return;
	m.guest_msg_u.resolvers.resolvers_len = g->n_resolvers;
	m.guest_msg_u.resolvers.resolvers_val = g->resolvers;
	say(g, &m, NULL, 0, NULL);
}

static unsigned long long served_stamp(const struct guestd *g, const void *uuid)
{
	const struct guest_served *s = map_get(g->served, uuid, sizeof(guest_uuid));

	return s ? s->stamp : 0;
}

static void set_served(struct guestd *g, const void *uuid, unsigned long long stamp)
{
	struct guest_served *s = mem_new(struct guest_served);

	memcpy(s->uuid, uuid, sizeof(s->uuid));
	s->stamp = stamp;
	mem_drop(map_put(g->served, uuid, sizeof(guest_uuid), s));
}

/* Opens the sockets unless guestd keeps those that it has, and hands all over. */
static int hand_over(struct guestd *g, const struct wanted *w, bool keep_sockets, struct err *e)
{
	struct guest_sockets socks = { .n = 0 };
	struct guest_msg m = { .op = GUEST_SERVE };

	if (!keep_sockets && guest_sockets_open(w->scope, &socks, e) < 0)
		return -1;
	m.guest_msg_u.serve = (struct guest_serve){ .stamp = w->stamp, .scope = *w->scope };
	m.guest_msg_u.serve.socks.socks_len = socks.n;
	m.guest_msg_u.serve.socks.socks_val = socks.kinds;
	if (say(g, &m, socks.fds, socks.n, e) < 0)
		return -1;
	if (g->welcome) /* else the connection broke meanwhile, and all is handed over to the next */
		set_served(g, w->scope->uuid, w->stamp);
	return 0;
}

static void wanted_free(struct wanted *w)
{
	if (!w)
		return;
	guest_scope_free(w->scope);
	mem_drop(w);
}

bool guestd_serves(const struct guestd *g, const struct guest_scope *scope)
{
	const struct wanted *w = map_get(g->wanted, scope->uuid, sizeof(scope->uuid));

	return w && w->stamp == guest_scope_stamp(scope) && (!g->welcome || served_stamp(g, scope->uuid) == w->stamp);
}

bool guestd_has(const struct guestd *g, const struct uuid *network)
{
	return map_get(g->wanted, network, sizeof(*network)) || served_stamp(g, network);
}

bool guestd_answers(const struct guestd *g)
{
	return g->stream && g->welcome;
}

int guestd_serve(struct guestd *g, const struct guest_scope *scope, struct err *e)
{
	const struct wanted *old = map_get(g->wanted, scope->uuid, sizeof(scope->uuid));
	unsigned long long served = served_stamp(g, scope->uuid);
	bool keep = old && old->stamp == served && guest_sockets_same(old->scope, scope);
	struct wanted *w = mem_new(struct wanted);

	w->scope = guest_scope_copy(scope);
	w->stamp = guest_scope_stamp(scope);
	if (!w->scope) {
		wanted_free(w);
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "too much to serve in one network");
	}
	/* Not connected: it is wanted, and handed over as soon as guestd says what it has. */
	if (g->welcome && served != w->stamp && hand_over(g, w, keep, e) < 0) {
		wanted_free(w);
		return -1;
	}
	wanted_free(map_put(g->wanted, scope->uuid, sizeof(scope->uuid), w));
	return 0;
}

/* STOP or FORGET: either way it is no longer served. */
static void end(struct guestd *g, guest_op op, const struct uuid *network)
{
	wanted_free(map_del(g->wanted, network, sizeof(*network)));
	mem_drop(map_del(g->served, network, sizeof(*network)));
	say_uuid(g, op, network); /* last: a connection that breaks forgets all that is served */
}

void guestd_stop(struct guestd *g, const struct uuid *network)
{
	end(g, GUEST_STOP, network);
}

void guestd_forget(struct guestd *g, const struct uuid *network)
{
	if (!g->welcome)
		*mem_push(g->forgotten, g->n_forgotten) = *network;
	end(g, GUEST_FORGET, network);
	leases_forget(g->leases, network);
}

void guestd_set_resolvers(struct guestd *g, const struct ip *v, size_t n)
{
	g->n_resolvers = n < GUEST_ADDRS_MAX ? (unsigned)n : GUEST_ADDRS_MAX;
	for (unsigned i = 0; i < g->n_resolvers; i++) {
		memcpy(g->resolver_bytes[i], v[i].b, sizeof(v[i].b));
		g->resolvers[i] = (guest_ip){ .guest_ip_len = (unsigned)ip_size(v[i].family),
					      .guest_ip_val = (char *)g->resolver_bytes[i] };
	}
	say_resolvers(g);
}

int guestd_import(struct guestd *g, const struct guest_lease *l, struct err *e)
{
	struct guest_msg m = { .op = GUEST_IMPORT, .guest_msg_u.import = *l };

	if (!g->welcome)
		return err_set(e, VNET_ERR_OPERATION_FAILED,
			       "vnet-guestd does not answer: leases can't be imported now");
	return say(g, &m, NULL, 0, e);
}

int guestd_ask(struct guestd *g, const struct guest_msg *question, struct err *e)
{
	if (!g->welcome)
		return err_set(e, VNET_ERR_OPERATION_FAILED, "vnet-guestd does not answer: it alone knows");
	return say(g, question, NULL, 0, e);
}

void guestd_on_answer(struct guestd *g, void (*take)(void *arg, struct guest_msg *answer), void *arg)
{
	g->answer = take;
	g->answer_arg = arg;
}

/* Not told later: without guestd no lease ends earlier than it would. */
void guestd_end_port(struct guestd *g, const struct uuid *network, const struct mac *mac)
{
	struct guest_msg m = { .op = GUEST_END_PORT, .guest_msg_u.end_port.grace_s = GUESTD_GRACE_S };

	char text[MAC_TEXT];

	if (!g->welcome || mac_is_zero(mac))
		return;
	log_info("guestd: the port of %s is gone: its lease ends in %d s", mac_text(mac, text), GUESTD_GRACE_S);
	memcpy(m.guest_msg_u.end_port.uuid, network, sizeof(m.guest_msg_u.end_port.uuid));
	memcpy(m.guest_msg_u.end_port.mac, mac, sizeof(m.guest_msg_u.end_port.mac));
	say(g, &m, NULL, 0, NULL);
}

static void forget_served(struct guestd *g)
{
	struct guest_served *s;

	for (size_t pos = 0; (s = map_next(g->served, &pos));) {
		map_del(g->served, s->uuid, sizeof(s->uuid));
		mem_drop(s);
	}
}

/* A network that ended while neither of us ran was forgotten by nobody. */
static void say_known(struct guestd *g)
{
	AUTO(mem_drop) struct uuid *v = NULL;
	struct guest_msg m = { .op = GUEST_KNOWN };
	size_t n = 0;

	if (!g->welcome || !g->known(g->known_arg, &v, &n))
		return;
	m.guest_msg_u.known.known_len = (unsigned)n;
	m.guest_msg_u.known.known_val = (guest_uuid *)v;
	say(g, &m, NULL, 0, NULL);
}

static void settle(struct guestd *g)
{
	struct guest_served *s;

	for (size_t pos = 0; (s = map_next(g->served, &pos));) {
		if (map_get(g->wanted, s->uuid, sizeof(s->uuid)))
			continue;
		struct uuid uuid;

		memcpy(&uuid, s->uuid, sizeof(uuid));
		guestd_stop(g, &uuid);
	}
	say_known(g);
}

/* guestd said what it serves: what is right stays, what differs is handed over. */
static void on_welcome(struct guestd *g, const struct guest_welcome *welcome)
{
	struct wanted *w;
	struct err e;

	if (welcome->level != GUEST_LEVEL) {
		log_error("guestd: it speaks protocol level %u, not %d: restart it with this version", welcome->level,
			  GUEST_LEVEL);
		return;
	}
	if (g->welcome) {
		lost(g, "it says twice what it serves");
		return;
	}
	g->welcome = true;
	while (g->n_forgotten)
		say_uuid(g, GUEST_FORGET, &g->forgotten[--g->n_forgotten]);
	leases_begin(g->leases);
	say_resolvers(g);
	for (unsigned i = 0; i < welcome->served.served_len; i++)
		set_served(g, welcome->served.served_val[i].uuid, welcome->served.served_val[i].stamp);
	for (size_t pos = 0; g->welcome && (w = map_next(g->wanted, &pos));)
		if (served_stamp(g, w->scope->uuid) != w->stamp && hand_over(g, w, false, &e) < 0)
			log_error("network: %s: %s", w->scope->network, e.detail);
	if (g->known)
		settle(g);
}

void guestd_settle(struct guestd *g, guestd_known *known, void *arg)
{
	g->known = known;
	g->known_arg = arg;
	settle(g);
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* It refused what it was handed: the next reconcile of that network tries again. */
static void on_failed(struct guestd *g, const struct guest_failed *f)
{
	const struct wanted *w = map_get(g->wanted, f->uuid, sizeof(f->uuid));
	char why[256];

	mem_drop(map_del(g->served, f->uuid, sizeof(f->uuid)));
	if (w && log_allowed(&g->failures, now_us() / 1000000))
		log_error("network: %s: guestd can't serve it: %s", w->scope->network,
			  log_escape(f->why, strlen(f->why), why, sizeof(why)));
}

static void on_message(struct guestd *g, struct guest_msg *m)
{
	switch (m->op) {
	case GUEST_WELCOME:
		on_welcome(g, &m->guest_msg_u.welcome);
		break;
	case GUEST_LEASE:
		leases_event(g->leases, &m->guest_msg_u.lease);
		break;
	case GUEST_SYNCED:
		leases_synced(g->leases);
		g->synced = true;
		break;
	case GUEST_FAILED:
		on_failed(g, &m->guest_msg_u.failed);
		break;
	case GUEST_HISTORY:
	case GUEST_COUNTERS:
		if (g->answer)
			g->answer(g->answer_arg, m);
		break;
	default:
		lost(g, "it says what only we may say");
	}
}

/* Reads what has come. 0, or -errno when the connection is of no more use. */
static int read_messages(struct guestd *g)
{
	struct guest_msg m;
	int fds[GUEST_SOCKS_MAX], r = stream_fill(g->stream);
	size_t n;

	if (r < 0)
		return r == -EAGAIN ? 0 : r;
	while (g->stream) { /* what one fill has brought: that bounds it */
		r = guest_receive(g->stream, &m, fds, &n);
		if (r <= 0)
			return r;
		while (n)
			fd_close(fds[--n]); /* it has nothing to give us */
		on_message(g, &m);
		guest_msg_free(&m);
	}
	return 0;
}

static int on_io(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct guestd *g = arg;

	(void)s;
	(void)fd;
	if (events & EPOLLOUT)
		flush(g);
	if (g->stream && (events & (EPOLLIN | EPOLLHUP))) {
		int r = read_messages(g);

		if (r < 0)
			lost(g, r == -ENODATA ? "it went away" : strerror(-r));
	}
	return 0;
}

static int connect_or_start(struct guestd *g, struct err *e)
{
	AUTO(fd_close) int fd = stream_connect(g->socket_path);
	AUTO(fd_close) int listening = -1;

	if (fd < 0) {
		listening = stream_listen(g->socket_path, 0600);
		if (listening < 0)
			return err_sys(e, listening, "listen on %s", g->socket_path);
		struct spawn s = {
			.program = g->o.program, .root = g->o.root, .user = g->o.user, .listen_fd = listening
		};

		if (spawn_detached(&s, e) < 0)
			return -1;
		log_info("guestd: started %s", g->o.program);
		fd = stream_connect(g->socket_path); /* waits in the socket until guestd accepts it */
	}
	if (fd < 0)
		return err_sys(e, fd, "connect to %s", g->socket_path);
	g->stream = stream_new(TAKE_FD(fd), GUEST_FRAME_MAX);
	g->since_us = now_us();
	sd_event_add_io(g->loop, &g->io, stream_fd(g->stream), EPOLLIN, on_io, g);
	return say_hello(g, e);
}

static int on_retry(sd_event_source *s, uint64_t now, void *arg)
{
	struct guestd *g = arg;
	struct err e;

	(void)s;
	(void)now;
	if (!g->stream && connect_or_start(g, &e) < 0)
		lost(g, e.detail);
	return 0;
}

/* The connection is gone: try again soon, and later more rarely. Its sockets closed with it, so all is sent anew. */
static void lost(struct guestd *g, const char *why)
{
	if (g->welcome && now_us() - g->since_us > STABLE_US)
		g->retry_us = RETRY_FIRST_US;
	log_warn("guestd: %s; trying again in %llu ms", why, (unsigned long long)g->retry_us / 1000);
	g->io = sd_event_source_disable_unref(g->io);
	stream_free(TAKE(g->stream));
	g->welcome = g->synced = false;
	forget_served(g);
	g->retry = sd_event_source_disable_unref(g->retry);
	sd_event_add_time_relative(g->loop, &g->retry, CLOCK_MONOTONIC, g->retry_us, 1000, on_retry, g);
	g->retry_us = 2 * g->retry_us < RETRY_MOST_US ? 2 * g->retry_us : RETRY_MOST_US;
}

/* The folder of the database belongs to guestd's user; our group may enter it, as we keep no capability for that and
 * guestd starts as us. */
static int make_state_dir(struct guestd *g, struct err *e)
{
	const struct passwd *pw = getpwnam(g->o.user);
	AUTO(mem_drop) char *parent = mem_printf("%s/var/lib", g->o.root);
	AUTO(fd_close) int dir = dir_open(parent, 0755);

	if (!pw)
		return err_set(e, VNET_ERR_INVALID_ARG, "there is no user '%s' to run vnet-guestd", g->o.user);
	if (dir < 0)
		return err_sys(e, dir, "make folder %s", parent);
	if (mkdirat(dir, "vnet", 0750) < 0 && errno != EEXIST)
		return err_sys(e, -errno, "make folder %s/vnet", parent);
	if (geteuid() == 0 && fchownat(dir, "vnet", pw->pw_uid, getegid(), AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, -errno, "give folder %s/vnet to user %s", parent, g->o.user);
	return 0;
}

/* And for the leases, so that rules that know of them need not change when we start again: what is published, the guard. */
static void wait_for_welcome(struct guestd *g)
{
	uint64_t end = now_us() + WELCOME_WAIT_MS * 1000;

	for (uint64_t now = now_us(); g->stream && !g->synced && now < end; now = now_us()) {
		struct pollfd p = { .fd = stream_fd(g->stream), .events = POLLIN };

		if (poll(&p, 1, (int)((end - now) / 1000) + 1) > 0) {
			int r = read_messages(g);

			if (r < 0)
				lost(g, r == -ENODATA ? "it ended at once" : strerror(-r));
		}
	}
	if (!g->welcome)
		log_warn("guestd: no answer yet: DHCP and DNS come when it answers");
}

int guestd_open(const struct guestd_options *o, struct sd_event *loop, struct leases *leases, struct guestd **ret,
		struct err *e)
{
	struct guestd *g = mem_new(struct guestd);

	g->o = *o;
	if (!g->o.program)
		g->o.program = spawn_default_program();
	if (!g->o.user)
		g->o.user = spawn_default_user();
	g->loop = loop;
	g->leases = leases;
	g->wanted = map_new();
	g->served = map_new();
	g->retry_us = RETRY_FIRST_US;
	*ret = g;
	if (snprintf(g->socket_path, sizeof(g->socket_path), "%s/run/vnet/guestd-sock", o->root) >=
	    (int)sizeof(g->socket_path))
		return err_sys(e, -ENAMETOOLONG, "%s/run/vnet/guestd-sock", o->root);
	if (make_state_dir(g, e) < 0)
		return -1;
	if (connect_or_start(g, e) < 0)
		lost(g, e->detail);
	wait_for_welcome(g);
	return 0;
}

void guestd_free(struct guestd *g)
{
	struct wanted *w;

	if (!g)
		return;
	for (size_t pos = 0; (w = map_next(g->wanted, &pos));)
		wanted_free(w);
	map_free(g->wanted);
	forget_served(g);
	map_free(g->served);
	sd_event_source_disable_unref(g->io);
	sd_event_source_disable_unref(g->retry);
	stream_free(g->stream);
	mem_drop(g->forgotten);
	mem_drop(g);
}
