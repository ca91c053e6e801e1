/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/probe: who waits for an answer about an address, and for how long. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "dhcp4/frame.h"
#include "dhcp4/probe.h"

static const struct mac ada = { { 2, 0, 0, 0, 0, 1 } }, bob = { { 2, 0, 0, 0, 0, 2 } };

static void an_ack_waits_and_leaves(void **state)
{
	AUTO(dhcp4_probes_free) struct dhcp4_probes *p = dhcp4_probes_new();
	size_t len;

	(void)state;
	assert_int_equal(dhcp4_probe_hold(p, 5, "x", 1, 1000), PROBE_LEAVES); /* nobody asked about it */
	assert_true(dhcp4_probe_begin(p, 5, &ada, 1000));
	assert_false(dhcp4_probe_begin(p, 5, &ada, 1010)); /* DISCOVER sent again */
	assert_int_equal(dhcp4_probe_hold(p, 5, "first", 5, 1020), PROBE_HELD);
	assert_int_equal(dhcp4_probe_hold(p, 5, "second", 6, 1030), PROBE_HELD); /* REQUEST sent again */
	assert_int_equal(dhcp4_probe_next(p), 1000 + PROBE_MS);
	assert_null(dhcp4_probe_due(p, 1000 + PROBE_MS - 1, &len));
	AUTO(mem_drop) uint8_t *ack = dhcp4_probe_due(p, 1000 + PROBE_MS, &len);

	assert_int_equal(len, 6);
	assert_memory_equal(ack, "second", 6);
	assert_int_equal(dhcp4_probe_next(p), PROBE_NONE);
	assert_null(dhcp4_probe_due(p, 5000, &len));
}

static void a_late_request_waits_for_nothing(void **state)
{
	AUTO(dhcp4_probes_free) struct dhcp4_probes *p = dhcp4_probes_new();

	(void)state;
	assert_true(dhcp4_probe_begin(p, 5, &ada, 1000));
	assert_int_equal(dhcp4_probe_hold(p, 5, "x", 1, 1000 + PROBE_MS), PROBE_LEAVES);
}

static void a_claim_takes_the_ack_away(void **state)
{
	AUTO(dhcp4_probes_free) struct dhcp4_probes *p = dhcp4_probes_new();
	size_t len;

	(void)state;
	assert_null(dhcp4_probe_client(p, 5, &bob)); /* nobody asked */
	assert_null(dhcp4_probe_client(p, 0, &bob));
	assert_true(dhcp4_probe_begin(p, 5, &ada, 1000));
	assert_null(dhcp4_probe_client(p, 5, &ada)); /* the client itself had it */
	assert_int_equal(dhcp4_probe_hold(p, 5, "x", 1, 1000), PROBE_HELD);
	assert_true(mac_eq(dhcp4_probe_client(p, 5, &bob), &ada));
	AUTO(mem_drop) uint8_t *ack = dhcp4_probe_lose(p, 5, &len);

	assert_int_equal(len, 1);
	assert_int_equal(ack[0], 'x');
	assert_null(dhcp4_probe_client(p, 5, &bob)); /* said once is enough */
	assert_null(dhcp4_probe_due(p, 9000, &len));
}

static void a_claim_is_earlier_than_the_ack(void **state)
{
	AUTO(dhcp4_probes_free) struct dhcp4_probes *p = dhcp4_probes_new();
	size_t len;

	(void)state;
	assert_true(dhcp4_probe_begin(p, 6, &ada, 1000));
	assert_null(dhcp4_probe_lose(p, 6, &len)); /* it is not asked for yet, or about to be stored */
	assert_int_equal(dhcp4_probe_hold(p, 6, "x", 1, 1010), PROBE_LOST);
	assert_int_equal(dhcp4_probe_hold(p, 6, "x", 1, 1020), PROBE_LOST); /* asked for twice */
	assert_true(dhcp4_probe_begin(p, 6, &ada, 1030));                   /* given anew */
	assert_int_equal(dhcp4_probe_hold(p, 6, "x", 1, 1040), PROBE_HELD);
}

static void a_crowd_is_not_kept_waiting(void **state)
{
	AUTO(dhcp4_probes_free) struct dhcp4_probes *p = dhcp4_probes_new();
	unsigned asked = 0;

	(void)state;
	for (uint32_t i = 1; i <= 10000; i++)
		asked += dhcp4_probe_begin(p, i, &ada, 1000 + i / 10);
	assert_int_equal(asked, PROBES_A_SECOND + 1); /* the last of them is of the next second */
	assert_int_equal(dhcp4_probe_hold(p, 9999, "x", 1, 2000), PROBE_LEAVES);
	assert_true(dhcp4_probe_begin(p, 20000, &ada, 9000)); /* old ones are forgotten */
}

static void arp_as_in_rfc826(void **state)
{
	static const struct {
		const char *name;
		int at, byte, want;
	} rows[] = {
		{ "an answer", 21, 2, 0 },
		{ "a question", 21, 1, 0 },
		{ "no ARP", 13, 0, -EBADMSG },
		{ "another hardware", 15, 6, -EBADMSG },
		{ "not IPv4", 17, 1, -EBADMSG },
		{ "hardware addresses of 8", 18, 8, -EBADMSG },
		{ "addresses of 16", 19, 16, -EBADMSG },
	};
	uint8_t frame[DHCP4_ARP_SIZE];
	struct mac who;
	uint32_t addr;

	(void)state;
	dhcp4_arp_build(frame, &ada, 0x0a000005);
	assert_int_equal(dhcp4_arp_parse((struct view){ frame, sizeof(frame) }, &who, &addr),
			 -EBADMSG); /* from nobody */
	assert_memory_equal(frame + 38, "\x0a\0\0\5", 4);
	memcpy(frame + 28, "\x0a\0\0\5", 4);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t changed[DHCP4_ARP_SIZE];

		memcpy(changed, frame, sizeof(frame));
		changed[rows[i].at] = (uint8_t)rows[i].byte;
		if (dhcp4_arp_parse((struct view){ changed, sizeof(changed) }, &who, &addr) != rows[i].want)
			fail_msg("%s", rows[i].name);
	}
	for (size_t len = 0; len < 32; len++)
		assert_int_equal(dhcp4_arp_parse((struct view){ frame, len }, &who, &addr), -EBADMSG);
	assert_int_equal(dhcp4_arp_parse((struct view){ frame, 32 }, &who, &addr), 0);
	assert_int_equal(addr, 0x0a000005);
	assert_true(mac_eq(&who, &ada));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ack_waits_and_leaves),     cmocka_unit_test(a_late_request_waits_for_nothing),
		cmocka_unit_test(a_claim_takes_the_ack_away),  cmocka_unit_test(a_claim_is_earlier_than_the_ack),
		cmocka_unit_test(a_crowd_is_not_kept_waiting), cmocka_unit_test(arp_as_in_rfc826),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
