/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/io.h - a network's packet socket, and the outbox where the replies of all networks wait until their leases are
 * durable.
 * Owner   an io owns its socket, borrows its server and the outbox. The outbox must outlive all ios.
 * Errors  0 or -errno. */
#pragma once
#include <stddef.h>

#include "base/mem.h"
#include "dhcp4/server.h"

struct sd_event;

enum { DHCP4_BURST = 64, DHCP4_OUTBOX_MAX = 512 };

struct dhcp4_outbox;

/* `wake(arg)`: replies or changed leases wait, call dhcp4_outbox_send at the end of this turn. It is called instead at
 * once as `full(arg)` when the next burst may not fit: the outbox must be empty afterwards. */
struct dhcp4_outbox *dhcp4_outbox_new(void (*wake)(void *arg), void (*full)(void *arg), void *arg);
void dhcp4_outbox_free(struct dhcp4_outbox *o);
DEFINE_AUTO(struct dhcp4_outbox *, dhcp4_outbox_free)
/* Sends what promises nothing: OFFERs and NAKs need not wait until leases are stored. */
void dhcp4_outbox_send_early(struct dhcp4_outbox *o);
/* Sends what waits. `durable` false: the leases could not be stored, so no ACK leaves; the guests will ask again. */
void dhcp4_outbox_send(struct dhcp4_outbox *o, bool durable);

struct dhcp4_io;

enum { DHCP4_PORTS_MAX = 4096 }; /* of one network, told apart in counters */

struct dhcp4_counter { /* messages so far */
	uint32_t port;
	uint64_t n;
};

/* How often each verdict was given, and the ports that sent most, most first: an array to be freed with mem_drop. */
const uint64_t *dhcp4_io_counts(const struct dhcp4_io *io);
struct dhcp4_counter *dhcp4_io_ports(const struct dhcp4_io *io, size_t *ret_n);

/* Takes `fd`, a packet socket (SOCK_RAW) bound to the bridge, and `arp`, one that gets what is said by ARP (-1: addresses are
 * given unseen), also when it fails. -EPROTOTYPE: it is something else. */
int dhcp4_io_open(struct sd_event *loop, int fd, int arp, const char *network, struct dhcp4_server *s,
		  struct dhcp4_outbox *o, struct dhcp4_io **ret);
void dhcp4_io_close(struct dhcp4_io *io); /* logs, for debugging, how often each verdict was given */
DEFINE_AUTO(struct dhcp4_io *, dhcp4_io_close)
