/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet-guestd as a whole, in a network namespace of its own: this program plays vnetd (opens the sockets, sends the scope),
 * tests/peer/dhcp_client plays the guests. Programs are looked for below $O, or build/. As root with AS_USER=NAME,
 * guestd becomes that user. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/addr.h"
#include "base/map.h"
#include "base/wr.h"
#include "control/sockets.h"
#include "guest/message.h"

enum { CLIENTS = 50, SERVER = 0xc0a87a01 /* 192.168.122.1 */, WAIT_MS = 5000 };

static char root[] = "/tmp/test_guestd.XXXXXX";
static pid_t guestd;
static struct stream *vnetd;
static struct map *bound; /* what guestd told: address to count of events, kept as a pointer */
static const uint8_t uuid[16] = "a test's network";

static const char *build(const char *what)
{
	return mem_printf("%s/%s", getenv("O") ?: "build", what);
}

static void sh(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

/* --- the network --- */

static int enter_namespace(void **state)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	(void)state;
	if (uid != 0) {
		if (unshare(CLONE_NEWUSER) < 0)
			return -1;
		AUTO(mem_drop) char *u = mem_printf("0 %u 1", uid), *g = mem_printf("0 %u 1", gid);
		AUTO(fd_close)
		int deny = open("/proc/self/setgroups", O_WRONLY), um = open("/proc/self/uid_map", O_WRONLY),
		    gm = open("/proc/self/gid_map", O_WRONLY);

		if (write(deny, "deny", 4) != 4 || write(um, u, strlen(u)) < 0 || write(gm, g, strlen(g)) < 0)
			return -1;
	}
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	sh("ip link set lo up");
	sh("ip link add br0 type bridge forward_delay 0 stp_state 0 && ip addr add 192.168.122.1/24 dev br0");
	sh("ip link add port0 type veth peer name guest0 && ip link set port0 master br0");
	sh("ip link set br0 up && ip link set port0 up && ip link set guest0 up");
	bound = map_new();
	return mkdtemp(root) ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	if (guestd > 0) {
		kill(guestd, SIGKILL);
		waitpid(guestd, NULL, 0);
	}
	stream_free(vnetd);
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", root);

	return system(rm);
}

/* --- vnetd's part --- */

