/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guestd is told of a network: elements and lines of dnsmasq's configuration, as the text that `vnet plan` prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>

#include "dhcp4/scope.h"
#include "model/options.h"
#include "model/parse.h"
#include "plan/dhcp6.h"
#include "plan/dns.h"
#include "plan/guest.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "plan/ra.h"

static const struct {
	const char *inner, *want; /* behind the line "serve dns on .." */
} elements[] = {
	{ "<dns><host ip='10.7.0.5'><hostname>one</hostname><hostname>two.x</hostname></host></dns>",
	  "  name one -> 10.7.0.5\n  name two.x -> 10.7.0.5\n" },
	{ "<dns><txt name='t' value='a b,c'/></dns>", "  txt t \"a b\" \"c\"\n" },
	{ "<dns><txt name='t' value=''/></dns>", "  txt t \"\"\n" },
	{ "<dns><srv service='ldap' protocol='tcp' target='l.lab' port='389' priority='1' weight='2'/></dns>",
	  "  srv _ldap._tcp.lab -> l.lab:389 priority 1 weight 2\n" },
	{ "<dns><srv service='ldap' protocol='tcp' domain='x.y' target='l.lab'/></dns>",
	  "  srv _ldap._tcp.x.y -> l.lab:1 priority 0 weight 0\n" },
	{ "<dns><srv service='ldap' protocol='tcp'/></dns>", "  srv _ldap._tcp.lab -> .:0 priority 0 weight 0\n" },
	{ "<dns><forwarder addr='192.0.2.1'/><forwarder domain='a.b' addr='192.0.2.2'/><forwarder domain='c'/></dns>",
	  "  ask about .: 192.0.2.1\n  ask about a.b: 192.0.2.2\n  ask about c: as usual\n" },
};

static const struct {
	const char *line;
	int r;
	const char *want;
} options[] = {
	{ "address=/apps.lab/10.7.0.5", 0, "  all of apps.lab -> 10.7.0.5\n" },
	{ "address=/a/b/10.7.0.5", 0, "  all of a -> 10.7.0.5\n  all of b -> 10.7.0.5\n" },
	{ "address=/#/10.7.0.5", 0, "  all of . -> 10.7.0.5\n" },
	{ "address=/gone.example/", 0, "  gone.example is ours alone\n" },
	{ "address=/a/nonsense", -EINVAL, NULL },
	{ "cname=a,b,c.lab", 0, "  cname a -> c.lab\n  cname b -> c.lab\n" },
	{ "cname=a,c.lab,300", 0, "  cname a -> c.lab\n" },
	{ "cname=a", -EINVAL, NULL },
	{ "host-record=h,h.lab,10.7.0.5,fd00::5", 0,
	  "  name h -> 10.7.0.5\n  name h -> fd00::5\n  name h.lab -> 10.7.0.5\n  name h.lab -> fd00::5\n" },
	{ "host-record=h", -EINVAL, NULL },
	{ "server=/corp/192.0.2.1#5353", 0, "  ask about corp: 192.0.2.1 port 5353\n" },
	{ "server=192.0.2.1", 0, "  ask about .: 192.0.2.1\n" },
	{ "server=/corp/#", 0, "  ask about corp: as usual\n" },
	{ "server=/corp/", 0, "  corp is ours alone\n" },
	{ "server=/corp/192.0.2.1#99999", -EINVAL, NULL },
	{ "local=/lab/", 0, "  lab is ours alone\n" },
	{ "txt-record=t,a,b c", 0, "  txt t \"a\" \"b c\"\n" },
	{ "srv-host=_x._tcp.lab,h.lab,80,1,2", 0, "  srv _x._tcp.lab -> h.lab:80 priority 1 weight 2\n" },
	{ "srv-host=_x._tcp.lab", 0, "  srv _x._tcp.lab -> .:0 priority 0 weight 0\n" },
	{ "ptr-record=1.0.7.10.in-addr.arpa,gw.lab", 0, "  ptr 1.0.7.10.in-addr.arpa -> gw.lab\n" },
	{ "mx-host=lab,mail.lab,5", 0, "  mx lab -> mail.lab preference 5\n" },
	{ "no-negcache", 0, "" },
	{ "dhcp-option=3", -ENOTSUP, NULL },
	{ "addresses=/a/10.7.0.5", -ENOTSUP, NULL },
};

