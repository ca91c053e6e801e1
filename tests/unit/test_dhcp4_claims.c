/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/claims: who says that it has an address is believed a few times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dhcp4/claims.h"

enum { NOW = 1000 };

static struct mac mac_of(uint32_t n)
{
	return (struct mac){ { 2, 0, 0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
}

static enum claim_verdict judge(struct dhcp4_claims *c, uint32_t port, uint32_t who, uint32_t client, uint32_t addr,
				uint64_t now)
{
	struct dhcp4_claim claim = { .port = port, .addr = addr, .who = mac_of(who), .client = mac_of(client) };

	return dhcp4_claims_judge(c, &claim, now);
}

static void each_is_believed_so_often(void **state)
{
	static const struct {
		const char *name;
		unsigned tries, believed;
		bool one_mac, one_client, one_addr;
	} rows[] = {
		{ "one machine has all", 20, CLAIMS_OF_MAC, true, false, false },
		{ "many machines behind one port", 40, CLAIMS_OF_PORT, false, false, false },
		{ "all against one client", 20, CLAIMS_ON_CLIENT, false, true, false },
		{ "one machine against one client", 20, CLAIMS_ON_CLIENT, true, true, false },
		{ "one machine has one address", 20, 20, true, false, true },
		{ "and one client is given it again", 20, 20, true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(dhcp4_claims_free) struct dhcp4_claims *c = dhcp4_claims_new();
		unsigned n[CLAIM_IGNORED_FIRST + 1] = { 0 };

		for (uint32_t k = 1; k <= rows[i].tries; k++)
			n[judge(c, 7, rows[i].one_mac ? 1 : k, 100 + (rows[i].one_client ? 1 : k),
				rows[i].one_addr ? 1 : k, NOW + k)]++;
		if (n[CLAIM_BELIEVED] != rows[i].believed ||
		    n[CLAIM_IGNORED_FIRST] != (rows[i].tries > rows[i].believed))
			fail_msg("%s: %u believed, %u told", rows[i].name, n[CLAIM_BELIEVED], n[CLAIM_IGNORED_FIRST]);
		for (uint32_t k = 100; k < 104; k++)
			if (judge(c, 8, 1, k, k, NOW + 50) != CLAIM_BELIEVED)
				fail_msg("%s: another port is not believed", rows[i].name);
		if (judge(c, 7, 1, 101, 99, NOW + CLAIMS_S + 50) != CLAIM_BELIEVED)
			fail_msg("%s: it is never believed again", rows[i].name);
	}
}

static void all_together_are_limited(void **state)
{
	AUTO(dhcp4_claims_free) struct dhcp4_claims *c = dhcp4_claims_new();
	unsigned believed = 0;

	(void)state;
	for (uint32_t k = 1; k <= 10000; k++)
		believed += judge(c, k, k, k, k, NOW) == CLAIM_BELIEVED;
	assert_int_equal(believed, CLAIMS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_believed_so_often),
		cmocka_unit_test(all_together_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
