/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/fast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/flowtable.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/param.h>

#include "firewall/batch.h"
#include "firewall/firewall.h"
#include "firewall/observe.h"

enum {
	DEVS_A_MESSAGE = 128, /* the kernel takes 255 */
	IN_TABLE = 3,         /* the flowtable, its set, its chain */
};

/* ---- what is there ---- */

struct seen {
	struct fw_table table;
	uint64_t stamp; /* of the chain */
	size_t n_rules;
	struct fw_devs flowtable, set; /* a device that goes away leaves the first, not the second */
};

static int by_name(const void *a, const void *b)
{
	return strncmp(a, b, IFNAMSIZ);
}

void fw_devs_sort(struct fw_devs *d)
{
	if (d->n)
		qsort(d->v, d->n, sizeof(*d->v), by_name);
}

static bool has(const struct fw_devs *d, const char *name)
{
	return d->n && bsearch(name, d->v, d->n, sizeof(*d->v), by_name);
}

static void add(struct fw_devs *d, const char *name)
{
	char(*dev)[IFNAMSIZ] = mem_push(d->v, d->n);

	strncpy(*dev, name, sizeof(*dev) - 1);
}

static int take_chain(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *data = nfnl_attr(h, NFTA_CHAIN_USERDATA), *policy = nfnl_attr(h, NFTA_CHAIN_POLICY);
	struct seen *s = arg;
	struct chain_mark mark;

	if (data && policy && ntohl(mnl_attr_get_u32(policy)) == NF_ACCEPT &&
	    chain_mark_parse(mnl_attr_get_payload(data), mnl_attr_get_payload_len(data), &mark) == 0)
		s->stamp = mark.stamp;
	return MNL_CB_OK;
}

static int count_rule(const struct nlmsghdr *h, void *arg)
{
	(void)h;
	((struct seen *)arg)->n_rules++;
	return MNL_CB_OK;
}

static int take_flowtable(const struct nlmsghdr *h, void *arg)
{
	struct nftnl_flowtable *t = sure(nftnl_flowtable_alloc());
	const char *const *devs = NULL;
	struct seen *s = arg;

	if (nftnl_flowtable_nlmsg_parse(h, t) == 0)
		devs = nftnl_flowtable_get_array(t, NFTNL_FLOWTABLE_DEVICES);
	for (; devs && *devs; devs++)
		add(&s->flowtable, *devs);
	nftnl_flowtable_free(t);
	return MNL_CB_OK;
}

static void take_element(void *arg, struct nftnl_set_elem *el)
{
	struct seen *s = arg;
	uint32_t len = 0;
	const char *name = nftnl_set_elem_get(el, NFTNL_SET_ELEM_KEY, &len);

	if (name && len == IFNAMSIZ)
		add(&s->set, name);
}

static int take_elements(const struct nlmsghdr *h, void *arg)
{
	return fw_each_element(h, take_element, arg);
}

/* One question about the table; what is not there is found missing in what was seen. Each is about this table only, so the
 * cost does not grow with the networks that have no part in it. */
static int ask(struct nfnl *nl, int type, int flags, int attr, const char *name, mnl_cb_t take, struct seen *s)
{
	char buf[NFNL_REQUEST_MAX];
	struct nlmsghdr *h = nft_request(buf, NFPROTO_INET, type, flags);

	/* in every request the table's name is attribute 1 */
	mnl_attr_put_strz(h, NFTA_FLOWTABLE_TABLE, FW_FAST_TABLE);
	if (name)
		mnl_attr_put_strz(h, (uint16_t)attr, name);
	int err = nfnl_ask(nl, h, take, s);

	return err == -ENOENT ? 0 : err;
}

static int see(struct nfnl *nl, struct seen *s)
{
	int err = fw_see_table(nl, NFPROTO_INET, FW_FAST_TABLE, &s->table);

	if (err < 0 || !s->table.there)
		return err;
	err = ask(nl, NFT_MSG_GETCHAIN, NLM_F_ACK, NFTA_CHAIN_NAME, fw_fast_chain.name, take_chain, s);
	if (err == 0)
		err = ask(nl, NFT_MSG_GETRULE, NLM_F_DUMP, 0, NULL, count_rule, s);
	if (err == 0)
		err = ask(nl, NFT_MSG_GETFLOWTABLE, NLM_F_ACK, NFTA_FLOWTABLE_NAME, FW_FLOWTABLE, take_flowtable, s);
	if (err == 0)
		err =
		    ask(nl, NFT_MSG_GETSETELEM, NLM_F_DUMP, NFTA_SET_ELEM_LIST_SET, fw_fast_set.name, take_elements, s);
	fw_devs_sort(&s->flowtable);
	fw_devs_sort(&s->set);
	return err;
}

/* ---- what is to change ---- */

