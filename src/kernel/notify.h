/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/notify.h - inside kernel/: a socket that hears what rtnetlink tells of its own accord. */
#pragma once
#include <sys/types.h>

#include "base/err.h"

/* A descriptor that does not block and hears these groups (RTNLGRP_*), with room for so many bytes that nobody has read
 * yet; or -1. */
int notify_open(const int *groups, size_t n, int room, struct err *e);
/* The bytes of the next messages; 0: no more now; -ENOBUFS: some were lost; else -errno. */
ssize_t notify_read(int fd, void *buf, size_t size);
