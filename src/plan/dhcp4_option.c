/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp-option=, dhcp-option-force=, dhcp-match=, dhcp-userclass= and dhcp-boot= of dnsmasq's configuration (dnsmasq(8)) as
 * options and boot files of ours. Options are those of RFC 2132 and IANA's list. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/wr.h"
#include "plan/dhcp4.h"
#include "plan/guest.h"
#include "plan/csv.h"

enum { OPTION_CODES = 255, CLIENT_ARCH = 93, USER_CLASS = 77, IPXE_ENCAPSULATED = 175 };

/* How values are written on the wire. */
enum type { GUESSED, IPS, TEXT, U8, U16, U32, NAMES, ROUTES };

static const struct {
	uint8_t code;
	enum type type;
	const char *name;
} known[] = {
	{ 2, U32, "time-offset" },
	{ 3, IPS, "router" },
	{ 4, IPS, "time-server" },
	{ 6, IPS, "dns-server" },
	{ 7, IPS, "log-server" },
	{ 9, IPS, "lpr-server" },
	{ 13, U16, "boot-file-size" },
	{ 15, TEXT, "domain-name" },
	{ 16, IPS, "swap-server" },
	{ 17, TEXT, "root-path" },
	{ 18, TEXT, "extension-path" },
	{ 19, U8, "ip-forward-enable" },
	{ 23, U8, "default-ttl" },
	{ 26, U16, "mtu" },
	{ 33, IPS, "static-route" },
	{ 40, TEXT, "nis-domain" },
	{ 41, IPS, "nis-server" },
	{ 42, IPS, "ntp-server" },
	{ 44, IPS, "netbios-ns" },
	{ 45, IPS, "netbios-dd" },
	{ 46, U8, "netbios-nodetype" },
	{ 47, TEXT, "netbios-scope" },
	{ 60, TEXT, "vendor-class" },
	{ 64, TEXT, "nis+-domain" },
	{ 65, IPS, "nis+-server" },
	{ 66, TEXT, "tftp-server" },
	{ 67, TEXT, "bootfile-name" },
	{ 69, IPS, "smtp-server" },
	{ 70, IPS, "pop3-server" },
	{ 72, IPS, "www-server" },
	{ 100, TEXT, "posix-timezone" },
	{ 101, TEXT, "tzdb-timezone" },
	{ 108, U32, "ipv6-only" },
	{ 114, TEXT, "captive-portal" },
	{ 119, NAMES, "domain-search" },
	{ 121, ROUTES, "classless-static-route" },
	{ 150, IPS, "tftp-server-address" },
	{ 252, TEXT, "wpad" },
};

/* "42" or "option:ntp-server"; "option6:..", "vendor:.." and other words are for somebody else. */
static int parse_code(const char *text, unsigned *ret, enum type *ret_type)
{
	bool named = strncmp(text, "option:", 7) == 0;
	unsigned code = 0;

	if (!named && isalpha((unsigned char)text[0]))
		return -ENOTSUP;
	if (!named && (csv_number(text, OPTION_CODES - 1, &code) < 0 || code == 0))
		return -EINVAL;
	*ret_type = GUESSED;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (named ? strcmp(known[i].name, text + 7) != 0 : known[i].code != code)
			continue;
		*ret = known[i].code;
		*ret_type = known[i].type;
		return 0;
	}
	*ret = code;
	return named ? -ENOTSUP : 0;
}

/* ---- values ---- */

/* 0.0.0.0 stands for the server itself. */
static int put_ip(struct wr *w, const char *text, uint32_t self)
{
	struct ip ip;

	if (ip_parse(text, &ip) < 0 || ip.family != AF_INET)
		return -EINVAL;
	wr_be32(w, ip_v4(&ip) ? ip_v4(&ip) : self);
	return 0;
}

static int put_number(struct wr *w, const char *text, enum type type)
{
	static const unsigned most[] = { [U8] = UINT8_MAX, [U16] = UINT16_MAX, [U32] = UINT32_MAX };
	unsigned n;

	if (csv_number(text, most[type], &n) < 0)
		return -EINVAL;
	if (type == U32)
		wr_be32(w, n);
	else if (type == U16)
		wr_be16(w, (uint16_t)n);
	else
		wr_u8(w, (uint8_t)n);
	return 0;
}

