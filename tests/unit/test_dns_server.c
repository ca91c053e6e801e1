/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "dns/server.h"

static struct ip ip_of(const char *text)
{
	struct ip ip = { 0 };

	assert_int_equal(ip_parse(text, &ip), 0);
	return ip;
}

static void set_hosts(struct dns_zone *z, const char *domain)
{
	struct dns_host v[] = {
		{ "one", ip_of("192.168.122.10") },
		{ "One", ip_of("2001:db8::10") },
		{ "dotted.example", ip_of("192.168.122.11") },
		{ "second", ip_of("192.168.122.10") },
		{ "bad..name", ip_of("192.168.122.12") },
	};
	struct dns_scope scope = { .domain = domain, .hosts = v, .n_hosts = ARRAY_SIZE(v) };

	assert_int_equal(dns_zone_set(z, &scope), 1);
}

static struct dns_routes *new_routes(bool forward)
{
	struct dns_scope scope = { .forward = forward };
	size_t bad = 0;

	return dns_routes_new(&scope, &bad);
}

static struct dns_zone *new_zone(const char *domain)
{
	static const struct {
		const char *ip, *name;
	} leases[] = {
		{ "192.168.122.50", "guest" }, { "192.168.122.51", "one" },
		{ "192.168.122.52", "twin" },  { "192.168.122.53", "twin" },
		{ "2001:db8::53", "twin" },    { "192.168.122.54", "www.example.org" },
		{ "192.168.122.55", "wpad" },  { "192.168.122.56", "full.m1.test" },
		{ "192.168.122.57", "-x" },    { "192.168.122.58", "a b" },
		{ "192.168.122.59", "" },
	};
	struct dns_zone *z = dns_zone_new();

	set_hosts(z, domain);
	for (size_t i = 0; i < ARRAY_SIZE(leases); i++) {
		struct ip ip = ip_of(leases[i].ip);

		dns_zone_set_lease(z, &ip, leases[i].name);
	}
	return z;
}

/* What a name has, as text: addresses with a blank between; "-": not known. */
static const char *lookup(const struct dns_zone *z, const char *name, char out[512])
{
	struct dns_name n;
	struct dns_hits hits;
	char text[IP_TEXT];

	assert_int_equal(dns_name_parse(name, &n), 0);
	if (!dns_zone_find(z, &n, &hits))
		return "-";
	out[0] = 0;
	for (size_t i = 0; i < hits.n_ips; i++)
		sprintf(out + strlen(out), "%s%s", i ? " " : "", ip_text(&hits.ips[i], text));
	return out;
}

static void zone_knows_names(void **state)
{
	static const struct {
		const char *name, *with, *without; /* the domain m1.test */
	} cases[] = {
		{ "one", "192.168.122.10 2001:db8::10", "192.168.122.10 2001:db8::10" },
		{ "ONE", "192.168.122.10 2001:db8::10", "192.168.122.10 2001:db8::10" },
		{ "one.m1.test", "192.168.122.10 2001:db8::10", "-" },
		{ "dotted.example", "192.168.122.11", "192.168.122.11" },
		{ "dotted.example.m1.test", "-", "-" },
		{ "dotted", "-", "-" },
		{ "guest", "192.168.122.50", "192.168.122.50" },
		{ "Guest.M1.test", "192.168.122.50", "-" },
		{ "twin", "2001:db8::53 192.168.122.53", "2001:db8::53 192.168.122.53" },
		{ "www.example.org", "-", "-" },
		{ "www", "-", "-" },
		{ "wpad", "-", "-" },
		{ "full", "192.168.122.56", "-" },
		{ "full.m1.test", "192.168.122.56", "-" },
		{ "-x", "-", "-" },
		{ "a b", "-", "-" },
		{ "m1.test", "-", "-" },
		{ "other", "-", "-" },
	};
	AUTO(dns_zone_free) struct dns_zone *with = new_zone("m1.test");
	AUTO(dns_zone_free) struct dns_zone *without = new_zone(NULL);
	char out[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (strcmp(lookup(with, cases[i].name, out), cases[i].with) != 0)
			fail_msg("%s with domain: %s", cases[i].name, lookup(with, cases[i].name, out));
		if (strcmp(lookup(without, cases[i].name, out), cases[i].without) != 0)
			fail_msg("%s without domain: %s", cases[i].name, lookup(without, cases[i].name, out));
	}
	(void)state;
}

