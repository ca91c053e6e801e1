/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/foreign.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "firewall/batch.h"
#include "firewall/foreign_rule.h"
#include "firewall/nfnl.h"

enum { READ_TRIES = 5, TYPE_IFNAME = 41 /* nft's number */ };

static const int families[] = { NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET };

struct reading {
	struct nfnl *nl;
	struct foreign *f;
	struct foreign_table *table; /* whose rules or sets come */
	struct foreign_chain *last;  /* rules come chain by chain */
};

static void chain_clear(struct foreign_chain *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		mem_drop(c->rules[i].target);
	mem_drop(c->rules);
	mem_drop(c->name);
}

void foreign_free(struct foreign *f)
{
	for (size_t i = 0; f && i < f->n_tables; i++) {
		struct foreign_table *t = &f->tables[i];

		for (size_t j = 0; j < t->n_chains; j++)
			chain_clear(&t->chains[j]);
		mem_drop(t->chains);
		mem_drop(t->ifnames);
		mem_drop(t->name);
	}
	if (f)
		mem_drop(f->tables);
	mem_drop(f);
}

const struct foreign_chain *foreign_chain_find(const struct foreign_table *t, const char *name)
{
	for (size_t i = 0; i < t->n_chains; i++)
		if (strcmp(t->chains[i].name, name) == 0)
			return &t->chains[i];
	return NULL;
}

const char *foreign_family(const struct foreign_table *t)
{
	return t->family == NFPROTO_IPV4 ? "ip" : t->family == NFPROTO_IPV6 ? "ip6" : "inet";
}

static struct foreign_table *find_table(struct foreign *f, int family, const char *name)
{
	for (size_t i = 0; i < f->n_tables; i++)
		if (f->tables[i].family == family && strcmp(f->tables[i].name, name) == 0)
			return &f->tables[i];
	return NULL;
}

static int take_table(const struct nlmsghdr *h, void *arg)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(h);
	const struct nlattr *name = nfnl_attr(h, NFTA_TABLE_NAME);
	struct reading *r = arg;
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		known |= nfg->nfgen_family == families[i];
	if (!name || !known || (nfg->nfgen_family == NFPROTO_INET && strcmp(mnl_attr_get_str(name), FW_TABLE) == 0))
		return MNL_CB_OK;
	struct foreign_table *t = mem_push(r->f->tables, r->f->n_tables);

	t->family = nfg->nfgen_family;
	t->name = mem_strdup(mnl_attr_get_str(name));
	return MNL_CB_OK;
}

static enum foreign_hook hook_of(const struct nftnl_chain *c)
{
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

	if (!nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) || !type || strcmp(type, "filter") != 0)
		return FOREIGN_NO_HOOK;
	switch (nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM)) {
	case NF_INET_FORWARD:
		return FOREIGN_FORWARD;
	case NF_INET_LOCAL_IN:
		return FOREIGN_INPUT;
	default:
		return FOREIGN_NO_HOOK;
	}
}

static int take_chain(const struct nlmsghdr *h, void *arg)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(h);
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct reading *r = arg;
	struct foreign_table *t = NULL;

	if (c && nftnl_chain_nlmsg_parse(h, c) == 0)
		t = find_table(r->f, nfg->nfgen_family, nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE));
	if (t)
		*mem_push(t->chains, t->n_chains) = (struct foreign_chain){
			.name = mem_strdup(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME)),
			.hook = hook_of(c),
			.drops = nftnl_chain_is_set(c, NFTNL_CHAIN_POLICY) &&
				 nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) == NF_DROP,
		};
	nftnl_chain_free(c);
	return MNL_CB_OK;
}

static int take_rule(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *chain = nfnl_attr(h, NFTA_RULE_CHAIN);
	struct reading *r = arg;

	if (!chain)
		return MNL_CB_OK;
	if (!r->last || strcmp(r->last->name, mnl_attr_get_str(chain)) != 0)
		r->last = (struct foreign_chain *)foreign_chain_find(r->table, mnl_attr_get_str(chain));
	if (r->last)
		foreign_rule_parse(h, r->table, mem_push(r->last->rules, r->last->n_rules));
	return MNL_CB_OK;
}

