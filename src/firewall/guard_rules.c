/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chains and elements of one network in the guard's table. */
#include "firewall/guard_rules.h"

#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <linux/if_ether.h>

#include "base/map.h"

void fw_guard_free(struct fw_guard *g)
{
	mem_drop(g->subnets);
	mem_drop(g->routed);
	mem_drop(g->holders);
	mem_drop(g->ports);
	*g = (struct fw_guard){ 0 };
}

/* ---- chains ---- */

static void begin_chain(struct guard_block *b, const char *suffix)
{
	fw_chain_name(b->bridge, suffix, mem_push(b->chains, b->n_chains)->name);
}

static void add_rule(struct guard_block *b, struct fw_rule r)
{
	struct fw_chain *c = &b->chains[b->n_chains - 1];
	struct fw_rule *rules = (struct fw_rule *)c->rules; /* ours until the block is done */

	*mem_push(rules, c->n_rules) = r;
	c->rules = rules;
}

static struct fw_term go(enum fw_term_kind kind, const char *chain)
{
	struct fw_term t = { .kind = kind };

	snprintf(t.name, sizeof(t.name), "%s", chain);
	return t;
}

/* To a chain of this network's own. */
static struct fw_term go_own(const struct guard_block *b, enum fw_term_kind kind, const char *suffix)
{
	char to[FW_NAME];

	fw_chain_name(b->bridge, suffix, to);
	return go(kind, to);
}

static struct fw_term is(enum fw_field field, uint16_t value)
{
	return (struct fw_term){ .kind = TERM_FIELD, .of = { field }, .value = value };
}

static struct fw_term within(enum fw_field field, const struct prefix *p)
{
	return (struct fw_term){ .kind = TERM_FIELD_PREFIX, .of = { field }, .prefix = *p };
}

static const struct fw_term has_protocol = { .kind = TERM_FIELD_NOT,
					     .of = { FIELD_L4PROTO },
					     .value = GUARD_NO_PROTOCOL };

#define RULE(b, ...) add_rule(b, (struct fw_rule){ { __VA_ARGS__ } })

static const struct fw_term pass = { .kind = TERM_ACCEPT };

/* Addresses of this prefix are looked up; `rest` is for those that nobody holds. */
static void add_claim(struct guard_block *b, enum fw_field field, const struct prefix *p, const char *chain,
		      struct fw_term rest)
{
	RULE(b, within(field, p), go(TERM_JUMP, chain));
	if (rest.kind)
		RULE(b, within(field, p), rest);
}

static void add_claims(struct guard_block *b, const struct fw_guard *g, int family, enum fw_field field,
		       const char *chain, struct fw_term rest)
{
	for (size_t i = 0; i < g->n_subnets; i++)
		if (g->subnets[i].ip.family == family)
			add_claim(b, field, &g->subnets[i], chain,
				  g->unheld == FW_UNHELD_NOBODYS ? (struct fw_term){ 0 } : rest);
}

static void add_routed(struct guard_block *b, const struct fw_guard *g, int family, enum fw_field field,
		       const char *chain)
{
	for (size_t i = 0; i < g->n_routed; i++)
		if (g->routed[i].ip.family == family)
			add_claim(b, field, &g->routed[i], chain, pass);
}

static const struct prefix none4 = { { AF_INET, { 0 } }, 32 }, none6 = { { AF_INET6, { 0 } }, 128 };
static const struct prefix link_local = { { AF_INET6, { 0xfe, 0x80 } }, 10 };

static struct fw_term its_own(const char *set, enum fw_field address)
{
	struct fw_term t = go(TERM_FIELD_IN, set);

	t.of[0] = FIELD_IIFNAME;
	t.of[1] = FIELD_ETHER_SADDR;
	t.of[2] = address;
	return t;
}

/* What a guest sends from what is its own passes at once; the rest is looked at piece by piece. */
static void build_entry(struct guard_block *b)
{
	begin_chain(b, "_guard");
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IP), its_own("quick4", FIELD_IP_SADDR), go(TERM_GOTO, "quick4"));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IPV6), its_own("quick6", FIELD_IP6_SADDR), go(TERM_JUMP, "quick6"));
	RULE(b, go(TERM_JUMP, "sender"));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IP), has_protocol, go_own(b, TERM_GOTO, "_guard4"));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IPV6), has_protocol, go_own(b, TERM_GOTO, "_guard6"));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_ARP), go_own(b, TERM_GOTO, "_guard_arp"));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_RARP), { .kind = TERM_ACCEPT }); /* a migrated guest's "here I am" */
	RULE(b, go(TERM_GOTO, "bad_frame"));
}

/* Looks, in a chain for all networks, who of this one came first. The mark says which network it is there: the bridge family
 * has no name of the bridge in every kernel. Nobody else sees it. */
static void add_owners(struct guard_block *b, const char *chain, enum fw_term_kind end)
{
	struct fw_term mark = { .kind = TERM_SET_MARK, .mark = guard_mark(b->bridge) };

	RULE(b, mark, go(TERM_JUMP, chain));
	RULE(b, { .kind = TERM_SET_MARK }, { .kind = end });
}

