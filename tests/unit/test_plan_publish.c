/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where published ports lead to, by reservations and leases, and what a plan says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/parse.h"
#include "plan/print.h"
#include "plan/publish.h"

#define MAC(n)                                                                                                         \
	{                                                                                                              \
		{                                                                                                      \
			0x52, 0x54, 0, 0, 0, n                                                                         \
		}                                                                                                      \
	}
#define V4(n)                                                                                                          \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			10, 7, 0, n                                                                                    \
		}                                                                                                      \
	}
#define V6(n)                                                                                                          \
	{                                                                                                              \
		AF_INET6,                                                                                              \
		{                                                                                                      \
			0xfd, [15] = n                                                                                 \
		}                                                                                                      \
	}

/* "db" is reserved; "web" and "twice" are what guests call themselves. */
static const struct plan_lease leases[] = {
	{ V4(50), MAC(1), "web", 100 },     { V4(51), MAC(1), "web", 300 },   { V4(49), MAC(1), "web", 200 },
	{ V6(50), MAC(1), "WEB", 100 },     { V4(60), MAC(2), "db", 0 },      { V4(61), MAC(3), NULL, 500 },
	{ V4(70), MAC(4), "twice", 0 },     { V4(71), MAC(5), "twice", 0 },   { V6(71), MAC(5), "twice", 0 },
	{ V4(80), MAC(6), "lasting", 900 }, { V4(81), MAC(6), "lasting", 0 },
};

static struct network *parse(const char *publishes)
{
	AUTO(mem_drop)
	char *xml = mem_printf("<network xmlns:v='urn:vnet:network:1'><name>n</name><forward/><bridge name='br7'/>"
			       "<ip address='10.7.0.1' prefix='24'><dhcp><range start='10.7.0.2' end='10.7.0.99'/>"
			       "<host mac='52:54:00:00:00:03' name='db' ip='10.7.0.20'/>"
			       "<host mac='52:54:00:00:00:09' name='later' ip='10.7.0.21'/></dhcp></ip>"
			       "<ip family='ipv6' address='fd00::1' prefix='64'><dhcp>"
			       "<host id='00:01' name='lasting' ip='fd00::80'/></dhcp></ip>%s</network>",
			       publishes);
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", xml, e.detail);
	return n;
}

static void a_guest_is_found(void **state)
{
	static const struct {
		const char *name, *guest, *address, *want; /* want: the line's end */
	} rows[] = {
		{ "of several leases the last to expire", "web", "", "at 10.7.0.51, fd00::32" },
		{ "one that never expires is the last", "lasting", "address='0.0.0.0'", "at 10.7.0.81" },
		{ "an IPv6 reservation takes no IPv4 name", "lasting", "", "at 10.7.0.81, fd00::80" },
		{ "one family by the host's address", "web", "address='0.0.0.0'", "at 10.7.0.51" },
		{ "the other", "web", "address='::'", "at fd00::32" },
		{ "case is nothing", "Web", "", "at 10.7.0.51, fd00::32" },
		{ "nobody takes a reserved name", "db", "", "at 10.7.0.61" },
		{ "a MAC", "52:54:00:00:00:02", "", "at 10.7.0.60" },
		{ "a MAC that has a reservation alone", "52:54:00:00:00:09", "", "at 10.7.0.21" },
		{ "a name that has a reservation alone", "LATER", "", "at 10.7.0.21" },
		{ "nobody", "nobody", "", "(no address yet)" },
		{ "an unknown MAC", "52:54:00:00:00:77", "", "(no address yet)" },
		{ "two of one name", "twice", "", "at fd00::47" },
		{ "two of one name and family", "twice", "address='0.0.0.0'", "(several guests have this name)" },
		{ "an address", "10.7.0.9", "", "at 10.7.0.9" },
		{ "an IPv6 address", "fd00::9", "", "at fd00::9" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<v:publish port='80-81' protocol='tcp' guest='%s' to='8080' %s/>",
				       rows[i].guest, rows[i].address);
		AUTO(network_free) struct network *n = parse(xml);
		AUTO(plan_free) struct plan *p = NULL;
		struct err e = { 0 };

		if (plan_compile(n, &p, &e) < 0)
			fail_msg("%s: %s", rows[i].name, e.detail);
		plan_publish(n, leases, ARRAY_SIZE(leases), p);
		size_t len = strlen(p->publishes[0]), want = strlen(rows[i].want);

		if (len < want || strcmp(p->publishes[0] + len - want, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].name, p->publishes[0]);
		assert_int_equal(p->n_publishes, 1);
	}
}

