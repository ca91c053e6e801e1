/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chains and elements of one network. Chains of networks return for "fine by me" and never accept, since the other
 * side of a forwarded packet has its say too; they end in a reject. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/block.h"

/* A block under construction; rules are appended to its last chain. */
struct builder {
	const struct fw_net *net;
	uint64_t stamp;
	struct fw_block b;
};

static bool is_plain(char c)
{
	return isascii(c) && (isalnum(c) || strchr("_.-", c));
}

/* A chain name that nft can read: letters, digits and "_.-/", and no digit or '-' in front. No interface name has a
 * '/', so what follows one is always ours: two hex digits of the byte that stood there, or "_" after an added front. */
void fw_chain_name(const char *bridge, const char *suffix, char ret[FW_NAME])
{
	char *p = ret;

	if (isdigit((unsigned char)bridge[0]) || bridge[0] == '-')
		p = stpcpy(p, "./_");
	for (; *bridge; bridge++)
		p += sprintf(p, is_plain(*bridge) ? "%c" : "/%02x", (unsigned char)*bridge);
	stpcpy(p, suffix);
}

static struct fw_term term(enum fw_term_kind kind)
{
	return (struct fw_term){ .kind = kind };
}

static struct fw_term term_name(enum fw_term_kind kind, const char *name)
{
	struct fw_term t = { .kind = kind };

	snprintf(t.name, sizeof(t.name), "%s", name);
	return t;
}

static struct fw_term term_prefix(enum fw_term_kind kind, struct prefix p)
{
	return (struct fw_term){ .kind = kind, .prefix = p };
}

static void add_rule(struct builder *x, struct fw_rule r)
{
	struct fw_chain *c = &x->b.chains[x->b.n_chains - 1];
	struct fw_rule *rules = (struct fw_rule *)c->rules; /* ours until the block is done */

	*mem_push(rules, c->n_rules) = r;
	c->rules = rules;
}

#define RULE(x, ...) add_rule(x, (struct fw_rule){ { __VA_ARGS__ } })

static void begin_chain(struct builder *x, const char *suffix)
{
	struct fw_chain *c = mem_push(x->b.chains, x->b.n_chains);

	fw_chain_name(x->net->bridge, suffix, c->name);
	c->stamp = x->stamp;
}

static struct fw_element *add_element(struct builder *x, enum fw_set_id map, const char *chain)
{
	struct fw_element *el = mem_push(x->b.elements, x->b.n_elements);

	el->map = map;
	snprintf(el->chain, sizeof(el->chain), "%s", chain);
	return el;
}

/* This bridge's element: jump to a chain of the base, or, NULL, to the chain just begun. */
static struct fw_element *add_bridge(struct builder *x, enum fw_set_id map, const char *chain)
{
	struct fw_element *el = add_element(x, map, chain ? chain : x->b.chains[x->b.n_chains - 1].name);

	memcpy(el->ifname, x->net->bridge, sizeof(el->ifname));
	return el;
}

/* Two `ip` elements may name one subnet, or one inside another; the kernel takes no element twice. */
static bool is_covered(const struct fw_net *n, size_t i)
{
	for (size_t j = 0; j < n->n_subnets; j++) {
		const struct prefix *a = &n->subnets[j], *b = &n->subnets[i];

		if (j != i && prefix_contains(a, &b->ip) && (a->len < b->len || (a->len == b->len && j < i)))
			return true;
	}
	return false;
}

/* The i-th subnet of `family` (0: of any) that no other covers, or NULL; i moves on. */
static const struct prefix *next_subnet(const struct fw_net *n, int family, size_t *i)
{
	for (; *i < n->n_subnets; ++*i)
		if ((!family || n->subnets[*i].ip.family == family) && !is_covered(n, *i))
			return &n->subnets[(*i)++];
	return NULL;
}

static bool has_family(const struct fw_net *n, int family)
{
	return next_subnet(n, family, &(size_t){ 0 });
}

/* What is translated in this family: of a NAT network IPv4, and IPv6 if it asks for it. */
static bool is_translated(const struct fw_net *n, int family)
{
	return n->mode == FW_NAT && has_family(n, family) && (family == AF_INET || n->nat6);
}

static void add_returns(struct builder *x, enum fw_term_kind kind, int family)
{
	const struct prefix *p;

	for (size_t i = 0; (p = next_subnet(x->net, family, &i));)
		RULE(x, term_prefix(kind, *p), term(TERM_RETURN));
}

/* The same, through the network's device only if it has one; `way` says whether that is out or in. */
static void add_passes(struct builder *x, enum fw_term_kind way, enum fw_term_kind kind, int family)
{
	const struct prefix *p;

	if (!x->net->dev[0]) {
		add_returns(x, kind, family);
		return;
	}
	for (size_t i = 0; (p = next_subnet(x->net, family, &i));)
		RULE(x, term_name(way, x->net->dev), term_prefix(kind, *p), term(TERM_RETURN));
}

/* May it leave? Between subnets of the network always; else only from its own addresses. An INVALID packet of a NAT
 * network would leave untranslated. Routed networks need no connection tracking, so asymmetric routes work. */
static void build_out(struct builder *x)
{
	begin_chain(x, "_out");
	add_bridge(x, SET_EGRESS, NULL);
	RULE(x, term_name(TERM_OIFNAME, x->net->bridge), term(TERM_ACCEPT));
	if (x->net->mode == FW_NAT)
		RULE(x, term(TERM_CT_INVALID), term(TERM_DROP));
	if (x->net->mode != FW_ISOLATED)
		add_passes(x, TERM_OIFNAME, TERM_SADDR, 0);
	RULE(x, term(TERM_REJECT));
}

