/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of control that need no kernel: resolv.conf, the copy of the leases, which sockets may stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "control/leases.h"
#include "control/resolvers.h"
#include "control/settings.h"
#include "control/sockets.h"

static void resolv_conf_is_read_as_resolv_conf_5_says(void **state)
{
	static const struct {
		const char *what, *text, *first;
		size_t n;
	} cases[] = {
		{ "one", "nameserver 192.0.2.1\n", "192.0.2.1", 1 },
		{ "tabs, comment, no newline", "# x\n\nnameserver\t 192.0.2.1 # mine", "192.0.2.1", 1 },
		{ "IPv6 and IPv4", "nameserver 2001:db8::1\nnameserver 192.0.2.1\n", "2001:db8::1", 2 },
		{ "other lines", "search lab\noptions edns0\nnameserver 192.0.2.1\r\n", "192.0.2.1", 1 },
		{ "nothing", "", NULL, 0 },
		{ "not an address", "nameserver dns.example\nnameserver fe80::1%eth0\n", NULL, 0 },
		{ "word only", "nameserver\nnameservers 192.0.2.1\n", NULL, 0 },
		{ "too many",
		  "nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n"
		  "nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n"
		  "nameserver 192.0.2.1\n",
		  "192.0.2.1", RESOLVERS_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip v[RESOLVERS_MAX];
		char text[IP_TEXT] = "";
		size_t n = resolvers_parse(cases[i].text, v);

		if (n != cases[i].n || (n && strcmp(ip_text(&v[0], text), cases[i].first) != 0))
			fail_msg("%s: %zu, first %s", cases[i].what, n, text);
	}
}

static void settings_are_read_or_refused(void **state)
{
	static const struct {
		const char *text, *error; /* NULL: it is read */
		bool strict;
	} cases[] = {
		{ "", NULL, false },
		{ "# nothing\n\n  # more\n", NULL, false },
		{ "strict_options = yes\n", NULL, true },
		{ " strict_options=yes # because\n", NULL, true },
		{ "strict_options = yes\nstrict_options = no", NULL, false },
		{ "\nstrict_options = maybe\n", "line 2: strict_options: 'maybe' is none of no, yes", false },
		{ "coexist = warn\ntable_owner = no\nstrict_options = yes\n", NULL, true },
		{ "flowtable = yes\nstrict_options = yes\n", NULL, true },
		{ "flowtable = 1\n", "line 1: flowtable: '1' is none of no, yes", false },
		{ "guard = no\nguard_static = shared\nstrict_options = yes\n", NULL, true },
		{ "guard = strict\n", "line 1: guard: 'strict' is none of no, yes", false },
		{ "guard_static =\n", "line 1: guard_static: '' is none of yes, shared, no", false },
		{ "coexist = never\n", "line 1: coexist: 'never' is none of auto, warn, off", false },
		{ "colour = blue\n", "line 1: there is no setting 'colour'", false },
		{ "yes\n", "line 1: 'yes' is not key = value", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct settings s = { .strict_options = cases[i].error };
		struct err e = { 0 };
		int r = settings_parse(cases[i].text, &s, &e);

		if ((r < 0) != (cases[i].error != NULL) || (r < 0 && strcmp(e.detail, cases[i].error) != 0))
			fail_msg("'%s': %s", cases[i].text, e.detail);
		if (r == 0 && s.strict_options != cases[i].strict)
			fail_msg("'%s': %d", cases[i].text, s.strict_options);
	}
}

static void settings_have_defaults(void **state)
{
	struct settings s = { .coexist = COEXIST_OFF, .flowtable = true };
	struct err e;

	(void)state;
	assert_int_equal(settings_parse("", &s, &e), 0);
	assert_true(s.table_owner && s.coexist == COEXIST_AUTO && !s.strict_options && !s.flowtable);
	assert_int_equal(settings_parse("coexist = off\ntable_owner = no\nflowtable = yes\n", &s, &e), 0);
	assert_true(!s.table_owner && s.coexist == COEXIST_OFF && s.flowtable);
	assert_true(!s.guard.on && !s.guard.hand_set);
	assert_int_equal(settings_parse("guard = no\nguard_static = no\n", &s, &e), 0);
	assert_true(s.guard.on == TRI_NO && s.guard.hand_set == HAND_SET_NO);
}

static struct guest_lease lease(guest_lease_event event, char *ip, char *id, unsigned id_len)
{
	return (struct guest_lease){ .event = event,
				     .uuid = "0123456789abcde",
				     .ip = { 4, ip },
				     .mac = "\x52\x54\0\0\0",
				     .client_id = { id_len, id },
				     .hostname = (char *)"",
				     .expiry = 100 };
}

/* The networks that control knows: one, with 10.0.0.0/8. */
static bool fits(void *arg, const struct uuid *network, const struct ip *ip)
{
	(void)arg;
	return network->b[0] == '0' && ip->b[0] == 10;
}

static size_t count(const struct leases *l, const struct uuid *u)
{
	size_t n = 0;

	for (size_t pos = 0; leases_next(l, u, &pos);)
		n++;
	return n;
}

static void leases_follow_events_and_rounds(void **state)
{
	char a[] = { 10, 0, 0, 1 }, b[] = { 10, 0, 0, 2 }, id[] = { 1, 0x52, (char)0xff };
	struct guest_lease one = lease(GUEST_LEASE_BOUND, a, id, 3), two = lease(GUEST_LEASE_BOUND, b, NULL, 0);
	struct guest_lease end = lease(GUEST_LEASE_ENDED, a, NULL, 0);
	struct leases *l = leases_new(fits, NULL);
	struct uuid u;
	size_t pos = 0;

	(void)state;
	memcpy(&u, one.uuid, sizeof(u));
	leases_event(l, &one);
	assert_string_equal(leases_next(l, &u, &pos)->client_id, "01:52:ff");
	leases_event(l, &two);
	leases_event(l, &two);
	assert_int_equal(count(l, &u), 2);
	leases_event(l, &end);
	assert_int_equal(count(l, &u), 1);
	leases_event(l, &one);
	leases_begin(l); /* guestd came back and tells what it holds: one of the two */
	leases_event(l, &two);
	assert_int_equal(count(l, &u), 2);
	leases_synced(l);
	assert_int_equal(count(l, &u), 1);
	leases_forget(l, &u);
	assert_int_equal(count(l, &u), 0);
	leases_free(l);
}

static void count_change(void *arg, const struct uuid *network, enum lease_news news, const struct lease_copy *l)
{
	(void)network, (void)l;
	*(int *)arg += news != LEASE_IS_RENEWED;
}

/* The guard follows: told when somebody else holds an address, not when its lease is extended. */
static void another_holder_is_told(void **state)
{
	char a[] = { 10, 0, 0, 1 };
	struct guest_lease bound = lease(GUEST_LEASE_BOUND, a, NULL, 0), other = bound;
	struct guest_lease end = lease(GUEST_LEASE_ENDED, a, NULL, 0);
	struct leases *l = leases_new(fits, NULL);
	const struct {
		const struct guest_lease *event; /* NULL: a round of telling without it */
		int changes;
	} rows[] = {
		{ &bound, 1 }, { &bound, 1 }, { &other, 2 }, { &end, 3 }, { &end, 3 }, { &bound, 4 }, { NULL, 5 }
	};
	int changes = 0;

	(void)state;
	other.mac[5] = 9;
	leases_on_change(l, count_change, &changes);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].event)
			leases_event(l, rows[i].event);
		else
			leases_begin(l), leases_synced(l);
		if (changes != rows[i].changes)
			fail_msg("event %zu: %d changes", i, changes);
	}
	leases_free(l);
}

