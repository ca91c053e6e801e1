/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp-option=, dhcp-option-force=, dhcp-match=, dhcp-userclass= and dhcp-boot= of dnsmasq's configuration (dnsmasq(8)) as
 * options and boot files of ours. Options are those of RFC 2132 and IANA's list. */
#include <ctype.h>
#include <errno.h>

#include "plan/dhcp4.h"
#include "plan/guest.h"
#include "plan/csv.h"

enum { OPTION_CODES = 255 };

/* "42" or "option:ntp-server"; "option6:..", "vendor:.." and other words are for somebody else. */
static int parse_code(const char *text, unsigned *ret)
{
	bool named = strncmp(text, "option:", 7) == 0;
	unsigned code = 0;

	if (!named && isalpha((unsigned char)text[0]))
		return -ENOTSUP;
	if (!named && (csv_number(text, OPTION_CODES - 1, &code) < 0 || code == 0))
		return -EINVAL;
	*ret = named ? dhcp_option_code(text + 7) : code;
	return dhcp_option_may_be_set(*ret) ? 0 : -ENOTSUP;
}

/* ---- values ---- */

/* Of a code that we have no type for: addresses, bytes, else text. A bare number could be of any size. */
static int put_guessed(struct wr *w, const char *text, uint32_t self)
{
	if (!dhcp_value_put(w, DHCP_IPV4, text, self) ||
	    (strchr(text, ':') && !dhcp_value_put(w, DHCP_HEX, text, self)))
		return 0;
	if (text[strspn(text, "0123456789")] == '\0')
		return -ENOTSUP;
	return dhcp_value_put(w, DHCP_STRING, text, self) ? -EINVAL : 0;
}

static int put_value(struct wr *w, enum dhcp_type type, const char *text, uint32_t self)
{
	if (type == DHCP_TYPE_NONE)
		return put_guessed(w, text, self);
	if (type == DHCP_STRING && wr_len(w)) /* the comma belongs to the text */
		wr_u8(w, ',');
	return dhcp_value_put(w, type, text, self) ? -EINVAL : 0;
}

/* Its destination and its router are two words here. */
static int put_route(struct wr *w, const char *destination, const char *router, uint32_t self)
{
	AUTO(mem_drop) char *route = mem_printf("%s %s", destination, router);

	return dhcp_value_put(w, DHCP_ROUTES, route, self) ? -EINVAL : 0;
}

static int put_values(struct wr *w, enum dhcp_type type, const struct csv *words, size_t from, uint32_t self)
{
	int r = 0;

	for (size_t i = from; i < words->n && r == 0; i += type == DHCP_ROUTES ? 2 : 1)
		r = type == DHCP_ROUTES ? put_route(w, words->v[i], csv_at(words, i + 1), self)
					: put_value(w, type, words->v[i], self);
	return r;
}

/* dhcp-option=CODE[,VALUE..]: without a value, or with an empty one, the code is not sent at all. */
static int add_option(struct guest_dhcp4 *d, const struct csv *words, bool force)
{
	uint8_t value[GUEST_OPTION_MAX];
	struct wr w = wr_make(value, sizeof(value));
	unsigned code;
	int r = parse_code(words->v[0], &code);

	if (r == 0 && csv_at(words, 1)[0])
		r = put_values(&w, dhcp_option_type(code), words, 1, d->server);
	if (r == 0)
		guest_add_option(&d->options, code, force, value, wr_len(&w));
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
