/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/fast against the real kernel: what stands there is what nft would make of our text, with more devices than one
 * message takes; only differences are sent. Skipped where the kernel has no flowtables; tests/vm/t_flowtable.sh has one. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firewall/block.h"
#include "firewall/firewall.h"

enum { MANY = 300, TEXT_MAX = 64 * 1024 };

static struct firewall *fw;
static char names[MANY][IFNAMSIZ];

static bool change(size_t n)
{
	struct fw_devs devs = { names, n };
	struct err e = { 0 };
	bool changed;

	if (firewall_fast(fw, &devs, &changed, &e) < 0)
		fail_msg("%zu devices: %s", n, e.detail);
	return changed;
}

static char *output(const char *command)
{
	char *text = calloc(1, TEXT_MAX);
	FILE *f = popen(command, "r");

	fread(text, 1, TEXT_MAX - 1, f);
	pclose(f);
	return text;
}

/* Words and names in an order of their own: nft lists devices as the kernel happens to. */
#define LIST "nft list table inet vnetd_fast | sed 's/flags .*//' | tr -d '\\n,\"' | tr '\\t ' '\\n\\n' | grep . | sort"

static void is_what_nft_makes_of_the_text(void **state)
{
	struct fw_devs devs = { names, 2 };

	(void)state;
	assert_true(change(2));
	char *ours = output(LIST);

	assert_true(change(0));
	FILE *nft = popen("nft -f -", "w");

	fw_fast_print(&devs, nft);
	assert_int_equal(pclose(nft), 0);
	char *theirs = output(LIST);

	assert_string_equal(ours, theirs);
	assert_non_null(strstr(ours, "\nd0\n"));
	free(ours);
	free(theirs);
	assert_true(change(2)); /* it bears no mark of ours */
	assert_false(change(2));
	assert_true(change(0));
}

static unsigned long count(const char *what)
{
	char command[256];

	snprintf(command, sizeof(command), "nft list table inet vnetd_fast | tr ',' '\\n' | grep -c '%s'", what);
	char *text = output(command);
	unsigned long n = strtoul(text, NULL, 10);

	free(text);
	return n;
}

/* Each stands in the flowtable and in the set. */
static void more_devices_than_a_message_takes(void **state)
{
	(void)state;
	assert_true(change(MANY));
	assert_int_equal(count("\\bd[0-9]"), 2 * MANY);
	assert_false(change(MANY));
	assert_true(change(1));
	assert_int_equal(count("\\bd[0-9]"), 2);
	assert_true(change(MANY)); /* added to what is there */
	assert_int_equal(count("\\bd[0-9]"), 2 * MANY);
	assert_false(change(MANY));
	assert_true(change(0));
	assert_int_equal(system("nft list table inet vnetd_fast 2>/dev/null"), 1 << 8);
	assert_false(change(0));
}

static void what_others_change_is_made_anew(void **state)
{
	static const char *const commands[] = {
		"nft flush ruleset",
		"nft flush chain inet vnetd_fast forward",
		"nft add rule inet vnetd_fast forward accept",
		"nft delete element inet vnetd_fast devs '{ \"d1\" }'",
		"nft add element inet vnetd_fast devs '{ \"other\" }'",
		"nft add chain inet vnetd_fast other",
		"nft delete flowtable inet vnetd_fast fast '{ devices = { d1 }; }'",
		"ip link del d1 && ip link add d1 type veth peer name p1",
	};

	(void)state;
	assert_true(change(3));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (system(commands[i]) != 0)
			fail_msg("%s", commands[i]);
		/* newer kernels take a device that comes back by themselves */
		if (!change(3) && i + 1 < ARRAY_SIZE(commands))
			fail_msg("not seen: %s", commands[i]);
		assert_int_equal(count("\\bd[0-9]"), 6);
		assert_false(change(3));
	}
	assert_true(change(0));
}

static void make_devices(void)
{
	FILE *ip = popen("ip -batch -", "w");

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "d%d", i);
		fprintf(ip, i % 2 ? "link add d%d type veth peer name p%d\n" : "link add d%d type bridge\n", i, i);
	}
	pclose(ip);
	fw_devs_sort(&(struct fw_devs){ names, MANY });
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_nft_makes_of_the_text),
		cmocka_unit_test(more_devices_than_a_message_takes),
		cmocka_unit_test(what_others_change_is_made_anew),
	};
	struct err e = { 0 };
	bool changed;

	if (unshare(CLONE_NEWNET) < 0 || firewall_open(&fw, &e) < 0) {
		printf("skip test_fast: %s\n", e.detail[0] ? e.detail : strerror(errno));
		return 77;
	}
	make_devices();
	if (firewall_fast(fw, &(struct fw_devs){ names, 1 }, &changed, &e) < 0) {
		printf("skip test_fast: %s\n", e.detail);
		return 77;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	firewall_free(fw);
	return failed;
}
