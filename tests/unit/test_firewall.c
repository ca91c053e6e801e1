/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's firewall as text, and its stamp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firewall/block.h"

#define V4(a, b, c, d, n)                                                                                              \
	{                                                                                                              \
		{ AF_INET, { a, b, c, d } }, n                                                                         \
	}

static struct prefix classic[] = { V4(192, 168, 122, 1, 24) };
static struct prefix dual[] = { V4(10, 0, 0, 1, 24), { { AF_INET6, { 0xfd } }, 64 }, V4(10, 0, 0, 9, 28) };

#define WEB                                                                                                            \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			192, 168, 122, 9                                                                               \
		}                                                                                                      \
	}
#define HOST                                                                                                           \
	{                                                                                                              \
		AF_INET,                                                                                               \
		{                                                                                                      \
			203, 0, 113, 2                                                                                 \
		}                                                                                                      \
	}
static struct fw_forward forwards[] = {
	{ .proto = 17, .port = 53, .port_end = 54, .to = WEB, .to_port = 5300 },
	{ .proto = 6, .port = 80, .port_end = 80, .to = { AF_INET6, { 0xfd, [15] = 9 } }, .to_port = 80 },
	{ .proto = 6, .address = HOST, .port = 80, .port_end = 81, .to = WEB, .to_port = 80 },
};

