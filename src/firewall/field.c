/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/field.h"

#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter/nf_tables.h>

#define META(key, len_) .meta = (key), .len = (len_)
#define LINK(at, len_)  .meta = -1, .base = NFT_PAYLOAD_LL_HEADER, .offset = (at), .len = (len_)
#define NET(at, len_)   .meta = -1, .base = NFT_PAYLOAD_NETWORK_HEADER, .offset = (at), .len = (len_)
#define L4(proto, at, len_)                                                                                            \
	.meta = -1, .base = NFT_PAYLOAD_TRANSPORT_HEADER, .offset = (at), .len = (len_), .l4proto = (proto)

/* The type is read from the frame: of one with a VLAN tag it is the tag's, while the kernel's own notion of the protocol
 * (meta protocol) is what hides behind the tag. */
const struct fw_field_def fw_fields[FW_FIELDS] = {
	[FIELD_IIFNAME] = { "iifname", META(NFT_META_IIFNAME, IFNAMSIZ) },
	[FIELD_MARK] = { "meta mark", META(NFT_META_MARK, 4) },
	[FIELD_L4PROTO] = { "meta l4proto", META(NFT_META_L4PROTO, 1) },
	[FIELD_ETHER_TYPE] = { "ether type", LINK(12, 2) },
	[FIELD_ETHER_SADDR] = { "ether saddr", LINK(6, 6) },
	[FIELD_IP_SADDR] = { "ip saddr", NET(12, 4) },         /* RFC 791 s.3.1 */
	[FIELD_IP6_SADDR] = { "ip6 saddr", NET(8, 16) },       /* RFC 8200 s.3 */
	[FIELD_ARP_SENDER] = { "arp saddr ether", NET(8, 6) }, /* RFC 826 */
	[FIELD_ARP_SADDR] = { "arp saddr ip", NET(14, 4) },
	[FIELD_ARP_DADDR] = { "arp daddr ip", NET(24, 4) },
	[FIELD_UDP_SPORT] = { "udp sport", L4(IPPROTO_UDP, 0, 2) },
	[FIELD_UDP_DPORT] = { "udp dport", L4(IPPROTO_UDP, 2, 2) },
	[FIELD_DHCP_CHADDR] = { "@th,288,48", L4(IPPROTO_UDP, 8 + 28, 6) }, /* RFC 2131 s.2 */
	[FIELD_ICMP6_TYPE] = { "icmpv6 type", L4(IPPROTO_ICMPV6, 0, 1) },
	[FIELD_ND_TARGET] = { "@th,64,128", L4(IPPROTO_ICMPV6, 8, 16) }, /* RFC 4861 s.4.3, s.4.4 */
};
