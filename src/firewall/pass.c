/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/pass.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <string.h>

enum { DEPTH_MAX = 16 }; /* the kernel's own limit of jumps */

const struct pass passes[PASS_KINDS] = {
	[PASS_FROM_GUESTS] = { .group = true },
	[PASS_TO_GUESTS] = { .group = true, .out = true },
	[PASS_DNS_UDP] = { true, false, IPPROTO_UDP, 53 },
	[PASS_DNS_TCP] = { true, false, IPPROTO_TCP, 53 },
	[PASS_TFTP] = { true, false, IPPROTO_UDP, 69 },
	[PASS_DHCP6] = { true, false, IPPROTO_UDP, 547 }, /* DHCP for IPv4 goes round all filters */
};

enum pass_kind pass_find(const struct pass *p)
{
	for (int i = 0; i < PASS_KINDS; i++)
		if (passes[i].group == p->group && passes[i].out == p->out && passes[i].proto == p->proto &&
		    passes[i].port == p->port)
			return (enum pass_kind)i;
	return PASS_ODD;
}

static bool belongs(enum pass_kind kind, const struct foreign_table *t, enum foreign_hook hook)
{
	bool forward = kind == PASS_FROM_GUESTS || kind == PASS_TO_GUESTS;

	if (kind == PASS_DHCP6 && t->family == NFPROTO_IPV4)
		return false;
	return forward == (hook == FOREIGN_FORWARD);
}

/* ---- what a chain does ---- */

struct fate {                              /* of every packet that gets to the end of a chain */
	enum foreign_verdict verdict;      /* FOREIGN_GO_ON: it may leave by the end or a return */
	size_t at;                         /* the rule that decides it; behind the last one: none does */
	const struct foreign_chain *chain; /* of the verdict, perhaps another one that was jumped to */
	const struct foreign_rule *rule;
};

static struct fate fate_of(const struct foreign_table *t, const struct foreign_chain *c, int depth);

/* Where a rule sends what it takes. */
static struct fate fate_by_rule(const struct foreign_table *t, const struct foreign_chain *c,
				const struct foreign_rule *r, int depth)
{
	const struct foreign_chain *target = r->target ? foreign_chain_find(t, r->target) : NULL;

	if (r->verdict == FOREIGN_ACCEPT || r->verdict == FOREIGN_DROP)
		return (struct fate){ .verdict = r->verdict, .chain = c, .rule = r };
	if (target && depth < DEPTH_MAX)
		return fate_of(t, target, depth + 1);
	return (struct fate){ .verdict = FOREIGN_GO_ON };
}

/* Conditions are not looked into: what only some packets meet decides nothing, but that some return before the end. */
static struct fate fate_of(const struct foreign_table *t, const struct foreign_chain *c, int depth)
{
	bool some_return = false;

	for (size_t i = 0; i < c->n_rules; i++) {
		const struct foreign_rule *r = &c->rules[i];
		bool leaves = r->verdict == FOREIGN_RETURN || r->verdict == FOREIGN_GOTO;

		if (r->verdict == FOREIGN_GO_ON || (!r->always && !leaves))
			continue;
		struct fate fate = fate_by_rule(t, c, r, depth);

		if (!r->always) {
			some_return |= fate.verdict == FOREIGN_GO_ON;
			continue;
		}
		if (fate.verdict == FOREIGN_GO_ON && r->verdict == FOREIGN_JUMP)
			continue;
		fate.at = i;
		if (some_return)
			fate.verdict = FOREIGN_GO_ON;
		return fate;
	}
	return (struct fate){ .verdict = FOREIGN_GO_ON, .at = c->n_rules };
}

static bool names(const struct foreign_table *t, const char *bridge)
{
	for (size_t i = 0; i < t->n_ifnames; i++) {
		const struct foreign_ifname *n = &t->ifnames[i];

		if (n->prefix ? strncmp(bridge, n->name, strlen(n->name)) == 0 : strcmp(bridge, n->name) == 0)
			return true;
	}
	return t->names_group;
}

bool pass_is_iptables(const struct foreign_table *t)
{
	return t->family != NFPROTO_INET && strcmp(t->name, "filter") == 0 &&
	       (foreign_chain_find(t, "FORWARD") || foreign_chain_find(t, "INPUT"));
}

static bool is_firewalld(const struct foreign_table *t)
{
	return strcmp(t->name, "firewalld") == 0; /* interfaces get through it by zones alone */
}

