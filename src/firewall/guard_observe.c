/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/guard_observe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/map.h"
#include "firewall/batch.h"
#include "firewall/firewall.h"
#include "firewall/observe.h"

struct seen_chain {
	uint64_t stamp;
	size_t n_rules;
	char name[];
};

struct observation {
	struct map *chains;
	bool foreign;
	enum guard_set set;
	uint64_t digest;
	struct guard_count *counts; /* while they are read */
	size_t n_counts;
};

static bool is_text(const struct nlattr *a, const char *text)
{
	return a && strcmp(mnl_attr_get_str(a), text) == 0;
}

static int take_chain(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *name = nfnl_attr(h, NFTA_CHAIN_NAME), *data = nfnl_attr(h, NFTA_CHAIN_USERDATA);
	const struct nlattr *policy = nfnl_attr(h, NFTA_CHAIN_POLICY);
	struct observation *o = arg;
	struct chain_mark mark;

	if (!is_text(nfnl_attr(h, NFTA_CHAIN_TABLE), FW_GUARD_TABLE) || !name)
		return MNL_CB_OK;
	if (!data || chain_mark_parse(mnl_attr_get_payload(data), mnl_attr_get_payload_len(data), &mark) < 0 ||
	    (policy && ntohl(mnl_attr_get_u32(policy)) != NF_ACCEPT)) {
		o->foreign = true;
		return MNL_CB_OK;
	}
	const char *text = mnl_attr_get_str(name);
	struct seen_chain *c = mem_zalloc(sizeof(*c) + strlen(text) + 1);

	c->stamp = mark.stamp;
	strcpy(c->name, text);
	mem_drop(map_put(o->chains, text, strlen(text), c));
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *chain = nfnl_attr(h, NFTA_RULE_CHAIN);
	struct observation *o = arg;

	if (!is_text(nfnl_attr(h, NFTA_RULE_TABLE), FW_GUARD_TABLE) || !chain)
		return MNL_CB_OK;
	struct seen_chain *c = map_get_str(o->chains, mnl_attr_get_str(chain));

	if (c)
		c->n_rules++;
	return MNL_CB_OK;
}

static int take_count(struct nftnl_expr *e, void *arg)
{
	if (strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "counter") == 0)
		*(uint64_t *)arg = nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_PACKETS);
	return 0;
}

static struct guard_count *count_of(struct observation *o, const uint8_t *port)
{
	for (size_t i = 0; i < o->n_counts; i++)
		if (memcmp(o->counts[i].port, port, IFNAMSIZ) == 0)
			return &o->counts[i];
	struct guard_count *c = mem_push(o->counts, o->n_counts);

	memcpy(c->port, port, sizeof(c->port) - 1);
	return c;
}

static void take_element(void *arg, struct nftnl_set_elem *se)
{
	struct observation *o = arg;
	struct guard_element el = { .set = (uint8_t)o->set };
	const char *chain = "";
	uint32_t len = 0;
	const void *key = nftnl_set_elem_get(se, NFTNL_SET_ELEM_KEY, &len);

	if (!key || len != guard_key_len(o->set)) {
		o->foreign = true;
		return;
	}
	memcpy(el.key, key, len);
	if (nftnl_set_elem_is_set(se, NFTNL_SET_ELEM_CHAIN))
		chain = nftnl_set_elem_get_str(se, NFTNL_SET_ELEM_CHAIN);
	o->digest += guard_element_digest(&el, chain);
	if (guard_sets[o->set].counts)
		nftnl_set_elem_expr_foreach(se, take_count, &count_of(o, el.key)->packets[o->set - GUARD_COUNTERS]);
}

static int take_elements(const struct nlmsghdr *h, void *arg)
{
	return fw_each_element(h, take_element, arg);
}

int guard_each(struct nfnl *nl, enum guard_set set, mnl_cb_t take, void *arg)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, NFPROTO_BRIDGE, NFT_MSG_GETSETELEM, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, FW_GUARD_TABLE);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, guard_sets[set].name);
	return nfnl_ask(nl, h, take, arg);
}

static int see_set(struct nfnl *nl, struct observation *o, enum guard_set id)
{
	o->set = id;
	int err = guard_each(nl, id, take_elements, o);

	o->foreign |= err == -ENOENT;
	return err == -ENOENT ? 0 : err;
}

static int see_chains(struct nfnl *nl, struct observation *o)
{
	char buf[NFNL_REQUEST_MAX];
	struct seen_chain *c;
	int err = nfnl_ask(nl, nft_request(buf, NFPROTO_BRIDGE, NFT_MSG_GETCHAIN, NLM_F_DUMP), take_chain, o);
	struct nlmsghdr *h = nft_request(buf, NFPROTO_BRIDGE, NFT_MSG_GETRULE, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, FW_GUARD_TABLE);
	if (err == 0)
		err = nfnl_ask(nl, h, take_rule, o);
	for (size_t pos = 0; (c = map_next(o->chains, &pos));) {
		o->digest += guard_chain_digest(c->name, c->stamp, c->n_rules);
		mem_drop(c);
	}
	return err;
}

static int take_hold(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *flags = nfnl_attr(h, NFTA_TABLE_FLAGS);

	*(uint32_t *)arg = flags ? ntohl(mnl_attr_get_u32(flags)) & FW_OWNED : 0;
	return MNL_CB_OK;
}

int guard_observe(struct nfnl *nl, bool *ret_there, uint32_t *ret_hold, uint64_t *ret_digest)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, NFPROTO_BRIDGE, NFT_MSG_GETTABLE, NLM_F_ACK);
	struct observation o = { 0 };
	int err = 0;

	mnl_attr_put_strz(h, NFTA_TABLE_NAME, FW_GUARD_TABLE);
	*ret_hold = 0;
	*ret_there = nfnl_ask(nl, h, take_hold, ret_hold) == 0;
	if (!*ret_there)
		return 0;
	o.chains = map_new();
	err = see_chains(nl, &o);
	map_free(o.chains);
	for (enum guard_set id = 0; id < GUARD_SETS_WITHOUT_OWNERS && err == 0; id++)
		err = see_set(nl, &o, id);
	mem_drop(o.counts);
	*ret_digest = o.foreign ? ~o.digest : o.digest;
	return err;
}

int guard_counts(struct nfnl *nl, struct guard_count **ret, size_t *ret_n)
{
	struct observation o = { 0 };
	int err = 0;

	for (int why = 0; why < FW_REFUSALS && err == 0; why++)
		err = see_set(nl, &o, GUARD_COUNTERS + why);
	if (err < 0) {
		mem_drop(o.counts);
		return err;
	}
	*ret = o.counts;
	*ret_n = o.n_counts;
	return 0;
}
