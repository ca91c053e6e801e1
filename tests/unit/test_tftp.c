/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tftp: requests by the RFCs; a transfer against a client that loses packets; the server on a loopback socket with the
 * process that opens files. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wr.h"
#include "guestd/opener.h"
#include "tftp/io.h"
#include "tftp/transfer.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

#define BYTES(s)                                                                                                       \
	{                                                                                                              \
		(const uint8_t *)(s), sizeof(s) - 1                                                                    \
	}

static const struct {
	const char *name;
	struct view in;
	int want;
	unsigned block, window, timeout_s;
	bool size;
} requests[] = {
	{ "RFC 1350 s.5: a file", BYTES("\0\1a\0octet\0"), .want = 0 },
	{ "RFC 1350 s.5: any case", BYTES("\0\1a\0OcTeT\0"), .want = 0 },
	{ "RFC 1350 s.1: text", BYTES("\0\1a\0netascii\0"), .want = -EOPNOTSUPP },
	{ "RFC 1350 s.5: to write", BYTES("\0\2a\0octet\0"), .want = -EACCES },
	{ "RFC 1350 s.5: an ACK", BYTES("\0\4\0\1"), .want = -EBADMSG },
	{ "no name", BYTES("\0\1\0octet\0"), .want = -EBADMSG },
	{ "no mode", BYTES("\0\1a\0"), .want = -EBADMSG },
	{ "a mode without an end", BYTES("\0\1a\0octet"), .want = -EBADMSG },
	{ "nothing", BYTES(""), .want = -EBADMSG },
	{ "RFC 2348: a block", BYTES("\0\1a\0octet\0blksize\0001024\0"), .block = 1024 },
	{ "RFC 2348: larger than a frame", BYTES("\0\1a\0octet\0BLKSIZE\00065464\0"), .block = TFTP_BLOCK_MOST },
	{ "RFC 2348 s.2: too small", BYTES("\0\1a\0octet\0blksize\0007\0"), .want = 0 },
	{ "RFC 2349: size and timeout", BYTES("\0\1a\0octet\0tsize\0000\0timeout\0003\0"), .timeout_s = 3,
	  .size = true },
	{ "RFC 2349 s.2: too long", BYTES("\0\1a\0octet\0timeout\000256\0"), .want = 0 },
	{ "RFC 7440: a window", BYTES("\0\1a\0octet\0windowsize\0008\0"), .window = 8 },
	{ "RFC 7440: of all there is", BYTES("\0\1a\0octet\0windowsize\00065535\0"), .window = TFTP_WINDOW_MOST },
	{ "no number", BYTES("\0\1a\0octet\0blksize\0001o24\0windowsize\0-1\0"), .want = 0 },
	{ "an option without a value", BYTES("\0\1a\0octet\0blksize\0"), .want = 0 },
	{ "RFC 2347 s.2: unknown ones are left out", BYTES("\0\1a\0octet\0multicast\0\0blksize\000512\0"),
	  .block = 512 },
};

static void requests_follow_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct tftp_request r;

		if (tftp_parse_request(&r, requests[i].in, TFTP_BLOCK_MOST) != requests[i].want)
			fail_msg("%s", requests[i].name);
		if (r.block != requests[i].block || r.window != requests[i].window ||
		    r.timeout_s != requests[i].timeout_s || r.size != requests[i].size)
			fail_msg("%s: block %u, window %u, timeout %u", requests[i].name, r.block, r.window,
				 r.timeout_s);
	}
}

static struct view ack(uint8_t out[4], uint16_t block)
{
	struct wr w = wr_make(out, 4);

	wr_be16(&w, 4);
	wr_be16(&w, block);
	return (struct view){ out, 4 };
}

static const struct {
	const char *name;
	unsigned block, window;
	uint64_t size;
	unsigned lose; /* every n-th packet of either side; 0: none */
} files[] = {
	{ "an empty one", 512, 1, 0, 0 },
	{ "a full block needs an empty one behind it", 512, 1, 512, 0 },
	{ "some blocks", 512, 1, 5000, 0 },
	{ "losses", 512, 1, 50000, 3 },
	{ "a window", 1468, 8, 100000, 0 },
	{ "a window, losses", 1468, 8, 100000, 5 },
	{ "a window larger than the file", 1468, 32, 3000, 7 },
	{ "more than 65535 blocks", 8, 32, 70000 * 8 + 3, 1001 },
};

