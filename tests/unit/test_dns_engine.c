/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole engine on loopback addresses of a network namespace: clients and resolvers are sockets of this test, which
 * turns the loop while it waits for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "dns/client.h"
#include "dns/dns.h"
#include "dns/packet.h"
#include "dns/tcp.h"
#include "dns/upstream.h"

#define SERVER "127.0.1.1"
#define FIRST  "127.0.2.1"
#define SECOND "127.0.2.2"

static const struct uuid net = { "network" };
static sd_event *loop;
static struct dns *dns;

static struct ip ip_of(const char *text)
{
	struct ip ip = { 0 };

	assert_int_equal(ip_parse(text, &ip), 0);
	return ip;
}

static int bound(const char *addr, uint16_t port, int type)
{
	union dns_sockaddr at;
	struct ip ip = ip_of(addr);
	socklen_t len = dns_sockaddr_from(&ip, port, &at);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	assert_int_equal(bind(fd, &at.sa, len), 0);
	if (type == SOCK_STREAM && port)
		assert_int_equal(listen(fd, 64), 0);
	return fd;
}

static int client_at(const char *addr, int type)
{
	union dns_sockaddr to;
	struct ip ip = ip_of(SERVER);
	socklen_t len = dns_sockaddr_from(&ip, 53, &to);
	int fd = bound(addr, 0, type);

	assert_true(connect(fd, &to.sa, len) == 0 || errno == EINPROGRESS);
	return fd;
}

