/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/firewall.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include "base/log.h"
#include "firewall/batch.h"
#include "firewall/conntrack.h"
#include "firewall/state.h"

int firewall_open(struct firewall **ret, struct err *e)
{
	AUTO(firewall_free) struct firewall *f = mem_new(struct firewall);

	f->guards = guards_new();
	/* watched before it is read: nothing is missed between */
	if (nfnl_open(&f->nl, e) < 0 || fw_watch_open(&f->watch, e) < 0 || firewall_refresh(f, e) < 0)
		return -1;
	*ret = TAKE(f);
	return 0;
}

void firewall_free(struct firewall *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_wanted; i++)
		fw_net_free(&f->wanted[i]);
	mem_drop(f->wanted);
	guards_free(f->guards);
	fw_state_free(&f->seen);
	fw_watch_free(f->watch);
	nfnl_free(f->nl);
	mem_drop(f);
}

int firewall_refresh(struct firewall *f, struct err *e)
{
	struct fw_state now;
	int err = fw_observe(f->nl, &now);

	if (err < 0)
		return err_sys(e, err, "read firewall rules");
	fw_state_free(&f->seen);
	f->seen = now;
	err = guards_refresh(f->guards, f->nl);
	return err < 0 ? err_sys(e, err, "read firewall rules") : 0;
}

struct nfnl *firewall_nfnl(struct firewall *f)
{
	return f->nl;
}

int firewall_fd(const struct firewall *f)
{
	return fw_watch_fd(f->watch);
}

bool firewall_changed(struct firewall *f, struct fw_culprit *ret)
{
	bool missed = f->missed;

	f->missed = false;
	f->others |= missed;
	return fw_watch_changed(f->watch, ret, &f->others, &f->other) || missed;
}

bool firewall_others_changed(struct firewall *f, struct fw_culprit *ret)
{
	bool changed = f->others;

	*ret = f->other;
	f->others = false;
	f->other = (struct fw_culprit){ 0 };
	return changed;
}

bool firewall_missed(const struct firewall *f)
{
	return f->missed;
}

/* ---- whose the tables are ---- */

void firewall_own(struct firewall *f, bool own)
{
	f->own = own;
}

uint32_t firewall_wanted_hold(const struct firewall *f)
{
	return f->own && !f->no_owner ? FW_OWNED : 0;
}

static bool is_held(const struct firewall *f, uint32_t hold)
{
	return fw_is_held(hold, firewall_wanted_hold(f));
}

static bool is_claimable(const struct firewall *f, uint32_t hold)
{
	return fw_is_claimable(hold, firewall_wanted_hold(f));
}

bool firewall_is_owned(const struct firewall *f)
{
	return f->seen.table ? f->seen.hold == FW_OWNED && !f->seen.taken : firewall_wanted_hold(f) != 0;
}

bool firewall_clamp(struct firewall *f, bool on)
{
	f->clamp = on;
	return f->seen.table && f->seen.clamp != on;
}

bool firewall_has(const struct firewall *f, const struct fw_net *n)
{
	const struct fw_seen *seen = fw_state_find(&f->seen, n->bridge);

	struct fw_block want = fw_block_of_net(n);
	bool same = seen && fw_block_eq(&seen->block, &want), nothing = fw_block_is_empty(&want);

	fw_block_free(&want);
	if (nothing)
		return !seen;
	return same && f->seen.base && f->seen.clamp == f->clamp && (f->seen.forwarding || !n->publishes) &&
	       is_held(f, f->seen.hold);
}

bool firewall_has_bridge(const struct firewall *f, const char *bridge)
{
	return fw_state_find(&f->seen, bridge);
}

const char *firewall_bridges(const struct firewall *f, size_t i)
{
	return i < f->seen.n ? f->seen.nets[i].bridge : NULL;
}

/* What a commit does to one network. */
struct step {
	const char *bridge;
	const struct fw_net *add;   /* NULL: it goes */
	const struct fw_seen *seen; /* what is there, or NULL */
	struct fw_block block;      /* of `add` */
	bool idle;                  /* it is there as wanted */
	bool same_chains;           /* it is there but for elements: only they come and go */
};

struct plan {
	struct step *steps;
	size_t n;
	bool rebuild, claim, clamp;
	bool forwarding; /* ports are published then */
	uint32_t hold;
	size_t after; /* networks there will be */
};

static struct step *find_step(const struct plan *p, const char *bridge)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->steps[i].bridge, bridge) == 0)
			return &p->steps[i];
	return NULL;
}

/* The last word about a bridge counts. */
static void plan_change(struct plan *p, const char *bridge, const struct fw_net *add)
{
	struct step *s = find_step(p, bridge);

	if (!s)
		s = mem_push(p->steps, p->n);
	s->bridge = bridge;
	s->add = add;
}