static void forwards_follow_leases(void **state)
{
	AUTO(network_free)
	struct network *n = parse("<v:publish port='80' protocol='udp' guest='web' address='192.0.2.1'/>");
	AUTO(plan_free) struct plan *p = NULL;
	struct plan_lease other = leases[0];
	struct err e;

	(void)state;
	assert_int_equal(plan_compile(n, &p, &e), 0);
	assert_int_equal(p->firewall.n_forwards, 0);
	assert_true(p->firewall.publishes);
	assert_false(p->firewall.loopback);
	assert_true(plan_publish(n, leases, 1, p));
	assert_false(plan_publish(n, leases, 1, p)); /* renewed, say */
	assert_int_equal(p->firewall.n_forwards, 1);
	const struct fw_forward *f = p->firewall.forwards;

	assert_int_equal(f->proto, 17);
	assert_int_equal(ip_v4(&f->address), 0xc0000201);
	assert_int_equal(f->port, 80);
	assert_int_equal(f->to_port, 80);
	assert_int_equal(ip_v4(&f->to), 0x0a070032);
	other.ip.b[3] = 99;
	assert_true(plan_publish(n, &other, 1, p));
	assert_int_equal(ip_v4(&p->firewall.forwards->to), 0x0a070063);
	assert_true(plan_publish(n, NULL, 0, p));
	assert_int_equal(p->firewall.n_forwards, 0);
}

static void the_plan_tells(void **state)
{
	AUTO(network_free)
	struct network *n = parse("<v:publish port='80-81' protocol='tcp' guest='later' to='8080'/>"
				  "<v:publish port='22' protocol='tcp' guest='web' address='2001:db8::1'/>");
	static const char *const want[] = {
		"\nsysctl net/ipv4/conf/br7/route_localnet = 1\n",
		"\npublish 80-81/tcp to later:8080 at 10.7.0.21\n",
		"\npublish [2001:db8::1]:22/tcp to web (no address yet)\n",
		"\nadd element inet vnetd forward4_any { tcp . 81 comment \"br7\" : 10.7.0.21 . 8081 }\n",
		"\nadd element inet vnetd host_in { \"br7\" : jump host_loopback }\n",
	};
	AUTO(mem_drop) char *text = NULL;
	struct err e;

	(void)state;
	assert_int_equal(plan_describe(n, &text, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		if (!strstr(text, want[i]))
			fail_msg("'%s' is not in\n%s", want[i], text);
}

static char *steps_of(const struct network *n, const char (*have)[16], bool firewall_same)
{
	AUTO(plan_free) struct plan *p = NULL;
	struct observed o = { .has_bridge = true, .host_sysctls = (const char[][16]){ "1", "1" } };
	struct steps s = { 0 };
	char *text = NULL;
	struct err e = { 0 };
	size_t len;

	if (plan_compile(n, &p, &e) < 0)
		fail_msg("%s", e.detail);
	o.bridge = (struct link){ .kind = "bridge", .up = true, .mac = p->bridge.mac, .mtu = 1500 };
	memcpy(o.bridge.alias, p->bridge.alias, sizeof(p->bridge.alias));
	o.bridge.bridge.stp = p->bridge.stp;
	o.bridge.bridge.delay_cs = p->bridge.delay_cs;
	o.addrs = p->addrs;
	o.n_addrs = p->n_addrs;
	o.bridge_sysctls = have;
	o.firewall_same = firewall_same;
	o.guard_same = true;
	o.service_same = true;
	if (plan_diff(p, &o, &s, &e) < 0)
		fail_msg("%s", e.detail);
	FILE *out = open_memstream(&text, &len);

	steps_print(p, &s, out);
	fclose(out);
	steps_free(&s);
	return text;
}

/* Guests reach 127.0.0.1 of the host at no moment. */
static void loopback_is_guarded(void **state)
{
	static const char closed[6][16] = { "0", "0", "0", "0", "0", "0" },
			  open[6][16] = { "0", "0", "0", "0", "0", "1" };
	AUTO(network_free) struct network *with = parse("<v:publish port='80' protocol='tcp' guest='web'/>");
	AUTO(network_free) struct network *without = parse("");
	AUTO(mem_drop) char *on = steps_of(with, closed, false);
	AUTO(mem_drop) char *off = steps_of(without, open, false);

	(void)state;
	assert_string_equal(on, "  install firewall rules of 'br7'\n  set net/ipv4/conf/br7/route_localnet to 1\n");
	assert_string_equal(off, "  set net/ipv4/conf/br7/route_localnet to 0\n  install firewall rules of 'br7'\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_found),
		cmocka_unit_test(forwards_follow_leases),
		cmocka_unit_test(the_plan_tells),
		cmocka_unit_test(loopback_is_guarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