static int packet_socket(void)
{
	static struct sock_filter code[] = {
		/* IPv4, UDP, no fragment, to port 67 */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14 + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 67, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { ARRAY_SIZE(code), code };
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
				 .sll_protocol = htons(0x0800),
				 .sll_ifindex = (int)if_nametoindex("br0") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static int inet_socket(int type, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(SERVER) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void start_guestd(void)
{
	AUTO(mem_drop) const char *program = build("vnet-guestd");

	guestd = fork();
	assert_true(guestd >= 0);
	if (guestd > 0)
		return;
	if (geteuid() == 0 && getenv("AS_USER"))
		execl(program, program, "--root", root, "--user", getenv("AS_USER"), NULL);
	execl(program, program, "--root", root, NULL);
	_exit(127);
}

static void connect_vnetd(void)
{
	AUTO(mem_drop) char *path = mem_printf("%s/run/vnet/guestd-sock", root);
	struct guest_msg hello = { .op = GUEST_HELLO, .guest_msg_u.hello = { GUEST_LEVEL, true } };
	int fd = -1, bridges = guest_bridges_open();

	for (int i = 0; i < 200 && (fd = stream_connect(path)) < 0; i++)
		usleep(10000);
	assert_true(fd >= 0);
	stream_free(vnetd);
	map_free(bound); /* all is told anew */
	bound = map_new();
	vnetd = stream_new(fd, GUEST_FRAME_MAX);
	assert_true(bridges >= 0);
	assert_int_equal(guest_send(vnetd, &hello, &bridges, 1), 0);
	assert_int_equal(stream_flush(vnetd), 0);
}

/* The next message; LEASE events are also noted in `bound`. */
static enum guest_op next(struct guest_msg *m, int wait_ms)
{
	for (;;) {
		int fds[GUEST_SOCKS_MAX];
		size_t n;
		int r = guest_receive(vnetd, m, fds, &n);

		assert_true(r >= 0);
		if (r == 1)
			break;
		if (poll(&(struct pollfd){ .fd = stream_fd(vnetd), .events = POLLIN }, 1, wait_ms) == 0)
			return 0;
		assert_int_equal(stream_fill(vnetd), 0);
	}
	if (m->op == GUEST_LEASE && m->guest_msg_u.lease.event == GUEST_LEASE_BOUND)
		map_put(bound, m->guest_msg_u.lease.ip.guest_ip_val, 4, vnetd);
	else if (m->op == GUEST_LEASE)
		map_del(bound, m->guest_msg_u.lease.ip.guest_ip_val, 4);
	return m->op;
}

static void expect_synced(size_t leases)
{
	struct guest_msg m;
	enum guest_op op;
	size_t n = 0;

	while ((op = next(&m, WAIT_MS)) == GUEST_LEASE) {
		guest_msg_free(&m);
		n++;
	}
	assert_int_equal(op, GUEST_SYNCED);
	assert_int_equal(n, leases);
}

static void expect_welcome(size_t served, uint64_t stamp)
{
	struct guest_msg m;

	assert_int_equal(next(&m, WAIT_MS), GUEST_WELCOME);
	assert_int_equal(m.guest_msg_u.welcome.served.served_len, served);
	if (served)
		assert_int_equal(m.guest_msg_u.welcome.served.served_val[0].stamp, stamp);
	guest_msg_free(&m);
}

static void bridge_mac(char out[6])
{
	struct ifreq r = { .ifr_name = "br0" };
	AUTO(fd_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &r), 0);
	memcpy(out, r.ifr_hwaddr.sa_data, 6);
}

static void serve(uint64_t stamp, bool sockets)
{
	struct guest_range range = { .start = SERVER - 1, .end = SERVER + 253 }; /* with our own address inside */
	struct guest_host host = { .name = "printer", .ip = SERVER + 8 };
	struct guest_dhcp4 dhcp4 = { .server = SERVER,
				     .prefix_len = 24,
				     .router = true,
				     .dns = true,
				     .lease_s = 3600,
				     .ranges = { 1, &range },
				     .hosts = { 1, &host } };
	guest_ip addr = { 4, (char[]){ (char)192, (char)168, 122, 1 } };
	struct guest_dns dns = { .addrs = { 1, &addr }, .forward = true };
	guest_sock_kind kinds[] = { GUEST_SOCK_DHCP4, GUEST_SOCK_DHCP4_HOLD, GUEST_SOCK_DNS_UDP, GUEST_SOCK_DNS_TCP };
	struct guest_msg m = { .op = GUEST_SERVE };
	struct guest_serve *s = &m.guest_msg_u.serve;

	s->stamp = stamp;
	s->scope = (struct guest_scope){
		.network = "default", .bridge = "br0", .domain = "lan", .dhcp4 = &dhcp4, .dns = &dns
	};
	s->scope.ifindex = if_nametoindex("br0");
	memcpy(s->scope.uuid, uuid, 16);
	bridge_mac(s->scope.mac);
	s->socks.socks_val = kinds;
	s->socks.socks_len = sockets ? 4 : 0;
	if (sockets) {
		int fds[] = { packet_socket(), inet_socket(SOCK_DGRAM, 67), inet_socket(SOCK_DGRAM, 53),
			      inet_socket(SOCK_STREAM, 53) };

		assert_int_equal(guest_send(vnetd, &m, fds, 4), 0);
	} else {
		assert_int_equal(guest_send(vnetd, &m, NULL, 0), 0);
	}
	assert_int_equal(stream_flush(vnetd), 0);
}

/* --- the guests' part --- */

/* Runs clients and gives MAC (text) -> address (text, to be dropped) of every ack line. */
static struct map *run_clients(const char *options)
{
	AUTO(mem_drop) const char *program = build("tests/peer/dhcp_client");
	AUTO(mem_drop) char *command = mem_printf("%s guest0 %s", program, options);
	struct map *got = map_new();
	char line[200], mac[MAC_TEXT], ip[IP_TEXT], server[IP_TEXT];
	unsigned lease_s;
	float ms, worst = 0;
	FILE *f = popen(command, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "ack %17s %45s %45s %u %f", mac, ip, server, &lease_s, &ms) != 5)
			continue;
		assert_string_equal(server, "192.168.122.1");
		assert_string_not_equal(ip, "192.168.122.1");
		assert_string_not_equal(ip, "192.168.122.9"); /* reserved for another */
		assert_int_equal(lease_s, 3600);
		assert_null(map_put(got, mac, strlen(mac), mem_strdup(ip)));
		worst = ms > worst ? ms : worst;
	}
	if (pclose(f) != 0)
		fail_msg("not every client got an address: %s", command);
	print_message("%zu clients, slowest first offer %.1f ms\n", map_count(got), (double)worst);
	return got;
}