/* A flowtable that is there gets the devices added. */
static void put_flowtable(struct batch *b, char (*devs)[IFNAMSIZ], size_t n)
{
	const char *names[DEVS_A_MESSAGE + 1] = { NULL };
	struct nlmsghdr *h = batch_start(b, NFT_MSG_NEWFLOWTABLE, NLM_F_CREATE);
	struct nftnl_flowtable *t = sure(nftnl_flowtable_alloc());

	for (size_t i = 0; i < n; i++)
		names[i] = devs[i];
	nftnl_flowtable_set_str(t, NFTNL_FLOWTABLE_TABLE, b->table);
	nftnl_flowtable_set_str(t, NFTNL_FLOWTABLE_NAME, FW_FLOWTABLE);
	nftnl_flowtable_set_u32(t, NFTNL_FLOWTABLE_HOOKNUM, NF_NETDEV_INGRESS);
	nftnl_flowtable_set_s32(t, NFTNL_FLOWTABLE_PRIO, 0);
	nftnl_flowtable_set_u32(t, NFTNL_FLOWTABLE_FLAGS, NFT_FLOWTABLE_COUNTER); /* conntrack's counters stay true */
	nftnl_flowtable_set_array(t, NFTNL_FLOWTABLE_DEVICES, names);
	nftnl_flowtable_nlmsg_build_payload(h, t);
	nftnl_flowtable_free(t);
	batch_add(b, h);
}

static void put_devs(struct batch *b, const struct fw_devs *d)
{
	for (size_t i = 0; i < d->n; i += DEVS_A_MESSAGE)
		put_flowtable(b, &d->v[i], MIN(d->n - i, (size_t)DEVS_A_MESSAGE));
}

static void put_whole(struct batch *b, const struct fw_devs *want, uint32_t hold)
{
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, 0); /* deleting needs one to be there */
	put_table(b, NFT_MSG_DELTABLE, 0, 0);
	if (!want->n)
		return;
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, hold);
	put_devs(b, want);
	put_set(b, &fw_fast_set, 1);
	put_names(b, NFT_MSG_NEWSETELEM, &fw_fast_set, want->v, want->n);
	put_chains(b, &fw_fast_chain, 1, fw_base_stamp(), "");
}

static bool covers(const struct fw_devs *d, const struct fw_devs *less)
{
	for (size_t i = 0; i < less->n; i++)
		if (!has(d, less->v[i]))
			return false;
	return true;
}

/* Those of `want` that are not in `have`; to be freed. */
static struct fw_devs missing(const struct fw_devs *want, const struct fw_devs *have)
{
	struct fw_devs d = { 0 };

	for (size_t i = 0; i < want->n; i++)
		if (!has(have, want->v[i]))
			add(&d, want->v[i]);
	return d;
}

/* A bridge that is gone has left the flowtable with its flows, and its name goes from the set: all others' go on. */
static bool put_difference(struct batch *b, const struct seen *s, const struct fw_devs *want)
{
	struct fw_devs devs = missing(want, &s->flowtable), names = missing(want, &s->set),
		       gone = missing(&s->set, want);
	bool any = devs.n || names.n || gone.n;

	put_devs(b, &devs);
	put_names(b, NFT_MSG_DELSETELEM, &fw_fast_set, gone.v, gone.n);
	put_names(b, NFT_MSG_NEWSETELEM, &fw_fast_set, names.v, names.n);
	mem_drop(devs.v);
	mem_drop(names.v);
	mem_drop(gone.v);
	return any;
}

/* Puts what makes it so; false: there is nothing to do. */
static bool put_change(struct batch *b, const struct seen *s, const struct fw_devs *want, uint32_t hold)
{
	bool claim = fw_is_claimable(s->table.hold, hold);
	bool right = s->table.use == IN_TABLE && s->stamp == fw_base_stamp() && s->n_rules == fw_fast_chain.n_rules &&
		     (claim || fw_is_held(s->table.hold, hold));

	b->table = FW_FAST_TABLE;
	if (!s->table.there && !want->n)
		return false;
	/* one that is there and not wanted: its flows must end, too, which they do with the table alone */
	if (!s->table.there || !right || !want->n || !covers(want, &s->flowtable)) {
		put_whole(b, want, hold);
		return true;
	}
	if (claim)
		put_table(b, NFT_MSG_NEWTABLE, 0, hold);
	return put_difference(b, s, want) || claim;
}

/* Both that it has no flowtables and that a device just went away is ENOENT to the kernel. */
static bool are_there(const struct fw_devs *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (!if_nametoindex(d->v[i]))
			return false;
	return true;
}

static int failed(int err, const struct fw_devs *want, struct err *e)
{
	if ((err == -ENOENT && are_there(want)) || err == -EOPNOTSUPP)
		return err_set(
		    e, VNET_ERR_NO_SUPPORT,
		    "this kernel has no flowtables (its modules are nf_flow_table_inet and nft_flow_offload)");
	return err_sys(e, err, "install the flowtable");
}

int firewall_fast(struct firewall *f, const struct fw_devs *want, bool *ret_changed, struct err *e)
{
	struct seen s = { 0 };
	struct batch b;
	int err = see(firewall_nfnl(f), &s);

	batch_begin(&b);
	*ret_changed = err == 0 && put_change(&b, &s, want, firewall_wanted_hold(f));
	if (*ret_changed)
		err = firewall_send(f, &b);
	batch_free(&b);
	mem_drop(s.flowtable.v);
	mem_drop(s.set.v);
	return err < 0 ? failed(err, want, e) : 0;
}
