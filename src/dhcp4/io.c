/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/io.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/log.h"
#include "dhcp4/claims.h"
#include "dhcp4/fair.h"
#include "dhcp4/frame.h"
#include "dhcp4/probe.h"

static_assert((int)DHCP4_FRAME_MAX <= DGRAM_MAX, "a frame fits");

struct dhcp4_io {
	struct dgram_sock sock;
	int arp; /* -1: none */
	sd_event_source *arp_source, *timer;
	struct dhcp4_probes *probes;
	struct dhcp4_server *server;
	uint64_t counts[WHYS];
	struct dhcp4_counters *ports;
	struct dhcp4_claims *claims;
	struct dhcp4_fdb *fdb;
	struct dhcp4_bridge *bridge; /* NULL: not open yet */
	struct dhcp4_fair *fair;
	struct log_limit said[WHYS], twins, liars;
};

/* --- addresses that nobody had yet --- */

static void send_one(struct dhcp4_io *io, const uint8_t *frame, size_t len)
{
	if (len && send(io->sock.fd, frame, len, MSG_DONTWAIT) < 0 && log_allowed(&io->sock.errors, clock_boot_s()))
		log_warn("dhcp4: %s: not sent: %s", io->sock.network, strerror(errno));
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

static void probe(struct dhcp4_io *io, const struct dhcp4_outcome *o, struct dgram_slot *slot, uint64_t now)
{
	uint8_t question[DHCP4_ARP_SIZE];

	if (io->arp < 0 || !o->gives)
		return;
	if (o->fresh && dhcp4_probe_begin(io->probes, o->verdict.addr, &o->mac, now)) {
		dhcp4_arp_build(question, dhcp4_server_mac(io->server), o->verdict.addr);
		send_one(io, question, sizeof(question));
	}
	/* Also what is said twice: the first answer may still be held. */
	if (dhcp4_why_info[o->verdict.why].reply == REPLY_ACK)
		slot->held = o->verdict.addr;
}

/* The frame's source: the bridge learns from it where the port is. */
static bool read_source(struct view frame, struct mac *ret)
{
	struct rd r = rd_make(frame.p, frame.len);

	rd_take(&r, sizeof(*ret)); /* whom it is for */
	rd_copy(&r, ret->b, sizeof(ret->b));
	return !r.bad;
}

static bool believe(struct dhcp4_io *io, const struct dhcp4_claim *claim)
{
	enum claim_verdict v = dhcp4_claims_judge(io->claims, claim, clock_boot_s());
	char mac[MAC_TEXT];

	if (v == CLAIM_IGNORED_FIRST && log_allowed(&io->liars, clock_boot_s()))
		log_warn("dhcp4: %s: %s behind port %u (its number in `ip link`) says that it has too many of the "
			 "addresses that are to be given: no longer believed",
			 io->sock.network, mac_text(&claim->who, mac), claim->port);
	return v == CLAIM_BELIEVED;
}

static void take_back(struct dhcp4_io *io, struct view ack)
{
	uint8_t out[DHCP4_FRAME_MAX];

	send_one(io, out, dhcp4_take_back(io->server, ack, out));
}

static void on_claim(struct dhcp4_io *io, struct view frame, const struct mac *who, uint32_t addr)
{
	const struct mac *client = dhcp4_probe_client(io->probes, addr, who);
	struct dhcp4_claim claim = { .addr = addr };
	char mac[MAC_TEXT], ip[IP_TEXT];
	struct ip a = ip_from_v4(addr);
	size_t len;

	if (!client || !read_source(frame, &claim.who))
		return;
	dhcp4_fdb_update(io->fdb);
	claim.client = *client;
	claim.port = dhcp4_fdb_port(io->fdb, io->bridge, &claim.who);
	if (!believe(io, &claim))
		return;
	if (log_allowed(&io->said[WHY_NAK_IN_USE], clock_boot_s()))
		log_warn("dhcp4: %s: %s uses %s without asking: it is not given to others", io->sock.network,
			 mac_text(&claim.who, mac), ip_text(&a, ip));
	io->counts[WHY_NAK_IN_USE]++;
	AUTO(mem_drop) uint8_t *ack = dhcp4_probe_lose(io->probes, addr, &len);

	if (ack)
		take_back(io, (struct view){ ack, len });
	dhcp4_conflict(io->server, clock_boot_s(), addr, claim.port);
	dgram_wake(io->sock.d);
}

static int on_arp(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	uint8_t bytes[DHCP4_ARP_SIZE];
	struct mac who;
	uint32_t addr;
	ssize_t n;

	(void)source, (void)events;
	for (int i = 0; i < DGRAM_BURST && (n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) >= 0; i++) {
		struct view frame = { bytes, (size_t)n };

		if (dhcp4_arp_parse(frame, &who, &addr) == 0)
			on_claim(arg, frame, &who, addr);
	}
	return 0;
}

/* Out of the outbox, until nobody has claimed its address. */
static bool hold(void *arg, struct dgram_slot *slot)
{
	struct dhcp4_io *io = arg;

	if (!slot->held)
		return false;
	switch (dhcp4_probe_hold(io->probes, slot->held, slot->bytes, slot->len, clock_boot_ms())) {
	case PROBE_LEAVES:
		return false;
	case PROBE_HELD:
		set_timer(io);
		return true;
	case PROBE_LOST:
		take_back(io, (struct view){ slot->bytes, slot->len });
		return true;
	}
	return false;
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

static void say(struct dhcp4_io *io, const struct dhcp4_outcome *o, uint64_t now_s)
{
	char name[128], mac[MAC_TEXT], ip[IP_TEXT] = "-";
	struct ip addr = ip_from_v4(o->verdict.addr);
	enum log_level level = level_of(o->verdict.why);

	if (!log_says(level) || (level != LOG_LVL_DEBUG && !log_allowed(&io->said[o->verdict.why], now_s)))
		return;
	if (o->verdict.addr)
		ip_text(&addr, ip);
	log_at(level, "dhcp4: %s: %s '%s': %s: %s", io->sock.network, mac_text(&o->mac, mac),
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
	    io->sock.network, mac_text(&o->mac, mac), log_escape(o->hostname.p, o->hostname.len, name, sizeof(name)),
	    mac_text(&o->other, other));
}

/* The kernel tells beside the frame what is not in it (packet(7), PACKET_AUXDATA). A frame with a VLAN tag belongs to another
 * network than ours: false. */
static bool read_aside(struct msghdr *m, bool *sum_ready)
{
	struct tpacket_auxdata aux = { 0 };

	dgram_aside(m, SOL_PACKET, PACKET_AUXDATA, &aux, sizeof(aux));
	*sum_ready = !(aux.tp_status & TP_STATUS_CSUMNOTREADY);
	return !(aux.tp_status & TP_STATUS_VLAN_VALID && aux.tp_vlan_tci & 0xfff);
}

static void before_takes(void *arg)
{
	struct dhcp4_io *io = arg;

	dhcp4_fdb_update(io->fdb);
}

static uint32_t port_of(struct dhcp4_io *io, struct view frame)
{
	struct mac src;

	return read_source(frame, &src) ? dhcp4_fdb_port(io->fdb, io->bridge, &src) : 0;
}

static void take(void *arg, struct view frame, struct msghdr *m)
{
	struct dhcp4_io *io = arg;
	struct dgram_slot *slot = dgram_slot(&io->sock);
	struct dhcp4_outcome outcome;
	bool sum_ready;

	if (!read_aside(m, &sum_ready)) {
		io->counts[WHY_DROP_NOT_FOR_US]++;
		return;
	}
	uint32_t port = port_of(io, frame);
	struct dhcp4_counter *c = dhcp4_counters_of(io->ports, port, io->sock.turn);

	c->n++;
	if (io->sock.behind && !dhcp4_fair_admit(io->fair, port, io->sock.turn)) {
		io->counts[WHY_DROP_LIMITED]++;
		c->limited++;
		return;
	}
	uint64_t now = clock_boot_ms(); /* read once: it costs as much as the lookup of a lease */

	slot->len = dhcp4_handle(io->server, now / 1000, frame, sum_ready, port, slot->bytes, &outcome);
	io->counts[outcome.verdict.why]++;
	c->replies[slot->len ? dhcp4_why_info[outcome.verdict.why].reply : REPLY_NONE]++;
	say(io, &outcome, now / 1000);
	say_twin(io, &outcome);
	dgram_wake(io->sock.d); /* also without a reply: a lease may have changed */
	if (!slot->len)
		return;
	slot->promise = outcome.promise;
	probe(io, &outcome, slot, now);
	dgram_push(&io->sock);
}

static int prepare(int fd, uint32_t *ret_bridge)
{
	int r = dgram_check(fd, AF_PACKET, SOCK_RAW), on = 1;
	struct sockaddr_ll a = { 0 };
	socklen_t len = sizeof(a);

	if (r < 0)
		return r;
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return -errno;
	*ret_bridge = (uint32_t)a.sll_ifindex;
	return 0;
}

static int listen_to_arp(struct sd_event *loop, struct dhcp4_io *io)
{
	int r = sd_event_add_io(loop, &io->arp_source, io->arp, EPOLLIN, on_arp, io);

	if (r >= 0)
		r = sd_event_add_time(loop, &io->timer, CLOCK_BOOTTIME, 0, 1000, on_held, io);
	return r < 0 ? r : sd_event_source_set_enabled(io->timer, SD_EVENT_OFF);
}

int dhcp4_io_open(const struct dhcp4_engines *e, int fd, int arp, const char *network, struct dhcp4_server *s,
		  struct dhcp4_io **ret)
{
	AUTO(dhcp4_io_close) struct dhcp4_io *io = mem_new(struct dhcp4_io);
	uint32_t bridge = 0;
	int r = prepare(fd, &bridge);

	io->sock = (struct dgram_sock){ .fd = fd,
					.area = "dhcp4",
					.network = mem_strdup(network),
					.burst = before_takes,
					.take = take,
					.hold = hold,
					.arg = io };
	io->arp = arp;
	io->probes = dhcp4_probes_new();
	io->ports = dhcp4_counters_new();
	io->claims = dhcp4_claims_new();
	io->fair = dhcp4_fair_new();
	io->server = s;
	io->fdb = e->fdb;
	if (r == 0)
		r = dgram_open(&io->sock, e->loop, e->dgrams);
	if (r >= 0 && arp >= 0)
		r = listen_to_arp(e->loop, io);
	if (r < 0)
		return r;
	io->bridge = dhcp4_fdb_enter(e->fdb, bridge);
	*ret = TAKE(io);
	return 0;
}

const uint64_t *dhcp4_io_counts(const struct dhcp4_io *io)
{
	return io->counts;
}

const struct dhcp4_counters *dhcp4_io_ports(const struct dhcp4_io *io)
{
	return io->ports;
}

static void say_counts(const struct dhcp4_io *io)
{
	for (int i = 0; i < WHYS; i++)
		if (io->counts[i])
			log_debug("dhcp4: %s: %llu times: %s", io->sock.network, (unsigned long long)io->counts[i],
				  dhcp4_why_info[i].text);
}

void dhcp4_io_close(struct dhcp4_io *io)
{
	if (!io)
		return;
	say_counts(io);
	dgram_close(&io->sock);
	dhcp4_fdb_leave(io->fdb, io->bridge);
	sd_event_source_disable_unref(io->arp_source);
	sd_event_source_disable_unref(io->timer);
	fd_close(io->arp);
	dhcp4_probes_free(io->probes);
	dhcp4_fair_free(io->fair);
	dhcp4_claims_free(io->claims);
	dhcp4_counters_free(io->ports);
	mem_drop(io);
}
