/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/dhcp4.h - what guestd's DHCPv4 server is told of a network. */
#pragma once
#include "guest/protocol.h"
#include "model/network.h"

/* Of the one <ip> element that asks for DHCP. Freed with its guest_scope. */
struct guest_dhcp4 *plan_dhcp4(const struct network *n, const struct network_ip *ip);

/* Adds what one line of dnsmasq's configuration says; tags are looked up in the network's other lines. 0; -ENOTSUP: it is
 * not about DHCP, or we can't do it; -EINVAL: it is, and it is malformed. */
int plan_dhcp4_option(const struct network *n, struct guest_dhcp4 *d, const char *line);
