/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/io.h - a network's UDP socket.
 * Owner   an io owns its socket, borrows its server and the outbox, which must outlive all ios.
 * Errors  0 or -errno. */
#pragma once
#include "base/dgram.h"
#include "dhcp6/server.h"

struct dhcp6_io;

/* Takes `fd`, a UDP socket bound to the bridge and port 547, also when it fails. -EPROTOTYPE: it is something else. */
int dhcp6_io_open(struct sd_event *loop, int fd, const char *network, struct dhcp6_server *s, struct dgram *d,
		  struct dhcp6_io **ret);
const uint64_t *dhcp6_io_counts(const struct dhcp6_io *io); /* how often each verdict was given */
void dhcp6_io_close(struct dhcp6_io *io);                   /* logs, for debugging, how often each verdict was given */
DEFINE_AUTO(struct dhcp6_io *, dhcp6_io_close)
