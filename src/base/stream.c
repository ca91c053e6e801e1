/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LENGTH_WORD = 4, READ_AHEAD = 16384, BACKLOG = 1024, CHUNKS_AT_ONCE = 64 };

struct chunk { /* a piece of output: bytes, or one descriptor with its byte */
	struct chunk *next;
	int fd;
	size_t len, sent;
	uint8_t bytes[];
};

struct stream {
	int fd;
	size_t max_frame;
	uint8_t *in;
	size_t in_len, in_room;
	int fds[STREAM_FDS_MAX]; /* received, not yet consumed */
	size_t n_fds;
	struct chunk *out, **out_tail;
	size_t queued;
};

struct stream *stream_new(int fd, size_t max_frame)
{
	struct stream *s = mem_new(struct stream);

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	s->fd = fd;
	s->max_frame = max_frame;
	s->out_tail = &s->out;
	return s;
}

static void chunk_drop(struct stream *s)
{
	struct chunk *c = s->out;

	s->out = c->next;
	if (!s->out)
		s->out_tail = &s->out;
	s->queued -= c->len - c->sent;
	fd_close(c->fd);
	mem_drop(c);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	while (s->out)
		chunk_drop(s);
	for (size_t i = 0; i < s->n_fds; i++)
		fd_close(s->fds[i]);
	fd_close(s->fd);
	mem_drop(s->in);
	mem_drop(s);
}

int stream_fd(const struct stream *s)
{
	return s->fd;
}

static size_t frame_len(const struct stream *s)
{
	struct rd r = rd_make(s->in, s->in_len);

	return rd_be32(&r); /* 0 while the word is not whole */
}

/* Room for one read. The buffer grows with what has really come, never with what a length word claims. */
static void make_room(struct stream *s)
{
	if (s->in_room - s->in_len >= READ_AHEAD)
		return;
	size_t room = 2 * (s->in_len + READ_AHEAD);
	uint8_t *in = mem_array(1, room);

	if (s->in_len)
		memcpy(in, s->in, s->in_len);
	mem_drop(s->in);
	s->in = in;
	s->in_room = room;
}

static void keep_fds(struct stream *s, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (s->n_fds < STREAM_FDS_MAX)
				s->fds[s->n_fds++] = fd;
			else
				fd_close(fd);
		}
	}
}

int stream_fill(struct stream *s)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(STREAM_FDS_MAX * sizeof(int))];
	} control;

	if (s->in_len >= LENGTH_WORD && s->in_len >= frame_len(s) + STREAM_FDS_MAX)
		return 0; /* a frame waits already: leave the rest in the socket */
	make_room(s);
	struct iovec iov = { .iov_base = s->in + s->in_len, .iov_len = READ_AHEAD };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	ssize_t n = recvmsg(s->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	keep_fds(s, &msg);
	if (n == 0)
		return -ENODATA;
	s->in_len += (size_t)n;
	return 0;
}

int stream_peek(const struct stream *s, struct view *ret)
{
	if (s->in_len < LENGTH_WORD)
		return 0;
	size_t len = frame_len(s);

	if (len < LENGTH_WORD || len > s->max_frame)
		return -EBADMSG;
	if (s->in_len < len)
		return 0;
	*ret = (struct view){ .p = s->in + LENGTH_WORD, .len = len - LENGTH_WORD };
	return 1;
}

int stream_consume(struct stream *s, int *fds, size_t n)
{
	size_t used = frame_len(s) + n;

	if (n > STREAM_FDS_MAX)
		return -EBADMSG;
	if (s->in_len < used)
		return 0;
	if (s->n_fds < n)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		fds[i] = s->fds[i];
	s->n_fds -= n;
	memmove(s->fds, s->fds + n, s->n_fds * sizeof(*s->fds));
	s->in_len -= used;
	memmove(s->in, s->in + used, s->in_len);
	return 1;
}

static struct chunk *chunk_add(struct stream *s, size_t len, int fd)
{
	struct chunk *c = mem_zalloc(sizeof(*c) + len);

	c->len = len;
	c->fd = fd;
	*s->out_tail = c;
	s->out_tail = &c->next;
	s->queued += len;
	return c;
}

void stream_put(struct stream *s, const void *body, size_t len, const int *fds, size_t n)
{
	size_t whole = len + LENGTH_WORD;
	struct chunk *c = chunk_add(s, whole, -1);

	for (int i = 0; i < LENGTH_WORD; i++)
		c->bytes[i] = (uint8_t)(whole >> (24 - 8 * i));
	if (len)
		memcpy(c->bytes + LENGTH_WORD, body, len);
	for (size_t i = 0; i < n; i++)
		chunk_add(s, 1, fds[i]);
}

/* One with a descriptor goes alone. */
static ssize_t send_fd(struct stream *s, struct chunk *c)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = c->bytes + c->sent, .iov_len = c->len - c->sent };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control.buf)
	};

	control.align =
	    (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.align), &c->fd, sizeof(int));
	return sendmsg(s->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* As many as go together. */
static ssize_t send_chunks(struct stream *s)
{
	struct iovec iov[CHUNKS_AT_ONCE];
	struct msghdr msg = { .msg_iov = iov };

	if (s->out->fd >= 0)
		return send_fd(s, s->out);
	for (struct chunk *c = s->out; c && c->fd < 0 && msg.msg_iovlen < CHUNKS_AT_ONCE; c = c->next)
		iov[msg.msg_iovlen++] = (struct iovec){ c->bytes + c->sent, c->len - c->sent };
	return sendmsg(s->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void sent(struct stream *s, size_t n)
{
	while (n) {
		struct chunk *c = s->out;
		size_t of_it = n < c->len - c->sent ? n : c->len - c->sent;

		c->sent += of_it;
		s->queued -= of_it;
		n -= of_it;
		if (c->sent == c->len)
			chunk_drop(s);
	}
}

int stream_flush(struct stream *s)
{
	while (s->out) {
		ssize_t n = send_chunks(s);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		sent(s, (size_t)n);
	}
	return 0;
}

size_t stream_queued(const struct stream *s)
{
	return s->queued;
}

static int unix_socket(const char *path, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return -ENAMETOOLONG;
	strcpy(a->sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int stream_connect(const char *path)
{
	struct sockaddr_un a;
	AUTO(fd_close) int fd = unix_socket(path, &a);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int stream_listen(const char *path, unsigned mode)
{
	struct sockaddr_un a;
	AUTO(fd_close) int fd = unix_socket(path, &a);
	AUTO(fd_close) int probe = -1;

	if (fd < 0)
		return fd;
	probe = stream_connect(path);
	if (probe >= 0)
		return -EADDRINUSE;
	if (probe == -ECONNREFUSED) /* a file that a dead process left */
		unlink(path);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	if (chmod(path, mode) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return TAKE_FD(fd);
}