static void build_owners(struct guard_block *b, bool of_arp)
{
	if (of_arp) {
		begin_chain(b, "_own_arp");
		add_owners(b, "own_arp", TERM_ACCEPT);
	}
	begin_chain(b, "_icmp6");
	RULE(b, go(TERM_JUMP, "icmp6"));
	RULE(b, is(FIELD_ICMP6_TYPE, ND_ROUTER_SOLICIT), go_own(b, TERM_GOTO, "_own_nd"));
	RULE(b, is(FIELD_ICMP6_TYPE, ND_NEIGHBOR_SOLICIT), go_own(b, TERM_GOTO, "_own_nd"));
	RULE(b, is(FIELD_ICMP6_TYPE, ND_NEIGHBOR_ADVERT), go_own(b, TERM_GOTO, "_own_nd"));
	begin_chain(b, "_own_nd");
	add_owners(b, "own_nd", TERM_RETURN);
}

/* ---- together ---- */

static void build_chains(struct guard_block *b, const struct fw_guard *g, bool owners)
{
	bool owned6 = owners && g->unheld != FW_UNHELD_ANYBODYS; /* link-local ones guests may form in any case */
	bool owned4 = owners && g->unheld == FW_UNHELD_FIRST_COME;

	build_entry(b);

	/* who has no address comes first: a subnet may be all addresses that there are */
	begin_chain(b, "_guard4");
	RULE(b, within(FIELD_IP_SADDR, &none4), go(TERM_GOTO, "first4"));
	add_claims(b, g, AF_INET, FIELD_IP_SADDR, "claim4", pass);
	add_routed(b, g, AF_INET, FIELD_IP_SADDR, "claim4");
	RULE(b, go(TERM_GOTO, "bad_ip"));

	begin_chain(b, "_guard6");
	RULE(b, is(FIELD_L4PROTO, IPPROTO_ICMPV6), owned6 ? go_own(b, TERM_JUMP, "_icmp6") : go(TERM_JUMP, "icmp6"));
	RULE(b, within(FIELD_IP6_SADDR, &none6), go(TERM_GOTO, "first6"));
	add_claims(b, g, AF_INET6, FIELD_IP6_SADDR, "claim6", pass);
	add_routed(b, g, AF_INET6, FIELD_IP6_SADDR, "claim6");
	add_claim(b, FIELD_IP6_SADDR, &link_local, "claim6", pass);
	RULE(b, go(TERM_GOTO, "bad_ip"));

	begin_chain(b, "_guard_arp");
	for (size_t i = 0; i < g->n_subnets; i++)
		if (g->subnets[i].ip.family == AF_INET)
			RULE(b, within(FIELD_ARP_SADDR, &none4), within(FIELD_ARP_DADDR, &g->subnets[i]),
			     go(TERM_GOTO, "probe_arp"));
	add_claims(b, g, AF_INET, FIELD_ARP_SADDR, "claim_arp", owned4 ? go_own(b, TERM_GOTO, "_own_arp") : pass);
	RULE(b, go(TERM_GOTO, "bad_arp"));

	if (owned6)
		build_owners(b, owned4);
}

/* ---- elements ---- */

static void add_element3(struct guard_block *b, enum guard_set set, const void *const parts[FW_TERM_FIELDS])
{
	const struct guard_set_def *def = &guard_sets[set];
	struct guard_element *el = mem_push(b->elements, b->n_elements);
	uint8_t *at = el->key;

	el->set = (uint8_t)set;
	for (size_t i = 0; i < FW_TERM_FIELDS && parts[i]; i++) {
		memcpy(at, parts[i], fw_fields[def->key[i]].len);
		at += guard_padded(def->key[i]);
	}
	if (def->map)
		memcpy(el->bridge, b->bridge, sizeof(el->bridge));
}

static void add_element(struct guard_block *b, enum guard_set set, const void *first, const void *second)
{
	add_element3(b, set, (const void *const[FW_TERM_FIELDS]){ first, second });
}

static void add_port(struct guard_block *b, const struct fw_guard_port *p)
{
	bool named = !mac_is_zero(&p->mac);

	if (named)
		add_element(b, GUARD_TAKEN, p->mac.b, NULL);
	if (!p->guarded)
		return;
	add_element(b, GUARD_PORTS, p->name, NULL);
	if (named)
		add_element(b, GUARD_MACS, p->name, p->mac.b);
	else
		add_element(b, GUARD_NAMELESS, p->name, NULL);
	for (int why = 0; why < FW_REFUSALS; why++)
		add_element(b, GUARD_COUNTERS + why, p->name, NULL);
}

static void add_holder(struct guard_block *b, const struct fw_holder *h)
{
	bool v4 = h->ip.family == AF_INET;

	add_element(b, v4 ? GUARD_HELD4 : GUARD_HELD6, h->ip.b, NULL);
	if (!mac_is_zero(&h->mac))
		add_element(b, v4 ? GUARD_BOUND4 : GUARD_BOUND6, h->mac.b, h->ip.b);
}

