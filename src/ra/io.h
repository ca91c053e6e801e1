/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ra/io.h - a network's raw ICMPv6 socket and timer.
 * Advertisements have to come from the bridge's link-local address (RFC 4861 s.4.2), which the kernel makes, and tests for
 * duplicates, only after the first port is up. Until then they wait.
 * Owner   an io owns its socket, borrows its server and, for what comes in, `d`. */
#pragma once
#include "base/dgram.h"
#include "ra/server.h"

struct ra_io;

/* Takes `fd`, a raw ICMPv6 socket bound to the bridge, also when it fails. -EPROTOTYPE: it is something else. */
int ra_io_open(struct sd_event *loop, int fd, const char *network, unsigned ifindex, struct ra_server *s,
	       struct dgram *d, struct ra_io **ret);
void ra_io_close(struct ra_io *io);
DEFINE_AUTO(struct ra_io *, ra_io_close)
void ra_io_configured(struct ra_io *io); /* the server has something new to say */
