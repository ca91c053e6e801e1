/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guard of a definition with some ports and leases, as text; and which ports are guarded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "model/parse.h"
#include "plan/plan.h"

#define OWN " xmlns:vnet='urn:vnet:network:1'"
#define MAC "<mac address='52:54:00:00:00:07'/>"

static const char dual[] =
    "<network><name>n</name><forward mode='nat'/><bridge name='br7'/>" MAC
    "<ip address='10.7.0.1' prefix='24'><dhcp><host mac='52:54:00:00:00:aa' ip='10.7.0.20'/></dhcp></ip>"
    "<ip family='ipv6' address='fd00:7::1' prefix='64'/>"
    "<route address='10.9.0.0' prefix='16' gateway='10.7.0.20'/></network>";

static const struct plan_port known = { "vnet0", { { 0x52, 0x54, 0, 0, 0, 0xaa } }, NULL };
static const struct plan_port unknown = { .name = "vnet1" };

static struct plan *plan_of(const char *text)
{
	struct network *n = NULL;
	struct plan *p = NULL;
	struct err e = { 0 };

	if (network_parse(text, strlen(text), &n, NULL, &e) < 0 || plan_compile(n, &p, &e) < 0)
		fail_msg("%s", e.detail);
	network_free(n);
	return p;
}

static char *text_of(const struct fw_guard *g)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fw_guard_print(g, out);
	fclose(out);
	return text;
}