static struct dns_name reverse_of(const char *text)
{
	struct ip ip = ip_of(text);
	struct dns_name n;
	char out[80] = "";

	for (size_t i = ip_size(ip.family); i-- > 0;)
		sprintf(out + strlen(out), ip.family == AF_INET ? "%u." : "%x.%x.",
			ip.family == AF_INET ? ip.b[i] : ip.b[i] & 15u, ip.b[i] >> 4);
	strcat(out, ip.family == AF_INET ? "in-addr.arpa" : "ip6.arpa");
	assert_int_equal(dns_name_parse(out, &n), 0);
	return n;
}

static void zone_knows_addresses(void **state)
{
	static const struct {
		const char *ip, *with[2], *without[2];
	} cases[] = {
		{ "192.168.122.10", { "one.m1.test", "second.m1.test" }, { "one", "second" } },
		{ "2001:db8::10", { "one.m1.test" }, { "one" } },
		{ "192.168.122.11", { "dotted.example" }, { "dotted.example" } },
		{ "192.168.122.50", { "guest.m1.test" }, { "guest" } },
		{ "192.168.122.51", { NULL }, { NULL } },
		{ "192.168.122.52", { "twin.m1.test" }, { "twin" } },
		{ "192.168.122.54", { NULL }, { NULL } },
		{ "192.168.122.1", { NULL }, { NULL } },
	};

	for (int domain = 0; domain < 2; domain++) {
		AUTO(dns_zone_free) struct dns_zone *z = new_zone(domain ? "m1.test" : NULL);

		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			const char *const *want = domain ? cases[i].with : cases[i].without;
			struct dns_name reverse = reverse_of(cases[i].ip), name;
			struct dns_hits hits;

			dns_zone_find(z, &reverse, &hits);
			if (hits.n_names != (size_t) !!want[0] + !!want[1])
				fail_msg("%s: %zu names", cases[i].ip, hits.n_names);
			for (size_t n = 0; n < hits.n_names; n++)
				if (dns_name_parse(want[n], &name) || !dns_name_eq(&name, &hits.names[n]))
					fail_msg("%s: name %zu is another", cases[i].ip, n);
		}
	}
	(void)state;
}

static void leases_come_and_go(void **state)
{
	AUTO(dns_zone_free) struct dns_zone *z = new_zone("m1.test");
	struct ip a = ip_of("192.168.122.53"), b = ip_of("192.168.122.52"), c = ip_of("192.168.122.51");
	struct ip twin6 = ip_of("2001:db8::53");
	char out[512];

	dns_zone_del_lease(z, &a);
	assert_string_equal(lookup(z, "twin", out), "2001:db8::53 192.168.122.52");
	dns_zone_set_lease(z, &b, "renamed");
	assert_string_equal(lookup(z, "twin", out), "2001:db8::53");
	assert_string_equal(lookup(z, "renamed.m1.test", out), "192.168.122.52");
	dns_zone_set_lease(z, &b, NULL);
	assert_string_equal(lookup(z, "renamed", out), "-");
	dns_zone_del_lease(z, &twin6);
	dns_zone_del_lease(z, &twin6);
	assert_string_equal(lookup(z, "twin", out), "-");

	/* the domain changes, and the record that overrode a lease goes */
	assert_int_equal(dns_zone_set(z, &(struct dns_scope){ .domain = "lan" }), 0);
	assert_string_equal(lookup(z, "guest.lan", out), "192.168.122.50");
	assert_string_equal(lookup(z, "guest.m1.test", out), "-");
	assert_string_equal(lookup(z, "one.lan", out), "192.168.122.51");
	dns_zone_del_lease(z, &c);
	assert_string_equal(lookup(z, "one", out), "-");
	(void)state;
}

