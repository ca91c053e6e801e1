/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules as nf_tables expressions. */
#include "firewall/expr.h"

#include <netinet/in.h>
#include <libnftnl/expr.h>
#include <libnftnl/udata.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_devgroup.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <arpa/inet.h>

static struct nftnl_expr *put(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (!e)
		abort(); /* out of memory, as in base/mem.h */
	nftnl_rule_add_expr(r, e);
	return e;
}

static struct nftnl_expr *put_meta(struct nftnl_rule *r, uint32_t key)
{
	struct nftnl_expr *e = put(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	return e;
}

static void put_payload_to(struct nftnl_rule *r, uint32_t base, size_t offset, size_t len, uint32_t reg)
{
	struct nftnl_expr *e = put(r, "payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, (uint32_t)offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, (uint32_t)len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

static void put_payload(struct nftnl_rule *r, uint32_t base, size_t offset, size_t len)
{
	put_payload_to(r, base, offset, len, NFT_REG_1);
}

static void put_cmp(struct nftnl_rule *r, uint32_t op, const void *data, size_t len)
{
	struct nftnl_expr *e = put(r, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, (uint32_t)len);
}

static void put_mask(struct nftnl_rule *r, const void *mask, size_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = put(r, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, (uint32_t)len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, (uint32_t)len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, (uint32_t)len);
}

static struct nftnl_expr *put_lookup(struct nftnl_rule *r, const char *set)
{
	struct nftnl_expr *e = put(r, "lookup");

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	return e;
}

static void put_vmap(struct nftnl_rule *r, const char *map)
{
	nftnl_expr_set_u32(put_lookup(r, map), NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

static void put_verdict(struct nftnl_rule *r, int verdict, const char *chain)
{
	struct nftnl_expr *e = put(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
}

static void put_reject(struct nftnl_rule *r)
{
	struct nftnl_expr *e = put(r, "reject");

	nftnl_expr_set_u32(e, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
	nftnl_expr_set_u8(e, NFTNL_EXPR_REJECT_CODE, NFT_REJECT_ICMPX_PORT_UNREACH);
}

/* Only packets of this family: the table sees both. */
static void put_family(struct nftnl_rule *r, int family)
{
	uint8_t proto = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;

	put_meta(r, NFT_META_NFPROTO);
	put_cmp(r, NFT_CMP_EQ, &proto, sizeof(proto));
}

static void put_l4proto(struct nftnl_rule *r, uint8_t proto)
{
	put_meta(r, NFT_META_L4PROTO);
	put_cmp(r, NFT_CMP_EQ, &proto, sizeof(proto));
}

static void put_ifname(struct nftnl_rule *r, uint32_t key, const char *name)
{
	char padded[IFNAMSIZ] = ""; /* all 16 bytes are compared: nothing else begins like it */

	strncpy(padded, name, sizeof(padded) - 1);
	put_meta(r, key);
	put_cmp(r, NFT_CMP_EQ, padded, sizeof(padded));
}

/* Where the addresses stand: RFC 791 s.3.1, RFC 8200 s.3. */
static size_t address_offset(int family, bool source)
{
	if (family == AF_INET)
		return source ? 12 : 16;
	return source ? 8 : 24;
}

/* A prefix of whole bytes loads just these, as nft does, except for three: four and a mask are quicker, since the kernel
 * has a short way for aligned words. */
static void put_address(struct nftnl_rule *r, bool source, const struct prefix *p)
{
	int family = p->ip.family;
	struct ip net = prefix_network(p), mask = prefix_mask(family, p->len);
	bool masked = p->len % 8 || p->len == 24;
	size_t len = masked ? ip_size(family) : p->len / 8;

	put_family(r, family);
	if (p->len == 0)
		return;
	put_payload(r, NFT_PAYLOAD_NETWORK_HEADER, address_offset(family, source), len);
	if (masked)
		put_mask(r, mask.b, len);
	put_cmp(r, NFT_CMP_EQ, net.b, len);
}

static void put_source_vmap(struct nftnl_rule *r, int family, const char *map)
{
	put_family(r, family);
	put_payload(r, NFT_PAYLOAD_NETWORK_HEADER, address_offset(family, true), ip_size(family));
	put_vmap(r, map);
}

static void put_ct(struct nftnl_rule *r, uint32_t key, uint32_t bits)
{
	struct nftnl_expr *e = put(r, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	put_mask(r, &bits, sizeof(bits));
	put_cmp(r, NFT_CMP_NEQ, &(uint32_t){ 0 }, sizeof(bits));
}

enum { TCP_FLAGS_AT = 13, TCP_FLAG_SYN = 2, TCP_OPTION_MSS = 2 }; /* RFC 9293 s.3.1, s.3.2 */

static void put_tcp_syn(struct nftnl_rule *r)
{
	uint8_t syn = TCP_FLAG_SYN, none = 0;

	put_l4proto(r, IPPROTO_TCP);
	put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_AT, sizeof(syn));
	put_mask(r, &syn, sizeof(syn));
	put_cmp(r, NFT_CMP_NEQ, &none, sizeof(none));
}

/* The least of the routes' MTUs both ways, without headers; the kernel never makes the option larger. */
static void put_clamp_mss(struct nftnl_rule *r)
{
	struct nftnl_expr *e = put(r, "rt");

	nftnl_expr_set_u32(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	e = put(r, "byteorder");
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_LEN, sizeof(uint16_t));
	nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SIZE, sizeof(uint16_t));
	e = put(r, "exthdr");
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, TCP_OPTION_MSS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 2); /* behind its kind and length */
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, sizeof(uint16_t));
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void put_dport(struct nftnl_rule *r, uint8_t proto)
{
	put_l4proto(r, proto);
	put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2); /* RFC 768, RFC 9293 s.3.1 */
}

static void put_value(struct nftnl_rule *r, uint32_t reg, const void *data, size_t len)
{
	struct nftnl_expr *e = put(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, (uint32_t)len);
}

/* Loads `start` and, if it is another, `end`. Gives the register that holds the end. */
static uint32_t put_range(struct nftnl_rule *r, uint32_t reg, const void *start, const void *end, size_t len)
{
	put_value(r, reg, start, len);
	if (memcmp(start, end, len) == 0)
		return reg;
	put_value(r, reg + 1, end, len);
	return reg + 1;
}

static uint32_t put_ports(struct nftnl_rule *r, uint32_t reg, const struct fw_nat *n)
{
	uint16_t start = htons(n->port_start), end = htons(n->port_end);

	return put_range(r, reg, &start, &end, sizeof(start));
}

static void put_masquerade(struct nftnl_rule *r, const struct fw_nat *n)
{
	uint32_t last = n->port_start ? put_ports(r, NFT_REG_1, n) : 0;
	struct nftnl_expr *e = put(r, "masq");

	if (!n->port_start)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_REG_PROTO_MAX, last);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
}

/* Persistent: one guest keeps one public address. */
static void put_snat(struct nftnl_rule *r, const struct fw_nat *n)
{
	uint32_t flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PERSISTENT;
	uint32_t last = put_range(r, NFT_REG_1, n->start.b, n->end.b, ip_size(AF_INET));
	uint32_t port = last + 1, last_port = n->port_start ? put_ports(r, port, n) : 0;
	struct nftnl_expr *e = put(r, "nat");

	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_SNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, last);
	if (n->port_start) {
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, port);
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MAX, last_port);
		flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, flags);
}