static void plan_compile(struct plan *p, const struct fw_state *seen)
{
	p->after = p->rebuild ? 0 : seen->n;
	for (size_t i = 0; i < p->n; i++) {
		struct step *s = &p->steps[i];

		s->seen = p->rebuild ? NULL : fw_state_find(seen, s->bridge);
		if (s->add)
			s->block = fw_block_of_net(s->add);
		if (fw_block_is_empty(&s->block)) /* an open network has nothing there */
			s->add = NULL;
		s->same_chains = s->seen && s->add && fw_block_same_chains(&s->seen->block, &s->block);
		s->idle = s->seen ? s->add && fw_block_eq(&s->seen->block, &s->block) : !s->add;
		p->after += !!s->add - !!s->seen;
	}
}

static bool any_publishes(const struct firewall *f, const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].add && p->steps[i].add->publishes)
			return true;
	for (size_t i = 0; i < f->n_wanted; i++)
		if (f->wanted[i].publishes && !find_step(p, f->wanted[i].bridge))
			return true;
	return false;
}

static struct plan plan_make(const struct firewall *f, const struct fw_change *changes, size_t n)
{
	struct plan p = { .hold = firewall_wanted_hold(f), .clamp = f->clamp };

	p.claim = f->seen.base && is_claimable(f, f->seen.hold);
	p.rebuild = !f->seen.base || !(is_held(f, f->seen.hold) || p.claim); /* an owner can't be changed otherwise */

	for (size_t i = 0; i < n; i++) {
		if (changes[i].del)
			plan_change(&p, changes[i].del, NULL);
		if (changes[i].add)
			plan_change(&p, changes[i].add->bridge, changes[i].add);
	}
	for (size_t i = 0; p.rebuild && i < f->n_wanted; i++)
		if (!find_step(&p, f->wanted[i].bridge))
			plan_change(&p, f->wanted[i].bridge, &f->wanted[i]);
	plan_compile(&p, &f->seen);
	p.forwarding = any_publishes(f, &p);
	return p;
}

static void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		fw_block_free(&p->steps[i].block);
	mem_drop(p->steps);
}

/* A broken table goes, whatever is in it: deleting needs one to be there. */
static void put_rebuild(struct batch *b, uint32_t hold)
{
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, 0);
	put_table(b, NFT_MSG_DELTABLE, 0, 0);
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, hold);
	put_base(b);
}

static void put_going(struct batch *b, const struct step *s)
{
	struct fw_block rest;

	if (!s->same_chains) {
		put_block_removal(b, &s->seen->block);
		return;
	}
	rest = fw_block_minus(&s->seen->block, &s->block);
	put_block_removal(b, &rest);
	fw_block_free(&rest);
}

static void put_coming(struct batch *b, const struct step *s)
{
	struct fw_block rest;

	if (!s->same_chains) {
		put_block(b, &s->block);
		return;
	}
	rest = fw_block_minus(&s->block, &s->seen->block);
	put_block(b, &rest);
	fw_block_free(&rest);
}

/* What goes goes first: a prefix may move from one network to another. */
static void put_steps(struct batch *b, const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].seen && !p->steps[i].idle)
			put_going(b, &p->steps[i]);
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].add && !p->steps[i].idle)
			put_coming(b, &p->steps[i]);
}

/* What is there for all while ports are published comes before those that need it, and goes behind them. */
static void put_forwarding(struct batch *b, void (*put)(struct batch *b, const struct fw_block *block))
{
	struct fw_block forwarding = fw_block_of_forwarding(fw_base_stamp());

	put(b, &forwarding);
	fw_block_free(&forwarding);
}

/* Is there anything to do? Then it is put. */
static bool put_plan(struct batch *b, const struct plan *p, const struct fw_state *seen)
{
	bool forwarding = seen->forwarding && !p->rebuild;
	size_t busy = forwarding != p->forwarding;

	if (p->after == 0) {
		if (seen->table)
			put_table(b, NFT_MSG_DELTABLE, 0, 0);
		return seen->table;
	}
	for (size_t i = 0; i < p->n; i++)
		busy += !p->steps[i].idle;
	if (p->rebuild)
		put_rebuild(b, p->hold);
	else if (p->claim)
		put_table(b, NFT_MSG_NEWTABLE, 0, p->hold);
	bool clamped = seen->clamp && !p->rebuild;

	if (p->clamp && !clamped)
		put_clamp(b);
	if (clamped && !p->clamp)
		put_clamp_removal(b);
	if (p->forwarding && !forwarding)
		put_forwarding(b, put_block);
	put_steps(b, p);
	if (forwarding && !p->forwarding)
		put_forwarding(b, put_block_removal);
	return p->rebuild || p->claim || busy || p->clamp != clamped;
}

/* Each transaction is one generation more; any other one in between is somebody else's. */
int firewall_send(struct firewall *f, struct batch *b)
{
	uint32_t before = 0, after = 0;

	batch_end(b);
	nfnl_generation(f->nl, &before);
	fw_watch_listen(f->watch, false);
	int err = nfnl_commit(f->nl, b->buf, b->len);
	int deaf = fw_watch_listen(f->watch, true);

	nfnl_generation(f->nl, &after);
	f->missed |= after != before + (err == 0);
	if (deaf < 0)
		log_error("firewall: others' changes are not seen any more: %s", strerror(-deaf));
	return err;
}

