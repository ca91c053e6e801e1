/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks as one transaction's messages. */
#include "firewall/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "base/rd.h"
#include "firewall/expr.h"

enum {
	MESSAGE_MAX = 64 * 1024,
	TARGET_KEY_MAX = 24,
	ELEMENTS_A_MESSAGE = 256, /* their list is one attribute, whose length has 16 bits */
	MARK_STAMP = 200,         /* types in a chain's user data, beyond those that nft knows */
	MARK_BRIDGE = 201,
	NFT_TYPE_VERDICT = 0xffffff00,
	NFT_TYPE_IPV4 = 7,
	NFT_TYPE_IPV6 = 8,
	NFT_TYPE_PROTO = 12,
	NFT_TYPE_PORT = 13,
	NFT_TYPE_BITS = 6, /* of each in the number of a concatenation */
};

#define TYPES2(a, b)    ((a) << NFT_TYPE_BITS | (b))
#define TYPES3(a, b, c) (TYPES2(a, b) << NFT_TYPE_BITS | (c))

/* Room for one more message of any size. */
static char *batch_room(struct batch *b)
{
	if (b->room - b->len < MESSAGE_MAX) {
		char *more = mem_array(1, 2 * b->room + MESSAGE_MAX);

		if (b->len)
			memcpy(more, b->buf, b->len);
		mem_drop(b->buf);
		b->buf = more;
		b->room = 2 * b->room + MESSAGE_MAX;
	}
	return b->buf + b->len;
}

void batch_add(struct batch *b, const struct nlmsghdr *h)
{
	b->last = b->len;
	b->len += NLMSG_ALIGN(h->nlmsg_len);
}

struct nlmsghdr *batch_start(struct batch *b, int type, int flags)
{
	return nftnl_nlmsg_build_hdr(batch_room(b), (uint16_t)type, b->family, (uint16_t)flags, ++b->seq);
}

void batch_begin(struct batch *b)
{
	*b = (struct batch){ .family = NFPROTO_INET, .table = FW_TABLE };
	batch_add(b, nftnl_batch_begin(batch_room(b), ++b->seq));
}

/* The end itself is not acknowledged by every kernel (not by 6.1). */
void batch_end(struct batch *b)
{
	((struct nlmsghdr *)(b->buf + b->last))->nlmsg_flags |= NLM_F_ACK;
	batch_add(b, nftnl_batch_end(batch_room(b), ++b->seq));
}

void batch_free(struct batch *b)
{
	mem_drop(b->buf);
	*b = (struct batch){ 0 };
}

void put_table(struct batch *b, int type, int flags, uint32_t hold)
{
	struct nlmsghdr *h = batch_start(b, type, flags);
	struct nftnl_table *t = sure(nftnl_table_alloc());

	nftnl_table_set_str(t, NFTNL_TABLE_NAME, b->table);
	if (hold)
		nftnl_table_set_u32(t, NFTNL_TABLE_FLAGS, hold);
	nftnl_table_nlmsg_build_payload(h, t);
	nftnl_table_free(t);
	batch_add(b, h);
}

/* Numbers that nft uses to show keys; the kernel only keeps them. Byte order: nft guesses without it and shows interface
 * names as "". */
static const struct {
	uint32_t type, len, order;
} keys[] = {
	[KEY_IFNAME] = { 41, IFNAMSIZ, 1 },
	[KEY_IPV4] = { NFT_TYPE_IPV4, 4, 2 },
	[KEY_IPV6] = { NFT_TYPE_IPV6, 16, 2 },
	[KEY_PROTO] = { NFT_TYPE_PROTO, 1, 2 },
	[KEY_PORT] = { NFT_TYPE_PORT, 2, 2 },
	[KEY_PROTO_PORT] = { TYPES2(NFT_TYPE_PROTO, NFT_TYPE_PORT), 8, 0 },
	[KEY_PROTO_IPV4_PORT] = { TYPES3(NFT_TYPE_PROTO, NFT_TYPE_IPV4, NFT_TYPE_PORT), 12, 0 },
	[KEY_PROTO_IPV6_PORT] = { TYPES3(NFT_TYPE_PROTO, NFT_TYPE_IPV6, NFT_TYPE_PORT), 24, 0 },
};

