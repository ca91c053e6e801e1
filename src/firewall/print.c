/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks in nft's syntax: what is printed can be loaded by nft -f, first the base, then
 * each network. */
#include <netinet/in.h>
#include <stdlib.h>

#include "firewall/block.h"

/* `ip` or `ip6`, and the prefix; a single address stands alone. */
static void print_prefix(const char *what, const struct prefix *p, FILE *out)
{
	struct ip net = prefix_network(p);
	char text[IP_TEXT];

	fprintf(out, "%s %s %s", p->ip.family == AF_INET ? "ip" : "ip6", what, ip_text(&net, text));
	if (p->len < ip_bits(p->ip.family))
		fprintf(out, "/%u", p->len);
}

static void print_ports(const struct fw_nat *n, FILE *out)
{
	if (n->port_start)
		fprintf(out, ":%u", n->port_start);
	if (n->port_end > n->port_start)
		fprintf(out, "-%u", n->port_end);
}

static void print_masquerade(const struct fw_nat *n, FILE *out)
{
	fputs(n->port_start ? "masquerade to " : "masquerade", out);
	print_ports(n, out);
}

static void print_snat(const struct fw_nat *n, FILE *out)
{
	char text[IP_TEXT];

	fprintf(out, "snat ip to %s", ip_text(&n->start, text));
	if (!ip_eq(&n->start, &n->end))
		fprintf(out, "-%s", ip_text(&n->end, text));
	print_ports(n, out);
	fputs(" persistent", out);
}

/* Of a frame: one field, or some in a row. */
static void print_field_names(const struct fw_term *t, FILE *out)
{
	for (size_t i = 0; i < FW_TERM_FIELDS && t->of[i]; i++)
		fprintf(out, "%s%s", i ? " . " : "", fw_fields[t->of[i]].text);
}

static void print_fields(const struct fw_term *t, FILE *out)
{
	char text[PREFIX_TEXT];

	print_field_names(t, out);
	if (t->kind == TERM_FIELD_IN || t->kind == TERM_FIELD_NOT_IN)
		fprintf(out, " %s@%s", t->kind == TERM_FIELD_NOT_IN ? "!= " : "", t->name);
	else if (t->kind == TERM_FIELD_PREFIX)
		fprintf(out, " %s", prefix_text(&t->prefix, text));
	else
		fprintf(out,
			t->of[0] == FIELD_ETHER_TYPE ? " 0x%04x"
			: t->kind == TERM_FIELD_NOT  ? " != %u"
						     : " %u",
			t->value);
}

/* What packets themselves put into a set. */
static void print_update(const struct fw_term *t, FILE *out)
{
	fprintf(out, "update @%s { ", t->name);
	print_field_names(t, out);
	if (t->kind == TERM_LIMIT)
		fprintf(out, " limit rate %d/second burst %d packets", FW_LIMIT_RATE, FW_LIMIT_BURST);
	fputs(" }", out);
}

static void print_dnat_map(enum fw_set_id id, FILE *out)
{
	bool any = fw_sets[id].key == KEY_PROTO_PORT, v4 = fw_sets[id].target == AF_INET;
	const char *ip = v4 ? "ip" : "ip6";

	if (any) /* else nft adds by itself that it is about one family */
		fprintf(out, "meta nfproto %s fib daddr type local ", v4 ? "ipv4" : "ipv6");
	fprintf(out, "dnat %s to meta l4proto . ", ip);
	if (!any)
		fprintf(out, "%s daddr . ", ip);
	fprintf(out, "th dport map @%s", fw_sets[id].name);
}

