/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire: headers, payloads and errors against recorded bytes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "rpc/error.h"
#include "rpc/procs.h"

#define ISO0 "11111111222233334444555555555501"

/* Messages as libvirt 11.3 and its daemon exchanged them, without the length word: header, payload. */
static const struct {
	const char *name;
	int32_t number;
	uint32_t type, serial;
	const char *payload;
} recorded[] = {
	{ "auth list, call", REMOTE_AUTH_LIST, RPC_CALL, 0, "" },
	{ "auth list, reply", REMOTE_AUTH_LIST, RPC_REPLY, 0,
	  "00000001"
	  "00000000" },
	{ "feature, call", REMOTE_SUPPORTS_FEATURE, RPC_CALL, 1, "0000000a" },
	{ "feature, reply", REMOTE_SUPPORTS_FEATURE, RPC_REPLY, 1, "00000001" },
	{ "open", REMOTE_OPEN, RPC_CALL, 2,
	  "00000001"
	  "00000011"
	  "6e6574776f726b3a2f2f2f73797374656d000000"
	  "00000000" },
	{ "list all, call", REMOTE_LIST_ALL_NETWORKS, RPC_CALL, 6,
	  "00000001"
	  "00000003" },
	{ "list all, reply", REMOTE_LIST_ALL_NETWORKS, RPC_REPLY, 6,
	  "00000001"
	  "00000004"
	  "69736f30" ISO0 "00000001" },
	{ "autostart, call", REMOTE_NETWORK_GET_AUTOSTART, RPC_CALL, 7,
	  "00000004"
	  "69736f30" ISO0 },
	{ "autostart, reply", REMOTE_NETWORK_GET_AUTOSTART, RPC_REPLY, 7, "00000000" },
	{ "persistent, reply", REMOTE_NETWORK_IS_PERSISTENT, RPC_REPLY, 8, "00000001" },
	{ "lookup, call", REMOTE_NETWORK_LOOKUP_NAME, RPC_CALL, 10,
	  "00000004"
	  "69736f30" },
	{ "lookup, reply", REMOTE_NETWORK_LOOKUP_NAME, RPC_REPLY, 10,
	  "00000004"
	  "69736f30" ISO0 },
	{ "dumpxml, call", REMOTE_NETWORK_GET_XML, RPC_CALL, 11,
	  "00000004"
	  "69736f30" ISO0 "00000000" },
	{ "one lease", REMOTE_NETWORK_GET_LEASES, RPC_REPLY, 12,
	  "00000001"
	  "00000006"
	  "7669726272300000"
	  "000000006b02d7f0"
	  "00000000"
	  "00000001"
	  "00000011"
	  "35323a35343a30303a30303a30303a3231000000"
	  "00000000"
	  "0000000a"
	  "3139322e302e322e35390000"
	  "00000018"
	  "00000000"
	  "00000001"
	  "00000014"
	  "30313a35323a35343a30303a30303a30303a3231"
	  "00000001" },
	{ "close", REMOTE_CLOSE, RPC_CALL, 13, "" },
	{ "update, call", REMOTE_NETWORK_UPDATE, RPC_CALL, 8,
	  "00000004"
	  "69736f30" ISO0 "00000003"
	  "00000004"
	  "ffffffff"
	  "0000003b"
	  "3c686f7374206d61633d2735323a35343a30303a30303a30303a323127206e616d653d27683231272069703d273139322e302e322e32"
	  "31272f3e0a00"
	  "00000003" },
	{ "set metadata, call", REMOTE_NETWORK_SET_METADATA, RPC_CALL, 7,
	  "00000004"
	  "69736f30" ISO0 "00000002"
	  "00000001"
	  "00000010"
	  "3c6c61623a783e313c2f6c61623a783e"
	  "00000001"
	  "00000003"
	  "6c616200"
	  "00000001"
	  "00000014"
	  "687474703a2f2f6578616d706c652e6f72672f6d"
	  "00000000" },
	{ "get metadata, call", REMOTE_NETWORK_GET_METADATA, RPC_CALL, 7,
	  "00000004"
	  "69736f30" ISO0 "00000002"
	  "00000001"
	  "00000014"
	  "687474703a2f2f6578616d706c652e6f72672f6d"
	  "00000000" },
	{ "get metadata, reply", REMOTE_NETWORK_GET_METADATA, RPC_REPLY, 7,
	  "00000010"
	  "3c6c61623a783e313c2f6c61623a783e" },
};

/* The recorded error: `net-info nonesuch`. */
static const char no_network[] = "2000808600000001"
				 "0000002e00000001"
				 "0000000600000001"
				 "0000002b"
				 "00000013"
				 "00000001"
				 "0000003b"
				 "4e6574776f726b206e6f7420666f756e643a206e6f206e6574776f726b2077697468206d61746368696e6"
				 "7206e616d6520276e6f6e65737563682700"
				 "00000002"
				 "00000000"
				 "00000001"
				 "00000017"
				 "4e6574776f726b206e6f7420666f756e643a2025312473"
				 "00"
				 "00000001"
				 "00000028"
				 "6e6f206e6574776f726b2077697468206d61746368696e67206e616d6520276e6f6e657375636827"
				 "00000000"
				 "ffffffff"
				 "ffffffff"
				 "00000000";

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; *hex; hex += 2) {
		unsigned byte;

		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n++] = (uint8_t)byte;
	}
	return n;
}