/* Of two ports with one MAC the last is quick. */
static void add_quick(struct guard_block *b, const struct fw_guard *g)
{
	AUTO(map_free) struct map *ports = map_new();

	for (size_t i = 0; i < g->n_ports; i++)
		if (g->ports[i].guarded && !mac_is_zero(&g->ports[i].mac))
			map_put(ports, g->ports[i].mac.b, sizeof(g->ports[i].mac.b), &g->ports[i]);
	for (size_t i = 0; i < g->n_holders; i++) {
		const struct fw_holder *h = &g->holders[i];
		const struct fw_guard_port *p = map_get(ports, h->mac.b, sizeof(h->mac.b));

		if (p)
			add_element3(b, h->ip.family == AF_INET ? GUARD_QUICK4 : GUARD_QUICK6,
				     (const void *const[FW_TERM_FIELDS]){ p->name, h->mac.b, h->ip.b });
	}
}

static bool has_guarded(const struct fw_guard *g)
{
	for (size_t i = 0; i < g->n_ports; i++)
		if (g->ports[i].guarded)
			return true;
	return false;
}

static void print_chains(const void *block, FILE *out)
{
	const struct guard_block *b = block;

	fputs("table bridge " FW_GUARD_TABLE " {\n", out);
	for (size_t i = 0; i < b->n_chains; i++)
		fw_chain_print(&b->chains[i], "", out);
	fputs("}\n", out);
}

struct guard_block guard_block_of(const struct fw_guard *g, bool owners)
{
	struct guard_block b = { 0 };

	memcpy(b.bridge, g->bridge, sizeof(b.bridge));
	if (!has_guarded(g))
		return b;
	build_chains(&b, g, owners);
	b.stamp = fw_hash_print(print_chains, &b);
	for (size_t i = 0; i < b.n_chains; i++)
		b.chains[i].stamp = b.stamp;
	add_element(&b, GUARD_TAKEN, g->host.b, NULL);
	for (size_t i = 0; i < g->n_ports; i++)
		add_port(&b, &g->ports[i]);
	for (size_t i = 0; i < g->n_holders; i++)
		add_holder(&b, &g->holders[i]);
	add_quick(&b, g);
	return b;
}

void guard_block_free(struct guard_block *b)
{
	for (size_t i = 0; i < b->n_chains; i++)
		mem_drop((void *)b->chains[i].rules);
	mem_drop(b->chains);
	mem_drop(b->elements);
	*b = (struct guard_block){ 0 };
}

void guard_chain_name(const char *bridge, char ret[FW_NAME])
{
	fw_chain_name(bridge, "_guard", ret);
}

/* ---- digests ---- */

uint64_t guard_chain_digest(const char *name, uint64_t stamp, size_t n_rules)
{
	return fw_hash_text(name, strlen(name)) * (stamp | 1) + n_rules;
}

uint64_t guard_element_digest(const struct guard_element *el, const char *chain)
{
	uint64_t h = fw_hash_text((const char *)el, GUARD_ELEMENT_KEY);

	return el->set == GUARD_PORTS ? h * (fw_hash_text(chain, strlen(chain)) | 1) : h;
}

/* ---- text ---- */

static void print_key(const uint8_t *key, enum fw_field field, FILE *out)
{
	struct ip ip = { .family = field == FIELD_IP6_SADDR ? AF_INET6 : AF_INET };
	char text[IP_TEXT];
	struct mac mac;

	switch (field) {
	case FIELD_IIFNAME:
		fprintf(out, "\"%.*s\"", IFNAMSIZ, (const char *)key);
		break;
	case FIELD_ETHER_SADDR:
		memcpy(mac.b, key, sizeof(mac.b));
		fputs(mac_text(&mac, text), out);
		break;
	default:
		memcpy(ip.b, key, ip_size(ip.family));
		fputs(ip_text(&ip, text), out);
	}
}

static void print_element(const struct guard_element *el, FILE *out)
{
	const struct guard_set_def *def = &guard_sets[el->set];
	char chain[FW_NAME];

	fprintf(out, "add element bridge " FW_GUARD_TABLE " %s { ", def->name);
	for (size_t i = 0, at = 0; i < FW_TERM_FIELDS && def->key[i]; i++) {
		fputs(i ? " . " : "", out);
		print_key(el->key + at, def->key[i], out);
		at += guard_padded(def->key[i]);
	}
	guard_chain_name(el->bridge, chain);
	if (def->map)
		fprintf(out, " : goto %s", chain);
	fputs(" }\n", out);
}

void fw_guard_print(const struct fw_guard *g, FILE *out)
{
	struct guard_block b = guard_block_of(g, true);

	if (b.n_chains)
		print_chains(&b, out);
	for (size_t i = 0; i < b.n_elements; i++)
		print_element(&b.elements[i], out);
	guard_block_free(&b);
}