static const struct foreign_chain *place_of(const struct foreign_table *t, const struct foreign_chain *base)
{
	const struct foreign_chain *docker = foreign_chain_find(t, "DOCKER-USER");

	if (is_firewalld(t))
		return NULL;
	return docker && pass_is_iptables(t) && base->hook == FOREIGN_FORWARD ? docker : base;
}

/* Does this chain end in a drop, whoever comes along? */
static bool blocks(const struct foreign_table *t, const struct foreign_chain *base, struct block *ret)
{
	struct fate fate = fate_of(t, base, 0);

	*ret = (struct block){ .table = t, .base = base, .chain = base };
	if (fate.verdict == FOREIGN_DROP) {
		ret->chain = fate.chain;
		ret->rule = fate.rule;
	}
	/* a chain whose policy is to drop may say so in a last rule too, often to count */
	if (base->drops && fate.verdict != FOREIGN_ACCEPT && ret->chain == base)
		ret->place = place_of(t, base);
	return fate.verdict == FOREIGN_DROP || (fate.verdict == FOREIGN_GO_ON && base->drops);
}

/* One of ours works if it stands before the rule that ends its chain. */
static bool has_pass(const struct foreign_table *t, const struct foreign_chain *c, enum pass_kind kind)
{
	size_t end = fate_of(t, c, 0).at;

	for (size_t i = 0; i < end; i++)
		if (c->rules[i].pass == kind)
			return true;
	return false;
}

static bool has_passes(const struct block *b)
{
	for (int k = 0; k < PASS_KINDS; k++)
		if (belongs((enum pass_kind)k, b->table, b->base->hook) &&
		    !has_pass(b->table, b->place, (enum pass_kind)k))
			return false;
	return true;
}

/* The i-th chain at a hook of all tables. */
static bool hooked_at(const struct foreign *f, size_t i, const struct foreign_table **ret_table,
		      const struct foreign_chain **ret)
{
	for (size_t t = 0; t < f->n_tables; t++) {
		for (size_t c = 0; c < f->tables[t].n_chains; c++) {
			if (!f->tables[t].chains[c].hook || i-- > 0)
				continue;
			*ret_table = &f->tables[t];
			*ret = &f->tables[t].chains[c];
			return true;
		}
	}
	return false;
}

static bool meets(const struct pass_net *n, const struct foreign_table *t, const struct foreign_chain *base)
{
	return (n->forwards || base->hook != FOREIGN_FORWARD) && !names(t, n->bridge);
}

bool block_next(const struct foreign *f, const struct pass_net *n, size_t *pos, struct block *ret)
{
	const struct foreign_table *t;
	const struct foreign_chain *base;
	struct block b;

	while (hooked_at(f, (*pos)++, &t, &base)) {
		if (!meets(n, t, base) || !blocks(t, base, &b) || (b.place && has_passes(&b)))
			continue;
		*ret = b;
		return true;
	}
	return false;
}

/* ---- ours ---- */

/* Those rules of ours that are wanted in each chain, found or not. */
struct wanted {
	const struct foreign_table *table;
	const struct foreign_chain *chain;
	enum pass_kind kind;
	bool found;
};

static struct wanted *find_wanted(struct wanted *v, size_t n, const struct foreign_chain *c, enum pass_kind kind)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].chain == c && v[i].kind == kind)
			return &v[i];
	return NULL;
}

static bool anyone_meets(const struct pass_net *nets, size_t n, const struct foreign_table *t,
			 const struct foreign_chain *base)
{
	for (size_t i = 0; i < n; i++)
		if (meets(&nets[i], t, base))
			return true;
	return false;
}

static size_t list_wanted(const struct foreign *f, const struct pass_net *nets, size_t n, struct wanted **ret)
{
	const struct foreign_table *t;
	const struct foreign_chain *base;
	struct wanted *v = NULL;
	struct block b;
	size_t count = 0;

	for (size_t pos = 0; hooked_at(f, pos, &t, &base); pos++) {
		if (!blocks(t, base, &b) || !b.place || !anyone_meets(nets, n, t, base))
			continue;
		for (int k = 0; k < PASS_KINDS; k++)
			if (belongs((enum pass_kind)k, t, base->hook) &&
			    !find_wanted(v, count, b.place, (enum pass_kind)k))
				*mem_push(v, count) = (struct wanted){ t, b.place, (enum pass_kind)k, false };
	}
	*ret = v;
	return count;
}

