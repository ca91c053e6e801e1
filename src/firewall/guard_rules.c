/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chains and elements of one network in the guard's table. */
#include "firewall/guard_rules.h"

#include <netinet/in.h>
#include <linux/if_ether.h>

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

static struct fw_term is(enum fw_field field, uint16_t value)
{
	return (struct fw_term){ .kind = TERM_FIELD, .of = { field }, .value = value };
}

static struct fw_term within(enum fw_field field, const struct prefix *p)
{
	return (struct fw_term){ .kind = TERM_FIELD_PREFIX, .of = { field }, .prefix = *p };
}

#define RULE(b, ...) add_rule(b, (struct fw_rule){ { __VA_ARGS__ } })

/* Addresses of this prefix are looked up; the rest may pass if anybody may take what nobody holds. */
static void add_claim(struct guard_block *b, enum fw_field field, const struct prefix *p, const char *chain, bool rest)
{
	RULE(b, within(field, p), go(TERM_JUMP, chain));
	if (rest)
		RULE(b, within(field, p), { .kind = TERM_ACCEPT });
}

static void add_claims(struct guard_block *b, const struct fw_guard *g, int family, enum fw_field field,
		       const char *chain)
{
	for (size_t i = 0; i < g->n_subnets; i++)
		if (g->subnets[i].ip.family == family)
			add_claim(b, field, &g->subnets[i], chain, !g->strict);
}

static void add_routed(struct guard_block *b, const struct fw_guard *g, int family, enum fw_field field,
		       const char *chain)
{
	for (size_t i = 0; i < g->n_routed; i++)
		if (g->routed[i].ip.family == family)
			add_claim(b, field, &g->routed[i], chain, true);
}

static const struct prefix none4 = { { AF_INET, { 0 } }, 32 }, none6 = { { AF_INET6, { 0 } }, 128 };
static const struct prefix link_local = { { AF_INET6, { 0xfe, 0x80 } }, 10 };

static void build_entry(struct guard_block *b)
{
	char to[FW_NAME];

	begin_chain(b, "_guard");
	RULE(b, go(TERM_JUMP, "sender"));
	fw_chain_name(b->bridge, "_guard4", to);
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IP), go(TERM_GOTO, to));
	fw_chain_name(b->bridge, "_guard6", to);
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_IPV6), go(TERM_GOTO, to));
	fw_chain_name(b->bridge, "_guard_arp", to);
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_ARP), go(TERM_GOTO, to));
	RULE(b, is(FIELD_ETHER_TYPE, ETH_P_RARP), { .kind = TERM_ACCEPT }); /* a migrated guest's "here I am" */
	RULE(b, go(TERM_GOTO, "bad_frame"));
}

static void build_chains(struct guard_block *b, const struct fw_guard *g)
{
	build_entry(b);

	begin_chain(b, "_guard4");
	add_claims(b, g, AF_INET, FIELD_IP_SADDR, "claim4");
	add_routed(b, g, AF_INET, FIELD_IP_SADDR, "claim4");
	RULE(b, within(FIELD_IP_SADDR, &none4), go(TERM_GOTO, "first4"));
	RULE(b, go(TERM_GOTO, "bad_ip"));

	begin_chain(b, "_guard6");
	add_claims(b, g, AF_INET6, FIELD_IP6_SADDR, "claim6");
	add_routed(b, g, AF_INET6, FIELD_IP6_SADDR, "claim6");
	add_claim(b, FIELD_IP6_SADDR, &link_local, "claim6", true); /* guests may form them as they like */
	RULE(b, within(FIELD_IP6_SADDR, &none6), go(TERM_GOTO, "first6"));
	RULE(b, go(TERM_GOTO, "bad_ip"));

	begin_chain(b, "_guard_arp");
	add_claims(b, g, AF_INET, FIELD_ARP_SADDR, "claim_arp");
	for (size_t i = 0; i < g->n_subnets; i++)
		if (g->subnets[i].ip.family == AF_INET)
			RULE(b, within(FIELD_ARP_SADDR, &none4), within(FIELD_ARP_DADDR, &g->subnets[i]),
			     go(TERM_GOTO, "probe_arp"));
	RULE(b, go(TERM_GOTO, "bad_arp"));
}

/* ---- elements ---- */

static void add_element(struct guard_block *b, enum guard_set set, const void *first, const void *second)
{
	const struct guard_set_def *def = &guard_sets[set];
	struct guard_element *el = mem_push(b->elements, b->n_elements);
	size_t len = fw_fields[def->key[0]].len;

	el->set = (uint8_t)set;
	memcpy(el->key, first, len);
	if (second)
		memcpy(el->key + (len + 3) / 4 * 4, second, fw_fields[def->key[1]].len);
	if (def->map)
		memcpy(el->bridge, b->bridge, sizeof(el->bridge));
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

struct guard_block guard_block_of(const struct fw_guard *g)
{
	struct guard_block b = { 0 };

	memcpy(b.bridge, g->bridge, sizeof(b.bridge));
	if (!has_guarded(g))
		return b;
	build_chains(&b, g);
	b.stamp = fw_hash_print(print_chains, &b);
	for (size_t i = 0; i < b.n_chains; i++)
		b.chains[i].stamp = b.stamp;
	add_element(&b, GUARD_TAKEN, g->host.b, NULL);
	for (size_t i = 0; i < g->n_ports; i++)
		add_port(&b, &g->ports[i]);
	for (size_t i = 0; i < g->n_holders; i++)
		add_holder(&b, &g->holders[i]);
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
	print_key(el->key, def->key[0], out);
	if (def->key[1]) {
		fputs(" . ", out);
		print_key(el->key + (fw_fields[def->key[0]].len + 3) / 4 * 4, def->key[1], out);
	}
	guard_chain_name(el->bridge, chain);
	if (def->map)
		fprintf(out, " : goto %s", chain);
	fputs(" }\n", out);
}

void fw_guard_print(const struct fw_guard *g, FILE *out)
{
	struct guard_block b = guard_block_of(g);

	if (b.n_chains)
		print_chains(&b, out);
	for (size_t i = 0; i < b.n_elements; i++)
		print_element(&b.elements[i], out);
	guard_block_free(&b);
}
