/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/sockets.h - the sockets on which guests are served: opened and bound here, with our privileges, and handed to
 * guestd, which has none. */
#pragma once
#include <stdbool.h>

#include "base/err.h"
#include "guest/protocol.h"

struct guest_sockets {
	guest_sock_kind kinds[GUEST_SOCKS_MAX];
	int fds[GUEST_SOCKS_MAX];
	unsigned n;
};

/* One for all networks: by it the kernel tells behind which port of its bridge a guest is. A descriptor or -errno. */
int guest_bridges_open(void);
/* Opens all that this scope needs. On failure nothing stays open and *e names address and port. */
int guest_sockets_open(const struct guest_scope *scope, struct guest_sockets *ret, struct err *e);
void guest_sockets_close(struct guest_sockets *s);
/* Would the two scopes have the same sockets? */
bool guest_sockets_same(const struct guest_scope *a, const struct guest_scope *b);
