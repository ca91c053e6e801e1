/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/ip.h - addresses of a network: <ip> with all below it, and <route>. Part of model/network.h.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/dhcp_boot.h"
#include "model/dhcp_option.h"
#include "model/words.h"

#define LEASE_INFINITE UINT32_MAX /* RFC 2131 s.3.3, RFC 8415 s.7.7 */

struct lease_time {
	bool given;
	enum lease_unit unit;
	unsigned long expiry; /* 0: for ever */
};

struct dhcp_extra { /* what a range or a host has of its own */
	struct lease_time lease;
	struct dhcp_options options; /* of our namespace */
};

struct dhcp_range {
	int line;
	struct ip start, end;
	struct dhcp_extra extra;
};

struct dhcp_host {
	int line;
	char *mac_text; /* as written, NULL: none */
	struct mac mac;
	char *id;   /* hex digits and colons: DUID or client id; NULL: none */
	char *name; /* NULL: none */
	struct ip ip;
	struct dhcp_extra extra;
};

struct network_ip {
	int line;
	bool family_given;      /* family='ipv4' was written, so it is printed; always so for ipv6 */
	struct ip address;      /* its family is the element's */
	struct ip netmask;      /* family 0: not given */
	unsigned prefix;        /* 0: not given */
	enum tri local_ptr;     /* reverse lookups of this subnet are not forwarded */
	char *tftp_root;        /* NULL: no TFTP */
	char *bootp_file;       /* NULL: none */
	struct ip bootp_server; /* family 0: ourselves */
	struct dhcp_range *ranges;
	size_t n_ranges;
	struct dhcp_host *hosts;
	size_t n_hosts;
	struct dhcp_options options; /* of our namespace, as the next ones */
	struct dhcp_boot *boots;
	size_t n_boots;
};

struct network_route {
	int line;
	bool family_given;
	struct ip address; /* no bits set behind the prefix */
	struct ip netmask; /* family 0: not given */
	bool prefix_given;
	unsigned prefix;
	struct ip gateway;
	unsigned metric; /* 0: not given */
};

/* The subnet with its effective prefix length (netmask, prefix, else by the old address class or 64). */
struct prefix network_ip_prefix(const struct network_ip *ip);
/* Does this ip element ask for a DHCP server? */
bool network_ip_has_dhcp(const struct network_ip *ip);
/* The destination, its length 0 if none is given. */
struct prefix network_route_prefix(const struct network_route *r);
/* Seconds, LEASE_INFINITE, or `otherwise` if no time is given. */
uint32_t network_lease_s(const struct lease_time *t, uint32_t otherwise);

void dhcp_range_clear(struct dhcp_range *r);
void dhcp_host_clear(struct dhcp_host *h);
void network_ip_clear(struct network_ip *ip);
void network_ip_copy(struct network_ip *to, const struct network_ip *from);