static void queries_get_their_verdict(void **state)
{
	static const struct {
		const char *name;
		uint16_t type, class;
		bool forward;
		enum dns_action action;
		enum dns_rcode rcode;
		bool local;
		int answers;
	} cases[] = {
		{ "one", DNS_A, 1, true, DNS_REPLY, 0, true, 1 },
		{ "one.m1.test", DNS_A, 1, false, DNS_REPLY, 0, true, 1 },
		{ "one", DNS_AAAA, 1, true, DNS_REPLY, 0, true, 1 },
		{ "one", DNS_ANY, 1, true, DNS_REPLY, 0, true, 2 },
		{ "guest", DNS_AAAA, 1, true, DNS_REPLY, 0, true, 0 },
		{ "guest", 15 /* MX */, 1, false, DNS_REPLY, 0, true, 0 },
		{ "10.122.168.192.in-addr.arpa", DNS_PTR, 1, true, DNS_REPLY, 0, true, 2 },
		{ "10.122.168.192.in-addr.arpa", DNS_A, 1, true, DNS_REPLY, 0, true, 0 },
		{ "99.122.168.192.in-addr.arpa", DNS_PTR, 1, true, DNS_FORWARD, 0, false, 0 },
		{ "99.122.168.192.in-addr.arpa", DNS_PTR, 1, false, DNS_REPLY, DNS_REFUSED, false, 0 },
		{ "example.org", DNS_A, 1, true, DNS_FORWARD, 0, false, 0 },
		{ "example.org", DNS_A, 1, false, DNS_REPLY, DNS_REFUSED, false, 0 },
		{ "other.m1.test", DNS_A, 1, true, DNS_FORWARD, 0, false, 0 },
		{ "other.m1.test", DNS_A, 1, false, DNS_REPLY, DNS_REFUSED, false, 0 },
		{ "one", DNS_A, 3 /* CHAOS */, true, DNS_REPLY, DNS_REFUSED, false, 0 },
	};
	AUTO(dns_zone_free) struct dns_zone *z = new_zone("m1.test");
	AUTO(dns_routes_free) struct dns_routes *away = new_routes(true);
	AUTO(dns_routes_free) struct dns_routes *refuse = new_routes(false);
	uint8_t in[512], out[DNS_ANSWER_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_query ask = { .flags = DNS_RD, .q.type = cases[i].type, .q.class = cases[i].class }, q;
		struct wr w = wr_make(in, sizeof(in));

		dns_name_parse(cases[i].name, &ask.q.name);
		dns_query_build(&w, &ask, 0x1234);
		struct dns_verdict v = dns_server_handle(z, cases[i].forward ? away : refuse, false,
							 (struct view){ .p = in, .len = wr_len(&w) }, &q, out);

		if (v.action != cases[i].action || v.rcode != cases[i].rcode || v.local != cases[i].local)
			fail_msg("%s %u: action %d, rcode %d, local %d", cases[i].name, cases[i].type, v.action,
				 v.rcode, v.local);
		if (v.action != DNS_REPLY)
			continue;
		unsigned flags = DNS_QR | DNS_RD | (v.local ? DNS_AA : 0) | (cases[i].forward ? DNS_RA : 0) | v.rcode;

		if (!dns_answer_matches((struct view){ .p = out, .len = v.len }, &ask, 0x1234) ||
		    (out[2] << 8 | out[3]) != (int)flags || out[7] != cases[i].answers)
			fail_msg("%s %u: flags %02x%02x, %d answers", cases[i].name, cases[i].type, out[2], out[3],
				 out[7]);
	}
	(void)state;
}

/* One answer byte by byte, so that not only our own reader says it is right. */
static void answers_are_these_bytes(void **state)
{
	static const uint8_t in[] = "\xab\xcd\x01\x20\0\1\0\0\0\0\0\1\3oNe\0\0\1\0\1\0\0\x29\x20\0\0\0\x80\0\0\0";
	static const uint8_t want[] = "\xab\xcd\x85\x80\0\1\0\1\0\0\0\1\3oNe\0\0\1\0\1"
				      "\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc0\xa8\x7a\x0a"
				      "\0\0\x29\x04\xd0\0\0\x80\0\0\0";
	AUTO(dns_zone_free) struct dns_zone *z = new_zone(NULL);
	AUTO(dns_routes_free) struct dns_routes *r = new_routes(true);
	uint8_t out[DNS_ANSWER_MAX];
	struct dns_query q;
	struct dns_verdict v = dns_server_handle(z, r, false, (struct view){ .p = in, .len = sizeof(in) - 1 }, &q, out);

	assert_int_equal(v.len, sizeof(want) - 1);
	assert_memory_equal(out, want, v.len);
	(void)state;
}

