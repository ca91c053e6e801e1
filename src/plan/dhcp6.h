/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/dhcp6.h - what guestd's DHCPv6 server is told of a network. */
#pragma once
#include "guest/protocol.h"
#include "model/network.h"

/* Of the one IPv6 <ip> element that asks for DHCP. Freed with its guest_scope. */
struct guest_dhcp6 *plan_dhcp6(const struct network *n, const struct network_ip *ip);
