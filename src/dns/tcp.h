/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/tcp.h - one listening TCP socket and its connections (RFC 7766): queries may follow each other without waiting,
 * answers come in any order. */
#pragma once
#include "dns/client.h"

struct sd_event;
struct dns_tcp;

enum {
	DNS_TCP_ACCEPTS_S = 200,    /* new connections a second: also ends a spin when descriptors are used up */
	DNS_TCP_CONNS = 32,         /* of one listening socket */
	DNS_TCP_CONNS_CLIENT = 8,   /* of these, of one address */
	DNS_TCP_IDLE_S = 10,        /* without a whole query */
	DNS_TCP_QUEUE = 256 * 1024, /* bytes of answers that the client does not fetch: then it is closed */
};

/* `gone` tells that an owner of clients goes away; `refused` that a connection was one too many. */
struct dns_tcp_ops {
	dns_asked_fn *asked;
	void (*gone)(void *arg, const void *owner);
	void (*refused)(void *arg);
};

/* Takes `fd`, also if it fails (-errno). */
int dns_tcp_open(struct sd_event *loop, int fd, const struct dns_tcp_ops *ops, void *arg, struct dns_tcp **ret);
void dns_tcp_free(struct dns_tcp *t);