static int client(int type)
{
	return client_at("127.0.0.1", type);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Turns the loop until `fd` is readable or the time is up. */
static bool turn(int fd, int ms)
{
	for (int64_t end = now_ms() + ms; now_ms() < end;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (fd >= 0 && poll(&p, 1, 0) == 1)
			return true;
		assert_true(sd_event_run(loop, 2000) >= 0);
	}
	return false;
}

static size_t get(int fd, uint8_t *msg, size_t size)
{
	assert_true(turn(fd, 3000));
	ssize_t n = recv(fd, msg, size, 0);

	return n < 0 ? 0 : (size_t)n;
}

static struct dns_query question(const char *name)
{
	struct dns_query q = { .flags = DNS_RD, .q = { .type = DNS_A, .class = DNS_CLASS_IN } };

	assert_int_equal(dns_name_parse(name, &q.q.name), 0);
	return q;
}

static void ask(int fd, const char *name, uint16_t id)
{
	struct dns_query q = question(name);
	uint8_t out[512];
	struct wr w = wr_make(out, sizeof(out));

	dns_query_build(&w, &q, id);
	assert_int_equal(send(fd, out, wr_len(&w), 0), wr_len(&w));
}

static size_t frame(uint8_t *out, const char *name, uint16_t id)
{
	struct dns_query q = question(name);
	struct wr w = wr_make(out, 512);

	wr_be16(&w, (uint16_t)(DNS_HEADER + q.q.name.len + 4));
	dns_query_build(&w, &q, id);
	return wr_len(&w);
}

/* The client's next answer: is it to this question, with this rcode and so many records? */
static void expect(int fd, const char *name, uint16_t id, int rcode, int answers)
{
	struct dns_query q = question(name);
	uint8_t msg[4096];
	struct view v = { .p = msg, .len = get(fd, msg, sizeof(msg)) };

	if (!dns_answer_matches(v, &q, id) || (msg[3] & DNS_RCODE) != rcode || msg[7] != answers)
		fail_msg("%s: id %d, rcode %d, %d answers", name, msg[0] << 8 | msg[1], msg[3] & DNS_RCODE, msg[7]);
}

/* As a resolver: takes a query from `fd`, answers it with `rcode`, the id changed by `wrong`, and `pad` bytes behind. */
static void resolve(int fd, int rcode, uint16_t wrong, size_t pad)
{
	uint8_t msg[4096] = { 0 };
	union dns_sockaddr from;
	socklen_t len = sizeof(from);

	assert_true(turn(fd, 3000));
	ssize_t n = recvfrom(fd, msg, 512, 0, &from.sa, &len);

	assert_true(n > DNS_HEADER);
	msg[0] ^= (uint8_t)(wrong >> 8);
	msg[2] |= 0x80 | 0x04; /* AA, which is not ours to pass on */
	msg[3] = (uint8_t)rcode;
	assert_true(sendto(fd, msg, (size_t)n + pad, 0, &from.sa, len) > 0);
	msg[0] ^= (uint8_t)(wrong >> 8);
	if (wrong)
		assert_true(sendto(fd, msg, (size_t)n, 0, &from.sa, len) > 0);
}

static void serve(bool forward)
{
	struct ip addr = ip_of(SERVER);
	struct dns_host host = { "one", ip_of("192.168.122.10") };
	struct dns_scope scope = { .uuid = net,
				   .network = "net",
				   .domain = "m1.test",
				   .forward = forward,
				   .addrs = &addr,
				   .n_addrs = 1,
				   .hosts = &host,
				   .n_hosts = 1 };
	int udp = bound(SERVER, 53, SOCK_DGRAM), tcp = bound(SERVER, 53, SOCK_STREAM);

	assert_int_equal(dns_serve(dns, &scope, &udp, &tcp, 1), 0);
}

static int setup(void **state)
{
	struct ip resolvers[] = { ip_of(FIRST), ip_of(SECOND) };

	(void)state;
	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(dns_open(loop, &dns), 0);
	dns_set_resolvers(dns, resolvers, 2);
	serve(true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dns_free(dns);
	sd_event_unref(loop);
	return 0;
}

static void local_names_by_udp(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	struct ip ip = ip_of("192.168.122.77");
	struct dns_scope again = { .uuid = net, .network = "net", .domain = "other.test" };

	(void)state;
	ask(c, "one.m1.test", 5);
	expect(c, "one.m1.test", 5, DNS_NOERROR, 1);
	dns_set_lease(dns, &net, &ip, "guest");
	ask(c, "guest", 6);
	expect(c, "guest", 6, DNS_NOERROR, 1);
	dns_serve(dns, &again, NULL, NULL, 0); /* same sockets, leases stay, records and forwarding go */
	ask(c, "guest.other.test", 7);
	expect(c, "guest.other.test", 7, DNS_NOERROR, 1);
	dns_del_lease(dns, &net, &ip);
	ask(c, "guest", 8);
	expect(c, "guest", 8, DNS_REFUSED, 0);
	ask(c, "one", 9);
	expect(c, "one", 9, DNS_REFUSED, 0);
	assert_int_equal(dns_stats(dns)->local, 3);
	assert_int_equal(dns_stats(dns)->refused, 2);
}

static void forwarded_and_passed_on(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int r = bound(FIRST, 53, SOCK_DGRAM);
	uint8_t msg[512];

	(void)state;
	ask(c, "example.org", 0x1234);
	resolve(r, DNS_NOERROR, 0, 0);
	assert_int_equal(get(c, msg, sizeof(msg)), DNS_HEADER + 17);
	assert_memory_equal(msg, "\x12\x34\x81\x80", 4); /* the client's id, AA clear, RA set */

	ask(c, "spoofed.org", 2);
	resolve(r, DNS_NOERROR, 0x0100, 0);
	expect(c, "spoofed.org", 2, DNS_NOERROR, 0);
	assert_int_equal(dns_stats(dns)->mismatch, 1);

	ask(c, "long.org", 3);
	resolve(r, DNS_NOERROR, 0, 600);
	assert_int_equal(get(c, msg, sizeof(msg)), DNS_HEADER + 14);
	assert_true(msg[2] & 2); /* TC */
	assert_int_equal(dns_stats(dns)->answered, 3);
}

/* An isolated network: nothing goes to the host's resolvers, but a domain does to its own, at a port of its own. */
static void domains_have_their_own_resolvers(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int host = bound(FIRST, 53, SOCK_DGRAM);
	AUTO(fd_close) int corp = bound(FIRST, 5353, SOCK_DGRAM);
	AUTO(fd_close) int second = bound(SECOND, 53, SOCK_DGRAM);
	struct dns_forwarder forwarders[] = { { "corp.test", ip_of(FIRST), 5353 }, { "corp.test", ip_of(SECOND), 0 } };
	struct dns_scope scope = { .uuid = net, .network = "net", .forwarders = forwarders, .n_forwarders = 2 };

	(void)state;
	assert_int_equal(dns_serve(dns, &scope, NULL, NULL, 0), 0);
	ask(c, "www.corp.test", 1);
	resolve(corp, DNS_NOERROR, 0, 0);
	expect(c, "www.corp.test", 1, DNS_NOERROR, 0);
	ask(c, "example.org", 2);
	expect(c, "example.org", 2, DNS_REFUSED, 0);

	fd_close(TAKE_FD(corp)); /* in order: the next when the first is dead, and the first again when it is back */
	ask(c, "www.corp.test", 3);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "www.corp.test", 3, DNS_NOERROR, 0);
	corp = bound(FIRST, 5353, SOCK_DGRAM);
	ask(c, "www.corp.test", 4);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "www.corp.test", 4, DNS_NOERROR, 0);
	dns_set_resolvers(dns, NULL, 0); /* the host's network has changed: who was silent may not be now */
	ask(c, "www.corp.test", 5);
	resolve(corp, DNS_NOERROR, 0, 0);
	expect(c, "www.corp.test", 5, DNS_NOERROR, 0);
	assert_false(turn(host, 10));
}

