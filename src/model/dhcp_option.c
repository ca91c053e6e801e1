/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/dhcp_option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/mem.h"
#include "model/array.h"

enum { CODE_MOST = 254, LABEL_MAX = 63 /* RFC 1035 s.2.3.4 */ };

const char *const dhcp_type_words[] = { "",    "ipv4", "ipv4-list", "string",      "hex",    "u8",
					"u16", "u32",  "bool",      "domain-list", "routes", NULL };

static const struct {
	uint8_t code;
	enum dhcp_type type;
	const char *name;
} known[] = {
	{ 1, DHCP_IPV4, "netmask" },
	{ 2, DHCP_U32, "time-offset" },
	{ 3, DHCP_IPV4_LIST, "router" },
	{ 4, DHCP_IPV4_LIST, "time-server" },
	{ 6, DHCP_IPV4_LIST, "dns-server" },
	{ 7, DHCP_IPV4_LIST, "log-server" },
	{ 9, DHCP_IPV4_LIST, "lpr-server" },
	{ 12, DHCP_STRING, "hostname" },
	{ 13, DHCP_U16, "boot-file-size" },
	{ 15, DHCP_STRING, "domain-name" },
	{ 16, DHCP_IPV4_LIST, "swap-server" },
	{ 17, DHCP_STRING, "root-path" },
	{ 18, DHCP_STRING, "extension-path" },
	{ 19, DHCP_BOOL, "ip-forward-enable" },
	{ 20, DHCP_BOOL, "non-local-source-routing" },
	{ 23, DHCP_U8, "default-ttl" },
	{ 26, DHCP_U16, "mtu" },
	{ 27, DHCP_BOOL, "all-subnets-local" },
	{ 28, DHCP_IPV4, "broadcast" },
	{ 31, DHCP_BOOL, "router-discovery" },
	{ 32, DHCP_IPV4, "router-solicitation" },
	{ 33, DHCP_IPV4_LIST, "static-route" },
	{ 34, DHCP_BOOL, "trailer-encapsulation" },
	{ 35, DHCP_U32, "arp-timeout" },
	{ 36, DHCP_BOOL, "ethernet-encap" },
	{ 37, DHCP_U8, "tcp-ttl" },
	{ 38, DHCP_U32, "tcp-keepalive" },
	{ 40, DHCP_STRING, "nis-domain" },
	{ 41, DHCP_IPV4_LIST, "nis-server" },
	{ 42, DHCP_IPV4_LIST, "ntp-server" },
	{ 43, DHCP_HEX, "vendor-specific" },
	{ 44, DHCP_IPV4_LIST, "netbios-ns" },
	{ 45, DHCP_IPV4_LIST, "netbios-dd" },
	{ 46, DHCP_U8, "netbios-nodetype" },
	{ 47, DHCP_STRING, "netbios-scope" },
	{ 48, DHCP_IPV4_LIST, "x-windows-fs" },
	{ 49, DHCP_IPV4_LIST, "x-windows-dm" },
	{ 58, DHCP_U32, "renewal-time" },
	{ 59, DHCP_U32, "rebinding-time" },
	{ 60, DHCP_STRING, "vendor-class" },
	{ 64, DHCP_STRING, "nis+-domain" },
	{ 65, DHCP_IPV4_LIST, "nis+-server" },
	{ 66, DHCP_STRING, "tftp-server" },
	{ 67, DHCP_STRING, "bootfile-name" },
	{ 68, DHCP_IPV4_LIST, "mobile-ip-home" },
	{ 69, DHCP_IPV4_LIST, "smtp-server" },
	{ 70, DHCP_IPV4_LIST, "pop3-server" },
	{ 71, DHCP_IPV4_LIST, "nntp-server" },
	{ 72, DHCP_IPV4_LIST, "www-server" },
	{ 74, DHCP_IPV4_LIST, "irc-server" },
	{ 100, DHCP_STRING, "posix-timezone" },
	{ 101, DHCP_STRING, "tzdb-timezone" },
	{ 108, DHCP_U32, "ipv6-only" },
	{ 114, DHCP_STRING, "captive-portal" },
	{ 116, DHCP_BOOL, "auto-configure" },
	{ 119, DHCP_DOMAIN_LIST, "domain-search" },
	{ 121, DHCP_ROUTES, "classless-static-route" },
	{ 150, DHCP_IPV4_LIST, "tftp-server-address" },
	{ 249, DHCP_ROUTES, "ms-classless-static-route" },
	{ 252, DHCP_STRING, "wpad" },
};

unsigned dhcp_option_code(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].code;
	return 0;
}

enum dhcp_type dhcp_option_type(unsigned code)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].code == code)
			return known[i].type;
	return DHCP_TYPE_NONE;
}

/* Requested address, lease time, overload, type, server, what is asked for, size, client, rapid commit, relay. */
bool dhcp_option_may_be_set(unsigned code)
{
	static const uint8_t needed[] = { 50, 51, 52, 53, 54, 55, 57, 61, 80, 82 };

	return code >= 1 && code <= CODE_MOST && !memchr(needed, (int)code, sizeof(needed));
}

void dhcp_options_clear(struct dhcp_options *o)
{
	for (size_t i = 0; i < o->n; i++) {
		mem_drop(o->v[i].name);
		mem_drop(o->v[i].value);
	}
	mem_drop(o->v);
	*o = (struct dhcp_options){ 0 };
}

