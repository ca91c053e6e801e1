/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/io.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "dhcp4/frame.h"
#include "dhcp4/probe.h"

enum { BURSTS_A_TURN = DHCP4_OUTBOX_MAX / DHCP4_BURST };

struct slot {                /* a reply that waits */
	struct dhcp4_io *io; /* NULL: not to be sent any more */
	bool ack;
	uint32_t held; /* the address, if this is to wait for dhcp4/probe.h; 0: not */
	size_t len;
	uint8_t frame[DHCP4_FRAME_MAX];
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(struct tpacket_auxdata)) + CMSG_SPACE(sizeof(uint32_t))];
};

struct dhcp4_outbox {
	void (*wake)(void *arg);
	void (*full)(void *arg);
	void *arg;
	size_t n;
	struct slot slots[DHCP4_OUTBOX_MAX];
	/* one burst coming in, shared by all sockets */
	struct mmsghdr msgs[DHCP4_BURST];
	struct iovec iovs[DHCP4_BURST];
	union control controls[DHCP4_BURST];
	uint8_t frames[DHCP4_BURST][DHCP4_FRAME_MAX];
};

struct dhcp4_io {
	int fd, arp; /* arp: -1: none */
	sd_event_source *source, *arp_source, *timer;
	struct dhcp4_probes *probes;
	char *network;
	struct dhcp4_server *server;
	struct dhcp4_outbox *out;
	uint64_t counts[WHYS];
	struct map *ports; /* struct dhcp4_counter */
	struct log_limit said[WHYS], twins, errors;
};

struct dhcp4_outbox *dhcp4_outbox_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg)
{
	struct dhcp4_outbox *o = mem_new(struct dhcp4_outbox);

	o->wake = wake;
	o->full = full;
	o->arg = arg;
	return o;
}

void dhcp4_outbox_free(struct dhcp4_outbox *o)
{
	mem_drop(o);
}

/* --- out --- */

static void send_failed(struct dhcp4_io *io, int err, size_t n)
{
	if (log_allowed(&io->errors, clock_boot_s()))
		log_warn("dhcp4: %s: %zu replies not sent: %s", io->network, n, strerror(err));
}

/* --- addresses that nobody had yet --- */

static void send_one(struct dhcp4_io *io, const uint8_t *frame, size_t len)
{
	if (len && send(io->fd, frame, len, MSG_DONTWAIT) < 0)
		send_failed(io, errno, 1);
}

static void set_timer(struct dhcp4_io *io)
{
	uint64_t next = dhcp4_probe_next(io->probes);

	if (next == PROBE_NONE)
		return;
	sd_event_source_set_time(io->timer, next * 1000);
	sd_event_source_set_enabled(io->timer, SD_EVENT_ONESHOT);
}

static int on_held(sd_event_source *source, uint64_t usec, void *arg)
{
	struct dhcp4_io *io = arg;
	uint8_t *frame;
	size_t len;

	(void)source, (void)usec;
	for (uint64_t now = clock_boot_ms(); (frame = dhcp4_probe_due(io->probes, now, &len)); mem_drop(frame))
		send_one(io, frame, len);
	set_timer(io);
	return 0;
}

static void probe(struct dhcp4_io *io, const struct dhcp4_outcome *o, struct slot *slot)
{
	uint64_t now = clock_boot_ms();
	uint8_t question[DHCP4_ARP_SIZE];

	slot->held = 0;
	if (io->arp < 0 || !o->fresh)
		return;
	if (dhcp4_probe_begin(io->probes, o->verdict.addr, &o->mac, now)) {
		dhcp4_arp_build(question, dhcp4_server_mac(io->server), o->verdict.addr);
		send_one(io, question, sizeof(question));
	}
	if (slot->ack)
		slot->held = o->verdict.addr;
}

static void on_claim(struct dhcp4_io *io, uint32_t addr, const struct mac *who)
{
	uint8_t out[DHCP4_FRAME_MAX], *ack;
	char mac[MAC_TEXT], ip[IP_TEXT];
	struct ip a = ip_from_v4(addr);
	size_t len;

	if (!dhcp4_probe_conflict(io->probes, addr, who, &ack, &len))
		return;
	if (log_allowed(&io->said[WHY_NAK_IN_USE], clock_boot_s()))
		log_warn("dhcp4: %s: %s uses %s without asking: it is not given to others", io->network,
			 mac_text(who, mac), ip_text(&a, ip));
	io->counts[WHY_NAK_IN_USE]++;
	if (ack)
		send_one(io, out, dhcp4_take_back(io->server, (struct view){ ack, len }, out));
	mem_drop(ack);
	dhcp4_conflict(io->server, clock_boot_s(), addr);
	io->out->wake(io->out->arg);
}

