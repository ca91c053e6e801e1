/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/guard_release.h"

#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/guard_observe.h"
#include "firewall/guard_put.h"
#include "firewall/observe.h"

enum {
	ALMOST_MS = 2000, /* what ends so soon may be gone before our transaction, which then would fail */
	/* in a key of owners: mark, MAC, address */
	MAC_AT = 4,
	ADDRESS_AT = 12,
};

struct found {
	const struct guard_leaver *leavers;
	size_t n_leavers;
	enum guard_set set;
	struct guard_element *v;
	size_t n;
};

static bool is_of(const struct guard_leaver *l, const uint8_t *key)
{
	uint32_t mark = guard_mark(l->bridge);

	return memcmp(key, &mark, sizeof(mark)) == 0 && memcmp(key + MAC_AT, l->mac.b, sizeof(l->mac.b)) == 0;
}

static bool has_left(const struct found *f, const uint8_t *key)
{
	for (size_t i = 0; i < f->n_leavers; i++)
		if (is_of(&f->leavers[i], key))
			return true;
	return false;
}

/* As an owner, and as owned. */
static void add(struct found *f, const uint8_t *key, size_t len)
{
	struct guard_element *el = mem_push(f->v, f->n);

	el->set = (uint8_t)f->set;
	memcpy(el->key, key, len);
	el = mem_push(f->v, f->n);
	el->set = (uint8_t)(f->set + 1);
	memcpy(el->key, key, MAC_AT);
	memcpy(el->key + MAC_AT, key + ADDRESS_AT, len - ADDRESS_AT);
}

static void take(void *arg, struct nftnl_set_elem *el)
{
	struct found *f = arg;
	uint32_t len = 0;
	const uint8_t *key = nftnl_set_elem_get(el, NFTNL_SET_ELEM_KEY, &len);

	if (key && len == guard_key_len(f->set) && has_left(f, key) &&
	    nftnl_set_elem_get_u64(el, NFTNL_SET_ELEM_EXPIRATION) >= ALMOST_MS)
		add(f, key, len);
}

static int take_all(const struct nlmsghdr *h, void *arg)
{
	return fw_each_element(h, take, arg);
}

bool guard_release(struct nfnl *nl, const struct guard_leaver *v, size_t n, struct batch *b)
{
	struct found f = { .leavers = v, .n_leavers = n, .set = GUARD_OWNERS4 };
	int err = guard_each(nl, f.set, take_all, &f);

	f.set = GUARD_OWNERS6;
	if (err == 0)
		err = guard_each(nl, f.set, take_all, &f);
	if (err == 0)
		put_guard_elements(b, NFT_MSG_DELSETELEM, f.v, f.n);
	mem_drop(f.v);
	return err == 0 && f.n;
}
