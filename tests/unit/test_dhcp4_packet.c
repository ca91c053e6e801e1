/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/packet: RFC 2131 s.2, RFC 2132, RFC 3396. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dhcp4/packet.h"

enum { SNAME_AT = 44, FILE_AT = 108, OPTIONS_AT = 240 };

/* A message up to the cookie, with these options behind it and these bytes in sname and file. */
static size_t message(uint8_t out[2000], struct view options, struct view sname, struct view file)
{
	struct wr w = wr_make(out, 2000);
	struct dhcp4_msg m = { .op = 1, .xid = 7, .chaddr = { { 2, 0, 0, 0, 0, 1 } } };

	dhcp4_build(&w, &m);
	memset(out + OPTIONS_AT, 0, 3); /* the type that dhcp4_build wrote */
	if (sname.len)
		memcpy(out + SNAME_AT, sname.p, sname.len);
	if (file.len)
		memcpy(out + FILE_AT, file.p, file.len);
	memcpy(out + OPTIONS_AT, options.p, options.len);
	return OPTIONS_AT + options.len;
}

#define BYTES(...)                                                                                                     \
	{                                                                                                              \
		(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })                             \
	}
#define TYPE 53, 1, 1

static const struct {
	const char *name;
	struct view options, sname, file;
	int want;
	const char *hostname, *id; /* NULL: not looked at */
	uint32_t requested;
} cases[] = {
	{ "RFC 2132 s.9.6: type alone", .options = BYTES(TYPE, 255), .hostname = "", .id = "" },
	{ "RFC 2132 s.3.1: padding", .options = BYTES(0, 0, TYPE, 0, 255, 9) },
	{ "no END: the datagram ends it", .options = BYTES(TYPE) },
	{ "RFC 2131 s.3: no type is BOOTP", .options = BYTES(255), .want = -EPROTONOSUPPORT },
	{ "RFC 2132 s.9.6: no such type", .options = BYTES(53, 1, 9, 255), .want = -EPROTONOSUPPORT },
	{ "RFC 2132 s.9.6: type of two bytes", .options = BYTES(53, 2, 1, 1, 255), .want = -EBADMSG },
	{ "RFC 2132 s.2: length beyond the end", .options = BYTES(TYPE, 12, 5, 'a'), .want = -EBADMSG },
	{ "RFC 2132 s.2: code without a length", .options = BYTES(TYPE, 12), .want = -EBADMSG },
	{ "RFC 2132 s.9.1: requested address", .options = BYTES(TYPE, 50, 4, 10, 0, 0, 9, 255),
	  .requested = 0x0a000009 },
	{ "RFC 2132 s.9.1: three bytes of address", .options = BYTES(TYPE, 50, 3, 10, 0, 0, 255), .want = -EBADMSG },
	{ "RFC 2132 s.9.7: five bytes of server", .options = BYTES(TYPE, 54, 5, 10, 0, 0, 1, 1, 255),
	  .want = -EBADMSG },
	{ "RFC 2132 s.2: trailing zeros of text", .options = BYTES(TYPE, 12, 3, 'a', 0, 0, 255), .hostname = "a" },
	{ "an empty name is none", .options = BYTES(TYPE, 12, 0, 255), .hostname = "" },
	{ "RFC 2132 s.9.14: client id of one byte is none", .options = BYTES(TYPE, 61, 1, 'x', 255), .id = "" },
	{ "RFC 3396 s.7: a name in two pieces",
	  .options = BYTES(TYPE, 12, 2, 'a', 'b', 61, 2, 'i', 'd', 12, 1, 'c', 255), .hostname = "abc", .id = "id" },
	{ "RFC 3396 s.5: options, then file, then sname", .options = BYTES(TYPE, 12, 1, 'o', 52, 1, 3, 255),
	  .sname = BYTES(12, 1, 's', 255), .file = BYTES(12, 1, 'f', 255), .hostname = "ofs" },
	{ "RFC 2132 s.9.3: only file is overloaded", .options = BYTES(TYPE, 52, 1, 1, 255),
	  .sname = BYTES(12, 1, 's', 255), .file = BYTES(12, 1, 'f', 255), .hostname = "f" },
	{ "RFC 2132 s.9.3: not overloaded", .options = BYTES(TYPE, 255), .sname = BYTES(12, 1, 's', 255),
	  .file = BYTES(12, 1, 'f', 255), .hostname = "" },
	{ "RFC 3396 s.5: an overload inside file", .options = BYTES(TYPE, 52, 1, 1, 255),
	  .sname = BYTES(12, 1, 's', 255), .file = BYTES(52, 1, 2, 255), .want = -EBADMSG },
	{ "RFC 2132 s.9.3: an option that leaves sname", .options = BYTES(TYPE, 52, 1, 2, 255),
	  .sname = BYTES(12, 200, 's'), .want = -EBADMSG },
	{ "unknown options are skipped", .options = BYTES(TYPE, 224, 3, 1, 2, 3, 82, 0, 255) },
};

