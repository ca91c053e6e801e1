/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/format.h"
#include "model/metadata.h"
#include "model/parse.h"

#define TAGS "<metadata><m:inv xmlns:m='urn:m' rack='7'><m:slot>3</m:slot><o:x xmlns:o='urn:o'/></m:inv></metadata>"

static struct network *network_with(const char *inner)
{
	AUTO(mem_drop) char *xml = mem_printf("<network><name>n</name>%s</network>", inner);
	struct network *n = NULL;
	struct err e = { 0 };

	if (network_parse(xml, strlen(xml), &n, NULL, &e) < 0)
		fail_msg("%s: %s", xml, e.detail);
	return n;
}

/* What <metadata> holds is printed as libvirt does, whatever the input's layout is. */
static const struct {
	const char *in, *out;
} printed[] = {
	{ "<metadata><a xmlns='urn:a'/></metadata>", "  <metadata>\n    <a xmlns=\"urn:a\"/>\n  </metadata>\n" },
	{ "<metadata><x:a xmlns:x='urn:a' v='\"&apos;&#10;'> <x:b> </x:b>\n<x:c>t <x:d> </x:d></x:c></x:a></metadata>",
	  "  <metadata>\n    <x:a xmlns:x=\"urn:a\" v=\"&quot;'&#10;\">\n      <x:b> </x:b>\n      <x:c>t <x:d> "
	  "</x:d></x:c>\n"
	  "    </x:a>\n  </metadata>\n" },
	{ "<metadata xmlns:x='urn:a'><x:a x:b='1'><!-- c --></x:a></metadata>",
	  "  <metadata>\n    <x:a xmlns:x=\"urn:a\" x:b=\"1\">\n      <!-- c -->\n    </x:a>\n  </metadata>\n" },
	{ "<metadata><x:a xmlns:x='urn:a'>\xc3\xbc&#13;<![CDATA[<]]></x:a></metadata>",
	  "  <metadata>\n    <x:a xmlns:x=\"urn:a\">\xc3\xbc&#13;&lt;</x:a>\n  </metadata>\n" },
	{ "<metadata><a xmlns='urn:a'><![CDATA[]]><b>t<c><![CDATA[]]></c></b></a></metadata>",
	  "  <metadata>\n    <a xmlns=\"urn:a\">\n      <b>t<c/></b>\n    </a>\n  </metadata>\n" },
	{ "<metadata><a/><x:b xmlns:x='urn:a'/><y:c xmlns:y='urn:a'/></metadata>",
	  "  <metadata>\n    <x:b xmlns:x=\"urn:a\"/>\n  </metadata>\n" },
	{ "<metadata><a/></metadata>", "  <metadata/>\n" },
	{ "<metadata>text</metadata>", "  <name>n</name>\n  <bridge" },
};

static void elements_print_as_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(printed); i++) {
		AUTO(network_free) struct network *n = network_with(printed[i].in);
		AUTO(mem_drop) char *text = network_format(n, NULL);

		if (!strstr(text, printed[i].out))
			fail_msg("%s: %s", printed[i].in, text);
	}
}

static const struct {
	int type;
	const char *text, *key, *uri;
	int code;
	const char *has, *lacks; /* the definition afterwards, or the message */
} set[] = {
	{ METADATA_TITLE, "new", NULL, NULL, 0, "<title>new</title>", "old" },
	{ METADATA_TITLE, "", NULL, NULL, 0, NULL, "<title>" },
	{ METADATA_TITLE, NULL, NULL, NULL, 0, NULL, "<title>" },
	{ METADATA_TITLE, "a\nb", NULL, NULL, VNET_ERR_INVALID_ARG, "metadata title can't contain newlines", NULL },
	{ METADATA_TITLE, "a\xff", NULL, NULL, VNET_ERR_INVALID_ARG, "not well-formed XML", NULL },
	{ METADATA_DESCRIPTION, "a\xef\xbf\xbf", NULL, NULL, VNET_ERR_INVALID_ARG, "not well-formed XML", NULL },
	{ METADATA_DESCRIPTION, "a\x01z", NULL, NULL, 0, "<description>az</description>", NULL },
	{ METADATA_TITLE, "a", "k", "urn:k", VNET_ERR_INVALID_ARG, "key and uri", NULL },
	{ METADATA_DESCRIPTION, "a\n<b>", NULL, NULL, 0, "<description>a\n&lt;b&gt;</description>", NULL },
	{ METADATA_ELEMENT, "<x>1</x>", "k", "urn:k", 0, "</m:inv>\n    <k:x xmlns:k=\"urn:k\">1</k:x>\n", NULL },
	{ METADATA_ELEMENT, "<k:x><k:y/><z/></k:x>", "k", "urn:k", 0,
	  "    <k:x xmlns:k=\"urn:k\">\n      <k:y/>\n      <z/>\n    </k:x>\n", NULL },
	{ METADATA_ELEMENT, "<m:new xmlns:m='urn:other'/>", "q", "urn:m", 0, "q:new", "m:inv" },
	{ METADATA_ELEMENT, "<new/>", "m", "urn:m", 0, "<m:new xmlns:m=\"urn:m\"/>", "m:inv" },
	{ METADATA_ELEMENT, "<x/>", "k", "urn:k?a=1&b='2'", 0, "m:inv", NULL },
	{ METADATA_ELEMENT, "<x/>", "k", "a b", VNET_ERR_INVALID_ARG, "needs the uri", NULL },
	{ METADATA_ELEMENT, "<x xmlns:q='&lt;'/>", "k", "urn:k", VNET_ERR_XML, "<x>: namespace '<' is no URI", NULL },
	{ METADATA_ELEMENT, NULL, NULL, "urn:m", 0, "<title>old</title>\n  <bridge", "metadata" },
	{ METADATA_ELEMENT, NULL, NULL, "urn:absent", 0, "m:inv", NULL },
	{ METADATA_ELEMENT, "<new/>", NULL, "urn:m", VNET_ERR_INVALID_ARG, "needs a key", NULL },
	{ METADATA_ELEMENT, "<new/>", "a b", "urn:m", VNET_ERR_INVALID_ARG, "needs a key", NULL },
	{ METADATA_ELEMENT, "<new/>", "k", NULL, VNET_ERR_INVALID_ARG, "needs the uri", NULL },
	{ METADATA_ELEMENT, "<q:new/>", "k", "urn:k", VNET_ERR_XML, "the prefix is not declared", NULL },
	{ METADATA_ELEMENT, "<a xmlns:k='urn:z'/>", "k", "urn:k", VNET_ERR_XML, "another namespace", NULL },
	{ METADATA_ELEMENT, "<a>", "k", "urn:k", VNET_ERR_XML_DETAIL, "not well-formed", NULL },
	{ 9, "a", NULL, NULL, VNET_ERR_INVALID_ARG, "unknown metadata type '9'", NULL },
};