static void set_byte_order(struct nftnl_set *s, uint32_t order)
{
	struct nftnl_udata_buf *u = sure(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_udata_put_u32(u, NFTNL_UDATA_SET_KEYBYTEORDER, order);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

/* What a map's keys lead to. */
static void set_data_type(struct nftnl_set *s, const struct fw_set *def)
{
	uint32_t type = NFT_TYPE_VERDICT, len = 0;

	if (def->target) {
		type = TYPES2(def->target == AF_INET ? NFT_TYPE_IPV4 : NFT_TYPE_IPV6, NFT_TYPE_PORT);
		len = (uint32_t)ip_size(def->target) + 4;
	}
	nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, type);
	nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, len);
}

void put_set(struct batch *b, const struct fw_set *def, uint32_t id)
{
	struct nlmsghdr *h = batch_start(b, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_set *s = sure(nftnl_set_alloc());
	bool interval = def->key == KEY_IPV4 || def->key == KEY_IPV6;
	bool map = def->verdicts || def->target;
	uint32_t flags = (map ? NFT_SET_MAP : 0) | (interval ? NFT_SET_INTERVAL : 0);

	nftnl_set_set_str(s, NFTNL_SET_TABLE, b->table);
	nftnl_set_set_str(s, NFTNL_SET_NAME, def->name);
	nftnl_set_set_u32(s, NFTNL_SET_ID, id);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, flags);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, keys[def->key].type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, keys[def->key].len);
	if (map)
		set_data_type(s, def);
	set_byte_order(s, keys[def->key].order);
	nftnl_set_nlmsg_build_payload(h, s);
	nftnl_set_free(s);
	batch_add(b, h);
}