static int on_arp(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	uint8_t frame[DHCP4_ARP_SIZE];
	struct mac who;
	uint32_t addr;
	ssize_t n;

	(void)source, (void)events;
	for (int i = 0; i < DHCP4_BURST && (n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) >= 0; i++)
		if (dhcp4_arp_parse((struct view){ frame, (size_t)n }, &who, &addr) == 0)
			on_claim(arg, addr, &who);
	return 0;
}

/* Out of the outbox, until nobody has claimed its address. */
static bool hold(struct slot *slot, uint64_t now)
{
	struct dhcp4_io *io = slot->io;

	if (!slot->held || !dhcp4_probe_hold(io->probes, slot->held, slot->frame, slot->len, now))
		return false;
	set_timer(io);
	return true;
}

/* Sends `n` of them, all of one io. A packet socket that is full loses the rest: clients ask again. */
static void send_run(struct slot *const *run, size_t n)
{
	struct dhcp4_io *io = run[0]->io;
	struct mmsghdr msgs[DHCP4_BURST] = { 0 };
	struct iovec iovs[DHCP4_BURST];

	for (size_t i = 0; i < n; i++) {
		iovs[i] = (struct iovec){ run[i]->frame, run[i]->len };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iovs[i], .msg_iovlen = 1 };
	}
	for (size_t done = 0; done < n;) {
		int r = sendmmsg(io->fd, msgs + done, (unsigned)(n - done), MSG_DONTWAIT);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			send_failed(io, errno, n - done);
			return;
		}
		done += (size_t)r;
	}
}

static void send_all(struct dhcp4_outbox *o, bool acks)
{
	struct slot *run[DHCP4_BURST];
	size_t n = 0;

	for (struct slot *s = o->slots; s < o->slots + o->n; s++) {
		if (!s->io || s->ack != acks)
			continue;
		if (n == DHCP4_BURST || (n && run[0]->io != s->io)) {
			send_run(run, n);
			n = 0;
		}
		run[n++] = s;
	}
	if (n)
		send_run(run, n);
}

void dhcp4_outbox_send_early(struct dhcp4_outbox *o)
{
	send_all(o, false);
	for (size_t i = 0; i < o->n; i++)
		if (!o->slots[i].ack)
			o->slots[i].io = NULL;
}

void dhcp4_outbox_send(struct dhcp4_outbox *o, bool durable)
{
	uint64_t now = o->n ? clock_boot_ms() : 0;

	for (size_t i = 0; i < o->n; i++)
		if (o->slots[i].io && ((o->slots[i].ack && !durable) || hold(&o->slots[i], now)))
			o->slots[i].io = NULL;
	send_all(o, false);
	send_all(o, true);
	o->n = 0;
}

/* --- in --- */

/* Interesting to an administrator, or only to one who looks for a fault? */
static enum log_level level_of(enum dhcp4_why why)
{
	switch (why) {
	case WHY_DROP_NO_ADDRESS:
	case WHY_DROP_STANDS_BACK:
	case WHY_DECLINED:
		return LOG_LVL_WARN;
	case WHY_ACKED:
	case WHY_NAK_NETWORK:
	case WHY_NAK_IN_USE:
	case WHY_NAK_HELD:
	case WHY_NAK_NOT_GIVEN:
	case WHY_NAK_MOVED:
		return LOG_LVL_INFO;
	default:
		return LOG_LVL_DEBUG;
	}
}

static void say(struct dhcp4_io *io, const struct dhcp4_outcome *o)
{
	char name[128], mac[MAC_TEXT], ip[IP_TEXT] = "-";
	struct ip addr = ip_from_v4(o->verdict.addr);
	enum log_level level = level_of(o->verdict.why);

	if (level != LOG_LVL_DEBUG && !log_allowed(&io->said[o->verdict.why], clock_boot_s()))
		return;
	if (o->verdict.addr)
		ip_text(&addr, ip);
	log_at(level, "dhcp4: %s: %s '%s': %s: %s", io->network, mac_text(&o->mac, mac),
	       log_escape(o->hostname.p, o->hostname.len, name, sizeof(name)), ip, dhcp4_why_info[o->verdict.why].text);
}

