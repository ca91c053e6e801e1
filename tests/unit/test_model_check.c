/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/check.h"
#include "model/format.h"
#include "model/parse.h"

static struct network *parse(const char *inner)
{
	AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name>%s</network>", inner);
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", xml, e.detail);
	return n;
}

static void a_template_has_one_percent_d(void **state)
{
	static const struct {
		const char *name;
		bool is;
		unsigned i;
		const char *made;
	} cases[] = {
		{ "", true, 0, "virbr0" },
		{ "virbr%d", true, 12, "virbr12" },
		{ "%d", true, 7, "7" },
		{ "a%db", true, 255, "a255b" },
		{ "twelvecha%dxx", true, 255, "twelvecha255xx" },
		{ "virbr0", false, 0, NULL },
		{ "x%dy%d", false, 0, NULL },
		{ "%%d", false, 0, NULL },
		{ "a%", false, 0, NULL },
		{ "a%s", false, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char made[IFNAMSIZ] = "";

		if (network_bridge_is_template(cases[i].name) != cases[i].is)
			fail_msg("'%s': is%s a template", cases[i].name, cases[i].is ? " not" : "");
		if (cases[i].is)
			network_bridge_from_template(cases[i].name, cases[i].i, made);
		if (cases[i].is && strcmp(made, cases[i].made) != 0)
			fail_msg("'%s': made %s", cases[i].name, made);
	}
}

static void define_fills_in_uuid_and_mac(void **state)
{
	AUTO(network_free) struct network *a = parse("");
	AUTO(network_free) struct network *b = parse("");

	(void)state;
	network_complete(a, NULL);
	network_complete(b, NULL);
	assert_true(a->has_uuid && a->has_mac);
	assert_false(uuid_eq(&a->uuid, &b->uuid));
	assert_false(mac_eq(&a->mac, &b->mac));
	assert_memory_equal(a->mac.b, ((uint8_t[]){ 0x52, 0x54, 0x00 }), 3);
	assert_string_equal(a->bridge.name, ""); /* control's to choose */
}

static void a_redefinition_keeps_what_it_does_not_say(void **state)
{
	static const struct {
		const char *inner, *bridge;
		bool same_mac;
	} cases[] = {
		{ "", "lab7", true },
		{ "<bridge name='lab%d'/>", "lab7", true },
		{ "<bridge name='lab%d1'/>", "lab%d1", true },
		{ "<bridge name='other%d'/>", "other%d", true },
		{ "<bridge name='br0'/>", "br0", true },
		{ "<mac address='52:54:00:00:00:01'/>", "lab7", false },
	};
	AUTO(network_free) struct network *old = parse("<bridge name='lab7'/>");

	(void)state;
	network_complete(old, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(network_free) struct network *n = parse(cases[i].inner);

		network_complete(n, old);
		if (strcmp(n->bridge.name, cases[i].bridge) != 0 || !uuid_eq(&n->uuid, &old->uuid) ||
		    mac_eq(&n->mac, &old->mac) != cases[i].same_mac)
			fail_msg("%s: bridge %s", cases[i].inner, n->bridge.name);
	}
}

static void prefix_is_mask_or_prefix_or_class(void **state)
{
	static const struct {
		const char *attrs;
		const char *net;
	} cases[] = {
		{ "address='10.1.2.3'", "10.0.0.0/8" },
		{ "address='172.16.2.3'", "172.16.0.0/16" },
		{ "address='192.0.2.3'", "192.0.2.0/24" },
		{ "address='192.0.2.3' prefix='0'", "192.0.2.0/24" },
		{ "address='192.0.2.3' prefix='20'", "192.0.0.0/20" },
		{ "address='10.1.2.3' netmask='255.255.255.252' prefix='0'", NULL },
		{ "address='10.1.2.2' netmask='255.255.255.252' prefix='0'", "10.1.2.0/30" },
		{ "address='10.1.2.3' prefix='31'", "10.1.2.2/31" },
		{ "address='10.1.2.3' netmask='255.255.255.255'", "10.1.2.3/32" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name><ip %s/></network>", cases[i].attrs);
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };
		char text[PREFIX_TEXT];

		if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0) {
			if (cases[i].net)
				fail_msg("%s: %s", cases[i].attrs, e.detail);
			continue;
		}
		struct prefix p = network_ip_prefix(&n->ips[0]);

		if (!cases[i].net || strcmp(prefix_text(&p, text), cases[i].net) != 0)
			fail_msg("%s: %s", cases[i].attrs, prefix_text(&p, text));
	}
}

static void only_a_running_network_shows_connections(void **state)
{
	AUTO(network_free) struct network *n = parse("");
	AUTO(mem_drop) char *inactive = network_format(n, NULL);
	AUTO(mem_drop) char *unused = network_format(n, &(struct format_live){ .connections = 0 });
	AUTO(mem_drop) char *used = network_format(n, &(struct format_live){ .connections = 2 });

	(void)state;
	assert_string_equal(inactive, unused);
	assert_non_null(strstr(used, "<network connections='2'>\n  <name>n</name>"));
}

