/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guard's table in the real kernel: it holds what we mean, changes touch what differs alone, and what others
 * break is noticed and made anew. What it does to packets is shown by t_guard.sh. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../peer/command.h"
#include "firewall/firewall.h"

#define LIST "nft list table bridge vnetd_guard"
/* Handles show what was made anew; who counts what is not compared. */
#define HANDLES "nft -a -s list table bridge vnetd_guard | sed 's/counter packets [0-9]* bytes [0-9]*//'"

static struct prefix subnets[] = { { { AF_INET, { 10, 64, 1, 1 } }, 24 },
				   { { AF_INET, { 10, 65, 0, 0 } }, 20 },
				   { { AF_INET6, { 0xfd, 0x64, 0, 1 } }, 64 } };
static struct prefix routed[] = { { { AF_INET, { 10, 9, 0, 0 } }, 16 } };
static struct fw_holder holders[] = { { { { 0 } }, { AF_INET, { 10, 64, 1, 1 } } },
				      { { { 0x52, 0x54, 0, 0, 0, 1 } }, { AF_INET, { 10, 64, 1, 2 } } },
				      { { { 0x52, 0x54, 0, 0, 0, 1 } }, { AF_INET6, { 0xfd, 0x64, 0, 1, [15] = 2 } } },
				      { { { 0x52, 0x54, 0, 0, 0, 2 } }, { AF_INET, { 10, 64, 1, 3 } } } };
static struct fw_guard_port ports[] = { { "vnet0", { { 0x52, 0x54, 0, 0, 0, 1 } }, true },
					{ "vnet1", { { 0 } }, true },
					{ "vnet2", { { 0x52, 0x54, 0, 0, 0, 2 } }, false } };

static struct firewall *fw;

static struct fw_guard guard(const char *bridge, size_t n_ports)
{
	struct fw_guard g = { .host = { { 0x52, 0x54, 0, 9, 9, 9 } },
			      .subnets = subnets,
			      .n_subnets = ARRAY_SIZE(subnets),
			      .routed = routed,
			      .n_routed = ARRAY_SIZE(routed),
			      .holders = holders,
			      .n_holders = ARRAY_SIZE(holders),
			      .ports = ports,
			      .n_ports = n_ports };

	snprintf(g.bridge, sizeof(g.bridge), "%s", bridge);
	return g;
}

static void set(struct fw_guard g)
{
	const struct fw_guard *v = &g;

	firewall_guard(fw, &v, 1);
	assert_true(firewall_has_guard(fw, &g));
}

static void clear(const char *bridge)
{
	set(guard(bridge, 0));
}

static void refresh(void)
{
	struct err e = { 0 };

	if (firewall_refresh(fw, &e) < 0)
		fail_msg("%s", e.detail);
}

static void the_kernel_has_what_we_mean(void **state)
{
	static const char *const parts[] = {
		"type filter hook prerouting priority filter; policy accept;",
		"\"vnet0\" : goto vbr0_guard",
		"\"vnet1\" : goto vbr0_guard",
		"\"vnet0\" . 52:54:00:00:00:01",
		"52:54:00:00:00:01 . 10.64.1.2",
		"52:54:00:00:00:01 . fd64:1::2",
		"chain vbr0_guard_arp",
		"goto bad_frame",
		"counter packets 0 bytes 0",
	};

	(void)state;
	set(guard("vbr0", 3));
	AUTO(mem_drop) char *text = output_of(LIST);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("'%s' is not in\n%s", parts[i], text);
	assert_null(strstr(text, "\"vnet2\""));             /* it is not guarded */
	assert_non_null(strstr(text, "52:54:00:00:00:02")); /* but its MAC is its own */
	assert_string_equal(firewall_guarded(fw, "vnet1"), "vbr0");
	assert_null(firewall_guarded(fw, "vnet2"));
	clear("vbr0");
	assert_int_not_equal(system(LIST " >/dev/null 2>&1"), 0);
}

static void the_same_sends_nothing(void **state)
{
	struct firewall *other;
	struct err e = { 0 };
	struct fw_guard g = guard("vbr0", 3);
	const struct fw_guard *v = &g;

	(void)state;
	set(g);
	AUTO(mem_drop) char *before = output_of(HANDLES);

	set(g);
	refresh();
	assert_true(firewall_has_guard(fw, &g));
	AUTO(mem_drop) char *again = output_of(HANDLES);

	assert_string_equal(before, again);
	assert_int_equal(firewall_open(&other, &e), 0); /* as after a restart of the daemon */
	firewall_guard(other, &v, 1);
	assert_true(firewall_has_guard(other, &g));
	firewall_free(other);
	AUTO(mem_drop) char *restarted = output_of(HANDLES);

	assert_string_equal(before, restarted);
	clear("vbr0");
}

