/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/io.h"

#include <assert.h>
#include <errno.h>

#include "base/clock.h"

static_assert((int)DHCP6_MAX <= DGRAM_MAX, "an answer fits");

struct dhcp6_io {
	struct dgram_sock sock;
	struct dhcp6_server *server;
	uint64_t counts[DHCP6_WHYS];
	struct log_limit said[DHCP6_WHYS];
};

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

	if (!log_says(level) || (level != LOG_LVL_DEBUG && !log_allowed(&io->said[o->why], clock_boot_s())))
		return;
	if (o->addr.family)
		ip_text(&o->addr, ip);
	log_at(level, "dhcp6: %s: %s '%s': %s: %s", io->sock.network, mac_text(&o->mac, mac),
	       log_escape(o->hostname.p, o->hostname.len, name, sizeof(name)), ip, dhcp6_why_info[o->why].text);
}

static void take(void *arg, struct view payload, struct msghdr *m)
{
	struct dhcp6_io *io = arg;
	struct dgram_slot *slot = dgram_slot(&io->sock);
	const struct sockaddr_in6 *src = m->msg_name;
	struct dhcp6_from from = { .src = { .family = AF_INET6 } };
	struct dhcp6_outcome outcome;
	struct in6_pktinfo info;

	from.multicast =
	    dgram_aside(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)) && IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	memcpy(from.src.b, &src->sin6_addr, sizeof(from.src.b));
	slot->len = dhcp6_handle(io->server, clock_boot_s(), &from, payload, slot->bytes, &outcome);
	io->counts[outcome.why]++;
	say(io, &outcome);
	dgram_wake(io->sock.d); /* also without an answer: a lease may have changed */
	if (!slot->len)
		return;
	slot->promise = dhcp6_why_info[outcome.why].reply == DHCP6_WHEN_DURABLE;
	slot->to = *src;
	slot->to.sin6_port = htons(DHCP6_CLIENT_PORT); /* RFC 8415 s.7.2 */
	dgram_push(&io->sock);
}

static int prepare(int fd)
{
	int r = dgram_check(fd, AF_INET6, SOCK_DGRAM), on = 1;

	if (r < 0)
		return r;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0 ? -errno : 0;
}

int dhcp6_io_open(struct sd_event *loop, int fd, const char *network, struct dhcp6_server *s, struct dgram *d,
		  struct dhcp6_io **ret)
{
	AUTO(dhcp6_io_close) struct dhcp6_io *io = mem_new(struct dhcp6_io);
	int r = prepare(fd);

	io->sock =
	    (struct dgram_sock){ .fd = fd, .area = "dhcp6", .network = mem_strdup(network), .take = take, .arg = io };
	io->server = s;
	if (r == 0)
		r = dgram_open(&io->sock, loop, d);
	if (r < 0)
		return r;
	*ret = TAKE(io);
	return 0;
}

const uint64_t *dhcp6_io_counts(const struct dhcp6_io *io)
{
	return io->counts;
}

static void say_counts(const struct dhcp6_io *io)
{
	for (int i = 0; i < DHCP6_WHYS; i++)
		if (io->counts[i])
			log_debug("dhcp6: %s: %llu times: %s", io->sock.network, (unsigned long long)io->counts[i],
				  dhcp6_why_info[i].text);
}

void dhcp6_io_close(struct dhcp6_io *io)
{
	if (!io)
		return;
	say_counts(io);
	dgram_close(&io->sock);
	mem_drop(io);
}