static void options_follow_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		static struct dhcp4_msg m;
		uint8_t bytes[2000] = { 0 };
		size_t len = message(bytes, cases[i].options, cases[i].sname, cases[i].file);
		int r = dhcp4_parse(&m, (struct view){ bytes, len });
		struct view name = { (const uint8_t *)cases[i].hostname,
				     cases[i].hostname ? strlen(cases[i].hostname) : 0 };
		struct view id = { (const uint8_t *)cases[i].id, cases[i].id ? strlen(cases[i].id) : 0 };

		if (r != cases[i].want)
			fail_msg("%s: got %d", cases[i].name, r);
		if (r == 0 && m.requested != cases[i].requested)
			fail_msg("%s: address %x", cases[i].name, m.requested);
		if (cases[i].hostname && !view_eq(m.hostname, name))
			fail_msg("%s: name of %zu bytes", cases[i].name, m.hostname.len);
		if (cases[i].id && !view_eq(m.client_id, id))
			fail_msg("%s: id of %zu bytes", cases[i].name, m.client_id.len);
	}
}

static void what_a_machine_says_of_itself(void **state)
{
	static const uint8_t options[] = { TYPE, 60, 3,  'P', 'X', 'E', 77, 4, 'i', 'P', 'X', 'E', 93, 4,  0,
					   7,    0,  16, 80,  0,   82,  3,  1, 1,   'a', 116, 1,   1,  255 };
	static struct dhcp4_msg m;
	uint8_t bytes[2000];
	size_t len = message(bytes, (struct view){ options, sizeof(options) }, (struct view){ 0 }, (struct view){ 0 });

	(void)state;
	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), 0);
	assert_true(view_eq(m.vendor_class, (struct view)BYTES('P', 'X', 'E')));
	assert_true(view_eq(m.user_class, (struct view)BYTES('i', 'P', 'X', 'E')));
	assert_true(view_eq(m.archs, (struct view)BYTES(0, 7, 0, 16)));
	assert_true(view_eq(m.relay_agent, (struct view)BYTES(1, 1, 'a')));
	assert_true(m.rapid && m.auto_configure);
	len = message(bytes, (struct view){ options, 3 }, (struct view){ 0 }, (struct view){ 0 });
	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), 0);
	assert_false(m.rapid || m.auto_configure || m.archs.len || m.vendor_class.len);
}

static void long_options_have_a_limit(void **state)
{
	static struct dhcp4_msg m;
	uint8_t options[600] = { TYPE, 61, 200 }, bytes[2000];

	(void)state;
	memset(options + 5, 'x', 200);
	options[205] = 61;
	options[206] = 55;
	options[262] = 255;
	size_t len = message(bytes, (struct view){ options, 263 }, (struct view){ 0 }, (struct view){ 0 });

	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), 0);
	assert_int_equal(m.client_id.len, 255);
	options[206] = 56; /* RFC 3396 allows more; no client id of ours is longer than one option */
	options[263] = 255;
	len = message(bytes, (struct view){ options, 264 }, (struct view){ 0 }, (struct view){ 0 });
	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), -EBADMSG);
}