/* A lease comes and goes, and a port: chains and counters stay. */
static void changes_touch_elements_alone(void **state)
{
	(void)state;
	set(guard("vbr0", 1));
	AUTO(mem_drop) char *before = output_of(HANDLES);
	struct fw_guard more = guard("vbr0", 3), fewer = guard("vbr0", 1);

	fewer.n_holders = 2;
	set(fewer);
	AUTO(mem_drop) char *less = output_of(HANDLES);

	assert_null(strstr(less, "10.64.1.3"));
	set(more);
	refresh();
	assert_true(firewall_has_guard(fw, &more));
	set(guard("vbr0", 1));
	refresh();
	AUTO(mem_drop) char *after = output_of(HANDLES);
	size_t chains = (size_t)(strstr(before, "chain prerouting") - before);

	assert_memory_equal(strstr(after, "chain prerouting"), before + chains, strlen(before) - chains);
	clear("vbr0");
}

/* Its subnets change: its chains do, and ports lead to the new ones. */
static void chains_are_exchanged(void **state)
{
	struct fw_guard g = guard("vbr0", 3);

	(void)state;
	set(g);
	g.n_subnets = 1;
	g.unheld = FW_UNHELD_NOBODYS;
	set(g);
	refresh();
	assert_true(firewall_has_guard(fw, &g));
	AUTO(mem_drop) char *text = output_of(LIST);

	assert_null(strstr(text, "10.65.0.0"));
	assert_non_null(strstr(text, "\"vnet0\" : goto vbr0_guard"));
	clear("vbr0");
}

/* Two networks have a guest of the same MAC; and a port moves from one to the other before we hear of the first. */
static void networks_share(void **state)
{
	struct fw_guard a = guard("vbr0", 1), b = guard("vbr1", 3);

	(void)state;
	b.n_holders = 0;
	set(a);
	set(b);
	assert_string_equal(firewall_guarded(fw, "vnet0"), "vbr1");
	refresh();
	assert_true(firewall_has_guard(fw, &b));
	a.n_ports = 0;
	set(a);
	refresh();
	assert_true(firewall_has_guard(fw, &a) && firewall_has_guard(fw, &b));
	AUTO(mem_drop) char *text = output_of(LIST);

	assert_non_null(strstr(text, "\"vnet0\" . 52:54:00:00:00:01"));
	clear("vbr1");
}

static void heals(void **state)
{
	static const char *const rows[] = {
		"nft flush ruleset",
		"nft delete table bridge vnetd_guard",
		"nft flush chain bridge vnetd_guard prerouting",
		"nft flush chain bridge vnetd_guard vbr0_guard4",
		"nft delete element bridge vnetd_guard ports '{ \"vnet0\" }'",
		"nft delete element bridge vnetd_guard held4 '{ 10.64.1.1 }'",
		"nft add element bridge vnetd_guard macs '{ \"vnet0\" . 52:54:00:00:00:99 }'",
		"nft add rule bridge vnetd_guard sender return",
		"nft add chain bridge vnetd_guard foreign",
		"nft add chain bridge vnetd_guard prerouting '{ policy drop; }'",
	};
	struct fw_guard g = guard("vbr0", 3);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set(g);
		if (system(rows[i]) != 0)
			fail_msg("%s failed", rows[i]);
		refresh();
		if (firewall_has_guard(fw, &g))
			fail_msg("%s: not noticed", rows[i]);
		set(g);
		refresh();
		if (!firewall_has_guard(fw, &g))
			fail_msg("%s: not healed", rows[i]);
	}
	assert_int_equal(system("nft flush ruleset"), 0); /* and we do not look */
	g.n_holders = 1;
	set(g);
	refresh();
	assert_true(firewall_has_guard(fw, &g));
	clear("vbr0");
}

static void assert_listed(const char *text, bool want)
{
	AUTO(mem_drop) char *all = output_of(LIST);

	if (!strstr(all, text) != !want)
		fail_msg("'%s' in %s", text, all);
}

/* As the kernel does for a packet that is marked like those of vbr0. */
static void own(const char *set, const char *what)
{
	AUTO(mem_drop)
	char *cmd =
	    mem_printf("m=$(nft list chain bridge vnetd_guard vbr0_own_arp | grep -o '0x[0-9a-f]*' | head -n 1);"
		       "nft add element bridge vnetd_guard %s \"{ $m . %s }\"",
		       set, what);

	assert_int_equal(system(cmd), 0);
}

/* What the kernel has put into the sets of owners stays while its guest is there, whatever else changes, and is nobody's
 * when it is not. */
