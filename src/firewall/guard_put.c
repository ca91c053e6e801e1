/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/guard_put.h"

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

enum {
	ELEMENTS_A_MESSAGE = 256,
	TYPE_BITS = 6, /* of one of nft's types in a concatenation */
	TYPE_VERDICT = 0xffffff00,
};

/* Numbers that nft uses to show keys; the kernel only keeps them. */
static const struct {
	uint32_t type, order;
} types[FW_FIELDS] = {
	[FIELD_IIFNAME] = { 41, 1 }, [FIELD_MARK] = { 19, 1 },     [FIELD_ETHER_SADDR] = { 9, 2 },
	[FIELD_IP_SADDR] = { 7, 2 }, [FIELD_IP6_SADDR] = { 8, 2 },
};

static void set_key(struct nftnl_set *s, enum guard_set id)
{
	const struct guard_set_def *def = &guard_sets[id];
	struct nftnl_udata_buf *u = sure(nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN));
	uint32_t type = 0;

	for (size_t i = 0; i < FW_TERM_FIELDS && def->key[i]; i++)
		type = type << TYPE_BITS | types[def->key[i]].type;
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, (uint32_t)guard_key_len(id));
	nftnl_udata_put_u32(u, NFTNL_UDATA_SET_KEYBYTEORDER, types[def->key[0]].order);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static struct nftnl_set *set_new(const struct batch *b, enum guard_set id)
{
	struct nftnl_set *s = sure(nftnl_set_alloc());

	nftnl_set_set_str(s, NFTNL_SET_TABLE, b->table);
	nftnl_set_set_str(s, NFTNL_SET_NAME, guard_sets[id].name);
	return s;
}

/* Each element of a set with a counter counts the packets that it is found for. */
static void put_guard_set(struct batch *b, enum guard_set id)
{
	const struct guard_set_def *def = &guard_sets[id];
	struct nlmsghdr *h = batch_start(b, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_set *s = set_new(b, id);

	nftnl_set_set_u32(s, NFTNL_SET_ID, id + 1);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS,
			  (def->map ? NFT_SET_MAP : 0) | (def->dynamic ? NFT_SET_EVAL | NFT_SET_TIMEOUT : 0));
	set_key(s, id);
	if (def->map) {
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, TYPE_VERDICT);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, 0);
	}
	if (def->dynamic)
		nftnl_set_set_u64(s, NFTNL_SET_TIMEOUT, OWN_SILENT_S * 1000ULL);
	if (def->counts)
		nftnl_set_add_expr(s, sure(nftnl_expr_alloc("counter")));
	nftnl_set_nlmsg_build_payload(h, s);
	nftnl_set_free(s);
	batch_add(b, h);
}

static void begin(struct batch *b)
{
	b->family = NFPROTO_BRIDGE;
	b->table = FW_GUARD_TABLE;
}

void put_guard_table(struct batch *b, uint32_t hold, bool owners)
{
	begin(b);
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, 0); /* deleting needs one to be there */
	put_table(b, NFT_MSG_DELTABLE, 0, 0);
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, hold);
	for (enum guard_set id = 0; id < (owners ? GUARD_SETS : GUARD_SETS_WITHOUT_OWNERS); id++)
		put_guard_set(b, id);
	put_chains(b, guard_base_chains, guard_base_n_chains(owners), guard_base_stamp(owners), "");
}

void put_guard_probe(struct batch *b)
{
	static const struct fw_rule rule = { {
	    { .kind = TERM_FIELD_NOT_IN, .of = { FIELD_IIFNAME }, .name = "claims" },
	    { .kind = TERM_LIMIT, .of = { FIELD_IIFNAME }, .name = "claims" },
	} };
	static const struct fw_chain chain = { .name = "chain", .rules = &rule, .n_rules = 1 };

	begin(b);
	b->table = "vnetd_probe";
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, 0);
	put_guard_set(b, GUARD_CLAIMS);
	put_chains(b, &chain, 1, 0, "");
	put_table(b, NFT_MSG_DELTABLE, 0, 0);
}

void put_guard_claim(struct batch *b)
{
	begin(b);
	put_table(b, NFT_MSG_NEWTABLE, 0, FW_OWNED);
}

void put_guard_removal(struct batch *b)
{
	begin(b);
	put_table(b, NFT_MSG_DELTABLE, 0, 0);
}

static void add_element(struct nftnl_set *s, const struct guard_element *def)
{
	struct nftnl_set_elem *el = sure(nftnl_set_elem_alloc());
	char chain[FW_NAME];

	nftnl_set_elem_set(el, NFTNL_SET_ELEM_KEY, def->key, (uint32_t)guard_key_len(def->set));
	if (guard_sets[def->set].map) {
		guard_chain_name(def->bridge, chain);
		nftnl_set_elem_set_u32(el, NFTNL_SET_ELEM_VERDICT, (uint32_t)NFT_GOTO);
		nftnl_set_elem_set_str(el, NFTNL_SET_ELEM_CHAIN, chain);
	}
	nftnl_set_elem_add(s, el);
}

void put_guard_elements(struct batch *b, int type, const struct guard_element *v, size_t n)
{
	begin(b);
	for (enum guard_set id = 0; id < GUARD_SETS; id++) {
		struct nftnl_set *s = NULL;
		int count = 0;

		for (size_t i = 0; i < n; i++) {
			if (v[i].set != id)
				continue;
			if (!s)
				s = set_new(b, id);
			add_element(s, &v[i]);
			if (++count % ELEMENTS_A_MESSAGE == 0)
				put_elements_message(b, type, TAKE(s));
		}
		if (s)
			put_elements_message(b, type, s);
	}
}