static void drop_result(struct map *m)
{
	char *ip;

	for (size_t pos = 0; (ip = map_next(m, &pos));)
		mem_drop(ip);
	map_free(m);
}

static void expect_distinct(const struct map *got)
{
	struct map *seen = map_new();
	const char *ip;

	for (size_t pos = 0; (ip = map_next(got, &pos));)
		if (map_put(seen, ip, strlen(ip), (void *)ip))
			fail_msg("two clients have %s", ip);
	map_free(seen);
}

static struct map *first; /* of the first run: all later ones must say the same */

static void expect_same(const char *when)
{
	struct map *again = run_clients("-n 50");
	char key[MAC_TEXT];

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct mac mac = { { 0x52, 0x54, 0x01, 0, 0, (uint8_t)i } };
		const char *before = map_get_str(first, mac_text(&mac, key)), *now = map_get_str(again, key);

		if (!before || !now || strcmp(before, now) != 0)
			fail_msg("%s: %s had %s, has %s", when, key, before, now);
	}
	drop_result(again);
}

/* Waits for events until `bound` has this many addresses. */
static void expect_bound(size_t n)
{
	struct guest_msg m;

	while (map_count(bound) != n && next(&m, WAIT_MS))
		guest_msg_free(&m);
	assert_int_equal(map_count(bound), n);
}

/* --- tests --- */

static void clients_get_addresses(void **state)
{
	(void)state;
	start_guestd();
	connect_vnetd();
	expect_welcome(0, 0);
	expect_synced(0);
	serve(1, true);
	first = run_clients("-n 50 --renew");
	assert_int_equal(map_count(first), CLIENTS);
	expect_distinct(first);
	expect_bound(CLIENTS);
}

static void serves_on_without_vnetd(void **state)
{
	(void)state;
	stream_free(TAKE(vnetd));
	expect_same("without vnetd");
	connect_vnetd();
	expect_welcome(1, 1);
	expect_synced(CLIENTS);
	serve(2, false);
	expect_same("scope changed, sockets kept");
}

static void keeps_leases_when_killed(void **state)
{
	(void)state;
	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	start_guestd();
	connect_vnetd();
	expect_welcome(0, 0);
	expect_synced(CLIENTS);
	serve(3, true);
	expect_same("after kill -9");
}

static int attempt(const char *options)
{
	AUTO(mem_drop) const char *program = build("tests/peer/dhcp_client");
	AUTO(mem_drop) char *command = mem_printf("%s guest0 %s >%s/out", program, options, root);

	return system(command);
}

