/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/tap.h - tap devices through /dev/net/tun.
 * Errors  a descriptor or 0, else -errno. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/netlink.h"

enum { TAP_NO_OWNER = UINT32_MAX };

struct tap_attrs {
	char name[IFNAMSIZ]; /* may be a template: "vnet%d" */
	uint32_t owner;      /* uid that may open it, or TAP_NO_OWNER */
	bool multi_queue;
};

/* Makes a tap (IFF_NO_PI, IFF_VNET_HDR) and opens its first queue. `ret_name` gets its real name. -EEXIST or -EBUSY: the
 * name is taken. */
int tap_create(const struct tap_attrs *a, char ret_name[IFNAMSIZ]);
/* From now on it outlives its descriptors. Meant as the last step: until then a crash of ours leaves no tap behind. */
int tap_set_persist(int fd);
/* Opens one more queue of a tap made with multi_queue, by name. */
int tap_open_queue(const char *name);
