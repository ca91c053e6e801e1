/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/addr.h"
#include "base/mem.h"

/* Text in, canonical text out; NULL: refused. */
struct text_case {
	const char *in, *out;
};

static void macs(void **state)
{
	static const struct text_case cases[] = {
		{ "52:54:00:aa:BB:cc", "52:54:00:aa:bb:cc" },
		{ "2:0:0:a:B:c", "02:00:00:0a:0b:0c" },
		{ "52:54:00:aa:bb:cc \n", "52:54:00:aa:bb:cc" },
		{ "", NULL },
		{ "52-54-00-aa-bb-cc", NULL },
		{ "52:54:00:aa:bb", NULL },
		{ "52:54:00:aa:bb:", NULL },
		{ "52:54:00:aa:bb:cc:dd", NULL },
		{ "52:54:00:aa:bb:ccc", NULL },
		{ "52:54::aa:bb:cc", NULL },
		{ " 52:54:00:aa:bb:cc", NULL },
		{ "52:54:00:aa:bb:gg", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[MAC_TEXT];
		struct mac m;
		bool ok = mac_parse(cases[i].in, &m) == 0;

		if (ok != !!cases[i].out || (ok && strcmp(mac_text(&m, text), cases[i].out) != 0))
			fail_msg("'%s': %s", cases[i].in, ok ? text : "refused");
	}
	assert_true(mac_is_multicast(&(struct mac){ { 1 } }));
	assert_false(mac_is_multicast(&(struct mac){ { 0x52 } }));
	assert_true(mac_is_zero(&(struct mac){ { 0 } }));
}

static void ips(void **state)
{
	static const struct text_case cases[] = {
		{ "192.168.122.1", "192.168.122.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "FD66::0:5", "fd66::5" },
		{ "2001:0DB8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1" },
		{ "::FFFF:192.0.2.1", "::ffff:192.0.2.1" },
		{ "", NULL },
		{ "10.1", NULL },
		{ "010.1.1.1", NULL },
		{ "0x0a000001", NULL },
		{ "1.2.3.4 ", NULL },
		{ " 1.2.3.4", NULL },
		{ "1.2.3.256", NULL },
		{ "1.2.3.4.5", NULL },
		{ "localhost", NULL },
		{ "fe80::1%eth0", NULL },
		{ "1::2::3", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[IP_TEXT];
		struct ip a;
		bool ok = ip_parse(cases[i].in, &a) == 0;

		if (ok != !!cases[i].out || (ok && strcmp(ip_text(&a, text), cases[i].out) != 0))
			fail_msg("'%s': %s", cases[i].in, ok ? text : "refused");
	}
	assert_string_equal(ip_text(&(struct ip){ 0 }, (char[IP_TEXT]){ 0 }), "-");
}

static void numbers_and_order(void **state)
{
	struct ip a = ip_from_v4(0x0a000001), b = ip_from_v4(0x0a0000ff), six;

	(void)state;
	assert_int_equal(ip_v4(&a), 0x0a000001);
	assert_int_equal(ip_parse("::1", &six), 0);
	assert_int_equal(ip_v4(&six), 0);
	assert_true(ip_cmp(&a, &b) < 0 && ip_cmp(&b, &a) > 0 && ip_eq(&a, &a));
	assert_true(ip_cmp(&b, &six) < 0);
	assert_int_equal(ip_bits(AF_INET) + ip_size(AF_INET6), 48);
}

static struct prefix prefix(const char *ip, unsigned len)
{
	struct prefix p = { .len = len };

	assert_int_equal(ip_parse(ip, &p.ip), 0);
	return p;
}

static void prefixes(void **state)
{
	static const struct {
		const char *ip;
		unsigned len;
		const char *text, *broadcast, *inside, *outside;
	} cases[] = {
		{ "192.168.122.77", 24, "192.168.122.0/24", "192.168.122.255", "192.168.122.0", "192.168.123.0" },
		{ "10.1.2.3", 0, "0.0.0.0/0", "255.255.255.255", "255.1.1.1", "::1" },
		{ "10.1.2.3", 32, "10.1.2.3/32", "10.1.2.3", "10.1.2.3", "10.1.2.2" },
		{ "10.1.2.3", 15, "10.0.0.0/15", "10.1.255.255", "10.0.0.1", "10.2.0.0" },
		{ "fd00::1:2", 112, "fd00::1:0/112", "fd00::1:ffff", "fd00::1:9", "fd00::2:2" },
		{ "fd00::1", 128, "fd00::1/128", "fd00::1", "fd00::1", "fd00::" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix p = prefix(cases[i].ip, cases[i].len);
		struct ip broadcast = prefix_broadcast(&p), in, out;
		char text[PREFIX_TEXT];

		ip_parse(cases[i].inside, &in);
		ip_parse(cases[i].outside, &out);
		if (strcmp(prefix_text(&p, text), cases[i].text) != 0 ||
		    strcmp(ip_text(&broadcast, text), cases[i].broadcast) != 0 || !prefix_contains(&p, &in) ||
		    prefix_contains(&p, &out))
			fail_msg("%s/%u: %s", cases[i].ip, cases[i].len, prefix_text(&p, text));
	}
}

static void overlap_is_containment_either_way(void **state)
{
	struct prefix wide = prefix("10.0.0.1", 8), narrow = prefix("10.9.9.9", 24), other = prefix("11.0.0.1", 8);

	(void)state;
	assert_true(prefix_overlaps(&wide, &narrow) && prefix_overlaps(&narrow, &wide));
	assert_false(prefix_overlaps(&wide, &other) || prefix_overlaps(&other, &narrow));
	assert_false(prefix_eq(&wide, &narrow));
}

static void masks(void **state)
{
	struct ip hole;
	unsigned len;

	(void)state;
	for (unsigned i = 0; i <= 128; i++) {
		struct ip m = prefix_mask(AF_INET6, i), m4 = prefix_mask(AF_INET, i % 33);

		assert_int_equal(prefix_from_mask(&m, &len), 0);
		assert_int_equal(len, i);
		assert_int_equal(prefix_from_mask(&m4, &len), 0);
		assert_int_equal(len, i % 33);
	}
	assert_int_equal(ip_parse("255.0.255.0", &hole), 0);
	assert_true(prefix_from_mask(&hole, &len) < 0);
}

static void uuids(void **state)
{
	static const struct text_case cases[] = {
		{ " 5B1C0F6EA2D94C0B8E77AABBCCDDEEFF\n", "5b1c0f6e-a2d9-4c0b-8e77-aabbccddeeff" },
		{ "5b-1c0f6e-a2d94c0b-8e77aabbccddeeff", "5b1c0f6e-a2d9-4c0b-8e77-aabbccddeeff" },
		{ "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000" },
		{ "", NULL },
		{ "5b1c0f6ea2d94c0b8e77aabbccddeef", NULL },
		{ "5b1c0f6ea2d94c0b8e77aabbccddeefff", NULL },
		{ "5b1c0f6ea2d94c0b8e77aabbccddeefg", NULL },
		{ "5-b1c0f6ea2d94c0b8e77aabbccddeeff", NULL },
		{ "-5b1c0f6ea2d94c0b8e77aabbccddeeff", NULL },
	};
	struct uuid u = uuid_random(), v = uuid_random();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[UUID_TEXT];
		struct uuid w;
		bool ok = uuid_parse(cases[i].in, &w) == 0;

		if (ok != !!cases[i].out || (ok && strcmp(uuid_text(&w, text), cases[i].out) != 0))
			fail_msg("'%s': %s", cases[i].in, ok ? text : "refused");
	}
	assert_false(uuid_eq(&u, &v));
	assert_int_equal(u.b[6] >> 4, 4); /* version and variant, RFC 9562 s.5.4 */
	assert_int_equal(u.b[8] >> 6, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macs),
		cmocka_unit_test(ips),
		cmocka_unit_test(numbers_and_order),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(overlap_is_containment_either_way),
		cmocka_unit_test(masks),
		cmocka_unit_test(uuids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
