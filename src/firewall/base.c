/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in our table for all networks: it never changes while one is there. */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>

#include "firewall/block.h"

const struct fw_set fw_sets[FW_SETS] = {
	[SET_EGRESS] = { .name = "egress", .key = KEY_IFNAME, .verdicts = true },   /* leaving that network */
	[SET_INGRESS] = { .name = "ingress", .key = KEY_IFNAME, .verdicts = true }, /* entering it */
	[SET_HOST_IN] = { .name = "host_in", .key = KEY_IFNAME, .verdicts = true }, /* what guests reach on the host */
	[SET_NAT4] = { .name = "nat4", .key = KEY_IFNAME, .verdicts = true },       /* seen once a connection */
	[SET_NAT6] = { .name = "nat6", .key = KEY_IFNAME, .verdicts = true },
	[SET_NAT4_HOST] = { .name = "nat4_host", .key = KEY_IPV4, .verdicts = true }, /* the host's own, by source */
	[SET_NAT6_HOST] = { .name = "nat6_host", .key = KEY_IPV6, .verdicts = true },
	[SET_ICMP] = { .name = "icmp_protos",
		       .key = KEY_PROTO,
		       .values = { IPPROTO_ICMP, IPPROTO_ICMPV6 },
		       .n_values = 2 },
	[SET_SERVICE_PORTS] = { .name = "service_ports",
				.key = KEY_PORT,
				.values = { 53, 67, 69, 547 }, /* DNS, DHCP, TFTP, DHCPv6 */
				.n_values = 4 },
	[SET_FORWARD4] = { .name = "forward4", .key = KEY_PROTO_IPV4_PORT, .target = AF_INET },
	[SET_FORWARD4_ANY] = { .name = "forward4_any", .key = KEY_PROTO_PORT, .target = AF_INET },
	[SET_FORWARD6] = { .name = "forward6", .key = KEY_PROTO_IPV6_PORT, .target = AF_INET6 },
	[SET_FORWARD6_ANY] = { .name = "forward6_any", .key = KEY_PROTO_PORT, .target = AF_INET6 },
};

static const struct fw_hook forward = { "filter", "forward", NF_INET_FORWARD, "filter", NF_IP_PRI_FILTER };
static const struct fw_hook input = { "filter", "input", NF_INET_LOCAL_IN, "filter", NF_IP_PRI_FILTER };
static const struct fw_hook clamp = { "filter", "forward", NF_INET_FORWARD, "mangle", NF_IP_PRI_MANGLE };
static const struct fw_hook late = { "filter", "forward", NF_INET_FORWARD, "security", NF_IP_PRI_SECURITY };
static const struct fw_hook postrouting = { "nat", "postrouting", NF_INET_POST_ROUTING, "srcnat", NF_IP_PRI_NAT_SRC };
static const struct fw_hook prerouting = { "nat", "prerouting", NF_INET_PRE_ROUTING, "dstnat", NF_IP_PRI_NAT_DST };
/* older nft does not know the name dstnat here */
static const struct fw_hook output = { "nat", "output", NF_INET_LOCAL_OUT, "-100", NF_IP_PRI_NAT_DST };

#define T(k, ...)                                                                                                      \
	{                                                                                                              \
		.kind = TERM_##k, __VA_ARGS__                                                                          \
	}

/* One rule for nearly every packet; then both sides are asked: may it leave its network, may it enter the other? */
static const struct fw_rule in_forward[] = {
	{ { T(CT_ESTABLISHED), T(ACCEPT) } },
	{ { T(IIFNAME_VMAP, .name = "egress") } },
	{ { T(OIFNAME_VMAP, .name = "ingress") } },
};
/* From outside only what was forwarded on purpose, also by a rule of the administrator. */
static const struct fw_rule in_closed[] = {
	{ { T(CT_DNAT), T(ACCEPT) } },
	{ { T(REJECT) } },
};
static const struct fw_rule in_sealed[] = {
	{ { T(REJECT) } },
};
static const struct fw_rule in_input[] = {
	{ { T(IIFNAME_VMAP, .name = "host_in") } },
};
static const struct fw_rule in_host_services[] = {
	{ { T(L4PROTO, .name = "icmp_protos"), T(ACCEPT) } },
	{ { T(UDP_DPORT, .name = "service_ports"), T(ACCEPT) } },
	{ { T(TCP_DPORT, .port = 53), T(ACCEPT) } },
};
/* guest -> forwarded address of the host -> guest of the same network: the reply must come back through us */
static const struct fw_rule in_hairpin[] = {
	{ { T(CT_DNAT), T(MASQUERADE) } },
};
/* A guest's packet is known by its bridge, which a hash finds; what the filter let out has a source of that network. What
 * the host itself sends from an address of a bridge came in nowhere, so it is known by its source; and so does, to the
 * kernel, what a multicast router on the host passes on in IPv4. To many they show the real source and port: mDNS, DHCP
 * answers. 224.0.0.0/3 is multicast, the reserved addresses and 255.255.255.255. */
static const struct fw_rule in_postrouting[] = {
	{ { T(IPV4), T(IIFNAME_VMAP, .name = "nat4") } },
	{ { T(IPV6), T(IIFNAME_VMAP, .name = "nat6") } },
	{ { T(DADDR, .prefix = { { AF_INET, { 224 } }, 3 }), T(RETURN) } },
	{ { T(SADDR4_VMAP, .name = "nat4_host") } },
	{ { T(SADDR6_VMAP, .name = "nat6_host") } },
};

#define RULES(a) .rules = (a), .n_rules = ARRAY_SIZE(a)

