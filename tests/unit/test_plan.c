/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of a definition, and its difference to many states of a host, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "model/parse.h"
#include "plan/print.h"

#define ALIAS "vnet:11111111-2222-3333-4444-555555555555"

static const char xml[] =
    "<network><name>n</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
    "<forward mode='nat'/><bridge name='br7' stp='on' delay='0'/><mac address='52:54:00:00:00:07'/>"
    "<domain name='lab'/><ip address='10.7.0.1' prefix='24'><dhcp><range start='10.7.0.2' "
    "end='10.7.0.9'/><host mac='52:54:00:00:00:aa' name='web' ip='10.7.0.20'/></dhcp></ip></network>";

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

static void a_definition_compiles_to_this_text(void **state)
{
	static const char want[] = "network n 11111111-2222-3333-4444-555555555555\n"
				   "bridge br7\n"
				   "  alias " ALIAS "\n"
				   "  mac 52:54:00:00:00:07\n"
				   "  stp on, forward delay 0 s (ports forward at once)\n"
				   "  address 10.7.0.1/24\n"
				   "  guests send only what is theirs\n"
				   "sysctl net/ipv6/conf/br7/disable_ipv6 = 1\n"
				   "sysctl net/ipv6/conf/br7/accept_ra = 0\n"
				   "sysctl net/ipv6/conf/br7/autoconf = 0\n"
				   "sysctl net/ipv4/conf/br7/route_localnet = 0\n"
				   "sysctl net/ipv4/ip_forward = 1\n";
	static const char services[] = "serve dhcp4 on 10.7.0.1/24, lease 3600 s\n"
				       "  range 10.7.0.2-10.7.0.9\n"
				       "  host 52:54:00:00:00:aa web -> 10.7.0.20\n"
				       "serve dns on 10.7.0.1, domain lab, other names to the host's resolvers\n";
	struct network *n = NULL;
	char *text = NULL;
	struct err e;

	(void)state;
	assert_int_equal(network_parse(xml, strlen(xml), &n, NULL, &e), 0);
	assert_int_equal(plan_describe(n, &text, &e), 0);
	assert_memory_equal(text, want, sizeof(want) - 1);
	assert_non_null(strstr(text, "\ntable inet vnetd {\n"));
	assert_string_equal(text + strlen(text) - strlen(services), services);
	mem_drop(text);
	network_free(n);
}

static void an_isolated_network_gets_no_router(void **state)
{
	struct plan *p = plan_of("<network><name>i</name><bridge name='br8'/><ip address='10.8.0.1' prefix='24'>"
				 "<dhcp><range start='10.8.0.2' end='10.8.0.9'/></dhcp></ip></network>");

	(void)state;
	assert_int_equal(p->n_host_sysctls, 0);
	assert_int_equal(p->firewall.mode, FW_ISOLATED);
	assert_false(p->scope->dhcp4->router);
	assert_false(p->scope->dns->forward);
	plan_free(p);
}

static void a_nat_network_has_ports_by_default(void **state)
{
	struct plan *p = plan_of(xml);

	(void)state;
	assert_int_equal(p->firewall.port_start, 1024);
	assert_int_equal(p->firewall.port_end, 65535);
	plan_free(p);
}

static char *described(const char *text)
{
	struct plan *p = plan_of(text);
	char *ret = NULL;
	size_t len;
	FILE *out = open_memstream(&ret, &len);

	plan_print(p, out);
	fclose(out);
	plan_free(p);
	return ret;
}

