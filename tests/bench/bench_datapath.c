/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest's packet costs on its way out: with no rules, with the least NAT there is, and with ours when 1, 100 and
 * 1,000 networks are loaded. Each is a lane of its own with the same topology: guest - bridge - host - up0 - outside,
 * each a network namespace. All lanes take turns in short slices, so what else happens on the machine hits them alike; a
 * ratio is the median of those within a turn. Then: what it costs to add networks, beside the kernel's own part. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/udp.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../peer/checksum.h"
#include "firewall/batch.h"
#include "firewall/conntrack.h"
#include "firewall/firewall.h"
#include "firewall/nfnl.h"

enum {
	TURNS = 120,
	WARM_UP = 20,
	PACKETS = 1024, /* a slice */
	LATE_MS = 2000, /* then a packet is lost */
	TRIES = 50,
	AT_ONCE = 64,
	MANY = 1000,
	FRAME = 60,
	OUTSIDE_PORT = 7,
	GUEST_PORT = 5000,
};

/* OURS_GUARDED: the guest's port is kept to what is its own; OURS_FAST: with a flowtable */
enum rules { NO_RULES, LEAST_NAT, OURS, OURS_GUARDED, OURS_FAST };

static unsigned turns = TURNS; /* or fewer, by the command line */

enum traffic { UDP_FLOW, UDP_NEW, TCP_FLOW, TCP_NEW, TRAFFICS };

static const struct {
	const char *name;
	bool tcp, new;
	double goal;
} traffics[TRAFFICS] = {
	[UDP_FLOW] = { "UDP packet", false, false, 1.05 },
	[UDP_NEW] = { "UDP new", false, true, 1.15 },
	[TCP_FLOW] = { "TCP packet", true, false, 1.05 },
	[TCP_NEW] = { "TCP new", true, true, 1.15 },
};

struct lane {
	const char *name;
	enum rules rules;
	unsigned networks;
	int host, guest, outside; /* namespaces */
	int out;                  /* packet socket of the guest */
	struct firewall *fw;
	bool absent;                /* this kernel can't */
	double ns[TRAFFICS][TURNS]; /* a packet */
};

enum { NONE, LEAST, OURS_1, OURS_100, OURS_1000, GUARDED, FAST, LANES };

static struct lane lanes[LANES] = {
	[NONE] = { .name = "no rules", .rules = NO_RULES },
	[LEAST] = { .name = "least NAT", .rules = LEAST_NAT },
	[OURS_1] = { .name = "ours, 1", .rules = OURS, .networks = 1 },
	[OURS_100] = { .name = "ours, 100", .rules = OURS, .networks = 100 },
	[OURS_1000] = { .name = "ours, 1000", .rules = OURS, .networks = MANY },
	[GUARDED] = { .name = "guarded", .rules = OURS_GUARDED, .networks = MANY },
	[FAST] = { .name = "flowtable", .rules = OURS_FAST, .networks = MANY },
};

static void die(const char *what)
{
	fprintf(stderr, "bench_datapath: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET) < 0)
		die("setns");
}

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command) != 0)
		die(command);
}

static int new_space(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		die("unshare");
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	run("ip link set lo up");
	return fd;
}

/* ---- networks: the i-th has bridge vI and the subnet 10.(i / 250).(i % 250).0/24; the guest is in the first ---- */

static struct fw_net network(unsigned i, struct prefix *subnet)
{
	struct fw_net n = { .mode = FW_NAT, .subnets = subnet, .n_subnets = 1, .port_start = 1024, .port_end = 65535 };

	*subnet = (struct prefix){ ip_from_v4(0x0a000001 | i / 250 << 16 | i % 250 << 8), 24 };
	snprintf(n.bridge, sizeof(n.bridge), "v%u", i);
	return n;
}

