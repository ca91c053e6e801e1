/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tftp/io.h - the TFTP server of all networks: sockets, timers, open files. Read-only.
 * Files are opened by somebody else (guestd/opener.h), because the process that reads guests' packets may not open any:
 * `ask` is told a number, the root's descriptor and a path, and tftp_opened is called with that number later, or at once.
 * Owner   borrows the loop. Errors 0 or -errno. */
#pragma once
#include <stddef.h>

#include "base/addr.h"
#include "base/mem.h"

struct sd_event;
struct tftp;

enum {
	TFTP_TRANSFERS_MAX = 128, /* at a time, of one network */
	TFTP_OF_CLIENT_MAX = 8,   /* of these, of one address */
	TFTP_SOCKETS_MAX = 16,
};

typedef void tftp_ask(void *arg, uint64_t number, int root, const char *path);

int tftp_open(struct sd_event *loop, tftp_ask *ask, void *arg, struct tftp **ret);
void tftp_free(struct tftp *t);
DEFINE_AUTO(struct tftp *, tftp_free)

/* A file for the one who asked: a descriptor, which becomes ours, or -errno. */
void tftp_opened(struct tftp *t, uint64_t number, int fd);

/* Serves a network on these sockets, or on other ones from now on; takes all descriptors, also when it fails. `mtu`: of the
 * link, 0: 1500. */
int tftp_serve(struct tftp *t, const struct uuid *network, const char *name, int root, const int *socks, size_t n,
	       unsigned mtu);
void tftp_stop(struct tftp *t, const struct uuid *network); /* transfers end, too */