static void ports_and_leases_become_rules(void **state)
{
	static const char want[] =
	    "table bridge vnetd_guard {\n"
	    "\tchain br7_guard {\n"
	    "\t\tether type 0x0800 iifname . ether saddr . ip saddr @quick4 goto quick4\n"
	    "\t\tether type 0x86dd iifname . ether saddr . ip6 saddr @quick6 jump quick6\n"
	    "\t\tjump sender\n"
	    "\t\tether type 0x0800 meta l4proto != 255 goto br7_guard4\n"
	    "\t\tether type 0x86dd meta l4proto != 255 goto br7_guard6\n"
	    "\t\tether type 0x0806 goto br7_guard_arp\n"
	    "\t\tether type 0x8035 accept\n"
	    "\t\tgoto bad_frame\n"
	    "\t}\n"
	    "\tchain br7_guard4 {\n"
	    "\t\tip saddr 0.0.0.0/32 goto first4\n"
	    "\t\tip saddr 10.7.0.0/24 jump claim4\n"
	    "\t\tip saddr 10.7.0.0/24 accept\n"
	    "\t\tip saddr 10.9.0.0/16 jump claim4\n"
	    "\t\tip saddr 10.9.0.0/16 accept\n"
	    "\t\tgoto bad_ip\n"
	    "\t}\n"
	    "\tchain br7_guard6 {\n"
	    "\t\tmeta l4proto 58 jump br7_icmp6\n"
	    "\t\tip6 saddr ::/128 goto first6\n"
	    "\t\tip6 saddr fd00:7::/64 jump claim6\n"
	    "\t\tip6 saddr fd00:7::/64 accept\n"
	    "\t\tip6 saddr fe80::/10 jump claim6\n"
	    "\t\tip6 saddr fe80::/10 accept\n"
	    "\t\tgoto bad_ip\n"
	    "\t}\n"
	    "\tchain br7_guard_arp {\n"
	    "\t\tarp saddr ip 0.0.0.0/32 arp daddr ip 10.7.0.0/24 goto probe_arp\n"
	    "\t\tarp saddr ip 10.7.0.0/24 jump claim_arp\n"
	    "\t\tarp saddr ip 10.7.0.0/24 goto br7_own_arp\n"
	    "\t\tgoto bad_arp\n"
	    "\t}\n"
	    "\tchain br7_own_arp {\n"
	    "\t\tmeta mark set 0x093780a1 jump own_arp\n"
	    "\t\tmeta mark set 0x00000000 accept\n"
	    "\t}\n"
	    "\tchain br7_icmp6 {\n"
	    "\t\tjump icmp6\n"
	    "\t\ticmpv6 type 133 goto br7_own_nd\n"
	    "\t\ticmpv6 type 135 goto br7_own_nd\n"
	    "\t\ticmpv6 type 136 goto br7_own_nd\n"
	    "\t}\n"
	    "\tchain br7_own_nd {\n"
	    "\t\tmeta mark set 0x093780a1 jump own_nd\n"
	    "\t\tmeta mark set 0x00000000 return\n"
	    "\t}\n"
	    "}\n"
	    "add element bridge vnetd_guard taken { 52:54:00:00:00:07 }\n"
	    "add element bridge vnetd_guard taken { 52:54:00:00:00:aa }\n"
	    "add element bridge vnetd_guard ports { \"vnet0\" : goto br7_guard }\n"
	    "add element bridge vnetd_guard macs { \"vnet0\" . 52:54:00:00:00:aa }\n"
	    "add element bridge vnetd_guard refused_mac { \"vnet0\" }\n"
	    "add element bridge vnetd_guard refused_arp { \"vnet0\" }\n"
	    "add element bridge vnetd_guard refused_ip { \"vnet0\" }\n"
	    "add element bridge vnetd_guard refused_nd { \"vnet0\" }\n"
	    "add element bridge vnetd_guard refused_dhcp { \"vnet0\" }\n"
	    "add element bridge vnetd_guard refused_frame { \"vnet0\" }\n"
	    "add element bridge vnetd_guard ports { \"vnet1\" : goto br7_guard }\n"
	    "add element bridge vnetd_guard nameless { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_mac { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_arp { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_ip { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_nd { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_dhcp { \"vnet1\" }\n"
	    "add element bridge vnetd_guard refused_frame { \"vnet1\" }\n"
	    "add element bridge vnetd_guard held6 { fe80::5054:ff:fe00:7 }\n"
	    "add element bridge vnetd_guard held4 { 10.7.0.1 }\n"
	    "add element bridge vnetd_guard held4 { 10.7.0.20 }\n"
	    "add element bridge vnetd_guard bound4 { 52:54:00:00:00:aa . 10.7.0.20 }\n"
	    "add element bridge vnetd_guard held6 { fd00:7::1 }\n"
	    "add element bridge vnetd_guard held6 { fe80::5054:ff:fe00:aa }\n"
	    "add element bridge vnetd_guard bound6 { 52:54:00:00:00:aa . fe80::5054:ff:fe00:aa }\n"
	    "add element bridge vnetd_guard held6 { fd00:7::5054:ff:fe00:aa }\n"
	    "add element bridge vnetd_guard bound6 { 52:54:00:00:00:aa . fd00:7::5054:ff:fe00:aa }\n"
	    "add element bridge vnetd_guard held4 { 10.7.0.99 }\n"
	    "add element bridge vnetd_guard bound4 { 52:54:00:00:00:bb . 10.7.0.99 }\n"
	    "add element bridge vnetd_guard quick4 { \"vnet0\" . 52:54:00:00:00:aa . 10.7.0.20 }\n"
	    "add element bridge vnetd_guard quick6 { \"vnet0\" . 52:54:00:00:00:aa . fe80::5054:ff:fe00:aa }\n"
	    "add element bridge vnetd_guard quick6 { \"vnet0\" . 52:54:00:00:00:aa . fd00:7::5054:ff:fe00:aa }\n";
	static const struct mac other = { { 0x52, 0x54, 0, 0, 0, 0xbb } };
	static const struct ip leased = { AF_INET, { 10, 7, 0, 99 } };
	struct plan *p = plan_of(dual);
	struct fw_guard g = plan_guard_begin(&p->guard);

	(void)state;
	plan_guard_add_port(&p->guard, &g, &known);
	plan_guard_add_port(&p->guard, &g, &unknown);
	plan_guard_add_holder(&g, &other, &leased);
	AUTO(mem_drop) char *text = text_of(&g);

	assert_string_equal(text, want);
	fw_guard_free(&g);
	plan_free(p);
}

