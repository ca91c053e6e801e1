/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "dns/name.h"

/* `read`: as a question's name; `skip`: how long it is as a record's, 0: it is none. */
static void names_are_read(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		const char *read; /* NULL: it is none */
		size_t skip;
	} cases[] = {
		{ "plain", "\3one\0", 5, "one", 5 },
		{ "two labels", "\3one\2m1\0", 8, "one.m1", 8 },
		{ "more behind", "\3one\0\1a", 7, "one", 5 },
		{ "pointer", "\xc0\x0c", 2, NULL, 2 },
		{ "label and pointer", "\3one\xc0\x0c", 6, NULL, 6 },
		{ "half a pointer", "\3one\xc0", 5, NULL, 0 },
		{ "label cut short", "\5one", 4, NULL, 0 },
		{ "no root", "\3one", 4, NULL, 0 },
		{ "nothing", "", 0, NULL, 0 },
		{ "label type 01", "\x41one\0", 5, NULL, 0 },
		{ "label type 10", "\x81one\0", 5, NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rd r = rd_make(cases[i].bytes, cases[i].len), s = r;
		struct dns_name got, want = { .len = 0 };
		int e = dns_name_read(&r, &got);

		if (cases[i].read)
			dns_name_parse(cases[i].read, &want);
		if ((e == 0) != (cases[i].read != NULL) || (e == 0 && !dns_name_eq(&got, &want)))
			fail_msg("%s: got %d, or another name", cases[i].name, e);
		if (e == 0 && rd_left(&r) != cases[i].len - cases[i].skip)
			fail_msg("%s: the reader stands elsewhere", cases[i].name);
		dns_name_skip(&s);
		if (s.bad != (cases[i].skip == 0) || (!s.bad && rd_left(&s) != cases[i].len - cases[i].skip))
			fail_msg("%s: skipped wrongly", cases[i].name);
	}
	(void)state;
}

/* 255 bytes are a name, 256 are none. */
static void long_names_end(void **state)
{
	uint8_t b[300];
	struct dns_name n;

	for (size_t total = 250; total <= 260; total++) {
		size_t at = 0;

		memset(b, 'x', sizeof(b));
		for (; at < 200; at += 50)
			b[at] = 49;
		b[at] = (uint8_t)(total - at - 2);
		b[total - 1] = 0;
		struct rd r = rd_make(b, total);
		int e = dns_name_read(&r, &n);

		if ((e == 0) != (total <= DNS_NAME_MAX) || (e == 0 && n.len != total))
			fail_msg("%zu bytes: got %d", total, e);
	}
	(void)state;
}

static void texts_are_parsed(void **state)
{
	static const char label63[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg";
	static const struct {
		const char *text;
		int len; /* 0: not a name */
	} cases[] = {
		{ "one", 5 }, { "one.m1.test", 13 }, { "one.", 5 }, { label63, 65 }, { "", 0 },
		{ ".", 0 },   { "one..m1", 0 },      { ".one", 0 }, { "one..", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_name n = { .len = 0 };

		dns_name_parse(cases[i].text, &n);
		if (n.len != cases[i].len)
			fail_msg("'%s': length %d", cases[i].text, n.len);
	}
	struct dns_name n;
	char text[300];

	snprintf(text, sizeof(text), "%sx", label63);
	assert_int_not_equal(dns_name_parse(text, &n), 0);
	snprintf(text, sizeof(text), "%s.%s.%s.%s", label63, label63, label63, label63 + 2);
	assert_int_equal(dns_name_parse(text, &n), 0);
	assert_int_equal(n.len, DNS_NAME_MAX);
	snprintf(text, sizeof(text), "%s.%s.%s.%s", label63, label63, label63, label63 + 1);
	assert_int_not_equal(dns_name_parse(text, &n), 0);
	(void)state;
}

static void domains_go_on_and_off(void **state)
{
	static const struct {
		const char *full, *domain, *want; /* NULL: not one label of the domain */
	} cases[] = {
		{ "one.m1.test", "m1.test", "one" }, { "ONE.M1.Test", "m1.test", "one" },
		{ "one.m2.test", "m1.test", NULL },  { "a.one.m1.test", "m1.test", NULL },
		{ "m1.test", "m1.test", NULL },      { "one", "m1.test", NULL },
		{ "one.lan", "lan", "one" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_name full, domain, want, got, again;

		assert_int_equal(dns_name_parse(cases[i].full, &full) | dns_name_parse(cases[i].domain, &domain), 0);
		int e = dns_name_strip(&full, &domain, &got);

		if ((e == 0) != (cases[i].want != NULL))
			fail_msg("%s: got %d", cases[i].full, e);
		if (e < 0)
			continue;
		dns_name_parse(cases[i].want, &want);
		if (!dns_name_eq(&got, &want) || dns_name_append(&got, &domain, &again) || !dns_name_eq(&again, &full))
			fail_msg("%s: another name", cases[i].full);
	}
	(void)state;
}

static void reverse_names_are_subnets(void **state)
{
	static const struct {
		const char *name, *want; /* NULL: none */
	} cases[] = {
		{ "10.122.168.192.in-addr.arpa", "192.168.122.10/32" },
		{ "10.122.168.192.IN-ADDR.ARPA", "192.168.122.10/32" },
		{ "0.0.0.10.in-addr.arpa", "10.0.0.0/32" },
		{ "122.168.192.in-addr.arpa", "192.168.122.0/24" },
		{ "1.10.122.168.192.in-addr.arpa", NULL },
		{ "010.122.168.192.in-addr.arpa", NULL },
		{ "256.122.168.192.in-addr.arpa", NULL },
		{ "x.122.168.192.in-addr.arpa", NULL },
		{ "10.122.168.192.in-addr.arpa.test", NULL },
		{ "in-addr.arpa", "0.0.0.0/0" },
		{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::1/128" },
		{ "F.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6.arpa", "2001:db8::f/128" },
		{ "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::/124" },
		{ "8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::/32" },
		{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", NULL },
		{ "g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", NULL },
		{ "one.m1.test", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix p = { .len = 0 };
		char text[PREFIX_TEXT] = "";
		struct dns_name n;

		assert_int_equal(dns_name_parse(cases[i].name, &n), 0);
		if (dns_name_to_prefix(&n, 0, &p) == 0)
			prefix_text(&p, text);
		if (strcmp(text, cases[i].want ? cases[i].want : "") != 0)
			fail_msg("%s: %s", cases[i].name, text);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(long_names_end),
		cmocka_unit_test(texts_are_parsed),
		cmocka_unit_test(domains_go_on_and_off),
		cmocka_unit_test(reverse_names_are_subnets),
	};

	return cmocka_run_group_tests_name("dns/name", tests, NULL, NULL);
}