static void load_networks(struct firewall *fw, unsigned first, unsigned n)
{
	AUTO(mem_drop) struct fw_net *v = mem_array(n, sizeof(*v));
	AUTO(mem_drop) struct prefix *subnets = mem_array(n, sizeof(*subnets));
	AUTO(mem_drop) struct fw_change *changes = mem_array(n, sizeof(*changes));
	struct err e;

	for (unsigned i = 0; i < n; i++) {
		v[i] = network(first + i, &subnets[i]);
		changes[i] = (struct fw_change){ .add = &v[i] };
	}
	if (firewall_commit(fw, changes, n, &e) < 0)
		die(e.detail);
}

static void load_flowtable(struct lane *l)
{
	char names[][IFNAMSIZ] = { "up0", "v0" };
	bool changed;
	struct err e;

	run("ip link set v0 group %u", FW_GROUP);
	if (firewall_fast(l->fw, &(struct fw_devs){ names, ARRAY_SIZE(names) }, &changed, &e) == 0)
		return;
	printf("no lane with a flowtable: %s\n", e.detail);
	l->absent = true;
}

static void load_guard(struct lane *l)
{
	struct fw_guard_port port = { .name = "p0", .mac = { { 0x52, 0x54, 0, 0, 0, 2 } }, .guarded = true };
	struct prefix subnet = { ip_from_v4(0x0a000000), 24 };
	struct fw_holder holders[] = { { .ip = ip_from_v4(0x0a000001) },
				       { port.mac, ip_from_v4(0x0a000002) },
				       { port.mac, ip_from_v4(0x0a000003) } };
	struct fw_guard g = { .bridge = "v0",
			      .host = { { 0x52, 0x54, 0, 0, 0, 1 } },
			      .subnets = &subnet,
			      .n_subnets = 1,
			      .holders = holders,
			      .n_holders = ARRAY_SIZE(holders),
			      .ports = &port,
			      .n_ports = 1 };

	firewall_guard(l->fw, &(const struct fw_guard *){ &g }, 1);
}

static void load_rules(struct lane *l)
{
	struct err e;

	if (l->rules == LEAST_NAT)
		run("nft 'add table ip t; add chain ip t c { type nat hook postrouting priority 100; };"
		    "add rule ip t c ip saddr 10.0.0.0/24 masquerade'");
	if (firewall_open(&l->fw, &e) < 0) /* it makes flows forgotten in each */
		die(e.detail);
	if (l->rules < OURS)
		return;
	load_networks(l->fw, 0, l->networks);
	if (l->rules == OURS_GUARDED)
		load_guard(l);
	if (l->rules == OURS_FAST)
		load_flowtable(l);
}

/* ---- a lane ---- */

static void make_lane(struct lane *l)
{
	l->guest = new_space();
	l->outside = new_space();
	l->host = new_space();
	run("ip link add v0 address 52:54:00:00:00:01 type bridge && ip addr add 10.0.0.1/24 dev v0 && "
	    "ip link add p0 type veth peer name eth0 address 52:54:00:00:00:02 netns /proc/%d/fd/%d && "
	    "ip link set p0 master v0 up && ip link set v0 up",
	    getpid(), l->guest);
	run("ip link add up0 type veth peer name eth0 netns /proc/%d/fd/%d && ip addr add 192.0.2.1/24 dev up0 && "
	    "ip link set up0 up && echo 1 >/proc/sys/net/ipv4/ip_forward",
	    getpid(), l->outside);
	load_rules(l);
	enter(l->outside);
	run("ip addr add 192.0.2.2/24 dev eth0 && ip link set eth0 up && ip route add default via 192.0.2.1");
	enter(l->guest);
	run("ip addr add 10.0.0.2/24 dev eth0 && ip link set eth0 up && ip route add default via 10.0.0.1");
	l->out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("eth0") };

	setsockopt(l->out, SOL_PACKET, PACKET_QDISC_BYPASS, &(int){ 1 }, sizeof(int));
	if (bind(l->out, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("packet socket");
}

static int socket_at(int ns, int type, const char *ip, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(ip) };

	enter(ns);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 2 }, sizeof(struct timeval));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bind");
	return fd;
}

static const struct sockaddr *server_address(void)
{
	static struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons(OUTSIDE_PORT);
	a.sin_addr.s_addr = inet_addr("192.0.2.2");
	return (struct sockaddr *)&a;
}

