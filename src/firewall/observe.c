/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/observe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <libnftnl/chain.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/rd.h"
#include "firewall/batch.h"

enum { OBSERVE_TRIES = 10 };

/* One end of an interval in a map keyed by prefixes. */
struct edge {
	struct ip addr;
	bool end;
	struct fw_element el;
};

struct observation {
	struct fw_state s; /* the base is the network "" while we look */
	bool foreign;      /* something in our table is not ours, or was changed */
	enum fw_set_id set;
	size_t n_values;
	struct edge *edges;
	size_t n_edges;
	struct fw_chain *last; /* rules come chain by chain */
};

void fw_state_free(struct fw_state *s)
{
	for (size_t i = 0; i < s->n; i++)
		fw_block_free(&s->nets[i].block);
	mem_drop(s->nets);
	*s = (struct fw_state){ 0 };
}

struct fw_seen *fw_state_find(const struct fw_state *s, const char *bridge)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->nets[i].bridge, bridge) == 0)
			return &s->nets[i];
	return NULL;
}

static struct fw_block *block_of(struct observation *o, const char *bridge)
{
	struct fw_seen *seen = fw_state_find(&o->s, bridge);

	if (!seen) {
		seen = mem_push(o->s.nets, o->s.n);
		snprintf(seen->bridge, sizeof(seen->bridge), "%s", bridge);
	}
	return &seen->block;
}

/* The network that owns this chain, or NULL. */
static struct fw_seen *owner_of(struct observation *o, const char *chain, struct fw_chain **ret_chain)
{
	for (size_t i = 0; i < o->s.n; i++) {
		struct fw_block *b = &o->s.nets[i].block;

		for (size_t j = 0; j < b->n_chains; j++) {
			if (strcmp(b->chains[j].name, chain) == 0) {
				*ret_chain = &b->chains[j];
				return &o->s.nets[i];
			}
		}
	}
	return NULL;
}

static int take_chain(const struct nlmsghdr *h, void *arg)
{
	struct observation *o = arg;
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct chain_mark mark;
	uint32_t len = 0;

	if (!c || nftnl_chain_nlmsg_parse(h, c) < 0 || strcmp(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE), FW_TABLE) != 0)
		goto done;
	const void *data = nftnl_chain_get_data(c, NFTNL_CHAIN_USERDATA, &len);

	if (chain_mark_parse(data, len, &mark) < 0 ||
	    (nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) && nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) != NF_ACCEPT)) {
		o->foreign = true;
		goto done;
	}
	struct fw_block *b = block_of(o, mark.bridge);
	struct fw_chain *new = mem_push(b->chains, b->n_chains);

	snprintf(new->name, sizeof(new->name), "%s", nftnl_chain_get_str(c, NFTNL_CHAIN_NAME));
	new->stamp = mark.stamp;
done:
	nftnl_chain_free(c);
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *h, void *arg)
{
	struct observation *o = arg;
	const struct nlattr *table = nfnl_attr(h, NFTA_RULE_TABLE), *chain = nfnl_attr(h, NFTA_RULE_CHAIN);

	if (!table || !chain || strcmp(mnl_attr_get_str(table), FW_TABLE) != 0)
		return MNL_CB_OK;
	const char *name = mnl_attr_get_str(chain);

	if ((o->last && strcmp(o->last->name, name) == 0) || owner_of(o, name, &o->last))
		o->last->n_rules++;
	return MNL_CB_OK;
}

static uint16_t port_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* One byte of type, one of length, the text with its NUL (libnftnl/udata.h); "": none that can be a bridge. */
static void owner_from_comment(const void *data, size_t len, char ret[IFNAMSIZ])
{
	struct rd r = rd_make(data, data ? len : 0);

	memset(ret, 0, IFNAMSIZ);
	if (rd_u8(&r) != NFTNL_UDATA_SET_ELEM_COMMENT)
		return;
	struct rd text = rd_sub(&r, rd_u8(&r));

	if (!text.bad && rd_left(&text) && rd_left(&text) <= IFNAMSIZ)
		rd_copy(&text, ret, rd_left(&text));
	ret[IFNAMSIZ - 1] = '\0';
}

/* batch.c tells how its parts stand in the key and behind it. */
static void take_target(struct observation *o, struct nftnl_set_elem *se)
{
	const struct fw_set *def = &fw_sets[o->set];
	size_t size = ip_size(def->target), key_size = def->key == KEY_PROTO_PORT ? 0 : size;
	struct fw_target t = { .map = o->set, .to.family = def->target };
	uint32_t len = 0, to_len = 0, comment_len = 0;
	const uint8_t *key = nftnl_set_elem_get(se, NFTNL_SET_ELEM_KEY, &len);
	const uint8_t *to = nftnl_set_elem_get(se, NFTNL_SET_ELEM_DATA, &to_len);
	const void *comment = nftnl_set_elem_get(se, NFTNL_SET_ELEM_USERDATA, &comment_len);
	char bridge[IFNAMSIZ];

	owner_from_comment(comment, comment_len, bridge);
	if (!key || !to || len != key_size + 8 || to_len != size + 4 || !bridge[0]) {
		o->foreign = true;
		return;
	}
	t.proto = key[0];
	t.address.family = key_size ? def->target : 0;
	memcpy(t.address.b, key + 4, key_size);
	t.port = port_at(key + 4 + key_size);
	memcpy(t.to.b, to, size);
	t.to_port = port_at(to + size);
	struct fw_block *b = block_of(o, bridge);

	*mem_push(b->targets, b->n_targets) = t;
}

