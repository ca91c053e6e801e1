/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp_load - new clients one after the other, each DISCOVER, OFFER, REQUEST, ACK, by one packet socket and in bursts.
 *	dhcp_load IFACE [-n CLIENTS] [-t SECONDS] [-w WINDOW] [-b FIRST] [-p PID]... [-N] [-U]
 * WINDOW clients ask at any time; none begins after SECONDS, and those that have begun get DRAIN_S more, which do not
 * count for the rate. What has no answer for RETRY_MS is lost, and sent again. -b: the number of the first client, so that each run has new ones. -p: a
 * process of the server. -N: each tells its name, cNUMBER. -U: replies may be unicast; else clients ask for broadcasts, which
 * spares servers that reply through the kernel its table of neighbours, 1024 by default. Prints one line:
 *	EXCHANGES  EXCHANGES/S  LOST %  CPU S PER 10,000  MEDIAN MS  P99 MS  LAST MS
 * The milliseconds are from a client's first DISCOVER to its ACK. Exit 0 if anybody got an address. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "dhcp4/frame.h"
#include "dhcp4/packet.h"

enum { CLIENTS_MAX = 1 << 20, BURST = 64, PIDS_MAX = 8, RETRY_MS = 4000 /* RFC 2131 s.4.1 */, DRAIN_S = 5 };

struct client {
	enum { WAITING, DISCOVERING, REQUESTING, DONE } phase;
	uint32_t addr, server;
	uint64_t started, sent; /* microseconds */
};

static struct {
	unsigned n, window, base, seconds;
	int fd, pids[PIDS_MAX];
	unsigned n_pids;
	bool names, unicast;
	struct client *clients;
	uint32_t *active; /* `window` places */
	unsigned n_active, begun, done;
	unsigned long long messages, lost;
	uint32_t *took; /* microseconds, of each that is done */
	/* the burst that goes out */
	uint8_t out[BURST][DHCP4_FRAME_MAX];
	struct iovec iovs[BURST];
	struct mmsghdr msgs[BURST];
	unsigned n_out;
} t = { .n = CLIENTS_MAX, .window = 64, .seconds = 3 };

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* --- out --- */

static void flush(void)
{
	for (unsigned done = 0; done < t.n_out;) {
		int r = sendmmsg(t.fd, t.msgs + done, t.n_out - done, 0);

		if (r < 0) /* the queue is full: as good as lost on the way */
			break;
		done += (unsigned)r;
	}
	t.n_out = 0;
}

static size_t build(const struct client *c, uint8_t *out)
{
	uint32_t number = (uint32_t)(c - t.clients) + t.base;
	struct wr w = wr_make(out + DHCP4_FRAME_HEAD, DHCP4_SAFE_MAX);
	struct dhcp4_msg m = { .op = 1,
			       .type = c->phase == DISCOVERING ? DHCP4_DISCOVER : DHCP4_REQUEST,
			       .xid = number,
			       .flags = t.unicast ? 0 : DHCP4_BROADCAST,
			       .chaddr = { { 0x52, 0x54, 1, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
					     (uint8_t)number } } };
	struct dhcp4_frame f = { .src = m.chaddr,
				 .dst = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
				 .ip_dst = 0xffffffff,
				 .sport = DHCP4_CLIENT_PORT,
				 .dport = DHCP4_SERVER_PORT };
	char name[16];

	dhcp4_build(&w, &m);
	if (m.type == DHCP4_REQUEST) {
		dhcp4_put_u32(&w, OPT_REQUESTED, c->addr);
		dhcp4_put_u32(&w, OPT_SERVER_ID, c->server);
	}
	snprintf(name, sizeof(name), "c%u", number);
	if (t.names)
		dhcp4_put(&w, OPT_HOSTNAME, name, (uint8_t)strlen(name));
	dhcp4_put(&w, OPT_PARAMS, (uint8_t[]){ OPT_MASK, OPT_ROUTER, OPT_DNS, OPT_DOMAIN }, 4);
	return dhcp4_frame_build(&f, out, dhcp4_build_end(&w));
}

static void transmit(struct client *c, uint64_t now)
{
	t.iovs[t.n_out].iov_len = build(c, t.out[t.n_out]);
	c->sent = now;
	t.messages++;
	if (++t.n_out == BURST)
		flush();
}

/* Keeps the window full, and asks again for what was lost. */
static void drive(uint64_t now, bool more)
{
	for (unsigned i = 0; i < t.n_active;) {
		struct client *c = &t.clients[t.active[i]];

		if (c->phase == DONE) {
			t.active[i] = t.active[--t.n_active];
			continue;
		}
		if (now - c->sent > RETRY_MS * 1000ULL) {
			t.lost++;
			c->phase = DISCOVERING;
			transmit(c, now);
		}
		i++;
	}
	for (; more && t.n_active < t.window && t.begun < t.n; t.begun++) {
		struct client *c = &t.clients[t.begun];

		t.active[t.n_active++] = t.begun;
		c->phase = DISCOVERING;
		c->started = now;
		transmit(c, now);
	}
	flush();
}

/* --- in --- */