static const struct {
	const char *name;
	struct fw_net net;
	const char *want;
} cases[] = {
	{ "route through one device, ports are published",
	  { .bridge = "vr",
	    .mode = FW_ROUTE,
	    .subnets = classic,
	    .n_subnets = 1,
	    .dev = "up0",
	    .publishes = true,
	    .loopback = true,
	    .forwards = forwards,
	    .n_forwards = 3 },
	  "table inet vnetd {\n"
	  "\tchain vr_out {\n"
	  "\t\toifname \"vr\" accept\n"
	  "\t\toifname \"up0\" ip saddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain vr_in {\n"
	  "\t\tiifname \"up0\" ip daddr 192.168.122.0/24 return\n"
	  "\t\tgoto closed\n"
	  "\t}\n"
	  "\tchain vr_nat4 {\n"
	  "\t\toifname \"vr\" goto hairpin\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"vr\" : jump vr_out }\n"
	  "add element inet vnetd ingress { \"vr\" : jump vr_in }\n"
	  "add element inet vnetd host_in { \"vr\" : jump host_loopback }\n"
	  "add element inet vnetd nat4 { \"vr\" : goto vr_nat4 }\n"
	  "add element inet vnetd nat4_host { 192.168.122.0/24 : goto vr_nat4 }\n"
	  "add element inet vnetd forward4 { tcp . 203.0.113.2 . 80 comment \"vr\" : 192.168.122.9 . 80 }\n"
	  "add element inet vnetd forward4 { tcp . 203.0.113.2 . 81 comment \"vr\" : 192.168.122.9 . 81 }\n"
	  "add element inet vnetd forward4_any { udp . 53 comment \"vr\" : 192.168.122.9 . 5300 }\n"
	  "add element inet vnetd forward4_any { udp . 54 comment \"vr\" : 192.168.122.9 . 5301 }\n"
	  "add element inet vnetd forward6_any { tcp . 80 comment \"vr\" : fd00::9 . 80 }\n" },
	{ "open, ports are published",
	  { .bridge = "vo",
	    .mode = FW_OPEN,
	    .subnets = classic,
	    .n_subnets = 1,
	    .publishes = true,
	    .forwards = forwards + 1,
	    .n_forwards = 1 },
	  "table inet vnetd {\n"
	  "\tchain vo_nat4 {\n"
	  "\t\toifname \"vo\" goto hairpin\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd nat4 { \"vo\" : goto vo_nat4 }\n"
	  "add element inet vnetd nat4_host { 192.168.122.0/24 : goto vo_nat4 }\n"
	  "add element inet vnetd forward6_any { tcp . 80 comment \"vo\" : fd00::9 . 80 }\n" },
	{ "nat",
	  { .bridge = "virbr0",
	    .mode = FW_NAT,
	    .subnets = classic,
	    .n_subnets = 1,
	    .port_start = 1024,
	    .port_end = 65535 },
	  "table inet vnetd {\n"
	  "\tchain virbr0_out {\n"
	  "\t\toifname \"virbr0\" accept\n"
	  "\t\tct state invalid drop\n"
	  "\t\tip saddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain virbr0_nat4 {\n"
	  "\t\toifname \"virbr0\" goto hairpin\n"
	  "\t\tmeta l4proto udp masquerade to :1024-65535\n"
	  "\t\tmeta l4proto tcp masquerade to :1024-65535\n"
	  "\t\tmasquerade\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"virbr0\" : jump virbr0_out }\n"
	  "add element inet vnetd ingress { \"virbr0\" : jump closed }\n"
	  "add element inet vnetd host_in { \"virbr0\" : jump host_services }\n"
	  "add element inet vnetd nat4 { \"virbr0\" : goto virbr0_nat4 }\n"
	  "add element inet vnetd nat4_host { 192.168.122.0/24 : goto virbr0_nat4 }\n" },
	{ "nat to a range, IPv6 routed, a subnet inside another",
	  { .bridge = "vbr-1",
	    .mode = FW_NAT,
	    .subnets = dual,
	    .n_subnets = 3,
	    .nat_start = { AF_INET, { 198, 51, 100, 10 } },
	    .nat_end = { AF_INET, { 198, 51, 100, 14 } },
	    .port_start = 500,
	    .port_end = 500 },
	  "table inet vnetd {\n"
	  "\tchain vbr-1_out {\n"
	  "\t\toifname \"vbr-1\" accept\n"
	  "\t\tct state invalid drop\n"
	  "\t\tip saddr 10.0.0.0/24 return\n"
	  "\t\tip6 saddr fd00::/64 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain vbr-1_in {\n"
	  "\t\tip6 daddr fd00::/64 return\n"
	  "\t\tgoto closed\n"
	  "\t}\n"
	  "\tchain vbr-1_nat4 {\n"
	  "\t\toifname \"vbr-1\" goto hairpin\n"
	  "\t\tmeta l4proto udp snat ip to 198.51.100.10-198.51.100.14:500 persistent\n"
	  "\t\tmeta l4proto tcp snat ip to 198.51.100.10-198.51.100.14:500 persistent\n"
	  "\t\tsnat ip to 198.51.100.10-198.51.100.14 persistent\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"vbr-1\" : jump vbr-1_out }\n"
	  "add element inet vnetd ingress { \"vbr-1\" : jump vbr-1_in }\n"
	  "add element inet vnetd host_in { \"vbr-1\" : jump host_services }\n"
	  "add element inet vnetd nat4 { \"vbr-1\" : goto vbr-1_nat4 }\n"
	  "add element inet vnetd nat4_host { 10.0.0.0/24 : goto vbr-1_nat4 }\n" },
	{ "route",
	  { .bridge = "0r\xc3#", .mode = FW_ROUTE, .subnets = classic, .n_subnets = 1 },
	  "table inet vnetd {\n"
	  "\tchain ./_0r/c3/23_out {\n"
	  "\t\toifname \"0r\xc3#\" accept\n"
	  "\t\tip saddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain ./_0r/c3/23_in {\n"
	  "\t\tip daddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"0r\xc3#\" : jump ./_0r/c3/23_out }\n"
	  "add element inet vnetd ingress { \"0r\xc3#\" : jump ./_0r/c3/23_in }\n"
	  "add element inet vnetd host_in { \"0r\xc3#\" : jump host_services }\n" },
	{ "nat through one device, IPv6 translated",
	  { .bridge = "vd",
	    .mode = FW_NAT,
	    .subnets = dual,
	    .n_subnets = 2,
	    .port_start = 1024,
	    .port_end = 65535,
	    .dev = "up0",
	    .nat6 = true },
	  "table inet vnetd {\n"
	  "\tchain vd_out {\n"
	  "\t\toifname \"vd\" accept\n"
	  "\t\tct state invalid drop\n"
	  "\t\toifname \"up0\" ip saddr 10.0.0.0/24 return\n"
	  "\t\toifname \"up0\" ip6 saddr fd00::/64 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain vd_nat4 {\n"
	  "\t\toifname \"vd\" goto hairpin\n"
	  "\t\toifname \"up0\" meta l4proto udp masquerade to :1024-65535\n"
	  "\t\toifname \"up0\" meta l4proto tcp masquerade to :1024-65535\n"
	  "\t\toifname \"up0\" masquerade\n"
	  "\t}\n"
	  "\tchain vd_nat6 {\n"
	  "\t\toifname \"vd\" goto hairpin\n"
	  "\t\toifname \"up0\" meta l4proto tcp masquerade to :1024-65535\n"
	  "\t\tip6 daddr ff00::/8 return\n"
	  "\t\toifname \"up0\" meta l4proto udp masquerade to :1024-65535\n"
	  "\t\toifname \"up0\" masquerade\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"vd\" : jump vd_out }\n"
	  "add element inet vnetd ingress { \"vd\" : jump closed }\n"
	  "add element inet vnetd host_in { \"vd\" : jump host_services }\n"
	  "add element inet vnetd nat4 { \"vd\" : goto vd_nat4 }\n"
	  "add element inet vnetd nat4_host { 10.0.0.0/24 : goto vd_nat4 }\n"
	  "add element inet vnetd nat6 { \"vd\" : goto vd_nat6 }\n"
	  "add element inet vnetd nat6_host { fd00::/64 : goto vd_nat6 }\n" },
	{ "route through one device",
	  { .bridge = "vr", .mode = FW_ROUTE, .subnets = classic, .n_subnets = 1, .dev = "up0" },
	  "table inet vnetd {\n"
	  "\tchain vr_out {\n"
	  "\t\toifname \"vr\" accept\n"
	  "\t\toifname \"up0\" ip saddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "\tchain vr_in {\n"
	  "\t\tiifname \"up0\" ip daddr 192.168.122.0/24 return\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"vr\" : jump vr_out }\n"
	  "add element inet vnetd ingress { \"vr\" : jump vr_in }\n"
	  "add element inet vnetd host_in { \"vr\" : jump host_services }\n" },
	{ "open", { .bridge = "vo", .mode = FW_OPEN, .subnets = classic, .n_subnets = 1 }, "" },
	{ "isolated",
	  { .bridge = "viso", .mode = FW_ISOLATED, .subnets = classic, .n_subnets = 1 },
	  "table inet vnetd {\n"
	  "\tchain viso_out {\n"
	  "\t\toifname \"viso\" accept\n"
	  "\t\treject with icmpx port-unreachable\n"
	  "\t}\n"
	  "}\n"
	  "add element inet vnetd egress { \"viso\" : jump viso_out }\n"
	  "add element inet vnetd ingress { \"viso\" : jump sealed }\n"
	  "add element inet vnetd host_in { \"viso\" : jump host_services }\n" },
};

static char *text_of(const struct fw_net *n, const char *indent)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fw_net_print(n, indent, out);
	fclose(out);
	return text;
}