static int take_ifname_elements(const struct nlmsghdr *h, void *arg)
{
	struct reading *r = arg;
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elems_iter *iter = NULL;
	struct nftnl_set_elem *el;
	uint32_t len = 0;

	if (s && nftnl_set_elems_nlmsg_parse(h, s) == 0)
		iter = nftnl_set_elems_iter_create(s);
	while (iter && (el = nftnl_set_elems_iter_next(iter))) {
		const void *key = nftnl_set_elem_get(el, NFTNL_SET_ELEM_KEY, &len);

		foreign_add_ifname(r->table, key, len);
	}
	if (iter)
		nftnl_set_elems_iter_destroy(iter);
	nftnl_set_free(s);
	return MNL_CB_OK;
}

struct names {
	char **v;
	size_t n;
};

static int take_set(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *name = nfnl_attr(h, NFTA_SET_NAME), *type = nfnl_attr(h, NFTA_SET_KEY_TYPE);
	struct names *sets = arg;

	if (name && type && ntohl(mnl_attr_get_u32(type)) == TYPE_IFNAME)
		*mem_push(sets->v, sets->n) = mem_strdup(mnl_attr_get_str(name));
	return MNL_CB_OK;
}

/* `iifname { a, b } accept` holds its names in a set. */
static int read_sets(struct reading *r)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, r->table->family, NFT_MSG_GETSET, NLM_F_DUMP);
	struct names sets = { 0 };

	mnl_attr_put_strz(h, NFTA_SET_TABLE, r->table->name);
	int err = nfnl_ask(r->nl, h, take_set, &sets);

	for (size_t i = 0; i < sets.n; i++) {
		h = nft_request(buf, r->table->family, NFT_MSG_GETSETELEM, NLM_F_DUMP);
		mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, r->table->name);
		mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, sets.v[i]);
		if (err == 0)
			err = nfnl_ask(r->nl, h, take_ifname_elements, r);
		mem_drop(sets.v[i]);
	}
	mem_drop(sets.v);
	return err;
}

static int read_rules(struct reading *r)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, r->table->family, NFT_MSG_GETRULE, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, r->table->name);
	r->last = NULL;
	int err = nfnl_ask(r->nl, h, take_rule, r);

	return err == 0 ? read_sets(r) : err;
}

static bool has_table_of(const struct foreign *f, int family)
{
	for (size_t i = 0; i < f->n_tables; i++)
		if (f->tables[i].family == family)
			return true;
	return false;
}

static bool is_hooked(const struct foreign_table *t)
{
	for (size_t i = 0; i < t->n_chains; i++)
		if (t->chains[i].hook)
			return true;
	return false;
}

/* The chains of a family come all at once, so those of a family in which only we have a table are not asked for: they are
 * thousands. */
static int read_all(struct reading *r)
{
	char buf[NFNL_REQUEST_MAX];
	int err = nfnl_ask(r->nl, nft_request(buf, NFPROTO_UNSPEC, NFT_MSG_GETTABLE, NLM_F_DUMP), take_table, r);

	for (size_t i = 0; i < ARRAY_SIZE(families) && err == 0; i++)
		if (has_table_of(r->f, families[i]))
			err =
			    nfnl_ask(r->nl, nft_request(buf, families[i], NFT_MSG_GETCHAIN, NLM_F_DUMP), take_chain, r);
	for (size_t i = 0; i < r->f->n_tables && err == 0; i++) {
		r->table = &r->f->tables[i];
		if (is_hooked(r->table))
			err = read_rules(r);
	}
	return err;
}

/* What changes while we read: a table that is gone, or a list that was cut. */
static bool is_stale(int err)
{
	return err == -EINTR || err == -ENOENT;
}

int foreign_read(struct firewall *f, struct foreign **ret)
{
	int err = -EINTR;

	for (int i = 0; i < READ_TRIES && is_stale(err); i++) {
		AUTO(foreign_free) struct foreign *seen = mem_new(struct foreign);
		struct reading r = { .nl = firewall_nfnl(f), .f = seen };

		err = read_all(&r);
		if (err == 0)
			*ret = TAKE(seen);
	}
	return err;
}

int foreign_change(struct firewall *f, const struct foreign_table *t, const struct pass_change *v, size_t n)
{
	struct batch b;
	bool any = false;
	int err = 0;

	batch_begin(&b);
	for (size_t i = 0; i < n; i++) {
		if (v[i].table != t)
			continue;
		put_pass_change(&b, &v[i]);
		any = true;
	}
	if (any)
		err = firewall_send(f, &b);
	batch_free(&b);
	return err;
}
