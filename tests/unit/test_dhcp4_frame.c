/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/frame: RFC 791, RFC 768, RFC 1071. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dhcp4/frame.h"

enum { IP = 14, UDP = 34, PAYLOAD = 42 };

static const struct dhcp4_frame sample = {
	.src = { { 2, 0, 0, 0, 0, 1 } },
	.dst = { { 2, 0, 0, 0, 0, 2 } },
	.ip_src = 0x0a000001,
	.ip_dst = 0x0a000002,
	.sport = 67,
	.dport = 68,
};

static size_t make(uint8_t out[DHCP4_FRAME_MAX], const char *payload)
{
	memcpy(out + PAYLOAD, payload, strlen(payload));
	return dhcp4_frame_build(&sample, out, strlen(payload));
}

/* Makes the IP header's checksum right again, so that a row tests what it names. */
static void mend_ip(uint8_t *f)
{
	uint32_t acc = 0;

	f[IP + 10] = f[IP + 11] = 0;
	for (int i = 0; i < (f[IP] & 15) * 4; i += 2)
		acc += (uint32_t)f[IP + i] << 8 | f[IP + i + 1];
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	f[IP + 10] = (uint8_t)(~acc >> 8);
	f[IP + 11] = (uint8_t)~acc;
}

static const struct {
	const char *name;
	size_t at;
	uint8_t byte;
	bool mend, sum_ready;
	int want;
} cases[] = {
	{ "a good frame", 0, 2, true, true, 0 },
	{ "not IPv4: ARP", 13, 0x06, true, true, -EBADMSG },
	{ "RFC 791: version 6", IP, 0x65, true, true, -EBADMSG },
	{ "RFC 791: header of 16 bytes", IP, 0x44, true, true, -EBADMSG },
	{ "RFC 791: total length beyond the frame", IP + 3, 200, true, true, -EBADMSG },
	{ "RFC 791: total length below the header", IP + 3, 19, true, true, -EBADMSG },
	{ "RFC 791: header checksum", IP + 11, 0x5a, false, true, -EBADMSG },
	{ "RFC 791: first fragment", IP + 6, 0x20, true, true, -EBADMSG },
	{ "RFC 791: later fragment", IP + 7, 0x01, true, true, -EBADMSG },
	{ "RFC 791: not to be fragmented is fine", IP + 6, 0x40, true, true, 0 },
	{ "RFC 791: TCP", IP + 9, 6, true, true, -EBADMSG },
	{ "RFC 768: length beyond the IP packet", UDP + 5, 200, true, true, -EBADMSG },
	{ "RFC 768: length below the header", UDP + 5, 7, true, true, -EBADMSG },
	{ "RFC 768: payload changed on the way", PAYLOAD, 'X', true, true, -EBADMSG },
	{ "packet(7): checksum not yet filled in", PAYLOAD, 'X', true, false, 0 },
};

static void frames_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t f[DHCP4_FRAME_MAX] = { 0 };
		size_t len = make(f, "payload");
		struct dhcp4_frame got;

		f[cases[i].at] = cases[i].byte;
		if (cases[i].mend)
			mend_ip(f);
		if (dhcp4_frame_parse(&got, (struct view){ f, len }, cases[i].sum_ready) != cases[i].want)
			fail_msg("%s", cases[i].name);
	}
}

static void reads_what_it_builds(void **state)
{
	static const char *const payloads[] = { "", "x", "even", "odd length" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(payloads); i++) {
		uint8_t f[DHCP4_FRAME_MAX] = { 0 };
		size_t len = make(f, payloads[i]);
		struct dhcp4_frame got;

		/* padded to Ethernet's minimum, as short ones arrive */
		assert_int_equal(dhcp4_frame_parse(&got, (struct view){ f, len + 18 }, true), 0);
		assert_int_equal(got.payload.len, strlen(payloads[i]));
		assert_memory_equal(got.payload.p, payloads[i], got.payload.len);
		assert_true(mac_eq(&got.src, &sample.src) && mac_eq(&got.dst, &sample.dst));
		assert_int_equal(got.ip_src, sample.ip_src);
		assert_int_equal(got.ip_dst, sample.ip_dst);
		assert_int_equal(got.sport << 16 | got.dport, 67 << 16 | 68);
	}
}

static void no_checksum_is_taken(void **state)
{
	uint8_t f[DHCP4_FRAME_MAX] = { 0 };
	size_t len = make(f, "payload");
	struct dhcp4_frame got;

	(void)state;
	assert_true(f[UDP + 6] || f[UDP + 7]);
	f[UDP + 6] = f[UDP + 7] = 0; /* RFC 768: the sender made none */
	assert_int_equal(dhcp4_frame_parse(&got, (struct view){ f, len }, true), 0);
	for (size_t n = 0; n < len; n++)
		if (dhcp4_frame_parse(&got, (struct view){ f, n }, true) != -EBADMSG)
			fail_msg("cut to %zu bytes: read nevertheless", n);
}

/* A sum of 0 is sent as all ones (RFC 768): two bytes of payload are searched until that happens. */
static void a_sum_of_zero_is_sent_as_ones(void **state)
{
	uint8_t f[DHCP4_FRAME_MAX] = { 0 };
	struct dhcp4_frame got;
	unsigned v = 0;

	(void)state;
	for (; v < 65536; v++) {
		f[PAYLOAD] = (uint8_t)(v >> 8);
		f[PAYLOAD + 1] = (uint8_t)v;
		dhcp4_frame_build(&sample, f, 2);
		assert_true(f[UDP + 6] || f[UDP + 7]);
		if (f[UDP + 6] == 0xff && f[UDP + 7] == 0xff)
			break;
	}
	assert_true(v < 65536);
	assert_int_equal(dhcp4_frame_parse(&got, (struct view){ f, PAYLOAD + 2 }, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_checked),
		cmocka_unit_test(reads_what_it_builds),
		cmocka_unit_test(no_checksum_is_taken),
		cmocka_unit_test(a_sum_of_zero_is_sent_as_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
