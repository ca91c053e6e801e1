/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other programs' chains do to our networks, and which rules of ours belong there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <linux/netfilter.h>

#include "firewall/pass.h"

/* A ruleset in one line each: "TABLE" is a new table of this family, "CHAIN" a new chain in it, all else a rule:
 *	[if ]accept|drop|reject|return|count|jump NAME|goto NAME, or the number of a kind of ours
 * and "names IFNAME", which the rules of the table do. Handles count from 1. */
struct line {
	enum { END, TABLE, FORWARD, INPUT, FORWARD_DROP, INPUT_DROP, CHAIN, RULE, NAMES } what;
	const char *text;
	int family;
};

static bool starts(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

static struct foreign_rule rule_from(const char *text, uint64_t handle)
{
	struct foreign_rule r = { .handle = handle, .pass = PASS_NONE, .always = !starts(&text, "if ") };

	if (text[0] >= '0' && text[0] <= '9') {
		r = (struct foreign_rule){ .handle = handle, .verdict = FOREIGN_ACCEPT };
		r.pass = (enum pass_kind)(text[0] - '0');
	} else if (strcmp(text, "accept") == 0) {
		r.verdict = FOREIGN_ACCEPT;
	} else if (strcmp(text, "drop") == 0) {
		r.verdict = FOREIGN_DROP;
	} else if (strcmp(text, "reject") == 0) {
		r.verdict = FOREIGN_DROP;
		r.rejects = true;
	} else if (strcmp(text, "return") == 0) {
		r.verdict = FOREIGN_RETURN;
	} else if (starts(&text, "jump ")) {
		r.verdict = FOREIGN_JUMP;
		r.target = mem_strdup(text);
	} else if (starts(&text, "goto ")) {
		r.verdict = FOREIGN_GOTO;
		r.target = mem_strdup(text);
	}
	return r;
}

static struct foreign *build(const struct line *l)
{
	struct foreign *f = mem_new(struct foreign);
	struct foreign_table *t = NULL;
	struct foreign_chain *c = NULL;
	uint64_t handle = 0;

	for (; l->what != END; l++) {
		if (l->what == TABLE) {
			t = mem_push(f->tables, f->n_tables);
			t->family = l->family;
			t->name = mem_strdup(l->text);
		} else if (l->what == RULE) {
			*mem_push(c->rules, c->n_rules) = rule_from(l->text, ++handle);
		} else if (l->what == NAMES) {
			struct foreign_ifname *n = mem_push(t->ifnames, t->n_ifnames);

			snprintf(n->name, sizeof(n->name), "%s", l->text);
			n->name[strcspn(n->name, "*")] = '\0';
			n->prefix = strchr(l->text, '*');
		} else {
			c = mem_push(t->chains, t->n_chains);
			c->name = mem_strdup(l->text);
			c->drops = l->what == FORWARD_DROP || l->what == INPUT_DROP;
			if (l->what != CHAIN)
				c->hook =
				    l->what == FORWARD || l->what == FORWARD_DROP ? FOREIGN_FORWARD : FOREIGN_INPUT;
		}
	}
	return f;
}

#define L(what, text)                                                                                                  \
	{                                                                                                              \
		what, text, 0                                                                                          \
	}
#define IP(name)                                                                                                       \
	{                                                                                                              \
		TABLE, name, NFPROTO_IPV4                                                                              \
	}
#define IP6(name)                                                                                                      \
	{                                                                                                              \
		TABLE, name, NFPROTO_IPV6                                                                              \
	}
#define INET(name)                                                                                                     \
	{                                                                                                              \
		TABLE, name, NFPROTO_INET                                                                              \
	}

/* clang-format off */
static const struct {
	const char *name;
	struct line ruleset[16];
	const char *blocks;  /* "CHAIN:handle of the rule, or policy", one a hook */
	const char *changes; /* "CHAIN+kind@handle it is put before" or "CHAIN-handle" */
} cases[] = {
	{ "nobody else", { { END, "", 0 } }, "", "" },
	{ "open doors", { INET("filter"), L(FORWARD, "forward"), L(INPUT, "input") }, "", "" },
	{ "a policy to drop", { INET("filter"), L(FORWARD_DROP, "forward") }, "forward:policy", "forward+0 forward+1" },
	{ "behind what its owner says", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "if accept"), L(RULE, "if drop") },
	  "f:policy", "f+0 f+1" },
	{ "ours are there", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "0"), L(RULE, "if drop"), L(RULE, "1") }, "", "" },
	{ "one of ours is not", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "1") }, "f:policy", "f+0" },
	{ "one of ours is there twice", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "0"), L(RULE, "1"), L(RULE, "0") },
	  "", "f-3" },
	{ "ours does something else by now", { INET("filter"), L(FORWARD, "f"), L(RULE, "7") }, "", "f-1" },
	{ "the owner names the bridge", { INET("filter"), L(FORWARD_DROP, "f"), L(NAMES, "virbr0") }, "", "" },
	{ "or all bridges", { INET("filter"), L(FORWARD_DROP, "f"), L(NAMES, "virbr*") }, "", "" },
	{ "or another one", { INET("filter"), L(FORWARD_DROP, "f"), L(NAMES, "virbr01") }, "f:policy", "f+0 f+1" },
	{ "the owner opens up, ours go", { INET("filter"), L(FORWARD, "f"), L(RULE, "0"), L(RULE, "1") }, "", "f-1 f-2" },
	{ "Docker", { IP("filter"), L(FORWARD_DROP, "FORWARD"), L(RULE, "jump DOCKER-USER"), L(RULE, "jump DOCKER"),
		      L(CHAIN, "DOCKER-USER"), L(RULE, "return"), L(CHAIN, "DOCKER"), L(RULE, "if accept") },
	  "FORWARD:policy", "DOCKER-USER+0@3 DOCKER-USER+1@3" },
	{ "Docker, behind the return", { IP("filter"), L(FORWARD_DROP, "FORWARD"), L(RULE, "jump DOCKER-USER"),
		      L(CHAIN, "DOCKER-USER"), L(RULE, "return"), L(RULE, "0"), L(RULE, "1") },
	  "FORWARD:policy", "DOCKER-USER-3 DOCKER-USER-4 DOCKER-USER+0@2 DOCKER-USER+1@2" },
	{ "a table that only looks like Docker's", { INET("filter"), L(FORWARD_DROP, "FORWARD"), L(CHAIN, "DOCKER-USER") },
	  "FORWARD:policy", "FORWARD+0 FORWARD+1" },
	{ "ufw", { IP("filter"), L(INPUT_DROP, "INPUT"), L(RULE, "jump ufw-before-input"), L(RULE, "jump ufw-reject-input"),
		   L(CHAIN, "ufw-before-input"), L(RULE, "if accept"), L(RULE, "jump ufw-not-local"),
		   L(CHAIN, "ufw-not-local"), L(RULE, "if return"), L(RULE, "drop"), L(CHAIN, "ufw-reject-input") },
	  "INPUT:policy", "INPUT+2 INPUT+3 INPUT+4" },
	{ "DHCPv6 where there is IPv6", { IP6("filter"), L(INPUT_DROP, "INPUT") }, "INPUT:policy",
	  "INPUT+2 INPUT+3 INPUT+4 INPUT+5" },
	{ "a rule that drops all", { IP("filter"), L(FORWARD, "FORWARD"), L(RULE, "if accept"), L(RULE, "reject") },
	  "FORWARD:2", "" },
	{ "the same said twice, by a rule and the policy", { IP("filter"), L(FORWARD_DROP, "FORWARD"), L(RULE, "drop") },
	  "FORWARD:1", "FORWARD+0@1 FORWARD+1@1" },
	{ "firewalld", { INET("firewalld"), L(FORWARD, "filter_FORWARD"), L(RULE, "if accept"), L(RULE, "jump zones"),
			 L(RULE, "reject"), L(CHAIN, "zones"), L(RULE, "if goto public"), L(RULE, "goto public"),
			 L(CHAIN, "public"), L(RULE, "jump public_pre"), L(RULE, "reject"), L(CHAIN, "public_pre") },
	  "public:7", "" },
	{ "firewalld never gets rules of ours", { INET("firewalld"), L(FORWARD_DROP, "filter_FORWARD") },
	  "filter_FORWARD:policy", "" },
	{ "a goto that comes back", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "goto x"), L(RULE, "drop"), L(CHAIN, "x") },
	  "f:policy", "f+0@1 f+1@1" },
	{ "an accept of all", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "count"), L(RULE, "accept"), L(RULE, "drop") },
	  "", "" },
	{ "chains that call each other", { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "jump a"), L(CHAIN, "a"),
					   L(RULE, "jump b"), L(CHAIN, "b"), L(RULE, "jump a") },
	  "f:policy", "f+0 f+1" },
};
/* clang-format on */

