/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/ against the real kernel: what we send is what nft would send for our text, and what is broken is noticed and
 * healed. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/capability.h>

#include "../peer/command.h"
#include "firewall/block.h"
#include "firewall/firewall.h"

#define V4(a, b, c, d)                                                                                                 \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			a, b, c, d                                                                                     \
		}                                                                                                      \
	}
#define NET4(a, b, c, d, n)                                                                                            \
	{                                                                                                              \
		V4(a, b, c, d), n                                                                                      \
	}

static struct prefix nat_subnets[] = { NET4(10, 64, 1, 1, 24), { { AF_INET6, { 0xfd, 0x64, 0, 1 } }, 64 } };
static struct prefix range_subnets[] = { NET4(10, 64, 2, 1, 24), NET4(10, 65, 0, 1, 20) };
static struct prefix route_subnets[] = { NET4(10, 64, 3, 1, 24), { { AF_INET6, { 0x20, 1, 0xd, 0xb8, 0, 3 } }, 50 } };
static struct prefix iso_subnets[] = { NET4(10, 64, 4, 1, 24) };
static struct prefix six_subnets[] = { { { AF_INET6, { 0xfd, 0x64, 0, 7 } }, 52 },
				       { { AF_INET6, { [0 ... 15] = 0xff } }, 60 } };
static struct prefix one_subnets[] = { NET4(10, 64, 5, 1, 30) };

static struct fw_forward forwards[] = {
	{ .proto = 6, .port = 8080, .port_end = 8090, .to = V4(10, 64, 3, 9), .to_port = 80 },
	{ .proto = 17,
	  .address = V4(198, 51, 100, 1),
	  .port = 53,
	  .port_end = 53,
	  .to = V4(10, 64, 3, 9),
	  .to_port = 53 },
	{ .proto = 6,
	  .port = 80,
	  .port_end = 80,
	  .to = { AF_INET6, { 0x20, 1, 0xd, 0xb8, 0, 3, [15] = 9 } },
	  .to_port = 80 },
	{ .proto = 17,
	  .address = { AF_INET6, { 0x20, 1, [15] = 1 } },
	  .port = 53,
	  .port_end = 600,
	  .to = { AF_INET6, { 0x20, 1, 0xd, 0xb8, 0, 3, [15] = 9 } },
	  .to_port = 1053 },
	{ .proto = 6, .port = 22, .port_end = 22, .to = V4(10, 64, 3, 8), .to_port = 22 },
};

enum { NAT, RANGE, ROUTE, ISO, ONE, SIX, DEV, NETS };

static const struct fw_net nets[NETS] = {
	[NAT] = { "vnat", FW_NAT, nat_subnets, 2, .port_start = 1024, .port_end = 65535 },
	[RANGE] = { .bridge = "vrange",
		    .mode = FW_NAT,
		    .subnets = range_subnets,
		    .n_subnets = 2,
		    .nat_start = V4(198, 51, 100, 10),
		    .nat_end = V4(198, 51, 100, 14),
		    .port_start = 20000,
		    .port_end = 30000 },
	[ROUTE] = { .bridge = "vroute", .mode = FW_ROUTE, .subnets = route_subnets, .n_subnets = 2 },
	[ISO] = { .bridge = "viso", .mode = FW_ISOLATED, .subnets = iso_subnets, .n_subnets = 1 },
	[ONE] = { .bridge = "1#one",
		  .mode = FW_NAT,
		  .subnets = one_subnets,
		  .n_subnets = 1,
		  .nat_start = V4(198, 51, 100, 20),
		  .nat_end = V4(198, 51, 100, 20),
		  .port_start = 777,
		  .port_end = 777 },
	[SIX] = { .bridge = "vsix",
		  .mode = FW_NAT,
		  .subnets = six_subnets,
		  .n_subnets = 2,
		  .port_start = 1024,
		  .port_end = 2048,
		  .dev = "up0",
		  .nat6 = true },
	[DEV] = { .bridge = "vdev",
		  .mode = FW_ROUTE,
		  .subnets = route_subnets,
		  .n_subnets = 2,
		  .dev = "up0",
		  .publishes = true,
		  .loopback = true,
		  .forwards = forwards,
		  .n_forwards = 4 },
};