/* Only what was lent or given: what nobody holds is refused, but for link-local addresses, which guests form. */
static void strict_lets_nobody_take_an_address(void **state)
{
	static const char *const gone[] = { "ip saddr 10.7.0.0/24 accept", "ip6 saddr fd00:7::/64 accept",
					    "arp saddr ip 10.7.0.0/24 accept" };
	AUTO(mem_drop)
	char *xml =
	    mem_printf("<network" OWN ">%s%s", "<vnet:guard enabled='yes' static='no'/>", dual + strlen("<network>"));
	struct plan *p = plan_of(xml);
	struct fw_guard g = plan_guard_begin(&p->guard);

	(void)state;
	plan_guard_add_port(&p->guard, &g, &known);
	AUTO(mem_drop) char *text = text_of(&g);

	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		assert_null(strstr(text, gone[i]));
	assert_non_null(strstr(text, "ip saddr 10.7.0.0/24 jump claim4"));
	assert_non_null(strstr(text, "ip6 saddr fe80::/10 accept"));
	assert_non_null(strstr(text, "arp daddr ip 10.7.0.0/24 goto probe_arp"));
	assert_null(strstr(text, "br7_own_arp"));
	assert_non_null(strstr(text, "chain br7_own_nd")); /* for those */
	fw_guard_free(&g);
	plan_free(p);
}

/* Addresses that nobody holds may move among guests. */
static void shared_addresses_have_no_owner(void **state)
{
	AUTO(mem_drop)
	char *xml = mem_printf("<network" OWN ">%s%s", "<vnet:guard enabled='yes' static='shared'/>",
			       dual + strlen("<network>"));
	struct plan *p = plan_of(xml);
	struct fw_guard g = plan_guard_begin(&p->guard);

	(void)state;
	plan_guard_add_port(&p->guard, &g, &known);
	AUTO(mem_drop) char *text = text_of(&g);

	assert_null(strstr(text, "own"));
	assert_non_null(strstr(text, "meta l4proto 58 jump icmp6"));
	assert_non_null(strstr(text, "arp saddr ip 10.7.0.0/24 accept"));
	fw_guard_free(&g);
	plan_free(p);
}

/* What the daemon's settings say counts where the definition does not. */
static void settings_say_what_definitions_do_not(void **state)
{
	static const struct {
		const char *element;
		struct plan_guard_defaults defaults;
		bool on;
		enum fw_unheld unheld;
	} rows[] = {
		{ "", { 0 }, true, FW_UNHELD_FIRST_COME },
		{ "", { TRI_YES, HAND_SET_NO }, true, FW_UNHELD_NOBODYS },
		{ "", { TRI_NO, HAND_SET_SHARED }, false, FW_UNHELD_ANYBODYS },
		{ "<vnet:guard enabled='yes'/>", { TRI_NO, HAND_SET_NO }, true, FW_UNHELD_NOBODYS },
		{ "<vnet:guard enabled='no'/>", { TRI_YES, HAND_SET_NONE }, false, FW_UNHELD_FIRST_COME },
		{ "<vnet:guard enabled='yes' static='yes'/>", { TRI_YES, HAND_SET_NO }, true, FW_UNHELD_FIRST_COME },
		{ "<vnet:guard enabled='yes' static='shared'/>", { TRI_YES, HAND_SET_NO }, true, FW_UNHELD_ANYBODYS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<network" OWN ">%s%s", rows[i].element, dual + strlen("<network>"));
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };

		assert_int_equal(network_parse(xml, strlen(xml), &n, NULL, &e), 0);
		struct plan_guard g = plan_guard_compile(n, &rows[i].defaults);

		if (g.on != rows[i].on || g.rules.unheld != rows[i].unheld)
			fail_msg("row %zu: on %d, unheld %d", i, g.on, g.rules.unheld);
		plan_guard_free(&g);
	}
}

