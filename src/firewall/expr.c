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

static struct nftnl_expr *expr_new(const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (!e)
		abort(); /* out of memory, as in base/mem.h */
	return e;
}

static struct nftnl_expr *put(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = expr_new(name);

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

static void load_meta(struct nftnl_rule *r, uint32_t key)
{
	put_meta(r, key);
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

static void find_in_set(struct nftnl_rule *r, const struct fw_term *t)
{
	put_lookup(r, t->name);
}

static void find_in_vmap(struct nftnl_rule *r, const struct fw_term *t)
{
	nftnl_expr_set_u32(put_lookup(r, t->name), NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
}

static struct nftnl_expr *put_immediate_verdict(struct nftnl_rule *r, uint32_t verdict)
{
	struct nftnl_expr *e = put(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, verdict);
	return e;
}

static void put_verdict(struct nftnl_rule *r, uint32_t verdict)
{
	put_immediate_verdict(r, verdict);
}

static void put_goto(struct nftnl_rule *r, const struct fw_term *t)
{
	nftnl_expr_set_str(put_immediate_verdict(r, (uint32_t)NFT_GOTO), NFTNL_EXPR_IMM_CHAIN, t->name);
}

static void put_jump(struct nftnl_rule *r, const struct fw_term *t)
{
	nftnl_expr_set_str(put_immediate_verdict(r, (uint32_t)NFT_JUMP), NFTNL_EXPR_IMM_CHAIN, t->name);
}

static void put_reject(struct nftnl_rule *r, uint32_t code)
{
	struct nftnl_expr *e = put(r, "reject");

	nftnl_expr_set_u32(e, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_ICMPX_UNREACH);
	nftnl_expr_set_u8(e, NFTNL_EXPR_REJECT_CODE, (uint8_t)code);
}

/* Only packets of this family: the table sees both. */
static void put_family(struct nftnl_rule *r, uint32_t family)
{
	uint8_t proto = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;

	put_meta(r, NFT_META_NFPROTO);
	put_cmp(r, NFT_CMP_EQ, &proto, sizeof(proto));
}

static void put_l4proto(struct nftnl_rule *r, uint32_t proto)
{
	put_meta(r, NFT_META_L4PROTO);
	put_cmp(r, NFT_CMP_EQ, &(uint8_t){ (uint8_t)proto }, sizeof(uint8_t));
}

static void is_ifname(struct nftnl_rule *r, const struct fw_term *t)
{
	char padded[IFNAMSIZ] = ""; /* all 16 bytes are compared: nothing else begins like it */

	memcpy(padded, t->name, strnlen(t->name, sizeof(padded) - 1));
	put_cmp(r, NFT_CMP_EQ, padded, sizeof(padded));
}

static void is_group(struct nftnl_rule *r, const struct fw_term *t)
{
	put_cmp(r, NFT_CMP_EQ, &t->group, sizeof(t->group));
}

/* Where the addresses stand: RFC 791 s.3.1, RFC 8200 s.3. */
static size_t address_offset(uint32_t family, bool source)
{
	if (family == AF_INET)
		return source ? 12 : 16;
	return source ? 8 : 24;
}

/* A prefix of whole bytes loads just these, as nft does, except for three: four and a mask are quicker, since the kernel
 * has a short way for aligned words. */
static void put_address(struct nftnl_rule *r, bool source, const struct prefix *p)
{
	uint32_t family = p->ip.family;
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

static void put_saddr(struct nftnl_rule *r, const struct fw_term *t)
{
	put_address(r, true, &t->prefix);
}

static void put_daddr(struct nftnl_rule *r, const struct fw_term *t)
{
	put_address(r, false, &t->prefix);
}

static void load_source(struct nftnl_rule *r, uint32_t family)
{
	put_family(r, family);
	put_payload(r, NFT_PAYLOAD_NETWORK_HEADER, address_offset(family, true), ip_size(family));
}

static void put_ct(struct nftnl_rule *r, uint32_t key, uint32_t bits)
{
	struct nftnl_expr *e = put(r, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	put_mask(r, &bits, sizeof(bits));
	put_cmp(r, NFT_CMP_NEQ, &(uint32_t){ 0 }, sizeof(bits));
}

static void put_ct_state(struct nftnl_rule *r, uint32_t bits)
{
	put_ct(r, NFT_CT_STATE, bits);
}

static void put_ct_status(struct nftnl_rule *r, uint32_t bits)
{
	put_ct(r, NFT_CT_STATUS, bits);
}

enum { TCP_FLAGS_AT = 13, TCP_FLAG_SYN = 2, TCP_OPTION_MSS = 2 }; /* RFC 9293 s.3.1, s.3.2 */

static void put_tcp_flag(struct nftnl_rule *r, uint32_t flag)
{
	uint8_t mask = (uint8_t)flag, none = 0;

	put_l4proto(r, IPPROTO_TCP);
	put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_AT, sizeof(mask));
	put_mask(r, &mask, sizeof(mask));
	put_cmp(r, NFT_CMP_NEQ, &none, sizeof(none));
}

/* The least of the routes' MTUs both ways, without headers; the kernel never makes the option larger. */
static void put_clamp(struct nftnl_rule *r, uint32_t option)
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
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, (uint8_t)option);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 2); /* behind its kind and length */
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, sizeof(uint16_t));
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void load_dport(struct nftnl_rule *r, uint32_t proto)
{
	put_l4proto(r, proto);
	put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2); /* RFC 768, RFC 9293 s.3.1 */
}