static void owned_addresses_follow_their_guest(void **state)
{
	static struct fw_guard_port both[] = { { "vnet0", { { 0x52, 0x54, 0, 0, 0, 1 } }, true },
					       { "vnet7", { { 0x52, 0x54, 0, 0, 0, 7 } }, true },
					       { "vnet8", { { 0x52, 0x54, 0, 0, 0, 7 } }, true } };
	struct fw_guard g = guard("vbr0", 2);

	(void)state;
	g.ports = both;
	set(g);
	own("owners4", "52:54:00:00:00:07 . 10.64.1.77");
	own("owned4", "10.64.1.77");
	own("owners4", "52:54:00:00:00:01 . 10.64.1.11");
	own("owned4", "10.64.1.11");
	own("owners6", "52:54:00:00:00:07 . fe80::77");
	own("owned6", "fe80::77");
	refresh();
	assert_true(firewall_has_guard(fw, &g)); /* nothing to heal */
	g.n_holders--;
	set(g);
	assert_listed("52:54:00:00:00:07 . 10.64.1.77", true);
	g.n_ports = 3; /* it moves to another port */
	set(g);
	both[1] = both[2];
	g.n_ports = 2;
	set(g);
	assert_listed("52:54:00:00:00:07 . 10.64.1.77", true);
	g.n_ports = 1;
	set(g);
	refresh();
	assert_true(firewall_has_guard(fw, &g));
	assert_listed("10.64.1.77", false);
	assert_listed("fe80::77", false);
	assert_listed("10.64.1.11", true);
	clear("vbr0");
}

/* What a daemon left of networks that run no more goes. */
static void leftovers_go(void **state)
{
	struct firewall *other;
	struct err e = { 0 };

	(void)state;
	set(guard("vbr0", 3));
	assert_int_equal(firewall_open(&other, &e), 0);
	firewall_guard(other, NULL, 0);
	firewall_free(other);
	assert_int_not_equal(system(LIST " >/dev/null 2>&1"), 0);
	refresh();
	clear("vbr0");
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum { NETS = 40, PORTS = 25 };

/* Many guests, each with a lease; then one more guest of one network, and one lease less. */
static void a_thousand_ports(void **state)
{
	static struct fw_guard_port all_ports[NETS][PORTS];
	static struct fw_holder all_holders[NETS][PORTS];
	struct fw_guard g[NETS];
	const struct fw_guard *v[NETS];

	(void)state;
	for (int i = 0; i < NETS; i++) {
		char bridge[IFNAMSIZ];

		snprintf(bridge, sizeof(bridge), "vbr%d", i);
		g[i] = guard(bridge, PORTS);
		for (int j = 0; j < PORTS; j++) {
			struct mac mac = { { 0x52, 0x54, 0, 0, (uint8_t)i, (uint8_t)j } };

			all_ports[i][j] = (struct fw_guard_port){ .mac = mac, .guarded = true };
			snprintf(all_ports[i][j].name, IFNAMSIZ, "t%d-%d", i, j);
			all_holders[i][j] = (struct fw_holder){ mac, { AF_INET, { 10, 64, (uint8_t)i, (uint8_t)j } } };
		}
		g[i].ports = all_ports[i];
		g[i].holders = all_holders[i];
		g[i].n_holders = PORTS;
		v[i] = &g[i];
	}
	g[0].n_ports--;
	double t0 = now_ms();

	firewall_guard(fw, v, NETS);
	double t1 = now_ms();

	g[0].n_ports++;
	set(g[0]);
	double t2 = now_ms();

	g[1].n_holders--;
	set(g[1]);
	double t3 = now_ms();

	refresh();
	print_message("999 ports %.1f ms, one more %.2f ms, one lease less %.2f ms, read again %.1f ms\n", t1 - t0,
		      t2 - t1, t3 - t2, now_ms() - t3);
	for (int i = 0; i < NETS; i++) {
		assert_true(firewall_has_guard(fw, &g[i]));
		g[i].n_ports = 0;
	}
	firewall_guard(fw, v, NETS);
	assert_int_not_equal(system(LIST " >/dev/null 2>&1"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_has_what_we_mean),
		cmocka_unit_test(the_same_sends_nothing),
		cmocka_unit_test(changes_touch_elements_alone),
		cmocka_unit_test(chains_are_exchanged),
		cmocka_unit_test(networks_share),
		cmocka_unit_test(heals),
		cmocka_unit_test(owned_addresses_follow_their_guest),
		cmocka_unit_test(leftovers_go),
		cmocka_unit_test(a_thousand_ports),
	};
	struct err e = { 0 };

	if (unshare(CLONE_NEWNET) < 0) {
		printf("skip test_guard: unshare: %s\n", strerror(errno));
		return 77;
	}
	if (firewall_open(&fw, &e) < 0 || system("nft add table bridge probe && nft delete table bridge probe") != 0) {
		printf("skip test_guard: no nft, or no tables of family bridge here\n");
		return 77;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	firewall_free(fw);
	return failed;
}