static void texts_and_elements_are_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(set); i++) {
		AUTO(network_free) struct network *n = network_with("<title>old</title>" TAGS);
		AUTO(network_free) struct network *again = NULL;
		struct err e = { 0 };
		int r = network_set_metadata(n, set[i].type, set[i].text, set[i].key, set[i].uri, &e);
		AUTO(mem_drop) char *text = network_format(n, NULL);
		const char *told = r < 0 ? e.detail : text;

		if ((r < 0) != (set[i].code != 0) || e.code != set[i].code ||
		    (set[i].has && !strstr(told, set[i].has)) || (set[i].lacks && strstr(told, set[i].lacks)))
			fail_msg("%s: %d: %s\n%s", set[i].text, e.code, e.detail, text);
		assert_int_equal(network_parse(text, strlen(text), &again, NULL, &e), 0);
		AUTO(mem_drop) char *twice = network_format(again, NULL);

		assert_string_equal(text, twice);
	}
}

static const struct {
	int type;
	const char *uri;
	int code;
	const char *text; /* or the message */
} got[] = {
	{ METADATA_TITLE, NULL, 0, "old" },
	{ METADATA_DESCRIPTION, NULL, VNET_ERR_NO_METADATA, "Requested metadata element is not present" },
	{ METADATA_ELEMENT, "urn:m", 0, "<inv rack=\"7\">\n  <slot>3</slot>\n  <o:x xmlns:o=\"urn:o\"/>\n</inv>" },
	{ METADATA_ELEMENT, "urn:o", VNET_ERR_NO_METADATA, "Requested metadata element is not present" },
	{ METADATA_ELEMENT, NULL, VNET_ERR_INVALID_ARG, "the uri goes with an element" },
	{ METADATA_TITLE, "urn:m", VNET_ERR_INVALID_ARG, "the uri goes with an element" },
	{ -1, NULL, VNET_ERR_INVALID_ARG, "unknown metadata type '-1'" },
};

static void texts_and_elements_are_got(void **state)
{
	AUTO(network_free) struct network *n = network_with("<title>old</title>" TAGS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(got); i++) {
		AUTO(mem_drop) char *text = NULL;
		struct err e = { 0 };
		int r = network_get_metadata(n, got[i].type, got[i].uri, &text, &e);

		if (e.code != got[i].code || strcmp(r < 0 ? e.detail : text, got[i].text) != 0)
			fail_msg("%d %s: %d: %s", got[i].type, got[i].uri, e.code, r < 0 ? e.detail : text);
	}
}

/* However & is kept in a namespace's name, the element is found by the name as people write it. */
static void a_uri_with_an_ampersand_is_found(void **state)
{
	static const char uri[] = "http://m.example/?a=1&b=2";
	AUTO(network_free)
	struct network *n = network_with("<metadata><m:a xmlns:m='http://m.example/?a=1&amp;b=2'/></metadata>");
	AUTO(mem_drop) char *text = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(network_get_metadata(n, METADATA_ELEMENT, uri, &text, &e), 0);
	assert_string_equal(text, "<a/>");
	assert_int_equal(network_set_metadata(n, METADATA_ELEMENT, "<b/>", "m", uri, &e), 0);
	assert_int_equal(n->n_metadata, 1);
	assert_int_equal(network_set_metadata(n, METADATA_ELEMENT, NULL, NULL, uri, &e), 0);
	assert_int_equal(n->n_metadata, 0);
}

static void names_of_namespaces_are_uris(void **state)
{
	static const char *const bad[] = { "&lt;", "a&gt;", "&quot;", "a b", "&#13;", "&#10;" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(mem_drop)
		char *xml = mem_printf("<network><name>n</name><metadata>\n<a xmlns='urn:a'><b xmlns:q='u%s'/></a>"
				       "</metadata></network>",
				       bad[i]);
		AUTO(network_free) struct network *n = NULL;
		struct err e = { 0 };

		if (network_parse(xml, strlen(xml), &n, NULL, &e) == 0 || e.code != VNET_ERR_XML || e.line != 2)
			fail_msg("%s: %d, line %d: %s", bad[i], e.code, e.line, e.detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_print_as_they_were),  cmocka_unit_test(texts_and_elements_are_set),
		cmocka_unit_test(texts_and_elements_are_got),   cmocka_unit_test(a_uri_with_an_ampersand_is_found),
		cmocka_unit_test(names_of_namespaces_are_uris),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