static const struct {
	const char *name;
	size_t at;
	uint8_t byte;
	int want;
} headers[] = {
	{ "RFC 2131 s.2: a good one", 0, 1, 0 },
	{ "RFC 1700: hardware type of a token ring", 1, 6, -EPROTONOSUPPORT },
	{ "RFC 2131 s.2: hardware length 0", 2, 0, -EPROTONOSUPPORT },
	{ "RFC 2131 s.2: hardware length 16", 2, 16, -EPROTONOSUPPORT },
	{ "RFC 2131 s.3: no magic cookie", 236, 0, -EPROTONOSUPPORT },
};

static void header_is_checked(void **state)
{
	static const uint8_t type[] = { TYPE, 255 };
	static struct dhcp4_msg m;
	uint8_t bytes[2000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		size_t len = message(bytes, (struct view){ type, 4 }, (struct view){ 0 }, (struct view){ 0 });

		bytes[headers[i].at] = headers[i].byte;
		if (dhcp4_parse(&m, (struct view){ bytes, len }) != headers[i].want)
			fail_msg("%s", headers[i].name);
	}
	for (size_t len = 0; len < OPTIONS_AT; len++)
		if (dhcp4_parse(&m, (struct view){ bytes, len }) != -EBADMSG)
			fail_msg("cut to %zu bytes: read nevertheless", len);
}

static void what_is_built_can_be_read(void **state)
{
	static struct dhcp4_msg m;
	struct dhcp4_msg in = { .op = 2,
				.xid = 0x12345678,
				.secs = 3,
				.flags = DHCP4_BROADCAST,
				.ciaddr = 1,
				.yiaddr = 2,
				.siaddr = 3,
				.giaddr = 4,
				.chaddr = { { 2, 0, 0, 0, 0, 1 } },
				.type = DHCP4_ACK };
	uint8_t bytes[DHCP4_SAFE_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));

	(void)state;
	dhcp4_build(&w, &in);
	dhcp4_put_u32(&w, OPT_SERVER_ID, 0x0a000001);
	dhcp4_put_u32(&w, OPT_LEASE_TIME, 3600);
	dhcp4_put_u16(&w, OPT_MAX_SIZE, 1500);
	size_t len = dhcp4_build_end(&w);

	assert_int_equal(len, DHCP4_BOOTP_MIN); /* RFC 1542 s.2.1 */
	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), 0);
	assert_int_equal(m.op, 2);
	assert_int_equal(m.xid, in.xid);
	assert_int_equal(m.secs, 3);
	assert_int_equal(m.flags, DHCP4_BROADCAST);
	assert_int_equal(m.ciaddr << 12 | m.yiaddr << 8 | m.siaddr << 4 | m.giaddr, 0x1234);
	assert_true(mac_eq(&m.chaddr, &in.chaddr));
	assert_int_equal(m.type, DHCP4_ACK);
	assert_int_equal(m.server_id, 0x0a000001);
	assert_int_equal(m.lease_s, 3600);
	assert_int_equal(m.max_size, 1500);
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	static struct dhcp4_msg m;
	struct dhcp4_msg in = { .op = 2, .type = DHCP4_ACK };
	uint8_t bytes[DHCP4_BOOTP_MIN], text[255] = { 'x' };
	struct wr w = wr_make(bytes, sizeof(bytes));

	(void)state;
	dhcp4_build(&w, &in);
	dhcp4_put(&w, OPT_DOMAIN, text, 255);
	dhcp4_put(&w, OPT_HOSTNAME, "fits", 4);
	size_t len = dhcp4_build_end(&w);

	assert_int_equal(len, sizeof(bytes));
	assert_int_equal(dhcp4_parse(&m, (struct view){ bytes, len }), 0);
	assert_int_equal(m.hostname.len, 4);
	w = wr_make(bytes, 100);
	dhcp4_build(&w, &in);
	assert_int_equal(dhcp4_build_end(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_follow_the_rfcs),   cmocka_unit_test(what_a_machine_says_of_itself),
		cmocka_unit_test(long_options_have_a_limit), cmocka_unit_test(header_is_checked),
		cmocka_unit_test(what_is_built_can_be_read), cmocka_unit_test(what_does_not_fit_is_left_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