static char told[256];

static void on_change(void *arg, const struct uuid *network, enum lease_news news, const struct lease_copy *l)
{
	static const char *const words[] = { "bound", "renewed", "ended" };

	(void)arg, (void)network;
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s %u;", words[news], l->ip.b[3]);
}

static const char *told_now(void)
{
	static char now[sizeof(told)];

	memcpy(now, told, sizeof(now));
	told[0] = '\0';
	return now;
}

static void only_news_of_leases_is_told(void **state)
{
	char a[] = { 10, 0, 0, 1 }, id[] = { 1, 0x52, (char)0xff };
	struct guest_lease one = lease(GUEST_LEASE_BOUND, a, id, 3), other = lease(GUEST_LEASE_BOUND, a, id, 2);
	struct guest_lease end = lease(GUEST_LEASE_ENDED, a, NULL, 0);
	struct leases *l = leases_new(fits, NULL);

	(void)state;
	leases_on_change(l, on_change, NULL);
	leases_event(l, &one);
	assert_string_equal(told_now(), "bound 1;");
	leases_begin(l); /* told again, not changed */
	leases_event(l, &one);
	leases_synced(l);
	assert_string_equal(told_now(), "");
	one.expiry++;
	leases_event(l, &one);
	assert_string_equal(told_now(), "renewed 1;");
	leases_event(l, &other); /* another client has it */
	assert_string_equal(told_now(), "bound 1;");
	leases_event(l, &end);
	leases_event(l, &end);
	assert_string_equal(told_now(), "ended 1;");
	leases_event(l, &one);
	leases_begin(l); /* guestd came back without it */
	leases_synced(l);
	assert_string_equal(told_now(), "bound 1;ended 1;");
	leases_free(l);
}

