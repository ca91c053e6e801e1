/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ra: what is advertised, bit by bit, and when. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ra/server.h"

#define PREFIX(text_, len_, a)                                                                                         \
	{                                                                                                              \
		.prefix = { .ip = ip(text_), .len = (len_) }, .autonomous = (a)                                        \
	}

static const struct mac mac = { { 0x52, 0x54, 0, 1, 2, 3 } };

static struct ip ip(const char *text)
{
	struct ip a = { 0 };

	assert_int_equal(ip_parse(text, &a), 0);
	return a;
}

/* The bytes RFC 4861 s.4.2 draws. */
static void advertisement_is_as_drawn(void **state)
{
	static const uint8_t want[] = {
		134,  0,    0,    0,    64,   0,   0x07, 0x08, 0,   0,   0,   0,   0, 0, 0, 0, /* M=0 O=0, 1800 s */
		1,    1,    0x52, 0x54, 0,    1,   2,    3,                                    /* s.4.6.1 */
		5,    1,    0,    0,    0,    0,   0x05, 0xdc,                                 /* s.4.6.4: 1500 */
		3,    4,    64,   0xc0, 255,  255, 255,  255,  255, 255, 255, 255, /* s.4.6.2: L=1 A=1, for ever */
		0,    0,    0,    0,    0xfd, 0,   0,    1,    0,   0,   0,   0,   0, 0, 0, 0,
		0,    0,    0,    0,                          /* without host bits */
		25,   3,    0,    0,    255,  255, 255,  255, /* RFC 8106 s.5.1 */
		0xfe, 0x80, 0,    0,    0,    0,   0,    0,    0,   0,   0,   0,   0, 0, 0, 1,
	};
	struct ra_prefix p = PREFIX("fd00:1::1", 64, true);
	struct ip dns = ip("fe80::1");
	struct ra_scope s = {
		.mac = mac, .mtu = 1500, .router_s = 1800, .prefixes = &p, .n_prefixes = 1, .dns = &dns, .n_dns = 1
	};
	uint8_t out[RA_MAX];
	struct wr w = wr_make(out, sizeof(out));

	(void)state;
	ra_build(&w, &s);
	assert_int_equal(wr_len(&w), sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
	s.managed = true;
	s.router_s = 0;
	p.autonomous = false;
	s.n_dns = 0;
	w = wr_make(out, sizeof(out));
	ra_build(&w, &s);
	assert_int_equal(wr_len(&w), sizeof(want) - 24);
	assert_int_equal(out[5], 0xc0); /* M=1 O=1 */
	assert_int_equal(out[6] << 8 | out[7], 0);
	assert_int_equal(out[16 + 8 + 8 + 3], 0x80); /* L=1 A=0 */
}

static const struct {
	const char *name, *src;
	int hops;
	size_t len;
	uint8_t msg[24];
	enum ra_why want;
} solicits[] = {
	{ "s.6.1.1: fine", "fe80::5", 255, 8, { 133 }, RA_ANSWERED },
	{ "s.6.1.1: with its address", "fe80::5", 255, 16, { 133, [8] = 1, 1 }, RA_ANSWERED },
	{ "s.6.1.1: no source yet", "::", 255, 8, { 133 }, RA_ANSWERED },
	{ "s.6.1.1: no source, but its link address", "::", 255, 16, { 133, [8] = 1, 1 }, RA_DROP_MALFORMED },
	{ "s.6.1.1: unknown options are ignored", "::", 255, 24, { 133, [8] = 200, 2 }, RA_ANSWERED },
	{ "s.6.1.1: forwarded", "fe80::5", 254, 8, { 133 }, RA_DROP_HOPS },
	{ "s.6.1.1: hop limit not known", "fe80::5", -1, 8, { 133 }, RA_DROP_HOPS },
	{ "s.6.1.1: code", "fe80::5", 255, 8, { 133, 1 }, RA_DROP_MALFORMED },
	{ "s.6.1.1: short", "fe80::5", 255, 7, { 133 }, RA_DROP_MALFORMED },
	{ "s.6.1.1: option of length 0", "fe80::5", 255, 16, { 133, [8] = 1, 0 }, RA_DROP_MALFORMED },
	{ "s.6.1.1: option runs over the end", "fe80::5", 255, 16, { 133, [8] = 1, 2 }, RA_DROP_MALFORMED },
	{ "half an option", "fe80::5", 255, 9, { 133, [8] = 7 }, RA_DROP_MALFORMED },
	{ "another message", "fe80::5", 255, 8, { 134 }, RA_DROP_MALFORMED },
	{ "nothing", "fe80::5", 255, 0, { 0 }, RA_DROP_MALFORMED },
	{ "a group can't ask", "ff02::1", 255, 8, { 133 }, RA_DROP_SOURCE },
};

static struct ra_server *server(uint64_t now)
{
	struct ra_server *s = ra_server_new();

	assert_int_equal(ra_server_next(s), RA_NEVER);
	assert_int_equal(ra_server_configure(s, &(struct ra_scope){ .mac = mac, .mtu = 1500 }, now), 0);
	return s;
}

static void solicitations_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(solicits); i++) {
		AUTO(ra_server_free) struct ra_server *s = server(1000);
		struct ip src = ip(solicits[i].src);
		AUTO(mem_drop) uint8_t *exact = mem_dup(solicits[i].msg, solicits[i].len);
		enum ra_why why =
		    ra_server_hear(s, 1000, 0, (struct view){ exact, solicits[i].len }, &src, solicits[i].hops);

		if (why != solicits[i].want)
			fail_msg("%s: %s", solicits[i].name, ra_why_text[why]);
	}
}

