/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Updates: own cases on two networks, and those that come from a real libvirt, where they are there. */
#include <dirent.h>
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
#include "model/update.h"

static const char managed[] =
    "<network><name>n</name><forward><interface dev='w0'/></forward>"
    "<dns><txt name='a' value='1'/><srv service='s' protocol='tcp' target='t1'/>"
    "<srv service='s' protocol='udp' target='t2'/>"
    "<host ip='10.0.0.5'><hostname>x</hostname><hostname>y</hostname></host>"
    "<host ip='10.0.0.6'><hostname>y</hostname></host></dns>"
    "<ip family='ipv6' address='fd00::1'><dhcp><host id='01' name='v6' ip='fd00::5'/></dhcp></ip>"
    "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.100' end='10.0.0.120'/>"
    "<host mac='52:54:00:00:00:01' name='one' ip='10.0.0.11'/><host name='two' ip='10.0.0.12'/></dhcp></ip>"
    "<ip address='10.0.1.1' prefix='24'/>"
    "<portgroup name='p' default='yes'/><portgroup name='q'/></network>";

static const char pool[] = "<network><name>pool</name><forward mode='private'><interface dev='n0'/>"
			   "<interface dev='n1'/></forward></network>";

enum { DEL = UPDATE_DELETE, MOD = UPDATE_MODIFY, LAST = UPDATE_ADD_LAST, FIRST = UPDATE_ADD_FIRST };
enum { INVALID = VNET_ERR_OPERATION_INVALID, BAD = VNET_ERR_XML, NEVER = VNET_ERR_OPERATION_UNSUPPORTED };