static void only_a_running_pool_shows_its_devices(void **state)
{
	AUTO(network_free) struct network *n = parse("<forward mode='passthrough'><pf dev='p0'/></forward>");
	AUTO(mem_drop) char *before = network_format(n, NULL);

	(void)state;
	*mem_push(n->forward.ifs, n->forward.n_ifs) = (struct forward_if){ .dev = mem_strdup("v0"), .connections = 1 };
	*mem_push(n->forward.ifs, n->forward.n_ifs) = (struct forward_if){ .dev = mem_strdup("v1") };
	AUTO(mem_drop) char *inactive = network_format(n, NULL);
	AUTO(mem_drop) char *live = network_format(n, &(struct format_live){ .connections = 1 });

	assert_string_equal(before, inactive);
	assert_non_null(strstr(live, "  <forward mode='passthrough'>\n    <pf dev='p0'/>\n"
				     "    <interface dev='v0' connections='1'/>\n    <interface dev='v1'/>\n"));
}

static void only_our_bridges_get_a_mac(void **state)
{
	static const char *const inners[] = { "<forward mode='bridge'/><bridge name='br0'/>",
					      "<forward mode='vepa' dev='n0'/>",
					      "<forward mode='hostdev'><pf dev='p0'/></forward>" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inners); i++) {
		AUTO(network_free) struct network *n = parse(inners[i]);

		network_complete(n, NULL);
		assert_false(network_is_managed(n));
		assert_true(n->has_uuid);
		assert_false(n->has_mac);
	}
}

static void a_pci_address_is_a_virtual_function(void **state)
{
	char root[] = "/tmp/vnet-sysfs-XXXXXX";
	AUTO(network_free)
	struct network *n =
	    parse("<forward mode='hostdev'>\n<address type='pci' bus='7' slot='0x10' function='1'/></forward>");
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(root));
	AUTO(mem_drop) char *device = mem_printf("%s/bus/pci/devices/0000:07:10.1", root);
	AUTO(mem_drop) char *physfn = mem_printf("%s/physfn", device);

	assert_int_equal(network_check_host(n, root, &e), -1);
	assert_int_equal(e.code, VNET_ERR_XML);
	assert_int_equal(e.line, 2);
	for (char *c = device + strlen(root) + 1; *c; c++)
		if (*c == '/') {
			*c = '\0';
			assert_int_equal(mkdir(device, 0700), 0);
			*c = '/';
		}
	assert_int_equal(mkdir(device, 0700), 0);
	assert_int_equal(mkdir(physfn, 0700), 0);
	assert_int_equal(network_check_host(n, root, &e), 0);
	for (char *end = physfn + strlen(physfn); end; end = strrchr(physfn, '/')) {
		*end = '\0';
		if (rmdir(physfn) < 0 || strcmp(physfn, root) == 0)
			break;
	}
}

static void leases_have_seconds(void **state)
{
	(void)state;
	assert_int_equal(network_lease_s(&(struct lease_time){ 0 }, 3600), 3600);
	assert_int_equal(network_lease_s(&(struct lease_time){ true, LEASE_MINUTES, 5 }, 1), 300);
	assert_int_equal(network_lease_s(&(struct lease_time){ true, LEASE_HOURS, 2 }, 1), 7200);
	assert_int_equal(network_lease_s(&(struct lease_time){ true, LEASE_SECONDS, 120 }, 1), 120);
	assert_int_equal(network_lease_s(&(struct lease_time){ true, LEASE_MINUTES, 0 }, 1), LEASE_INFINITE);
}

static void text_is_escaped(void **state)
{
	AUTO(mem_drop) char *got = xml_escape("a<b>&\"c\"'d'\t\n\r\x01\x1f\x7f\xc3\xbc");

	(void)state;
	assert_string_equal(got, "a&lt;b&gt;&amp;&quot;c&quot;&apos;d&apos;\t\n&#13;\x7f\xc3\xbc");
}

static void modes_and_texts_agree(void **state)
{
	enum forward_mode back;

	(void)state;
	for (int m = 0; m < FORWARD_MODES; m++) {
		assert_int_equal(forward_mode_parse(forward_mode_text((enum forward_mode)m), &back), 0);
		assert_int_equal(back, m);
	}
	assert_true(forward_mode_parse("NAT", &back) < 0);
	assert_true(forward_mode_parse("", &back) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_has_one_percent_d),
		cmocka_unit_test(define_fills_in_uuid_and_mac),
		cmocka_unit_test(a_redefinition_keeps_what_it_does_not_say),
		cmocka_unit_test(prefix_is_mask_or_prefix_or_class),
		cmocka_unit_test(only_a_running_network_shows_connections),
		cmocka_unit_test(only_a_running_pool_shows_its_devices),
		cmocka_unit_test(only_our_bridges_get_a_mac),
		cmocka_unit_test(a_pci_address_is_a_virtual_function),
		cmocka_unit_test(leases_have_seconds),
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(modes_and_texts_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
