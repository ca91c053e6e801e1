/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp_client - many DHCP clients at once on one interface, each with a MAC of its own, by one packet socket.
 *	dhcp_client IFACE [-n CLIENTS] [-t SECONDS] [-r MS] [-w WINDOW] [--pace MS] [--renew] [--release] [--base N]
 * One line for each acknowledged address: "ack MAC IP server lease_s ms_to_first_offer"; exit 0 only if every client got
 * one within SECONDS. What goes unanswered for MS is sent again. At most WINDOW clients ask at a time. --pace: a new one
 * every MS at most. --renew: each then extends its lease once ("renewed MAC IP"). --release: each gives its address back.
 * --base: the first client's number, so that several runs can be told apart or be the same clients. Client N calls
 * itself cN. */
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"
#include "dhcp4/frame.h"
#include "dhcp4/packet.h"

enum { CLIENTS_MAX = 65536 };

enum phase { WAITING, DISCOVERING, REQUESTING, RENEWING, DONE };

struct client {
	enum phase phase;
	struct mac mac;
	uint32_t addr, server, lease_s;
	uint64_t started_us, first_offer_us, sent_us;
};

static struct {
	const char *iface;
	unsigned n, base, window, retry_ms, seconds, pace_ms;
	bool renew, release;
	int fd;
	struct client *clients;
	unsigned active, done;
	uint64_t last_start_us;
} t = { .n = 1, .window = 64, .retry_ms = 1000, .seconds = 10 };

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static const char *text(uint32_t addr, char out[IP_TEXT])
{
	struct ip ip = ip_from_v4(addr);

	return ip_text(&ip, out);
}

static void transmit(struct client *c, uint8_t type)
{
	uint8_t out[DHCP4_FRAME_MAX];
	char name[12];
	struct wr w = wr_make(out + DHCP4_FRAME_HEAD, DHCP4_SAFE_MAX);
	bool extends = c->phase == RENEWING || type == DHCP4_RELEASE;
	struct dhcp4_msg m = {
		.op = 1,
		.type = type,
		.xid = (uint32_t)(c - t.clients) + t.base,
		.chaddr = c->mac,
		.ciaddr = extends ? c->addr : 0,
	};
	struct dhcp4_frame f = {
		.src = c->mac,
		.dst = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		.ip_src = m.ciaddr,
		.ip_dst = 0xffffffff,
		.sport = DHCP4_CLIENT_PORT,
		.dport = DHCP4_SERVER_PORT,
	};

	dhcp4_build(&w, &m);
	if (type == DHCP4_REQUEST && !extends)
		dhcp4_put_u32(&w, OPT_REQUESTED, c->addr);
	if ((type == DHCP4_REQUEST && !extends) || type == DHCP4_RELEASE)
		dhcp4_put_u32(&w, OPT_SERVER_ID, c->server);
	snprintf(name, sizeof(name), "c%u", m.xid);
	dhcp4_put(&w, OPT_HOSTNAME, name, (uint8_t)strlen(name));
	dhcp4_put(&w, OPT_PARAMS, (uint8_t[]){ OPT_MASK, OPT_ROUTER, OPT_DNS, OPT_DOMAIN }, 4);
	size_t len = dhcp4_frame_build(&f, out, dhcp4_build_end(&w));

	c->sent_us = now_us();
	if (send(t.fd, out, len, MSG_DONTWAIT) < 0 && errno != EAGAIN && errno != ENOBUFS)
		perror("send");
}

static void send_again(struct client *c)
{
	transmit(c, c->phase == DISCOVERING ? DHCP4_DISCOVER : DHCP4_REQUEST);
}

static void finish(struct client *c)
{
	if (t.release)
		transmit(c, DHCP4_RELEASE);
	c->phase = DONE;
	t.active--;
	t.done++;
}

static void on_ack(struct client *c, const struct dhcp4_msg *m)
{
	char mac[MAC_TEXT], ip[IP_TEXT], server[IP_TEXT];

	c->addr = m->yiaddr;
	c->lease_s = m->lease_s;
	if (c->phase == REQUESTING)
		printf("ack %s %s %s %u %.3f\n", mac_text(&c->mac, mac), text(c->addr, ip), text(c->server, server),
		       m->lease_s, (double)(c->first_offer_us - c->started_us) / 1000);
	else
		printf("renewed %s %s\n", mac_text(&c->mac, mac), text(c->addr, ip));
	if (c->phase == REQUESTING && t.renew) {
		c->phase = RENEWING;
		send_again(c);
	} else {
		finish(c);
	}
}