static void each_setting_is_in_the_text(void **state)
{
	static const struct {
		const char *inner, *want, *lack; /* lack: what may not be there, or NULL */
	} rows[] = {
		{ "<forward mode='open'/><ip address='10.7.0.1' prefix='24'/>", "sysctl net/ipv4/ip_forward = 1\n",
		  "table" },
		{ "<forward mode='open'/>", "bridge br7\n", "ip_forward" },
		{ "<forward mode='route' dev='up0'/><ip address='10.7.0.1' prefix='24'/>",
		  "iifname \"up0\" ip daddr 10.7.0.0/24 return\n", NULL },
		{ "<forward><interface dev='up0'/></forward><ip address='10.7.0.1' prefix='24'/>",
		  "oifname \"up0\" masquerade\n", NULL },
		{ "<forward/><ip address='10.7.0.1'/>", "ip_forward", "flowtable" },
		{ "<forward/><ip address='10.7.0.1'/><v:flowtable xmlns:v='urn:vnet:network:1' enabled='yes'/>",
		  "  established flows take the kernel's short cut, if it has one (flowtable)\n", NULL },
		{ "<port isolated='yes'/>", "  ports are isolated from each other\n", "guests send" },
		{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='no'/>",
		  "  guests send only what is theirs, and no address that nobody gave them\n", NULL },
		{ "<portgroup name='a'><v:guard xmlns:v='urn:vnet:network:1' enabled='yes'/></portgroup>",
		  "  port group a: guests send only what is theirs\n", NULL },
		{ "<ip address='10.7.0.1' prefix='24'/><ip address='10.8.0.1' prefix='24'/>",
		  "  address 10.7.0.1/24\n  address 10.8.0.1/24\n", NULL },
		{ "<forward mode='nat'/><ip address='10.7.0.1' prefix='24'/><ip address='10.8.0.1' prefix='24'/>",
		  "nat4_host { 10.8.0.0/24 : goto br7_nat4 }", NULL },
		{ "<ip address='10.7.0.1' prefix='24'/><route address='10.9.0.0' prefix='16' gateway='10.7.0.9'/>",
		  "route 10.9.0.0/16 via 10.7.0.9 metric 1\n", "daddr 10.9" },
		{ "<forward mode='route'/><ip address='10.7.0.1' prefix='24'/>"
		  "<route address='10.9.0.0' prefix='16' gateway='10.7.0.9' metric='7'/>",
		  "route 10.9.0.0/16 via 10.7.0.9 metric 7\n", NULL },
		{ "<forward mode='route'/><ip address='10.7.0.1' prefix='24'/>"
		  "<route address='10.9.0.0' prefix='16' gateway='10.7.0.9'/>",
		  "ip saddr 10.9.0.0/16 return\n", NULL },
		{ "<forward mode='nat'/><ip address='10.7.0.1' prefix='24'/>"
		  "<route address='10.9.0.0' prefix='16' gateway='10.7.0.9'/>",
		  "route 10.9.0.0/16", "saddr 10.9" },
		{ "<forward mode='bridge'/>", "bridge br7, which is the host's\n", "sysctl" },
		{ "<forward mode='bridge'/><port isolated='yes'/>", "  our ports are isolated from each other\n",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(mem_drop)
		char *text = mem_printf("<network><name>n</name><bridge name='br7'/>%s</network>", rows[i].inner);
		AUTO(mem_drop) char *got = described(text);

		if (!strstr(got, rows[i].want) || (rows[i].lack && strstr(got, rows[i].lack)))
			fail_msg("%s: got\n%s", rows[i].inner, got);
	}
}

/* ---- states of a host ---- */

static struct link bridge_as_wanted(void)
{
	return (struct link){ .index = 9,
			      .name = "br7",
			      .kind = "bridge",
			      .alias = ALIAS,
			      .mac = { { 0x52, 0x54, 0, 0, 0, 7 } },
			      .mtu = 1500,
			      .up = true,
			      .bridge = { .stp = true, .delay_cs = 200 } };
}

static struct link port(const char *name, const char *kind, const char *alias, int master, enum port_state s)
{
	struct link l = { .index = 20, .master = master, .mtu = 1500, .up = true, .port.state = s };

	strcpy(l.name, name);
	strcpy(l.kind, kind);
	strcpy(l.alias, alias);
	return l;
}

static const char right_sysctls[4][16] = { "1", "0", "0", "0" }, forwarding[1][16] = { "1" },
		  not_forwarding[1][16] = { "0" };

static struct observed all_right(const struct plan *p)
{
	return (struct observed){ .has_bridge = true,
				  .bridge = bridge_as_wanted(),
				  .addrs = p->addrs,
				  .n_addrs = p->n_addrs,
				  .bridge_sysctls = right_sysctls,
				  .host_sysctls = forwarding,
				  .firewall_same = true,
				  .firewall_there = true,
				  .guard_same = true,
				  .service_same = true,
				  .service_there = true };
}

static struct observed nothing(void)
{
	return (struct observed){ .host_sysctls = not_forwarding, .guard_same = true };
}

static void expect_steps(const char *what, const struct plan *p, const struct observed *have, const char *want)
{
	struct steps s = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t len;

	if (plan_diff(p, have, &s, &e) < 0)
		fail_msg("%s: %s", what, e.detail);
	FILE *out = open_memstream(&text, &len);

	steps_print(p, &s, out);
	fclose(out);
	if (strcmp(text, want) != 0)
		fail_msg("%s: got\n%swant\n%s", what, text, want);
	mem_drop(text);
	steps_free(&s);
}

static void steps_follow_from_what_is(void **state)
{
	struct plan *p = plan_of(xml);
	struct observed o = nothing();
	struct prefix odd = { .ip = ip_from_v4(0x0a070002), .len = 24 };
	struct link ports[3];

	(void)state;
	expect_steps("start", p, &o,
		     "  create bridge 'br7'\n"
		     "  set net/ipv6/conf/br7/disable_ipv6 to 1\n"
		     "  set net/ipv6/conf/br7/accept_ra to 0\n"
		     "  set net/ipv6/conf/br7/autoconf to 0\n"
		     "  set net/ipv4/conf/br7/route_localnet to 0\n"
		     "  install firewall rules of 'br7'\n"
		     "  add address 10.7.0.1/24 to 'br7'\n"
		     "  bring up 'br7'\n"
		     "  set net/ipv4/ip_forward to 1\n"
		     "  serve DHCP and DNS on 'br7'\n");
	o = all_right(p);
	expect_steps("twice", p, &o, "  nothing\n");
	o.has_bridge = false; /* somebody deleted it; the tap is still there */
	o.bridge = (struct link){ 0 };
	o.addrs = NULL;
	o.n_addrs = 0;
	o.service_same = false;
	ports[0] = port("vnet0", "tun", ALIAS, 0, PORT_DISABLED);
	o.ports = ports;
	o.n_ports = 1;
	expect_steps("bridge deleted", p, &o,
		     "  create bridge 'br7'\n"
		     "  set net/ipv6/conf/br7/disable_ipv6 to 1\n"
		     "  set net/ipv6/conf/br7/accept_ra to 0\n"
		     "  set net/ipv6/conf/br7/autoconf to 0\n"
		     "  set net/ipv4/conf/br7/route_localnet to 0\n"
		     "  add address 10.7.0.1/24 to 'br7'\n"
		     "  bring up 'br7'\n"
		     "  make 'vnet0' a forwarding port of 'br7'\n"
		     "  serve DHCP and DNS on 'br7'\n");
	o = all_right(p);
	o.firewall_same = false;
	expect_steps("rules flushed", p, &o, "  install firewall rules of 'br7'\n");
	o = all_right(p);
	o.guard_same = false;
	ports[0] = port("vnet0", "tun", ALIAS " 52:54:00:00:00:01", 0, PORT_DISABLED);
	o.ports = ports;
	o.n_ports = 1;
	expect_steps("a guest comes, contained from the first frame on", p, &o,
		     "  set the guard of the ports of 'br7'\n  make 'vnet0' a forwarding port of 'br7'\n");
	o = all_right(p);
	o.addrs = &odd;
	expect_steps("another address", p, &o,
		     "  delete address 10.7.0.2/24 of 'br7'\n  add address 10.7.0.1/24 to 'br7'\n");
	o = all_right(p);
	o.bridge.alias[0] = '\0'; /* we died between making it and naming it */
	o.bridge.group = PLAN_LINK_GROUP;
	expect_steps("unfinished", p, &o, "  set the alias of bridge 'br7'\n");
	o = all_right(p);
	o.bridge.up = false;
	o.host_sysctls = not_forwarding;
	expect_steps("down, forwarding off", p, &o, "  bring up 'br7'\n  set net/ipv4/ip_forward to 1\n");
	o = all_right(p);
	o.bridge.bridge.stp = false;
	o.bridge.mac.b[5] = 8;
	expect_steps("settings changed", p, &o,
		     "  set the MAC of bridge 'br7'\n  set STP, forward delay and learning of bridge 'br7'\n");
	o = all_right(p);
	ports[0] = port("vnet0", "tun", ALIAS, 0, PORT_DISABLED);
	ports[1] = port("veth0", "veth", "", 9, PORT_LISTENING);
	ports[2] = port("eth1", "", "", 9, PORT_LISTENING);
	o.ports = ports;
	o.n_ports = 3;
	expect_steps("ports", p, &o,
		     "  make 'vnet0' a forwarding port of 'br7'\n  make 'veth0' a forwarding port of 'br7'\n");
	ports[0] = port("vnet0", "tun", ALIAS, 9, PORT_FORWARDING);
	ports[1] = port("veth0", "veth", "", 9, PORT_BLOCKING);
	expect_steps("ports are well", p, &o, "  nothing\n");
	plan_free(p);
}

/* The bridge's MTU, those of our tap, of QEMU's and of a NIC on it, 0: it is not there. */
static void mtu_follows(void **state)
{
	static const struct {
		const char *name;
		unsigned wanted, before, bridge, ours, others, nic;
		const char *want;
	} cases[] = {
		{ "none said, all as it comes", 0, 0, 1500, 1500, 1500, 1500, "  nothing\n" },
		{ "said, and so", 1400, 0, 1400, 1400, 1400, 1400, "  nothing\n" },
		{ "said: those that had the bridge's go along", 1400, 0, 1500, 1500, 1500, 1500,
		  "  set the MTU of bridge 'br7' to 1400\n  set the MTU of 'ours', a port of 'br7', to 1400\n"
		  "  set the MTU of 'others', a port of 'br7', to 1400\n" },
		{ "somebody changed our tap", 1400, 0, 1400, 1500, 0, 0,
		  "  set the MTU of 'ours', a port of 'br7', to 1400\n" },
		{ "somebody wants another for theirs", 1400, 0, 1400, 1400, 1300, 9000, "  nothing\n" },
		{ "none said any more", 0, 1400, 1400, 1400, 1400, 0,
		  "  set the MTU of bridge 'br7' to 1500\n  set the MTU of 'ours', a port of 'br7', to 1500\n"
		  "  set the MTU of 'others', a port of 'br7', to 1500\n" },
		{ "none said any more, and we died over it", 0, 0, 1400, 1400, 0, 0,
		  "  set the MTU of bridge 'br7' to 1500\n  set the MTU of 'ours', a port of 'br7', to 1500\n" },
		{ "none said any more, but a NIC has the same", 0, 1400, 1400, 1400, 0, 1400, "  nothing\n" },
		{ "none said, the kernel follows a NIC", 0, 0, 1300, 0, 0, 1300, "  nothing\n" },
		{ "none said, our tap follows it", 0, 0, 1300, 1500, 0, 1300,
		  "  set the MTU of 'ours', a port of 'br7', to 1300\n" },
	};
	struct plan *p = plan_of(xml);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct observed o = all_right(p);
		struct link ports[3];

		p->bridge.mtu = cases[i].wanted;
		p->mtu_before = cases[i].before;
		o.bridge.mtu = cases[i].bridge;
		o.ports = ports;
		ports[o.n_ports] = port("ours", "tun", ALIAS, 9, PORT_FORWARDING);
		ports[o.n_ports].mtu = cases[i].ours;
		o.n_ports += cases[i].ours != 0;
		ports[o.n_ports] = port("others", "tun", "", 9, PORT_FORWARDING);
		ports[o.n_ports].mtu = cases[i].others;
		o.n_ports += cases[i].others != 0;
		ports[o.n_ports] = port("eth1", "", "", 9, PORT_FORWARDING);
		ports[o.n_ports].mtu = cases[i].nic;
		o.n_ports += cases[i].nic != 0;
		expect_steps(cases[i].name, p, &o, cases[i].want);
	}
	plan_free(p);
}

