/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xml/network.rng against what is valid and what is not. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/validate.h"

#define OWN "xmlns:v='urn:vnet:network:1'"

static const struct {
	const char *inner;
	bool refused;
} cases[] = {
	{ "", false },
	{ "<unknown/>", true },
	{ "<title>a</title>\n<title>b</title>", true },
	{ "<title>a</title><description>b\nc</description>", false },
	{ "<mtu sise='1400'/>", true },
	{ "<bridge name='br0' zone='home-1' stp='off' delay='0'/>", false },
	{ "<bridge name='br 0'/>", true },
	{ "<bridge name='br\xc3\xbc'/>", true },
	{ "<bridge stp='no'/>", true },
	{ "<bridge zone='a.b'/>", true },
	{ "<forward mode='vepa'><interface dev='a:b/c\\d-e.f_g'/></forward>", false },
	{ "<forward mode='vepa'><interface dev='a b'/></forward>", true },
	{ "<forward mode='NAT'/>", true },
	{ "<forward managed='Yes'/>", true },
	{ "<forward mode='hostdev'><address type='pci' bus='0x1' slot='2' function='0'/></forward>", false },
	{ "<forward><address type='pci' bus='1' slot='2' function='0'/><interface dev='a'/></forward>", true },
	{ "<forward><nat ipv6='no'><port start='1' end='65535'/></nat></forward>", false },
	{ "<forward><nat><port start='1' end='65536'/></nat></forward>", true },
	{ "<portgroup name='a-b'/>", false },
	{ "<portgroup name='a b'/>", true },
	{ "<portgroup name='a' default='YES'/>", true },
	{ "<domain name='lab.example' localOnly='yes'/>", false },
	{ "<domain name='lab_1'/>", true },
	{ "<mac address='52:54:00:00:00:01'/>", false },
	{ "<mac address='52:54:0:0:0:1'/>", true },
	{ "<mac address='53:54:00:00:00:01'/>", true },
	{ "<dns><txt name='_acme.a' value=''/><host ip='::1'><hostname>a.b</hostname></host></dns>", false },
	{ "<dns><txt name='a b' value=''/></dns>", true },
	{ "<dns><host ip='10.0.0.1'><hostname>a_b</hostname></host></dns>", true },
	{ "<dns><forwarder domain='a b'/></dns>", true },
	{ "<dns><forwarder/></dns>", true },
	{ "<dns><forwarder addr='192.0.2.1' port='53'/></dns>", true },
	{ "<dns><srv service='a' protocol='tcp' target='b' port='1' weight='65535'/></dns>", false },
	{ "<dns><srv service='a' protocol='sctp'/></dns>", true },
	{ "<dns><srv service='a' protocol='tcp' target='b' weight='65536'/></dns>", true },
	{ "<ip address='10.0.0.1' prefix='128'/>", false },
	{ "<ip address='10.0.0.1' prefix='129'/>", true },
	{ "<ip address='010.0.0.1'/>", true },
	{ "<ip address='10.0.0.1'><dhcp><bootp file='a' server='10.0.0.2'/></dhcp></ip>", false },
	{ "<ip address='10.0.0.1'><dhcp><bootp file=''/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><bootp file='a' server='a b'/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><host mac='52:54:00:00:00:01' name='a' ip='10.0.0.2'/></dhcp></ip>", false },
	{ "<ip address='10.0.0.1'><dhcp><host id='01' name='a' ip='10.0.0.2'/></dhcp></ip>", false },
	{ "<ip address='10.0.0.1'><dhcp><host id='01' mac='52:54:00:00:00:01' ip='10.0.0.2'/></dhcp></ip>", false },
	{ "<ip address='10.0.0.1'><dhcp><host ip='10.0.0.2'/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><host name='a' ip='gw'/></dhcp></ip>", true },
	{ "<metadata><a xmlns='urn:a' b='c'>text<d/></a></metadata>", false },
	{ "<o:options xmlns:o='http://libvirt.org/schemas/network/dnsmasq/1.0'><o:option value='a'/></o:options>",
	  false },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='no'/>", false },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='on'/>", true },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='no'/>", false },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='shared'/>", false },
	{ "<v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='all'/>", true },
	{ "<v:guard xmlns:v='urn:vnet:network:1' static='no'/>", true },
	{ "<portgroup name='a'><v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='no'/></portgroup>", true },
	{ "<portgroup name='a'><v:guard xmlns:v='urn:vnet:network:1' enabled='no'/></portgroup>", false },
	{ "<v:publish xmlns:v='urn:vnet:network:1' port='80-90' protocol='tcp' guest='web' to='80'/>", false },
	{ "<v:publish xmlns:v='urn:vnet:network:1' port='80' protocol='sctp' guest='web'/>", true },
	{ "<v:publish xmlns:v='urn:vnet:network:1' port='80' protocol='tcp'/>", true },
	{ "<ip address='10.0.0.1'><dhcp><range start='10.0.0.2' end='10.0.0.3'><v:option " OWN
	  " name='ntp-server' value='10.0.0.9'/><lease expiry='5'/></range><host mac='52:54:00:00:00:01' ip='10.0.0.4'>"
	  "<v:option " OWN " code='224' type='hex' value='01' force='yes'/></host><v:option " OWN " code='3'/>"
	  "<v:boot " OWN " arch='x64-uefi' client='firmware' file='a' server='10.0.0.5' server-name='b'/></dhcp></ip>",
	  false },
	{ "<ip address='10.0.0.1'><dhcp><v:option " OWN " value='a'/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><v:option " OWN " code='3' type='ipv6'/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><v:boot " OWN " client='grub' file='a'/></dhcp></ip>", true },
	{ "<ip address='10.0.0.1'><dhcp><v:boot " OWN "/></dhcp></ip>", true },
	{ "<ip family='ipv6' address='fd00::1'><dhcp><v:option " OWN " code='3'/></dhcp></ip>", true },
	{ "<v:other xmlns:v='urn:vnet:network:1'/>", true },
	{ "<virtualport type='midonet'><parameters profileid='a'/></virtualport>", true },
};