static struct firewall *fw;
static bool have_nft;

static int commit(struct firewall *f, const struct fw_change *c, size_t n)
{
	struct err e = { 0 };
	int err = firewall_commit(f, c, n, &e);

	if (err < 0)
		print_message("%s\n", e.detail);
	return err;
}

static void add(const struct fw_net *n)
{
	assert_int_equal(commit(fw, &(struct fw_change){ .add = n }, 1), 0);
}

static void del(const char *bridge)
{
	assert_int_equal(commit(fw, &(struct fw_change){ .del = bridge }, 1), 0);
}

static void add_all(void)
{
	struct fw_change c[NETS] = { 0 };

	for (int i = 0; i < NETS; i++)
		c[i].add = &nets[i];
	assert_int_equal(commit(fw, c, NETS), 0);
}

static void del_all(void)
{
	for (int i = 0; i < NETS; i++)
		del(nets[i].bridge);
}

static void refresh(void)
{
	struct err e = { 0 };

	if (firewall_refresh(fw, &e) < 0)
		fail_msg("%s", e.detail);
}

/* Elements come in hash order, so each gets a line and the lines are sorted. */
#define LIST_RULES "nft -t list table inet vnetd"
#define LIST_ELEMENTS                                                                                                  \
	"for m in egress ingress host_in nat4 nat6 nat4_host nat6_host forward4 forward4_any forward6 forward6_any; "  \
	"do "                                                                                                          \
	"echo $m; nft list map inet vnetd $m | tr -d '\\n\\t' |"                                                       \
	"sed 's/.*elements = {//' | tr ',' '\\n' | tr -d ' }' | sort; echo; done"

/* nft -f, one network a time: nft 1.0.6 cannot add to an interval map that the same file makes. NULL: the base. */
static bool load_text(const struct fw_net *n)
{
	FILE *nft = popen("nft -f -", "w");

	if (n)
		fw_net_print(n, "", nft);
	else
		fw_base_print(nft);
	return pclose(nft) == 0;
}