static void put_field_protocol(struct nftnl_rule *r, enum fw_field field)
{
	if (fw_fields[field].l4proto)
		put_l4proto(r, fw_fields[field].l4proto);
}

/* Loads a field into the registers of 4 bytes from `reg` on, and gives the next: what is looked up together stands in a
 * row. */
static uint32_t put_field(struct nftnl_rule *r, enum fw_field field, uint32_t reg)
{
	const struct fw_field_def *def = &fw_fields[field];

	if (def->meta >= 0)
		nftnl_expr_set_u32(put_meta(r, (uint32_t)def->meta), NFTNL_EXPR_META_DREG, reg);
	else
		put_payload_to(r, def->base, def->offset, def->len, reg);
	return reg + (uint32_t)(def->len + 3) / 4;
}

static void put_field_value(struct nftnl_rule *r, enum fw_field field, uint16_t value)
{
	size_t len = fw_fields[field].len;
	uint16_t wide = htons(value);
	uint8_t narrow = (uint8_t)value;

	put_field_protocol(r, field);
	put_field(r, field, NFT_REG32_00);
	put_cmp(r, NFT_CMP_EQ, len == 1 ? (const void *)&narrow : &wide, len);
}

static void put_field_prefix(struct nftnl_rule *r, enum fw_field field, const struct prefix *p)
{
	struct ip net = prefix_network(p), mask = prefix_mask(p->ip.family, p->len);
	size_t len = fw_fields[field].len;

	put_field(r, field, NFT_REG32_00);
	if (p->len < ip_bits(p->ip.family))
		put_mask(r, mask.b, len);
	put_cmp(r, NFT_CMP_EQ, net.b, len);
}

static void put_fields_in(struct nftnl_rule *r, const struct fw_term *t)
{
	put_field_protocol(r, t->of[0]);
	put_field_protocol(r, t->of[1]); /* it uses the registers that the fields are loaded into */
	uint32_t reg = put_field(r, t->of[0], NFT_REG32_00);

	if (t->of[1])
		put_field(r, t->of[1], reg);
	put_lookup(r, t->name);
}