/* Inside <dhcp>, the prefix is v; want: behind the first line. */
static const struct {
	const char *inner, *want;
} typed[] = {
	{ "<v:option code='3'/>", "  option 3: not sent\n" },
	{ "<v:option name='ntp-server' value='192.0.2.1, 0.0.0.0'/>", "  option 42: c0 00 02 01 0a 07 00 01\n" },
	{ "<v:option name='mtu' value='1400' force='yes'/>", "  option 26 always: 05 78\n" },
	{ "<v:option name='domain-search' value='a.b,c'/>", "  option 119: 01 61 01 62 00 01 63 00\n" },
	{ "<v:option code='121' value='10.9.0.0/16 via 10.7.0.9, 0.0.0.0/0 0.0.0.0'/>",
	  "  option 121: 10 0a 09 0a 07 00 09 00 0a 07 00 01\n" },
	{ "<v:option name='domain-name' value='a,b'/>", "  option 15: 61 2c 62\n" },
	{ "<v:option code='19' value='yes'/>", "  option 19: 01\n" },
	{ "<v:option code='224' type='hex' value='01ab:3f'/>", "  option 224: 01 ab 3f\n" },
	{ "<v:option code='224' type='string' value='7'/>", "  option 224: 37\n" },
	{ "<v:option code='224' type='u32' value='7'/>", "  option 224: 00 00 00 07\n" },
	{ "<v:option code='42' type='string' value='x'/>", "  option 42: 78\n" },
	{ "<range start='10.7.0.2' end='10.7.0.9'><v:option code='2' value='1'/><lease expiry='5'/></range>"
	  "<host mac='52:54:00:00:00:09' id='1:2' ip='10.7.0.10'><v:option code='12' value='h'/></host>"
	  "<host name='t' id='0102' ip='10.7.0.11'/>",
	  "  range 10.7.0.2-10.7.0.9, lease 300 s\n    option 2: 00 00 00 01\n"
	  "  host 52:54:00:00:00:09 id 01:02 -> 10.7.0.10\n    option 12: 68\n"
	  "  host id 01:02 t -> 10.7.0.11\n" },
	{ "<v:boot client='ipxe' file='http://x/y'/><v:boot arch='x64-uefi' file='a.efi' server='10.7.0.3' "
	  "server-name='s'/><v:boot arch='16' file='http://x/b'/><v:boot arch='bios' client='firmware' file='p.0'/>"
	  "<bootp file='all'/>",
	  "  boot iPXE http://x/y from us\n  boot arch 7 a.efi from 10.7.0.3 s\n"
	  "  boot arch 9 a.efi from 10.7.0.3 s\n  boot arch 16 http://x/b from us\n"
	  "  boot firmware arch 0 p.0 from us\n  boot all from us\n" },
};

static char text[4096];

static const char *print(const struct guest_scope *s)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	guest_print(s, out);
	fclose(out);
	return text;
}

static const char *behind_dns(void)
{
	return strchr(strstr(text, "serve dns on"), '\n') + 1; /* it is always there */
}

static void elements_become_dns_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<network><name>n</name><bridge name='b'/><domain name='lab'/>%s"
				       "<ip address='10.7.0.1' prefix='24'/></network>",
				       elements[i].inner);
		AUTO(network_free) struct network *n = NULL;
		AUTO(plan_free) struct plan *p = NULL;
		struct err e = { 0 };

		if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0 || plan_compile(n, &p, &e) < 0)
			fail_msg("%s: %s", elements[i].inner, e.detail);
		print(p->scope);
		if (strcmp(behind_dns(), elements[i].want) != 0)
			fail_msg("%s: got\n%s", elements[i].inner, text);
	}
}