/* A domain as labels, RFC 1035 s.3.1: RFC 3397 allows compression, and every client reads it without. */
static int put_name(struct wr *w, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ".");

		if (len == 0 || len > 63)
			return -EINVAL;
		wr_u8(w, (uint8_t)len);
		wr_bytes(w, text, len);
		text += len + (text[len] == '.');
	}
	wr_u8(w, 0);
	return 0;
}

/* DESTINATION/LENGTH, then its router: only the bytes of the destination that count (RFC 3442). */
static int put_route(struct wr *w, const char *destination, const char *router, uint32_t self)
{
	AUTO(mem_drop) char *copy = mem_strdup(destination);
	char *slash = strchr(copy, '/');
	unsigned len = 32;
	struct ip ip;

	if (slash) {
		*slash = '\0';
		if (csv_number(slash + 1, 32, &len) < 0)
			return -EINVAL;
	}
	if (ip_parse(copy, &ip) < 0 || ip.family != AF_INET)
		return -EINVAL;
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, ip.b, (len + 7) / 8);
	return put_ip(w, router, self);
}

/* Bytes "01:ab:3f"; -EINVAL: it is something else. */
static int put_hex(struct wr *w, const char *text)
{
	struct wr start = *w;

	for (;;) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    (text[2] && text[2] != ':')) {
			*w = start;
			return -EINVAL;
		}
		wr_u8(w, (uint8_t)strtoul((char[]){ text[0], text[1], '\0' }, NULL, 16));
		if (!text[2])
			return 0;
		text += 3;
	}
}

/* Of a code that we have no type for: addresses, bytes, else text. A bare number could be of any size. */
static int put_guessed(struct wr *w, const char *text, uint32_t self)
{
	if (put_ip(w, text, self) == 0 || (strchr(text, ':') && put_hex(w, text) == 0))
		return 0;
	if (text[strspn(text, "0123456789")] == '\0')
		return -ENOTSUP;
	wr_bytes(w, text, strlen(text));
	return 0;
}

static int put_value(struct wr *w, enum type type, const struct csv *words, size_t i, uint32_t self)
{
	const char *text = words->v[i];

	switch (type) {
	case IPS:
		return put_ip(w, text, self);
	case TEXT:
		if (wr_len(w)) /* the comma belongs to the text */
			wr_u8(w, ',');
		wr_bytes(w, text, strlen(text));
		return 0;
	case NAMES:
		return put_name(w, text);
	case GUESSED:
		return put_guessed(w, text, self);
	default:
		return put_number(w, text, type);
	}
}

static int put_values(struct wr *w, enum type type, const struct csv *words, size_t from, uint32_t self)
{
	int r = 0;

	for (size_t i = from; i < words->n && r == 0; i += type == ROUTES ? 2 : 1)
		r = type == ROUTES ? put_route(w, words->v[i], csv_at(words, i + 1), self)
				   : put_value(w, type, words, i, self);
	return r == 0 && w->full ? -EINVAL : r;
}

/* dhcp-option=CODE[,VALUE..]: without a value, or with an empty one, the code is not sent at all. */
static int add_option(struct guest_dhcp4 *d, const struct csv *words, bool force)
{
	uint8_t value[GUEST_OPTION_MAX];
	struct wr w = wr_make(value, sizeof(value));
	enum type type;
	unsigned code;
	int r = parse_code(words->v[0], &code, &type);

	if (r == 0 && csv_at(words, 1)[0])
		r = put_values(&w, type, words, 1, d->server);
	if (r == 0)
		guest_add_option(d, code, force, value, wr_len(&w));
	return r;
}

/* ---- who boots what ---- */

/* What a tag means, told by the lines that set it. */
struct tag {
	int arch; /* -1: not that */
	bool ipxe;
};

