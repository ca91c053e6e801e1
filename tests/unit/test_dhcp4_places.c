/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which port a MAC is behind: the last that was told, and no port pushes out what is known of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dhcp4/places.h"

static struct mac mac(uint32_t n)
{
	return (struct mac){ { 0x52, 0x54, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
}

static void learn(struct places *p, uint32_t n, uint32_t port)
{
	struct mac m = mac(n);

	places_learn(p, &m, port);
}

static void forget(struct places *p, uint32_t n, uint32_t port)
{
	struct mac m = mac(n);

	places_forget(p, &m, port);
}

static void expect(const struct places *p, uint32_t n, uint32_t port, bool sure)
{
	struct mac m = mac(n);
	uint32_t is = 99;

	assert_int_equal(places_find(p, &m, &is), sure);
	assert_int_equal(is, port);
}

static void the_last_told_counts(void **state)
{
	AUTO(places_free) struct places *p = places_new();

	(void)state;
	expect(p, 1, 0, false);
	learn(p, 1, 7);
	learn(p, 2, 7);
	expect(p, 1, 7, true);
	learn(p, 1, 8);
	expect(p, 1, 8, true);
	forget(p, 1, 7); /* news of where it was */
	expect(p, 1, 8, true);
	forget(p, 1, 8);
	forget(p, 1, 8);
	expect(p, 1, 0, false);
	expect(p, 2, 7, true);
	learn(p, 3, 0); /* the host's own */
	expect(p, 3, 0, true);
}

static void a_port_pushes_out_its_own(void **state)
{
	AUTO(places_free) struct places *p = places_new();

	(void)state;
	learn(p, 1, 7);
	for (uint32_t n = 0; n < 100 * PLACES_A_PORT; n++)
		learn(p, 1000 + n, 8);
	expect(p, 1, 7, true);
	expect(p, 1000, 0, false);
	expect(p, 1000 + 99 * PLACES_A_PORT - 1, 0, false);
	expect(p, 1000 + 99 * PLACES_A_PORT, 8, true);
	learn(p, 1, 8); /* moves in, and one more goes */
	expect(p, 1, 8, true);
	expect(p, 1000 + 99 * PLACES_A_PORT, 0, false);
}

static void doubt_ends_with_news(void **state)
{
	AUTO(places_free) struct places *p = places_new();

	(void)state;
	learn(p, 1, 7);
	learn(p, 2, 7);
	places_doubt(p);
	expect(p, 1, 7, false);
	learn(p, 1, 7);
	expect(p, 1, 7, true);
	expect(p, 2, 7, false);
	learn(p, 2, 9);
	expect(p, 2, 9, true);
	expect(p, 3, 0, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_told_counts),
		cmocka_unit_test(a_port_pushes_out_its_own),
		cmocka_unit_test(doubt_ends_with_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