static void the_grammar_is_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name>%s</network>", cases[i].inner);
		struct err e = { 0 };
		int r = network_validate(xml, strlen(xml), &e);

		if ((r < 0) != cases[i].refused || (r < 0 && (e.code != VNET_ERR_XML_INVALID_SCHEMA ||
							      e.domain != VNET_FROM_XML || !e.line || !e.detail[0])))
			fail_msg("%s: %d, line %d: %s", cases[i].inner, e.code, e.line, e.detail);
	}
}

static void errors_name_what_is_wrong(void **state)
{
	static const struct {
		const char *inner;
		int line;
		const char *detail;
	} told[] = {
		{ "\n<bridge name='a' foo='b'/>", 2, "unknown attribute 'foo' of <bridge>" },
		{ "\n<ip address='10.0.0.1'>\n<dhcp><rnge/></dhcp></ip>", 3, "unknown element <rnge> in <dhcp>" },
		{ "<title>a</title>\n<title>b</title>", 2, "only the first <title> in <network> counts" },
		{ "\n<ip address='10.0.0'/>", 2, "<ip>: address='10.0.0' is not an IPv4 address" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name>%s</network>", told[i].inner);
		struct err e = { 0 };

		assert_int_equal(network_validate(xml, strlen(xml), &e), -1);
		if (e.line != told[i].line || strcmp(e.detail, told[i].detail) != 0 ||
		    e.code != VNET_ERR_XML_INVALID_SCHEMA || e.domain != VNET_FROM_XML)
			fail_msg("%s: %d, line %d: %s", told[i].inner, e.code, e.line, e.detail);
	}
}

static void errors_are_told_apart(void **state)
{
	static const char wrong[] = "<network>\n<x/>\n</network>";
	struct err e = { 0 };

	(void)state;
	assert_int_equal(network_validate("<network>", 9, &e), -1);
	assert_int_equal(e.code, VNET_ERR_XML_DETAIL);
	assert_int_equal(network_validate(wrong, strlen(wrong), NULL), -1);
	assert_int_equal(network_validate(wrong, strlen(wrong), &e), -1);
	assert_in_range(e.line, 1, 2);
}

/* Written by libvirt, and yet refused by the rules of its own strict mode, which we keep. */
static bool is_exception(const char *file)
{
	return strcmp(file, "dhcp-static-hosts.xml") == 0; /* MAC addresses with groups of one digit */
}

static int validate_folder(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	for (struct dirent *f; d && (f = readdir(d));) {
		AUTO(mem_drop) char *path = mem_printf("%s/%s", folder, f->d_name);
		AUTO(mem_drop) char *xml = NULL;
		struct err e = { 0 };
		size_t len = strlen(f->d_name);

		if (len < 4 || strcmp(f->d_name + len - 4, ".xml") != 0 || is_exception(f->d_name))
			continue;
		if (file_read(AT_FDCWD, path, NETWORK_XML_MAX, &xml, &len) < 0)
			fail_msg("%s: cannot be read", path);
		if (network_validate(xml, len, &e) < 0)
			fail_msg("%s:%d: %s", path, e.line, e.detail);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static void what_we_ship_is_valid(void **state)
{
	(void)state;
	assert_in_range(validate_folder("xml"), 1, 10);
	assert_in_range(validate_folder("examples"), 3, 100);
}

static void fixtures_are_valid(void **state)
{
	const char *base = getenv("VNET_FIXTURES");
	AUTO(mem_drop) char *out = mem_printf("%s/network-xml/out", base ? base : "../shared/fixtures");
	int n = validate_folder(out);

	(void)state;
	if (!n) {
		print_message("skip: no fixtures at %s\n", out);
		mem_drop(TAKE(out));
		skip();
	}
	assert_in_range(n, 50, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grammar_is_strict), cmocka_unit_test(errors_name_what_is_wrong),
		cmocka_unit_test(errors_are_told_apart), cmocka_unit_test(what_we_ship_is_valid),
		cmocka_unit_test(fixtures_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
