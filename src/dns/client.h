/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/client.h - who asked, as a value that outlives the turn in which he did. */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"

union dns_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct ip dns_sockaddr_ip(const union dns_sockaddr *a);
/* Returns its length. Port: host order. */
socklen_t dns_sockaddr_from(const struct ip *ip, uint16_t port, union dns_sockaddr *ret);

struct dns_client {
	void *owner; /* the socket or connection that he came by; it tells dns_upstream_forget when it goes */
	void (*send)(const struct dns_client *c, struct view answer);
	union dns_sockaddr from;
	bool tcp;
};

/* What sockets do with a query; `arg` is what they were made with. true: c->send is called once, now or later, unless
 * the owner goes before; false: never. */
typedef bool dns_asked_fn(void *arg, const struct dns_client *c, struct view query);
