/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/packet: what is read, what is refused, and what is written can be read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dhcp6/reply.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define HEAD       1, 0xab, 0xcd, 0xef
#define DUID       0, 1, 0, 3, 1, 2, 3
#define A16        0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5
#define IA_HEAD    0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0

static const struct {
	const char *name;
	const uint8_t *p;
	size_t len;
	int want;
} cases[] = {
	{ "s.8: the head alone", BYTES(HEAD), 0 },
	{ "s.8: less than a head", BYTES(1, 2, 3), -EBADMSG },
	{ "s.9: a relay's message", BYTES(12, 0, 0, 0, 0, 0), -EPROTONOSUPPORT },
	{ "s.7.3: type 0", BYTES(0, 0, 0, 0), -EPROTONOSUPPORT },
	{ "s.21.1: option head cut short", BYTES(HEAD, 0, 1, 0), -EBADMSG },
	{ "s.21.1: option runs over the end", BYTES(HEAD, 0, 1, 0, 4, 1, 2, 3), -EBADMSG },
	{ "s.21.1: unknown options are skipped", BYTES(HEAD, 0x12, 0x34, 0, 2, 1, 2), 0 },
	{ "s.11.1: a DUID", BYTES(HEAD, DUID), 0 },
	{ "s.11.1: a DUID too short", BYTES(HEAD, 0, 1, 0, 2, 1, 2), -EBADMSG },
	{ "s.21.2: twice", BYTES(HEAD, DUID, DUID), -EBADMSG },
	{ "s.21.4: an IA", BYTES(HEAD, 0, 3, 0, 12, IA_HEAD), 0 },
	{ "s.21.4: an IA too short", BYTES(HEAD, 0, 3, 0, 11, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0), -EBADMSG },
	{ "s.21.6: an address", BYTES(HEAD, 0, 3, 0, 40, IA_HEAD, 0, 5, 0, 24, A16, 0, 0, 0, 0, 0, 0, 0, 0), 0 },
	{ "s.21.6: an address too short", BYTES(HEAD, 0, 3, 0, 32, IA_HEAD, 0, 5, 0, 16, A16), -EBADMSG },
	{ "s.21.6: runs over its IA", BYTES(HEAD, 0, 3, 0, 32, IA_HEAD, 0, 5, 0, 24, A16, 0, 0, 0, 0, 0, 0, 0, 0),
	  -EBADMSG },
	{ "s.21.7: half a code", BYTES(HEAD, 0, 6, 0, 3, 0, 23, 0), -EBADMSG },
	{ "s.21.14: rapid commit has no value", BYTES(HEAD, 0, 14, 0, 1, 0), -EBADMSG },
	{ "RFC 4704 s.4: a name cut short is no name", BYTES(HEAD, 0, 39, 0, 3, 0, 5, 'a'), 0 },
};

static void messages_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(mem_drop) uint8_t *exact = mem_dup(cases[i].p, cases[i].len);
		struct dhcp6_msg m;
		int r = dhcp6_parse(&m, (struct view){ exact, cases[i].len });

		if (r != cases[i].want)
			fail_msg("%s: %d", cases[i].name, r);
	}
}

static void fields_are_read(void **state)
{
	static const uint8_t msg[] = { HEAD, DUID, 0, 3, 0, 40, IA_HEAD, 0, 5, 0, 24,  A16, 0,   0,
				       0,    0,    0, 0, 0, 0,  0,       6, 0, 4, 0,   23,  0,   24,
				       0,    14,   0, 0, 0, 39, 0,       6, 1, 4, 'h', 'o', 's', 't' };
	struct dhcp6_msg m;
	struct ip want;

	(void)state;
	ip_parse("fd00::5", &want);
	assert_int_equal(dhcp6_parse(&m, (struct view){ msg, sizeof(msg) }), 0);
	assert_int_equal(m.type, DHCP6_SOLICIT);
	assert_int_equal(m.xid, 0xabcdef);
	assert_int_equal(m.client_id.len, 3);
	assert_int_equal(m.n_ias, 1);
	assert_int_equal(m.ias[0].iaid, 7);
	assert_int_equal(m.ias[0].n_addrs, 1);
	assert_true(ip_eq(&m.ias[0].addrs[0], &want));
	assert_true(m.rapid);
	assert_true(dhcp6_wants(&m, DHCP6_OPT_DNS) && dhcp6_wants(&m, DHCP6_OPT_DOMAIN));
	assert_false(dhcp6_wants(&m, 31));
	assert_true(view_eq(m.hostname, (struct view){ (const uint8_t *)"host", 4 }));
}

