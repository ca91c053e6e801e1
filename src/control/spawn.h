/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/spawn.h - start vnet-guestd detached from us, with its listening socket. */
#pragma once
#include "base/err.h"

struct spawn {
	const char *program;
	const char *root;
	const char *user;
	int listen_fd; /* becomes descriptor 3, as systemd would pass it (sd_listen_fds(3)) */
};

int spawn_detached(const struct spawn *s, struct err *e);
/* Which program, which user: the defaults for what the options left open. The text lives as long as the process. */
const char *spawn_default_program(void);
const char *spawn_default_user(void);