static void prints_nft_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *got = text_of(&cases[i].net, "");

		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got\n%swanted\n%s", cases[i].name, got, cases[i].want);
		free(got);
	}
}

static void indents_each_line(void **state)
{
	char *got = text_of(&cases[0].net, "> ");

	(void)state;
	for (char *p = got; *p; p = strchr(p, '\n') + 1)
		assert_memory_equal(p, "> ", 2);
	free(got);
}

static void stamp_names_the_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fw_net copy = fw_net_copy(&cases[i].net);
		uint64_t stamp = fw_net_stamp(&cases[i].net);

		assert_true(stamp != 0);
		if (fw_net_stamp(&copy) != stamp)
			fail_msg("%s: a copy has another stamp", cases[i].name);
		copy.mode = copy.mode == FW_ISOLATED ? FW_ROUTE : FW_ISOLATED;
		if (fw_net_stamp(&copy) == stamp)
			fail_msg("%s: another mode has the same stamp", cases[i].name);
		fw_net_free(&copy);
	}
}

static void a_tighter_network_loses_flows(void **state)
{
	static struct prefix a = { { AF_INET, { 10, 0, 0, 1 } }, 24 }, wide = { { AF_INET, { 10, 0, 0, 1 } }, 16 };
	static struct prefix both[] = { { { AF_INET, { 10, 0, 0, 1 } }, 24 }, { { AF_INET, { 10, 9, 0, 1 } }, 24 } };
	static const struct {
		const char *name;
		struct fw_net was, is;
		size_t lost;
	} rows[] = {
		{ "the same",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  0 },
		{ "nat to isolated",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .subnets = &a, .n_subnets = 1 },
		  1 },
		{ "nat to route",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .mode = FW_ROUTE, .subnets = &a, .n_subnets = 1 },
		  0 },
		{ "open to nat",
		  { .mode = FW_OPEN, .subnets = both, .n_subnets = 2 },
		  { .mode = FW_NAT, .subnets = both, .n_subnets = 2 },
		  2 },
		{ "bound to a device",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1, .dev = "up0" },
		  1 },
		{ "set free",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1, .dev = "up0" },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  0 },
		{ "IPv6 is translated",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1, .nat6 = true },
		  1 },
		{ "other ports",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1, .port_start = 9 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  0 },
		{ "a subnet less",
		  { .mode = FW_NAT, .subnets = both, .n_subnets = 2 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  1 },
		{ "a wider subnet",
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  { .mode = FW_NAT, .subnets = &wide, .n_subnets = 1 },
		  0 },
		{ "a narrower one",
		  { .mode = FW_NAT, .subnets = &wide, .n_subnets = 1 },
		  { .mode = FW_NAT, .subnets = &a, .n_subnets = 1 },
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix *lost;
		size_t n = fw_net_tightened(&rows[i].was, &rows[i].is, &lost);

		if (n != rows[i].lost)
			fail_msg("%s: %zu", rows[i].name, n);
		mem_drop(lost);
	}
}

