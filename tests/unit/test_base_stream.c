/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/stream.h"

enum { MAX_FRAME = 100000 };

/* A stream, and the bare other end of its socket. */
static struct stream *make(int *peer)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	*peer = fd[1];
	return stream_new(fd[0], MAX_FRAME);
}

static void fill_all(struct stream *s)
{
	for (int i = 0; i < 100 && stream_fill(s) == 0; i++)
		;
}

static void frames_arrive_byte_by_byte(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0, 6, 'a', 'b', 0, 0, 0, 4, 0, 0, 0, 5, 'c' };
	AUTO(fd_close) int peer = -1;
	AUTO(stream_free) struct stream *s = make(&peer);
	char got[64] = "";
	struct view v;

	(void)state;
	assert_int_equal(stream_fill(s), -EAGAIN);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_int_equal(write(peer, &bytes[i], 1), 1);
		assert_int_equal(stream_fill(s), 0);
		while (stream_peek(s, &v) == 1) {
			strncat(got, (const char *)v.p, v.len);
			strcat(got, ";");
			assert_int_equal(stream_consume(s, NULL, 0), 1);
		}
	}
	assert_string_equal(got, "ab;;c;");
	close(peer);
	peer = -1;
	assert_int_equal(stream_fill(s), -ENODATA);
}

static void a_length_beyond_the_limit_ends_it(void **state)
{
	static const struct {
		uint8_t word[4];
		int want;
	} cases[] = {
		{ { 0, 0, 0, 0 }, -EBADMSG },
		{ { 0, 0, 0, 3 }, -EBADMSG },
		{ { 0, 0, 0, 4 }, 1 },
		{ { 0, 1, 0x86, 0xa0 }, 0 }, /* MAX_FRAME */
		{ { 0, 1, 0x86, 0xa1 }, -EBADMSG },
		{ { 0xff, 0xff, 0xff, 0xff }, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(fd_close) int peer = -1;
		AUTO(stream_free) struct stream *s = make(&peer);
		struct view v;

		assert_int_equal(write(peer, cases[i].word, 4), 4);
		fill_all(s);
		if (stream_peek(s, &v) != cases[i].want)
			fail_msg("row %zu: %d", i, stream_peek(s, &v));
	}
}

static void descriptors_follow_their_frame(void **state)
{
	AUTO(fd_close) int peer = -1;
	AUTO(stream_free) struct stream *s = make(&peer);
	AUTO(stream_free) struct stream *t = stream_new(TAKE_FD(peer), MAX_FRAME);
	struct stat want[2], got;
	struct view v;
	int fds[2], out[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		fds[i] = open(i ? "/dev/null" : "/dev/zero", O_RDONLY | O_CLOEXEC);
		assert_int_equal(fstat(fds[i], &want[i]), 0);
	}
	stream_put(s, "first", 5, fds, 2);
	stream_put(s, "second", 6, NULL, 0);
	assert_int_equal(stream_queued(s), 9 + 2 + 10);
	assert_int_equal(stream_flush(s), 0);
	assert_int_equal(stream_queued(s), 0);
	assert_int_equal(fcntl(fds[0], F_GETFD), -1); /* the stream's, and gone */
	fill_all(t);
	assert_int_equal(stream_peek(t, &v), 1);
	assert_memory_equal(v.p, "first", 5);
	assert_int_equal(stream_consume(t, out, 2), 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fstat(out[i], &got), 0);
		assert_int_equal(got.st_rdev, want[i].st_rdev);
		assert_true(fcntl(out[i], F_GETFD) & FD_CLOEXEC);
		close(out[i]);
	}
	fill_all(t);
	assert_int_equal(stream_peek(t, &v), 1);
	assert_memory_equal(v.p, "second", 6);
	assert_int_equal(stream_consume(t, out, 1), 0); /* its descriptor has not come */
	assert_int_equal(stream_consume(t, out, STREAM_FDS_MAX + 1), -EBADMSG);
	assert_int_equal(stream_consume(t, NULL, 0), 1);
}

static void announced_descriptors_must_come(void **state)
{
	AUTO(fd_close) int peer = -1;
	AUTO(stream_free) struct stream *s = make(&peer);
	struct view v;
	int out[1];

	(void)state;
	assert_int_equal(write(peer, "\0\0\0\5xy", 6), 6); /* y stands where a descriptor should */
	fill_all(s);
	assert_int_equal(stream_peek(s, &v), 1);
	assert_int_equal(stream_consume(s, out, 1), -EBADMSG);
}

/* More than a socket takes at once waits, and arrives whole and in order. */
static void what_the_socket_cannot_take_waits(void **state)
{
	enum { N = 50 };
	AUTO(fd_close) int peer = -1;
	AUTO(stream_free) struct stream *s = make(&peer);
	AUTO(stream_free) struct stream *t = stream_new(TAKE_FD(peer), MAX_FRAME);
	AUTO(mem_drop) uint8_t *body = mem_array(MAX_FRAME - 4, 1);
	struct view v;
	int seen = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		memset(body, i, MAX_FRAME - 4);
		stream_put(s, body, MAX_FRAME - 4, NULL, 0);
	}
	assert_int_equal(stream_flush(s), -EAGAIN);
	assert_true(stream_queued(s) > 0);
	for (int turn = 0; turn < 100000 && seen < N; turn++) {
		stream_fill(t);
		if (stream_peek(t, &v) == 1) {
			assert_int_equal(v.len, MAX_FRAME - 4);
			assert_true(v.p[0] == seen && v.p[v.len - 1] == seen);
			assert_int_equal(stream_consume(t, NULL, 0), 1);
			seen++;
		}
		stream_flush(s);
	}
	assert_int_equal(seen, N);
	assert_int_equal(stream_queued(s), 0);
}

static void a_dead_listener_is_replaced_a_living_one_not(void **state)
{
	char folder[] = "/tmp/vnet-test-stream-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	AUTO(mem_drop) char *path = mem_printf("%s/sock", folder);
	AUTO(mem_drop) char *too_long = mem_printf("%s/%0200d", folder, 0);
	struct stat st;

	assert_int_equal(stream_connect(path), -ENOENT);
	for (int i = 0; i < 2; i++) {
		AUTO(fd_close) int fd = stream_listen(path, 0660);
		AUTO(fd_close) int client = stream_connect(path);

		assert_true(fd >= 0 && client >= 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0660);
		assert_int_equal(stream_listen(path, 0660), -EADDRINUSE);
	}
	assert_int_equal(stream_connect(path), -ECONNREFUSED);
	assert_int_equal(stream_listen(too_long, 0660), -ENAMETOOLONG);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_arrive_byte_by_byte),
		cmocka_unit_test(a_length_beyond_the_limit_ends_it),
		cmocka_unit_test(descriptors_follow_their_frame),
		cmocka_unit_test(announced_descriptors_must_come),
		cmocka_unit_test(what_the_socket_cannot_take_waits),
		cmocka_unit_test(a_dead_listener_is_replaced_a_living_one_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