static void expect_sent(struct ra_server *s, uint64_t now, uint32_t chance, const char *to)
{
	struct ip want = ip(to), got;
	struct view msg;

	if (!ra_server_take(s, now, chance, &msg, &got))
		fail_msg("at %llu: nothing to %s", (unsigned long long)now, to);
	if (!ip_eq(&want, &got))
		fail_msg("at %llu: not to %s", (unsigned long long)now, to);
	assert_true(msg.len >= 32);
}

static void expect_nothing(struct ra_server *s, uint64_t now)
{
	struct view msg;
	struct ip to;

	assert_false(ra_server_take(s, now, 0, &msg, &to));
}

static void hear(struct ra_server *s, uint64_t now, uint32_t chance, const char *src)
{
	static const uint8_t solicit[8] = { 133 };
	struct ip from = ip(src);

	assert_int_equal(ra_server_hear(s, now, chance, (struct view){ solicit, 8 }, &from, 255), RA_ANSWERED);
}

/* s.6.2.4: three soon, then rarely, never in step. */
static void unsolicited_ones_come_in_time(void **state)
{
	AUTO(ra_server_free) struct ra_server *s = server(1000);

	(void)state;
	expect_sent(s, 1000, 5, "ff02::1");
	assert_int_equal(ra_server_next(s), 1000 + RA_INITIAL_MS);
	expect_nothing(s, 1000);
	expect_sent(s, 17000, 5, "ff02::1");
	expect_sent(s, 33000, 5, "ff02::1");
	assert_int_equal(ra_server_next(s), 33000 + RA_INTERVAL_MIN_MS + 5);
	expect_sent(s, 233005, UINT32_MAX, "ff02::1");
	assert_true(ra_server_next(s) > 233005 + RA_INTERVAL_MIN_MS);
	assert_true(ra_server_next(s) < 233005 + RA_INTERVAL_MAX_MS);
}

static void what_is_new_is_told_at_once(void **state)
{
	AUTO(ra_server_free) struct ra_server *s = server(1000);
	struct ra_scope same = { .mac = mac, .mtu = 1500 }, other = { .mac = mac, .mtu = 9000 };
	struct ra_prefix many[40] = { 0 };

	(void)state;
	expect_sent(s, 1000, 0, "ff02::1");
	assert_int_equal(ra_server_configure(s, &same, 5000), 0);
	expect_nothing(s, 5000);
	assert_int_equal(ra_server_configure(s, &other, 5000), 0);
	expect_sent(s, 5000, 0, "ff02::1");
	other.prefixes = many;
	other.n_prefixes = ARRAY_SIZE(many);
	assert_int_equal(ra_server_configure(s, &other, 9000), -E2BIG);
	expect_nothing(s, 9000);
}

/* s.6.2.6 */
static void solicited_ones_come_soon(void **state)
{
	AUTO(ra_server_free) struct ra_server *s = server(1000);

	(void)state;
	expect_sent(s, 1000, 0, "ff02::1");
	hear(s, 2000, 50, "fe80::5");
	hear(s, 2020, 99, "fe80::6"); /* the delay counts from the first */
	hear(s, 2030, 7, "fe80::5");
	assert_int_equal(ra_server_next(s), 2050);
	expect_nothing(s, 2049);
	expect_sent(s, 2050, 0, "fe80::6");
	expect_sent(s, 2050, 0, "fe80::5");
	expect_nothing(s, 2050);
	hear(s, 2100, 0, "::");
	assert_int_equal(ra_server_next(s), 1000 + RA_APART_MS); /* to all: one in three seconds */
	expect_sent(s, 4000, 0, "ff02::1");
	hear(s, 20000, 10, "::");
	assert_int_equal(ra_server_next(s), 4000 + RA_INITIAL_MS); /* it comes anyhow, and sooner */
}

static void a_crowd_is_told_together(void **state)
{
	AUTO(ra_server_free) struct ra_server *s = server(1000);
	char text[IP_TEXT];
	struct view msg;
	struct ip to;
	size_t n = 0;

	(void)state;
	expect_sent(s, 1000, 0, "ff02::1");
	for (unsigned i = 1; i <= 1000; i++) {
		snprintf(text, sizeof(text), "fe80::%x", i);
		hear(s, 9000, 10, text);
	}
	expect_sent(s, 9010, 0, "ff02::1");
	while (ra_server_take(s, 9010, 0, &msg, &to))
		n++;
	assert_int_equal(n, RA_PENDING_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advertisement_is_as_drawn),     cmocka_unit_test(solicitations_are_checked),
		cmocka_unit_test(unsolicited_ones_come_in_time), cmocka_unit_test(what_is_new_is_told_at_once),
		cmocka_unit_test(solicited_ones_come_soon),      cmocka_unit_test(a_crowd_is_told_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
