/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole documents: ours in tests/golden (in/NAME becomes out/NAME), what people copy from examples/, and the fixtures
 * that come from a real libvirt, where they are there (VNET_FIXTURES, else ../shared/fixtures). */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"

static char *fixture(const char *folder)
{
	const char *base = getenv("VNET_FIXTURES");

	return mem_printf("%s/%s", base ? base : "../shared/fixtures", folder);
}

/* Ends the test as skipped without the fixtures. It holds no memory then, for skip() jumps. */
static void need_fixture(const char *folder)
{
	char *path = fixture(folder);
	bool there = access(path, R_OK) == 0;

	if (!there)
		print_message("skip: no fixtures at %s\n", path);
	mem_drop(path);
	if (!there)
		skip();
}

static int parse_file(const char *folder, const char *file, struct network **ret, struct xml_warnings *w, struct err *e)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s", folder, file);
	AUTO(mem_drop) char *xml = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, NETWORK_XML_MAX, &xml, &len) < 0)
		fail_msg("%s: cannot be read", path);
	return network_parse(xml, len, ret, w, e);
}

static void expect_text(const char *folder, const char *file, const char *got)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s", folder, file);
	AUTO(mem_drop) char *want = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, NETWORK_XML_MAX, &want, &len) < 0)
		fail_msg("%s: cannot be read", path);
	if (strcmp(got, want) != 0)
		fail_msg("%s: got\n%s", path, got);
}

/* in/FILE prints as out/FILE, and that prints as itself. */
static void expect_pair(const char *base, const char *file)
{
	AUTO(mem_drop) char *in = mem_printf("%s/in", base);
	AUTO(mem_drop) char *out = mem_printf("%s/out", base);
	const char *const folders[] = { in, out };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };

		if (parse_file(folders[i], file, &n, NULL, &e) < 0)
			fail_msg("%s/%s: %d: %s", folders[i], file, e.line, e.detail);
		AUTO(network_free) struct network *copy = network_copy(n);
		AUTO(mem_drop) char *text = network_format(copy, NULL);

		expect_text(out, file, text);
	}
}

static bool is_xml(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".xml") == 0;
}

/* Calls `fn` for each XML file; how many there were. */
static int each_file(const char *folder, void (*fn)(const char *folder, const char *file))
{
	DIR *d = opendir(folder);
	int n = 0;

	for (struct dirent *f; d && (f = readdir(d));)
		if (is_xml(f->d_name)) {
			fn(folder, f->d_name);
			n++;
		}
	if (d)
		closedir(d);
	return n;
}

static void golden_pair(const char *folder, const char *file)
{
	(void)folder;
	expect_pair("tests/golden", file);
}

static void golden_files_print_as_expected(void **state)
{
	(void)state;
	assert_in_range(each_file("tests/golden/in", golden_pair), 1, 1000);
}

static void expect_clean(const char *folder, const char *file)
{
	AUTO(network_free) struct network *n = NULL;
	struct xml_warnings w = { 0 };
	struct err e = { 0 };

	if (parse_file(folder, file, &n, &w, &e) < 0)
		fail_msg("%s/%s: %d: %s", folder, file, e.line, e.detail);
	if (w.n)
		fail_msg("%s/%s: %d: %s", folder, file, w.v[0].line, w.v[0].text);
	AUTO(mem_drop) char *once = network_format(n, NULL);
	AUTO(network_free) struct network *again = NULL;

	assert_int_equal(network_parse(once, strlen(once), &again, NULL, &e), 0);
	AUTO(mem_drop) char *twice = network_format(again, NULL);

	assert_string_equal(once, twice);
}

static void what_we_ship_parses_without_warning(void **state)
{
	(void)state;
	assert_int_equal(each_file("xml", expect_clean), 1);
	assert_in_range(each_file("examples", expect_clean), 8, 100);
}

/* What their names become depends on the host's devices; control chooses. */
static const char *const chosen_later[] = { "auto-bridge-template.xml", "auto-bridge-double-template.xml" };

static bool among(const char *file, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], file) == 0)
			return true;
	return false;
}

/* in/FILE as it is printed when its bridge's name has been chosen, with nothing else on the host. */
static void expect_chosen(const char *base, const char *file)
{
	AUTO(mem_drop) char *in = mem_printf("%s/in", base);
	AUTO(mem_drop) char *out = mem_printf("%s/out", base);
	AUTO(network_free) struct network *n = NULL;
	char name[IFNAMSIZ];
	struct err e = { 0 };

	if (parse_file(in, file, &n, NULL, &e) < 0)
		fail_msg("%s/%s: %d: %s", in, file, e.line, e.detail);
	network_bridge_from_template(n->bridge.name, 0, name);
	memcpy(n->bridge.name, name, sizeof(name));
	AUTO(mem_drop) char *text = network_format(n, NULL);

	expect_text(out, file, text);
}

/* An emptied <metadata/> is printed once and gone after the next reading, as in libvirt. */
static void expect_vanishing(const char *base, const char *file)
{
	AUTO(mem_drop) char *in = mem_printf("%s/in", base);
	AUTO(mem_drop) char *out = mem_printf("%s/out", base);
	AUTO(network_free) struct network *n = NULL;
	struct err e = { 0 };

	if (parse_file(in, file, &n, NULL, &e) < 0)
		fail_msg("%s/%s: %d: %s", in, file, e.line, e.detail);
	AUTO(mem_drop) char *text = network_format(n, NULL);

	expect_text(out, file, text);
}

static void fixture_pair(const char *folder, const char *file)
{
	AUTO(mem_drop) char *base = fixture("network-xml");

	(void)folder;
	if (among(file, chosen_later, ARRAY_SIZE(chosen_later)))
		expect_chosen(base, file);
	else if (strcmp(file, "metadata-only-plain.xml") == 0)
		expect_vanishing(base, file);
	else
		expect_pair(base, file);
}

static void fixtures_print_byte_for_byte(void **state)
{
	(void)state;
	need_fixture("network-xml/in");
	AUTO(mem_drop) char *in = fixture("network-xml/in");

	assert_in_range(each_file(in, fixture_pair), 50, 1000);
}

static void fixture_refused(const char *folder, const char *file)
{
	AUTO(network_free) struct network *n = NULL;
	struct err e = { 0 };

	if (strcmp(file, "bridge-taken.xml") == 0) /* fails against another network only */
		return;
	if (parse_file(folder, file, &n, NULL, &e) == 0 && network_check_host(n, "/nonexistent", &e) == 0)
		fail_msg("%s/%s: was accepted", folder, file);
	if (!e.line || !e.detail[0])
		fail_msg("%s/%s: error %d without line: %s", folder, file, e.code, e.detail);
	if (getenv("VERBOSE"))
		print_message("%s:%d: [%d] %s\n", file, e.line, e.code, e.detail);
}

static void invalid_fixtures_are_refused(void **state)
{
	(void)state;
	need_fixture("invalid");
	AUTO(mem_drop) char *invalid = fixture("invalid");
	AUTO(mem_drop) char *stricter = fixture("stricter");

	assert_in_range(each_file(invalid, fixture_refused), 100, 1000);
	assert_in_range(each_file(stricter, fixture_refused), 20, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files_print_as_expected),
		cmocka_unit_test(what_we_ship_parses_without_warning),
		cmocka_unit_test(fixtures_print_byte_for_byte),
		cmocka_unit_test(invalid_fixtures_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
