/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/counters: new ports are counted however many there were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dhcp4/counters.h"

static void the_one_silent_for_longest_is_forgotten(void **state)
{
	AUTO(dhcp4_counters_free) struct dhcp4_counters *c = dhcp4_counters_new();
	size_t n;

	(void)state;
	for (uint32_t port = 1; port <= DHCP4_PORTS_MAX; port++)
		dhcp4_counters_of(c, port, port)->n++;
	dhcp4_counters_of(c, 1, DHCP4_PORTS_MAX + 1)->n += 8;
	for (uint32_t port = 1; port <= 10; port++)
		dhcp4_counters_of(c, DHCP4_PORTS_MAX + port, DHCP4_PORTS_MAX + 1 + port)->n += 2;
	AUTO(mem_drop) struct dhcp4_counter *v = dhcp4_counters_list(c, &n);

	assert_int_equal(n, DHCP4_PORTS_MAX);
	assert_int_equal(v[0].port, 1);
	assert_int_equal(v[0].n, 9);
	for (size_t i = 1; i < n; i++) {
		assert_int_equal(v[i].n, i <= 10 ? 2 : 1);
		assert_true(v[i].port > 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_one_silent_for_longest_is_forgotten) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