/* Loads our text with nft in a namespace of its own and gives what nft then lists, on `out`. */
static void list_text(int out)
{
	bool loaded = unshare(CLONE_NEWNET) == 0 && load_text(NULL);

	for (int i = 0; i < NETS; i++)
		loaded = loaded && load_text(&nets[i]);
	if (!loaded)
		_exit(1);
	dup2(out, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", LIST_RULES ";" LIST_ELEMENTS, NULL);
	_exit(1);
}

static void equals_what_nft_loads(void **state)
{
	AUTO(mem_drop) char *ours = NULL, *theirs = mem_array(1, 256 * 1024);
	int fds[2], status;
	size_t len = 0;
	ssize_t n;

	(void)state;
	if (!have_nft)
		skip();
	add_all();
	ours = output_of(LIST_RULES ";" LIST_ELEMENTS);
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();

	if (pid == 0)
		list_text(fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], theirs + len, 256 * 1024 - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(ours, theirs);
	assert_non_null(strstr(ours, "snat ip to 198.51.100.10-198.51.100.14:20000-30000 persistent"));
	assert_non_null(strstr(ours, "10.65.0.0/20:gotovrange_nat4"));
	assert_non_null(strstr(ours, "fd64:7::/52:gotovsix_nat6"));
	del_all();
}

static void is_known_again(void **state)
{
	struct firewall *other;
	struct err e = { 0 };

	(void)state;
	add_all();
	refresh();
	for (int i = 0; i < NETS; i++)
		if (!firewall_has(fw, &nets[i]))
			fail_msg("%s is not known again", nets[i].bridge);
	assert_int_equal(firewall_open(&other, &e), 0);
	for (int i = 0; i < NETS; i++)
		assert_true(firewall_has(other, &nets[i]) && firewall_has_bridge(other, nets[i].bridge));
	firewall_free(other);

	struct fw_net changed = nets[NAT];

	changed.port_end = 2000;
	assert_false(firewall_has(fw, &changed));
	add(&changed);
	refresh();
	assert_true(firewall_has(fw, &changed) && firewall_has(fw, &nets[RANGE]));
	size_t n = 0;

	while (firewall_bridges(fw, n))
		n++;
	assert_int_equal(n, NETS);
	del_all();
	assert_null(firewall_bridges(fw, 0));
}

/* A prefix may move from one network to another in one transaction, in any order. */
static void prefix_moves(void **state)
{
	struct fw_net a = nets[NAT], b = nets[RANGE];

	(void)state;
	add(&a);
	add(&b);
	a.subnets = range_subnets;
	b.subnets = nat_subnets;
	assert_int_equal(commit(fw, (struct fw_change[]){ { .add = &a }, { .add = &b } }, 2), 0);
	refresh();
	assert_true(firewall_has(fw, &a) && firewall_has(fw, &b));
	/* two networks with one prefix: the kernel refuses, and nothing has changed */
	b.subnets = range_subnets;
	struct err e = { 0 };

	assert_int_equal(firewall_commit(fw, &(struct fw_change){ .add = &b }, 1, &e), -1);
	assert_string_equal(e.detail, "install firewall rules: File exists");
	b.subnets = nat_subnets;
	refresh();
	assert_true(firewall_has(fw, &a) && firewall_has(fw, &b));
	del(a.bridge);
	del(b.bridge);
}

static void last_takes_the_table(void **state)
{
	(void)state;
	if (!have_nft)
		skip();
	add(&nets[NAT]);
	add(&nets[ISO]);
	del("vnat");
	del("nobody");
	AUTO(mem_drop) char *one = output_of("nft list tables");

	assert_non_null(strstr(one, "table inet vnetd\n"));
	del("viso");
	AUTO(mem_drop) char *none = output_of("nft list tables");

	assert_string_equal(none, "");
}

/* An open network has nothing there: what was there of its bridge goes, and it brings no table. */
static void open_has_nothing(void **state)
{
	struct fw_net open = nets[NAT];

	(void)state;
	open.mode = FW_OPEN;
	assert_true(firewall_has(fw, &open));
	add(&open);
	if (have_nft) {
		AUTO(mem_drop) char *none = output_of("nft list tables");

		assert_string_equal(none, "");
	}
	add(&nets[NAT]);
	assert_false(firewall_has(fw, &open));
	add(&open);
	refresh();
	assert_true(firewall_has(fw, &open) && !firewall_has_bridge(fw, open.bridge));
}

/* Each breaks something; a refresh notices, and a commit of what is wanted heals. */
static void heals(void **state)
{
	static const struct {
		const char *command;
		bool iso_too; /* the network that was not touched is affected, as all is built again */
		int touched;
	} rows[] = {
		{ "nft flush ruleset", true, NAT },
		{ "nft delete table inet vnetd", true, NAT },
		{ "nft flush chain inet vnetd forward", true, NAT },
		{ "nft flush chain inet vnetd vnat_nat4", false, NAT },
		{ "nft flush map inet vnetd egress", false, NAT },
		{ "nft delete element inet vnetd ingress '{ \"vnat\" }'", false, NAT },
		{ "nft delete element inet vnetd nat4_host '{ 10.64.1.0/24 }'", false, NAT },
		{ "nft add rule inet vnetd vnat_out accept", false, NAT },
		{ "nft add element inet vnetd service_ports '{ 80 }'", true, NAT },
		{ "nft add chain inet vnetd input '{ policy drop; }'", true, NAT },
		{ "nft add chain inet vnetd foreign", true, NAT },
		{ "nft add rule inet vnetd input accept", true, NAT },
		{ "nft delete element inet vnetd forward4_any '{ tcp . 8085 }'", false, DEV },
		{ "nft add element inet vnetd forward4_any '{ tcp . 9 comment \"vdev\" : 10.64.3.9 . 9 }'", false,
		  DEV },
		{ "nft add element inet vnetd forward4_any '{ tcp . 9 : 10.64.3.9 . 9 }'", true, DEV },
		{ "nft flush chain inet vnetd prerouting", true, DEV },
		{ "nft flush chain inet vnetd host_loopback", true, DEV },
		{ "nft delete element inet vnetd nat4_host '{ 127.0.0.0/8 }'", true, DEV },
	};

	(void)state;
	if (!have_nft)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct fw_net *net = &nets[rows[i].touched];

		add(net);
		add(&nets[ISO]);
		assert_int_equal(system(rows[i].command), 0);
		refresh();
		if (firewall_has(fw, net))
			fail_msg("%s: not noticed", rows[i].command);
		if (rows[i].iso_too && firewall_has(fw, &nets[ISO]))
			fail_msg("%s: viso looks whole", rows[i].command);
		add(net);
		add(&nets[ISO]);
		refresh();
		if (!firewall_has(fw, net) || !firewall_has(fw, &nets[ISO]))
			fail_msg("%s: not healed", rows[i].command);
		del(net->bridge);
		del("viso");
	}
}