static void on_message(const struct dhcp4_msg *m, uint64_t now)
{
	uint32_t i = m->xid - t.base;
	struct client *c = i < t.begun ? &t.clients[i] : NULL;

	if (!c || m->op != 2)
		return;
	if (m->type == DHCP4_OFFER && c->phase == DISCOVERING) {
		c->phase = REQUESTING;
		c->addr = m->yiaddr;
		c->server = m->server_id;
		transmit(c, now);
	} else if (m->type == DHCP4_NAK && c->phase == REQUESTING) {
		t.lost++;
		c->phase = DISCOVERING;
		transmit(c, now);
	} else if (m->type == DHCP4_ACK && c->phase == REQUESTING) {
		c->phase = DONE;
		t.took[t.done++] = (uint32_t)(now - c->started);
	}
}

static void receive(void)
{
	static uint8_t in[BURST][DHCP4_FRAME_MAX];
	static struct iovec iovs[BURST];
	static struct mmsghdr msgs[BURST];
	static struct dhcp4_msg m;
	struct dhcp4_frame f;

	for (int i = 0; i < BURST; i++) {
		iovs[i] = (struct iovec){ in[i], sizeof(in[i]) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iovs[i], .msg_iovlen = 1 };
	}
	int n = recvmmsg(t.fd, msgs, BURST, MSG_DONTWAIT, NULL);
	uint64_t now = now_us();

	for (int i = 0; i < n; i++)
		if (dhcp4_frame_parse(&f, (struct view){ in[i], msgs[i].msg_len }, false) == 0 &&
		    f.dport == DHCP4_CLIENT_PORT && dhcp4_parse(&m, f.payload) == 0)
			on_message(&m, now);
}

/* --- the run and what it says --- */

/* Seconds of user and system time of the server's processes, with all their threads. proc(5): fields 14 and 15. */
static double cpu(void)
{
	unsigned long long ticks = 0;

	for (unsigned i = 0; i < t.n_pids; i++) {
		char path[32], text[512] = "";
		unsigned long long user = 0, kernel = 0;

		snprintf(path, sizeof(path), "/proc/%d/stat", t.pids[i]);
		FILE *f = fopen(path, "re");
		const char *p = f && fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;

		if (p && sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel) == 2)
			ticks += user + kernel;
		if (f)
			fclose(f);
	}
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double ms_at(unsigned percent)
{
	return t.done ? t.took[(uint64_t)(t.done - 1) * percent / 100] / 1000.0 : 0;
}

static void run(void)
{
	uint64_t begin = now_us(), stop = begin + t.seconds * 1000000ULL, now = begin, last = begin;
	double cpu_before = cpu();
	unsigned counted = 0; /* until `stop`; `last` is when the last of them was done */

	for (unsigned done = 0; t.done < t.n && now < stop + DRAIN_S * 1000000ULL; now = now_us()) {
		drive(now, now < stop);
		if (!t.n_active)
			break;
		poll(&(struct pollfd){ .fd = t.fd, .events = POLLIN }, 1, 5);
		receive();
		flush();
		if (t.done > done && (now < stop || !counted)) {
			last = now_us();
			counted = t.done;
		}
		done = t.done;
	}
	double took = (double)(last - begin) / 1e6, used = cpu() - cpu_before;

	qsort(t.took, t.done, sizeof(*t.took), by_size);
	t.lost += t.n_active;
	printf("%u %.0f %.2f %.2f %.1f %.1f %.1f\n", t.done, took > 0 ? counted / took : 0,
	       100.0 * (double)t.lost / (double)t.messages, t.done ? used * 10000 / t.done : 0, ms_at(50), ms_at(99),
	       ms_at(100));
}

static int open_socket(const char *iface)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0800) };
	struct packet_mreq all = { .mr_type = PACKET_MR_PROMISC };
	int size = 32 << 20;

	a.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(iface);
	t.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (t.fd < 0 || a.sll_ifindex == 0)
		return -1;
	setsockopt(t.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(t.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)); /* replies to all our MACs */
	return bind(t.fd, (struct sockaddr *)&a, sizeof(a));
}

static int parse(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "n:t:w:b:p:NU")) >= 0;) {
		unsigned v = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;

		if (c == 'n')
			t.n = v;
		else if (c == 't')
			t.seconds = v;
		else if (c == 'w')
			t.window = v;
		else if (c == 'b')
			t.base = v;
		else if (c == 'p' && t.n_pids < PIDS_MAX)
			t.pids[t.n_pids++] = (int)v;
		else if (c == 'N')
			t.names = true;
		else if (c == 'U')
			t.unicast = true;
		else
			return -1;
	}
	return optind == argc - 1 && t.n && t.n <= CLIENTS_MAX && t.window && t.window <= CLIENTS_MAX ? 0 : -1;
}

int main(int argc, char **argv)
{
	if (parse(argc, argv) < 0 || open_socket(argv[optind]) < 0) {
		fputs("usage: dhcp_load IFACE [-n CLIENTS] [-t SECONDS] [-w WINDOW] [-b FIRST] [-p PID]... [-N] [-U]\n",
		      stderr);
		return 2;
	}
	t.clients = mem_array(t.n, sizeof(*t.clients));
	t.took = mem_array(t.n, sizeof(*t.took));
	t.active = mem_array(t.window, sizeof(*t.active));
	for (int i = 0; i < BURST; i++) {
		t.iovs[i].iov_base = t.out[i];
		t.msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &t.iovs[i], .msg_iovlen = 1 };
	}
	run();
	mem_drop(t.clients);
	mem_drop(t.took);
	mem_drop(t.active);
	return t.done ? 0 : 1;
}