/* Each gets an address of its own; but what names them by client id elsewhere will take them for one. */
static void say_twin(struct dhcp4_io *io, const struct dhcp4_outcome *o)
{
	char name[128], mac[MAC_TEXT], other[MAC_TEXT];

	bool begins = o->verdict.why == WHY_OFFERED || o->verdict.why == WHY_ACKED_RAPID; /* once a boot */

	if (!o->twin || !begins || !log_allowed(&io->twins, clock_boot_s()))
		return;
	log_warn(
	    "dhcp4: %s: %s '%s' has the client id of %s: a cloned machine? Its /etc/machine-id should be made anew",
	    io->network, mac_text(&o->mac, mac), log_escape(o->hostname.p, o->hostname.len, name, sizeof(name)),
	    mac_text(&o->other, other));
}

/* The kernel tells beside the frame what is not in it (packet(7), PACKET_AUXDATA). A frame with a VLAN tag belongs to another
 * network than ours: false. */
static bool read_aux(struct msghdr *m, bool *sum_ready, uint32_t *port)
{
	*sum_ready = true;
	*port = 0; /* its interface index, where vnetd's rule before the bridge marks what comes in with it */
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_MARK && c->cmsg_len == CMSG_LEN(sizeof(*port)))
			memcpy(port, CMSG_DATA(c), sizeof(*port));
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
		    c->cmsg_len < CMSG_LEN(sizeof(aux)))
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		*sum_ready = !(aux.tp_status & TP_STATUS_CSUMNOTREADY);
		if (aux.tp_status & TP_STATUS_VLAN_VALID && aux.tp_vlan_tci & 0xfff)
			return false;
	}
	return true;
}

static void count_port(struct dhcp4_io *io, uint32_t port)
{
	struct dhcp4_counter *c = map_get(io->ports, &port, sizeof(port));

	if (!c && map_count(io->ports) < DHCP4_PORTS_MAX) {
		c = mem_new(struct dhcp4_counter);
		c->port = port;
		map_put(io->ports, &c->port, sizeof(c->port), c);
	}
	if (c)
		c->n++;
}

static void take_frame(struct dhcp4_io *io, struct mmsghdr *msg, uint64_t now)
{
	struct dhcp4_outbox *o = io->out;
	struct slot *slot = &o->slots[o->n];
	struct view frame = { msg->msg_hdr.msg_iov->iov_base, msg->msg_len };
	struct dhcp4_outcome outcome;
	uint32_t port;
	bool sum_ready;

	if (!read_aux(&msg->msg_hdr, &sum_ready, &port)) {
		io->counts[WHY_DROP_NOT_FOR_US]++;
		return;
	}
	count_port(io, port);
	slot->len = dhcp4_handle(io->server, now, frame, sum_ready, port, slot->frame, &outcome);
	io->counts[outcome.verdict.why]++;
	say(io, &outcome);
	say_twin(io, &outcome);
	if (!slot->len)
		return;
	slot->io = io;
	slot->ack = dhcp4_why_info[outcome.verdict.why].reply == REPLY_ACK;
	probe(io, &outcome, slot);
	o->n++;
}

static int receive(struct dhcp4_io *io)
{
	struct dhcp4_outbox *o = io->out;

	for (int i = 0; i < DHCP4_BURST; i++) {
		o->iovs[i] = (struct iovec){ o->frames[i], sizeof(o->frames[i]) };
		o->msgs[i].msg_hdr = (struct msghdr){
			.msg_iov = &o->iovs[i],
			.msg_iovlen = 1,
			.msg_control = &o->controls[i],
			.msg_controllen = sizeof(o->controls[i]),
		};
	}
	int n = recvmmsg(io->fd, o->msgs, DHCP4_BURST, MSG_DONTWAIT, NULL);

	return n < 0 ? -errno : n;
}