static int run(struct firewall *f, const struct plan *p)
{
	struct batch b;
	int err = 0;

	batch_begin(&b);
	if (put_plan(&b, p, &f->seen))
		err = firewall_send(f, &b);
	batch_free(&b);
	return err;
}

/* The kernel took it: what is there now is what was planned. */
static void keep_seen(struct fw_state *seen, struct plan *p)
{
	uint32_t hold = p->rebuild || p->claim ? p->hold : seen->hold;

	if (p->rebuild || p->after == 0)
		fw_state_free(seen);
	seen->table = seen->base = p->after > 0;
	seen->clamp = seen->table && p->clamp;
	seen->hold = seen->table ? hold : 0;
	seen->forwarding = p->after && p->forwarding;
	for (size_t i = 0; i < p->n; i++) {
		struct step *s = &p->steps[i];
		struct fw_seen *old = fw_state_find(seen, s->bridge);

		if (old) {
			fw_block_free(&old->block);
			*old = seen->nets[--seen->n];
		}
		if (!s->add)
			continue;
		struct fw_seen *new = mem_push(seen->nets, seen->n);

		snprintf(new->bridge, sizeof(new->bridge), "%s", s->bridge);
		new->block = s->block;
		s->block = (struct fw_block){ 0 };
	}
}

static void keep_wanted(struct firewall *f, const struct fw_net *n, const char *bridge)
{
	struct fw_net copy = n ? fw_net_copy(n) : (struct fw_net){ 0 }; /* `n` may be the one we have */
	size_t i = 0;

	while (i < f->n_wanted && strcmp(f->wanted[i].bridge, bridge) != 0)
		i++;
	if (i < f->n_wanted) {
		fw_net_free(&f->wanted[i]);
		f->wanted[i] = f->wanted[--f->n_wanted];
	}
	if (n)
		*mem_push(f->wanted, f->n_wanted) = copy;
}

/* What is forwarded no more, or elsewhere now, ends. A network that goes is the caller's to forget as a whole. */
static void forget_flows(struct firewall *f, const struct plan *p)
{
	static const struct fw_block none;
	struct err e;

	for (size_t i = 0; i < p->n; i++) {
		const struct step *s = &p->steps[i];
		const struct fw_block *seen = s->seen ? &s->seen->block : &none;

		if (!s->add || s->idle)
			continue;
		struct fw_block gone = fw_block_minus(seen, &s->block), come = fw_block_minus(&s->block, seen);

		if (conntrack_forget_targets(f, &gone, &come, &e) < 0)
			log_warn("firewall: %s: %s", s->bridge, e.detail);
		fw_block_free(&gone);
		fw_block_free(&come);
	}
}

/* Plans, runs and, if the kernel took it, remembers. */
static int commit(struct firewall *f, const struct fw_change *changes, size_t n)
{
	struct plan p = plan_make(f, changes, n);
	int err = run(f, &p);

	if (err == 0) {
		forget_flows(f, &p);
		keep_seen(&f->seen, &p);
		for (size_t i = 0; i < n; i++) {
			if (changes[i].del)
				keep_wanted(f, NULL, changes[i].del);
			if (changes[i].add)
				keep_wanted(f, changes[i].add, changes[i].add->bridge);
		}
	}
	plan_free(&p);
	return err;
}

/* These say that the kernel holds something else than we remember: somebody changed our table. */
static bool is_stale(int err)
{
	return err == -ENOENT || err == -EEXIST || err == -EBUSY;
}

/* A kernel that knows no owner, or none whose table outlives it (before 6.9), refuses the table. */
static int commit_held(struct firewall *f, const struct fw_change *changes, size_t n)
{
	int err = commit(f, changes, n);

	if ((err != -EOPNOTSUPP && err != -EINVAL) || !firewall_wanted_hold(f))
		return err;
	f->no_owner = true;
	err = commit(f, changes, n);
	if (err < 0)
		f->no_owner = false; /* that was not it */
	else
		log_info("firewall: this kernel can't keep others out of our tables: what they change is repaired");
	return err;
}

int firewall_commit(struct firewall *f, const struct fw_change *changes, size_t n, struct err *e)
{
	int err = commit_held(f, changes, n);

	if (is_stale(err)) {
		if (firewall_refresh(f, e) < 0)
			return -1;
		err = commit_held(f, changes, n);
	}
	if (err == -EPERM && f->seen.taken)
		return err_set(e, VNET_ERR_OPERATION_FAILED,
			       "install firewall rules: table inet %s belongs to another process that runs", FW_TABLE);
	if (err < 0)
		return err_sys(e, err, "install firewall rules");
	return 0;
}