/* Terms that are nothing but text, and those that have a name in it: between `text` and `behind`. */
static const struct {
	const char *text, *behind;
} words[] = {
	[TERM_IIFNAME_VMAP] = { "iifname vmap @", "" },
	[TERM_OIFNAME_VMAP] = { "oifname vmap @", "" },
	[TERM_SADDR4_VMAP] = { "ip saddr vmap @", "" },
	[TERM_SADDR6_VMAP] = { "ip6 saddr vmap @", "" },
	[TERM_IIFNAME] = { "iifname \"", "\"" },
	[TERM_OIFNAME] = { "oifname \"", "\"" },
	[TERM_IIFNAME_IN] = { "iifname @", "" },
	[TERM_OIFNAME_IN] = { "oifname @", "" },
	[TERM_L4PROTO] = { "meta l4proto @", "" },
	[TERM_UDP_DPORT] = { "udp dport @", "" },
	[TERM_GOTO] = { "goto ", "" },
	[TERM_JUMP] = { "jump ", "" },
	[TERM_FLOW_ADD] = { "flow add @", "" },
	[TERM_IPV4] = { "meta nfproto ipv4", NULL },
	[TERM_IPV6] = { "meta nfproto ipv6", NULL },
	[TERM_CT_ESTABLISHED] = { "ct state established,related", NULL },
	[TERM_CT_INVALID] = { "ct state invalid", NULL },
	[TERM_CT_DNAT] = { "ct status dnat", NULL },
	[TERM_TCP] = { "meta l4proto tcp", NULL },
	[TERM_UDP] = { "meta l4proto udp", NULL },
	[TERM_TCP_SYN] = { "tcp flags syn", NULL },
	[TERM_CLAMP_MSS] = { "tcp option maxseg size set rt mtu", NULL },
	[TERM_ACCEPT] = { "accept", NULL },
	[TERM_DROP] = { "drop", NULL },
	[TERM_RETURN] = { "return", NULL },
	[TERM_REJECT] = { "reject with icmpx port-unreachable", NULL },
};

static void print_words(const struct fw_term *t, FILE *out)
{
	fputs(words[t->kind].text, out);
	if (words[t->kind].behind)
		fprintf(out, "%s%s", t->name, words[t->kind].behind);
}

static void print_term(const struct fw_term *t, FILE *out)
{
	switch (t->kind) {
	case TERM_IIFGROUP:
	case TERM_OIFGROUP:
		fprintf(out, "%s %u", t->kind == TERM_IIFGROUP ? "iifgroup" : "oifgroup", t->group);
		break;
	case TERM_SADDR:
		print_prefix("saddr", &t->prefix, out);
		break;
	case TERM_DADDR:
		print_prefix("daddr", &t->prefix, out);
		break;
	case TERM_TCP_DPORT:
		fprintf(out, "tcp dport %u", t->port);
		break;
	case TERM_FIELD:
	case TERM_FIELD_NOT:
	case TERM_FIELD_PREFIX:
	case TERM_FIELD_IN:
	case TERM_FIELD_NOT_IN:
		print_fields(t, out);
		break;
	case TERM_UPDATE:
	case TERM_LIMIT:
		print_update(t, out);
		break;
	case TERM_SET_MARK:
		fprintf(out, "meta mark set 0x%08x", t->mark);
		break;
	case TERM_MASQUERADE:
		print_masquerade(&t->nat, out);
		break;
	case TERM_SNAT:
		print_snat(&t->nat, out);
		break;
	case TERM_DNAT_MAP:
		print_dnat_map(t->set, out);
		break;
	default:
		print_words(t, out);
	}
}

void fw_chain_print(const struct fw_chain *c, const char *indent, FILE *out)
{
	fprintf(out, "%s\tchain %s {\n", indent, c->name);
	if (c->hook)
		fprintf(out, "%s\t\ttype %s hook %s priority %s; policy accept;\n", indent, c->hook->type,
			c->hook->name, c->hook->priority_name);
	for (size_t i = 0; i < c->n_rules; i++) {
		fprintf(out, "%s\t\t", indent);
		for (size_t j = 0; j < FW_RULE_TERMS && c->rules[i].t[j].kind; j++) {
			fputs(j ? " " : "", out);
			print_term(&c->rules[i].t[j], out);
		}
		fputc('\n', out);
	}
	fprintf(out, "%s\t}\n", indent);
}

static void print_element(const struct fw_element *el, const char *indent, FILE *out)
{
	const struct fw_set *s = &fw_sets[el->map];
	char text[PREFIX_TEXT];

	fprintf(out, "%sadd element inet " FW_TABLE " %s { ", indent, s->name);
	if (s->key == KEY_IFNAME)
		fprintf(out, "\"%s\"", el->ifname);
	else
		fputs(prefix_text(&el->prefix, text), out);
	fprintf(out, " : %s %s }\n", el->go ? "goto" : "jump", el->chain);
}