static void is_port(struct nftnl_rule *r, const struct fw_term *t)
{
	put_cmp(r, NFT_CMP_EQ, &(uint16_t){ htons(t->port) }, sizeof(t->port));
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

static void put_masquerade(struct nftnl_rule *r, const struct fw_term *t)
{
	const struct fw_nat *n = &t->nat;
	uint32_t last = n->port_start ? put_ports(r, NFT_REG_1, n) : 0;
	struct nftnl_expr *e = put(r, "masq");

	if (!n->port_start)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_REG_PROTO_MAX, last);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MASQ_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
}

/* Persistent: one guest keeps one public address. */
static void put_snat(struct nftnl_rule *r, const struct fw_term *t)
{
	const struct fw_nat *n = &t->nat;
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

static void put_field_value(struct nftnl_rule *r, const struct fw_term *t)
{
	size_t len = fw_fields[t->of[0]].len;
	uint16_t wide = htons(t->value);
	uint8_t narrow = (uint8_t)t->value;

	put_field_protocol(r, t->of[0]);
	put_field(r, t->of[0], NFT_REG32_00);
	put_cmp(r, t->kind == TERM_FIELD_NOT ? NFT_CMP_NEQ : NFT_CMP_EQ, len == 1 ? (const void *)&narrow : &wide, len);
}

static void put_field_prefix(struct nftnl_rule *r, const struct fw_term *t)
{
	const struct prefix *p = &t->prefix;
	struct ip net = prefix_network(p), mask = prefix_mask(p->ip.family, p->len);
	size_t len = fw_fields[t->of[0]].len;

	put_field(r, t->of[0], NFT_REG32_00);
	if (p->len < ip_bits(p->ip.family))
		put_mask(r, mask.b, len);
	put_cmp(r, NFT_CMP_EQ, net.b, len);
}

static void put_fields(struct nftnl_rule *r, const struct fw_term *t)
{
	uint32_t reg = NFT_REG32_00;

	for (size_t i = 0; i < FW_TERM_FIELDS && t->of[i]; i++)
		put_field_protocol(r, t->of[i]); /* it uses the registers that the fields are loaded into */
	for (size_t i = 0; i < FW_TERM_FIELDS && t->of[i]; i++)
		reg = put_field(r, t->of[i], reg);
}

static void put_fields_in(struct nftnl_rule *r, const struct fw_term *t)
{
	put_fields(r, t);
	struct nftnl_expr *e = put_lookup(r, t->name);

	if (t->kind == TERM_FIELD_NOT_IN)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
}

/* Each element counts for itself. */
static struct nftnl_expr *limit_new(void)
{
	struct nftnl_expr *e = expr_new("limit");

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, FW_LIMIT_RATE);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1); /* second */
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, FW_LIMIT_BURST);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	return e;
}

static void put_update(struct nftnl_rule *r, const struct fw_term *t)
{
	put_fields(r, t);
	struct nftnl_expr *e = put(r, "dynset");

	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG32_00);
	nftnl_expr_set_str(e, NFTNL_EXPR_DYNSET_SET_NAME, t->name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	if (t->kind == TERM_LIMIT)
		nftnl_expr_set(e, NFTNL_EXPR_DYNSET_EXPR, limit_new(), 0); /* takes it */
}