static const struct {
	const char *before;
	int command, section, index, code;
	const char *payload;
	const char *has, *lacks; /* of the canonical text afterwards, or of the message in `has` */
} cases[] = {
	/* -1 means the first with DHCP, which is the IPv6 one here */
	{ managed, LAST, UPDATE_DHCP_HOST, -1, 0, "<host name='six' ip='fd00::6'/>", "name='six'", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 1, 0, "<host name='a' ip='10.0.0.13'/>",
	  "ip='10.0.0.12'/>\n      <host name='a'", NULL },
	{ managed, FIRST, UPDATE_DHCP_HOST, 1, 0, "<host name='a' ip='10.0.0.13'/>",
	  "name='a' ip='10.0.0.13'/>\n      <host mac=", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 1, INVALID, "<host mac='52:54:0:0:0:1' name='z' ip='10.0.0.50'/>",
	  "couldn't update ip-dhcp-host: network 'n' has an entry already that matches this one", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 1, INVALID, "<host name='two' ip='10.0.0.50'/>", "already", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 1, INVALID, "<host name='z' ip='10.0.0.12'/>", "already", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 2, BAD, "<host name='z' ip='10.0.1.12'/>", "only one IPv4 <ip>", NULL },
	{ managed, LAST, UPDATE_DHCP_HOST, 3, INVALID, "<host name='z' ip='10.0.1.12'/>",
	  "couldn't update ip-dhcp-host entry - no <ip> element found at index 3 in network 'n'", NULL },
	{ managed, MOD, UPDATE_DHCP_HOST, 1, 0, "<host mac='52:54:00:00:00:09' name='two' ip='10.0.0.30'/>",
	  "mac='52:54:00:00:00:09' name='two' ip='10.0.0.30'", "ip='10.0.0.12'" },
	{ managed, MOD, UPDATE_DHCP_HOST, 1, BAD, "<host name='two' ip='10.9.0.30'/>", "is not inside", NULL },
	{ managed, DEL, UPDATE_DHCP_HOST, 1, 0, "<host ip='10.0.0.11'/>", "name='two'", "name='one'" },
	{ managed, DEL, UPDATE_DHCP_HOST, 1, BAD, "<host id='01'/>", "does not say which one", NULL },
	{ managed, DEL, UPDATE_DHCP_HOST, 0, 0, "<host name='v6'/>", "<ip family='ipv6' address='fd00::1'>\n  </ip>",
	  "name='v6'" },
	{ managed, LAST, UPDATE_DHCP_RANGE, 0, 0, "<range start='fd00::10' end='fd00::20'/>", "fd00::20", NULL },
	{ managed, MOD, UPDATE_DHCP_RANGE, 1, NEVER, "<range start='10.0.0.100' end='10.0.0.120'/>",
	  "ip-dhcp-range entries cannot be modified, only added or deleted", NULL },
	{ managed, DEL, UPDATE_DHCP_RANGE, 1, 0, "<range start='10.0.0.100' end='10.0.0.120'/>", NULL, "<range" },
	{ managed, DEL, UPDATE_DHCP_RANGE, 1, BAD, "<range start='10.0.0.100'/>", "which one", NULL },
	{ managed, LAST, UPDATE_FORWARD_INTERFACE, -1, BAD, "<interface dev='w1'/>", "multiple forwarding", NULL },
	{ managed, DEL, UPDATE_FORWARD_INTERFACE, -1, 0, "<interface dev='w0'/>", "<forward mode='nat'/>", NULL },
	{ pool, FIRST, UPDATE_FORWARD_INTERFACE, -1, 0, "<interface dev='n2'/>", "<forward dev='n2'", NULL },
	{ pool, DEL, UPDATE_FORWARD_INTERFACE, -1, 0, "<interface dev='n0'/>", "<forward dev='n1'", "n0" },
	{ pool, DEL, UPDATE_FORWARD_INTERFACE, -1, INVALID, "<interface dev='n9'/>", "no entry", NULL },
	{ pool, LAST, UPDATE_FORWARD_INTERFACE, -1, BAD, "<interface/>", "'dev' is missing", NULL },
	{ pool, LAST, UPDATE_DHCP_HOST, -1, INVALID, "<host name='a' ip='10.0.0.1'/>", "no <ip> element", NULL },
	{ managed, LAST, UPDATE_PORTGROUP, -1, 0, "<portgroup name='r'/>", "<portgroup name='r'>", NULL },
	{ managed, LAST, UPDATE_PORTGROUP, -1, BAD, "<portgroup name='r' default='yes'/>", "the default", NULL },
	{ managed, MOD, UPDATE_PORTGROUP, -1, 0, "<portgroup name='p'/>", "<portgroup name='p'>", "default" },
	{ managed, LAST, UPDATE_PORTGROUP, -1, VNET_ERR_CONFIG_UNSUPPORTED,
	  "<portgroup name='r'><vlan><tag id='1'/></vlan></portgroup>", "vlan", NULL },
	{ managed, DEL, UPDATE_DNS_HOST, -1, INVALID, "<host><hostname>y</hostname></host>", "several", NULL },
	{ managed, DEL, UPDATE_DNS_HOST, -1, 0, "<host><hostname>x</hostname></host>", "10.0.0.6", "10.0.0.5" },
	{ managed, MOD, UPDATE_DNS_HOST, -1, 0, "<host ip='10.0.0.5'><hostname>z</hostname></host>", "<hostname>z<",
	  "<hostname>x<" },
	{ managed, MOD, UPDATE_DNS_TXT, -1, 0, "<txt name='a' value=''/>", "<txt name='a' value=''/>", "value='1'" },
	{ managed, DEL, UPDATE_DNS_TXT, -1, 0, "<txt name='a'/>", NULL, "<txt" },
	{ managed, DEL, UPDATE_DNS_SRV, -1, INVALID, "<srv service='s'/>", "several", NULL },
	{ managed, DEL, UPDATE_DNS_SRV, -1, 0, "<srv protocol='udp'/>", "t1", "t2" },
	{ managed, MOD, UPDATE_DNS_SRV, -1, NEVER, "<srv service='s' protocol='udp'/>", "cannot be modified", NULL },
	{ managed, MOD, UPDATE_DOMAIN, -1, NEVER, "<domain name='a'/>", "can't update 'domain' section of network 'n'",
	  NULL },
	{ managed, 0, UPDATE_DNS_TXT, -1, VNET_ERR_INVALID_ARG, "<txt/>", "unknown update command 0", NULL },
	{ managed, LAST, 13, -1, VNET_ERR_INVALID_ARG, "<txt/>", "section 13", NULL },
	{ managed, LAST, UPDATE_DNS_TXT, -1, BAD, "<srv/>", "unexpected element <srv>, expecting <txt>", NULL },
	{ managed, LAST, UPDATE_DNS_TXT, -1, VNET_ERR_XML_DETAIL, "<txt", "not well-formed", NULL },
};

static struct network *parse(const char *xml)
{
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", xml, e.detail);
	return n;
}