static void take_element(void *arg, struct nftnl_set_elem *se)
{
	struct observation *o = arg;
	struct fw_element el = { .map = o->set };
	uint32_t len = 0, flags = 0;
	const void *key = nftnl_set_elem_get(se, NFTNL_SET_ELEM_KEY, &len);
	int family = fw_sets[o->set].key == KEY_IPV6 ? AF_INET6 : AF_INET;

	if (fw_sets[o->set].target) {
		take_target(o, se);
		return;
	}
	if (!fw_sets[o->set].verdicts) {
		o->n_values++;
		return;
	}
	if (nftnl_set_elem_is_set(se, NFTNL_SET_ELEM_FLAGS))
		flags = nftnl_set_elem_get_u32(se, NFTNL_SET_ELEM_FLAGS);
	if (nftnl_set_elem_is_set(se, NFTNL_SET_ELEM_CHAIN)) {
		snprintf(el.chain, sizeof(el.chain), "%s", nftnl_set_elem_get_str(se, NFTNL_SET_ELEM_CHAIN));
		el.go = nftnl_set_elem_get_u32(se, NFTNL_SET_ELEM_VERDICT) == (uint32_t)NFT_GOTO;
	}
	if (fw_sets[o->set].key == KEY_IFNAME && len == sizeof(el.ifname)) {
		memcpy(el.ifname, key, sizeof(el.ifname) - 1);
		struct fw_block *b = block_of(o, el.ifname);

		*mem_push(b->elements, b->n_elements) = el;
	} else if (len == ip_size(family)) {
		struct edge *edge = mem_push(o->edges, o->n_edges);

		*edge = (struct edge){ .addr.family = family, .end = flags & NFT_SET_ELEM_INTERVAL_END, .el = el };
		memcpy(edge->addr.b, key, len);
	}
}

int fw_each_element(const struct nlmsghdr *h, void (*take)(void *arg, struct nftnl_set_elem *el), void *arg)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elems_iter *iter;
	struct nftnl_set_elem *el;

	if (!s || nftnl_set_elems_nlmsg_parse(h, s) < 0) {
		nftnl_set_free(s);
		return MNL_CB_OK;
	}
	iter = nftnl_set_elems_iter_create(s);
	while ((el = nftnl_set_elems_iter_next(iter)))
		take(arg, el);
	nftnl_set_elems_iter_destroy(iter);
	nftnl_set_free(s);
	return MNL_CB_OK;
}

static int take_elements(const struct nlmsghdr *h, void *arg)
{
	return fw_each_element(h, take_element, arg);
}

static int edge_cmp(const void *pa, const void *pb)
{
	const struct edge *a = pa, *b = pb;

	int order = ip_cmp(&a->addr, &b->addr);

	return order ? order : b->end - a->end; /* one interval ends before the next begins */
}

/* The prefix from `first` to the address before `behind`, or, NULL, to the last of all; -EINVAL: it is none. */
static int prefix_from_range(const struct ip *first, const struct ip *behind, struct prefix *ret)
{
	struct prefix p = { .ip = *first };

	for (; p.len <= ip_bits(first->family); p.len++) {
		struct ip net = prefix_network(&p), end = prefix_broadcast(&p);
		bool last = !ip_next(&end);

		if (!ip_eq(&net, first) || (behind ? last || !ip_eq(&end, behind) : !last))
			continue;
		*ret = p;
		return 0;
	}
	return -EINVAL;
}

/* Start and end of intervals come as elements of their own; a missing end is the end of all addresses. */
static void join_edges(struct observation *o)
{
	if (o->n_edges)
		qsort(o->edges, o->n_edges, sizeof(*o->edges), edge_cmp);
	for (size_t i = 0; i < o->n_edges; i++) {
		struct edge *from = &o->edges[i], *to = i + 1 < o->n_edges ? from + 1 : NULL;
		bool ends = to && to->addr.family == from->addr.family;
		struct fw_chain *chain;
		struct fw_seen *owner;

		if (from->end)
			continue;
		owner = owner_of(o, from->el.chain, &chain);
		if (!owner || prefix_from_range(&from->addr, ends ? &to->addr : NULL, &from->el.prefix) < 0)
			o->foreign = true;
		else
			*mem_push(owner->block.elements, owner->block.n_elements) = from->el;
	}
}

static uint32_t number_of(const struct nlattr *a)
{
	return a ? ntohl(mnl_attr_get_u32(a)) : 0;
}