static void put_set_mark(struct nftnl_rule *r, const struct fw_term *t)
{
	put_value(r, NFT_REG_1, &t->mark, sizeof(t->mark));
	struct nftnl_expr *e = put(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
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

static void put_dnat_map(struct nftnl_rule *r, const struct fw_term *t)
{
	enum { TARGET = NFT_REG_3 }; /* behind the key */
	const struct fw_set *s = &fw_sets[t->set];
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

static void put_flow_add(struct nftnl_rule *r, const struct fw_term *t)
{
	nftnl_expr_set_str(put(r, "flow_offload"), NFTNL_EXPR_FLOW_TABLE_NAME, t->name);
}

/* A term is what a number alone tells, `first`, or what the term holds, `then`, or one behind the other: what is loaded, and
 * what it is compared with. */
static const struct {
	void (*first)(struct nftnl_rule *r, uint32_t number);
	uint32_t number;
	void (*then)(struct nftnl_rule *r, const struct fw_term *t);
} terms[] = {
	[TERM_IPV4] = { put_family, AF_INET, NULL },
	[TERM_IPV6] = { put_family, AF_INET6, NULL },
	[TERM_IIFNAME_VMAP] = { load_meta, NFT_META_IIFNAME, find_in_vmap },
	[TERM_OIFNAME_VMAP] = { load_meta, NFT_META_OIFNAME, find_in_vmap },
	[TERM_SADDR4_VMAP] = { load_source, AF_INET, find_in_vmap },
	[TERM_SADDR6_VMAP] = { load_source, AF_INET6, find_in_vmap },
	[TERM_IIFNAME] = { load_meta, NFT_META_IIFNAME, is_ifname },
	[TERM_OIFNAME] = { load_meta, NFT_META_OIFNAME, is_ifname },
	[TERM_IIFGROUP] = { load_meta, NFT_META_IIFGROUP, is_group },
	[TERM_OIFGROUP] = { load_meta, NFT_META_OIFGROUP, is_group },
	[TERM_IIFNAME_IN] = { load_meta, NFT_META_IIFNAME, find_in_set },
	[TERM_OIFNAME_IN] = { load_meta, NFT_META_OIFNAME, find_in_set },
	[TERM_SADDR] = { NULL, 0, put_saddr },
	[TERM_DADDR] = { NULL, 0, put_daddr },
	[TERM_CT_ESTABLISHED] = { put_ct_state, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED),
				  NULL },
	[TERM_CT_INVALID] = { put_ct_state, NF_CT_STATE_INVALID_BIT, NULL },
	[TERM_CT_DNAT] = { put_ct_status, IPS_DST_NAT, NULL },
	[TERM_L4PROTO] = { load_meta, NFT_META_L4PROTO, find_in_set },
	[TERM_TCP] = { put_l4proto, IPPROTO_TCP, NULL },
	[TERM_UDP] = { put_l4proto, IPPROTO_UDP, NULL },
	[TERM_TCP_SYN] = { put_tcp_flag, TCP_FLAG_SYN, NULL },
	[TERM_UDP_DPORT] = { load_dport, IPPROTO_UDP, find_in_set },
	[TERM_TCP_DPORT] = { load_dport, IPPROTO_TCP, is_port },
	[TERM_CLAMP_MSS] = { put_clamp, TCP_OPTION_MSS, NULL },
	[TERM_FIELD] = { NULL, 0, put_field_value },
	[TERM_FIELD_NOT] = { NULL, 0, put_field_value },
	[TERM_FIELD_PREFIX] = { NULL, 0, put_field_prefix },
	[TERM_FIELD_IN] = { NULL, 0, put_fields_in },
	[TERM_FIELD_NOT_IN] = { NULL, 0, put_fields_in },
	[TERM_UPDATE] = { NULL, 0, put_update },
	[TERM_LIMIT] = { NULL, 0, put_update },
	[TERM_SET_MARK] = { NULL, 0, put_set_mark },
	[TERM_ACCEPT] = { put_verdict, NF_ACCEPT, NULL },
	[TERM_DROP] = { put_verdict, NF_DROP, NULL },
	[TERM_RETURN] = { put_verdict, (uint32_t)NFT_RETURN, NULL },
	[TERM_REJECT] = { put_reject, NFT_REJECT_ICMPX_PORT_UNREACH, NULL },
	[TERM_GOTO] = { NULL, 0, put_goto },
	[TERM_JUMP] = { NULL, 0, put_jump },
	[TERM_MASQUERADE] = { NULL, 0, put_masquerade },
	[TERM_SNAT] = { NULL, 0, put_snat },
	[TERM_DNAT_MAP] = { NULL, 0, put_dnat_map },
	[TERM_FLOW_ADD] = { NULL, 0, put_flow_add },
};

void put_expressions(struct nftnl_rule *r, const struct fw_rule *rule)
{
	for (size_t i = 0; i < FW_RULE_TERMS && rule->t[i].kind; i++) {
		const struct fw_term *t = &rule->t[i];

		if (terms[t->kind].first)
			terms[t->kind].first(r, terms[t->kind].number);
		if (terms[t->kind].then)
			terms[t->kind].then(r, t);
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
	put_verdict(r, NF_ACCEPT);
}
