/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* control/hooks.h - the administrator's scripts: etc/vnet/hooks/network, then every executable of network.d in the order
 * of names. Arguments: NAME OPERATION SUBOP -; the network's XML on standard input; run one after the other beside the
 * loop, each with a time limit. The first that fails ends the row, and what it wrote to standard error is the reason. */
#pragma once
#include "base/err.h"
#include "base/mem.h"

enum { HOOK_LIMIT_S = 30, HOOK_SCRIPTS_MAX = 256, HOOK_REASON_MAX = 256 };

struct sd_event;
struct hooks;

struct hooks *hooks_new(const char *root, struct sd_event *loop);
void hooks_free(struct hooks *h); /* scripts that run go on, nobody hears of their end */

struct hook_call {
	const char *network, *operation, *suboperation;
	const char *xml; /* standard input, all of it */
};

/* `why` NULL: all went well. */
typedef void (*hook_done)(void *arg, const struct err *why);

/* 1: started, `done` will be called from the loop, once; 0: there is no script, nothing will be called. */
int hooks_run(struct hooks *h, const struct hook_call *call, hook_done done, void *arg);
