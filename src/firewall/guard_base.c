/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in the guard's table for all networks. */
#include "firewall/guard_rules.h"

#include <linux/netfilter_bridge.h>

const struct guard_set_def guard_sets[GUARD_SETS] = {
	[GUARD_PORTS] = { .name = "ports", .key = { FIELD_IIFNAME }, .map = true },
	[GUARD_MACS] = { .name = "macs", .key = { FIELD_IIFNAME, FIELD_ETHER_SADDR } },
	[GUARD_NAMELESS] = { .name = "nameless", .key = { FIELD_IIFNAME } },
	[GUARD_TAKEN] = { .name = "taken", .key = { FIELD_ETHER_SADDR } },
	[GUARD_HELD4] = { .name = "held4", .key = { FIELD_IP_SADDR } },
	[GUARD_HELD6] = { .name = "held6", .key = { FIELD_IP6_SADDR } },
	[GUARD_BOUND4] = { .name = "bound4", .key = { FIELD_ETHER_SADDR, FIELD_IP_SADDR } },
	[GUARD_BOUND6] = { .name = "bound6", .key = { FIELD_ETHER_SADDR, FIELD_IP6_SADDR } },
	[GUARD_QUICK4] = { .name = "quick4", .key = { FIELD_IIFNAME, FIELD_ETHER_SADDR, FIELD_IP_SADDR } },
	[GUARD_QUICK6] = { .name = "quick6", .key = { FIELD_IIFNAME, FIELD_ETHER_SADDR, FIELD_IP6_SADDR } },
	[GUARD_COUNTERS + REFUSED_MAC] = { .name = "refused_mac", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_ARP] = { .name = "refused_arp", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_IP] = { .name = "refused_ip", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_ND] = { .name = "refused_nd", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_DHCP] = { .name = "refused_dhcp", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_FRAME] = { .name = "refused_frame", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_CLAIMS] = { .name = "claims", .key = { FIELD_IIFNAME }, .dynamic = true },
	[GUARD_OWNERS4] = { .name = "owners4",
			    .key = { FIELD_MARK, FIELD_ETHER_SADDR, FIELD_IP_SADDR },
			    .dynamic = true },
	[GUARD_OWNED4] = { .name = "owned4", .key = { FIELD_MARK, FIELD_IP_SADDR }, .dynamic = true },
	[GUARD_OWNERS6] = { .name = "owners6",
			    .key = { FIELD_MARK, FIELD_ETHER_SADDR, FIELD_IP6_SADDR },
			    .dynamic = true },
	[GUARD_OWNED6] = { .name = "owned6", .key = { FIELD_MARK, FIELD_IP6_SADDR }, .dynamic = true },
};

size_t guard_padded(enum fw_field field)
{
	return (fw_fields[field].len + 3) / 4 * 4;
}

size_t guard_key_len(enum guard_set set)
{
	const struct guard_set_def *def = &guard_sets[set];
	size_t len = 0;

	for (size_t i = 0; i < FW_TERM_FIELDS; i++)
		len += guard_padded(def->key[i]);
	return def->key[1] ? len : fw_fields[def->key[0]].len;
}

static const struct fw_hook prerouting = { "filter", "prerouting", NF_BR_PRE_ROUTING, "filter",
					   NF_BR_PRI_FILTER_BRIDGED };

enum {
	RA = 134, /* RFC 4861 s.4, RFC 2710, RFC 3810 */
	NS = 135,
	NA = 136,
	RS = 133,
	REDIRECT = 137,
	MLD_REPORT = 131,
	MLD2_REPORT = 143,
	TCP = 6,
	ICMP6 = 58,
	NO_PROTOCOL = GUARD_NO_PROTOCOL,
};

