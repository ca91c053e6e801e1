/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel/listeners.h - where the host's own programs wait for others: TCP sockets that listen, UDP sockets that are not
 * connected (sock_diag). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct listener {
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP */
	struct ip ip;  /* IPv4 where it stands inside of IPv6 */
	bool any;      /* `ip` is the unspecified address */
	bool both;     /* and it takes IPv4 as well as IPv6 */
	uint16_t port;
	uint32_t uid;
};

/* 0 or -errno. *ret is freed with mem_drop. A kernel that can't tell has none. */
int listeners_list(struct listener **ret, size_t *ret_n);
