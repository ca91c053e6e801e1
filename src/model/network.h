/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/network.h - one network's definition, as data: what its XML says, defaults of the parser filled in.
 * Owner   the struct owns all it points to; network_free releases it.
 * Lines   `line` is where the element stands in the document it was parsed from, 0 if it was not; for messages only.
 * Limits  named here; the parser refuses what exceeds them. */
#pragma once
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	NETWORK_XML_MAX = 4194304, /* bytes of a document: the wire's string limit */
	NETWORK_NAME_MAX = 246,    /* bytes: .NAME.xml.new must be a file name */
	NETWORK_DOMAIN_MAX = 253,  /* bytes of a domain or host name, RFC 1035 s.2.3.4 */
	NETWORK_IPS_MAX = 256,
	NETWORK_RANGES_MAX = 1024,
	NETWORK_HOSTS_MAX = 65536,
	NETWORK_SPAN_MAX = 65536, /* addresses in one DHCP range, and in nat/address */
};

enum forward_mode {
	FORWARD_NONE,
	FORWARD_NAT,
	FORWARD_ROUTE,
	FORWARD_OPEN,
	FORWARD_BRIDGE,
	FORWARD_PRIVATE,
	FORWARD_VEPA,
	FORWARD_PASSTHROUGH,
	FORWARD_HOSTDEV,
	FORWARD_MODES
};

/* "nat", "route" ..; the text of FORWARD_NONE is "none". */
const char *forward_mode_text(enum forward_mode mode);
int forward_mode_parse(const char *text, enum forward_mode *ret); /* 0 or -EINVAL */

struct dhcp_range {
	int line;
	struct ip start, end;
};

struct dhcp_host {
	int line;
	char *mac_text; /* as written, NULL: none */
	struct mac mac;
	char *name; /* NULL: none */
	struct ip ip;
};

struct network_ip {
	int line;
	bool family_given; /* family='ipv4' was written, so it is printed */
	struct ip address;
	struct ip netmask; /* family 0: not given */
	unsigned prefix;   /* 0: not given */
	struct dhcp_range *ranges;
	size_t n_ranges;
	struct dhcp_host *hosts;
	size_t n_hosts;
};

struct network {
	char *name;
	struct uuid uuid;
	bool has_uuid;
	char *title, *description; /* NULL: none */
	struct {
		int line;
		enum forward_mode mode;
		struct ip nat_start, nat_end;  /* family 0: none */
		unsigned port_start, port_end; /* 0, 0: none given */
	} forward;
	struct {
		char name[IFNAMSIZ]; /* "": choose one; may be a template with %d until control has chosen */
		bool stp;
		unsigned long delay_s;
	} bridge;
	unsigned mtu;   /* 0: not given */
	struct mac mac; /* of the bridge */
	bool has_mac;
	char *domain; /* NULL: none */
	struct network_ip *ips;
	size_t n_ips;
};

void network_free(struct network *n);
DEFINE_AUTO(struct network *, network_free)
struct network *network_copy(const struct network *n);

/* The subnet of one ip element with its effective prefix length (netmask, prefix, else the old address class). */
struct prefix network_ip_prefix(const struct network_ip *ip);
/* Does this ip element ask for a DHCP server? */
bool network_ip_has_dhcp(const struct network_ip *ip);
