/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/fair: a port that floods takes no turn from the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dhcp4/fair.h"

static unsigned admitted(struct dhcp4_fair *f, uint32_t port, uint64_t turn, unsigned messages)
{
	unsigned n = 0;

	while (messages--)
		n += dhcp4_fair_admit(f, port, turn);
	return n;
}

static void each_port_has_a_few_in_a_turn(void **state)
{
	AUTO(dhcp4_fair_free) struct dhcp4_fair *f = dhcp4_fair_new();

	(void)state;
	assert_int_equal(admitted(f, 7, 100, 500), FAIR_A_TURN);
	assert_int_equal(admitted(f, 8, 100, 2), 2);
	assert_int_equal(admitted(f, 7, 100, 500), 0);
	assert_int_equal(admitted(f, 7, 101, 500), FAIR_A_TURN);
	assert_int_equal(admitted(f, 0, 101, 500), FAIR_A_TURN); /* those that are not known are as one */
	assert_int_equal(admitted(f, 9 + FAIR_PORTS, 101, 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_port_has_a_few_in_a_turn) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