/* The scope changes while a query is in flight: it goes on to those it was meant for. */
static void a_query_keeps_its_resolvers(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int first = bound(FIRST, 53, SOCK_DGRAM);
	AUTO(fd_close) int second = bound(SECOND, 53, SOCK_DGRAM);
	struct dns_forwarder forwarders[] = { { "", ip_of(FIRST), 0 }, { "", ip_of(SECOND), 0 } };
	struct dns_scope scope = { .uuid = net, .network = "net", .forwarders = forwarders, .n_forwarders = 2 };
	struct dns_scope bare = { .uuid = net, .network = "net" };

	(void)state;
	dns_set_resolvers(dns, NULL, 0);
	dns_serve(dns, &scope, NULL, NULL, 0);
	ask(c, "example.org", 1);
	assert_true(turn(first, 1000));
	dns_serve(dns, &bare, NULL, NULL, 0);
	resolve(first, DNS_SERVFAIL, 0, 0);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.org", 1, DNS_NOERROR, 0);
	ask(c, "example.org", 2);
	expect(c, "example.org", 2, DNS_REFUSED, 0);
}

static void silent_resolver_is_followed_by_the_next(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int first = bound(FIRST, 53, SOCK_DGRAM);
	AUTO(fd_close) int second = bound(SECOND, 53, SOCK_DGRAM);
	int64_t begin = now_ms();

	(void)state;
	ask(c, "example.org", 1);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.org", 1, DNS_NOERROR, 0);
	assert_in_range(now_ms() - begin, DNS_STEP_MS - 10, DNS_STEP_MS + 500);
	assert_int_equal(dns_stats(dns)->late, 1);

	begin = now_ms(); /* from now on the second goes first */
	ask(c, "example.net", 2);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.net", 2, DNS_NOERROR, 0);
	assert_in_range(now_ms() - begin, 0, 500);

	begin = now_ms(); /* both are silent; the late answer of the second still counts */
	ask(c, "example.com", 3);
	assert_false(turn(c, DNS_STEP_MS + 100));
	assert_true(turn(first, 10));
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.com", 3, DNS_NOERROR, 0);
}

static void dead_resolvers_cost_no_time(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int second = bound(SECOND, 53, SOCK_DGRAM);
	int64_t begin = now_ms();

	(void)state;
	ask(c, "example.org", 1); /* nobody listens at the first */
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.org", 1, DNS_NOERROR, 0);
	fd_close(TAKE_FD(second));
	ask(c, "example.org", 2);
	expect(c, "example.org", 2, DNS_SERVFAIL, 0);
	assert_in_range(now_ms() - begin, 0, 500);
	assert_int_equal(dns_stats(dns)->failed, 1);
}

static void resolvers_that_refuse_are_not_the_last_word(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int first = bound(FIRST, 53, SOCK_DGRAM);
	AUTO(fd_close) int second = bound(SECOND, 53, SOCK_DGRAM);

	(void)state;
	ask(c, "example.org", 1);
	resolve(first, DNS_SERVFAIL, 0, 0);
	resolve(second, DNS_NOERROR, 0, 0);
	expect(c, "example.org", 1, DNS_NOERROR, 0);
	ask(c, "example.net", 2);
	resolve(first, DNS_REFUSED, 0, 0);
	resolve(second, DNS_SERVFAIL, 0, 0);
	expect(c, "example.net", 2, DNS_SERVFAIL, 0);
}

static void nobody_to_ask(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	struct ip own = ip_of(SERVER);

	(void)state;
	dns_set_resolvers(dns, NULL, 0);
	ask(c, "example.org", 1);
	expect(c, "example.org", 1, DNS_SERVFAIL, 0);
	dns_set_resolvers(dns, &own, 1); /* would be a loop */
	ask(c, "example.org", 2);
	expect(c, "example.org", 2, DNS_SERVFAIL, 0);
	assert_int_equal(dns_stats(dns)->queries, 2);
}

static void one_client_does_not_take_all(void **state)
{
	AUTO(fd_close) int c = client(SOCK_DGRAM);
	AUTO(fd_close) int first = bound(FIRST, 53, SOCK_DGRAM);

	(void)state, (void)first; /* there, but silent */
	for (uint16_t i = 0; i <= DNS_IN_FLIGHT_CLIENT; i++)
		ask(c, "example.org", i);
	expect(c, "example.org", DNS_IN_FLIGHT_CLIENT, DNS_SERVFAIL, 0);
	assert_int_equal(dns_stats(dns)->limited, 1);
	dns_stop(dns, &net); /* with all of them in flight */
	turn(-1, 20);
	serve(true);
	ask(c, "one", 1);
	expect(c, "one", 1, DNS_NOERROR, 1);
}