/* What we do is not told, what others do to our table is, and by whom; what they do elsewhere is not. */
static void others_are_told(void **state)
{
	struct fw_culprit who = { 0 };

	(void)state;
	if (!have_nft)
		skip();
	firewall_changed(fw, &who);
	add(&nets[NAT]);
	add(&nets[ISO]);
	assert_false(firewall_changed(fw, &who));
	assert_int_equal(
	    system("nft add table inet other && nft add chain inet other c && nft delete table inet other"), 0);
	assert_false(firewall_changed(fw, &who));
	memset(&who, 0, sizeof(who));
	assert_int_equal(system("nft flush chain inet vnetd forward"), 0);
	assert_true(firewall_changed(fw, &who));
	assert_string_equal(who.program, "nft");
	assert_true(who.pid > 0);
	assert_false(firewall_changed(fw, &who));
	refresh();
	add(&nets[NAT]);
	assert_false(firewall_changed(fw, &who));
	assert_int_equal(system("nft flush ruleset"), 0);
	assert_true(firewall_changed(fw, &who));
	refresh();
	del_all();
	refresh();
}

/* Somebody flushed and we did not look: the commit finds out. */
static void commit_finds_a_flush(void **state)
{
	(void)state;
	if (!have_nft)
		skip();
	add(&nets[NAT]);
	assert_int_equal(system("nft flush ruleset"), 0);
	add(&nets[ISO]);
	refresh();
	assert_true(firewall_has(fw, &nets[NAT]) && firewall_has(fw, &nets[ISO]));
	del("vnat");
	del("viso");
}

static void same_again_sends_nothing(void **state)
{
	(void)state;
	if (!have_nft)
		skip();
	add(&nets[NAT]);
	AUTO(mem_drop) char *before = output_of("nft -a list table inet vnetd");

	add(&nets[NAT]);
	AUTO(mem_drop) char *after = output_of("nft -a list table inet vnetd");

	assert_string_equal(before, after); /* handles are given anew to what is made anew */
	del("vnat");
}

/* The lines of `nft -a list` that `have` has and `lack` does not: what was made, with its handles. */
static unsigned lines_beyond(const char *have, const char *lack)
{
	unsigned n = 0;

	for (const char *p = have, *end; (end = strchr(p, '\n')); p = end + 1) {
		AUTO(mem_drop) char *line = mem_dup(p, (size_t)(end - p));

		n += !strstr(lack, line);
	}
	return n;
}

