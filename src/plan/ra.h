/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/ra.h - what guestd's router advertisements say of a network. */
#pragma once
#include "guest/protocol.h"
#include "model/network.h"

/* NULL: it has no IPv6 address. Freed with its guest_scope. */
struct guest_ra *plan_ra(const struct network *n);

/* The bridge's link-local address, made of its MAC (RFC 4291 s.2.5.1, RFC 2464 s.5): the kernel's choice while the bridge's
 * sysctl addr_gen_mode is 0. */
struct ip plan_link_local(const struct network *n);
bool plan_has_ipv6(const struct network *n);