/* A client by RFC 7440 s.4: acknowledges the last of a window, and the last good one before a gap. */
static void files_arrive_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct tftp_request r = { .block = files[i].block, .window = files[i].window };
		struct transfer t;
		enum transfer_verdict v = transfer_start(&t, &r, files[i].size);
		uint64_t have = 0, bytes = 0, packets = 0, rounds = 0;
		uint8_t out[4];

		for (; v == TRANSFER_SEND && rounds < 1000000; rounds++) {
			uint64_t first = transfer_first(&t), last = t.greeting ? 0 : transfer_last(&t);
			bool heard = t.greeting;

			for (uint64_t n = first; n <= last; n++) {
				if (files[i].lose && ++packets % files[i].lose == 0)
					continue;
				heard = true;
				if (n != have + 1)
					continue;
				have = n;
				bytes += transfer_length(&t, n);
			}
			if (!heard || (files[i].lose && ++packets % files[i].lose == 0))
				v = transfer_timeout(&t);
			else
				v = transfer_packet(&t, ack(out, (uint16_t)have));
			if (v == TRANSFER_WAIT)
				v = transfer_timeout(&t);
		}
		if (v != TRANSFER_DONE || bytes != files[i].size)
			fail_msg("%s: verdict %d after %llu bytes", files[i].name, v, (unsigned long long)bytes);
	}
}

static void strange_answers_change_nothing(void **state)
{
	static const struct tftp_request r = { .window = 4 };
	struct transfer t;
	uint8_t out[4];

	(void)state;
	transfer_start(&t, &r, 100000);
	assert_int_equal(transfer_packet(&t, ack(out, 1)), TRANSFER_WAIT); /* before the OACK's */
	assert_int_equal(transfer_packet(&t, ack(out, 0)), TRANSFER_SEND);
	transfer_last(&t);
	assert_int_equal(transfer_packet(&t, ack(out, 5)), TRANSFER_WAIT); /* never sent */
	assert_int_equal(transfer_packet(&t, (struct view)BYTES("\0\4\0")), TRANSFER_WAIT);
	assert_int_equal(transfer_packet(&t, (struct view)BYTES("\0\3\0\1x")), TRANSFER_WAIT);
	assert_int_equal(transfer_packet(&t, ack(out, 2)), TRANSFER_SEND);
	assert_int_equal(transfer_first(&t), 3);
	assert_int_equal(transfer_packet(&t, ack(out, 2)), TRANSFER_SEND); /* 3 was lost */
	assert_int_equal(transfer_packet(&t, ack(out, 2)), TRANSFER_WAIT); /* and no storm of repetitions */
	assert_int_equal(transfer_packet(&t, ack(out, 1)), TRANSFER_WAIT); /* late */
	assert_int_equal(transfer_packet(&t, (struct view)BYTES("\0\5\0\0x\0")), TRANSFER_GONE);
	for (int i = 1; i < TRANSFER_TRIES; i++)
		assert_int_equal(transfer_timeout(&t), TRANSFER_SEND);
	assert_int_equal(transfer_timeout(&t), TRANSFER_GONE);
}

/* --- with sockets --- */

static char folder[] = "/tmp/test_tftp.XXXXXX";
static sd_event *loop;
static struct tftp *tftp;
static struct guestd_opener *opener;
static struct sockaddr_in server = { .sin_family = AF_INET };

static void ask(void *arg, uint64_t number, int root, const char *path)
{
	(void)arg;
	guestd_opener_ask(opener, number, root, path);
}

static void opened(void *arg, uint64_t number, int fd)
{
	(void)arg;
	tftp_opened(tftp, number, fd);
}

static int make_server(void **state)
{
	AUTO(mem_drop) char *sh = NULL;
	socklen_t len = sizeof(server);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), to_opener = guestd_opener_start();

	(void)state;
	assert_non_null(mkdtemp(folder));
	sh = mem_printf(
	    "cd %s && mkdir -p root/dir && echo secret >outside && printf hello >root/a && cp root/a root/dir/b && "
	    "ln -s ../../outside root/dir/out && ln -s dir/b root/in && ln -s /etc/passwd root/abs && "
	    "mkfifo root/fifo && head -c 100000 /dev/urandom >root/big",
	    folder);
	assert_int_equal(system(sh), 0);
	AUTO(mem_drop) char *root = mem_printf("%s/root", folder);

	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(to_opener >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&server, sizeof(server)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&server, &len), 0);
	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(guestd_opener_open(loop, to_opener, opened, NULL, &opener), 0);
	assert_int_equal(tftp_open(loop, ask, NULL, &tftp), 0);
	return tftp_serve(tftp, &(struct uuid){ "u" }, "test", open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), &fd, 1, 0);
}

static int end_server(void **state)
{
	AUTO(mem_drop) char *rm = mem_printf("rm -rf %s", folder);

	(void)state;
	tftp_free(tftp);
	guestd_opener_free(opener);
	sd_event_unref(loop);
	return system(rm);
}

/* The server's next packet. */
static ssize_t next(int fd, uint8_t *out, size_t size, struct sockaddr_in *from)
{
	for (int i = 0; i < 2000; i++) {
		socklen_t len = sizeof(*from);
		ssize_t n = recvfrom(fd, out, size, MSG_DONTWAIT, (struct sockaddr *)from, &len);

		if (n >= 0)
			return n;
		sd_event_run(loop, 1000);
	}
	return -1;
}

