/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/dns.h - what guestd's DNS is told of a network: the <dns> and <domain> elements, and the lines of dnsmasq's
 * configuration that mean the same. What takes precedence over what: dns/dns.h. */
#pragma once
#include "guest/protocol.h"
#include "model/network.h"

/* NULL: no DNS on this network. Freed with its guest_scope. */
struct guest_dns *plan_dns(const struct network *n);

/* Adds what one line of dnsmasq's configuration says. 0; -ENOTSUP: it is not about DNS, or we can't do it; -EINVAL: it is,
 * and it is malformed. */
int plan_dns_option(struct guest_dns *d, const char *line);