/* How many there were. */
static int take_burst(struct dhcp4_io *io)
{
	int n = receive(io);

	if (n < 0) {
		/* ENETDOWN: the bridge was taken down or deleted; who did it tells us what comes next. */
		if (n != -EAGAIN && n != -EINTR && n != -ENETDOWN && log_allowed(&io->errors, clock_boot_s()))
			log_warn("dhcp4: %s: receive: %s", io->network, strerror(-n));
		return 0;
	}
	uint64_t now = clock_boot_s();

	for (int i = 0; i < n; i++)
		take_frame(io, &io->out->msgs[i], now);
	if (n > 0)
		io->out->wake(io->out->arg);
	return n;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct dhcp4_io *io = arg;
	struct dhcp4_outbox *o = io->out;

	(void)source, (void)fd, (void)events;
	if (DHCP4_OUTBOX_MAX - o->n < DHCP4_BURST)
		o->full(o->arg);
	/* The more one sync of the database is for, the more leases a second. What is left comes round next turn: no
	 * guest starves another network. */
	for (int burst = 0; burst < BURSTS_A_TURN && DHCP4_OUTBOX_MAX - o->n >= DHCP4_BURST; burst++)
		if (take_burst(io) < DHCP4_BURST)
			break;
	return 0;
}

static int check_socket(int fd)
{
	int domain = 0, type = 0, on = 1;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
		return -errno;
	len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -errno;
	if (domain != AF_PACKET || type != SOCK_RAW)
		return -EPROTOTYPE;
	return setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ? -errno : 0;
}

static int listen_to_arp(struct sd_event *loop, struct dhcp4_io *io)
{
	int r = sd_event_add_io(loop, &io->arp_source, io->arp, EPOLLIN, on_arp, io);

	if (r >= 0)
		r = sd_event_add_time(loop, &io->timer, CLOCK_BOOTTIME, 0, 1000, on_held, io);
	return r < 0 ? r : sd_event_source_set_enabled(io->timer, SD_EVENT_OFF);
}

int dhcp4_io_open(struct sd_event *loop, int fd, int arp, const char *network, struct dhcp4_server *s,
		  struct dhcp4_outbox *o, struct dhcp4_io **ret)
{
	AUTO(dhcp4_io_close) struct dhcp4_io *io = mem_new(struct dhcp4_io);
	int r = check_socket(fd);

	io->fd = fd;
	io->arp = arp;
	io->probes = dhcp4_probes_new();
	io->ports = map_new();
	io->network = mem_strdup(network);
	io->server = s;
	io->out = o;
	if (r == 0)
		r = sd_event_add_io(loop, &io->source, fd, EPOLLIN, on_readable, io);
	if (r >= 0 && arp >= 0)
		r = listen_to_arp(loop, io);
	if (r < 0)
		return r;
	*ret = TAKE(io);
	return 0;
}

const uint64_t *dhcp4_io_counts(const struct dhcp4_io *io)
{
	return io->counts;
}

static int most_first(const void *a, const void *b)
{
	const struct dhcp4_counter *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n;
}

struct dhcp4_counter *dhcp4_io_ports(const struct dhcp4_io *io, size_t *ret_n)
{
	struct dhcp4_counter *v = mem_array(map_count(io->ports) + 1, sizeof(*v)), *c;
	size_t n = 0;

	for (size_t pos = 0; (c = map_next(io->ports, &pos));)
		v[n++] = *c;
	qsort(v, n, sizeof(*v), most_first);
	*ret_n = n;
	return v;
}

static void drop_ports(struct dhcp4_io *io)
{
	struct dhcp4_counter *c;

	for (size_t pos = 0; (c = map_next(io->ports, &pos));)
		mem_drop(c);
	map_free(io->ports);
}

static void say_counts(const struct dhcp4_io *io)
{
	for (int i = 0; i < WHYS; i++)
		if (io->counts[i])
			log_debug("dhcp4: %s: %llu times: %s", io->network, (unsigned long long)io->counts[i],
				  dhcp4_why_info[i].text);
}

void dhcp4_io_close(struct dhcp4_io *io)
{
	if (!io)
		return;
	say_counts(io);
	for (size_t i = 0; i < io->out->n; i++)
		if (io->out->slots[i].io == io)
			io->out->slots[i].io = NULL;
	sd_event_source_disable_unref(io->source);
	sd_event_source_disable_unref(io->arp_source);
	sd_event_source_disable_unref(io->timer);
	fd_close(io->fd);
	fd_close(io->arp);
	dhcp4_probes_free(io->probes);
	drop_ports(io);
	mem_drop(io->network);
	mem_drop(io);
}