/* Durable before visible: what can't be stored is not acknowledged. As soon as there is room again, all is well. */
static void a_full_disk_means_no_ack(void **state)
{
	AUTO(mem_drop) char *out = mem_printf("%s/out", root);
	struct rlimit tight, before;
	struct stat st;

	(void)state;
	if (prlimit(guestd, RLIMIT_FSIZE, NULL, &before) < 0) {
		print_message("skip: no right to limit a process of another user\n");
		skip();
	}
	tight = before;
	tight.rlim_cur = 4096;
	assert_int_equal(prlimit(guestd, RLIMIT_FSIZE, &tight, NULL), 0);
	assert_int_not_equal(attempt("-n 5 -t 1 -r 300 --base 1000"), 0);
	assert_int_equal(stat(out, &st), 0);
	assert_int_equal(st.st_size, 0); /* not one "ack" line */
	assert_int_equal(prlimit(guestd, RLIMIT_FSIZE, &before, NULL), 0);
	assert_int_equal(attempt("-n 5 --base 1000 --release"), 0);
	expect_same("after the disk was full");
}

static bool exited(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

static void restart_and_serve(uint64_t stamp)
{
	struct guest_msg m;
	enum guest_op op;

	kill(guestd, SIGKILL);
	waitpid(guestd, NULL, 0);
	start_guestd();
	connect_vnetd();
	do {
		op = next(&m, WAIT_MS);
		guest_msg_free(&m);
	} while (op == GUEST_WELCOME || op == GUEST_LEASE);
	assert_int_equal(op, GUEST_SYNCED);
	serve(stamp, true);
}

static struct map *read_acks(void)
{
	AUTO(mem_drop) char *out = mem_printf("%s/out", root);
	struct map *got = map_new();
	char mac[MAC_TEXT], ip[IP_TEXT];
	FILE *f = fopen(out, "r");

	assert_non_null(f);
	while (fscanf(f, "ack %17s %45s %*[^\n]\n", mac, ip) == 2)
		assert_null(map_put(got, mac, strlen(mac), mem_strdup(ip)));
	fclose(f);
	return got;
}

/* kill -9 at random moments under a stream of clients: no acknowledged lease is forgotten, no address has two owners. */
static void killed_again_and_again(void **state)
{
	struct map *got;
	const char *text;
	pid_t clients;
	unsigned kills = 0;
	int status = 1;

	(void)state;
	srand(7);
	clients = fork();
	assert_true(clients >= 0);
	if (clients == 0)
		_exit(WEXITSTATUS(attempt("-n 150 -r 50 -t 30 --pace 10 --base 2000")));
	for (; !exited(clients, &status); kills++) {
		usleep((unsigned)(rand() % 30 + 5) * 1000);
		restart_and_serve(10 + kills);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	restart_and_serve(99); /* whatever it had not on the disk is gone now */
	got = read_acks();
	assert_int_equal(map_count(got), 150);
	expect_distinct(got);
	for (size_t pos = 0; (text = map_next(got, &pos));) {
		struct ip ip;

		assert_int_equal(ip_parse(text, &ip), 0);
		if (!map_get(bound, ip.b, 4))
			fail_msg("%s was acknowledged and forgotten", text);
	}
	assert_int_equal(map_count(bound), CLIENTS + 150);
	drop_result(got);
	print_message("killed %u times\n", kills + 1);
}

static void tell_known(guest_uuid *known, unsigned n)
{
	struct guest_msg m = { .op = GUEST_KNOWN, .guest_msg_u.known = { n, known } };

	assert_int_equal(guest_send(vnetd, &m, NULL, 0), 0);
	assert_int_equal(stream_flush(vnetd), 0);
}

static void released_and_forgotten(void **state)
{
	struct guest_msg forget = { .op = GUEST_FORGET };
	guest_uuid known[2] = { "another network" };

	(void)state;
	drop_result(run_clients("-n 10 --release"));
	expect_bound(CLIENTS + 150 - 10);
	memcpy(known[1], uuid, 16);
	tell_known(known, 2);
	connect_vnetd();
	expect_welcome(1, 99);
	expect_synced(CLIENTS + 150 - 10);
	tell_known(known, 1);
	expect_bound(0);
	memcpy(forget.guest_msg_u.forget, uuid, 16);
	assert_int_equal(guest_send(vnetd, &forget, NULL, 0), 0); /* already: harmless */
	assert_int_equal(stream_flush(vnetd), 0);
	connect_vnetd();
	expect_welcome(0, 0);
	expect_synced(0);
}

static void put_message(const struct guest_msg *m)
{
	assert_int_equal(guest_send(vnetd, m, NULL, 0), 0);
	assert_int_equal(stream_flush(vnetd), 0);
}

/* A guest's port goes: its lease ends after the time given, and history tells of both. */
static void a_gone_ports_lease_ends(void **state)
{
	struct guest_msg end = { .op = GUEST_END_PORT }, ask_for = { .op = GUEST_ASK_HISTORY }, answer;
	static const uint8_t mac[] = { 0x52, 0x54, 0x01, 0, 0, 77 };
	struct guest_history_ask *q = &ask_for.guest_msg_u.ask_history;
	const struct guest_history *h = &answer.guest_msg_u.history;

	(void)state;
	drop_result(run_clients("-n 1 --base 77"));
	expect_bound(2); /* and c7 */
	memcpy(end.guest_msg_u.end_port.uuid, uuid, 16);
	memcpy(end.guest_msg_u.end_port.mac, mac, 6);
	end.guest_msg_u.end_port.grace_s = 1;
	put_message(&end);
	expect_bound(1);
	q->number = 4711;
	memcpy(q->uuid, uuid, 16);
	memcpy(q->mac, mac, 6);
	q->until = UINT64_MAX;
	q->most = 10;
	put_message(&ask_for);
	assert_int_equal(next(&answer, WAIT_MS), GUEST_HISTORY);
	assert_int_equal(h->number, 4711);
	assert_int_equal(h->rows.rows_len, 2);
	assert_int_equal(h->rows.rows_val[0].event, GUEST_LEASE_ENDED);
	assert_int_equal(h->rows.rows_val[1].event, GUEST_LEASE_BOUND);
	assert_string_equal(h->rows.rows_val[1].hostname, "c77");
	assert_memory_equal(h->rows.rows_val[0].mac, mac, 6);
	guest_msg_free(&answer);
}

static const struct guest_port_counter *port_counter(const struct guest_counters *c, const char *dev)
{
	for (unsigned i = 0; i < c->ports.ports_len; i++)
		if (c->ports.ports_val[i].port == if_nametoindex(dev))
			return &c->ports.ports_val[i];
	return NULL;
}

/* One guest takes all addresses that it can get, by ever new MACs, and goes on asking; another one just starts. */
static void a_greedy_guest_leaves_room_for_others(void **state)
{
	AUTO(mem_drop) const char *program = build("tests/peer/dhcp_client");
	AUTO(mem_drop)
	char *greedy = mem_printf("exec %s guest0 -n 2000 -t 6 -r 50 -w 500 --base 5000 >%s/greedy", program, root);
	AUTO(mem_drop) char *modest = mem_printf("%s guest1 -n 1 -t 1 -r 300 --base 4000 >/dev/null", program);
	struct guest_msg ask_for = { .op = GUEST_ASK_COUNTERS }, m;

	(void)state;
	sh("ip link add port1 type veth peer name guest1 && ip link set port1 master br0 && ip link set port1 up");
	sh("ip link set guest1 up");
	pid_t pid = fork();

	if (pid == 0)
		_exit(execl("/bin/sh", "sh", "-c", greedy, NULL));
	sleep(2); /* the pool is as full as it gets */
	sh(modest);
	memcpy(ask_for.guest_msg_u.ask_counters.uuid, uuid, 16);
	ask_for.guest_msg_u.ask_counters.number = 5;
	put_message(&ask_for);
	while (next(&m, WAIT_MS) == GUEST_LEASE)
		guest_msg_free(&m);
	const struct guest_counters *c = &m.guest_msg_u.counters;

	assert_int_equal(m.op, GUEST_COUNTERS);
	assert_int_equal(c->number, 5);
	assert_int_equal(c->pool.total, 252); /* .2 to .254 but .9 */
	assert_in_range(c->pool.taken, 230, 245);
	assert_int_equal(c->ports.ports_val[0].port, if_nametoindex("port0")); /* it says who */
	assert_true(port_counter(c, "port0")->holds > 200);
	assert_int_equal(port_counter(c, "port1")->holds, 1);
	assert_int_equal(port_counter(c, "port1")->offers, 1);
	assert_int_equal(port_counter(c, "port1")->acks, 1);
	print_message("%llu messages of the greedy one, %llu of the other\n",
		      (unsigned long long)port_counter(c, "port0")->messages,
		      (unsigned long long)port_counter(c, "port1")->messages);
	guest_msg_free(&m);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* One question for the A record of `name`; the answer's flags word, or -1. */
static int ask(int type, const char *label)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(SERVER) };
	AUTO(fd_close) int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = 5 };
	uint8_t q[100], a[600];
	struct wr w = wr_make(q, sizeof(q));
	size_t skip = type == SOCK_STREAM ? 2 : 0;

	if (skip)
		wr_be16(&w, (uint16_t)(12 + 1 + strlen(label) + 5));
	wr_bytes(&w, (uint8_t[]){ 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 }, 12);
	wr_u8(&w, (uint8_t)strlen(label));
	wr_bytes(&w, label, strlen(label));
	wr_bytes(&w, (uint8_t[]){ 0, 0, 1, 0, 1 }, 5);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 || send(fd, q, wr_len(&w), 0) < 0)
		return -1;
	ssize_t n = recv(fd, a, sizeof(a), 0);

	return n < (ssize_t)skip + 12 ? -1 : a[skip + 2] << 8 | a[skip + 3];
}