static void routes_follow_the_addresses(void **state)
{
	static const char text[] =
	    "<network><name>n</name><uuid>11111111-2222-3333-4444-555555555555</uuid><bridge name='br7' stp='on'/>"
	    "<mac address='52:54:00:00:00:07'/><ip address='10.7.0.1' prefix='24'/>"
	    "<route address='10.9.0.0' prefix='16' gateway='10.7.0.9'/></network>";
	struct plan *p = plan_of(text);
	struct observed o = all_right(p);
	struct observed_route other = { .route = p->routes[0], .dev = "eth0" };
	struct route routes[2] = { p->routes[0], p->routes[0] };
	struct steps s = { 0 };
	struct err e = { 0 };

	(void)state;
	expect_steps("no route", p, &o, "  add route 10.9.0.0/16 via 10.7.0.9 metric 1 to 'br7'\n");
	o.bridge_routes = routes;
	o.n_bridge_routes = 2;
	routes[0].metric = 5; /* somebody else's */
	expect_steps("it is there", p, &o, "  nothing\n");
	routes[1].gateway = ip_from_v4(0x0a070008);
	expect_steps("another gateway", p, &o,
		     "  delete route 10.9.0.0/16 via 10.7.0.8 metric 1 of 'br7'\n"
		     "  add route 10.9.0.0/16 via 10.7.0.9 metric 1 to 'br7'\n");
	o = nothing();
	o.routes = &other;
	o.n_routes = 1;
	assert_int_equal(plan_diff(p, &o, &s, &e), -1);
	assert_non_null(strstr(e.detail, "<route> 10.9.0.0/16: interface eth0"));
	plan_free(p);
}