static void options_become_dns_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		struct guest_dns d = { 0 };
		struct guest_scope s = { .domain = (char *)"", .dns = &d };
		int r = plan_dns_option(&d, options[i].line);

		print(&s);
		if (r != options[i].r || (r == 0 && strcmp(behind_dns(), options[i].want) != 0))
			fail_msg("%s: %d\n%s", options[i].line, r, text);
		xdr_free((xdrproc_t)xdr_guest_dns, (char *)&d);
	}
}

static const struct {
	const char *lines,
	    *want; /* lines: several with ';' between; want: behind the range, NULL: malformed, "-": not done */
} dhcp_options[] = {
	{ "dhcp-option=3", "  option 3: not sent\n" },
	{ "dhcp-option=option:ntp-server,192.0.2.1,0.0.0.0", "  option 42: c0 00 02 01 0a 07 00 01\n" },
	{ "dhcp-option-force=26,1400", "  option 26 always: 05 78\n" },
	{ "dhcp-option=option:domain-search,a.b,c", "  option 119: 01 61 01 62 00 01 63 00\n" },
	{ "dhcp-option=121,10.9.0.0/16,10.7.0.9,0.0.0.0/0,0.0.0.0",
	  "  option 121: 10 0a 09 0a 07 00 09 00 0a 07 00 01\n" },
	{ "dhcp-option=15,a,b", "  option 15: 61 2c 62\n" },
	{ "dhcp-option=224,01:ab", "  option 224: 01 ab\n" },
	{ "dhcp-option=224,text", "  option 224: 74 65 78 74\n" },
	{ "dhcp-option=224,7", "-" },
	{ "dhcp-option=tag:a,3", "-" },
	{ "dhcp-option=option:unheard-of,1", "-" },
	{ "dhcp-option=option6:dns-server,[fd00::1]", "-" },
	{ "dhcp-option=vendor:PXEClient,6,2b", "-" },
	{ "dhcp-option=51,60", "-" },
	{ "dhcp-option=0,1", NULL },
	{ "dhcp-option=3,nonsense", NULL },
	{ "dhcp-option=26,70000", NULL },
	{ "dhcp-boot=pxe.0,srv,10.7.0.3", "  boot pxe.0 from 10.7.0.3 srv\n" },
	{ "dhcp-boot=undionly.kpxe;dhcp-match=set:efi,option:client-arch,7;dhcp-userclass=set:ipxe,iPXE;"
	  "dhcp-boot=tag:!ipxe,tag:efi,ipxe.efi;dhcp-boot=tag:ipxe,http://x/y",
	  "  boot firmware arch 7 ipxe.efi from us\n  boot iPXE http://x/y from us\n"
	  "  boot undionly.kpxe from us\n" },
	{ "dhcp-boot=tag:nobody,a", "-" },
	{ "dhcp-boot=tag:efi,a;dhcp-vendorclass=set:efi,PXEClient:Arch:00007", "-" },
	{ "dhcp-boot=a,b,nonsense", NULL },
	{ "dhcp-ignore=tag:!known", "-" },
};

/* The network with these lines. */
static struct network *with_options(const char *lines)
{
	AUTO(mem_drop) char *copy = mem_strdup(lines);
	AUTO(mem_drop) char *all = mem_strdup("");
	char *rest = copy, *line;
	struct network *n = NULL;
	struct err e = { 0 };

	while ((line = strsep(&rest, ";"))) {
		char *more = mem_printf("%s<d:option value='%s'/>", all, line);

		mem_drop(all);
		all = more;
	}
	AUTO(mem_drop)
	char *xml =
	    mem_printf("<network><name>n</name><bridge name='b'/><dns enable='no'/>"
		       "<ip address='10.7.0.1' prefix='24'><dhcp><range start='10.7.0.2' end='10.7.0.9'/></dhcp>"
		       "</ip><d:options xmlns:d='http://libvirt.org/schemas/network/dnsmasq/1.0'>%s</d:options>"
		       "</network>",
		       all);
	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", lines, e.detail);
	return n;
}