/* DNS has its own tests; here it has to work from within the sandbox, with a resolver that is not there. */
static void dns_works_in_the_sandbox(void **state)
{
	guest_ip resolver = { 4, (char[]){ 127, 0, 0, 1 } };
	struct guest_msg m = { .op = GUEST_RESOLVERS };

	(void)state;
	serve(4, true);
	m.guest_msg_u.resolvers.resolvers_len = 1;
	m.guest_msg_u.resolvers.resolvers_val = &resolver;
	assert_int_equal(guest_send(vnetd, &m, NULL, 0), 0);
	assert_int_equal(stream_flush(vnetd), 0);
	usleep(100000);
	assert_int_equal(ask(SOCK_DGRAM, "c7") & 0xf, 2); /* not yet: SERVFAIL from the resolver that is not there */
	drop_result(run_clients("-n 1 --base 7"));
	assert_int_equal(ask(SOCK_DGRAM, "c7") & 0xf, 0);
	assert_int_equal(ask(SOCK_DGRAM, "printer") & 0xf, 0);
	assert_int_equal(ask(SOCK_STREAM, "printer") & 0xf, 0);
	assert_int_equal(ask(SOCK_DGRAM, "example") & 0xf, 2); /* SERVFAIL */
	assert_int_equal(ask(SOCK_STREAM, "example") & 0xf, 2);
	assert_int_equal(waitpid(guestd, NULL, WNOHANG), 0);
}