static void isolation_of_ports_is_kept(void **state)
{
	static const char text[] =
	    "<network><name>n</name><uuid>11111111-2222-3333-4444-555555555555</uuid><bridge name='br7' stp='on'/>"
	    "<mac address='52:54:00:00:00:07'/><port isolated='yes'/></network>";
	struct plan *p = plan_of(text);
	struct observed o = all_right(p);
	struct link ports[] = { port("vnet0", "tun", ALIAS, 9, PORT_FORWARDING),
				port("veth0", "veth", "", 9, PORT_FORWARDING) };

	(void)state;
	o.service_there = o.service_same = false; /* it has no address to serve on */
	o.ports = ports;
	o.n_ports = 2;
	expect_steps("not isolated", p, &o, "  make 'vnet0' a forwarding port of 'br7'\n");
	ports[0].port.isolated = true;
	expect_steps("isolated", p, &o, "  nothing\n");
	plan_free(p);
}

static void gone_removes_only_what_is_ours(void **state)
{
	struct plan *p = plan_of(xml);
	struct observed o = all_right(p);
	struct steps s = { 0 };

	(void)state;
	plan_diff_gone(p, &o, &s);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.v[0].op, STEP_UNSERVE);
	assert_int_equal(s.v[1].op, STEP_DOWN);
	assert_int_equal(s.v[2].op, STEP_DEL_FIREWALL);
	assert_int_equal(s.v[3].op, STEP_DEL_BRIDGE);
	steps_free(&s);
	o.bridge.alias[0] = '\0'; /* somebody else's device of that name */
	plan_diff_gone(p, &o, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.v[1].op, STEP_DEL_FIREWALL);
	steps_free(&s);
	o.guard_same = false;
	plan_diff_gone(p, &o, &s);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.v[2].op, STEP_GUARD);
	steps_free(&s);
	o = nothing();
	plan_diff_gone(p, &o, &s);
	assert_int_equal(s.n, 0);
	plan_free(p);
}

