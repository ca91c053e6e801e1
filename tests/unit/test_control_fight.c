/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repairs are free at first and become rare when they don't help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "control/fight.h"

static void a_fight_slows_down(void **state)
{
	static const struct {
		unsigned after_ms; /* since the row before */
		bool told;
		unsigned wait_ms;
	} rows[] = {
		{ 0, false, 0 },         { 100, false, 0 },       { 100, true, 1000 },    { 1000, false, 2000 },
		{ 2000, false, 4000 },   { 4000, false, 8000 },   { 8000, false, 16000 }, { 16000, false, 30000 },
		{ 30000, false, 30000 }, { 39000, false, 30000 }, { 40001, false, 0 },    { 9000, false, 0 },
		{ 9000, true, 1000 },    { 11001, false, 0 },     { 10001, false, 0 },    { 10001, false, 0 },
	};
	struct fight f = { 0 };
	uint64_t now = 20000;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		now += rows[i].after_ms;
		bool told = fight_repaired(&f, now);

		if (told != rows[i].told || fight_wait(&f, now) != rows[i].wait_ms)
			fail_msg("row %zu: told %d, wait %u", i, told, fight_wait(&f, now));
		assert_int_equal(f.repairs, i + 1);
	}
}

static void waiting_ends(void **state)
{
	struct fight f = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		fight_repaired(&f, 5000);
	assert_int_equal(fight_wait(&f, 5400), 600);
	assert_int_equal(fight_wait(&f, 6000), 0);
	fight_repaired(&f, 6000);
	fight_forget(&f);
	assert_int_equal(fight_wait(&f, 6000), 0);
	assert_false(fight_repaired(&f, 6000));
	assert_int_equal(f.repairs, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fight_slows_down),
		cmocka_unit_test(waiting_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