static void check_bytes(const char *name, const char *got, size_t len, const uint8_t *want, size_t want_len)
{
	if (len != want_len)
		fail_msg("%s: %zu bytes, not %zu", name, len, want_len);
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)got[i] != want[i])
			fail_msg("%s: byte %zu is %02x, not %02x", name, i, (uint8_t)got[i], want[i]);
}

/* Every recorded message decodes, and what was decoded encodes to the same bytes. */
static void recorded_messages_survive(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		const struct rpc_proc *p = rpc_proc_find(RPC_PROGRAM_REMOTE, recorded[i].number);
		xdrproc_t proc = recorded[i].type == RPC_CALL ? p->args : p->ret;
		struct rpc_header h = { RPC_PROGRAM_REMOTE, RPC_VERSION,        recorded[i].number,
					recorded[i].type,   recorded[i].serial, RPC_OK };
		uint64_t body[RPC_BODY_MAX / 8] = { 0 };
		uint8_t want[1024];
		struct wr w = wr_make(want, sizeof(want));
		AUTO(mem_drop) char *got = NULL;
		size_t len;

		rpc_header_put(&w, &h);
		size_t n = RPC_HEADER_LEN + from_hex(recorded[i].payload, want + RPC_HEADER_LEN);
		struct rd r = rd_make(want, n);
		struct rpc_header read;

		if (rpc_header_get(&r, &read) < 0 || memcmp(&read, &h, sizeof(h)) != 0)
			fail_msg("%s: header", recorded[i].name);
		if (rpc_decode(proc, rd_rest(&r), body) < 0)
			fail_msg("%s: does not decode", recorded[i].name);
		if (rpc_encode(&h, 0, proc, body, &got, &len) < 0)
			fail_msg("%s: does not encode", recorded[i].name);
		check_bytes(recorded[i].name, got, len, want, n);
		if (proc)
			xdr_free(proc, (char *)body);
	}
}

static void error_is_as_recorded(void **state)
{
	struct rpc_header h = { RPC_PROGRAM_REMOTE, RPC_VERSION, REMOTE_NETWORK_LOOKUP_NAME, RPC_REPLY, 6, RPC_ERROR };
	struct remote_error wire;
	AUTO(mem_drop) char *got = NULL;
	uint8_t want[512];
	struct err e;
	size_t len;

	(void)state;
	err_set(&e, VNET_ERR_NO_NETWORK, "no network with matching name '%s'", "nonesuch");
	rpc_error_fill(&e, &wire);
	assert_int_equal(rpc_encode(&h, 0, (xdrproc_t)xdr_remote_error, &wire, &got, &len), 0);
	xdr_free((xdrproc_t)xdr_remote_error, (char *)&wire);
	check_bytes("error", got, len, want, from_hex(no_network, want));
}

static const struct {
	const char *name;
	int code, sys;
	const char *detail, *message;
	int int1;
} errors[] = {
	{ "with a prefix", VNET_ERR_OPERATION_INVALID, 0, "x", "Requested operation is not valid: x", -1 },
	{ "without one", VNET_ERR_XML_DETAIL, 0, "at line 2: x", "at line 2: x", -1 },
	{ "system", VNET_ERR_SYSTEM, EEXIST, "bridge", "bridge", EEXIST },
	{ "argument", VNET_ERR_INVALID_ARG, 0, "x", "invalid argument: x", -1 },
	{ "no argument", VNET_ERR_INVALID_ARG, 0, "uri in f must not be NULL", "uri in f must not be NULL", 0 },
	{ "flags", VNET_ERR_INVALID_ARG, 0, "unsupported flags (0x8) in function f",
	  "unsupported flags (0x8) in function f", 0 },
};

static void errors_carry_text_and_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct err e = { .code = errors[i].code, .domain = VNET_FROM_NETWORK, .sys = errors[i].sys };
		struct remote_error w;

		strcpy(e.detail, errors[i].detail);
		rpc_error_fill(&e, &w);
		if (strcmp(*w.message, errors[i].message) != 0 || w.int1 != errors[i].int1 || w.level != 2)
			fail_msg("%s: '%s', %d", errors[i].name, *w.message, w.int1);
		xdr_free((xdrproc_t)xdr_remote_error, (char *)&w);
	}
}