static void set_mark(struct nftnl_chain *c, uint64_t stamp, const char *bridge)
{
	struct nftnl_udata_buf *u = sure(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_udata_put(u, MARK_STAMP, sizeof(stamp), &stamp);
	nftnl_udata_put_strz(u, MARK_BRIDGE, bridge);
	nftnl_chain_set_data(c, NFTNL_CHAIN_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

/* One byte of type, one of length, the value (libnftnl/udata.h). Others may write there too. */
int chain_mark_parse(const void *data, size_t len, struct chain_mark *ret)
{
	struct rd r = rd_make(data, data ? len : 0);
	struct chain_mark m = { 0 };

	while (rd_left(&r)) {
		uint8_t type = rd_u8(&r);
		struct rd value = rd_sub(&r, rd_u8(&r));

		if (type == MARK_STAMP)
			rd_copy(&value, &m.stamp, sizeof(m.stamp));
		else if (type == MARK_BRIDGE && rd_left(&value) < sizeof(m.bridge) + 1)
			rd_copy(&value, m.bridge, rd_left(&value));
	}
	if (r.bad || !m.stamp || m.bridge[sizeof(m.bridge) - 1])
		return -EBADMSG;
	*ret = m;
	return 0;
}

static void put_chain(struct batch *b, const struct fw_chain *c, uint64_t stamp, const char *bridge)
{
	/* NLM_F_EXCL: rules are appended, so to a chain that is there they would come a second time */
	struct nlmsghdr *h = batch_start(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_chain *n = sure(nftnl_chain_alloc());

	nftnl_chain_set_str(n, NFTNL_CHAIN_TABLE, b->table);
	nftnl_chain_set_str(n, NFTNL_CHAIN_NAME, c->name);
	if (c->hook) {
		nftnl_chain_set_str(n, NFTNL_CHAIN_TYPE, c->hook->type);
		nftnl_chain_set_u32(n, NFTNL_CHAIN_HOOKNUM, c->hook->number);
		nftnl_chain_set_s32(n, NFTNL_CHAIN_PRIO, c->hook->priority);
		nftnl_chain_set_u32(n, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	set_mark(n, stamp, bridge);
	nftnl_chain_nlmsg_build_payload(h, n);
	nftnl_chain_free(n);
	batch_add(b, h);
}

static struct nftnl_rule *rule_new(const struct batch *b, const char *chain)
{
	struct nftnl_rule *r = sure(nftnl_rule_alloc());

	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, b->family);
	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, b->table);
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	return r;
}

/* Takes the rule. */
static void put_rule(struct batch *b, struct nftnl_rule *r)
{
	struct nlmsghdr *h = batch_start(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

	nftnl_rule_nlmsg_build_payload(h, r);
	nftnl_rule_free(r);
	batch_add(b, h);
}

/* All chains first: rules and elements jump to them. */
void put_chains(struct batch *b, const struct fw_chain *c, size_t n, uint64_t stamp, const char *bridge)
{
	for (size_t i = 0; i < n; i++)
		put_chain(b, &c[i], stamp, bridge);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < c[i].n_rules; j++) {
			struct nftnl_rule *r = rule_new(b, c[i].name);

			put_expressions(r, &c[i].rules[j]);
			put_rule(b, r);
		}
}

static struct nftnl_set *elements_new(const struct batch *b, const struct fw_set *def)
{
	struct nftnl_set *s = sure(nftnl_set_alloc());

	nftnl_set_set_str(s, NFTNL_SET_TABLE, b->table);
	nftnl_set_set_str(s, NFTNL_SET_NAME, def->name);
	return s;
}

static struct nftnl_set_elem *add_key(struct nftnl_set *s, const void *key, uint32_t len)
{
	struct nftnl_set_elem *el = sure(nftnl_set_elem_alloc());

	nftnl_set_elem_set(el, NFTNL_SET_ELEM_KEY, key, len);
	nftnl_set_elem_add(s, el);
	return el;
}

void put_elements_message(struct batch *b, int type, struct nftnl_set *s)
{
	struct nlmsghdr *h = batch_start(b, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE | NLM_F_EXCL : 0);

	nftnl_set_elems_nlmsg_build_payload(h, s);
	nftnl_set_free(s);
	batch_add(b, h);
}

void put_names(struct batch *b, int type, const struct fw_set *def, char (*names)[IFNAMSIZ], size_t n)
{
	for (size_t i = 0; i < n;) {
		struct nftnl_set *s = elements_new(b, def);

		do
			add_key(s, names[i++], IFNAMSIZ);
		while (i < n && i % ELEMENTS_A_MESSAGE);
		put_elements_message(b, type, s);
	}
}

static void put_values(struct batch *b, enum fw_set_id id)
{
	const struct fw_set *def = &fw_sets[id];
	struct nftnl_set *s = elements_new(b, def);

	for (size_t i = 0; i < def->n_values; i++) {
		uint16_t port = htons(def->values[i]);
		uint8_t proto = (uint8_t)def->values[i];

		if (def->key == KEY_PORT)
			add_key(s, &port, sizeof(port));
		else
			add_key(s, &proto, sizeof(proto));
	}
	put_elements_message(b, NFT_MSG_NEWSETELEM, s);
}

static void set_verdict(struct nftnl_set_elem *el, const struct fw_element *def)
{
	nftnl_set_elem_set_u32(el, NFTNL_SET_ELEM_VERDICT, (uint32_t)(def->go ? NFT_GOTO : NFT_JUMP));
	nftnl_set_elem_set_str(el, NFTNL_SET_ELEM_CHAIN, def->chain);
}

/* An interval is two elements: its first address, and, marked as an end, the first one behind it. */
static void add_element(struct nftnl_set *s, const struct fw_element *def)
{
	struct ip behind = prefix_broadcast(&def->prefix);
	uint32_t len = (uint32_t)ip_size(behind.family);

	if (fw_sets[def->map].key == KEY_IFNAME) {
		set_verdict(add_key(s, def->ifname, IFNAMSIZ), def);
		return;
	}
	set_verdict(add_key(s, def->prefix.ip.b, len), def);
	if (ip_next(&behind)) /* else it reaches to the last address */
		nftnl_set_elem_set_u32(add_key(s, behind.b, len), NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
}

/* The elements of one map, in as many messages as they need. */
static void put_elements(struct batch *b, int type, const struct fw_block *block, enum fw_set_id map)
{
	struct nftnl_set *s = NULL;
	int n = 0;

	for (size_t i = 0; i < block->n_elements; i++) {
		if (block->elements[i].map != map)
			continue;
		if (!s)
			s = elements_new(b, &fw_sets[map]);
		add_element(s, &block->elements[i]);
		if (++n % ELEMENTS_A_MESSAGE == 0)
			put_elements_message(b, type, TAKE(s));
	}
	if (s)
		put_elements_message(b, type, s);
}

static void put_all_elements(struct batch *b, int type, const struct fw_block *block)
{
	for (enum fw_set_id map = 0; map < FW_SETS; map++)
		put_elements(b, type, block, map);
}

/* Whose it is, as a comment that nft shows. */
static void set_owner(struct nftnl_set_elem *el, const char *bridge)
{
	struct nftnl_udata_buf *u = sure(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));

	nftnl_udata_put_strz(u, NFTNL_UDATA_SET_ELEM_COMMENT, bridge);
	nftnl_set_elem_set(el, NFTNL_SET_ELEM_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

/* Each part fills words of 32 bits; a number that is shorter stands in front. */
static void put_port(uint8_t *at, uint16_t port)
{
	memset(at, 0, 4);
	at[0] = (uint8_t)(port >> 8);
	at[1] = (uint8_t)port;
}

static uint32_t target_key(const struct fw_target *t, uint8_t key[TARGET_KEY_MAX])
{
	uint32_t len = t->address.family ? (uint32_t)ip_size(t->address.family) : 0;

	memset(key, 0, 4);
	key[0] = t->proto;
	memcpy(key + 4, t->address.b, len);
	put_port(key + 4 + len, t->port);
	return len + 8;
}

static void add_target(struct nftnl_set *s, const struct fw_target *t, const char *bridge)
{
	uint8_t key[TARGET_KEY_MAX], to[TARGET_KEY_MAX];
	uint32_t len = target_key(t, key), to_len = (uint32_t)ip_size(t->to.family);
	struct nftnl_set_elem *el = add_key(s, key, len);

	memcpy(to, t->to.b, to_len);
	put_port(to + to_len, t->to_port);
	nftnl_set_elem_set(el, NFTNL_SET_ELEM_DATA, to, to_len + 4);
	set_owner(el, bridge);
}

static void put_targets(struct batch *b, int type, const struct fw_block *block)
{
	struct nftnl_set *s = NULL;
	int n = 0;

	for (size_t i = 0; i < block->n_targets; i++) {
		const struct fw_target *t = &block->targets[i];

		if (s && (t->map != t[-1].map || ++n % ELEMENTS_A_MESSAGE == 0))
			put_elements_message(b, type, TAKE(s));
		if (!s)
			s = elements_new(b, &fw_sets[t->map]);
		add_target(s, t, block->bridge);
	}
	if (s)
		put_elements_message(b, type, s);
}

void put_base(struct batch *b)
{
	for (enum fw_set_id id = 0; id < FW_SETS; id++) {
		put_set(b, &fw_sets[id], id + 1);
		if (fw_sets[id].n_values)
			put_values(b, id);
	}
	put_chains(b, fw_base_chains, fw_base_n_chains, fw_base_stamp(), "");
}

void put_clamp(struct batch *b)
{
	put_chains(b, &fw_clamp_chain, 1, fw_base_stamp(), "");
}

void put_clamp_removal(struct batch *b)
{
	put_chains_removal(b, &fw_clamp_chain, 1);
}

void put_block(struct batch *b, const struct fw_block *block)
{
	put_chains(b, block->chains, block->n_chains, block->n_chains ? block->chains[0].stamp : 0, block->bridge);
	put_all_elements(b, NFT_MSG_NEWSETELEM, block);
	put_targets(b, NFT_MSG_NEWSETELEM, block);
}

void put_chains_removal(struct batch *b, const struct fw_chain *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nlmsghdr *h = batch_start(b, NFT_MSG_DELCHAIN, 0); /* and its rules */

		mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, b->table);
		mnl_attr_put_strz(h, NFTA_CHAIN_NAME, c[i].name);
		batch_add(b, h);
	}
}

void put_block_removal(struct batch *b, const struct fw_block *block)
{
	put_targets(b, NFT_MSG_DELSETELEM, block);
	put_all_elements(b, NFT_MSG_DELSETELEM, block);
	put_chains_removal(b, block->chains, block->n_chains);
}

void put_pass_change(struct batch *b, const struct pass_change *c)
{
	b->family = (uint8_t)c->table->family;
	b->table = c->table->name;
	struct nftnl_rule *r = rule_new(b, c->chain->name);
	int flags = c->del ? 0 : c->before ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND;
	struct nlmsghdr *h = batch_start(b, c->del ? NFT_MSG_DELRULE : NFT_MSG_NEWRULE, flags);

	if (c->del)
		nftnl_rule_set_u64(r, NFTNL_RULE_HANDLE, c->del);
	else
		put_pass_expressions(r, &passes[c->kind], pass_is_iptables(c->table));
	if (c->before)
		nftnl_rule_set_u64(r, NFTNL_RULE_POSITION, c->before);
	nftnl_rule_nlmsg_build_payload(h, r);
	nftnl_rule_free(r);
	batch_add(b, h);
}