static struct observed_route route(const char *dev, const char *network, unsigned addr, unsigned len, bool link_scope)
{
	struct observed_route r = {
		.route = { .dst = { .ip = ip_from_v4(addr), .len = len }, .link_scope = link_scope }, .network = network
	};

	strcpy(r.dev, dev);
	return r;
}

static void clashes_name_what_is_foreign(void **state)
{
	static const struct {
		const char *what, *dev, *network;
		unsigned addr, len;
		bool link_scope;
		const char *want; /* NULL: no clash */
	} cases[] = {
		{ "same subnet", "eth0", NULL, 0x0a070000, 24, true, "interface eth0" },
		{ "same subnet, by a gateway", "eth0", NULL, 0x0a070000, 24, false, "interface eth0" },
		{ "connected superset", "eth0", NULL, 0x0a000000, 8, true, "interface eth0" },
		{ "connected subset", "eth0", NULL, 0x0a070080, 25, true, "interface eth0" },
		{ "aggregate of a VPN", "tun0", NULL, 0x0a000000, 8, false, NULL },
		{ "a default route over a link", "ppp0", NULL, 0, 0, true, NULL },
		{ "another subnet", "eth0", NULL, 0x0a080000, 24, true, NULL },
		{ "another network of ours", "br1", "one", 0x0a070000, 24, true, "network 'one'" },
		{ "our own bridge", "br7", NULL, 0x0a070000, 24, true, NULL },
	};
	struct plan *p = plan_of(xml);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct observed_route r =
		    route(cases[i].dev, cases[i].network, cases[i].addr, cases[i].len, cases[i].link_scope);
		struct observed o = nothing();
		struct steps s = { 0 };
		struct err e = { 0 };

		o.routes = &r;
		o.n_routes = 1;
		int got = plan_diff(p, &o, &s, &e);

		if ((got < 0) != (cases[i].want != NULL) || (cases[i].want && !strstr(e.detail, cases[i].want)))
			fail_msg("%s: %d '%s'", cases[i].what, got, e.detail);
		if (got < 0 && s.n)
			fail_msg("%s: there are steps", cases[i].what);
		steps_free(&s);
	}
	plan_free(p);
}

