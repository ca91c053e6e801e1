/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ports: what a network makes of what a client asks for. Our own rows, and each case that comes from a real libvirt, where
 * those are there (VNET_FIXTURES, else ../shared/fixtures). */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "model/format.h"
#include "model/parse.h"
#include "model/port.h"

#define UUID "cbce6081-aa54-5338-992c-5ab7ad91774d"
#define HEAD                                                                                                           \
	"<networkport>\n  <uuid>" UUID "</uuid>\n  <owner>\n    <name>g</name>\n"                                      \
	"    <uuid>a84c7027-3827-55ae-ad0a-f7926441fb37</uuid>\n  </owner>\n"
#define MAC  "  <mac address='52:54:00:dd:00:01'/>\n"
#define TAIL "</networkport>\n"
#define NAT  "<network><name>n</name><bridge name='br7'/><ip address='10.1.1.1' prefix='24'/></network>"
#define LAN  "<network><name>n</name><forward mode='bridge'/><bridge name='lan'/></network>"
#define POOL "<network><name>n</name><forward mode='passthrough'><interface dev='n0'/></forward></network>"
#define QOS                                                                                                            \
	"<network><name>n</name><bridge name='br7'/><bandwidth><inbound average='10' "                                 \
	"peak='20'/></bandwidth></network>"
#define ASK(x) HEAD MAC x TAIL

static const struct {
	const char *name, *network, *port;
	int code;         /* of the error, 0: accepted */
	const char *want; /* what stands behind the MAC then */
} cases[] = {
	{ "nat", NAT, ASK(""), 0, "  <plug type='network' bridge='br7'/>\n" },
	{ "host bridge", LAN, ASK("<port isolated='yes'/>"), 0,
	  "  <port isolated='yes'/>\n  <plug type='bridge' bridge='lan'/>\n" },
	{ "device", POOL, ASK(""), 0, "  <plug type='direct' dev='n0' mode='passthrough'/>\n" },
	{ "floor", QOS, ASK("<bandwidth><inbound floor='20'/></bandwidth>"), 0,
	  "  <bandwidth classID='3'>\n    <inbound floor='20'/>\n  </bandwidth>\n"
	  "  <plug type='network' bridge='br7'/>\n" },
	{ "floor above the peak", QOS, ASK("<bandwidth><inbound floor='21'/></bandwidth>"), VNET_ERR_OPERATION_INVALID,
	  NULL },
	{ "floor of nothing", NAT, ASK("<bandwidth><inbound floor='1'/></bandwidth>"), VNET_ERR_CONFIG_UNSUPPORTED,
	  NULL },
	{ "floor outbound", QOS, ASK("<bandwidth><outbound floor='1'/></bandwidth>"), VNET_ERR_XML, NULL },
	{ "huge rate", NAT, ASK("<bandwidth><inbound average='99999999999999999'/></bandwidth>"), VNET_ERR_XML, NULL },
	{ "unknown group", NAT, HEAD "<group>x</group>" MAC TAIL, VNET_ERR_XML, NULL },
	{ "virtualport on nat", NAT, ASK("<virtualport type='openvswitch'/>"), VNET_ERR_CONFIG_UNSUPPORTED, NULL },
	{ "Qbh without profile", POOL, ASK("<virtualport type='802.1Qbh'/>"), VNET_ERR_CONFIG_UNSUPPORTED, NULL },
	{ "multicast MAC", NAT, HEAD "<mac address='01:00:5e:00:00:01'/>" TAIL, VNET_ERR_XML, NULL },
	{ "no MAC", NAT, HEAD TAIL, VNET_ERR_INTERNAL, NULL },
	{ "no owner", NAT, "<networkport><uuid>" UUID "</uuid>" MAC TAIL, VNET_ERR_INTERNAL, NULL },
	{ "bad uuid", NAT, "<networkport><uuid>7</uuid>" MAC TAIL, VNET_ERR_XML, NULL },
	{ "plug without type", NAT, ASK("<plug bridge='x'/>"), VNET_ERR_XML, NULL },
	{ "plug with a long name", NAT, ASK("<plug type='network' bridge='x234567890123456'/>"), VNET_ERR_XML, NULL },
	{ "plug of a mode that has none", NAT, ASK("<plug type='direct' dev='x' mode='nat'/>"), VNET_ERR_XML, NULL },
	{ "another root", NAT, "<port/>", VNET_ERR_XML, NULL },
	{ "no XML", NAT, "x", VNET_ERR_XML_DETAIL, NULL },
};

static struct network *parse_network(const char *xml, const char *name)
{
	struct network *n = NULL;
	struct err e;

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: network: %s", name, e.detail);
	return n;
}

static void ports_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(network_free) struct network *n = parse_network(cases[i].network, cases[i].name);
		AUTO(mem_drop) char *want = mem_printf(HEAD MAC "%s" TAIL, cases[i].want ? cases[i].want : "");
		AUTO(port_free) struct port *p = NULL;
		struct err e = { 0 };
		int r = port_parse(cases[i].port, strlen(cases[i].port), &p, NULL, &e);

		if (r == 0)
			r = port_fill(p, n, NULL, 0, &e);
		if ((r < 0 ? e.code : 0) != cases[i].code)
			fail_msg("%s: code %d: %s", cases[i].name, e.code, e.detail);
		AUTO(mem_drop) char *got = r == 0 ? port_format(p) : NULL;

		if (got && strcmp(got, want) != 0)
			fail_msg("%s: got\n%s", cases[i].name, got);
	}
}

