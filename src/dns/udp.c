/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/udp.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "base/mem.h"
#include "dns/packet.h"

struct dns_udp {
	int fd;
	sd_event_source *source;
	dns_asked_fn *asked;
	void *arg;
};

/* An answer that the socket does not take is lost, as datagrams are. */
static void send_answer(const struct dns_client *c, struct view answer)
{
	struct dns_udp *u = c->owner;

	sendto(u->fd, answer.p, answer.len, MSG_DONTWAIT | MSG_NOSIGNAL, &c->from.sa, sizeof(c->from));
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct dns_udp *u = arg;
	uint8_t in[DNS_QUERY_MAX];

	(void)source, (void)events;
	for (int i = 0; i < DNS_UDP_BURST; i++) {
		struct dns_client c = { .owner = u, .send = send_answer };
		socklen_t len = sizeof(c.from);
		ssize_t n = recvfrom(fd, in, sizeof(in), MSG_DONTWAIT, &c.from.sa, &len);

		if (n < 0)
			return 0; /* nothing there, or an error that is the datagram's */
		u->asked(u->arg, &c, (struct view){ .p = in, .len = (size_t)n });
	}
	return 0;
}

int dns_udp_open(struct sd_event *loop, int fd, dns_asked_fn *asked, void *arg, struct dns_udp **ret)
{
	struct dns_udp *u = mem_new(struct dns_udp);
	int e;

	*u = (struct dns_udp){ .fd = fd, .asked = asked, .arg = arg };
	e = sd_event_add_io(loop, &u->source, fd, EPOLLIN, on_readable, u);
	if (e < 0) {
		dns_udp_free(u);
		return e;
	}
	*ret = u;
	return 0;
}

void dns_udp_free(struct dns_udp *u)
{
	if (!u)
		return;
	sd_event_source_disable_unref(u->source);
	fd_close(u->fd);
	mem_drop(u);
}
