/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/fast.h - the short cut: packets of established flows that enter by one of its devices go to the other at once,
 * past routing, conntrack's and everybody's chains (a flowtable of nf_tables). It stands in a table of its own: a kernel that has none
 * does without, and nothing else suffers. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct fw_devs { /* names of devices, sorted, each once */
	char (*v)[IFNAMSIZ];
	size_t n;
};
void fw_devs_sort(struct fw_devs *d);

struct firewall;

/* Makes it lead through these devices of ours and of the host, and no others; none: it goes. Compares with what the kernel
 * holds, so it can be called at any time; *ret_changed: there was something to do. Devices that are more are added to it. If
 * any is less it is made anew: flows that went through that one go the ordinary way then, the others find it again with
 * their next packet.
 * Errors  -1, VNET_ERR_NO_SUPPORT: this kernel can't. */
int firewall_fast(struct firewall *f, const struct fw_devs *want, bool *ret_changed, struct err *e);