static void put_address_is_local(struct nftnl_rule *r)
{
	struct nftnl_expr *e = put(r, "fib");

	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	put_cmp(r, NFT_CMP_EQ, &(uint32_t){ RTN_LOCAL }, sizeof(uint32_t));
}

/* Protocol, address unless any will do, port: each in registers of 32 bits of its own, one behind the other. */
static void put_forward_key(struct nftnl_rule *r, const struct fw_set *s)
{
	uint32_t reg = NFT_REG32_00;
	size_t len = ip_size(s->target);

	put_meta(r, NFT_META_L4PROTO); /* NFT_REG_1 begins with NFT_REG32_00 */
	reg++;
	if (s->key != KEY_PROTO_PORT) {
		put_payload_to(r, NFT_PAYLOAD_NETWORK_HEADER, address_offset(s->target, false), len, reg);
		reg += (uint32_t)len / 4;
	}
	put_payload_to(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, reg); /* RFC 768, RFC 9293 s.3.1 */
}

static void put_dnat_map(struct nftnl_rule *r, enum fw_set_id id)
{
	enum { TARGET = NFT_REG_3 }; /* behind the key */
	const struct fw_set *s = &fw_sets[id];
	uint32_t port = NFT_REG32_08 + (uint32_t)ip_size(s->target) / 4;

	put_family(r, s->target);
	if (s->key == KEY_PROTO_PORT)
		put_address_is_local(r);
	put_forward_key(r, s);
	nftnl_expr_set_u32(put_lookup(r, s->name), NFTNL_EXPR_LOOKUP_DREG, TARGET);
	struct nftnl_expr *e = put(r, "nat");

	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, s->target == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, TARGET);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, port);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED);
}

static void put_match(struct nftnl_rule *r, const struct fw_term *t)
{
	switch (t->kind) {
	case TERM_IPV4:
	case TERM_IPV6:
		put_family(r, t->kind == TERM_IPV4 ? AF_INET : AF_INET6);
		break;
	case TERM_IIFNAME_VMAP:
	case TERM_OIFNAME_VMAP:
		put_meta(r, t->kind == TERM_IIFNAME_VMAP ? NFT_META_IIFNAME : NFT_META_OIFNAME);
		put_vmap(r, t->name);
		break;
	case TERM_SADDR4_VMAP:
	case TERM_SADDR6_VMAP:
		put_source_vmap(r, t->kind == TERM_SADDR4_VMAP ? AF_INET : AF_INET6, t->name);
		break;
	case TERM_IIFNAME:
	case TERM_OIFNAME:
		put_ifname(r, t->kind == TERM_IIFNAME ? NFT_META_IIFNAME : NFT_META_OIFNAME, t->name);
		break;
	case TERM_IIFGROUP:
	case TERM_OIFGROUP:
		put_meta(r, t->kind == TERM_IIFGROUP ? NFT_META_IIFGROUP : NFT_META_OIFGROUP);
		put_cmp(r, NFT_CMP_EQ, &t->group, sizeof(t->group));
		break;
	case TERM_IIFNAME_IN:
	case TERM_OIFNAME_IN:
		put_meta(r, t->kind == TERM_IIFNAME_IN ? NFT_META_IIFNAME : NFT_META_OIFNAME);
		put_lookup(r, t->name);
		break;
	case TERM_SADDR:
	case TERM_DADDR:
		put_address(r, t->kind == TERM_SADDR, &t->prefix);
		break;
	case TERM_CT_ESTABLISHED:
		put_ct(r, NFT_CT_STATE, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED));
		break;
	case TERM_CT_INVALID:
		put_ct(r, NFT_CT_STATE, NF_CT_STATE_INVALID_BIT);
		break;
	case TERM_CT_DNAT:
		put_ct(r, NFT_CT_STATUS, IPS_DST_NAT);
		break;
	case TERM_TCP:
	case TERM_UDP:
		put_l4proto(r, t->kind == TERM_TCP ? IPPROTO_TCP : IPPROTO_UDP);
		break;
	case TERM_L4PROTO:
		put_meta(r, NFT_META_L4PROTO);
		put_lookup(r, t->name);
		break;
	case TERM_TCP_SYN:
		put_tcp_syn(r);
		break;
	case TERM_CLAMP_MSS:
		put_clamp_mss(r);
		break;
	case TERM_UDP_DPORT:
		put_dport(r, IPPROTO_UDP);
		put_lookup(r, t->name);
		break;
	case TERM_TCP_DPORT:
		put_dport(r, IPPROTO_TCP);
		put_cmp(r, NFT_CMP_EQ, &(uint16_t){ htons(t->port) }, sizeof(t->port));
		break;
	case TERM_FIELD:
		put_field_value(r, t->of[0], t->value);
		break;
	case TERM_FIELD_PREFIX:
		put_field_prefix(r, t->of[0], &t->prefix);
		break;
	case TERM_FIELD_IN:
		put_fields_in(r, t);
		break;
	default:
		break; /* put_end */
	}
}