/* Ours that are not wanted, or stand where they have no effect, or twice. */
static size_t list_unwanted(const struct foreign *f, struct wanted *wanted, size_t n_wanted, struct pass_change **v)
{
	size_t n = 0;

	for (size_t t = 0; t < f->n_tables; t++) {
		for (size_t i = 0; i < f->tables[t].n_chains; i++) {
			const struct foreign_chain *c = &f->tables[t].chains[i];
			size_t end = fate_of(&f->tables[t], c, 0).at;

			for (size_t j = 0; j < c->n_rules; j++) {
				const struct foreign_rule *r = &c->rules[j];
				struct wanted *w = find_wanted(wanted, n_wanted, c, r->pass);

				if (r->pass == PASS_NONE)
					continue;
				if (w && !w->found && j < end)
					w->found = true;
				else
					*mem_push(*v, n) = (struct pass_change){ &f->tables[t], c, r->handle, 0, 0 };
			}
		}
	}
	return n;
}

size_t pass_diff(const struct foreign *f, const struct pass_net *nets, size_t n, struct pass_change **ret)
{
	AUTO(mem_drop) struct wanted *wanted = NULL;
	struct pass_change *v = NULL;
	size_t n_wanted = list_wanted(f, nets, n, &wanted), count = list_unwanted(f, wanted, n_wanted, &v);

	for (size_t i = 0; i < n_wanted; i++) {
		const struct foreign_chain *c = wanted[i].chain;
		size_t end = fate_of(wanted[i].table, c, 0).at;

		if (!wanted[i].found)
			*mem_push(v, count) = (struct pass_change){ wanted[i].table, c, 0, wanted[i].kind,
								    end < c->n_rules ? c->rules[end].handle : 0 };
	}
	*ret = v;
	return count;
}

bool pass_any(const struct foreign *f)
{
	for (size_t t = 0; t < f->n_tables; t++)
		for (size_t i = 0; i < f->tables[t].n_chains; i++)
			for (size_t j = 0; j < f->tables[t].chains[i].n_rules; j++)
				if (f->tables[t].chains[i].rules[j].pass != PASS_NONE)
					return true;
	return false;
}

/* ---- for people ---- */

char *block_remedy(const struct block *b, const struct pass_net *n)
{
	const char *chain = (b->place ? b->place : b->base)->name, *family = foreign_family(b->table);
	const char *iptables = b->table->family == NFPROTO_IPV6 ? "ip6tables" : "iptables", *br = n->bridge;
	bool forward = b->base->hook == FOREIGN_FORWARD;

	if (is_firewalld(b->table))
		return mem_printf("firewall-cmd --zone=trusted --add-interface=%s; "
				  "firewall-cmd --permanent --zone=trusted --add-interface=%s",
				  br, br);
	if (foreign_chain_find(b->table, "ufw-user-forward") || foreign_chain_find(b->table, "ufw6-user-forward"))
		return forward ? mem_printf("ufw route allow in on %s; ufw route allow out on %s", br, br)
			       : mem_printf("ufw allow in on %s to any port 53", br);
	if (pass_is_iptables(b->table) && forward)
		return mem_printf("%s -I %s -i %s -j ACCEPT; %s -I %s -o %s -j ACCEPT", iptables, chain, br, iptables,
				  chain, br);
	if (pass_is_iptables(b->table))
		return mem_printf("%s -I %s -i %s -j ACCEPT", iptables, chain, br);
	if (forward)
		return mem_printf(
		    "nft 'insert rule %s %s %s iifname \"%s\" accept; insert rule %s %s %s oifname \"%s\" accept'",
		    family, b->table->name, chain, br, family, b->table->name, chain, br);
	return mem_printf("nft 'insert rule %s %s %s iifname \"%s\" accept'", family, b->table->name, chain, br);
}

char *block_text(const struct block *b)
{
	const char *family = foreign_family(b->table);

	if (!b->rule)
		return mem_printf("chain %s of table %s %s (its policy: drop)", b->chain->name, family, b->table->name);
	return mem_printf("chain %s of table %s %s (its rule with handle %llu: %s)", b->chain->name, family,
			  b->table->name, (unsigned long long)b->rule->handle, b->rule->rejects ? "reject" : "drop");
}
