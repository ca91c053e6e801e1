/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/format.h"
#include "model/parse.h"

#define NET(inner)  "<network>\n<name>n</name>\n" inner "\n</network>"
#define IP(inner)   NET("<ip address='10.0.0.1' prefix='24'>" inner "</ip>")
#define DHCP(inner) IP("<dhcp>\n" inner "</dhcp>")
#define PUB(inner)                                                                                                     \
	"<network xmlns:p='urn:vnet:network:1'><name>n</name>\n<forward/>\n<ip address='10.0.0.1' "                    \
	"prefix='24'/>\n" inner "\n</network>"

enum { BAD = VNET_ERR_XML, LATER = VNET_ERR_CONFIG_UNSUPPORTED, MALFORMED = VNET_ERR_XML_DETAIL };

/* What is refused: code and line, and the whole text, or its start where it ends in "...". */
#define OWN4(inner)                                                                                                    \
	NET("<ip address='10.0.0.1'><dhcp xmlns:v='urn:vnet:network:1'><range start='10.0.0.2' end='10.0.0.3'/>" inner \
	    "</dhcp></ip>")

static const struct {
	const char *xml;
	int code, line;
	const char *detail;
} refused[] = {
	/* documents */
	{ "", MALFORMED, 1, "not well-formed XML: ..." },
	{ "<network>\n <name>n</nome>\n</network>", MALFORMED, 2,
	  "not well-formed XML: Opening and ending tag mismatch: name line 2 and nome\n <name>n</nome>\n               "
	  "^" },
	{ "<network>\n\x1b</network>", MALFORMED, 2, "not well-formed XML: ..." },
	{ "<net/>", BAD, 1, "expecting root element of 'network', not 'net'" },
	{ "<network xmlns='urn:x'><name>n</name></network>", BAD, 1,
	  "expecting root element of 'network', not 'network' with a namespace" },
	{ "<?xml version='1.0'?>\n<!DOCTYPE n [<!ENTITY a 'b'>]>\n<network><name>&a;</name></network>", BAD, 2,
	  "a document type declaration is not allowed" },
	{ "<!DOCTYPE n SYSTEM 'file:///etc/passwd'><network><name>n</name></network>", BAD, 1,
	  "a document type declaration is not allowed" },
	/* name, uuid, title */
	{ "<network>\n<uuid/></network>", VNET_ERR_NO_NAME, 1, "missing name information" },
	{ "<network>\n<name>a/b</name></network>", BAD, 2,
	  "<name>: a name cannot have '/', newline or control characters" },
	{ "<network><name>a&#9;b</name></network>", BAD, 1, "<name>: a name cannot have ..." },
	{ "<network><name>a&#127;b</name></network>", BAD, 1, "<name>: a name cannot have ..." },
	{ "<network><name>.</name></network>", BAD, 1, "<name>: '.' cannot be a name" },
	{ NET("<uuid>12</uuid>"), BAD, 3, "<uuid>: '12' is not a UUID" },
	{ NET("<title>a\nb</title>"), BAD, 3, "<title>: a title is one line" },
	/* forward */
	{ NET("<forward mode='NAT'/>"), LATER, 3, "<forward>: unknown forward mode 'NAT'" },
	{ NET("<forward/>"), BAD, 3, "<forward>: mode 'nat' needs an <ip>" },
	{ NET("<forward mode='route'/>"), BAD, 3, "<forward>: mode 'route' needs an <ip>" },
	{ NET("<forward mode='route'><nat/></forward>"), BAD, 3, "<nat>: needs forward mode 'nat', not 'route'" },
	{ NET("<forward><nat/><nat/></forward>"), BAD, 3, "<nat>: there may be only one in <forward>" },
	{ NET("<forward><nat><port start='9' end='8'/></nat></forward>"), BAD, 3, "<port>: start 9 is above end 8" },
	{ NET("<forward><nat><port start='1' end='65536'/></nat></forward>"), BAD, 3,
	  "<port>: end='65536' is more than 65535" },
	{ NET("<forward><nat><port start='1'/></nat></forward>"), BAD, 3, "<port>: attribute 'end' is missing" },
	{ NET("<forward><nat><address start='1.2.3.4' end='1.2.3.3'/></nat></forward>"), BAD, 3,
	  "<address>: start 1.2.3.4 is above end 1.2.3.3" },
	{ NET("<forward><nat><address start='1.0.0.0' end='1.1.0.0'/></nat></forward>"), BAD, 3,
	  "<address>: 1.0.0.0 to 1.1.0.0 are more than 65536 addresses" },
	{ NET("<forward managed='yes' dev='a/b'/>"), BAD, 3, "<forward>: name 'a/b' has a character ..." },
	{ NET("<forward mode='open' dev='eth0'/>"), LATER, 3, "<interface> does not go with forward mode 'open'" },
	{ NET("<forward mode='vepa'><interface/></forward>"), BAD, 3, "<interface>: attribute 'dev' is missing" },
	{ NET("<forward mode='vepa' dev='a'><interface dev='b'/></forward>"), BAD, 3,
	  "<forward>: dev='a' is not the first <interface>, which is 'b'" },
	{ NET("<forward mode='vepa'><interface dev='a'/>\n<interface dev='a'/></forward>"), BAD, 4,
	  "<interface>: dev='a' stands there twice" },
	{ NET("<forward mode='passthrough' dev='a'><pf dev='b'/></forward>"), BAD, 3,
	  "<forward>: dev='a' cannot stand with a <pf>" },
	{ NET("<forward mode='passthrough'><pf dev='a'/><pf dev='b'/></forward>"), BAD, 3,
	  "<pf>: there may be only one in <forward>" },
	{ NET("<forward mode='passthrough'><pf dev='a'/><interface dev='b'/></forward>"), BAD, 3,
	  "<forward>: interface, address and pf exclude each other" },
	{ NET("<forward mode='hostdev'><address type='pci' function='8'/></forward>"), BAD, 3,
	  "<address>: function='8' is more than 7" },
	{ NET("<forward mode='hostdev'><address type='pci' bus='1x'/></forward>"), BAD, 3,
	  "<address>: bus='1x' is not a number" },
	{ NET("<forward mode='hostdev'><driver name='uio'/></forward>"), BAD, 3,
	  "<driver>: name='uio' is not kvm, vfio or xen" },
	{ NET("<forward><interface dev='a'/>\n<interface dev='b'/></forward><ip address='10.0.0.1'/>"), BAD, 4,
	  "<interface>: mode 'nat' forwards to one device..." },
	{ NET("<v:guard xmlns:v='urn:vnet:network:1'/>"), BAD, 3, "<guard>: attribute 'enabled' is missing" },
	{ NET("<v:guard xmlns:v='urn:vnet:network:1' enabled='on'/>"), BAD, 3,
	  "<guard>: enabled='on' is neither yes nor no" },
	{ NET("<v:guard xmlns:v='urn:vnet:network:1' enabled='yes' static='maybe'/>"), BAD, 3,
	  "<guard>: static='maybe' is not yes, shared or no" },
	{ PUB("<p:publish protocol='tcp' guest='g'/>"), BAD, 4, "<publish>: attribute 'port' is missing" },
	{ PUB("<p:publish port='1' guest='g'/>"), BAD, 4, "<publish>: attribute 'protocol' is missing" },
	{ PUB("<p:publish port='1' protocol='tcp'/>"), BAD, 4, "<publish>: attribute 'guest' is missing" },
	{ PUB("<p:publish port='0' protocol='tcp' guest='g'/>"), BAD, 4, "<publish>: port='0' is not a port, or..." },
	{ PUB("<p:publish port='9-8' protocol='tcp' guest='g'/>"), BAD, 4, "<publish>: port='9-8' is not a port..." },
	{ PUB("<p:publish port='+8' protocol='tcp' guest='g'/>"), BAD, 4, "<publish>: port='+8' is not a port..." },
	{ PUB("<p:publish port='1' protocol='sctp' guest='g'/>"), BAD, 4,
	  "<publish>: protocol='sctp' is not tcp or udp" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='g' to='65536'/>"), BAD, 4,
	  "<publish>: to='65536' is not a port" },
	{ PUB("<p:publish port='1-2' protocol='tcp' guest='g' to='65535'/>"), BAD, 4,
	  "<publish>: to='65535' leaves too few ports for 1-2" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='a b'/>"), BAD, 4,
	  "<publish>: guest='a b' is no host name, no MAC and no address" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='01:00:5e:00:00:01'/>"), BAD, 4,
	  "<publish>: guest='01:00:5e:00:00:01' is no host name, no MAC and no address" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='10.0.0.1'/>"), BAD, 4,
	  "<vnet:publish>: 10.0.0.1 is this network's own address" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='10.0.1.2'/>"), BAD, 4,
	  "<vnet:publish>: guest 10.0.1.2 is in no subnet of the network" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='g' address='239.0.0.1'/>"), BAD, 4,
	  "<vnet:publish>: address 239.0.0.1 is a multicast or broadcast address" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='g' address='::1'/>"), BAD, 4,
	  "<vnet:publish>: address ::1 is a loopback address, from which..." },
	{ PUB("<p:publish port='1' protocol='tcp' guest='g' address='2001:db8::1'/>"), BAD, 4,
	  "<vnet:publish>: the network has no IPv6 address" },
	{ PUB("<p:publish port='1' protocol='tcp' guest='10.0.0.2' address='::'/>"), BAD, 4,
	  "<vnet:publish>: address :: and guest 10.0.0.2 are not of one family" },
	{ PUB("<p:publish port='5-9' protocol='tcp' guest='g'/>\n<p:publish port='9' protocol='tcp' guest='h' "
	      "address='192.0.2.1'/>"),
	  BAD, 5, "<vnet:publish>: 192.0.2.1:9/tcp overlaps 5-9/tcp of another one" },
	{ NET("<p:publish xmlns:p='urn:vnet:network:1' port='1' protocol='tcp' guest='g'/><ip address='10.0.0.1'/>"),
	  LATER, 3, "<vnet:publish>: an isolated network lets nobody in..." },
	{ NET("<forward mode='bridge'/><bridge name='b'/><p:publish xmlns:p='urn:vnet:network:1' port='1' "
	      "protocol='tcp' guest='g'/>"),
	  LATER, 3, "<vnet:publish>: guests of this forward mode have addresses of their own outside" },
	{ OWN4("<v:option name='ntp' value='10.0.0.9'/>"), BAD, 3,
	  "<option>: name='ntp' is not known: give its code and type" },
	{ OWN4("<v:option value='10.0.0.9'/>"), BAD, 3, "<option>: needs a code or a name" },
	{ OWN4("<v:option code='6' name='dns-server'/>"), BAD, 3, "<option>: has both a code and a name" },
	{ OWN4("<v:option code='51' type='u32' value='9'/>"), BAD, 3, "<option>: code='51' cannot be set" },
	{ OWN4("<v:option code='224' value='9'/>"), BAD, 3, "<option>: code='224' needs a type" },
	{ OWN4("<v:option code='6' value='10.0.0.9, dns'/>"), BAD, 3,
	  "<option>: value='10.0.0.9, dns' is not an IPv4 address" },
	{ OWN4("<v:option code='3'/><v:option name='router' value='0.0.0.0'/>"), BAD, 3,
	  "<option>: code 3 stands here twice" },
	{ OWN4("<v:boot arch='pdp11' file='a'/>"), BAD, 3,
	  "<boot>: arch='pdp11' is neither a number nor an architecture" },
	{ OWN4("<v:boot arch='bios'/>"), BAD, 3, "<boot>: attribute 'file' is missing" },
	{ NET("<ip family='ipv6' address='fd00::1'><dhcp><range start='fd00::2' end='fd00::3'/>"
	      "<o:option xmlns:o='urn:vnet:network:1' code='3'/></dhcp></ip>"),
	  BAD, 3, "<option>: stands only in an IPv4 <ip>" },
	{ NET("<forward><nat ipv6=''/></forward>"), BAD, 3, "<nat>: ipv6='' is neither yes nor no" },
	{ NET("<forward><pf dev='a'/></forward><ip address='10.0.0.1'/>"), LATER, 3,
	  "<pf> does not go with forward mode 'nat'" },
	/* bridge, mac, mtu, domain */
	{ NET("<forward mode='bridge'/>\n<bridge name='br%d'/>"), BAD, 4,
	  "<bridge>: 'br%d' is no name of a bridge that exists" },
	{ NET("<forward mode='bridge'/>\n<bridge stp='on'/>"), LATER, 4,
	  "stp of <bridge> does not go with forward mode 'bridge'" },
	{ NET("<forward mode='bridge' dev='a'/><bridge name='br0'/>"), BAD, 3,
	  "<forward>: a device and bridge 'br0' exclude each other" },
	{ NET("<bridge macTableManager='x'/>"), BAD, 3, "<bridge>: macTableManager='x' is not kernel or libvirt" },
	{ NET("<bridge name='0123456789abcdef'/>"), BAD, 3,
	  "<bridge>: name '0123456789abcdef' is longer than 15 bytes" },
	{ NET("<bridge name='0123456789abc%d'/>"), BAD, 3,
	  "<bridge>: name '0123456789abc%d' is longer than 15 bytes when %d becomes a number" },
	{ NET("<bridge name='..'/>"), BAD, 3, "<bridge>: '..' cannot be a name" },
	{ NET("<bridge name='a%b'/>"), BAD, 3, "<bridge>: name 'a%b': '%' stands only in '%d'" },
	{ NET("<bridge name='a:b'/>"), BAD, 3, "<bridge>: name 'a:b' has a character ..." },
	{ NET("<bridge delay='1s'/>"), BAD, 3, "<bridge>: delay='1s' is not a decimal number" },
	{ NET("<bridge delay='99999999999999999999'/>"), BAD, 3,
	  "<bridge>: delay='99999999999999999999' is more than ..." },
	{ NET("<mac address='01:00:00:00:00:01'/>"), BAD, 3,
	  "<mac>: address='01:00:00:00:00:01' is not one device's address" },
	{ NET("<mac address='0:0:0:0:0:0'/>"), BAD, 3, "<mac>: address='0:0:0:0:0:0' is not one device's address" },
	{ NET("<mtu size='67'/>"), BAD, 3, "<mtu>: size='67' is less than 68" },
	{ NET("<mtu size='+1400'/>"), BAD, 3, "<mtu>: size='+1400' is not a decimal number" },
	{ NET("<domain name=''/>"), BAD, 3, "<domain>: the name is empty" },
	{ NET("<ip address='fd00::1' prefix='64'/>"), BAD, 3, "<ip>: address='fd00::1' is not an IPv4 address" },
	{ NET("<ip prefix='24'/>"), BAD, 3, "<ip>: attribute 'address' is missing" },
	{ NET("<ip address='10.0.0.1' prefix=''/>"), BAD, 3, "<ip>: prefix='' is not a decimal number" },
	{ NET("<ip address='10.0.0.1' prefix='24' netmask='255.255.255.0'/>"), BAD, 3,
	  "<ip>: has both a netmask and a prefix" },
	{ NET("<ip address='10.0.0.1' netmask='255.0.255.0'/>"), BAD, 3,
	  "<ip>: netmask='255.0.255.0' is not ones followed by zeros" },
	{ NET("<ip address='10.0.0.1' netmask='0.0.0.0'/>"), BAD, 3, "<ip>: netmask='0.0.0.0' is not ones ..." },
	{ NET("<ip address='10.0.0.0' prefix='24'/>"), BAD, 3, "<ip>: address 10.0.0.0 is the address of its network" },
	{ NET("<ip address='10.0.0.255' prefix='24'/>"), BAD, 3,
	  "<ip>: address 10.0.0.255 is the broadcast address of its network" },
	{ NET("<ip address='0.0.0.0' prefix='32'/>"), BAD, 3, "<ip>: address 0.0.0.0 is no address" },
	{ NET("<ip address='255.255.255.255' prefix='32'/>"), BAD, 3,
	  "<ip>: address 255.255.255.255 is the broadcast address" },
	{ NET("<ip address='127.1.0.1' prefix='24'/>"), BAD, 3, "<ip>: address 127.1.0.1 is a loopback address" },
	{ NET("<ip address='239.0.0.1' prefix='24'/>"), BAD, 3, "<ip>: address 239.0.0.1 is a multicast address" },
	{ NET("<ip address='250.0.0.1'/>"), BAD, 3, "<ip>: address 250.0.0.1 needs a netmask or a prefix" },
	{ NET("<ip address='10.0.0.1'/>\n<ip address='10.200.0.1' prefix='24'/>"), BAD, 4,
	  "<ip>: 10.200.0.0/24 overlaps 10.0.0.0/8 of another <ip>" },
	{ DHCP("<range start='10.0.0.2' end='10.0.1.2'/>"), BAD, 4,
	  "<range>: end address 10.0.1.2 is not inside 10.0.0.0/24" },
	{ DHCP("<range start='10.0.0.9' end='10.0.0.2'/>"), BAD, 4,
	  "<range>: start address 10.0.0.9 is above end address 10.0.0.2" },
	{ DHCP("<range start='10.0.0.0' end='10.0.0.2'/>"), BAD, 4,
	  "<range>: start address 10.0.0.0 is the address of the network 10.0.0.0/24" },
	{ DHCP("<range start='10.0.0.2' end='10.0.0.255'/>"), BAD, 4,
	  "<range>: end address 10.0.0.255 is the broadcast address of 10.0.0.0/24" },
	{ NET("<ip address='10.0.0.1'><dhcp><range start='10.1.0.0' end='10.2.0.0'/></dhcp></ip>"), BAD, 3,
	  "<range>: 10.1.0.0 to 10.2.0.0 are more than 65536 addresses" },
	{ DHCP("<host mac='52:54:00:00:00:01'/>"), BAD, 4, "<host>: attribute 'ip' is missing" },
	{ DHCP("<host ip='10.0.0.2'/>"), BAD, 4, "<host>: needs a mac or a name" },
	{ DHCP("<host mac='' ip='10.0.0.2'/>"), BAD, 4, "<host>: mac='' is not a MAC address" },
	{ DHCP("<host name='' ip='10.0.0.2'/>"), BAD, 4, "<host>: name='' does not start with a letter or digit" },
	{ DHCP("<host name='\xc3\xbc' ip='10.0.0.2'/>"), BAD, 4, "<host>: name='\xc3\xbc' does not start ..." },
	{ DHCP("<host name='a' ip='10.0.1.2'/>"), BAD, 4, "<host>: ip address 10.0.1.2 is not inside 10.0.0.0/24" },
	{ DHCP("<host name='a' ip='10.0.0.2'/>\n<host name='b' ip='10.0.0.2'/>"), BAD, 5,
	  "<host>: ip 10.0.0.2 stands in another <host>, and not both have a mac" },
	{ DHCP("<host mac='52:54:00:00:00:01' ip='10.0.0.2'/>\n<host mac='52:54:0:0:0:1' ip='10.0.0.3'/>"), BAD, 5,
	  "<host>: mac 52:54:0:0:0:1 stands in another <host>" },
	{ DHCP("<range start='10.0.0.2' end='10.0.0.3'/>") "<!-- after -->", 0, 0,
	  NULL }, /* a good one, as a control */
	{ NET("<ip address='10.0.0.1' prefix='24'><dhcp><host name='a' ip='10.0.0.2'/></dhcp></ip>"
	      "<ip address='10.0.1.1' prefix='24'>\n<dhcp><host name='a' ip='10.0.1.2'/></dhcp></ip>"),
	  BAD, 3, "<ip>: only one IPv4 <ip> of a network may have <dhcp>" },
};

