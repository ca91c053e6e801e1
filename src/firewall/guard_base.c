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
	[GUARD_COUNTERS + REFUSED_MAC] = { .name = "refused_mac", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_ARP] = { .name = "refused_arp", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_IP] = { .name = "refused_ip", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_ND] = { .name = "refused_nd", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_DHCP] = { .name = "refused_dhcp", .key = { FIELD_IIFNAME }, .counts = true },
	[GUARD_COUNTERS + REFUSED_FRAME] = { .name = "refused_frame", .key = { FIELD_IIFNAME }, .counts = true },
};

size_t guard_key_len(enum guard_set set)
{
	size_t len = 0;

	for (size_t i = 0; i < GUARD_KEY_FIELDS; i++)
		len += (fw_fields[guard_sets[set].key[i]].len + 3) / 4 * 4;
	return guard_sets[set].key[1] ? len : fw_fields[guard_sets[set].key[0]].len;
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
	ICMP6 = 58,
};

/* clang-format off */
#define IS(field, v)        { .kind = TERM_FIELD, .of = { FIELD_##field }, .value = (v) }
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
/* The first rule counts. */
#define REFUSE(why) { { IN("refused_" why, IIFNAME) } }, { { DROP } }
/* clang-format on */

/* Other bridges of the host pay this one lookup. */
static const struct fw_rule in_prerouting[] = {
	{ { { .kind = TERM_IIFNAME_VMAP, .name = "ports" } } },
};

static const struct fw_rule in_sender[] = { MAY_USE(ETHER_SADDR, "bad_mac") };
static const struct fw_rule in_arp_sender[] = { MAY_USE(ARP_SENDER, "bad_arp") };
static const struct fw_rule in_dhcp_client[] = { MAY_USE(DHCP_CHADDR, "bad_dhcp") };

/* The claim_ chains return if nobody holds the address, accept if the sender does. */
static const struct fw_rule in_claim4[] = {
	{ { IS(UDP_SPORT, 67), GOTO("bad_dhcp") } },
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
	{ { IS(L4PROTO, ICMP6), JUMP("icmp6") } },
	{ { IS(UDP_SPORT, 547), GOTO("bad_dhcp") } },
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
};
const size_t guard_base_n_chains = ARRAY_SIZE(guard_base_chains);

static void print_set(const struct guard_set_def *s, FILE *out)
{
	static const char *const types[FW_FIELDS] = {
		[FIELD_IIFNAME] = "ifname",
		[FIELD_ETHER_SADDR] = "ether_addr",
		[FIELD_IP_SADDR] = "ipv4_addr",
		[FIELD_IP6_SADDR] = "ipv6_addr",
	};

	fprintf(out, "\t%s %s {\n\t\ttype %s", s->map ? "map" : "set", s->name, types[s->key[0]]);
	if (s->key[1])
		fprintf(out, " . %s", types[s->key[1]]);
	fprintf(out, "%s\n%s\t}\n", s->map ? " : verdict" : "", s->counts ? "\t\tcounter\n" : "");
}

static void print_base(const void *nothing, FILE *out)
{
	(void)nothing;
	fputs("table bridge " FW_GUARD_TABLE " {\n", out);
	for (size_t i = 0; i < GUARD_SETS; i++)
		print_set(&guard_sets[i], out);
	for (size_t i = 0; i < guard_base_n_chains; i++)
		fw_chain_print(&guard_base_chains[i], "", out);
	fputs("}\n", out);
}

uint64_t guard_base_stamp(void)
{
	return fw_hash_print(print_base, NULL);
}