/* May it enter? IPv6 of a NAT network that does not translate it is routed, as libvirt does. */
static void build_in(struct builder *x)
{
	const struct fw_net *n = x->net;

	if (n->mode == FW_ISOLATED || (n->mode == FW_NAT && (n->nat6 || !has_family(n, AF_INET6)))) {
		add_bridge(x, SET_INGRESS, n->mode == FW_ISOLATED ? "sealed" : "closed");
		return;
	}
	begin_chain(x, "_in");
	add_bridge(x, SET_INGRESS, NULL);
	add_passes(x, TERM_IIFNAME, TERM_DADDR, n->mode == FW_NAT ? AF_INET6 : 0);
	if (n->mode == FW_NAT || n->publishes) /* what is published is for all who find the host */
		RULE(x, term_name(TERM_GOTO, "closed"));
	else
		RULE(x, term(TERM_REJECT));
}

/* A rule that holds for what leaves by the network's device, if it has one. */
static void add_leaving(struct builder *x, struct fw_term a, struct fw_term b)
{
	if (x->net->dev[0])
		RULE(x, term_name(TERM_OIFNAME, x->net->dev), a, b);
	else
		RULE(x, a, b);
}

/* Multicast must show the real source and port; that of IPv4 does not get here (base.c). */
static const struct prefix multicast6 = { { AF_INET6, { 0xff } }, 8 };

/* Each rule here costs every new flow. UDP's are the shortest (DNS), so it is asked first; but where multicast is to be told
 * apart, TCP, which knows none. The source addresses that a definition can name are IPv4. */
static void add_translation(struct builder *x, int family)
{
	const struct fw_net *n = x->net;
	struct fw_term all = term(n->nat_start.family == family ? TERM_SNAT : TERM_MASQUERADE), ports;

	all.nat.start = n->nat_start;
	all.nat.end = n->nat_end;
	ports = all;
	ports.nat.port_start = n->port_start;
	ports.nat.port_end = n->port_end;
	add_leaving(x, term(family == AF_INET ? TERM_UDP : TERM_TCP), ports);
	if (family == AF_INET6)
		RULE(x, term_prefix(TERM_DADDR, multicast6), term(TERM_RETURN));
	add_leaving(x, term(family == AF_INET ? TERM_TCP : TERM_UDP), ports);
	add_leaving(x, all, term(TERM_NONE));
}

/* A guest that meets another one of its network by a published port is translated in any mode. */
static void build_nat(struct builder *x, int family)
{
	bool translated = is_translated(x->net, family);
	const struct prefix *p;

	if (!translated && !(x->net->publishes && has_family(x->net, family)))
		return;
	begin_chain(x, family == AF_INET ? "_nat4" : "_nat6");
	add_bridge(x, family == AF_INET ? SET_NAT4 : SET_NAT6, NULL)->go = true;
	for (size_t i = 0; (p = next_subnet(x->net, family, &i));) {
		struct fw_element *el = add_element(x, family == AF_INET ? SET_NAT4_HOST : SET_NAT6_HOST,
						    x->b.chains[x->b.n_chains - 1].name);

		el->prefix = (struct prefix){ prefix_network(p), p->len };
		el->go = true;
	}
	RULE(x, term_name(TERM_OIFNAME, x->net->bridge), term_name(TERM_GOTO, "hairpin"));
	if (translated)
		add_translation(x, family);
}

static enum fw_set_id target_map(const struct fw_forward *f)
{
	if (f->address.family)
		return f->to.family == AF_INET ? SET_FORWARD4 : SET_FORWARD6;
	return f->to.family == AF_INET ? SET_FORWARD4_ANY : SET_FORWARD6_ANY;
}

/* One element a port: an address range with its ports shifted is nothing that the kernel can map one to one. */
static void build_targets(struct builder *x)
{
	struct fw_block *b = &x->b;

	for (size_t i = 0; i < x->net->n_forwards; i++) {
		const struct fw_forward *f = &x->net->forwards[i];

		for (unsigned port = f->port; port <= f->port_end; port++)
			*mem_push(b->targets, b->n_targets) =
			    (struct fw_target){ .map = target_map(f),
						.proto = f->proto,
						.address = f->address,
						.port = (uint16_t)port,
						.to = f->to,
						.to_port = (uint16_t)(f->to_port + (port - f->port)) };
	}
	if (b->n_targets)
		qsort(b->targets, b->n_targets, sizeof(*b->targets), fw_target_cmp);
}

static struct fw_block build(const struct fw_net *n, uint64_t stamp)
{
	struct builder x = { .net = n, .stamp = stamp };

	memcpy(x.b.bridge, n->bridge, sizeof(x.b.bridge));
	if (n->mode != FW_OPEN) {
		build_out(&x);
		build_in(&x);
	}
	if (n->mode != FW_OPEN || n->loopback)
		add_bridge(&x, SET_HOST_IN, n->loopback ? "host_loopback" : "host_services");
	build_nat(&x, AF_INET);
	build_nat(&x, AF_INET6);
	build_targets(&x);
	return x.b;
}

struct fw_block fw_block_of_net(const struct fw_net *n)
{
	return build(n, fw_net_stamp(n));
}

static void print_chains(const void *net, FILE *out)
{
	struct fw_block b = build(net, 0);

	fw_chains_print(&b, "", out);
	fw_block_free(&b);
}

/* The text is all that a network's chains are in the kernel, so its hash is the stamp: a change of what we build is noticed
 * too. Elements are compared one by one. */
uint64_t fw_net_stamp(const struct fw_net *n)
{
	return fw_hash_print(print_chains, n);
}

void fw_net_print(const struct fw_net *n, const char *indent, FILE *out)
{
	struct fw_block b = build(n, 0);

	fw_block_print(&b, indent, out);
	fw_block_free(&b);
}