static void definition_says_who_is_guarded(void **state)
{
	static const struct {
		const char *inner, *group;
		bool want;
	} rows[] = {
		{ "<forward mode='nat'/>", NULL, true },
		{ "<forward mode='nat'/>", "nobody knows", true },
		{ "", NULL, false },
		{ "<forward mode='route'/>", NULL, false },
		{ "<forward mode='open'/>", NULL, false },
		{ "<vnet:guard enabled='yes'/>", NULL, true },
		{ "<forward mode='open'/><vnet:guard enabled='yes'/>", NULL, true },
		{ "<forward mode='nat'/><vnet:guard enabled='no'/>", NULL, false },
		{ "<forward mode='nat'/><portgroup name='a'><vnet:guard enabled='no'/></portgroup>", NULL, true },
		{ "<forward mode='nat'/><portgroup name='a'><vnet:guard enabled='no'/></portgroup>", "a", false },
		{ "<forward mode='nat'/><portgroup name='a' default='yes'><vnet:guard enabled='no'/></portgroup>", NULL,
		  false },
		{ "<forward mode='nat'/><portgroup name='a' default='yes'><vnet:guard enabled='no'/></portgroup>"
		  "<portgroup name='b'/>",
		  "b", true },
		{ "<portgroup name='a'><vnet:guard enabled='yes'/></portgroup>", "a", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<network" OWN "><name>n</name><bridge name='br7'/>" MAC
				       "%s<ip address='10.7.0.1' prefix='24'/></network>",
				       rows[i].inner);
		struct plan *p = plan_of(xml);
		struct fw_guard g = plan_guard_begin(&p->guard);
		struct plan_port port = known;

		port.group = rows[i].group;
		plan_guard_add_port(&p->guard, &g, &port);
		if (g.ports[0].guarded != rows[i].want)
			fail_msg("%s: group %s: %d", rows[i].inner, rows[i].group ? rows[i].group : "-",
				 g.ports[0].guarded);
		AUTO(mem_drop) char *text = text_of(&g);

		assert_int_equal(!text[0], !rows[i].want); /* without a guarded port there is nothing */
		fw_guard_free(&g);
		plan_free(p);
	}
}

/* What a tap's alias tells is what was put there. */
static void a_tap_tells_its_guest(void **state)
{
	static const struct {
		struct mac mac;
		const char *group;
	} rows[] = {
		{ { { 0x52, 0x54, 0, 1, 2, 3 } }, NULL },
		{ { { 0 } }, NULL },
		{ { { 0x52, 0x54, 0, 1, 2, 3 } }, "a group" },
		{ { { 0 } }, "b" },
	};
	struct plan *p = plan_of(dual);
	struct plan *other = plan_of("<network><name>o</name>"
				     "<uuid>11111111-2222-3333-4444-555555555555</uuid><bridge name='br8'/></network>");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct link l = { .name = "vnet7" };

		plan_tap_alias(p, &rows[i].mac, rows[i].group, l.alias);
		struct plan_port port = plan_tap_port(&l);

		assert_true(plan_owns_tap(p, &l) && !plan_owns_tap(other, &l));
		assert_true(mac_eq(&port.mac, &rows[i].mac));
		assert_string_equal(port.name, "vnet7");
		assert_string_equal(port.group ? port.group : "-", rows[i].group ? rows[i].group : "-");
	}
	struct link before = { 0 }; /* as taps were marked once */

	memcpy(before.alias, p->bridge.alias, sizeof(before.alias));
	assert_true(plan_owns_tap(p, &before));
	struct mac none = plan_tap_port(&before).mac;

	assert_true(mac_is_zero(&none));
	plan_free(p);
	plan_free(other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_and_leases_become_rules),
		cmocka_unit_test(strict_lets_nobody_take_an_address),
		cmocka_unit_test(shared_addresses_have_no_owner),
		cmocka_unit_test(settings_say_what_definitions_do_not),
		cmocka_unit_test(definition_says_who_is_guarded),
		cmocka_unit_test(a_tap_tells_its_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