static void say(char *out, size_t size, const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list ap;

	if (len && len + 1 < size)
		out[len++] = ' ';
	va_start(ap, fmt);
	vsnprintf(out + len, size - len, fmt, ap);
	va_end(ap);
}

static void tell_blocks(const struct foreign *f, const struct pass_net *n, char *out, size_t size)
{
	struct block b;

	out[0] = '\0';
	for (size_t pos = 0; block_next(f, n, &pos, &b);) {
		if (b.rule)
			say(out, size, "%s:%llu", b.chain->name, (unsigned long long)b.rule->handle);
		else
			say(out, size, "%s:policy", b.chain->name);
	}
}

static void tell_changes(const struct foreign *f, const struct pass_net *nets, size_t n_nets, char *out, size_t size)
{
	AUTO(mem_drop) struct pass_change *v = NULL;
	size_t n = pass_diff(f, nets, n_nets, &v);

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (v[i].del)
			say(out, size, "%s-%llu", v[i].chain->name, (unsigned long long)v[i].del);
		else if (v[i].before)
			say(out, size, "%s+%d@%llu", v[i].chain->name, (int)v[i].kind, (unsigned long long)v[i].before);
		else
			say(out, size, "%s+%d", v[i].chain->name, (int)v[i].kind);
	}
}