/* What is printed is read back the same, plug and all: that is how ports outlive the daemon. */
static void printed_is_read_back(void **state)
{
	static const char *const plugs[] = {
		"  <plug type='network' bridge='br0' macTableManager='libvirt'/>\n",
		"  <plug type='bridge' bridge='br0'/>\n",
		"  <plug type='direct' dev='n0' mode='vepa'/>\n",
		("  <plug type='hostdev-pci' managed='yes'>\n    <driver name='vfio'/>\n"
		 "    <address domain='0x0000' bus='0x07' slot='0x10' function='0x1'/>\n  </plug>\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plugs); i++) {
		AUTO(mem_drop)
		char *in =
		    mem_printf(HEAD "  <group>a &amp; b</group>\n" MAC
				    "  <bandwidth classID='4'>\n    <inbound average='1' floor='2'/>\n  </bandwidth>\n"
				    "  <vlan trunk='yes'>\n    <tag id='1' nativeMode='tagged'/>\n  </vlan>\n"
				    "  <port isolated='no'/>\n  <rxfilters trustGuest='yes'/>\n%s" TAIL,
			       plugs[i]);
		AUTO(port_free) struct port *p = NULL;
		struct err e;

		if (port_parse(in, strlen(in), &p, NULL, &e) < 0)
			fail_msg("%s: %s", plugs[i], e.detail);
		AUTO(mem_drop) char *out = port_format(p);

		if (strcmp(in, out) != 0)
			fail_msg("got\n%s", out);
	}
}

/* ---- the cases of a real libvirt: network.xml, port1.xml ..; port1.out.xml .. if it was accepted ---- */

enum { PORTS_MAX = 4 };

struct libvirt_case {
	const char *folder, *name;
	struct network *n;
	struct port *ports[PORTS_MAX];
	size_t n_ports;
};

static char *slurp(const struct libvirt_case *c, const char *file)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s/%s", c->folder, c->name, file);
	char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, path, NETWORK_XML_MAX, &text, &len) < 0 ? NULL : text;
}

/* libvirt makes up a uuid where it refuses, and lets an unknown group pass; we differ as the specification wants. */
static bool we_differ(const struct libvirt_case *c)
{
	return strcmp(c->name, "error-no-uuid") == 0 || strcmp(c->name, "unknown-portgroup") == 0;
}

static void try_port(struct libvirt_case *c, unsigned i)
{
	AUTO(mem_drop) char *in_name = mem_printf("port%u.xml", i), *out_name = mem_printf("port%u.out.xml", i);
	AUTO(mem_drop) char *in = slurp(c, in_name), *want = slurp(c, out_name);
	AUTO(port_free) struct port *p = NULL;
	struct err e = { 0 };
	int r = port_parse(in, strlen(in), &p, NULL, &e);

	if (r == 0 && p->plug.type)
		r = err_set(&e, VNET_ERR_INVALID_ARG, "plug");
	if (r == 0)
		r = port_fill(p, c->n, c->ports, c->n_ports, &e);
	if (we_differ(c) == ((r == 0) == !!want))
		fail_msg("%s/%s: %s", c->name, in_name, r < 0 ? e.detail : "accepted");
	if (r < 0)
		return;
	AUTO(mem_drop) char *got = port_format(p);

	if (want && strcmp(got, want) != 0)
		fail_msg("%s/%s: got\n%s", c->name, in_name, got);
	port_count(p, c->n, 1);
	c->ports[c->n_ports++] = TAKE(p);
}

static void run_case(struct libvirt_case *c)
{
	AUTO(mem_drop) char *network = slurp(c, "network.xml"), *live = slurp(c, "network-live.xml");
	AUTO(network_free) struct network *n = c->n = parse_network(network, c->name);

	if (!live)
		return; /* it does not run: not a matter of the model */
	for (unsigned i = 1; i < PORTS_MAX; i++) {
		AUTO(mem_drop) char *file = mem_printf("%s/%s/port%u.xml", c->folder, c->name, i);

		if (access(file, R_OK) == 0)
			try_port(c, i);
	}
	AUTO(mem_drop)
	char *got = network_format(n, &(struct format_live){ .connections = (unsigned)c->n_ports });

	if (!we_differ(c) && strcmp(got, live) != 0)
		fail_msg("%s: live network:\n%s", c->name, got);
	for (size_t i = 0; i < c->n_ports; i++)
		port_free(c->ports[i]);
}

static void as_libvirt_does(void **state)
{
	const char *base = getenv("VNET_FIXTURES");
	char folder[512], line[512];
	unsigned n = 0;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/port-xml", base ? base : "../shared/fixtures");
	AUTO(mem_drop) char *manifest = mem_printf("%s/MANIFEST.tsv", folder);
	FILE *f = fopen(manifest, "re");

	if (!f) {
		print_message("skip: no fixtures at %s\n", folder);
		mem_drop(TAKE(manifest));
		skip();
	}
	for (; fgets(line, sizeof(line), f); n++) {
		line[strcspn(line, "\t\n")] = '\0';
		if (n)
			run_case(&(struct libvirt_case){ .folder = folder, .name = line });
	}
	fclose(f);
	print_message("%u cases of libvirt\n", n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_filled),
		cmocka_unit_test(printed_is_read_back),
		cmocka_unit_test(as_libvirt_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