static bool text_fits(const char *got, const char *want)
{
	size_t len = strlen(want);

	if (len > 3 && strcmp(want + len - 3, "...") == 0)
		return strncmp(got, want, len - 3) == 0;
	return strcmp(got, want) == 0;
}

static void refusals_name_element_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };
		int r = network_parse(refused[i].xml, strlen(refused[i].xml), &n, NULL, &e);

		if (r != (refused[i].code ? -1 : 0) || e.code != refused[i].code || e.line != refused[i].line ||
		    (r < 0 && !text_fits(e.detail, refused[i].detail)))
			fail_msg("%s\ngot %d, line %d: %s", refused[i].xml, e.code, e.line, e.detail);
		if (r < 0)
			assert_null(n);
		AUTO(network_free) struct network *quiet = NULL;

		assert_int_equal(network_parse(refused[i].xml, strlen(refused[i].xml), &quiet, NULL, NULL), r);
	}
}

static const struct {
	const char *xml;
	int line;
	const char *text;
} warned[] = {
	{ NET("<nmae>x</nmae>"), 3, "unknown element <nmae> in <network> is ignored" },
	{ NET("<mtu sise='1'/>"), 3, "unknown attribute 'sise' of <mtu> is ignored" },
	{ NET("<name lang='x'>y</name>"), 3, "only the first <name> in <network> counts" },
	{ NET("<uuid v='4'/>"), 3, "unknown attribute 'v' of <uuid> is ignored" },
	{ NET("<title>a<b>c</b></title>"), 3, "unknown element <b> in <title> is ignored" },
	{ NET("<bridge>virbr0</bridge>"), 3, "text in <bridge> is ignored" },
	{ NET("<bridge stp='no'/>"), 3, "stp='no' of <bridge> means 'on'; only 'off' is off" },
	{ NET("<bridge name='%d%d'/>"), 3,
	  "name '%d%d' has more than one '%': a name is chosen as if there were none" },
	{ NET("<dns/>"), 3, "empty <dns> says nothing and is dropped" },
	{ NET("<metadata><a/></metadata>"), 3, "<a> in <metadata> has no namespace and is dropped" },
	{ NET("<x:options xmlns:x='http://libvirt.org/schemas/network/dnsmasq/1.0'><x:option value='conf-dir=/x'/>"
	      "<x:option value='cname=a,b'/></x:options>"),
	  3, "dnsmasq option 'conf-dir' is kept but has no effect: it is not one we know" },
	{ NET("<forward mode='none' dev='a'/>"), 3,
	  "mode 'none' of <forward> has no use for devices: they are dropped" },
	{ NET("<metadata>a</metadata>"), 3, "empty <metadata> says nothing and is dropped" },
	{ NET("<domain/>"), 3, "<domain> without name says nothing and is dropped" },
	{ NET("<forward mode='none' managed='yes'/>"), 3, "attribute 'managed' of <forward> has no effect here" },
	{ NET("<x:name xmlns:x='urn:x'/>"), 3, "unknown element <name> in <network> is ignored" },
	{ NET("<ip xmlns:x='urn:x' x:prefix='8' address='10.0.0.1' prefix='24'/>"), 3,
	  "unknown attribute 'prefix' of <ip> is ignored" },
};

