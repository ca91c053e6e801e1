/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/opener.h - a small process beside ours that opens files for TFTP.
 * Landlock keeps the process that reads guests' packets in the leases' folder, and what it has locked it can't open again
 * for a root that a network gets later. So another process, which reads nothing but a path of at most OPENER_PATH_MAX
 * bytes, opens it beneath the given folder (openat2(2), RESOLVE_BENEATH) for reading, and passes the descriptor back. */
#pragma once
#include <stdint.h>

#include "base/mem.h"

enum { OPENER_PATH_MAX = 256 };

struct sd_event;
struct guestd_opener;

/* Starts it: the socket to it, or -errno. To be called before guestd_lock. It ends when the socket is closed. */
int guestd_opener_start(void);

typedef void guestd_opener_answer(void *arg, uint64_t number, int fd);

/* Takes `fd`, also when it fails. `answer` gets a descriptor or -errno for each question. */
int guestd_opener_open(struct sd_event *loop, int fd, guestd_opener_answer *answer, void *arg,
		       struct guestd_opener **ret);
void guestd_opener_free(struct guestd_opener *o);
DEFINE_AUTO(struct guestd_opener *, guestd_opener_free)

/* `root` is borrowed. The answer comes later, or at once if it is a refusal. */
void guestd_opener_ask(struct guestd_opener *o, uint64_t number, int root, const char *path);
