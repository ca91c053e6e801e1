/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"
#include "store/defs.h"
#include "store/live.h"

static char root[] = "/tmp/vnet-test-store-XXXXXX";

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
	(void)state;
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static char *below(const char *path)
{
	return mem_printf("%s/%s", root, path);
}

static bool exists(const char *path)
{
	AUTO(mem_drop) char *full = below(path);
	struct stat st;

	return lstat(full, &st) == 0;
}

static void put_file(const char *path, const char *text)
{
	AUTO(mem_drop) char *full = below(path);
	FILE *f = fopen(full, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct network *make(const char *name)
{
	AUTO(mem_drop) char *escaped = xml_escape(name);
	AUTO(mem_drop) char *xml = mem_printf("<network><name>%s</name></network>", escaped);
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", name, e.detail);
	network_complete(n, NULL);
	return n;
}

static char told[1024]; /* what was skipped and why */

static void skipped(const char *file, const struct err *why)
{
	const char *base = strrchr(file, '/');
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%s: %s\n", base ? base + 1 : file, why->detail);
}

static void free_all(struct network **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		network_free(v[i]);
	mem_drop(v);
}

static struct defs *open_defs(void)
{
	struct defs *d = NULL;
	struct err e = { 0 };

	told[0] = '\0';
	if (defs_open(root, &d, &e) < 0)
		fail_msg("%s", e.detail);
	return d;
}

static void a_definition_comes_back_as_it_was(void **state)
{
	static const char *const names[] = { "default", " B\xc3\xbcro \"A\" <B> & 'c' ", "a--b", "-x", ".hidden",
					     "a.xml" };
	struct network **v = NULL;
	size_t n = 0;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO(defs_free) struct defs *d = open_defs();
		AUTO(network_free) struct network *net = make(names[i]);
		AUTO(mem_drop) char *want = network_format(net, NULL);

		assert_int_equal(defs_save(d, net, &e), 0);
		assert_int_equal(defs_save(d, net, &e), 0);
		assert_int_equal(defs_load(d, &v, &n, skipped, &e), 0);
		if (n != 1 || told[0])
			fail_msg("%s: %zu loaded; %s", names[i], n, told);
		AUTO(mem_drop) char *got = network_format(v[0], NULL);

		assert_string_equal(got, want);
		free_all(v, n);
		assert_int_equal(defs_remove(d, names[i], &e), 0);
		assert_int_equal(defs_load(d, &v, &n, skipped, &e), 0);
		assert_int_equal(n, 0);
	}
}

static void a_stored_file_says_how_to_change_it(void **state)
{
	static const struct {
		const char *name, *file;
		bool by_uuid;
	} cases[] = {
		{ "default", "etc/vnet/networks/default.xml", false },
		{ "a--b", "etc/vnet/networks/a--b.xml", true },
		{ "a b", "etc/vnet/networks/a b.xml", true },
	};
	AUTO(defs_free) struct defs *d = open_defs();
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(network_free) struct network *n = make(cases[i].name);
		AUTO(mem_drop) char *path = below(cases[i].file);
		AUTO(mem_drop) char *text = NULL;
		char uuid[UUID_TEXT];
		struct stat st;
		size_t len;

		assert_int_equal(defs_save(d, n, &e), 0);
		assert_int_equal(file_read(AT_FDCWD, path, 10000, &text, &len), 0);
		AUTO(mem_drop)
		char *want = mem_printf("  vnet edit %s\n-->\n<network>\n",
					cases[i].by_uuid ? uuid_text(&n->uuid, uuid) : cases[i].name);

		if (!strstr(text, want))
			fail_msg("%s: no \"%s\" in:\n%s", cases[i].name, want, text);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

static void broken_files_are_told_and_left_alone(void **state)
{
	static const struct {
		const char *file, *text, *why;
	} cases[] = {
		{ "etc/vnet/networks/cut.xml", "<network><name>cut</na", "not well-formed" },
		{ "etc/vnet/networks/other.xml", "<network><name>else</name></network>", "holds the network 'else'" },
		{ "etc/vnet/networks/later.xml", "<network><name>later</name><dns enable='later'/></network>",
		  "neither yes nor no" },
		{ "etc/vnet/networks/twin.xml",
		  "<network><name>twin</name><uuid>00000000-0000-0000-0000-000000000001</uuid></network>", "its uuid" },
	};
	AUTO(defs_free) struct defs *d = open_defs();
	struct network **v = NULL;
	size_t n = 0;
	struct err e = { 0 };

	(void)state;
	put_file("etc/vnet/networks/first.xml",
		 "<network><name>first</name><uuid>00000000-0000-0000-0000-000000000001</uuid></network>");
	put_file("etc/vnet/networks/README", "not a network");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		put_file(cases[i].file, cases[i].text);
	AUTO(mem_drop) char *folder = below("etc/vnet/networks/folder.xml");

	mkdir(folder, 0755);
	AUTO(mem_drop) char *pipe = below("etc/vnet/networks/pipe.xml");

	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(defs_load(d, &v, &n, skipped, &e), ARRAY_SIZE(cases) + 2);
	assert_int_equal(n, 1);
	assert_string_equal(v[0]->name, "first");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (!strstr(told, cases[i].why) || !exists(cases[i].file))
			fail_msg("%s: not told or not left alone: %s", cases[i].file, told);
	assert_non_null(strstr(told, "folder.xml: it is not a regular file"));
	assert_non_null(strstr(told, "pipe.xml: it is not a regular file"));
	free_all(v, n);
}

static void a_file_by_hand_is_completed_once(void **state)
{
	struct uuid uuid[2];
	struct mac mac[2];
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO(defs_free) struct defs *d = open_defs();
		struct network **v = NULL;
		size_t n = 0;

		if (i == 0)
			put_file("etc/vnet/networks/hand.xml", "<network><name>hand</name></network>");
		assert_int_equal(defs_load(d, &v, &n, skipped, &e), 0);
		assert_int_equal(n, 1);
		assert_true(v[0]->has_uuid && v[0]->has_mac);
		uuid[i] = v[0]->uuid;
		mac[i] = v[0]->mac;
		free_all(v, n);
	}
	assert_true(uuid_eq(&uuid[0], &uuid[1]));
	assert_true(mac_eq(&mac[0], &mac[1]));
}

static void what_a_crash_left_is_removed(void **state)
{
	struct err e = { 0 };
	struct network **v = NULL;
	size_t n = 0;

	(void)state;
	defs_free(open_defs());
	put_file("etc/vnet/networks/.default.xml.new", "<network><name>def");
	put_file("etc/vnet/networks/autostart/.default.xml.new", "");
	AUTO(defs_free) struct defs *d = open_defs();

	assert_int_equal(defs_load(d, &v, &n, skipped, &e), 0);
	assert_int_equal(n, 0);
	assert_string_equal(told, "");
	assert_false(exists("etc/vnet/networks/.default.xml.new"));
	assert_false(exists("etc/vnet/networks/autostart/.default.xml.new"));
	free_all(v, n);
}

static void autostart_is_a_link_that_resolves(void **state)
{
	AUTO(defs_free) struct defs *d = open_defs();
	AUTO(network_free) struct network *n = make("a b");
	struct err e = { 0 };

	(void)state;
	assert_int_equal(defs_save(d, n, &e), 0);
	assert_false(defs_autostart(d, "a b"));
	assert_int_equal(defs_set_autostart(d, "a b", true, &e), 0);
	assert_int_equal(defs_set_autostart(d, "a b", true, &e), 0);
	assert_true(defs_autostart(d, "a b"));
	assert_int_equal(defs_save(d, n, &e), 0); /* a new file under the same name */
	assert_true(defs_autostart(d, "a b"));
	assert_int_equal(defs_set_autostart(d, "a b", false, &e), 0);
	assert_int_equal(defs_set_autostart(d, "a b", false, &e), 0);
	assert_false(defs_autostart(d, "a b"));
	put_file("etc/vnet/networks/autostart/a b.xml", "a file, no link");
	assert_false(defs_autostart(d, "a b"));
	assert_int_equal(defs_set_autostart(d, "a b", true, &e), 0);
	assert_true(defs_autostart(d, "a b"));
	assert_int_equal(defs_remove(d, "a b", &e), 0);
	assert_false(exists("etc/vnet/networks/autostart/a b.xml"));
	assert_false(defs_autostart(d, "a b"));
}

static void a_name_cannot_lead_out_of_the_folder(void **state)
{
	AUTO(defs_free) struct defs *d = open_defs();
	struct err e = { 0 };

	(void)state;
	assert_int_equal(defs_remove(d, "../../x", &e), -1);
	assert_int_equal(e.code, VNET_ERR_INVALID_ARG);
	assert_int_equal(defs_set_autostart(d, "", true, &e), -1);
	assert_false(defs_autostart(d, "autostart/x"));
}

static void errors_name_the_file(void **state)
{
	struct defs *d = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(defs_open("/proc/nowhere", &d, &e), -1);
	assert_string_equal(e.detail, "open /proc/nowhere/etc/vnet/networks: No such file or directory");
	assert_int_equal(e.sys, ENOENT);
	assert_null(d);
}

static void live_networks_are_found_again(void **state)
{
	AUTO(network_free) struct network *n = make("default");
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct live *l = NULL;
		struct network **v = NULL;
		size_t count = 0;

		assert_int_equal(live_open(root, &l, &e), 0);
		assert_int_equal(live_first_start(l), i == 0);
		assert_false(live_first_start(l));
		assert_int_equal(live_load(l, &v, &count, skipped, &e), 0);
		assert_int_equal(count, i);
		free_all(v, count);
		assert_int_equal(live_save(l, n, &e), 0);
		assert_true(exists("run/vnet/networks/default.xml"));
		if (i)
			assert_int_equal(live_remove(l, "default", &e), 0);
		live_free(l);
	}
	assert_false(exists("run/vnet/networks/default.xml"));
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, make_root, drop_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_definition_comes_back_as_it_was),    STORE_TEST(a_stored_file_says_how_to_change_it),
		STORE_TEST(broken_files_are_told_and_left_alone), STORE_TEST(a_file_by_hand_is_completed_once),
		STORE_TEST(what_a_crash_left_is_removed),         STORE_TEST(autostart_is_a_link_that_resolves),
		STORE_TEST(a_name_cannot_lead_out_of_the_folder), STORE_TEST(errors_name_the_file),
		STORE_TEST(live_networks_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
