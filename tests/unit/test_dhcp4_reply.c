/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/reply, dhcp4/scope: which options a client gets, in which order, and from what it boots. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "dhcp4/reply.h"

#define NET(n) (0xc0a87a00U + (n)) /* 192.168.122.0/24 */
#define TEXT(s)                                                                                                        \
	{                                                                                                              \
		(const uint8_t *)(s), sizeof(s) - 1                                                                    \
	}
#define OPT(c, v)                                                                                                      \
	{                                                                                                              \
		.code = (c), .value = TEXT(v)                                                                          \
	}

static const char x300[] =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";

static const struct lease_range ranges[] = { { NET(10), NET(99) }, { NET(100), NET(200) } };
static const struct dhcp4_opt of_net[] = {
	OPT(42, "\x0a\0\0\1"),
	OPT(OPT_DOMAIN, "net"),
	OPT(OPT_ROUTES, "\0\xc0\xa8\x7a\x09"),
	OPT(OPT_V6ONLY, "\0\0\7\x08"),
	{ .code = 150, .force = true, .value = TEXT("forced") },
	OPT(119, x300),
	OPT(OPT_MTU, ""),
};
static const struct dhcp4_opt of_range_2[] = { OPT(42, "\x0a\0\0\2"), OPT(OPT_DOMAIN, "range") };
static const struct dhcp4_opt of_host[] = { OPT(OPT_DOMAIN, "host"), OPT(OPT_DNS, "") };
static const struct dhcp4_extra range_extra[] = { { 0 }, { .opts = of_range_2, .n_opts = ARRAY_SIZE(of_range_2) } };
static const struct dhcp4_extra host_extra[] = { { .opts = of_host, .n_opts = ARRAY_SIZE(of_host) } };
static const struct lease_host host = { .name = "web", .addr = NET(150), .tag = 0 };

static const struct dhcp4_boot boots[] = {
	{ .arch = -1, .who = BOOT_IPXE, .file = "http://192.168.122.1/boot.ipxe" },
	{ .arch = 16, .file = "http://192.168.122.1/grub.efi" },
	{ .arch = 7, .who = BOOT_FIRMWARE, .file = "ipxe.efi", .server = NET(5), .server_name = "boot.lab" },
	{ .arch = 0, .file = "undionly.kpxe" },
};

static const struct dhcp4_scope scope = {
	.rules = { .self = NET(1), .prefix_len = 24, .ranges = ranges, .n_ranges = 2, .hosts = &host, .n_hosts = 1 },
	.router = true,
	.dns = true,
	.mtu = 1400,
	.lease_s = 3600,
	.domain = "own",
	.opts = of_net,
	.n_opts = ARRAY_SIZE(of_net),
	.range_extra = range_extra,
	.host_extra = host_extra,
	.boots = boots,
	.n_boots = ARRAY_SIZE(boots),
};

/* The value of an option in one field, its pieces put together; its place among all of them. */
static bool find_in(const uint8_t *p, size_t len, uint8_t code, uint8_t *out, size_t *out_len, unsigned *place)
{
	struct rd r = rd_make(p, len);
	bool found = false;
	unsigned n = 0;

	while (rd_left(&r)) {
		uint8_t c = rd_u8(&r);

		if (c == OPT_END)
			break;
		if (c == OPT_PAD)
			continue;
		struct rd o = rd_sub(&r, rd_u8(&r));
		struct view v = rd_rest(&o);

		assert_false(r.bad);
		n++;
		if (c != code)
			continue;
		if (!found)
			*place = n;
		found = true;
		if (v.len)
			memcpy(out + *out_len, v.p, v.len);
		*out_len += v.len;
	}
	return found;
}

static bool find(const uint8_t *msg, size_t len, uint8_t code, struct view *ret, unsigned *place)
{
	static uint8_t value[2000];
	uint8_t over = 0;
	size_t n = 0, ignored = 0;
	unsigned p = 0;

	find_in(msg + 240, len - 240, OPT_OVERLOAD, &over, &ignored, &p);
	bool found = find_in(msg + 240, len - 240, code, value, &n, place) ||
		     (over & 1 && find_in(msg + DHCP4_FILE, DHCP4_FILE_SIZE, code, value, &n, place)) ||
		     (over & 2 && find_in(msg + DHCP4_SNAME, DHCP4_SNAME_SIZE, code, value, &n, place));

	*ret = (struct view){ value, n };
	return found;
}

