/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/firewall.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include "base/log.h"
#include "firewall/batch.h"
#include "firewall/observe.h"
#include "firewall/watch.h"

struct firewall {
	struct nfnl *nl;
	struct fw_watch *watch;
	struct fw_state seen;
	struct fw_net *wanted; /* what was committed: if the base breaks, all of it is built again */
	size_t n_wanted;
	bool clamp;
	bool no_ports; /* the kernel refused the table for ports */
};

int firewall_open(struct firewall **ret, struct err *e)
{
	AUTO(firewall_free) struct firewall *f = mem_new(struct firewall);

	/* watched before it is read: nothing is missed between */
	if (nfnl_open(&f->nl, e) < 0 || fw_watch_open(nfnl_port(f->nl), &f->watch, e) < 0 || firewall_refresh(f, e) < 0)
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
	return 0;
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
	return fw_watch_changed(f->watch, ret);
}

bool firewall_clamp(struct firewall *f, bool on)
{
	f->clamp = on;
	return f->seen.table && f->seen.clamp != on;
}

bool firewall_has(const struct firewall *f, const struct fw_net *n)
{
	const struct fw_seen *seen = fw_state_find(&f->seen, n->bridge);

	if (n->mode == FW_OPEN)
		return !seen;
	if (!seen || !f->seen.base || f->seen.clamp != f->clamp || !(f->seen.ports || f->no_ports))
		return false;
	struct fw_block want = fw_block_of_net(n);
	bool same = fw_block_eq(&seen->block, &want);

	fw_block_free(&want);
	return same;
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
};

struct plan {
	struct step *steps;
	size_t n;
	bool rebuild, clamp;
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
	s->add = add && add->mode != FW_OPEN ? add : NULL; /* an open network has nothing there */
}

static void plan_compile(struct plan *p, const struct fw_state *seen)
{
	p->after = p->rebuild ? 0 : seen->n;
	for (size_t i = 0; i < p->n; i++) {
		struct step *s = &p->steps[i];

		s->seen = p->rebuild ? NULL : fw_state_find(seen, s->bridge);
		if (s->add)
			s->block = fw_block_of_net(s->add);
		s->idle = s->seen ? s->add && fw_block_eq(&s->seen->block, &s->block) : !s->add;
		p->after += !!s->add - !!s->seen;
	}
}

static struct plan plan_make(const struct firewall *f, const struct fw_change *changes, size_t n)
{
	struct plan p = { .rebuild = !f->seen.base, .clamp = f->clamp };

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
	return p;
}

static void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		fw_block_free(&p->steps[i].block);
	mem_drop(p->steps);
}

/* A broken table goes, whatever is in it: deleting needs one to be there. */
static void put_rebuild(struct batch *b)
{
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_table(b, NFT_MSG_DELTABLE, 0);
	put_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	put_base(b);
}

/* What goes goes first: a prefix may move from one network to another. */
static void put_steps(struct batch *b, const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].seen && !p->steps[i].idle)
			put_block_removal(b, &p->steps[i].seen->block);
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].add && !p->steps[i].idle)
			put_block(b, &p->steps[i].block, p->steps[i].bridge);
}

/* Is there anything to do? Then it is put. */
static bool put_plan(struct batch *b, const struct plan *p, const struct fw_state *seen)
{
	size_t busy = 0;

	if (p->after == 0) {
		if (seen->table)
			put_table(b, NFT_MSG_DELTABLE, 0);
		if (seen->ports_table)
			put_ports_removal(b);
		return seen->table || seen->ports_table;
	}
	for (size_t i = 0; i < p->n; i++)
		busy += !p->steps[i].idle;
	if (p->rebuild)
		put_rebuild(b);
	bool clamped = seen->clamp && !p->rebuild;

	if (p->clamp && !clamped)
		put_clamp(b);
	if (clamped && !p->clamp)
		put_clamp_removal(b);
	put_steps(b, p);
	return p->rebuild || busy || p->clamp != clamped;
}

static int run(struct firewall *f, const struct plan *p)
{
	struct batch b;
	int err = 0;

	batch_begin(&b);
	if (put_plan(&b, p, &f->seen)) {
		batch_end(&b);
		err = nfnl_commit(f->nl, b.buf, b.len);
	}
	batch_free(&b);
	return err;
}

/* The kernel took it: what is there now is what was planned. */
static void keep_seen(struct fw_state *seen, struct plan *p)
{
	bool ports_table = seen->ports_table && p->after, ports = seen->ports && p->after;

	if (p->rebuild || p->after == 0)
		fw_state_free(seen);
	seen->ports_table = ports_table;
	seen->ports = ports;
	seen->table = seen->base = p->after > 0;
	seen->clamp = seen->table && p->clamp;
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

/* Plans, runs and, if the kernel took it, remembers. */
static int commit(struct firewall *f, const struct fw_change *changes, size_t n)
{
	struct plan p = plan_make(f, changes, n);
	int err = run(f, &p);

	if (err == 0) {
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

/* A transaction of its own: a kernel without tables for bridges still has all the others. Without this one guestd can't
 * tell ports apart, nothing else. */
static void commit_ports(struct firewall *f)
{
	struct batch b;

	if (!f->seen.table || f->seen.ports || f->no_ports)
		return;
	batch_begin(&b);
	put_ports(&b);
	batch_end(&b);
	int err = nfnl_commit(f->nl, b.buf, b.len);

	batch_free(&b);
	f->no_ports = err < 0;
	f->seen.ports_table = f->seen.ports = err == 0;
	if (err < 0)
		log_warn("firewall: no rules of family bridge: %s: one guest may use up all DHCP of its network",
			 strerror(-err));
}

int firewall_commit(struct firewall *f, const struct fw_change *changes, size_t n, struct err *e)
{
	int err = commit(f, changes, n);

	if (is_stale(err)) {
		if (firewall_refresh(f, e) < 0)
			return -1;
		err = commit(f, changes, n);
	}
	if (err < 0)
		return err_sys(e, err, "install firewall rules");
	commit_ports(f);
	return 0;
}
