/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/io.h - a network's UDP socket, and the outbox where the answers of all networks wait until their leases are durable.
 * Owner   an io owns its socket, borrows its server and the outbox. The outbox must outlive all ios.
 * Errors  0 or -errno. */
#pragma once
#include "dhcp6/server.h"

struct sd_event;

enum { DHCP6_BURST = 32, DHCP6_OUTBOX_MAX = 256 };

struct dhcp6_outbox;

/* `wake(arg)`: answers or changed leases wait, call dhcp6_outbox_send at the end of this turn. It is called instead at
 * once as `full(arg)` when the next burst may not fit: the outbox must be empty afterwards. */
struct dhcp6_outbox *dhcp6_outbox_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg);
void dhcp6_outbox_free(struct dhcp6_outbox *o);
/* Sends what waits. `durable` false: the leases could not be stored, so none is told; the guests will ask again. */
void dhcp6_outbox_send(struct dhcp6_outbox *o, bool durable);

struct dhcp6_io;

/* Takes `fd`, a UDP socket bound to the bridge and port 547, also when it fails. -EPROTOTYPE: it is something else. */
int dhcp6_io_open(struct sd_event *loop, int fd, const char *network, struct dhcp6_server *s, struct dhcp6_outbox *o,
		  struct dhcp6_io **ret);
void dhcp6_io_close(struct dhcp6_io *io); /* logs, for debugging, how often each verdict was given */
DEFINE_AUTO(struct dhcp6_io *, dhcp6_io_close)