static void the_hosts_own_route_is_kept(void **state)
{
	static const char six[] =
	    "<network><name>n</name><uuid>11111111-2222-3333-4444-555555555555</uuid><bridge name='br7' stp='on'/>"
	    "<forward mode='route'/><mac address='52:54:00:00:00:07'/><ip family='ipv6' address='fd00:7::1' "
	    "prefix='64'/>"
	    "</network>";
	static const char sysctls[6][16] = { "0", "0", "0", "0", "0", "0" };
	struct plan *p = plan_of(six);
	struct observed o = all_right(p);

	(void)state;
	o.bridge_sysctls = sysctls;
	expect_steps("it forwards already", p, &o, "  nothing\n");
	o.host_sysctls = not_forwarding;
	expect_steps("before it forwards", p, &o,
		     "  keep the host's routes by router advertisement beside 'br7'\n"
		     "  set net/ipv6/conf/all/forwarding to 1\n");
	plan_free(p);
}

static void a_foreign_device_is_named_and_left(void **state)
{
	struct plan *p = plan_of(xml);
	struct observed o = all_right(p);
	struct steps s = { 0 };
	struct err e = { 0 };

	(void)state;
	strcpy(o.bridge.alias, "vnet:99999999-2222-3333-4444-555555555555");
	assert_int_equal(plan_diff(p, &o, &s, &e), -1);
	assert_non_null(strstr(e.detail, "'br7' (bridge)"));
	assert_int_equal(s.n, 0);
	plan_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_definition_compiles_to_this_text),
		cmocka_unit_test(an_isolated_network_gets_no_router),
		cmocka_unit_test(a_nat_network_has_ports_by_default),
		cmocka_unit_test(each_setting_is_in_the_text),
		cmocka_unit_test(steps_follow_from_what_is),
		cmocka_unit_test(mtu_follows),
		cmocka_unit_test(routes_follow_the_addresses),
		cmocka_unit_test(isolation_of_ports_is_kept),
		cmocka_unit_test(gone_removes_only_what_is_ours),
		cmocka_unit_test(clashes_name_what_is_foreign),
		cmocka_unit_test(the_hosts_own_route_is_kept),
		cmocka_unit_test(a_foreign_device_is_named_and_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
