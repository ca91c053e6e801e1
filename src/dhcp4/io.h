/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/io.h - a network's packet socket.
 * Owner   an io owns its socket, borrows its server and what is in dhcp4_engines, which must outlive all ios.
 * Errors  0 or -errno. */
#pragma once
#include <stddef.h>

#include "base/dgram.h"
#include "dhcp4/counters.h"
#include "dhcp4/fdb.h"
#include "dhcp4/server.h"

struct dhcp4_io;

/* How often each verdict was given, and what each port sent and got. */
const uint64_t *dhcp4_io_counts(const struct dhcp4_io *io);
const struct dhcp4_counters *dhcp4_io_ports(const struct dhcp4_io *io);

struct dhcp4_engines { /* that all ios share */
	struct sd_event *loop;
	struct dgram *dgrams;
	struct dhcp4_fdb *fdb;
};

/* Takes `fd`, a packet socket (SOCK_RAW) bound to the bridge, and `arp`, one that gets what is said by ARP (-1: addresses are
 * given unseen), also when it fails. -EPROTOTYPE: it is something else. */
int dhcp4_io_open(const struct dhcp4_engines *e, int fd, int arp, const char *network, struct dhcp4_server *s,
		  struct dhcp4_io **ret);
void dhcp4_io_close(struct dhcp4_io *io); /* logs, for debugging, how often each verdict was given */
DEFINE_AUTO(struct dhcp4_io *, dhcp4_io_close)