/* One port more or less touches no chain; the hooks come with the first network that publishes and go with the last. */
static void a_port_is_an_element(void **state)
{
	const char *const list = "nft -a list table inet vnetd";
	struct fw_net net = nets[DEV];

	(void)state;
	if (!have_nft)
		skip();
	add(&nets[NAT]);
	AUTO(mem_drop) char *without = output_of(list);

	add(&net);
	AUTO(mem_drop) char *before = output_of(list);

	assert_non_null(strstr(before, "hook prerouting"));
	net.n_forwards++;
	assert_false(firewall_has(fw, &net));
	add(&net);
	AUTO(mem_drop) char *more = output_of(list);

	assert_non_null(strstr(more, "tcp . 22 comment \"vdev\" : 10.64.3.8 . 22"));
	assert_in_range(lines_beyond(more, before), 1, 2); /* elements stand several in a line */
	forwards[4].to.b[3] = 7;                           /* it moves */
	assert_false(firewall_has(fw, &net));
	add(&net);
	refresh();
	assert_true(firewall_has(fw, &net) && firewall_has(fw, &nets[NAT]));
	AUTO(mem_drop) char *moved = output_of(list);

	assert_non_null(strstr(moved, "tcp . 22 comment \"vdev\" : 10.64.3.7 . 22"));
	assert_null(strstr(moved, "10.64.3.8"));
	net.n_forwards--;
	add(&net);
	AUTO(mem_drop) char *less = output_of(list);

	assert_int_equal(lines_beyond(less, before), 0);
	del("vdev");
	AUTO(mem_drop) char *after = output_of(list);

	assert_string_equal(after, without);
	del("vnat");
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Prints what it costs: the figures are for people, the only limit is not to be absurd. */
static void three_hundred_networks(void **state)
{
	enum { MANY = 300 };
	AUTO(mem_drop) struct fw_net *many = mem_array(MANY + 1, sizeof(*many));
	AUTO(mem_drop) struct prefix *subnets = mem_array(MANY + 1, sizeof(*subnets));
	AUTO(mem_drop) struct fw_change *changes = mem_array(MANY, sizeof(*changes));

	(void)state;
	for (int i = 0; i <= MANY; i++) {
		subnets[i] = (struct prefix){ ip_from_v4(0x0a000001 + (uint32_t)i * 256), 24 };
		many[i] = nets[NAT];
		snprintf(many[i].bridge, sizeof(many[i].bridge), "virbr%d", i);
		many[i].subnets = &subnets[i];
		many[i].n_subnets = 1;
	}
	for (int i = 0; i < MANY; i++)
		changes[i].add = &many[i];
	double t0 = now_ms();

	assert_int_equal(commit(fw, changes, MANY), 0);
	double t1 = now_ms();

	add(&many[MANY]);
	double t2 = now_ms();

	del(many[MANY].bridge);
	double t3 = now_ms();

	refresh();
	double t4 = now_ms();

	for (int i = 0; i < MANY; i++)
		assert_true(firewall_has(fw, &many[i]));
	print_message("300 networks %.1f ms, one more %.2f ms, one less %.2f ms, read again %.1f ms\n", t1 - t0,
		      t2 - t1, t3 - t2, t4 - t3);
	for (int i = 0; i < MANY; i++)
		changes[i] = (struct fw_change){ .del = many[i].bridge };
	t0 = now_ms();
	assert_int_equal(commit(fw, changes, MANY), 0);
	print_message("300 networks removed %.1f ms\n", now_ms() - t0);
	t0 = now_ms();
	add(&many[0]);
	print_message("the first network, with the base %.2f ms\n", now_ms() - t0);
	del(many[0].bridge);
}

static void says_what_failed(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct none[2] = { 0 };
		struct err e = { 0 };
		bool said = syscall(SYS_capset, &head, none) == 0 &&
			    firewall_commit(fw, &(struct fw_change){ .add = &nets[NAT] }, 1, &e) < 0 &&
			    strcmp(e.detail, "install firewall rules: Operation not permitted") == 0 && e.sys == EPERM;

		if (!said)
			fprintf(stderr, "it says: %s\n", e.detail);
		_exit(!said);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_what_nft_loads),
		cmocka_unit_test(is_known_again),
		cmocka_unit_test(prefix_moves),
		cmocka_unit_test(last_takes_the_table),
		cmocka_unit_test(open_has_nothing),
		cmocka_unit_test(heals),
		cmocka_unit_test(others_are_told),
		cmocka_unit_test(commit_finds_a_flush),
		cmocka_unit_test(same_again_sends_nothing),
		cmocka_unit_test(a_port_is_an_element),
		cmocka_unit_test(three_hundred_networks),
		cmocka_unit_test(says_what_failed),
	};
	struct err e = { 0 };

	if (unshare(CLONE_NEWNET) < 0) {
		printf("skip test_firewall: unshare: %s\n", strerror(errno));
		return 77;
	}
	if (firewall_open(&fw, &e) < 0) {
		printf("skip test_firewall: %s\n", e.detail);
		return 77;
	}
	have_nft = system("nft list tables >/dev/null 2>&1") == 0;
	if (!have_nft)
		printf("some parts are skipped: no nft here to compare with\n");
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	firewall_free(fw);
	return failed;
}