static void bad_queries_get_their_verdict(void **state)
{
#define HEAD(flags, qd, ar) "\0\1" flags "\0" qd "\0\0\0\0\0" ar
#define QUESTION            "\3one\0\0\1\0\1"
	static const struct {
		const char *name, *bytes;
		size_t len;
		int want; /* -1: no answer */
	} cases[] = {
#define ROW(name, bytes, want) { name, bytes, sizeof(bytes) - 1, want }
		ROW("good", HEAD("\1\0", "\1", "\0") QUESTION, 0),
		ROW("empty", "", -1),
		ROW("short header", "\0\1\1\0\0\1\0\0\0\0\0", -1),
		ROW("an answer", HEAD("\x81\0", "\1", "\0") QUESTION, -1),
		ROW("status", HEAD("\x10\0", "\1", "\0") QUESTION, DNS_NOTIMP),
		ROW("update", HEAD("\x28\0", "\1", "\0") QUESTION, DNS_NOTIMP),
		ROW("no question", HEAD("\1\0", "\0", "\0"), DNS_FORMERR),
		ROW("two questions", HEAD("\1\0", "\2", "\0") QUESTION QUESTION, DNS_FORMERR),
		ROW("question cut", HEAD("\1\0", "\1", "\0") "\3one\0\0\1\0", DNS_FORMERR),
		ROW("question points at itself", HEAD("\1\0", "\1", "\0") "\xc0\x0c\0\1\0\1", DNS_FORMERR),
		ROW("question points at the header", HEAD("\1\0", "\1", "\0") "\xc0\x04\0\1\0\1", DNS_FORMERR),
		ROW("record missing", HEAD("\1\0", "\1", "\1") QUESTION, DNS_FORMERR),
		ROW("record's data cut", HEAD("\1\0", "\1", "\1") QUESTION "\0\0\x29\x10\0\0\0\0\0\0\4\0", DNS_FORMERR),
		ROW("OPT", HEAD("\1\0", "\1", "\1") QUESTION "\0\0\x29\x10\0\0\0\0\0\0\0", 0),
		ROW("OPT with an option", HEAD("\1\0", "\1", "\1") QUESTION "\0\0\x29\x10\0\0\0\0\0\0\4\0\x0a\0\0", 0),
		ROW("OPT of version 1", HEAD("\1\0", "\1", "\1") QUESTION "\0\0\x29\x10\0\0\1\0\0\0\0", DNS_BADVERS),
		ROW("OPT with a name", HEAD("\1\0", "\1", "\1") QUESTION "\1x\0\0\x29\x10\0\0\0\0\0\0\0", DNS_FORMERR),
		ROW("two OPT",
		    HEAD("\1\0", "\1", "\2") QUESTION "\0\0\x29\x10\0\0\0\0\0\0\0"
						      "\0\0\x29\x10\0\0\0\0\0\0\0",
		    DNS_FORMERR),
		ROW("another record", HEAD("\1\0", "\1", "\1") QUESTION "\xc0\x0c\0\x10\0\1\0\0\0\0\0\2\1x", 0),
#undef ROW
	};
#undef HEAD
#undef QUESTION
	AUTO(dns_zone_free) struct dns_zone *z = new_zone(NULL);
	AUTO(dns_routes_free) struct dns_routes *r = new_routes(true);
	uint8_t out[DNS_ANSWER_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct view msg = { .p = (const uint8_t *)cases[i].bytes, .len = cases[i].len };
		struct dns_query q;
		struct dns_verdict v = dns_server_handle(z, r, false, msg, &q, out);

		if (v.action != (cases[i].want < 0 ? DNS_DROP : DNS_REPLY) ||
		    (cases[i].want >= 0 && (int)v.rcode != cases[i].want))
			fail_msg("%s: action %d, rcode %d", cases[i].name, v.action, v.rcode);
		if (v.action == DNS_REPLY && ((out[3] & DNS_RCODE) != (cases[i].want & DNS_RCODE) || !(out[2] & 0x80)))
			fail_msg("%s: rcode %d in the answer", cases[i].name, out[3] & DNS_RCODE);
	}
	(void)state;
}