static void what_is_ignored_is_warned_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(warned); i++) {
		AUTO(network_free) struct network *n = NULL;
		struct xml_warnings w = { 0 };
		struct err e = { 0 };

		if (network_parse(warned[i].xml, strlen(warned[i].xml), &n, &w, &e) < 0)
			fail_msg("%s\n%s", warned[i].xml, e.detail);
		if (w.n != 1 || w.v[0].line != warned[i].line || strcmp(w.v[0].text, warned[i].text) != 0)
			fail_msg("%s\n%zu warnings, first in %d: %s", warned[i].xml, w.n, w.n ? w.v[0].line : 0,
				 w.n ? w.v[0].text : "none");
		xml_warnings_free(&w);
	}
}

static void defaults_are_filled_in(void **state)
{
	static const char xml[] = NET("<forward/><bridge/><ip address='10.0.0.1'/>");
	AUTO(network_free) struct network *n = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(network_parse(xml, strlen(xml), &n, NULL, &e), 0);
	assert_int_equal(n->forward.mode, FORWARD_NAT);
	assert_true(n->bridge.stp);
	assert_int_equal(n->bridge.delay_s, 0);
	assert_string_equal(n->bridge.name, "");
	assert_false(n->has_uuid || n->has_mac);
	assert_int_equal(n->forward.port_end, 0);
	assert_int_equal(network_ip_prefix(&n->ips[0]).len, 8);
}

