/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/io.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

enum { RECEIVE_MAX = 1500 }; /* bytes of a message: one Ethernet frame */

struct slot {                /* an answer that waits */
	struct dhcp6_io *io; /* NULL: not to be sent any more */
	bool durable;
	struct sockaddr_in6 to;
	size_t len;
	uint8_t msg[DHCP6_MAX];
};

struct dhcp6_outbox {
	void (*wake)(void *arg);
	void (*full)(void *arg);
	void *arg;
	size_t n;
	struct slot slots[DHCP6_OUTBOX_MAX];
};

struct dhcp6_io {
	int fd;
	sd_event_source *source;
	char *network;
	struct dhcp6_server *server;
	struct dhcp6_outbox *out;
	uint64_t counts[DHCP6_WHYS];
	struct log_limit said[DHCP6_WHYS], errors;
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct dhcp6_outbox *dhcp6_outbox_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg)
{
	struct dhcp6_outbox *o = mem_new(struct dhcp6_outbox);

	o->wake = wake;
	o->full = full;
	o->arg = arg;
	return o;
}

void dhcp6_outbox_free(struct dhcp6_outbox *o)
{
	mem_drop(o);
}

/* --- out --- */

/* EADDRNOTAVAIL: the bridge's own address is still tested for duplicates; the guest asks again. */
void dhcp6_outbox_send(struct dhcp6_outbox *o, bool durable)
{
	for (size_t i = 0; i < o->n; i++) {
		struct slot *s = &o->slots[i];

		if (!s->io || (s->durable && !durable))
			continue;
		if (sendto(s->io->fd, s->msg, s->len, MSG_DONTWAIT, (struct sockaddr *)&s->to, sizeof(s->to)) < 0 &&
		    errno != EADDRNOTAVAIL && log_allowed(&s->io->errors, clock_boot_s()))
			log_warn("dhcp6: %s: answer not sent: %s", s->io->network, strerror(errno));
	}
	o->n = 0;
}

/* --- in --- */

/* Interesting to an administrator, or only to one who looks for a fault? */
static enum log_level level_of(enum dhcp6_why why)
{
	switch (why) {
	case DHCP6_WHY_NOTHING_TO_ADVERTISE:
	case DHCP6_WHY_DECLINED:
		return LOG_LVL_WARN;
	case DHCP6_WHY_GIVEN:
	case DHCP6_WHY_GIVEN_RAPID:
	case DHCP6_WHY_NOTHING_TO_GIVE:
		return LOG_LVL_INFO;
	default:
		return LOG_LVL_DEBUG;
	}
}

static void say(struct dhcp6_io *io, const struct dhcp6_outcome *o)
{
	char name[128], mac[MAC_TEXT], ip[IP_TEXT] = "-";
	enum log_level level = level_of(o->why);

	if (level != LOG_LVL_DEBUG && !log_allowed(&io->said[o->why], clock_boot_s()))
		return;
	if (o->addr.family)
		ip_text(&o->addr, ip);
	log_at(level, "dhcp6: %s: %s '%s': %s: %s", io->network, mac_text(&o->mac, mac),
	       log_escape(o->hostname.p, o->hostname.len, name, sizeof(name)), ip, dhcp6_why_info[o->why].text);
}

static bool was_multicast(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct in6_pktinfo info;

		if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_PKTINFO ||
		    c->cmsg_len < CMSG_LEN(sizeof(info)))
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	}
	return false;
}

static void take(struct dhcp6_io *io, struct view payload, const struct sockaddr_in6 *src, bool multicast)
{
	struct slot *slot = &io->out->slots[io->out->n];
	struct dhcp6_from from = { .src = { .family = AF_INET6 }, .multicast = multicast };
	struct dhcp6_outcome outcome;

	memcpy(from.src.b, &src->sin6_addr, sizeof(from.src.b));
	slot->len = dhcp6_handle(io->server, clock_boot_s(), &from, payload, slot->msg, &outcome);
	io->counts[outcome.why]++;
	say(io, &outcome);
	if (!slot->len)
		return;
	slot->io = io;
	slot->durable = dhcp6_why_info[outcome.why].reply == DHCP6_WHEN_DURABLE;
	slot->to = *src;
	slot->to.sin6_port = htons(DHCP6_CLIENT_PORT); /* RFC 8415 s.7.2 */
	io->out->n++;
}

/* false: nothing there. */
static bool receive(struct dhcp6_io *io)
{
	uint8_t buf[RECEIVE_MAX];
	struct sockaddr_in6 src;
	union control c;
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr m = { .msg_name = &src,
			    .msg_namelen = sizeof(src),
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &c,
			    .msg_controllen = sizeof(c) };
	ssize_t n = recvmsg(io->fd, &m, MSG_DONTWAIT);

	if (n < 0) /* ENETDOWN: the bridge was taken down or deleted; who did it tells us what comes next */
		return false;
	take(io, (struct view){ buf, (size_t)n }, &src, was_multicast(&m));
	return true;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct dhcp6_io *io = arg;
	struct dhcp6_outbox *o = io->out;

	(void)source, (void)fd, (void)events;
	if (DHCP6_OUTBOX_MAX - o->n < DHCP6_BURST)
		o->full(o->arg);
	for (int i = 0; i < DHCP6_BURST && receive(io); i++) /* what is left comes round next turn */
		;
	o->wake(o->arg);
	return 0;
}

/* --- start and end --- */

static int prepare(int fd)
{
	int domain = 0, type = 0, on = 1;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
		return -errno;
	len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -errno;
	if (domain != AF_INET6 || type != SOCK_DGRAM)
		return -EPROTOTYPE;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0 ? -errno : 0;
}

int dhcp6_io_open(struct sd_event *loop, int fd, const char *network, struct dhcp6_server *s, struct dhcp6_outbox *o,
		  struct dhcp6_io **ret)
{
	AUTO(dhcp6_io_close) struct dhcp6_io *io = mem_new(struct dhcp6_io);
	int r = prepare(fd);

	io->fd = fd;
	io->network = mem_strdup(network);
	io->server = s;
	io->out = o;
	if (r == 0)
		r = sd_event_add_io(loop, &io->source, fd, EPOLLIN, on_readable, io);
	if (r < 0)
		return r;
	*ret = TAKE(io);
	return 0;
}

static void say_counts(const struct dhcp6_io *io)
{
	for (int i = 0; i < DHCP6_WHYS; i++)
		if (io->counts[i])
			log_debug("dhcp6: %s: %llu times: %s", io->network, (unsigned long long)io->counts[i],
				  dhcp6_why_info[i].text);
}

void dhcp6_io_close(struct dhcp6_io *io)
{
	if (!io)
		return;
	say_counts(io);
	for (size_t i = 0; i < io->out->n; i++)
		if (io->out->slots[i].io == io)
			io->out->slots[i].io = NULL;
	sd_event_source_disable_unref(io->source);
	fd_close(io->fd);
	mem_drop(io->network);
	mem_drop(io);
}
