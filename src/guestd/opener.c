/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/log.h"
#include "guestd/sandbox.h"

enum { BURST = 64, CHILD_FD = 3 };

struct question {
	uint64_t number;
	char path[OPENER_PATH_MAX];
};

struct answer {
	uint64_t number;
	int32_t error; /* errno, or 0: a descriptor comes along */
};

struct guestd_opener {
	int fd;
	sd_event_source *source;
	guestd_opener_answer *answer;
	void *arg;
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

/* One message with or without a descriptor. */
static ssize_t put(int sock, void *what, size_t len, int fd)
{
	union control c = { 0 };
	struct iovec iov = { what, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		m.msg_control = c.buf;
		m.msg_controllen = sizeof(c.buf);
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);

		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	}
	return sendmsg(sock, &m, MSG_NOSIGNAL);
}

/* The bytes read, 0 at the end, -1. *ret_fd: the descriptor that came along, or -1. */
static ssize_t get(int sock, void *what, size_t len, int *ret_fd)
{
	union control c = { 0 };
	struct iovec iov = { what, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = c.buf, .msg_controllen = sizeof(c.buf) };
	ssize_t n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*ret_fd = -1;
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(ret_fd, CMSG_DATA(h), sizeof(*ret_fd));
	return n;
}

/* --- the other process --- */

static int open_beneath(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, /* a fifo there must not stop us */
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static __attribute__((noreturn)) void serve_parent(int sock)
{
	struct question q;
	int root;

	while (get(sock, &q, sizeof(q), &root) == sizeof(q)) {
		q.path[sizeof(q.path) - 1] = '\0';
		int fd = root < 0 ? -EBADF : open_beneath(root, q.path);
		struct answer a = { .number = q.number, .error = fd < 0 ? -fd : 0 };

		put(sock, &a, sizeof(a), fd);
		fd_close(root);
		if (fd >= 0)
			fd_close(fd);
	}
	_exit(0);
}

int guestd_opener_start(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e;

		prctl(PR_SET_NAME, "vnet-opener"); /* in ps(1) */
		if (dup2(pair[1], CHILD_FD) != CHILD_FD || close_range(CHILD_FD + 1, ~0U, 0) < 0 ||
		    guestd_lock_opener(&e) < 0)
			_exit(1);
		serve_parent(CHILD_FD);
	}
	int r = pid < 0 ? -errno : 0;

	fd_close(pair[1]);
	if (r < 0) {
		fd_close(pair[0]);
		return r;
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	return pair[0];
}

/* --- ours --- */

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct guestd_opener *o = arg;
	struct answer a;

	(void)source, (void)events;
	for (int i = 0; i < BURST; i++) {
		int file;
		ssize_t n = get(fd, &a, sizeof(a), &file);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n != sizeof(a)) {
			fd_close(file);
			log_error("guestd: the process that opens files for TFTP is gone");
			o->source = sd_event_source_disable_unref(o->source);
			return 0;
		}
		o->answer(o->arg, a.number, a.error ? -a.error : file);
	}
	return 0;
}

int guestd_opener_open(struct sd_event *loop, int fd, guestd_opener_answer *answer, void *arg,
		       struct guestd_opener **ret)
{
	struct guestd_opener *o = mem_new(struct guestd_opener);

	o->fd = fd;
	o->answer = answer;
	o->arg = arg;
	int r = sd_event_add_io(loop, &o->source, fd, EPOLLIN, on_readable, o);

	if (r < 0) {
		guestd_opener_free(o);
		return r;
	}
	*ret = o;
	return 0;
}

void guestd_opener_free(struct guestd_opener *o)
{
	if (!o)
		return;
	sd_event_source_disable_unref(o->source);
	fd_close(o->fd);
	mem_drop(o);
}

void guestd_opener_ask(struct guestd_opener *o, uint64_t number, int root, const char *path)
{
	struct question q = { .number = number };

	if (strlen(path) >= sizeof(q.path)) {
		o->answer(o->arg, number, -ENAMETOOLONG);
		return;
	}
	memcpy(q.path, path, strlen(path));
	if (put(o->fd, &q, sizeof(q), root) < 0)
		o->answer(o->arg, number, -errno);
}
