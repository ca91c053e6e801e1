/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host/udp.h - who listens on a UDP port here (sock_diag). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udp_listener {
	int device; /* that it is bound to; 0: none */
	bool any;   /* it is bound to no address: it hears all broadcasts */
};

/* IPv4 sockets at this port; the caller frees *ret with mem_drop. 0 or -errno. */
int udp_listeners(uint16_t port, struct udp_listener **ret, size_t *ret_n);
