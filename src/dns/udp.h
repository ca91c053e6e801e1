/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/udp.h - one bound UDP socket that clients ask. */
#pragma once
#include "dns/client.h"

struct sd_event;
struct dns_udp;

enum { DNS_UDP_BURST = 16 }; /* datagrams in a turn: no client starves another socket */

/* Takes `fd`, also if it fails (-errno). */
int dns_udp_open(struct sd_event *loop, int fd, dns_asked_fn *asked, void *arg, struct dns_udp **ret);
void dns_udp_free(struct dns_udp *u);
