/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store/defs.h - definitions on disk: etc/vnet/networks/NAME.xml and autostart links beside them.
 * Every change is durable when the call returns; after a crash the old or the new state is there, whole.
 * Errors  0 or -1 with *e, which names the file. */
#pragma once
#include <stdbool.h>

#include "model/network.h"

struct defs;

int defs_open(const char *root, struct defs **ret, struct err *e); /* root: "" for the real one */
void defs_free(struct defs *d);
DEFINE_AUTO(struct defs *, defs_free)

/* Loads all definitions; the caller owns them (network_free each, mem_drop the array). A broken file, or one whose name
 * is not its network's, is told to `skipped` and left alone. One that lacks uuid or mac is completed and rewritten. The number of those
 * that were skipped, or -1. */
int defs_load(struct defs *d, struct network ***ret, size_t *ret_n,
	      void (*skipped)(const char *file, const struct err *why), struct err *e);
int defs_save(struct defs *d, const struct network *n, struct err *e);
int defs_remove(struct defs *d, const char *name, struct err *e); /* its autostart link first */

bool defs_autostart(const struct defs *d, const char *name); /* a link that resolves to the file */
int defs_set_autostart(struct defs *d, const char *name, bool on, struct err *e);