/* Fetches what the request says, by windows of this size: the bytes, or minus the code of the error less one. */
static int fetch(struct view request, unsigned window, uint8_t *out, size_t size)
{
	AUTO(fd_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t have = 0, block = 512;
	uint16_t expected = 1;
	ssize_t n;

	sendto(fd, request.p, request.len, 0, (struct sockaddr *)&server, sizeof(server));
	for (struct sockaddr_in from;;) {
		uint8_t in[2000], reply[4];

		n = next(fd, in, sizeof(in), &from);
		assert_true(n >= 4);
		size_t len = (size_t)n - 4;

		if (in[1] == 5)
			return -1 - in[3];
		if (in[1] == 6)
			block = TFTP_BLOCK_MOST;
		if (in[1] == 3) {
			if ((in[2] << 8 | in[3]) != expected)
				continue;
			assert_true(have + len <= size);
			memcpy(out + have, in + 4, len);
			have += len;
			expected++;
		}
		if (in[1] == 3 && len == block && (expected - 1) % window)
			continue;
		struct view a = ack(reply, (uint16_t)(expected - 1));

		sendto(fd, a.p, a.len, 0, (struct sockaddr *)&from, sizeof(from));
		for (int i = 0; i < 5 && in[1] == 3 && len < block; i++)
			sd_event_run(loop, 1000); /* the server hears it, too */
		if (in[1] == 3 && len < block)
			return (int)have;
	}
}

static const struct {
	const char *path;
	int want;
} paths[] = {
	{ "a", 5 },
	{ "/a", 5 },
	{ "dir\\b", 5 },
	{ "dir/../a", 5 },
	{ "in", 5 },
	{ "../outside", -1 - TFTP_ERR_ACCESS },
	{ "dir/out", -1 - TFTP_ERR_ACCESS },
	{ "abs", -1 - TFTP_ERR_ACCESS },
	{ "dir", -1 - TFTP_ERR_ACCESS },
	{ "fifo", -1 - TFTP_ERR_ACCESS },
	{ "/", -1 - TFTP_ERR_NOT_FOUND },
	{ "a/b", -1 - TFTP_ERR_NOT_FOUND },
	{ "nothing", -1 - TFTP_ERR_NOT_FOUND },
};

static void only_what_is_below_the_root(void **state)
{
	uint8_t got[1000];

	(void)state;
	if (SANITIZED) {
		print_message("skip: a sanitizer makes system calls of its own, which the sandbox refuses\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		uint8_t q[100];
		struct wr w = wr_make(q, sizeof(q));

		wr_be16(&w, 1);
		wr_bytes(&w, paths[i].path, strlen(paths[i].path) + 1);
		wr_bytes(&w, "octet", 6);
		int r = fetch((struct view){ q, wr_len(&w) }, 1, got, sizeof(got));

		if (r != paths[i].want || (r == 5 && memcmp(got, "hello", 5) != 0))
			fail_msg("%s: got %d", paths[i].path, r);
	}
	assert_int_equal(fetch((struct view)BYTES("\0\2a\0octet\0"), 1, got, sizeof(got)), -1 - TFTP_ERR_ACCESS);
	assert_int_equal(fetch((struct view)BYTES("\0\1a\0netascii\0"), 1, got, sizeof(got)), -1 - TFTP_ERR_ILLEGAL);
}

static void a_large_file_with_a_window(void **state)
{
	static uint8_t got[100001], want[100001];

	(void)state;
	if (SANITIZED)
		skip();
	AUTO(mem_drop) char *path = mem_printf("%s/root/big", folder);
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(read(fd, want, sizeof(want)), 100000);
	assert_int_equal(fetch((struct view)BYTES("\0\1big\0octet\0blksize\0001468\0windowsize\0004\0tsize\0000\0"), 4,
			       got, sizeof(got)),
			 100000);
	assert_memory_equal(got, want, 100000);
}

/* A client that never acknowledges holds no more than its share, and others are served meanwhile. */
static void one_client_takes_only_its_share(void **state)
{
	static const struct view q = BYTES("\0\1big\0octet\0");
	struct sockaddr_in from;
	uint8_t in[2000];
	int fds[TFTP_OF_CLIENT_MAX + 2];

	(void)state;
	if (SANITIZED)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		for (int twice = 0; twice < 2; twice++) /* the second one counts as the same */
			sendto(fds[i], q.p, q.len, 0, (struct sockaddr *)&server, sizeof(server));
		if (i < TFTP_OF_CLIENT_MAX)
			assert_int_equal(next(fds[i], in, sizeof(in), &from), 516);
	}
	for (int i = 0; i < 50; i++)
		sd_event_run(loop, 1000);
	assert_int_equal(recv(fds[TFTP_OF_CLIENT_MAX], in, sizeof(in), MSG_DONTWAIT), -1);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fd_close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_follow_the_rfcs),       cmocka_unit_test(files_arrive_whole),
		cmocka_unit_test(strange_answers_change_nothing), cmocka_unit_test(only_what_is_below_the_root),
		cmocka_unit_test(a_large_file_with_a_window),     cmocka_unit_test(one_client_takes_only_its_share),
	};

	return cmocka_run_group_tests(tests, make_server, end_server);
}