/* clang-format off */
#define IS(field, v)        { .kind = TERM_FIELD, .of = { FIELD_##field }, .value = (v) }
#define IS_NOT(field, v)    { .kind = TERM_FIELD_NOT, .of = { FIELD_##field }, .value = (v) }
#define IN(set, field)      { .kind = TERM_FIELD_IN, .of = { FIELD_##field }, .name = (set) }
#define PAIR_IN(set, a, b)  { .kind = TERM_FIELD_IN, .of = { FIELD_##a, FIELD_##b }, .name = (set) }
#define GOTO(chain)         { .kind = TERM_GOTO, .name = (chain) }
#define JUMP(chain)         { .kind = TERM_JUMP, .name = (chain) }
#define ACCEPT              { .kind = TERM_ACCEPT }
#define RETURN              { .kind = TERM_RETURN }
#define DROP                { .kind = TERM_DROP }
/* Returns if that MAC is this port's to use. */
#define MAY_USE(mac, refuse)                                                    \
	{ { PAIR_IN("macs", IIFNAME, mac), RETURN } },                          \
	{ { IN("taken", mac), GOTO(refuse) } },                                 \
	{ { IN("nameless", IIFNAME), RETURN } },                                \
	{ { GOTO(refuse) } }
/* `address` is claimed for `mac`, of the network that the packet is marked with: refused if it is another's. Else it
 * becomes or stays this one's, but for claims that come faster than they may, and those of guests whose MAC is not known:
 * these are not remembered. */