static void sections_follow_their_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(network_free) struct network *n = parse(cases[i].before);
		AUTO(mem_drop) char *before = network_format(n, NULL);
		struct err e = { 0 };
		int r = network_update(n, (enum update_command)cases[i].command, (enum update_section)cases[i].section,
				       cases[i].index, cases[i].payload, strlen(cases[i].payload), &e);
		AUTO(mem_drop) char *after = network_format(n, NULL);
		const char *told = r < 0 ? e.detail : after;

		if (e.code != cases[i].code || (r < 0) != (cases[i].code != 0) ||
		    (cases[i].has && !strstr(told, cases[i].has)) || (cases[i].lacks && strstr(told, cases[i].lacks)))
			fail_msg("%s (%d, %d): %d: %s\n%s", cases[i].payload, cases[i].command, cases[i].section,
				 e.code, e.detail, after);
		if (r < 0 && strcmp(before, after) != 0)
			fail_msg("%s: refused, and yet it changed: %s", cases[i].payload, after);
		network_free(parse(after));
	}
}

static void a_device_with_guests_stays(void **state)
{
	static const char payload[] = "<interface dev='n0'/>";
	AUTO(network_free) struct network *n = parse(pool);
	struct err e = { 0 };

	(void)state;
	n->forward.ifs[0].connections = 1;
	assert_int_equal(network_update(n, UPDATE_DELETE, UPDATE_FORWARD_INTERFACE, -1, payload, strlen(payload), &e),
			 -1);
	assert_int_equal(e.code, VNET_ERR_OPERATION_INVALID);
	n->forward.ifs[0].connections = 0;
	assert_int_equal(network_update(n, UPDATE_DELETE, UPDATE_FORWARD_INTERFACE, -1, payload, strlen(payload), &e),
			 0);
}

static char *read_text(const char *folder, const char *name, const char *file)
{
	AUTO(mem_drop) char *path = mem_printf("%s/%s/%s", folder, name, file);
	char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, path, NETWORK_XML_MAX, &text, &len) < 0 ? NULL : text;
}

/* The value behind KEY= in a file of such lines. */
static char *value_of(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	if (!line)
		fail_msg("no %s", key);
	line += strlen(key);
	return mem_dup(line, strcspn(line, "\n"));
}

static enum update_command command_of(const char *name)
{
	return strcmp(name, "modify") == 0      ? UPDATE_MODIFY
	       : strcmp(name, "delete") == 0    ? UPDATE_DELETE
	       : strcmp(name, "add-first") == 0 ? UPDATE_ADD_FIRST
						: UPDATE_ADD_LAST;
}

static enum update_section section_of(const char *name)
{
	for (int i = 1; i < UPDATE_SECTIONS; i++)
		if (strcmp(update_section_text((enum update_section)i), name) == 0)
			return (enum update_section)i;
	fail_msg("no section %s", name);
	return 0;
}

static void run_fixture(const char *folder, const char *name)
{
	AUTO(mem_drop) char *text = read_text(folder, name, "case");
	AUTO(mem_drop) char *before = read_text(folder, name, "before.xml");
	AUTO(mem_drop) char *payload = read_text(folder, name, "payload.xml");
	AUTO(mem_drop) char *after = read_text(folder, name, "after.xml");
	AUTO(mem_drop) char *command = value_of(text, "command=");
	AUTO(mem_drop) char *section = value_of(text, "section=");
	AUTO(mem_drop) char *parent = value_of(text, "parent-index=");
	AUTO(mem_drop) char *result = value_of(text, "vnet-result=");
	AUTO(network_free) struct network *n = parse(before);
	bool fine = strcmp(result, "ok") == 0;
	struct err e = { 0 };
	int r = network_update(n, command_of(command), section_of(section), atoi(parent), payload, strlen(payload), &e);
	AUTO(mem_drop) char *got = network_format(n, NULL);

	if ((r == 0) != fine || strcmp(got, fine ? after : before) != 0)
		fail_msg("%s: %d: %s\n%s", name, e.code, e.detail, got);
}

static void fixtures_update_byte_for_byte(void **state)
{
	const char *base = getenv("VNET_FIXTURES");
	char *folder = mem_printf("%s/networks-update", base ? base : "../shared/fixtures");
	DIR *d = opendir(folder);
	int n = 0;

	(void)state;
	if (!d) {
		print_message("skip: no fixtures at %s\n", folder);
		mem_drop(folder);
		skip();
	}
	for (struct dirent *f; (f = readdir(d));)
		if (f->d_type == DT_DIR && f->d_name[0] != '.') {
			run_fixture(folder, f->d_name);
			n++;
		}
	closedir(d);
	mem_drop(folder);
	assert_in_range(n, 70, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_follow_their_rules),
		cmocka_unit_test(a_device_with_guests_stays),
		cmocka_unit_test(fixtures_update_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
