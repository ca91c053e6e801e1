/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/parse.h"
#include "plan/plan.h"
#include "plan/support.h"

#define NS "xmlns:d='http://libvirt.org/schemas/network/dnsmasq/1.0'"

static const struct {
	const char *inner, *what; /* NULL: it can be started */
} cases[] = {
	{ "", NULL },
	{ "<title>t</title><description>d</description><metadata><x:y xmlns:x='urn:x'/></metadata>", NULL },
	{ "<dns enable='yes' forwardPlainNames='yes'/><port isolated='no'/>", NULL },
	{ "<bridge macTableManager='kernel'/><domain name='a' localOnly='no'/>", NULL },
	{ "<portgroup name='a' default='yes'><bandwidth><inbound average='1'/></bandwidth></portgroup>", NULL },
	{ "<ip address='10.0.0.1' localPtr='no'/><forward><nat ipv6='no'/></forward>", NULL },
	{ "<d:options " NS "><d:option value='bind-interfaces'/><d:option value='unheard-of'/></d:options>", NULL },
	{ "<forward mode='open'/>", NULL },
	{ "<forward mode='bridge'/><bridge name='br0'/>", NULL },
	{ "<forward mode='bridge'/><bridge name='br0'/><vlan><tag id='5'/></vlan><virtualport type='openvswitch'/>",
	  NULL },
	{ "<forward mode='vepa' dev='a'/>", NULL },
	{ "<forward mode='hostdev'><pf dev='a'/></forward>", "<pf> of <forward>" },
	{ "<forward mode='hostdev'><address type='pci' domain='0' bus='7' slot='16' function='1'/></forward>", NULL },
	{ "<forward dev='eth0'/><ip address='10.0.0.1'/>", NULL },
	{ "<forward><nat ipv6='yes'/></forward><ip address='10.0.0.1'/>", NULL },
	{ "<bridge zone='home'/>", "<bridge> zone 'home'" },
	{ "<bridge macTableManager='libvirt'/>", "macTableManager='libvirt' of <bridge>" },
	{ "<domain name='a' localOnly='yes'/>", NULL },
	{ "<dns enable='no'/>", NULL },
	{ "<dns forwardPlainNames='no'/>", NULL },
	{ "<dns><forwarder addr='192.0.2.1'/></dns>", NULL },
	{ "<dns><txt name='a' value='b'/></dns>", NULL },
	{ "<dns><srv service='a' protocol='b'/></dns>", NULL },
	{ "<dns><host ip='10.0.0.1'><hostname>a</hostname></host></dns>", NULL },
	{ "<bandwidth><inbound average='1'/></bandwidth>", "<bandwidth>" },
	{ "<port isolated='yes'/>", NULL },
	{ "<ip family='ipv6' address='fd00::1'/>", NULL },
	{ "<ip family='ipv6' address='fd00::1' prefix='64'><dhcp><host name='a' id='0:1' ip='fd00::2'/></dhcp></ip>",
	  NULL },
	{ "<ip address='10.0.0.1' localPtr='yes'/>", NULL },
	{ "<ip address='10.0.0.1'><tftp root='/srv'/></ip>", NULL },
	{ "<ip address='10.0.0.1'><dhcp><range start='10.0.0.2' end='10.0.0.3'/><bootp file='a'/></dhcp></ip>", NULL },
	{ "<ip address='10.0.0.1'><dhcp><range start='10.0.0.2' end='10.0.0.3'><lease expiry='9'/></range></dhcp></ip>",
	  NULL },
	{ "<ip address='10.0.0.1'><dhcp><host name='a' ip='10.0.0.2'><lease expiry='9'/></host></dhcp></ip>", NULL },
	{ "<ip address='10.0.0.1'><dhcp><host name='a' id='01' ip='10.0.0.2'/></dhcp></ip>", NULL },
	{ "<ip address='10.0.0.1'/><route address='10.9.0.0' prefix='16' gateway='10.0.0.9'/>", NULL },
	{ "<ip address='192.168.1.1'/><ip address='192.168.2.1'/>", NULL },
	{ "<virtualport type='openvswitch'/>", "<virtualport> of a network with a bridge of its own" },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='yes'/>", NULL },
	{ "<forward mode='bridge'/><bridge name='br0'/><v:guard xmlns:v='urn:vnet:network:1' enabled='yes'/>",
	  "<vnet:guard enabled='yes'> of a network without a bridge of its own" },
	{ "<v:flowtable xmlns:v='urn:vnet:network:1' enabled='yes'/>",
	  "<vnet:flowtable enabled='yes'> of a network that is neither translated nor routed" },
	{ "<forward/><ip address='10.0.0.1'/><v:flowtable xmlns:v='urn:vnet:network:1' enabled='yes'/>", NULL },
	{ "<d:options " NS "><d:option value='cname=a,b'/></d:options>", NULL },
	{ "<d:options " NS "><d:option value='pxe-service=x86PC,b'/></d:options>", NULL },
	{ "<d:options " NS "><d:option value='address=/a/b'/></d:options>",
	  "malformed <dnsmasq:option> 'address=/a/b'" },
};

static void what_cannot_be_started_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name>%s</network>", cases[i].inner);
		AUTO(mem_drop)
		char *want =
		    mem_printf("network 'n': %s%s", cases[i].what ? cases[i].what : "",
			       cases[i].what && strncmp(cases[i].what, "malformed", 9) ? " cannot be started yet" : "");
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };

		if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
			fail_msg("%s: %s", cases[i].inner, e.detail);
		int r = plan_supported(n, &e);

		if ((r < 0) != (cases[i].what != NULL) ||
		    (r < 0 && (e.code != VNET_ERR_CONFIG_UNSUPPORTED || strcmp(e.detail, want) != 0)))
			fail_msg("%s: %d: %s", cases[i].inner, e.code, e.detail);
	}
}

static void compile_asks_first(void **state)
{
	static const char xml[] = "<network><name>n</name><bridge name='b' macTableManager='libvirt'/></network>";
	AUTO(network_free) struct network *n = NULL;
	struct plan *p = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(network_parse(xml, strlen(xml), &n, NULL, &e), 0);
	assert_int_equal(plan_compile(n, &p, &e), -1);
	assert_int_equal(e.code, VNET_ERR_CONFIG_UNSUPPORTED);
	assert_null(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_started_is_named),
		cmocka_unit_test(compile_asks_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