#define OWN(v, mac, address, refuse)                                                                                   \
	{ { { .kind = TERM_FIELD_NOT_IN,                                                                               \
	      .of = { FIELD_MARK, FIELD_##mac, FIELD_##address },                                                      \
	      .name = "owners" v },                                                                                    \
	    PAIR_IN("owned" v, MARK, address), GOTO(refuse) } },                                                       \
	{ { PAIR_IN("macs", IIFNAME, mac), { .kind = TERM_LIMIT, .of = { FIELD_IIFNAME }, .name = "claims" },          \
	    { .kind = TERM_UPDATE, .of = { FIELD_MARK, FIELD_##mac, FIELD_##address }, .name = "owners" v },           \
	    { .kind = TERM_UPDATE, .of = { FIELD_MARK, FIELD_##address }, .name = "owned" v } } }
#define PREFIX(field, p) { .kind = TERM_FIELD_PREFIX, .of = { FIELD_##field }, .prefix = p }
#define NO_ADDRESS6      { { AF_INET6, { 0 } }, 128 }
/* The first rule counts. */
#define REFUSE(why) { { IN("refused_" why, IIFNAME) } }, { { DROP } }
/* What a DHCP server says: from its port, or, since many clients don't look at that, to theirs. */
#define NO_SERVER4                                                              \
	{ { IS(UDP_SPORT, 67), GOTO("bad_dhcp") } },                            \
	{ { IS(UDP_DPORT, 68), GOTO("bad_dhcp") } }
#define NO_SERVER6                                                              \
	{ { IS(UDP_SPORT, 547), GOTO("bad_dhcp") } },                           \
	{ { IS(UDP_DPORT, 546), GOTO("bad_dhcp") } }
/* clang-format on */

/* Other bridges of the host pay this one lookup. */
static const struct fw_rule in_prerouting[] = {
	{ { { .kind = TERM_IIFNAME_VMAP, .name = "ports" } } },
};

static const struct fw_rule in_sender[] = { MAY_USE(ETHER_SADDR, "bad_mac") };
static const struct fw_rule in_arp_sender[] = { MAY_USE(ARP_SENDER, "bad_arp") };
static const struct fw_rule in_dhcp_client[] = { MAY_USE(DHCP_CHADDR, "bad_dhcp") };

/* From a guest's port, with its MAC and an address that it holds. What the kernel can make nothing of has no protocol. */
static const struct fw_rule in_quick4[] = {
	{ { IS(L4PROTO, TCP), ACCEPT } },
	NO_SERVER4,
	{ { IS(UDP_DPORT, 67), JUMP("dhcp_client") } },
	{ { IS_NOT(L4PROTO, NO_PROTOCOL), ACCEPT } },
	{ { GOTO("bad_frame") } },
};
static const struct fw_rule in_quick6[] = {
	{ { IS(L4PROTO, TCP), ACCEPT } },
	{ { IS(L4PROTO, ICMP6), RETURN } },
	NO_SERVER6,
	{ { IS_NOT(L4PROTO, NO_PROTOCOL), ACCEPT } },
	{ { GOTO("bad_frame") } },
};
/* The claim_ chains return if nobody holds the address, accept if the sender does. */
static const struct fw_rule in_claim4[] = {
	NO_SERVER4,
	{ { IS(UDP_DPORT, 67), JUMP("dhcp_client") } },
	{ { PAIR_IN("bound4", ETHER_SADDR, IP_SADDR), ACCEPT } },
	{ { IN("held4", IP_SADDR), GOTO("bad_ip") } },
};
static const struct fw_rule in_first4[] = {
	/* before it has an address a guest asks for one */
	{ { IS(UDP_DPORT, 67), JUMP("dhcp_client") } },
	{ { IS(UDP_DPORT, 67), ACCEPT } },
	{ { GOTO("bad_ip") } },
};
static const struct fw_rule in_claim_arp[] = {
	{ { JUMP("arp_sender") } },
	{ { PAIR_IN("bound4", ARP_SENDER, ARP_SADDR), ACCEPT } },
	{ { IN("held4", ARP_SADDR), GOTO("bad_arp") } },
};
/* "Has anybody this address? Else it is mine" (RFC 5227): who hears of his own thinks that he has to give it up. */
static const struct fw_rule in_probe_arp[] = {
	{ { JUMP("arp_sender") } },
	{ { PAIR_IN("bound4", ARP_SENDER, ARP_DADDR), ACCEPT } },
	{ { IN("held4", ARP_DADDR), GOTO("bad_arp") } },
	{ { ACCEPT } },
};
static const struct fw_rule in_claim6[] = {
	NO_SERVER6,
	{ { PAIR_IN("bound6", ETHER_SADDR, IP6_SADDR), ACCEPT } },
	{ { IN("held6", IP6_SADDR), GOTO("bad_ip") } },
};
static const struct fw_rule in_icmp6[] = {
	{ { IS(ICMP6_TYPE, RA), GOTO("bad_nd") } },
	{ { IS(ICMP6_TYPE, REDIRECT), GOTO("bad_nd") } },
	{ { IS(ICMP6_TYPE, NA), JUMP("target6") } },
};
static const struct fw_rule in_target6[] = {
	{ { PAIR_IN("bound6", ETHER_SADDR, ND_TARGET), RETURN } },
	{ { IN("held6", ND_TARGET), GOTO("bad_nd") } },
};
/* Duplicate address detection, and what may be sent without an address (RFC 4861 s.4.1, RFC 3590). */
static const struct fw_rule in_first6[] = {
	{ { IS(ICMP6_TYPE, NS), JUMP("target6") } }, { { IS(ICMP6_TYPE, NS), ACCEPT } },
	{ { IS(ICMP6_TYPE, RS), ACCEPT } },          { { IS(ICMP6_TYPE, MLD2_REPORT), ACCEPT } },
	{ { IS(ICMP6_TYPE, MLD_REPORT), ACCEPT } },  { { GOTO("bad_ip") } },
};

/* First come, first served (RFC 6620, without its probing). Neighbour discovery claims its source, and what it is about if it
 * answers or has no address yet (RFC 4861 s.7.2.3). What somebody holds needs no owner: the chains above decide about it. */
static const struct fw_rule in_own_arp[] = { OWN("4", ARP_SENDER, ARP_SADDR, "bad_arp") };
static const struct fw_rule in_own_nd[] = {
	{ { IS(ICMP6_TYPE, NA), JUMP("own_target") } },
	{ { PREFIX(IP6_SADDR, NO_ADDRESS6), IS(ICMP6_TYPE, NS), GOTO("own_target") } },
	{ { PREFIX(IP6_SADDR, NO_ADDRESS6), RETURN } },
	{ { IN("held6", IP6_SADDR), RETURN } },
	OWN("6", ETHER_SADDR, IP6_SADDR, "bad_nd"),
};
static const struct fw_rule in_own_target[] = {
	{ { IN("held6", ND_TARGET), RETURN } },
	OWN("6", ETHER_SADDR, ND_TARGET, "bad_nd"),
};

static const struct fw_rule in_bad_mac[] = { REFUSE("mac") };
static const struct fw_rule in_bad_arp[] = { REFUSE("arp") };
static const struct fw_rule in_bad_ip[] = { REFUSE("ip") };
static const struct fw_rule in_bad_nd[] = { REFUSE("nd") };
static const struct fw_rule in_bad_dhcp[] = { REFUSE("dhcp") };
static const struct fw_rule in_bad_frame[] = { REFUSE("frame") };

#define CHAIN(n)                                                                                                       \
	{                                                                                                              \
		.name = #n, .rules = in_##n, .n_rules = ARRAY_SIZE(in_##n)                                             \
	}

const struct fw_chain guard_base_chains[] = {
	{ .name = "prerouting", .hook = &prerouting, .rules = in_prerouting, .n_rules = ARRAY_SIZE(in_prerouting) },
	CHAIN(sender),
	CHAIN(arp_sender),
	CHAIN(dhcp_client),
	CHAIN(quick4),
	CHAIN(quick6),
	CHAIN(claim4),
	CHAIN(first4),
	CHAIN(claim_arp),
	CHAIN(probe_arp),
	CHAIN(claim6),
	CHAIN(icmp6),
	CHAIN(target6),
	CHAIN(first6),
	CHAIN(bad_mac),
	CHAIN(bad_arp),
	CHAIN(bad_ip),
	CHAIN(bad_nd),
	CHAIN(bad_dhcp),
	CHAIN(bad_frame),
	CHAIN(own_arp),
	CHAIN(own_nd),
	CHAIN(own_target),
};
enum { OWN_CHAINS = 3 /* the last */ };

size_t guard_base_n_chains(bool owners)
{
	return ARRAY_SIZE(guard_base_chains) - (owners ? 0 : OWN_CHAINS);
}

uint32_t guard_mark(const char *bridge)
{
	return (uint32_t)fw_hash_text(bridge, strlen(bridge)) | 1;
}

static void print_set(const struct guard_set_def *s, FILE *out)
{
	static const char *const types[FW_FIELDS] = {
		[FIELD_IIFNAME] = "ifname",     [FIELD_MARK] = "mark",           [FIELD_ETHER_SADDR] = "ether_addr",
		[FIELD_IP_SADDR] = "ipv4_addr", [FIELD_IP6_SADDR] = "ipv6_addr",
	};

	fprintf(out, "\t%s %s {\n\t\ttype ", s->map ? "map" : "set", s->name);
	for (size_t i = 0; i < FW_TERM_FIELDS && s->key[i]; i++)
		fprintf(out, "%s%s", i ? " . " : "", types[s->key[i]]);
	fprintf(out, "%s\n%s", s->map ? " : verdict" : "", s->counts ? "\t\tcounter\n" : "");
	if (s->dynamic)
		fprintf(out, "\t\tflags dynamic,timeout\n\t\ttimeout %ds\n", OWN_SILENT_S);
	fputs("\t}\n", out);
}

static void print_base(const void *owners, FILE *out)
{
	size_t n_sets = owners ? GUARD_SETS : GUARD_SETS_WITHOUT_OWNERS;

	fputs("table bridge " FW_GUARD_TABLE " {\n", out);
	for (size_t i = 0; i < n_sets; i++)
		print_set(&guard_sets[i], out);
	for (size_t i = 0; i < guard_base_n_chains(owners); i++)
		fw_chain_print(&guard_base_chains[i], "", out);
	fputs("}\n", out);
}

uint64_t guard_base_stamp(bool owners)
{
	return fw_hash_print(print_base, owners ? guard_sets : NULL);
}