static void options_become_dhcp_data(void **state)
{
	static const char range[] = "  range 10.7.0.2-10.7.0.9\n";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dhcp_options); i++) {
		const char *lines = dhcp_options[i].lines, *want = dhcp_options[i].want;
		AUTO(network_free) struct network *n = with_options(lines);
		AUTO(plan_free) struct plan *p = NULL;
		struct err e = { 0 };
		int r = plan_compile(n, &p, &e);

		if ((r < 0) != !want)
			fail_msg("%s: %d %s", lines, r, e.detail);
		if (r < 0)
			continue;
		if ((plan_option(n, n->options[0]) == -ENOTSUP) != (strcmp(want, "-") == 0))
			fail_msg("%s: has it an effect or not?", lines);
		print(p->scope);
		if (strcmp(want, "-") != 0 && strcmp(strstr(text, range) + strlen(range), want) != 0)
			fail_msg("%s: got\n%s", lines, text);
	}
}

static void own_options_become_dhcp_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
		const char *range = strstr(typed[i].inner, "<range") ? "" : "<range start='10.7.0.2' end='10.7.0.9'/>";
		AUTO(mem_drop)
		char *xml = mem_printf("<network xmlns:v='urn:vnet:network:1'><name>n</name><bridge name='b'/>"
				       "<dns enable='no'/><ip address='10.7.0.1' prefix='24'><dhcp>%s%s</dhcp></ip>"
				       "</network>",
				       range, typed[i].inner);
		AUTO(network_free) struct network *n = NULL;
		AUTO(plan_free) struct plan *p = NULL;
		struct err e = { 0 };
		const char *got;

		if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0 || plan_compile(n, &p, &e) < 0)
			fail_msg("%s: %s", typed[i].inner, e.detail);
		got = strchr(print(p->scope), '\n') + 1;
		if (*range)
			got = strchr(got, '\n') + 1;
		if (strcmp(got, typed[i].want) != 0)
			fail_msg("%s: got\n%s", typed[i].inner, text);
	}
}

/* What a definition may set is what the engine takes: else a network would start without its DHCP. */
static void codes_are_the_same_everywhere(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		struct dhcp4_opt o = { .code = (uint8_t)code };
		struct dhcp4_scope s = { .lease_s = 1, .opts = &o, .n_opts = 1 };

		if (dhcp_option_may_be_set(code) != (dhcp4_scope_check(&s) == 0))
			fail_msg("code %u", code);
	}
}