/* 32 addresses need 12 + 20 + 32 * 28 bytes: too many for AAAA in plain UDP, enough room with EDNS and TCP. */
static void long_answers_are_cut(void **state)
{
	static const struct {
		const char *name;
		bool tcp;
		uint16_t size; /* 0: no EDNS */
		bool cut;
	} cases[] = {
		{ "plain", false, 0, true },
		{ "EDNS with little room", false, 600, true },
		{ "EDNS with nonsense", false, 1, true },
		{ "EDNS", false, 1232, false },
		{ "EDNS with more than we send", false, 65535, false },
		{ "TCP", true, 0, false },
	};
	AUTO(dns_zone_free) struct dns_zone *z = dns_zone_new();
	AUTO(dns_routes_free) struct dns_routes *r = new_routes(true);
	struct dns_host v[40];
	uint8_t in[512], out[DNS_ANSWER_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		v[i] = (struct dns_host){ "many", ip_of("2001:db8::1") };
		v[i].ip.b[15] = (uint8_t)i;
	}
	dns_zone_set(z, &(struct dns_scope){ .hosts = v, .n_hosts = ARRAY_SIZE(v) });
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_query ask = { .q = { .type = DNS_AAAA, .class = 1 },
					 .edns = cases[i].size,
					 .size = cases[i].size };
		struct dns_query q;
		struct wr w = wr_make(in, sizeof(in));

		dns_name_parse("many", &ask.q.name);
		dns_query_build(&w, &ask, 7);
		struct dns_verdict got =
		    dns_server_handle(z, r, cases[i].tcp, (struct view){ .p = in, .len = wr_len(&w) }, &q, out);
		bool cut = out[2] & 2;

		if (cut != cases[i].cut || out[7] != (cut ? 0 : DNS_HITS_MAX) || out[11] != (cases[i].size != 0) ||
		    (!cases[i].tcp && got.len > q.size))
			fail_msg("%s: %zu bytes, %d answers, cut %d", cases[i].name, got.len, out[7], cut);
	}
	(void)state;
}

static void resolvers_answers_must_match(void **state)
{
	static const struct {
		const char *name, *asked;
		uint16_t id, flags, type;
		bool want;
	} cases[] = {
		{ "the answer", "example.org", 7, DNS_QR | DNS_RA, DNS_A, true },
		{ "other case", "EXAMPLE.org", 7, DNS_QR, DNS_A, true },
		{ "other id", "example.org", 8, DNS_QR, DNS_A, false },
		{ "a query", "example.org", 7, 0, DNS_A, false },
		{ "other type", "example.org", 7, DNS_QR, DNS_AAAA, false },
		{ "other name", "example.com", 7, DNS_QR, DNS_A, false },
		{ "other opcode", "example.org", 7, DNS_QR | 0x0800, DNS_A, false },
	};
	struct dns_query q = { .id = 3, .q = { .type = DNS_A, .class = 1 } };
	uint8_t msg[512];

	dns_name_parse("example.org", &q.q.name);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_query other = { .q = { .type = cases[i].type, .class = 1 } };
		struct wr w = wr_make(msg, sizeof(msg));

		dns_name_parse(cases[i].asked, &other.q.name);
		dns_query_build(&w, &other, cases[i].id);
		msg[2] = (uint8_t)(cases[i].flags >> 8);
		msg[3] = (uint8_t)cases[i].flags;
		if (dns_answer_matches((struct view){ .p = msg, .len = wr_len(&w) }, &q, 7) != cases[i].want)
			fail_msg("%s", cases[i].name);
		if (dns_answer_matches((struct view){ .p = msg, .len = wr_len(&w) - 1 }, &q, 7))
			fail_msg("%s: cut short", cases[i].name);
	}
	memcpy(msg, "\0\7\x84\0", 4);
	dns_answer_adopt(msg, &q);
	assert_memory_equal(msg, "\0\3\x80\x80", 4);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zone_knows_names),        cmocka_unit_test(zone_knows_addresses),
		cmocka_unit_test(leases_come_and_go),      cmocka_unit_test(queries_get_their_verdict),
		cmocka_unit_test(answers_are_these_bytes), cmocka_unit_test(bad_queries_get_their_verdict),
		cmocka_unit_test(long_answers_are_cut),    cmocka_unit_test(resolvers_answers_must_match),
	};

	return cmocka_run_group_tests_name("dns/server", tests, NULL, NULL);
}