/* Policy accept: traffic that is not ours must not change because we are here. */
const struct fw_chain fw_base_chains[] = {
	{ .name = "forward", .hook = &forward, RULES(in_forward) },
	{ .name = "closed", RULES(in_closed) },
	{ .name = "sealed", RULES(in_sealed) },
	{ .name = "input", .hook = &input, RULES(in_input) },
	{ .name = "host_services", RULES(in_host_services) },
	{ .name = "hairpin", RULES(in_hairpin) },
	{ .name = "postrouting", .hook = &postrouting, RULES(in_postrouting) },
};
const size_t fw_base_n_chains = ARRAY_SIZE(fw_base_chains);

/* Both ends of a TCP connection hear of the narrowest link that the host knows on the way, since who sends too much may never
 * be told: ICMP is lost in many places. Each SYN costs a look at the routes both ways, each packet a hook. */
static const struct fw_rule in_clamp[] = {
	{ { T(TCP_SYN), T(IIFGROUP, .group = FW_GROUP), T(CLAMP_MSS) } },
	{ { T(TCP_SYN), T(OIFGROUP, .group = FW_GROUP), T(CLAMP_MSS) } },
};
const struct fw_chain fw_clamp_chain = { .name = "clamp", .hook = &clamp, RULES(in_clamp) };

/* ---- while ports are published ---- */

#define LOOPBACK4                                                                                                      \
	{                                                                                                              \
		{ AF_INET, { 127 } }, 8                                                                                \
	}
#define LOOPBACK6                                                                                                      \
	{                                                                                                              \
		{ AF_INET6, { [15] = 1 } }, 128                                                                        \
	}

/* From the wire nobody reaches what is published for the host's own programs alone. */
static const struct fw_rule in_prerouting[] = {
	{ { T(DADDR, .prefix = LOOPBACK4), T(RETURN) } },
	{ { T(TCP), T(GOTO, .name = "forward_ports") } },
	{ { T(UDP), T(GOTO, .name = "forward_ports") } },
};
/* The kernel lets nothing from ::1 leave: translated, a connection to it would hang where it is refused else. */
static const struct fw_rule in_output[] = {
	{ { T(DADDR, .prefix = LOOPBACK6), T(RETURN) } },
	{ { T(TCP), T(GOTO, .name = "forward_ports") } },
	{ { T(UDP), T(GOTO, .name = "forward_ports") } },
};
static const struct fw_rule in_forward_ports[] = {
	{ { T(DNAT_MAP, .set = SET_FORWARD4) } },
	{ { T(DNAT_MAP, .set = SET_FORWARD4_ANY) } },
	{ { T(DNAT_MAP, .set = SET_FORWARD6) } },
	{ { T(DNAT_MAP, .set = SET_FORWARD6_ANY) } },
};
/* A bridge with route_localnet takes packets of 127.0.0.0/8 from its guests. Theirs are dropped: only answers to what the
 * host itself sent to a published port may be for such an address. */
static const struct fw_rule in_host_loopback[] = {
	{ { T(SADDR, .prefix = LOOPBACK4), T(DROP) } },
	{ { T(DADDR, .prefix = LOOPBACK4), T(CT_DNAT), T(ACCEPT) } },
	{ { T(DADDR, .prefix = LOOPBACK4), T(DROP) } },
	{ { T(GOTO, .name = "host_services") } },
};

/* Those that jump come before those that are jumped to: chains are deleted in this order. */
static const struct fw_chain forwarding_chains[] = {
	{ .name = "prerouting", .hook = &prerouting, RULES(in_prerouting) },
	{ .name = "output", .hook = &output, RULES(in_output) },
	{ .name = "forward_ports", RULES(in_forward_ports) },
	{ .name = "host_loopback", RULES(in_host_loopback) },
};
/* From 127.0.0.1 to a guest: the answer must come back to us. */
static const struct fw_element forwarding_elements[] = {
	{ .map = SET_NAT4_HOST, .prefix = LOOPBACK4, .go = true, .chain = "hairpin" },
};

struct fw_block fw_block_of_forwarding(uint64_t stamp)
{
	struct fw_block b = { .n_chains = ARRAY_SIZE(forwarding_chains),
			      .n_elements = ARRAY_SIZE(forwarding_elements) };

	b.chains = mem_dup(forwarding_chains, sizeof(forwarding_chains));
	b.elements = mem_dup(forwarding_elements, sizeof(forwarding_elements));
	for (size_t i = 0; i < b.n_chains; i++) {
		b.chains[i].stamp = stamp;
		b.chains[i].rules = mem_dup(b.chains[i].rules, b.chains[i].n_rules * sizeof(struct fw_rule));
	}
	return b;
}

/* Later than everybody's filters: what they drop never gets here. Both devices are among those that the flowtable hears, of
 * which the networks' bridges bear our group: what only passes the host is not touched. */
static const struct fw_rule in_fast[] = {
	{ { T(IIFGROUP, .group = FW_GROUP), T(CT_ESTABLISHED), T(IIFNAME_IN, .name = "devs"),
	    T(OIFNAME_IN, .name = "devs"), T(FLOW_ADD, .name = FW_FLOWTABLE) } },
	{ { T(OIFGROUP, .group = FW_GROUP), T(CT_ESTABLISHED), T(IIFNAME_IN, .name = "devs"),
	    T(OIFNAME_IN, .name = "devs"), T(FLOW_ADD, .name = FW_FLOWTABLE) } },
};
const struct fw_chain fw_fast_chain = { .name = "forward", .hook = &late, RULES(in_fast) };
const struct fw_set fw_fast_set = { .name = "devs", .key = KEY_IFNAME };