static void what_the_format_wants_is_done(void **state)
{
	static const char *const names[] = { "address",          "bogus-priv",  "cache-size",  "cname",
					     "domain-needed",    "host-record", "local",       "log-queries",
					     "mx-host",          "no-hosts",    "no-negcache", "no-resolv",
					     "ptr-record",       "server",      "srv-host",    "txt-record",
					     "dhcp-boot",        "dhcp-option", "dhcp-match",  "dhcp-userclass",
					     "dhcp-option-force" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (option_kind(names[i]) != OPTION_WANTED)
			fail_msg("%s", names[i]);
}

static void switches_become_flags(void **state)
{
	static const char xml[] = "<network><name>n</name><bridge name='b'/><forward/>"
				  "<domain name='lab' localOnly='yes'/><dns forwardPlainNames='no'/>"
				  "<ip address='10.7.0.1' prefix='24' localPtr='yes'/></network>";
	static const char off[] = "<network><name>n</name><bridge name='b'/><dns enable='no'/>"
				  "<ip address='10.7.0.1' prefix='24'><dhcp><range start='10.7.0.2' end='10.7.0.9'>"
				  "<lease expiry='0'/></range><bootp file='pxe.0' server='10.7.0.3'/></dhcp></ip>"
				  "</network>";
	struct network *n = NULL;
	struct plan *p = NULL;
	struct err e;

	(void)state;
	assert_int_equal(network_parse(xml, sizeof(xml) - 1, &n, NULL, &e), 0);
	assert_int_equal(plan_compile(n, &p, &e), 0);
	print(p->scope);
	assert_string_equal(text,
			    "serve dns on 10.7.0.1, domain lab, other names to the host's resolvers, those without a "
			    "dot nowhere\n  lab is ours alone\n  addresses of 10.7.0.1/24 are ours alone\n");
	plan_free(p);
	network_free(n);
	assert_int_equal(network_parse(off, sizeof(off) - 1, &n, NULL, &e), 0);
	assert_int_equal(plan_compile(n, &p, &e), 0);
	assert_null(p->scope->dns);
	assert_false(p->scope->dhcp4->dns);
	print(p->scope);
	assert_string_equal(text, "serve dhcp4 on 10.7.0.1/24, lease 3600 s, no router\n"
				  "  range 10.7.0.2-10.7.0.9, lease for ever\n  boot pxe.0 from 10.7.0.3\n");
	plan_free(p);
	network_free(n);
}

static const struct {
	const char *name, *inner, *want;
} six[] = {
	{ "spec 5.2: no dhcp: SLAAC of every prefix",
	  "<forward/><ip family='ipv6' address='fd00:1::1' prefix='64'/><ip family='ipv6' address='fd00:2::1' "
	  "prefix='80'/>",
	  "advertise ourselves, a router, mtu 1500\n"
	  "  prefix fd00:1::1/64, addresses of it by the guests themselves\n"
	  "  prefix fd00:2::1/80, addresses of it by the guests themselves\n"
	  "  dns on fe80::5054:ff:fe01:203\n" },
	{ "isolated: no router; no dns",
	  "<mtu size='9000'/><dns enable='no'/><ip family='ipv6' address='fd00:1::1' prefix='64'/>",
	  "advertise ourselves, no router, mtu 9000\n"
	  "  prefix fd00:1::1/64, addresses of it by the guests themselves\n" },
	{ "spec 5.2: dhcp: managed, that prefix without SLAAC",
	  "<dns enable='no'/><ip family='ipv6' address='fd00:1::1' prefix='64'><dhcp>"
	  "<range start='fd00:1::100' end='fd00:1::1ff'><lease expiry='0'/></range>"
	  "<host id='0:3:00:1:52:54:0:0:0:9' name='a' ip='fd00:1::9'/>"
	  "<host name='b' ip='fd00:1::a'><lease expiry='5'/></host></dhcp></ip>"
	  "<ip family='ipv6' address='fd00:2::1' prefix='64'/>",
	  "advertise ourselves, no router, mtu 1500, addresses by dhcp6\n"
	  "  prefix fd00:1::1/64\n"
	  "  prefix fd00:2::1/64, addresses of it by the guests themselves\n"
	  "serve dhcp6 on fd00:1::1/64, lease 3600 s\n"
	  "  range fd00:1::100-fd00:1::1ff, lease for ever\n"
	  "  host 00:03:00:01:52:54:00:00:00:09 a -> fd00:1::9\n"
	  "  host b -> fd00:1::a, lease 300 s\n" },
};

/* What plan_compile puts into a scope, without its opinion of what can be started. */
static void ipv6_becomes_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(six); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<network><name>n</name><bridge name='b'/><mac address='52:54:00:01:02:03'/>%s"
				       "</network>",
				       six[i].inner);
		AUTO(network_free) struct network *n = NULL;
		struct guest_scope s = { .domain = (char *)"" };
		struct err e = { 0 };

		if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
			fail_msg("%s: %s", six[i].name, e.detail);
		s.ra = plan_ra(n);
		s.dhcp6 = network_ip_has_dhcp(&n->ips[0]) ? plan_dhcp6(n, &n->ips[0]) : NULL;
		print(&s);
		if (strcmp(text, six[i].want) != 0)
			fail_msg("%s: got\n%s", six[i].name, text);
		if (s.dhcp6)
			xdr_free((xdrproc_t)xdr_guest_dhcp6, (char *)s.dhcp6);
		xdr_free((xdrproc_t)xdr_guest_ra, (char *)s.ra);
		mem_drop(s.dhcp6);
		mem_drop(s.ra);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_become_dns_data),     cmocka_unit_test(options_become_dns_data),
		cmocka_unit_test(options_become_dhcp_data),     cmocka_unit_test(what_the_format_wants_is_done),
		cmocka_unit_test(own_options_become_dhcp_data), cmocka_unit_test(codes_are_the_same_everywhere),
		cmocka_unit_test(switches_become_flags),        cmocka_unit_test(ipv6_becomes_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