static const struct {
	const char *name;
	int32_t number;
	const char *args;
	bool ok;
} hostile[] = {
	{ "bytes behind are ignored", REMOTE_NETWORK_LOOKUP_NAME,
	  "00000001"
	  "61000000"
	  "deadbeef",
	  true },
	{ "any bool but 0 is true", REMOTE_OPEN,
	  "01000000"
	  "00000001"
	  "61000000"
	  "00000000",
	  true },
	{ "absent string", REMOTE_OPEN,
	  "00000000"
	  "00000000",
	  true },
	{ "cut in the length", REMOTE_NETWORK_LOOKUP_NAME, "0000", false },
	{ "cut in the text", REMOTE_NETWORK_LOOKUP_NAME,
	  "00000008"
	  "61616161",
	  false },
	{ "cut in the padding", REMOTE_NETWORK_LOOKUP_NAME,
	  "00000001"
	  "61",
	  false },
	{ "length of 4 GiB", REMOTE_NETWORK_LOOKUP_NAME,
	  "ffffffff"
	  "61616161",
	  false },
	{ "length over the limit", REMOTE_NETWORK_LOOKUP_NAME,
	  "00400001"
	  "61616161",
	  false },
	{ "NUL inside", REMOTE_NETWORK_LOOKUP_NAME,
	  "00000003"
	  "61006200",
	  false },
	{ "cut in the uuid", REMOTE_NETWORK_CREATE,
	  "00000001"
	  "61000000"
	  "1111111122223333",
	  false },
	{ "unknown tag of a parameter", REMOTE_SET_IDENTITY,
	  "00000001"
	  "00000001"
	  "61000000"
	  "00000009"
	  "00000000",
	  false },
	{ "too many parameters", REMOTE_SET_IDENTITY, "00000015", false },
	{ "more parameters than bytes", REMOTE_SET_IDENTITY,
	  "00000014"
	  "00000001"
	  "61000000"
	  "00000001"
	  "00000000",
	  false },
};

static void hostile_arguments_do_not_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		const struct rpc_proc *p = rpc_proc_find(RPC_PROGRAM_REMOTE, hostile[i].number);
		uint64_t body[RPC_BODY_MAX / 8] = { 0 };
		uint8_t bytes[256];
		size_t n = from_hex(hostile[i].args, bytes);
		int r = rpc_decode(p->args, (struct view){ bytes, n }, body);

		if ((r == 0) != hostile[i].ok)
			fail_msg("%s: %d", hostile[i].name, r);
		if (r == 0)
			xdr_free(p->args, (char *)body);
	}
}

static void every_row_fits(void **state)
{
	const struct rpc_proc *p;

	(void)state;
	for (size_t i = 0; (p = rpc_proc_at(i)); i++) {
		const char *api = NULL;
		int domain;

		if (rpc_proc_find(p->program, p->number) != p)
			fail_msg("%s: its number stands twice", p->api);
		if (p->args_size > RPC_BODY_MAX || p->ret_size > RPC_BODY_MAX)
			fail_msg("%s: larger than RPC_BODY_MAX", p->api);
		if (p->program == RPC_PROGRAM_REMOTE && rpc_foreign_find(p->number, &api, &domain) != RPC_UNKNOWN)
			fail_msg("%s: also another driver's", p->api);
	}
}

static const struct {
	int32_t number;
	enum rpc_foreign want;
	const char *api;
	int domain;
} foreign[] = {
	{ 4, RPC_UNSUPPORTED, "virConnectGetVersion", 20 },
	{ 51, RPC_UNSUPPORTED, "virConnectNumOfDomains", 20 },
	{ 185, RPC_UNSUPPORTED, "virDomainSnapshotCreateXML", 35 },
	{ 71, RPC_ELSEWHERE, NULL, 0 },
	{ 107, RPC_UNKNOWN, NULL, 0 },
	{ 454, RPC_UNKNOWN, NULL, 0 },
	{ -1, RPC_UNKNOWN, NULL, 0 },
};

static void other_drivers_calls_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		const char *api = NULL;
		int domain = 0;

		if (rpc_foreign_find(foreign[i].number, &api, &domain) != foreign[i].want)
			fail_msg("%d: class", foreign[i].number);
		if (foreign[i].api && (!api || strcmp(api, foreign[i].api) != 0 || domain != foreign[i].domain))
			fail_msg("%d: %s, domain %d", foreign[i].number, api, domain);
	}
}

static void descriptor_counts(void **state)
{
	static const struct {
		const char *name, *bytes;
		uint32_t type;
		int want;
	} cases[] = {
		{ "a call has none", "00000002", RPC_CALL, 0 }, { "none announced", "00000000", RPC_CALL_FDS, 0 },
		{ "most", "00000020", RPC_REPLY_FDS, 32 },      { "too many", "00000021", RPC_CALL_FDS, -EBADMSG },
		{ "no count", "0000", RPC_CALL_FDS, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rpc_header h = { .type = cases[i].type };
		uint8_t bytes[16];
		struct rd r = rd_make(bytes, from_hex(cases[i].bytes, bytes));
		int got = rpc_header_fds(&h, &r);

		if (got != cases[i].want)
			fail_msg("%s: %d", cases[i].name, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_messages_survive),
		cmocka_unit_test(error_is_as_recorded),
		cmocka_unit_test(errors_carry_text_and_numbers),
		cmocka_unit_test(hostile_arguments_do_not_decode),
		cmocka_unit_test(every_row_fits),
		cmocka_unit_test(other_drivers_calls_are_known),
		cmocka_unit_test(descriptor_counts),
	};

	return cmocka_run_group_tests_name("rpc", tests, NULL, NULL);
}
