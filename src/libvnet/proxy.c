/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

enum { CHUNK = 65536 };

/* 1: something was passed on; 0: the source has ended; or -errno. */
static int pass(int from, int to)
{
	char chunk[CHUNK];
	ssize_t n = read(from, chunk, sizeof(chunk));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (n == 0)
		return 0;
	int r = file_write_all(to, chunk, (size_t)n);

	return r < 0 ? r : 1;
}

/* Until the daemon has nothing more to say. When `in` ends the daemon is told, and its last answers still come. */
static int join(int daemon, int in, int out)
{
	struct pollfd p[] = { { .fd = daemon, .events = POLLIN }, { .fd = in, .events = POLLIN } };

	for (;;) {
		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			return -errno;
		int r = p[0].revents ? pass(daemon, out) : 1;

		if (r <= 0)
			return r;
		if (!p[1].revents)
			continue;
		r = pass(in, daemon);
		if (r < 0)
			return r;
		if (r == 0) {
			p[1].fd = -1; /* poll looks away */
			shutdown(daemon, SHUT_WR);
		}
	}
}

int vnet_proxy(const char *uri, unsigned flags, int in, int out, struct vnet_error *err)
{
	AUTO(mem_drop) char *path = NULL;

	if (conn_path(uri, flags, &path, err) < 0)
		return -1;
	AUTO(fd_close) int fd = conn_open_path(path, err);

	if (fd < 0)
		return -1;
	int r = join(fd, in, out);

	return r < 0 ? conn_error_sys(err, r, "pass on") : 0;
}
