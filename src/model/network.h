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
#include "model/dns.h"
#include "model/forward.h"
#include "model/ip.h"
#include "model/own.h"
#include "model/portgroup.h"
#include "model/words.h"

enum {
	NETWORK_XML_MAX = 4194304, /* bytes of a document: the wire's string limit */
	NETWORK_NAME_MAX = 246,    /* bytes: .NAME.xml.new must be a file name */
	NETWORK_DOMAIN_MAX = 253,  /* bytes of a domain or host name, RFC 1035 s.2.3.4 */
	NETWORK_TOKEN_MAX = 255,   /* bytes of other names: port groups, zones, profiles, drivers */
	NETWORK_ID_MAX = 389,      /* bytes of a client's id: a DUID has at most 130, RFC 8415 s.11.1 */
	NETWORK_PATH_MAX = 4095,   /* bytes of a TFTP root */
	NETWORK_FILE_MAX = 255,    /* bytes of a boot file's name, RFC 2132 s.9.5 */
	NETWORK_TXT_MAX = 60000,   /* bytes of a TXT value: a DNS message has 65535 */
	NETWORK_IPS_MAX = 256,
	NETWORK_RANGES_MAX = 1024,
	NETWORK_HOSTS_MAX = 65536,
	NETWORK_ROUTES_MAX = 4096,
	NETWORK_DNS_MAX = 65536,      /* of forwarders, txt, srv and host each */
	NETWORK_HOSTNAMES_MAX = 1024, /* of one DNS host */
	NETWORK_INTERFACES_MAX = 4096,
	NETWORK_PORTGROUPS_MAX = 4096,
	NETWORK_TAGS_MAX = 4096,
	NETWORK_OPTIONS_MAX = 4096,
	NETWORK_METADATA_MAX = 1024,
	NETWORK_SPAN_MAX = 65536, /* addresses in one DHCP range, and in nat/address */
};

struct network_metadata {
	char *uri;
	char *xml; /* the element, as it stands in the definition behind its indentation; see model/metadata.h */
};

struct network {
	char *name;
	struct uuid uuid;
	bool has_uuid;
	char *title, *description; /* NULL: none */
	bool has_metadata;         /* there was an element in <metadata>, even if none could be kept */
	struct network_metadata *metadata;
	size_t n_metadata;
	struct network_forward forward;
	struct {
		int line;
		char name[IFNAMSIZ]; /* "": choose one; may be a template with %d until control has chosen */
		char *zone;          /* of firewalld, NULL: none */
		bool stp_given, stp;
		unsigned long delay_s;
		enum mac_table mac_table;
	} bridge;
	int mtu_line, mac_line, domain_line;
	unsigned mtu;   /* 0: not given */
	struct mac mac; /* of the bridge */
	bool has_mac;
	char *domain; /* NULL: none */
	enum tri domain_local_only, domain_register;
	struct network_dns dns;
	struct vlan vlan;
	struct bandwidth bandwidth;
	enum tri port_isolated;
	bool ipv6; /* guests may talk IPv6 to each other although the network has no such address */
	enum tri trust_rx_filters;
	struct network_ip *ips;
	size_t n_ips;
	struct network_route *routes;
	size_t n_routes;
	struct virtualport virtualport;
	struct portgroup *portgroups;
	size_t n_portgroups;
	char **options; /* lines of dnsmasq's configuration; see model/options.h */
	size_t n_options;
	struct network_own own;
};

void network_free(struct network *n);
DEFINE_AUTO(struct network *, network_free)
struct network *network_copy(const struct network *n);
/* `n` becomes what `by` is, which is used up. */
void network_replace(struct network *n, struct network *by);

/* Is the bridge ours (isolated, nat, route, open)? Else it is somebody else's, or there is none. */
bool network_is_managed(const struct network *n);