/* set:TAG,option:client-arch,N | set:TAG,93,N | set:TAG,175[,..] | set:TAG,iPXE (a user class) */
static bool is_set(const char *line, const char *tag, struct tag *ret)
{
	struct csv w;
	const char *value = strchr(line, '=');
	bool found = false;
	unsigned arch;

	if (!value || csv_cut(value + 1, &w) < 0)
		return false;
	const char *what = csv_at(&w, 1);

	*ret = (struct tag){ .arch = -1 };
	if (strncmp(w.v[0], "set:", 4) == 0 && strcmp(w.v[0] + 4, tag) == 0) {
		bool by_arch = strcmp(what, "93") == 0 || strcmp(what, "option:client-arch") == 0;

		if (strncmp(line, "dhcp-match=", 11) == 0 && by_arch && csv_number(csv_at(&w, 2), 65535, &arch) == 0)
			ret->arch = (int)arch;
		else if (strncmp(line, "dhcp-match=", 11) == 0 && strcmp(what, "175") == 0)
			ret->ipxe = true;
		else if (strncmp(line, "dhcp-userclass=", 15) == 0 && strcmp(what, "iPXE") == 0)
			ret->ipxe = true;
		found = ret->arch >= 0 || ret->ipxe;
	}
	csv_free(&w);
	return found;
}

static bool find_tag(const struct network *n, const char *name, struct tag *ret)
{
	for (size_t i = 0; i < n->n_options; i++)
		if (is_set(n->options[i], name, ret))
			return true;
	return false;
}

/* "tag:NAME" or "tag:!NAME" narrows down who is told; a tag may be set by a line that has no effect here. */
static int narrow(const struct network *n, const char *word, struct guest_boot *b)
{
	bool not = word[4] == '!';
	struct tag t;

	if (!find_tag(n, word + 4 + not, &t) || (t.arch >= 0 && not ))
		return -ENOTSUP;
	if (t.arch >= 0)
		b->arch = t.arch;
	else
		b->who = not ? GUEST_BOOT_FIRMWARE : GUEST_BOOT_IPXE;
	return 0;
}

/* dhcp-boot=[tag:TAG,..]FILE[,NAME[,ADDRESS]] */
static int add_boot(const struct network *n, struct guest_dhcp4 *d, const struct csv *w)
{
	struct guest_boot b = { .arch = -1, .who = GUEST_BOOT_ANY };
	size_t i = 0;
	struct ip ip = { 0 };

	for (; i < w->n && strncmp(w->v[i], "tag:", 4) == 0; i++) {
		int r = narrow(n, w->v[i], &b);

		if (r < 0)
			return r;
	}
	const char *file = csv_at(w, i), *name = csv_at(w, i + 1), *address = csv_at(w, i + 2);

	if (!file[0] || strlen(file) > GUEST_FILE_MAX || strlen(name) > 63)
		return -EINVAL;
	if (address[0] && (ip_parse(address, &ip) < 0 || ip.family != AF_INET))
		return -EINVAL;
	b.server = ip_v4(&ip);
	guest_add_boot(d, &b, file, name);
	return 0;
}

int plan_dhcp4_option(const struct network *n, struct guest_dhcp4 *d, const char *line)
{
	size_t len = strcspn(line, "=");
	struct csv w;
	int r = -ENOTSUP;

	if (strncmp(line, "dhcp-", 5) != 0 || !line[len])
		return -ENOTSUP;
	if (csv_cut(line + len + 1, &w) < 0)
		return -EINVAL;
	if (len == 11 && memcmp(line, "dhcp-option", len) == 0)
		r = add_option(d, &w, false);
	else if (len == 17 && memcmp(line, "dhcp-option-force", len) == 0)
		r = add_option(d, &w, true);
	else if (len == 9 && memcmp(line, "dhcp-boot", len) == 0)
		r = add_boot(n, d, &w);
	else if (strncmp(w.v[0], "set:", 4) == 0) { /* a line that sets a tag: understood or not */
		struct tag t;

		r = is_set(line, w.v[0] + 4, &t) ? 0 : -ENOTSUP;
	}
	csv_free(&w);
	return r;
}