static void on_message(const struct dhcp4_msg *m)
{
	uint32_t i = m->xid - t.base;
	struct client *c = i < t.n ? &t.clients[i] : NULL;
	char mac[MAC_TEXT];

	if (!c || m->op != 2 || !mac_eq(&c->mac, &m->chaddr))
		return;
	if (m->type == DHCP4_OFFER && c->phase == DISCOVERING) {
		c->first_offer_us = c->first_offer_us ?: now_us();
		c->phase = REQUESTING;
		c->addr = m->yiaddr;
		c->server = m->server_id;
		send_again(c);
	} else if (m->type == DHCP4_ACK && (c->phase == REQUESTING || c->phase == RENEWING)) {
		on_ack(c, m);
	} else if (m->type == DHCP4_NAK && (c->phase == REQUESTING || c->phase == RENEWING)) {
		printf("nak %s\n", mac_text(&c->mac, mac));
		c->phase = DISCOVERING;
		send_again(c);
	}
}

static void receive_all(void)
{
	static struct dhcp4_msg m;
	uint8_t in[DHCP4_FRAME_MAX];
	struct dhcp4_frame f;

	for (ssize_t n; (n = recv(t.fd, in, sizeof(in), MSG_DONTWAIT)) > 0;)
		if (dhcp4_frame_parse(&f, (struct view){ in, (size_t)n }, true) == 0 && f.dport == DHCP4_CLIENT_PORT &&
		    dhcp4_parse(&m, f.payload) == 0)
			on_message(&m);
}

static void start_and_retry(void)
{
	uint64_t now = now_us();

	for (unsigned i = 0; i < t.n; i++) {
		struct client *c = &t.clients[i];

		if (c->phase == WAITING && t.active < t.window && now - t.last_start_us >= t.pace_ms * 1000ULL) {
			c->phase = DISCOVERING;
			c->started_us = t.last_start_us = now;
			t.active++;
			send_again(c);
		} else if (c->phase != WAITING && c->phase != DONE && now - c->sent_us > t.retry_ms * 1000ULL) {
			if (c->phase == REQUESTING) /* RFC 2131 s.3.1.5: after no answer it starts anew */
				c->phase = DISCOVERING;
			send_again(c);
		}
	}
}

static int open_socket(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0800) };
	struct packet_mreq all = { .mr_type = PACKET_MR_PROMISC };
	int size = 8 << 20;

	a.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(t.iface);
	t.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (t.fd < 0 || a.sll_ifindex == 0)
		return -1;
	setsockopt(t.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(t.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)); /* replies to all our MACs */
	return bind(t.fd, (struct sockaddr *)&a, sizeof(a));
}

static int parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "renew", no_argument, NULL, 'R' },
		{ "release", no_argument, NULL, 'L' },
		{ "base", required_argument, NULL, 'b' },
		{ "pace", required_argument, NULL, 'p' },
		{ 0 },
	};

	for (int c; (c = getopt_long(argc, argv, "n:t:r:w:", known, NULL)) >= 0;) {
		unsigned v = optarg ? (unsigned)strtoul(optarg, NULL, 0) : 0;

		switch (c) {
		case 'n':
			t.n = v;
			break;
		case 't':
			t.seconds = v;
			break;
		case 'r':
			t.retry_ms = v;
			break;
		case 'w':
			t.window = v;
			break;
		case 'b':
			t.base = v;
			break;
		case 'p':
			t.pace_ms = v;
			break;
		case 'R':
			t.renew = true;
			break;
		case 'L':
			t.release = true;
			break;
		default:
			return -1;
		}
	}
	t.iface = argv[optind];
	return optind == argc - 1 && t.n > 0 && t.n <= CLIENTS_MAX && t.window > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	if (parse(argc, argv) < 0) {
		fputs("usage: dhcp_client IFACE [-n CLIENTS] [-t SECONDS] [-r MS] [-w WINDOW] [--renew] [--release] "
		      "[--base N]\n",
		      stderr);
		return 2;
	}
	if (open_socket() < 0) {
		perror(t.iface);
		return 2;
	}
	t.clients = mem_array(t.n, sizeof(*t.clients));
	for (unsigned i = 0; i < t.n; i++) {
		uint32_t k = t.base + i;

		t.clients[i].mac =
		    (struct mac){ { 0x52, 0x54, 0x01, (uint8_t)(k >> 16), (uint8_t)(k >> 8), (uint8_t)k } };
	}
	for (uint64_t end = now_us() + t.seconds * 1000000ULL; t.done < t.n && now_us() < end;) {
		start_and_retry();
		poll(&(struct pollfd){ .fd = t.fd, .events = POLLIN }, 1, 5);
		receive_all();
	}
	fprintf(stderr, "%u of %u clients got an address\n", t.done, t.n);
	mem_drop(t.clients);
	return t.done == t.n ? 0 : 1;
}
