/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/dns_scope.h - what the message says of DNS, as dns/dns.h takes it. */
#pragma once
#include "dns/dns.h"
#include "guest/protocol.h"

struct ip guestd_to_ip(const guest_ip *from); /* family 0: none, or of a strange length */

/* Its `dns` is there. The names of DHCP's reservations are known as soon as they are defined.
 * Owner   the arrays are the caller's, to be released; the texts and the strings stay the message's. */
struct dns_scope guestd_dns_scope(const struct guest_scope *from);
void guestd_dns_scope_release(struct dns_scope *s);
static inline __attribute__((unused)) void guestd_dns_scope_release_auto(struct dns_scope *s)
{
	guestd_dns_scope_release(s);
}