static void hostile_lease_addresses_are_dropped(void **state)
{
	char a[16] = { 10 };
	struct guest_lease g = lease(GUEST_LEASE_BOUND, a, NULL, 0);
	struct leases *l = leases_new(fits, NULL);
	struct uuid u;
	size_t pos = 0;

	(void)state;
	memcpy(&u, g.uuid, sizeof(u));
	g.ip.guest_ip_len = 5;
	leases_event(l, &g);
	g.ip.guest_ip_len = 4;
	a[0] = 11; /* not on the network */
	leases_event(l, &g);
	a[0] = 10;
	g.uuid[0] = 'x'; /* no such network */
	leases_event(l, &g);
	g.uuid[0] = '0';
	g.hostname = (char *)"a\nb";
	leases_event(l, &g);
	assert_null(leases_next(l, &u, &pos)->hostname);
	leases_forget(l, &u);
	g.ip.guest_ip_len = 0;
	leases_event(l, &g);
	assert_int_equal(count(l, &u), 0);
	leases_free(l);
}

static void sockets_stay_while_addresses_stay(void **state)
{
	char x[] = { 10, 0, 0, 1 }, y[] = { 10, 0, 0, 2 };
	guest_ip one = { 4, x }, two = { 4, y };
	struct guest_dns dns_one = { .addrs = { 1, &one } }, dns_two = { .addrs = { 1, &two } };
	struct guest_dhcp4 dhcp = { .lease_s = 60 };
	struct guest_scope a = { .bridge = (char *)"b", .ifindex = 1, .dns = &dns_one, .dhcp4 = &dhcp }, b = a;

	(void)state;
	b.domain = (char *)"lab";
	assert_true(guest_sockets_same(&a, &b));
	b.dns = &dns_two;
	assert_false(guest_sockets_same(&a, &b));
	b = a;
	b.ifindex = 2;
	assert_false(guest_sockets_same(&a, &b));
	b = a;
	b.dhcp4 = NULL;
	assert_false(guest_sockets_same(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolv_conf_is_read_as_resolv_conf_5_says),
		cmocka_unit_test(settings_are_read_or_refused),
		cmocka_unit_test(settings_have_defaults),
		cmocka_unit_test(leases_follow_events_and_rounds),
		cmocka_unit_test(another_holder_is_told),
		cmocka_unit_test(only_news_of_leases_is_told),
		cmocka_unit_test(hostile_lease_addresses_are_dropped),
		cmocka_unit_test(sockets_stay_while_addresses_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
