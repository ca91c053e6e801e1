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
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

static char root[] = "/tmp/vnet-test-file-XXXXXX";
static int dir = -1;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	dir = mkdtemp(root) ? dir_open(root, 0700) : -1;
	return dir < 0;
}

static int drop_root(void **state)
{
	(void)state;
	fd_close(dir);
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void expect(const char *name, const char *want)
{
	AUTO(mem_drop) char *got = NULL;
	size_t len = 0;

	assert_int_equal(file_read(dir, name, 1000000, &got, &len), 0);
	assert_int_equal(len, strlen(want));
	assert_string_equal(got, want);
}

static void a_file_is_replaced_whole(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(file_replace(dir, "a", "one", 3, 0600), 0);
	assert_int_equal(file_replace(dir, ".a.new", "left over", 9, 0600), 0);
	int old = openat(dir, "a", O_RDONLY);

	assert_int_equal(file_replace(dir, "a", "second", 6, 0600), 0);
	expect("a", "second");
	char still[4] = "";

	assert_int_equal(read(old, still, 3), 3); /* who had it open reads the old one to its end */
	assert_string_equal(still, "one");
	close(old);
	assert_int_equal(fstatat(dir, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(faccessat(dir, ".a.new", F_OK, 0), -1);
}

static void a_replacement_that_fails_changes_nothing(void **state)
{
	char longest[300];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(file_replace(dir, longest, "x", 1, 0600), -ENAMETOOLONG);
	assert_int_equal(mkdirat(dir, "folder", 0700), 0);
	assert_int_equal(file_replace(dir, "folder", "x", 1, 0600), -EISDIR);
	assert_int_equal(faccessat(dir, ".folder.new", F_OK, 0), -1);
}

static void reading_has_a_limit(void **state)
{
	enum { SIZE = 100000 };
	AUTO(mem_drop) char *big = mem_array(SIZE + 1, 1);
	char *got = NULL;
	size_t len = 0;

	(void)state;
	memset(big, 'x', SIZE);
	assert_int_equal(file_replace(dir, "big", big, SIZE, 0600), 0);
	expect("big", big);
	assert_int_equal(file_read(dir, "big", SIZE - 1, &got, &len), -EFBIG);
	assert_int_equal(file_read(dir, "none", SIZE, &got, &len), -ENOENT);
	assert_int_equal(file_read(dir, ".", SIZE, &got, &len), -EISDIR);
	assert_null(got);
	assert_int_equal(file_replace(dir, "empty", "", 0, 0600), 0);
	expect("empty", "");
}

static void links_are_replaced_and_removed(void **state)
{
	char target[16] = "";

	(void)state;
	assert_int_equal(file_symlink("x", dir, "link"), 0);
	assert_int_equal(file_symlink("y", dir, "link"), 0);
	assert_int_equal(readlinkat(dir, "link", target, sizeof(target) - 1), 1);
	assert_string_equal(target, "y");
	assert_int_equal(file_remove(dir, "link"), 0);
	assert_int_equal(file_remove(dir, "link"), 0);
}

static void folders_are_made_with_their_parents(void **state)
{
	AUTO(mem_drop) char *path = mem_printf("%s/a/b/c", root);
	AUTO(mem_drop) char *below_a_file = mem_printf("%s/f/x", root);
	struct stat st;

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = dir_open(path, 0700);

		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
		close(fd);
	}
	assert_int_equal(file_replace(dir, "f", "", 0, 0600), 0);
	assert_int_equal(dir_open(below_a_file, 0700), -ENOTDIR);
}

static void a_lock_has_one_holder(void **state)
{
	AUTO(mem_drop) char *path = mem_printf("%s/pid", root);
	AUTO(mem_drop) char *want = mem_printf("%d\n", (int)getpid());
	int fd = file_lock(path), status;

	(void)state;
	assert_true(fd >= 0);
	expect("pid", want);
	pid_t pid = fork();

	if (pid == 0)
		_exit(file_lock(path) == -EWOULDBLOCK ? 0 : 1);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	close(fd);
	fd = file_lock(path);
	assert_true(fd >= 0);
	close(fd);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, make_root, drop_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(a_file_is_replaced_whole),
		FILE_TEST(a_replacement_that_fails_changes_nothing),
		FILE_TEST(reading_has_a_limit),
		FILE_TEST(links_are_replaced_and_removed),
		FILE_TEST(folders_are_made_with_their_parents),
		FILE_TEST(a_lock_has_one_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