/* The file is opened by the process beside it, and read by the one that may not open it. */
static void tftp_works_in_the_sandbox(void **state)
{
	AUTO(mem_drop) char *folder = mem_printf("%s/tftp", root);
	AUTO(mem_drop)
	char *make = mem_printf("mkdir %s && printf 'hello' >%s/boot && chmod -R a+rX %s", folder, folder, root);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(69), .sin_addr.s_addr = htonl(SERVER) };
	guest_ip addr = { 4, (char[]){ (char)192, (char)168, 122, 1 } };
	struct guest_tftp tftp = { .addrs = { 1, &addr }, .root = folder };
	guest_sock_kind kinds[] = { GUEST_SOCK_TFTP, GUEST_SOCK_TFTP_ROOT };
	struct guest_msg m = { .op = GUEST_SERVE };
	struct guest_serve *s = &m.guest_msg_u.serve;
	struct timeval limit = { .tv_sec = 5 };
	char got[20];

	(void)state;
	sh(make);
	s->scope = (struct guest_scope){ .network = "boot", .bridge = "br0", .domain = "", .tftp = &tftp };
	memcpy(s->scope.uuid, "a boot's network", 16);
	s->socks.socks_val = kinds;
	s->socks.socks_len = 2;
	assert_int_equal(
	    guest_send(vnetd, &m, (int[]){ inet_socket(SOCK_DGRAM, 69), open(folder, O_PATH | O_CLOEXEC) }, 2), 0);
	assert_int_equal(stream_flush(vnetd), 0);
	AUTO(fd_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(sendto(fd, "\0\1boot\0octet", 13, 0, (struct sockaddr *)&to, sizeof(to)), 13);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 9);
	assert_memory_equal(got, "\0\3\0\1hello", 9);
	assert_int_equal(waitpid(guestd, NULL, WNOHANG), 0);
	memset(&m, 0, sizeof(m));
	m.op = GUEST_FORGET;
	memcpy(m.guest_msg_u.forget, "a boot's network", 16);
	assert_int_equal(guest_send(vnetd, &m, NULL, 0), 0);
	assert_int_equal(stream_flush(vnetd), 0);
}