static void each_ruleset_is_judged(void **state)
{
	const struct pass_net net = { "virbr0", true };
	char got[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(foreign_free) struct foreign *f = build(cases[i].ruleset);

		tell_blocks(f, &net, got, sizeof(got));
		if (strcmp(got, cases[i].blocks) != 0)
			fail_msg("%s: blocked by '%s', want '%s'", cases[i].name, got, cases[i].blocks);
		tell_changes(f, &net, 1, got, sizeof(got));
		if (strcmp(got, cases[i].changes) != 0)
			fail_msg("%s: changes '%s', want '%s'", cases[i].name, got, cases[i].changes);
	}
}

static void without_networks_all_of_ours_goes(void **state)
{
	static const struct line ruleset[] = { INET("filter"), L(FORWARD_DROP, "f"), L(RULE, "0"),
					       L(RULE, "1"),   L(RULE, "if drop"),   { END, "", 0 } };
	AUTO(foreign_free) struct foreign *f = build(ruleset);
	char got[256];

	(void)state;
	tell_changes(f, NULL, 0, got, sizeof(got));
	assert_string_equal(got, "f-1 f-2");
}

static void an_isolated_network_needs_the_host_alone(void **state)
{
	static const struct line ruleset[] = {
		INET("filter"), L(FORWARD_DROP, "f"), L(INPUT_DROP, "i"), { END, "", 0 }
	};
	AUTO(foreign_free) struct foreign *f = build(ruleset);
	const struct pass_net nets[] = { { "virbr1", false }, { "virbr0", true } };
	char got[256];

	(void)state;
	tell_changes(f, nets, 1, got, sizeof(got));
	assert_string_equal(got, "i+2 i+3 i+4 i+5");
	tell_blocks(f, &nets[0], got, sizeof(got));
	assert_string_equal(got, "i:policy");
	tell_changes(f, nets, 2, got, sizeof(got));
	assert_string_equal(got, "f+0 f+1 i+2 i+3 i+4 i+5");
}

static void a_remedy_is_the_tools_own(void **state)
{
	static const struct {
		struct line ruleset[8];
		const char *want;
	} remedies[] = {
		{ { IP("filter"), L(FORWARD, "FORWARD"), L(RULE, "reject") },
		  "iptables -I FORWARD -i virbr0 -j ACCEPT; iptables -I FORWARD -o virbr0 -j ACCEPT" },
		{ { IP6("filter"), L(INPUT_DROP, "INPUT") }, "ip6tables -I INPUT -i virbr0 -j ACCEPT" },
		{ { IP("filter"), L(FORWARD_DROP, "FORWARD"), L(CHAIN, "DOCKER-USER") },
		  "iptables -I DOCKER-USER -i virbr0 -j ACCEPT; iptables -I DOCKER-USER -o virbr0 -j ACCEPT" },
		{ { IP("filter"), L(FORWARD_DROP, "FORWARD"), L(CHAIN, "ufw-user-forward") },
		  "ufw route allow in on virbr0; ufw route allow out on virbr0" },
		{ { INET("firewalld"), L(INPUT, "filter_INPUT"), L(RULE, "reject") },
		  "firewall-cmd --zone=trusted --add-interface=virbr0; "
		  "firewall-cmd --permanent --zone=trusted --add-interface=virbr0" },
		{ { INET("mine"), L(INPUT_DROP, "in") }, "nft 'insert rule inet mine in iifname \"virbr0\" accept'" },
	};
	const struct pass_net net = { "virbr0", true };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++) {
		AUTO(foreign_free) struct foreign *f = build(remedies[i].ruleset);
		struct block b;
		size_t pos = 0;

		assert_true(block_next(f, &net, &pos, &b));
		AUTO(mem_drop) char *got = block_remedy(&b, &net);

		assert_string_equal(got, remedies[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_ruleset_is_judged),
		cmocka_unit_test(without_networks_all_of_ours_goes),
		cmocka_unit_test(an_isolated_network_needs_the_host_alone),
		cmocka_unit_test(a_remedy_is_the_tools_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