static const struct {
	const char *name;
	struct view params;
	uint32_t addr;
	bool host;
	uint8_t code;
	const char *want; /* NULL: not there */
	size_t len;
} options[] = {
	{ "the network's, asked for", TEXT("\x2a"), NET(20), false, 42, "\x0a\0\0\1", 4 },
	{ "the network's, not asked for", TEXT("\1"), NET(20), false, 42, NULL, 0 },
	{ "a client without a list gets it", { 0 }, NET(20), false, 42, "\x0a\0\0\1", 4 },
	{ "forced", TEXT("\1"), NET(20), false, 150, "forced", 6 },
	{ "the range's before the network's", TEXT("\x2a"), NET(120), false, 42, "\x0a\0\0\2", 4 },
	{ "in place of our own", TEXT("\x0f"), NET(20), false, OPT_DOMAIN, "net", 3 },
	{ "the host's before the range's", TEXT("\x0f"), NET(150), true, OPT_DOMAIN, "host", 4 },
	{ "an empty one: our own is not sent", TEXT("\x1a"), NET(20), false, OPT_MTU, NULL, 0 },
	{ "an empty one of a host", TEXT("\6"), NET(150), true, OPT_DNS, NULL, 0 },
	{ "the same of another host", TEXT("\6"), NET(20), false, OPT_DNS, "\xc0\xa8\x7a\1", 4 },
	{ "a reservation's name", TEXT("\x0c"), NET(150), true, OPT_HOSTNAME, "web", 3 },
	{ "RFC 3442: routes", TEXT("\x79"), NET(20), false, OPT_ROUTES, "\0\xc0\xa8\x7a\x09", 5 },
	{ "RFC 3442: by the old number", TEXT("\xf9"), NET(20), false, OPT_ROUTES_MS, "\0\xc0\xa8\x7a\x09", 5 },
	{ "RFC 3396: a long one, in pieces", TEXT("\x77"), NET(20), false, 119, x300, 300 },
	{ "RFC 8925 s.3.3: asked for", TEXT("\x6c"), NET(20), false, OPT_V6ONLY, "\0\0\7\x08", 4 },
	{ "RFC 8925 s.3.3: never unasked", { 0 }, NET(20), false, OPT_V6ONLY, NULL, 0 },
	{ "always: the mask", TEXT("\x2a"), NET(20), false, OPT_MASK, "\xff\xff\xff\0", 4 },
};

static void options_of_network_range_and_host(void **state)
{
	AUTO(dhcp4_scope_free) struct dhcp4_scope *s = dhcp4_scope_copy(&scope);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		uint8_t out[DHCP4_MAX];
		struct dhcp4_msg m = { .op = 1, .params = options[i].params, .max_size = 1500 };
		struct dhcp4_grant g = { .type = DHCP4_ACK,
					 .addr = options[i].addr,
					 .lease_s = 60,
					 .host = options[i].host ? &host : NULL };
		size_t len = dhcp4_reply_build(s, &m, &g, out);
		struct view v;
		unsigned place;
		bool found = find(out, len, options[i].code, &v, &place);

		if (len == 0 || found != !!options[i].want)
			fail_msg("%s: %s", options[i].name, found ? "there" : "not there");
		if (found && (v.len != options[i].len || memcmp(v.p, options[i].want, v.len) != 0))
			fail_msg("%s: %zu bytes", options[i].name, v.len);
	}
}

/* RFC 2132 s.9.8: as asked; what the exchange itself needs goes before. */
static void options_come_in_the_order_asked_for(void **state)
{
	static const uint8_t want[] = { OPT_TYPE, OPT_SERVER_ID, OPT_LEASE_TIME, OPT_T1, OPT_T2,
					OPT_MASK, OPT_BROADCAST, OPT_DOMAIN,     42,     OPT_ROUTER,
					OPT_DNS,  150,           OPT_RELAY_AGENT };
	uint8_t out[DHCP4_MAX];
	struct dhcp4_msg m = { .op = 1, .params = TEXT("\x0f\x2a\1\3\x0f\6"), .relay_agent = TEXT("\1\1x") };
	struct dhcp4_grant g = { .type = DHCP4_ACK, .addr = NET(20), .lease_s = 60 };
	size_t len = dhcp4_reply_build(&scope, &m, &g, out);

	(void)state;
	for (unsigned i = 0; i < sizeof(want); i++) {
		struct view v;
		unsigned place = 0;

		if (!find(out, len, want[i], &v, &place) || place != i + 1)
			fail_msg("option %u is at place %u", want[i], place);
	}
}

static const struct {
	const char *name;
	struct view archs, user_class, vendor_class;
	const char *file, *sname; /* in the header; file NULL: does not boot from us */
	uint32_t siaddr;
} machines[] = {
	{ "a PC's BIOS", TEXT("\0\0"), { 0 }, TEXT("PXEClient:Arch:00000"), "undionly.kpxe", "", NET(1) },
	{ "iPXE on it", TEXT("\0\0"), TEXT("iPXE"), TEXT("PXEClient"), "http://192.168.122.1/boot.ipxe", "", NET(1) },
	{ "iPXE by RFC 3004", TEXT("\0\7"), TEXT("\4iPXE"), { 0 }, "http://192.168.122.1/boot.ipxe", "", NET(1) },
	{ "UEFI, 64 bits", TEXT("\0\7"), { 0 }, TEXT("PXEClient"), "ipxe.efi", "boot.lab", NET(5) },
	{ "one of several", TEXT("\0\x12\0\7"), { 0 }, { 0 }, "ipxe.efi", "boot.lab", NET(5) },
	{ "UEFI by HTTP",
	  TEXT("\0\x10"),
	  { 0 },
	  TEXT("HTTPClient:Arch:00016"),
	  "http://192.168.122.1/grub.efi",
	  "",
	  NET(1) },
	{ "an Itanium", TEXT("\0\2"), { 0 }, TEXT("PXEClient"), NULL, "", 0 },
	{ "a machine that says nothing", { 0 }, { 0 }, { 0 }, NULL, "", 0 },
	{ "half a number", TEXT("\7"), { 0 }, { 0 }, NULL, "", 0 },
};