/* What can't be served is told, and what was served before goes on. */
static void nonsense_is_refused(void **state)
{
	struct guest_range backwards = { .start = SERVER + 9, .end = SERVER + 2 };
	struct guest_dhcp4 dhcp4 = { .server = SERVER, .prefix_len = 24, .lease_s = 3600, .ranges = { 1, &backwards } };
	struct guest_msg m = { .op = GUEST_SERVE }, answer;

	(void)state;
	m.guest_msg_u.serve.stamp = 77;
	m.guest_msg_u.serve.scope =
	    (struct guest_scope){ .network = "default", .bridge = "br0", .domain = "", .dhcp4 = &dhcp4 };
	memcpy(m.guest_msg_u.serve.scope.uuid, uuid, 16);
	assert_int_equal(guest_send(vnetd, &m, NULL, 0), 0);
	assert_int_equal(stream_flush(vnetd), 0);
	while (next(&answer, WAIT_MS) == GUEST_LEASE)
		guest_msg_free(&answer);
	assert_int_equal(answer.op, GUEST_FAILED);
	assert_string_equal(answer.guest_msg_u.failed.why,
			    "ranges, hosts, options or lease time of DHCP make no sense");
	guest_msg_free(&answer);
	drop_result(run_clients("-n 1 --base 7"));
}

static void garbage_ends_the_connection(void **state)
{
	(void)state;
	connect_vnetd();
	expect_welcome(1, 4);
	expect_synced(1); /* the last of the news; behind it only the end comes */
	stream_put(vnetd, "\0\0\0\77garbage", 11, NULL, 0);
	assert_int_equal(stream_flush(vnetd), 0);
	assert_int_equal(poll(&(struct pollfd){ .fd = stream_fd(vnetd), .events = POLLIN }, 1, WAIT_MS), 1);
	assert_int_equal(stream_fill(vnetd), -ENODATA);
	connect_vnetd();
	expect_welcome(1, 4);
	expect_synced(1);
	assert_int_equal(waitpid(guestd, NULL, WNOHANG), 0);
}

static void ends_cleanly(void **state)
{
	int status;

	(void)state;
	kill(guestd, SIGTERM);
	assert_int_equal(waitpid(guestd, &status, 0), guestd);
	guestd = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	drop_result(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_get_addresses),
		cmocka_unit_test(serves_on_without_vnetd),
		cmocka_unit_test(keeps_leases_when_killed),
		cmocka_unit_test(a_full_disk_means_no_ack),
		cmocka_unit_test(killed_again_and_again),
		cmocka_unit_test(released_and_forgotten),
		cmocka_unit_test(dns_works_in_the_sandbox),
		cmocka_unit_test(tftp_works_in_the_sandbox),
		cmocka_unit_test(a_gone_ports_lease_ends),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(garbage_ends_the_connection),
		cmocka_unit_test(a_greedy_guest_leaves_room_for_others),
		cmocka_unit_test(ends_cleanly),
	};

	return cmocka_run_group_tests(tests, enter_namespace, leave);
}
