/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ra/io.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <systemd/sd-event.h>

#include "base/clock.h"

enum { RETRY_MS = 250, RETRY_IDLE_MS = 1000, SOLICITED_MS = 10000, ANY_PORT = 9 };

struct ra_io {
	struct dgram_sock sock;
	unsigned ifindex;
	struct ra_server *server;
	sd_event_source *timer;
	uint64_t heard; /* when somebody last asked */
	uint64_t counts[RA_WHYS];
};

union control {
	struct cmsghdr align;
	char pktinfo[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static uint32_t chance(void)
{
	uint32_t v = 0;

	(void)!getrandom(&v, sizeof(v), GRND_NONBLOCK); /* early in a boot: no chance, no harm */
	return v;
}

static struct sockaddr_in6 address(const struct ra_io *io, const struct ip *ip, uint16_t port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_scope_id = io->ifindex, .sin6_port = htons(port) };

	memcpy(&a.sin6_addr, ip->b, sizeof(a.sin6_addr));
	return a;
}

/* The bridge's link-local address, whatever way it was made, once it may be used: the kernel would send from it to all
 * nodes. false: it has none yet. */
static bool link_local(const struct ra_io *io, struct in6_addr *ret)
{
	AUTO(fd_close) int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ip all;

	ip_parse("ff02::1", &all);
	struct sockaddr_in6 a = address(io, &all, ANY_PORT);
	socklen_t len = sizeof(a);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return false;
	*ret = a.sin6_addr;
	return IN6_IS_ADDR_LINKLOCAL(&a.sin6_addr);
}

/* --- out --- */

static int send_from(const struct ra_io *io, const struct in6_addr *from, struct view msg, const struct ip *to)
{
	struct sockaddr_in6 dst = address(io, to, 0);
	struct in6_pktinfo info = { .ipi6_addr = *from, .ipi6_ifindex = io->ifindex };
	struct iovec iov = { (void *)msg.p, msg.len };
	union control c = { 0 };
	struct msghdr m = { .msg_name = &dst,
			    .msg_namelen = sizeof(dst),
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &c,
			    .msg_controllen = sizeof(c.pktinfo) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = IPPROTO_IPV6;
	h->cmsg_type = IPV6_PKTINFO;
	h->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(h), &info, sizeof(info));
	return sendmsg(io->sock.fd, &m, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void set_timer(struct ra_io *io, uint64_t not_before)
{
	uint64_t next = ra_server_next(io->server);

	next = next > not_before ? next : not_before;
	sd_event_source_set_time(io->timer, next == RA_NEVER ? UINT64_MAX : next * 1000);
	sd_event_source_set_enabled(io->timer, next == RA_NEVER ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static void send_due(struct ra_io *io)
{
	uint64_t now = clock_boot_ms();
	struct in6_addr from;
	struct view msg;
	struct ip to;

	if (ra_server_next(io->server) > now) {
		set_timer(io, 0);
		return;
	}
	if (!link_local(io, &from)) { /* soon there is one, if a guest asks; else no port is there yet */
		set_timer(io, now + (io->heard + SOLICITED_MS > now ? RETRY_MS : RETRY_IDLE_MS));
		return;
	}
	while (ra_server_take(io->server, now, chance(), &msg, &to)) {
		int r = send_from(io, &from, msg, &to);

		if (r < 0 && log_allowed(&io->sock.errors, now / 1000))
			log_warn("ra: %s: advertisement not sent: %s", io->sock.network, strerror(-r));
	}
	set_timer(io, 0);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source, (void)usec;
	send_due(arg);
	return 0;
}

void ra_io_configured(struct ra_io *io)
{
	send_due(io);
}

/* --- in --- */

static void take(void *arg, struct view msg, struct msghdr *m)
{
	struct ra_io *io = arg;
	const struct sockaddr_in6 *src = m->msg_name;
	struct ip from = { .family = AF_INET6 };
	uint64_t now = clock_boot_ms();
	char text[IP_TEXT];
	int hop_limit = -1;

	memcpy(from.b, &src->sin6_addr, sizeof(from.b));
	dgram_aside(m, IPPROTO_IPV6, IPV6_HOPLIMIT, &hop_limit, sizeof(hop_limit));
	enum ra_why why = ra_server_hear(io->server, now, chance(), msg, &from, hop_limit);

	io->counts[why]++;
	log_debug("ra: %s: solicited by %s: %s", io->sock.network, ip_text(&from, text), ra_why_text[why]);
	if (why == RA_ANSWERED)
		io->heard = now;
	set_timer(io, 0);
}

/* --- start and end --- */

static int set_int(int fd, int option, int value)
{
	return setsockopt(fd, IPPROTO_IPV6, option, &value, sizeof(value));
}

static int prepare(int fd)
{
	int r = dgram_check(fd, AF_INET6, SOCK_RAW);

	if (r < 0)
		return r;
	if (set_int(fd, IPV6_RECVHOPLIMIT, 1) < 0 || set_int(fd, IPV6_MULTICAST_HOPS, RA_HOP_WHOLE) < 0 ||
	    set_int(fd, IPV6_UNICAST_HOPS, RA_HOP_WHOLE) < 0 || set_int(fd, IPV6_MULTICAST_LOOP, 0) < 0)
		return -errno;
	return 0;
}

int ra_io_open(struct sd_event *loop, int fd, const char *network, unsigned ifindex, struct ra_server *s,
	       struct dgram *d, struct ra_io **ret)
{
	AUTO(ra_io_close) struct ra_io *io = mem_new(struct ra_io);
	int r = prepare(fd);

	io->sock =
	    (struct dgram_sock){ .fd = fd, .area = "ra", .network = mem_strdup(network), .take = take, .arg = io };
	io->ifindex = ifindex;
	io->server = s;
	if (r == 0)
		r = dgram_open(&io->sock, loop, d);
	if (r >= 0)
		r = sd_event_add_time(loop, &io->timer, CLOCK_BOOTTIME, 0, 10000, on_timer, io);
	if (r < 0)
		return r;
	set_timer(io, 0);
	*ret = TAKE(io);
	return 0;
}

static void say_counts(const struct ra_io *io)
{
	for (int i = 0; i < RA_WHYS; i++)
		if (io->counts[i])
			log_debug("ra: %s: %llu times: %s", io->sock.network, (unsigned long long)io->counts[i],
				  ra_why_text[i]);
}

void ra_io_close(struct ra_io *io)
{
	if (!io)
		return;
	say_counts(io);
	dgram_close(&io->sock);
	sd_event_source_disable_unref(io->timer);
	mem_drop(io);
}