static int take_table(const struct nlmsghdr *h, void *arg)
{
	*(struct fw_table *)arg = (struct fw_table){
		.there = true,
		.hold = number_of(nfnl_attr(h, NFTA_TABLE_FLAGS)) & FW_OWNED,
		.port = number_of(nfnl_attr(h, NFTA_TABLE_OWNER)),
		.use = number_of(nfnl_attr(h, NFTA_TABLE_USE)),
	};
	return MNL_CB_OK;
}

int fw_see_table(struct nfnl *nl, int family, const char *name, struct fw_table *ret)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, family, NFT_MSG_GETTABLE, NLM_F_ACK);

	*ret = (struct fw_table){ 0 };
	mnl_attr_put_strz(h, NFTA_TABLE_NAME, name);
	int err = nfnl_ask(nl, h, take_table, ret);

	return err == -ENOENT ? 0 : err;
}

static int see_table(struct nfnl *nl, struct observation *o)
{
	struct fw_table t;
	int err = fw_see_table(nl, NFPROTO_INET, FW_TABLE, &t);

	o->s.table = t.there;
	o->s.hold = t.hold;
	o->s.taken = (t.hold & FW_OWNER) && t.port != nfnl_port(nl);
	return err;
}

static int see_chains_and_rules(struct nfnl *nl, struct observation *o)
{
	char buf[NFNL_REQUEST_MAX];
	int err = nfnl_ask(nl, nft_request(buf, NFPROTO_INET, NFT_MSG_GETCHAIN, NLM_F_DUMP), take_chain, o);

	if (err < 0)
		return err;
	struct nlmsghdr *h = nft_request(buf, NFPROTO_INET, NFT_MSG_GETRULE, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, FW_TABLE);
	return nfnl_ask(nl, h, take_rule, o);
}

static int see_set(struct nfnl *nl, struct observation *o, enum fw_set_id id)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, NFPROTO_INET, NFT_MSG_GETSETELEM, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, FW_TABLE);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, fw_sets[id].name);
	o->set = id;
	o->n_values = 0;
	int err = nfnl_ask(nl, h, take_elements, o);

	if (err == -ENOENT || o->n_values != fw_sets[id].n_values)
		o->foreign = true;
	return err == -ENOENT ? 0 : err;
}

/* What stands in the table for all networks, with or without what is there while ports are published, and the clamp. */
static struct fw_block base_block(bool forwarding, bool clamp)
{
	uint64_t stamp = fw_base_stamp();
	struct fw_block b = forwarding ? fw_block_of_forwarding(stamp) : (struct fw_block){ 0 };

	for (size_t i = 0; i < fw_base_n_chains + clamp; i++) {
		struct fw_chain *c = mem_push(b.chains, b.n_chains);

		*c = i < fw_base_n_chains ? fw_base_chains[i] : fw_clamp_chain;
		c->rules = NULL; /* their number is compared */
		c->stamp = stamp;
	}
	return b;
}

static bool is_base(const struct fw_block *seen, bool forwarding, bool clamp)
{
	struct fw_block want = base_block(forwarding, clamp);
	bool same = fw_block_eq(seen, &want);

	fw_block_free(&want);
	return same;
}

/* Takes the base out of the networks: is it as we make it? */
static bool take_base(struct observation *o)
{
	struct fw_seen *seen = fw_state_find(&o->s, "");

	bool same = false;

	if (!seen)
		return false;
	for (unsigned with = 0; with < 4 && !same; with++) {
		o->s.forwarding = with & 1;
		o->s.clamp = with & 2;
		same = is_base(&seen->block, o->s.forwarding, o->s.clamp);
	}
	fw_block_free(&seen->block);
	*seen = o->s.nets[--o->s.n];
	return same;
}

static void sort_targets(struct observation *o)
{
	for (size_t i = 0; i < o->s.n; i++) {
		struct fw_block *b = &o->s.nets[i].block;

		if (b->n_targets)
			qsort(b->targets, b->n_targets, sizeof(*b->targets), fw_target_cmp);
	}
}

static int see_all(struct nfnl *nl, struct observation *o)
{
	uint32_t before = 0, after = 0;
	int err = nfnl_generation(nl, &before);

	if (err == 0)
		err = see_table(nl, o);
	if (err == 0 && o->s.table)
		err = see_chains_and_rules(nl, o);
	for (enum fw_set_id id = 0; id < FW_SETS && err == 0 && o->s.table; id++)
		err = see_set(nl, o, id);
	if (err == 0)
		err = nfnl_generation(nl, &after);
	return err == 0 && before != after ? -EINTR : err;
}

int fw_observe(struct nfnl *nl, struct fw_state *ret)
{
	int err = -EINTR;

	for (int i = 0; i < OBSERVE_TRIES && err == -EINTR; i++) {
		struct observation o = { 0 };

		err = see_all(nl, &o);
		if (err == 0) {
			join_edges(&o);
			sort_targets(&o);
			o.s.base = take_base(&o) && !o.foreign;
			*ret = o.s;
		} else {
			fw_state_free(&o.s);
		}
		mem_drop(o.edges);
	}
	return err;
}