static void prints_the_short_cut(void **state)
{
	static const char want[] =
	    "table inet vnetd_fast {\n"
	    "\tflowtable fast {\n"
	    "\t\thook ingress priority filter\n"
	    "\t\tdevices = { \"up0\", \"virbr0\" }\n"
	    "\t\tcounter\n"
	    "\t}\n"
	    "\tset devs {\n"
	    "\t\ttype ifname\n"
	    "\t\telements = { \"up0\", \"virbr0\" }\n"
	    "\t}\n"
	    "\tchain forward {\n"
	    "\t\ttype filter hook forward priority security; policy accept;\n"
	    "\t\tiifgroup 30318 ct state established,related iifname @devs oifname @devs flow add @fast\n"
	    "\t\toifgroup 30318 ct state established,related iifname @devs oifname @devs flow add @fast\n"
	    "\t}\n"
	    "}\n";
	char names[][IFNAMSIZ] = { "virbr0", "up0" }, *text = NULL;
	struct fw_devs devs = { names, ARRAY_SIZE(names) };
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	fw_devs_sort(&devs);
	fw_fast_print(&devs, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_nft_syntax),     cmocka_unit_test(indents_each_line),
		cmocka_unit_test(stamp_names_the_state), cmocka_unit_test(a_tighter_network_loses_flows),
		cmocka_unit_test(prints_the_short_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