static void too_many_are_refused(void **state)
{
	static const uint8_t ia[] = { 0, 3, 0, 12, IA_HEAD }, addr[] = { 0, 5, 0, 24, A16, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t msg[1000];
	struct dhcp6_msg m;

	(void)state;
	for (size_t n = DHCP6_IAS_MAX; n <= DHCP6_IAS_MAX + 1; n++) {
		struct wr w = wr_make(msg, sizeof(msg));

		dhcp6_put_head(&w, DHCP6_SOLICIT, 1);
		for (size_t i = 0; i < n; i++)
			wr_bytes(&w, ia, sizeof(ia));
		assert_int_equal(dhcp6_parse(&m, (struct view){ msg, wr_len(&w) }), n > DHCP6_IAS_MAX ? -EBADMSG : 0);
	}
	for (size_t n = DHCP6_ADDRS_MAX; n <= DHCP6_ADDRS_MAX + 1; n++) {
		struct wr w = wr_make(msg, sizeof(msg));

		dhcp6_put_head(&w, DHCP6_SOLICIT, 1);
		uint8_t *at = dhcp6_open(&w, DHCP6_OPT_IA_NA);

		wr_zero(&w, 12);
		for (size_t i = 0; i < n; i++)
			wr_bytes(&w, addr, sizeof(addr));
		dhcp6_close(&w, at);
		assert_int_equal(dhcp6_parse(&m, (struct view){ msg, wr_len(&w) }), n > DHCP6_ADDRS_MAX ? -EBADMSG : 0);
	}
}

/* Byte by byte, as the sections draw them. */
static void a_reply_is_as_drawn(void **state)
{
	static const uint8_t wants[] = { 0, 23, 0, 24 };
	static const uint8_t want[] = {
		7, 0xab, 0xcd, 0xef,                                                     /* s.8 */
		0, 1,    0,    3,    1,    2,   3,                                       /* s.21.2 */
		0, 2,    0,    3,    4,    5,   6,                                       /* s.21.3 */
		0, 14,   0,    0,                                                        /* s.21.14 */
		0, 3,    0,    68,   0,    0,   0, 7,   0,   0,   0, 50, 0,   0, 0,  80, /* s.21.4: T1, T2 */
		0, 5,    0,    24,   A16,  0,   0, 0,   100, 0,   0, 0,  100,            /* s.21.6 */
		0, 5,    0,    24,   0xfe, 0,   0, 0,   0,   0,   0, 0,  0,   0, 0,  0,   0,
		0, 0,    9,    0,    0,    0,   0, 0,   0,   0,   0, 0,  23,  0, 16, A16, /* RFC 3646 s.3 */
		0, 24,   0,    7,    1,    'a', 3, 'l', 'a', 'b', 0,                      /* RFC 3646 s.4 */
	};
	struct ip us = { AF_INET6, { A16 } };
	struct dhcp6_msg m = { .xid = 0xabcdef,
			       .client_id = { (const uint8_t *)"\1\2\3", 3 },
			       .wants = { wants, sizeof(wants) } };
	struct dhcp6_answer a = { .type = DHCP6_REPLY,
				  .rapid = true,
				  .server_id = { (const uint8_t *)"\4\5\6", 3 },
				  .dns = &us,
				  .domain = "a.lab",
				  .n_grants = 1 };
	uint8_t out[DHCP6_MAX];

	(void)state;
	a.grants[0] = (struct dhcp6_grant){ .iaid = 7, .addr = us, .lease_s = 100, .n_gone = 1 };
	a.grants[0].gone[0] = (struct ip){ AF_INET6, { 0xfe, [15] = 9 } };
	assert_int_equal(dhcp6_reply_build(&m, &a, out), sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
	m.wants.len = 0; /* s.18.3: only what was asked for */
	a.domain = "bad..name";
	assert_int_equal(dhcp6_reply_build(&m, &a, out), sizeof(want) - 20 - 11);
	m.wants.len = sizeof(wants);
	assert_int_equal(dhcp6_reply_build(&m, &a, out), sizeof(want) - 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_checked),
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(a_reply_is_as_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