/* A guest that forges addresses has no more than its network's share. */
static void one_network_does_not_take_all(void **state)
{
	AUTO(fd_close) int first = bound(FIRST, 53, SOCK_DGRAM);

	(void)state, (void)first; /* there, but silent */
	for (uint16_t i = 0; i < DNS_IN_FLIGHT_SOCKET + 10; i++) {
		char addr[IP_TEXT];

		snprintf(addr, sizeof(addr), "127.0.3.%u", i % 250 + 1);
		AUTO(fd_close) int c = client_at(addr, SOCK_DGRAM);

		ask(c, "example.org", i);
		turn(-1, i % 50 ? 0 : 5); /* the socket's queue does not hold all */
	}
	turn(-1, 50);
	assert_int_equal(dns_stats(dns)->forwarded, DNS_IN_FLIGHT_SOCKET + 10);
	assert_int_equal(dns_stats(dns)->limited, 10);
}

static void tcp_queries_may_follow_each_other(void **state)
{
	AUTO(fd_close) int c = client(SOCK_STREAM);
	uint8_t out[1024], in[1024];
	size_t len = frame(out, "one", 1), got = 0;

	(void)state;
	len += frame(out + len, "one.m1.test", 2);
	turn(-1, 20);
	assert_int_equal(send(c, out, len - 3, 0), len - 3); /* one and a piece */
	turn(-1, 20);
	assert_int_equal(send(c, out + len - 3, 3, 0), 3);
	while (got < len + 2 * 16)
		got += get(c, in + got, sizeof(in) - got);
	assert_int_equal(got, len + 2 * 16);
	assert_memory_equal(in + 2, "\0\1", 2);
	assert_memory_equal(in + 2 + 21 + 16 + 2, "\0\2", 2);
}

static void tcp_goes_on_by_tcp(void **state)
{
	AUTO(fd_close) int c = client(SOCK_STREAM);
	AUTO(fd_close) int listener = bound(FIRST, 53, SOCK_STREAM);
	uint8_t out[512], msg[3000] = { 0 };
	size_t len = frame(out, "example.org", 0x55), got = 0;

	(void)state;
	turn(-1, 20);
	assert_int_equal(send(c, out, len, 0), len);
	shutdown(c, SHUT_WR); /* he still gets his answer */
	assert_true(turn(listener, 1000));
	AUTO(fd_close) int r = accept(listener, NULL, NULL);

	assert_int_equal(get(r, msg, sizeof(msg)), len);
	msg[0] = (sizeof(msg) - 2) >> 8;
	msg[1] = (sizeof(msg) - 2) & 0xff;
	msg[4] |= 0x80;
	assert_int_equal(send(r, msg, 1000, 0), 1000);
	turn(-1, 20);
	assert_int_equal(send(r, msg + 1000, 2000, 0), 2000);
	while (got < sizeof(msg))
		got += get(c, msg + got, sizeof(msg) - got);
	assert_memory_equal(msg + 2, "\0\x55\x81\x80", 4);
	assert_int_equal(get(c, out, sizeof(out)), 0); /* closed, as he has closed */
}

static void tcp_is_limited(void **state)
{
	int c[DNS_TCP_CONNS_CLIENT + 1];
	uint8_t b[8192] = { 0xff, 0xff };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		c[i] = client(SOCK_STREAM);
	assert_int_equal(get(c[ARRAY_SIZE(c) - 1], b, 1), 0); /* one too many: closed */
	assert_int_equal(dns_stats(dns)->limited, 1);
	assert_false(turn(c[0], 50));
	assert_int_equal(send(c[0], "\xff\xff", 2, 0), 2); /* a query nobody needs */
	assert_int_equal(get(c[0], b, 1), 0);
	assert_int_equal(send(c[1], "\0\1x", 3, 0), 3); /* no query at all */
	assert_int_equal(get(c[1], b, 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		fd_close(c[i]);
	turn(-1, 50);
	AUTO(fd_close) int again = client(SOCK_STREAM);

	assert_false(turn(again, 50));
}

static bool enter_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	AUTO(fd_close) int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(local_names_by_udp),
		TEST(forwarded_and_passed_on),
		TEST(domains_have_their_own_resolvers),
		TEST(a_query_keeps_its_resolvers),
		TEST(silent_resolver_is_followed_by_the_next),
		TEST(dead_resolvers_cost_no_time),
		TEST(resolvers_that_refuse_are_not_the_last_word),
		TEST(nobody_to_ask),
		TEST(one_client_does_not_take_all),
		TEST(one_network_does_not_take_all),
		TEST(tcp_queries_may_follow_each_other),
		TEST(tcp_goes_on_by_tcp),
		TEST(tcp_is_limited),
	};
#undef TEST

	if (!enter_namespace()) {
		puts("dns/engine: skipped: no network namespace may be made here");
		return 0;
	}
	return cmocka_run_group_tests_name("dns/engine", tests, NULL, NULL);
}
