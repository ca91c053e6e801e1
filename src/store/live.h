/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store/live.h - what runs now: run/vnet/networks/NAME.xml, the live definition of each active network. Gone at boot;
 * a daemon that starts again reads it and reconciles.
 * Errors  0 or -1 with *e, which names the file. */
#pragma once
#include <stdbool.h>

#include "model/network.h"

struct live;

int live_open(const char *root, struct live **ret, struct err *e);
void live_free(struct live *l);
DEFINE_AUTO(struct live *, live_free)

/* See defs_load. */
int live_load(struct live *l, struct network ***ret, size_t *ret_n,
	      void (*skipped)(const char *file, const struct err *why), struct err *e);
int live_save(struct live *l, const struct network *n, struct err *e);
int live_remove(struct live *l, const char *name, struct err *e);

/* Is this the first start since boot, so that networks marked for autostart are to be started? Asked once: a marker file
 * makes the answer no from then on. */
bool live_first_start(struct live *l);
