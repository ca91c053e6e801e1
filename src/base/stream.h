/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/stream.h - framed messages over a UNIX stream socket, both ways, never blocking.
 * Frame   a 4-byte big-endian length that counts itself, then the body. Descriptors come behind the frame they
 *         belong to, each with one byte of its own (SCM_RIGHTS): libvirt's framing, used for our own messages too.
 * Owner   the stream owns its socket and every descriptor queued or not yet consumed.
 * Errors  0 or -errno, named per call. */
#pragma once
#include <stddef.h>

#include "base/mem.h"
#include "base/rd.h"

enum { STREAM_FDS_MAX = 32 };

struct stream;

struct stream *stream_new(int fd, size_t max_frame); /* takes fd, makes it non-blocking */
void stream_free(struct stream *s);
DEFINE_AUTO(struct stream *, stream_free)
int stream_fd(const struct stream *s);

/* Reads what has come, up to one frame and its descriptors ahead of what is consumed. 0: something may have come;
 * -EAGAIN: nothing there; -ENODATA: the peer closed; else the socket's error. */
int stream_fill(struct stream *s);

/* The next whole frame's body, good until the next stream_ call. 1: there is one; 0: not yet;
 * -EBADMSG: a length below 4 or above max_frame, the connection is beyond repair. */
int stream_peek(const struct stream *s, struct view *ret);

/* Drops the frame that stream_peek showed and gives its `n` descriptors, now the caller's. 1: done; 0: they have not
 * all come yet, nothing was dropped; -EBADMSG: bytes without descriptors where descriptors were announced. */
int stream_consume(struct stream *s, int *fds, size_t n);

/* Queues a frame with this body. The descriptors become the stream's. */
void stream_put(struct stream *s, const void *body, size_t len, const int *fds, size_t n);

/* Sends what is queued. 0: all gone; -EAGAIN: the rest waits for the socket; else the socket's error. */
int stream_flush(struct stream *s);
size_t stream_queued(const struct stream *s); /* bytes that wait */

/* A listening UNIX stream socket at `path` (a stale file is removed) with this mode; a descriptor or -errno.
 * -EADDRINUSE: somebody listens there. */
int stream_listen(const char *path, unsigned mode);
int stream_connect(const char *path); /* a connected descriptor, or -errno */
