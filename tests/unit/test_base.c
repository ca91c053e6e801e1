/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small ones: mem, rd, wr, err, log, map. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rd.h"
#include "base/wr.h"

static void arrays_grow_zeroed(void **state)
{
	int *v = NULL;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *p = mem_push(v, n);

		assert_int_equal(*p, 0);
		*p = i;
	}
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(v[i], i);
	mem_drop(v);
}

static void a_short_read_sticks(void **state)
{
	static const uint8_t bytes[] = { 1, 0, 2, 0, 0, 0, 3, 9, 9, 9, 7 };
	struct rd r = rd_make(bytes, sizeof(bytes));
	uint8_t two[2];

	(void)state;
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_be16(&r), 2);
	assert_int_equal(rd_be32(&r), 3);
	struct rd sub = rd_sub(&r, 3);

	rd_copy(&sub, two, 2);
	assert_int_equal(two[1], 9);
	assert_int_equal(rd_left(&sub), 1);
	assert_int_equal(rd_be16(&sub), 0);
	assert_true(sub.bad);
	assert_int_equal(rd_u8(&sub), 0); /* although one byte was there */
	assert_int_equal(rd_rest(&sub).len, 0);
	assert_false(r.bad);
	assert_null(rd_take(&r, SIZE_MAX));
	assert_true(r.bad && rd_sub(&r, 0).bad);
	struct rd empty = rd_make(NULL, 0);

	assert_int_equal(rd_rest(&empty).len, 0);
	assert_false(empty.bad);
}

static void what_does_not_fit_is_not_written(void **state)
{
	uint8_t buf[8];
	struct wr w = wr_make(buf, 7);

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	wr_u8(&w, 1);
	wr_be32(&w, 0x02030405);
	wr_be32(&w, 6);
	assert_true(w.full);
	wr_u8(&w, 7); /* would fit, but full sticks */
	assert_int_equal(wr_len(&w), 5);
	assert_int_equal(wr_room(&w), 0);
	assert_memory_equal(buf, ((uint8_t[]){ 1, 2, 3, 4, 5, 0xee, 0xee, 0xee }), 8);
	assert_null(wr_take(&w, SIZE_MAX));
}

static void errors_grow_outwards(void **state)
{
	struct err e = { .line = 7 };

	(void)state;
	assert_int_equal(err_sys(&e, -EEXIST, "create bridge '%s'", "virbr0"), -1);
	assert_int_equal(err_in(&e, "network '%s'", "default"), -1);
	assert_string_equal(e.detail, "network 'default': create bridge 'virbr0': File exists");
	assert_true(e.code == VNET_ERR_SYSTEM && e.sys == EEXIST && e.line == 0);
	assert_int_equal(err_set(NULL, VNET_ERR_XML, "x"), -1);
	assert_int_equal(err_sys(NULL, -EIO, "x"), -1);
	assert_int_equal(err_in(NULL, "x"), -1);
	for (int i = 0; i < 100; i++)
		err_in(&e, "a layer with a long name");
	assert_int_equal(strlen(e.detail), sizeof(e.detail) - 1);
	assert_string_equal(err_prefix(VNET_ERR_XML), "XML error: ");
	assert_string_equal(err_prefix(VNET_ERR_SYSTEM), "");
}

static void guests_text_cannot_fake_a_line(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "host-1.lab", 64, "host-1.lab" },
		{ "a\nerror: b", 64, "a\\x0aerror: b" },
		{ "\x1b[31m\x7f\xc3\xbc", 64, "\\x1b[31m\\x7f\\xc3\\xbc" },
		{ "'\"\\", 64, "\\x27\\x22\\x5c" },
		{ "abcdefgh", 8, "abc" },
		{ "abc", 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[64] = "?";

		if (strcmp(log_escape(cases[i].in, strlen(cases[i].in), out, cases[i].size), cases[i].out) != 0)
			fail_msg("row %zu: %s", i, out);
	}
	char nul[16];

	assert_string_equal(log_escape("\0a", 2, nul, sizeof(nul)), "\\x00a");
}

static void a_guest_cannot_fill_the_log(void **state)
{
	struct log_limit l = { 0 };
	unsigned said = 0;

	(void)state;
	log_open("test", LOG_LVL_ERROR);
	for (uint64_t now = 100; now < 100 + 3 * LOG_LIMIT_S; now++)
		for (int i = 0; i < 50; i++)
			said += log_allowed(&l, now);
	assert_int_equal(said, 3 * LOG_LIMIT_BURST);
}

static void a_map_finds_what_was_put(void **state)
{
	enum { N = 5000 };
	AUTO(map_free) struct map *m = map_new();
	static int values[N];
	size_t pos = 0, seen = 0;

	(void)state;
	for (int i = 0; i < N; i++)
		assert_null(map_put(m, &i, sizeof(i), &values[i]));
	for (int i = 0; i < N; i += 2)
		assert_ptr_equal(map_del(m, &i, sizeof(i)), &values[i]);
	assert_int_equal(map_count(m), N / 2);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(map_get(m, &i, sizeof(i)), i % 2 ? &values[i] : NULL);
	while (map_next(m, &pos))
		seen++;
	assert_int_equal(seen, N / 2);
	int one = 1;

	assert_ptr_equal(map_put(m, &one, sizeof(one), &values[0]), &values[1]);
	assert_ptr_equal(map_get(m, &one, sizeof(one)), &values[0]);
	assert_null(map_del(m, "other", 5));
}

static void keys_are_bytes_with_a_length(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	int a, b, c;

	(void)state;
	map_put(m, "x", 0, &a);
	map_put(m, "x", 1, &b);
	map_put(m, "x\0", 2, &c);
	assert_ptr_equal(map_get(m, "", 0), &a);
	assert_ptr_equal(map_get_str(m, "x"), &b);
	assert_ptr_equal(map_get(m, "x\0", 2), &c);
}

/* Coming and going for long must not fill the slots with dead ones, and a walk may delete what it was given. */
static void maps_survive_churn(void **state)
{
	AUTO(map_free) struct map *m = map_new();
	size_t pos = 0;
	int *v;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		map_put(m, &i, sizeof(i), m);
		map_del(m, &i, sizeof(i));
	}
	assert_int_equal(map_count(m), 0);
	static int values[100];

	for (int i = 0; i < 100; i++) {
		values[i] = i;
		map_put(m, &i, sizeof(i), &values[i]);
	}
	while ((v = map_next(m, &pos)))
		assert_ptr_equal(map_del(m, v, sizeof(*v)), v);
	assert_int_equal(map_count(m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_grow_zeroed),
		cmocka_unit_test(a_short_read_sticks),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(errors_grow_outwards),
		cmocka_unit_test(guests_text_cannot_fake_a_line),
		cmocka_unit_test(a_guest_cannot_fill_the_log),
		cmocka_unit_test(a_map_finds_what_was_put),
		cmocka_unit_test(keys_are_bytes_with_a_length),
		cmocka_unit_test(maps_survive_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