struct dhcp_options dhcp_options_copy(const struct dhcp_options *o)
{
	struct dhcp_options c = { .v = array_copy(o->v, o->n, sizeof(*o->v)), .n = o->n };

	for (size_t i = 0; i < c.n; i++) {
		c.v[i].name = mem_strdup(c.v[i].name);
		c.v[i].value = mem_strdup(c.v[i].value);
	}
	return c;
}

/* ---- values ---- */

static const char *put_ip(struct wr *w, const char *text, uint32_t self)
{
	struct ip ip;

	if (ip_parse(text, &ip) < 0 || ip.family != AF_INET)
		return "is not an IPv4 address";
	wr_be32(w, ip_v4(&ip) ? ip_v4(&ip) : self);
	return NULL;
}

static const char *put_number(struct wr *w, const char *text, enum dhcp_type type)
{
	uint64_t most = type == DHCP_U32 ? UINT32_MAX : type == DHCP_U16 ? UINT16_MAX : UINT8_MAX;
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (!isdigit((unsigned char)text[0]) || *end)
		return "is not a number";
	if (n > most)
		return "is too large a number";
	if (type == DHCP_U32)
		wr_be32(w, (uint32_t)n);
	else if (type == DHCP_U16)
		wr_be16(w, (uint16_t)n);
	else
		wr_u8(w, (uint8_t)n);
	return NULL;
}

static const char *put_bool(struct wr *w, const char *text)
{
	bool yes = strcmp(text, "yes") == 0 || strcmp(text, "1") == 0;

	if (!yes && strcmp(text, "no") != 0 && strcmp(text, "0") != 0)
		return "is neither yes nor no";
	wr_u8(w, yes);
	return NULL;
}

/* A domain as labels, RFC 1035 s.3.1: RFC 3397 allows compression, and every client reads it without. */
static const char *put_domain(struct wr *w, const char *text)
{
	if (!*text)
		return "is not a domain";
	while (*text) {
		size_t len = strcspn(text, ".");

		if (len == 0 || len > LABEL_MAX)
			return "is not a domain";
		wr_u8(w, (uint8_t)len);
		wr_bytes(w, text, len);
		text += len + (text[len] == '.');
	}
	wr_u8(w, 0);
	return NULL;
}

/* The destination's length, and only the bytes of it that count (RFC 3442); then the router. */
static const char *put_route(struct wr *w, const char *text, uint32_t self)
{
	char destination[IP_TEXT], router[IP_TEXT], behind;
	unsigned len = 32;
	struct ip ip;
	int n = sscanf(text, "%45[0-9.]/%2u via %45s %c", destination, &len, router, &behind);

	if (n < 3)
		n = sscanf(text, "%45[0-9.]/%2u %45s %c", destination, &len, router, &behind);
	if (n != 3 || len > 32 || ip_parse(destination, &ip) < 0 || ip.family != AF_INET)
		return "is not a DESTINATION/LENGTH and a router";
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, ip.b, (len + 7) / 8);
	return put_ip(w, router, self);
}

/* Bytes "01:ab:3f", or without colons. */
static const char *put_hex(struct wr *w, const char *text)
{
	for (; *text; text += 2 + (text[2] == ':' && text[3])) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
			return "is not bytes of two hexadecimal digits";
		wr_u8(w, (uint8_t)strtoul((char[]){ text[0], text[1], '\0' }, NULL, 16));
	}
	return NULL;
}

const char *dhcp_value_put(struct wr *w, enum dhcp_type type, const char *text, uint32_t self)
{
	struct wr start = *w;
	const char *why = NULL;

	switch (type) {
	case DHCP_IPV4:
	case DHCP_IPV4_LIST:
		why = put_ip(w, text, self);
		break;
	case DHCP_HEX:
		why = put_hex(w, text);
		break;
	case DHCP_U8:
	case DHCP_U16:
	case DHCP_U32:
		why = put_number(w, text, type);
		break;
	case DHCP_BOOL:
		why = put_bool(w, text);
		break;
	case DHCP_DOMAIN_LIST:
		why = put_domain(w, text);
		break;
	case DHCP_ROUTES:
		why = put_route(w, text, self);
		break;
	case DHCP_STRING:
	case DHCP_TYPE_NONE:
		wr_bytes(w, text, strlen(text));
		break;
	}
	if (!why && w->full)
		why = "is too long";
	if (why)
		*w = start;
	return why;
}

static bool is_list(enum dhcp_type type)
{
	return type == DHCP_IPV4_LIST || type == DHCP_DOMAIN_LIST || type == DHCP_ROUTES;
}

/* Without the blanks around it. */
static char *trimmed(char *word)
{
	size_t len;

	word += strspn(word, " \t\n");
	for (len = strlen(word); len && isspace((unsigned char)word[len - 1]); len--)
		;
	word[len] = '\0';
	return word;
}

const char *dhcp_value_put_all(struct wr *w, enum dhcp_type type, const char *text, uint32_t self)
{
	AUTO(mem_drop) char *copy = mem_strdup(text);
	char *rest = copy, *word;
	const char *why = NULL;

	if (!is_list(type))
		return dhcp_value_put(w, type, text, self);
	while (!why && (word = strsep(&rest, ",")))
		why = dhcp_value_put(w, type, trimmed(word), self);
	return why;
}