static void establish_udp(const struct lane *l)
{
	int client = socket_at(l->guest, SOCK_DGRAM, "10.0.0.2", GUEST_PORT);
	int server = socket_at(l->outside, SOCK_DGRAM, "192.0.2.2", OUTSIDE_PORT);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char c = '?';

	if (connect(client, server_address(), sizeof(from)) < 0 || send(client, &c, 1, 0) != 1 ||
	    recvfrom(server, &c, 1, 0, (struct sockaddr *)&from, &len) != 1 ||
	    sendto(server, &c, 1, 0, (struct sockaddr *)&from, len) != 1 || recv(client, &c, 1, 0) != 1)
		die("nothing comes through");
	close(client);
	close(server);
}

/* The sockets stay: their ends would end the flow. */
static void establish_tcp(const struct lane *l)
{
	int client = socket_at(l->guest, SOCK_STREAM, "10.0.0.2", GUEST_PORT);
	int server = socket_at(l->outside, SOCK_STREAM, "192.0.2.2", OUTSIDE_PORT);

	if (listen(server, 1) < 0 || connect(client, server_address(), sizeof(struct sockaddr_in)) < 0)
		die("nothing comes through");
}

/* One flow of each, 10.0.0.2:5000 to port 7 outside; from now on what leaves is dropped by the outside at once, since it
 * is for another MAC. Our segments are out of the flow's window, which conntrack is told to take. */
static void establish(const struct lane *l)
{
	establish_udp(l);
	establish_tcp(l);
	enter(l->host);
	run("ip neigh replace 192.0.2.2 lladdr 52:54:00:00:00:99 dev up0 nud permanent");
	if (l->rules != NO_RULES)
		run("echo 1 >/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal");
}

/* ---- packets ---- */

/* RFC 768: a checksum of 0 is none. */
static void put_udp(uint8_t *at, uint16_t source_port, uint16_t port)
{
	struct udphdr udp = { .source = htons(source_port),
			      .dest = htons(port),
			      .len = htons(FRAME - sizeof(struct ether_header) - sizeof(struct iphdr)) };

	memcpy(at, &udp, sizeof(udp));
}

/* A SYN with its MSS, or a bare ACK (RFC 9293 s.3.1). */
static void put_tcp(uint8_t *at, const struct iphdr *ip, uint16_t source_port, uint16_t port, bool syn)
{
	enum { LEN = FRAME - sizeof(struct ether_header) - sizeof(*ip) };
	struct {
		uint32_t saddr, daddr;
		uint16_t proto, len;
		struct tcphdr tcp;
		uint8_t mss[8]; /* as an option, and two bytes of data */
	} p = { .saddr = ip->saddr,
		.daddr = ip->daddr,
		.proto = htons(IPPROTO_TCP),
		.len = htons(LEN),
		.tcp = { .source = htons(source_port), .dest = htons(port), .doff = 6, .syn = syn, .ack = !syn },
		.mss = { 2, 4, 1460 / 256, 1460 % 256 } };

	p.tcp.check = checksum(&p, sizeof(p));
	memcpy(at, &p.tcp, LEN);
}

static void make_frame(uint8_t frame[FRAME], enum traffic t, uint32_t source, uint16_t source_port, uint16_t port)
{
	struct ether_header eth = { .ether_dhost = { 0x52, 0x54, 0, 0, 0, 1 },
				    .ether_shost = { 0x52, 0x54, 0, 0, 0, 2 },
				    .ether_type = htons(ETHERTYPE_IP) };
	struct iphdr ip = { .version = 4,
			    .ihl = 5,
			    .tot_len = htons(FRAME - sizeof(eth)),
			    .ttl = 64,
			    .protocol = traffics[t].tcp ? IPPROTO_TCP : IPPROTO_UDP,
			    .saddr = htonl(source),
			    .daddr = inet_addr("192.0.2.2") };
	uint8_t *l4 = frame + sizeof(eth) + sizeof(ip);

	ip.check = checksum(&ip, sizeof(ip));
	memcpy(frame, &eth, sizeof(eth));
	memcpy(frame + sizeof(eth), &ip, sizeof(ip));
	if (traffics[t].tcp)
		put_tcp(l4, &ip, source_port, port, traffics[t].new);
	else
		put_udp(l4, source_port, port);
}