static void put_end(struct nftnl_rule *r, const struct fw_term *t)
{
	switch (t->kind) {
	case TERM_ACCEPT:
		put_verdict(r, NF_ACCEPT, NULL);
		break;
	case TERM_DROP:
		put_verdict(r, NF_DROP, NULL);
		break;
	case TERM_RETURN:
		put_verdict(r, NFT_RETURN, NULL);
		break;
	case TERM_GOTO:
		put_verdict(r, NFT_GOTO, t->name);
		break;
	case TERM_JUMP:
		put_verdict(r, NFT_JUMP, t->name);
		break;
	case TERM_REJECT:
		put_reject(r);
		break;
	case TERM_MASQUERADE:
		put_masquerade(r, &t->nat);
		break;
	case TERM_SNAT:
		put_snat(r, &t->nat);
		break;
	case TERM_DNAT_MAP:
		put_dnat_map(r, t->set);
		break;
	case TERM_FLOW_ADD:
		nftnl_expr_set_str(put(r, "flow_offload"), NFTNL_EXPR_FLOW_TABLE_NAME, t->name);
		break;
	default:
		break; /* put_match */
	}
}

void put_expressions(struct nftnl_rule *r, const struct fw_rule *rule)
{
	for (size_t i = 0; i < FW_RULE_TERMS && rule->t[i].kind; i++) {
		if (rule->t[i].kind < TERM_ACCEPT)
			put_match(r, &rule->t[i]);
		else
			put_end(r, &rule->t[i]);
	}
}

/* ---- rules in other programs' chains ---- */

/* An extension of iptables', by nft_compat: its struct, filled up to a multiple of 8 bytes (XT_ALIGN), which the rule
 * takes over. */
static void put_xt_match(struct nftnl_rule *r, const char *name, const void *info, size_t len)
{
	size_t aligned = (len + 7) / 8 * 8;
	char *copy = calloc(1, aligned);
	struct nftnl_expr *e = put(r, "match");

	if (!copy)
		abort(); /* out of memory, as in base/mem.h */
	memcpy(copy, info, len);
	nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, 0);
	nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, copy, (uint32_t)aligned);
}

static void put_xt_group(struct nftnl_rule *r, bool out)
{
	struct xt_devgroup_info info = { .flags = out ? XT_DEVGROUP_MATCH_DST : XT_DEVGROUP_MATCH_SRC };

	if (out)
		info.dst_group = FW_GROUP, info.dst_mask = UINT32_MAX;
	else
		info.src_group = FW_GROUP, info.src_mask = UINT32_MAX;
	put_xt_match(r, "devgroup", &info, sizeof(info));
}

static void put_group(struct nftnl_rule *r, bool out)
{
	put_meta(r, out ? NFT_META_OIFGROUP : NFT_META_IIFGROUP);
	put_cmp(r, NFT_CMP_EQ, &(uint32_t){ FW_GROUP }, sizeof(uint32_t));
}

static void put_comment(struct nftnl_rule *r)
{
	struct nftnl_udata_buf *u = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!u)
		abort(); /* out of memory, as in base/mem.h */
	nftnl_udata_put_strz(u, NFTNL_UDATA_RULE_COMMENT, PASS_COMMENT);
	nftnl_rule_set_data(r, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

void put_pass_expressions(struct nftnl_rule *r, const struct pass *p, bool iptables)
{
	struct xt_comment_info comment = { PASS_COMMENT };

	if (p->proto)
		put_l4proto(r, p->proto);
	if (iptables)
		put_xt_group(r, p->out);
	else
		put_group(r, p->out);
	if (p->port) {
		put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
		put_cmp(r, NFT_CMP_EQ, &(uint16_t){ htons(p->port) }, sizeof(uint16_t));
	}
	if (iptables) {
		put_xt_match(r, "comment", &comment, sizeof(comment));
		nftnl_rule_set_u32(r, NFTNL_RULE_COMPAT_PROTO, p->proto);
		nftnl_rule_set_u32(r, NFTNL_RULE_COMPAT_FLAGS, 0);
	} else {
		put_comment(r);
	}
	put(r, "counter");
	put_verdict(r, NF_ACCEPT, NULL);
}