static void boot_file_by_architecture_and_class(void **state)
{
	AUTO(dhcp4_scope_free) struct dhcp4_scope *s = dhcp4_scope_copy(&scope);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		uint8_t out[DHCP4_MAX];
		struct dhcp4_msg m = { .op = 1,
				       .params = TEXT("\x42\x43"),
				       .archs = machines[i].archs,
				       .user_class = machines[i].user_class,
				       .vendor_class = machines[i].vendor_class };
		struct dhcp4_grant g = { .type = DHCP4_OFFER, .addr = NET(20), .lease_s = 60 };
		size_t len = dhcp4_reply_build(s, &m, &g, out);
		struct rd r = rd_make(out + 20, 4);
		const char *file = machines[i].file ?: "";
		struct view v;
		unsigned place;
		bool http = dhcp4_boots_by_http(&m);

		if (!len || strcmp((char *)out + DHCP4_FILE, file) != 0 ||
		    strcmp((char *)out + DHCP4_SNAME, machines[i].sname) != 0 || rd_be32(&r) != machines[i].siaddr)
			fail_msg("%s: file '%s' of '%s'", machines[i].name, out + DHCP4_FILE, out + DHCP4_SNAME);
		if (find(out, len, OPT_BOOT_FILE, &v, &place) != (machines[i].file != NULL) || v.len != strlen(file) ||
		    memcmp(v.p, file, v.len) != 0)
			fail_msg("%s: option 67", machines[i].name);
		if (find(out, len, OPT_CLASS, &v, &place) != http || (http && memcmp(v.p, "HTTPClient", 10) != 0))
			fail_msg("%s: option 60", machines[i].name);
	}
}

/* A small message is filled to the last field of the header; what then has no room is left out whole. */
static void full_messages_overload_the_header(void **state)
{
	static const struct dhcp4_opt many[] = {
		OPT(200,
		    "two hundred bytes and more, of which not two are the same, would fill a message of five hundred "
		    "and forty-eight bytes quite soon; this is the first of them, and it lies in the options field "
		    "itself"),
		OPT(201,
		    "one hundred bytes: the second, in the field for the file's name, as there is no boot file here.."),
		OPT(202, "fifty bytes: the third, for the server's name's field"),
		OPT(203, "one hundred bytes: the fourth, which has no place at all, in none of the three of them: left "
			 "out."),
	};
	struct dhcp4_scope s = scope;
	uint8_t out[DHCP4_MAX];
	struct dhcp4_msg m = { .op = 1, .params = TEXT("\xc8\xc9\xca\xcb") };
	struct dhcp4_grant g = { .type = DHCP4_ACK, .addr = NET(20), .lease_s = 60 };
	struct view v;
	unsigned place;
	static struct dhcp4_msg back;

	(void)state;
	s.opts = many;
	s.n_opts = ARRAY_SIZE(many);
	m.client_id = (struct view){ (const uint8_t *)x300, 40 };
	size_t len = dhcp4_reply_build(&s, &m, &g, out);

	assert_in_range(len, DHCP4_BOOTP_MIN, DHCP4_SAFE_MAX);
	assert_int_equal(dhcp4_parse(&back, (struct view){ out, len }), 0);
	for (uint8_t code = 200; code < 203; code++)
		if (!find(out, len, code, &v, &place) || !view_eq(v, many[code - 200].value))
			fail_msg("option %u", code);
	assert_false(find(out, len, 203, &v, &place));
	m.relay_agent = (struct view){ (const uint8_t *)x300, 255 }; /* RFC 3046 s.2.2: before all others */
	len = dhcp4_reply_build(&s, &m, &g, out);
	assert_true(find(out, len, OPT_RELAY_AGENT, &v, &place));
	assert_int_equal(v.len, 255);
}

static void some_codes_are_the_protocols_own(void **state)
{
	static const uint8_t refused[] = { 0, 50, 51, 52, 53, 54, 55, 57, 61, 80, 82, 255 };
	struct dhcp4_scope s = scope;

	(void)state;
	assert_int_equal(dhcp4_scope_check(&s), 0);
	for (size_t i = 0; i < sizeof(refused); i++) {
		struct dhcp4_opt o = { .code = refused[i] };

		s.opts = &o;
		s.n_opts = 1;
		if (dhcp4_scope_check(&s) != -EINVAL)
			fail_msg("option %u", refused[i]);
	}
	s = scope;
	s.lease_s = 0;
	assert_int_equal(dhcp4_scope_check(&s), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_network_range_and_host),
		cmocka_unit_test(options_come_in_the_order_asked_for),
		cmocka_unit_test(boot_file_by_architecture_and_class),
		cmocka_unit_test(full_messages_overload_the_header),
		cmocka_unit_test(some_codes_are_the_protocols_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