/* A document of `n` times `unit` between `head` and `tail`. */
static char *repeat(const char *head, const char *unit, size_t n, const char *tail)
{
	char *xml = mem_array(strlen(head) + n * strlen(unit) + strlen(tail) + 1, 1), *p = stpcpy(xml, head);

	while (n--)
		p = stpcpy(p, unit);
	strcpy(p, tail);
	return xml;
}

static void limits_hold(void **state)
{
	static const struct {
		const char *head, *unit, *tail;
		size_t most;
		const char *detail;
	} cases[] = {
		{ "<network><name>", "n", "</name></network>", NETWORK_NAME_MAX,
		  "<name>: the name is longer than 246 bytes" },
		{ "<network><name>n</name><domain name='", "n", "'/></network>", NETWORK_DOMAIN_MAX,
		  "<domain>: name is longer than 253 bytes" },
		{ "<network><name>n</name><ip address='10.0.0.1'><dhcp>", "<range start='10.0.0.2' end='10.0.0.2'/>",
		  "</dhcp></ip></network>", NETWORK_RANGES_MAX, "<range>: more than 1024 of them" },
		{ "<network><name>n</name><dns>", "<txt name='a' value=''/>", "</dns></network>", NETWORK_DNS_MAX,
		  "<txt>: more than 65536 of them" },
		{ "<network><name>n</name><dns>", "<forwarder addr='10.0.0.1'/>", "</dns></network>", NETWORK_DNS_MAX,
		  "<forwarder>: more than 65536 of them" },
		{ "<network><name>n</name><dns><host ip='10.0.0.1'>", "<hostname>a</hostname>",
		  "</host></dns></network>", NETWORK_HOSTNAMES_MAX, "<hostname>: more than 1024 of them" },
		{ "<network><name>n</name><dns><txt name='a' value='", "n", "'/></dns></network>", NETWORK_TXT_MAX,
		  "<txt>: value is longer than 60000 bytes" },
		{ "<network><name>n</name><ip address='10.0.0.1'/>", "<route address='0.0.0.0' gateway='10.0.0.2'/>",
		  "</network>", NETWORK_ROUTES_MAX, "<route>: more than 4096 of them" },
		{ "<network><name>n</name><o:options xmlns:o='http://libvirt.org/schemas/network/dnsmasq/1.0'>",
		  "<o:option value='cname=a,b'/>", "</o:options></network>", NETWORK_OPTIONS_MAX,
		  "<option>: more than 4096 of them" },
		{ "<network><name>n</name><ip address='10.0.0.1'><tftp root='", "n", "'/></ip></network>",
		  NETWORK_PATH_MAX, "<tftp>: root is longer than 4095 bytes" },
		{ "<network><name>n</name><ip address='10.0.0.1'><dhcp><host name='a' ip='10.0.0.2' id='", "0",
		  "'/></dhcp></ip></network>", NETWORK_ID_MAX, "<host>: id is longer than 389 bytes" },
		{ "<network><name>n</name><portgroup name='", "n", "'/></network>", NETWORK_TOKEN_MAX,
		  "<portgroup>: name is longer than 255 bytes" },
		{ "<network><name>n</name><title>", "\"", "</title></network>", (NETWORK_XML_MAX - 1124) / 6,
		  "the canonical XML has more than 4193280 bytes" },
		{ "<network><name>n</name><title>", "n", "</title></network>", NETWORK_XML_MAX - 1400, NULL },
		{ "<network><name>n</name><!--", "n", "--></network>", NETWORK_XML_MAX - 50,
		  "the document has more than 4194304 bytes" },
		{ "<network><name>n</name>", "<a>", "</network>", 0, "not well-formed XML: Opening and ending tag..." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t over = 0; over < 2; over++) {
			AUTO(mem_drop)
			char *xml = repeat(cases[i].head, cases[i].unit, cases[i].most + over * 100, cases[i].tail);
			AUTO(network_free) struct network *n = NULL;
			struct err e = { 0 };
			int r = network_parse(xml, strlen(xml), &n, NULL, &e);
			bool fine = !over || !cases[i].detail;

			if (r != (fine ? 0 : -1) || (!fine && !text_fits(e.detail, cases[i].detail)))
				fail_msg("%s%s x %zu: %d: %s", cases[i].head, cases[i].unit, cases[i].most + over * 100,
					 r, e.detail);
		}
}

static void deep_and_wide_documents_end(void **state)
{
	static const char *const heads[] = { "<network><name>n</name>", "<network>" };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		AUTO(mem_drop) char *deep = repeat(heads[i], "<a>", 100000, "");
		AUTO(mem_drop) char *wide = repeat(heads[i], "<a/>", 100000, "</network>");
		AUTO(network_free) struct network *n = NULL;
		struct xml_warnings w = { 0 };

		assert_int_equal(network_parse(deep, strlen(deep), &n, &w, &e), -1);
		assert_int_equal(e.code, VNET_ERR_XML_DETAIL);
		assert_int_equal(network_parse(wide, strlen(wide), &n, &w, &e), i == 0 ? 0 : -1);
		assert_int_equal(w.n, XML_WARNINGS_MAX);
		xml_warnings_free(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_element_and_line), cmocka_unit_test(what_is_ignored_is_warned_about),
		cmocka_unit_test(defaults_are_filled_in),         cmocka_unit_test(limits_hold),
		cmocka_unit_test(deep_and_wide_documents_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