/* The comment tells whose it is, us too. */
static void print_target(const struct fw_target *t, const char *bridge, const char *indent, FILE *out)
{
	char address[IP_TEXT], to[IP_TEXT];

	fprintf(out, "%sadd element inet " FW_TABLE " %s { %s . ", indent, fw_sets[t->map].name,
		t->proto == IPPROTO_TCP ? "tcp" : "udp");
	if (t->address.family)
		fprintf(out, "%s . ", ip_text(&t->address, address));
	fprintf(out, "%u comment \"%s\" : %s . %u }\n", t->port, bridge, ip_text(&t->to, to), t->to_port);
}

void fw_chains_print(const struct fw_block *b, const char *indent, FILE *out)
{
	if (b->n_chains == 0) /* of an open network */
		return;
	fprintf(out, "%stable inet " FW_TABLE " {\n", indent);
	for (size_t i = 0; i < b->n_chains; i++)
		fw_chain_print(&b->chains[i], indent, out);
	fprintf(out, "%s}\n", indent);
}

void fw_block_print(const struct fw_block *b, const char *indent, FILE *out)
{
	fw_chains_print(b, indent, out);
	for (size_t i = 0; i < b->n_elements; i++)
		print_element(&b->elements[i], indent, out);
	for (size_t i = 0; i < b->n_targets; i++)
		print_target(&b->targets[i], b->bridge, indent, out);
}

static void print_set(const struct fw_set *s, FILE *out)
{
	static const char *const types[] = { "ifname",
					     "ipv4_addr",
					     "ipv6_addr",
					     "inet_proto",
					     "inet_service",
					     "inet_proto . inet_service",
					     "inet_proto . ipv4_addr . inet_service",
					     "inet_proto . ipv6_addr . inet_service" };
	const char *target = s->target == AF_INET ? " : ipv4_addr . inet_service" : " : ipv6_addr . inet_service";

	fprintf(out, "\t%s %s {\n\t\ttype %s%s\n", s->verdicts || s->target ? "map" : "set", s->name, types[s->key],
		s->verdicts ? " : verdict"
		: s->target ? target
			    : "");
	if (s->key == KEY_IPV4 || s->key == KEY_IPV6)
		fputs("\t\tflags interval\n", out);
	for (size_t i = 0; i < s->n_values; i++)
		fprintf(out, "%s%u", i ? ", " : "\t\telements = { ", s->values[i]);
	fprintf(out, "%s\t}\n", s->n_values ? " }\n" : "");
}

void fw_base_print(FILE *out)
{
	fputs("table inet " FW_TABLE " {\n", out);
	for (size_t i = 0; i < FW_SETS; i++)
		print_set(&fw_sets[i], out);
	for (size_t i = 0; i < fw_base_n_chains; i++)
		fw_chain_print(&fw_base_chains[i], "", out);
	fputs("}\n", out);
	struct fw_block forwarding = fw_block_of_forwarding(0);

	fw_block_print(&forwarding, "", out);
	fw_block_free(&forwarding);
}

void fw_clamp_print(FILE *out)
{
	fputs("table inet " FW_TABLE " {\n", out);
	fw_chain_print(&fw_clamp_chain, "", out);
	fputs("}\n", out);
}

static void print_devs(const char *what, const struct fw_devs *d, FILE *out)
{
	for (size_t i = 0; i < d->n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : what, d->v[i]);
	fputs(d->n ? " }\n" : "", out);
}

void fw_fast_print(const struct fw_devs *devs, FILE *out)
{
	fputs("table inet " FW_FAST_TABLE " {\n\tflowtable " FW_FLOWTABLE " {\n\t\thook ingress priority filter\n",
	      out);
	print_devs("\t\tdevices = { ", devs, out);
	fprintf(out, "\t\tcounter\n\t}\n\tset %s {\n\t\ttype ifname\n", fw_fast_set.name);
	print_devs("\t\telements = { ", devs, out);
	fputs("\t}\n", out);
	fw_chain_print(&fw_fast_chain, "", out);
	fputs("}\n", out);
}

static void print_base(const void *nothing, FILE *out)
{
	(void)nothing;
	fw_base_print(out);
	fw_clamp_print(out);
	fw_fast_print(&(struct fw_devs){ 0 }, out);
}

uint64_t fw_base_stamp(void)
{
	return fw_hash_print(print_base, NULL);
}