static void make_frames(uint8_t frames[PACKETS][FRAME], enum traffic t, unsigned turn)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		if (traffics[t].new)
			make_frame(frames[i], t, 0x0a000003, (uint16_t)(2000 + i), (uint16_t)(1000 + turn));
		else
			make_frame(frames[i], t, 0x0a000002, GUEST_PORT, OUTSIDE_PORT);
	}
}

static double clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The whole way is run within the send call, on our CPU and in our time. */
static double send_all(int fd, uint8_t frames[PACKETS][FRAME])
{
	struct mmsghdr m[AT_ONCE] = { 0 };
	struct iovec v[AT_ONCE];
	double start = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	for (unsigned i = 0; i < PACKETS; i += AT_ONCE) {
		for (unsigned j = 0; j < AT_ONCE; j++) {
			v[j] = (struct iovec){ frames[i + j], FRAME };
			m[j].msg_hdr = (struct msghdr){ .msg_iov = &v[j], .msg_iovlen = 1 };
		}
		if (sendmmsg(fd, m, AT_ONCE, 0) != AT_ONCE)
			die("send");
	}
	return (clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / PACKETS;
}

/* What up0 has sent: /proc/thread-self/net/dev, the 10th figure. */
static unsigned long sent(void)
{
	char line[512];
	unsigned long n = 0;
	FILE *f = fopen("/proc/thread-self/net/dev", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " up0: %*u %*u %*u %*u %*u %*u %*u %*u %*u %lu", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* False: some of it was done behind the call's back, as on a slow machine that leaves a burst to ksoftirqd, and is not in
 * the figure. */
static bool slice_once(struct lane *l, enum traffic t, unsigned turn)
{
	static uint8_t frames[PACKETS][FRAME];
	static const struct prefix new_flows = { { AF_INET, { 10, 0, 0, 3 } }, 32 };
	struct err e;

	enter(l->host);
	unsigned long before = sent();

	make_frames(frames, t, turn);
	l->ns[t][turn % turns] = send_all(l->out, frames);
	unsigned long at_once = sent() - before;

	for (unsigned waited = 0; sent() - before < PACKETS; waited++) {
		if (waited == LATE_MS)
			errx(1, "%s, %s: of %d packets %lu pass", l->name, traffics[t].name, PACKETS, sent() - before);
		usleep(1000);
	}
	if (traffics[t].new &&conntrack_forget(l->fw, &new_flows, 1, &e) < 0)
		die(e.detail);
	return at_once >= PACKETS;
}

static void slice(struct lane *l, enum traffic t, unsigned turn)
{
	for (int tries = 0; !slice_once(l, t, turn); tries++)
		if (tries == TRIES)
			errx(1, "%s, %s: the machine is too slow for %d packets at once", l->name, traffics[t].name,
			     PACKETS);
}

/* ---- figures ---- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(const double *v, size_t n)
{
	AUTO(mem_drop) double *sorted = mem_dup(v, n * sizeof(*v));

	qsort(sorted, n, sizeof(*v), by_value);
	return sorted[n / 2];
}

static double ratio(const struct lane *a, const struct lane *b, enum traffic t)
{
	double r[TURNS];

	for (size_t i = 0; i < turns; i++)
		r[i] = a->ns[t][i] / b->ns[t][i];
	return median(r, turns);
}

static void bench_packets(void)
{
	for (int i = 0; i < LANES; i++) {
		make_lane(&lanes[i]);
		if (!lanes[i].absent)
			establish(&lanes[i]);
	}
	for (unsigned turn = 0; turn < WARM_UP + turns; turn++)
		for (int t = 0; t < TRAFFICS; t++)
			for (unsigned i = 0; i < LANES; i++)
				if (!lanes[(i + turn) % LANES].absent)
					slice(&lanes[(i + turn) % LANES], t, turn);
	printf("ns for each (ratio to the least NAT; * it is over the goal)\n%-12s", "");
	for (int t = 0; t < TRAFFICS; t++)
		printf("%18s", traffics[t].name);
	for (int i = 0; i < LANES; i++) {
		if (lanes[i].absent)
			continue;
		printf("\n%-12s", lanes[i].name);
		for (int t = 0; t < TRAFFICS; t++) {
			double r = ratio(&lanes[i], &lanes[LEAST], t);

			printf("%9.0f (%.3f)%c", median(lanes[i].ns[t], turns), r, r > traffics[t].goal ? '*' : ' ');
		}
	}
	puts("\ngoals: 1.05 for a packet of a flow, 1.15 for a new flow; guarded: 1,000 networks, and the guest's port "
	     "is kept to what is its own; flowtable: 1,000 networks, the short cut on");
}

/* ---- adding networks ---- */

static double ms_since(double start)
{
	return (clock_ns(CLOCK_MONOTONIC) - start) / 1e6;
}

/* The kernel's part: the same messages, built before. */
static double kernel_ms(struct nfnl *nl, unsigned first, unsigned n, bool base)
{
	struct batch b;

	batch_begin(&b);
	if (base) {
		put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, 0);
		put_base(&b);
	}
	for (unsigned i = first; i < first + n; i++) {
		struct prefix subnet;
		struct fw_net net = network(i, &subnet);
		struct fw_block block = fw_block_of_net(&net);

		put_block(&b, &block);
		fw_block_free(&block);
	}
	batch_end(&b);
	double start = clock_ns(CLOCK_MONOTONIC);

	if (nfnl_commit(nl, b.buf, b.len) < 0)
		die("commit");
	double ms = ms_since(start);

	batch_free(&b);
	return ms;
}

static double ours_ms(struct firewall *fw, unsigned first, unsigned n)
{
	double start = clock_ns(CLOCK_MONOTONIC);

	load_networks(fw, first, n);
	return ms_since(start);
}

static void bench_adding(void)
{
	enum { ONES = 21 };
	double ours[ONES], kernel[ONES];
	struct firewall *fw;
	struct nfnl *nl;
	struct err e;

	new_space();
	if (firewall_open(&fw, &e) < 0)
		die(e.detail);
	double ours_all = ours_ms(fw, 0, MANY);

	for (unsigned i = 0; i < ONES; i++)
		ours[i] = ours_ms(fw, MANY + i, 1);
	double start = clock_ns(CLOCK_MONOTONIC);

	if (firewall_refresh(fw, &e) < 0)
		die(e.detail);
	double read = ms_since(start);

	start = clock_ns(CLOCK_MONOTONIC);
	run("nft flush ruleset");
	struct fw_culprit who;

	if (!firewall_changed(fw, &who) || firewall_refresh(fw, &e) < 0)
		die("the flush was not told");
	load_networks(fw, 0, 1); /* all come back with it */
	double heal = ms_since(start);

	new_space();
	if (nfnl_open(&nl, &e) < 0)
		die(e.detail);
	double kernel_all = kernel_ms(nl, 0, MANY, true);

	for (unsigned i = 0; i < ONES; i++)
		kernel[i] = kernel_ms(nl, MANY + i, 1, false);
	printf("\nrules of networks, ms      ours   kernel's part\n");
	printf("1,000 in one go      %10.1f %15.1f\n", ours_all, kernel_all);
	printf("one more to 1,000    %10.2f %15.2f\n", median(ours, ONES), median(kernel, ONES));
	printf("1,000 read again     %10.1f\n", read);
	printf("flushed, all back    %10.1f   (nft's own time is in it)\n", heal);
	firewall_free(fw);
	nfnl_free(nl);
}

/* bench_datapath [TURNS]: fewer take less time and tell less. */
int main(int argc, char **argv)
{
	cpu_set_t one;
	int n = argc > 1 ? atoi(argv[1]) : TURNS;

	turns = n > 0 && n < TURNS ? (unsigned)n : TURNS;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	bench_packets();
	bench_adding();
	return 0;
}
