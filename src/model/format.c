/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/format.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* A text that grows as it is printed to. Running dry ends the process, as in base/mem. */
static FILE *text_open(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (!f)
		abort();
	return f;
}

static void text_close(FILE *f)
{
	if (ferror(f) || fclose(f) == EOF)
		abort();
}

/* White space in an attribute, and CR anywhere, would be read back as something else, so it goes as a number. */
static const char *const escapes[UCHAR_MAX + 1] = {
	['<'] = "&lt;",    ['>'] = "&gt;",  ['&'] = "&amp;",  ['"'] = "&quot;",
	['\''] = "&apos;", ['\t'] = "&#9;", ['\n'] = "&#10;", ['\r'] = "&#13;",
};

static void put_escaped(FILE *f, const char *s, bool attr)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool raw = !attr && (c == '\t' || c == '\n');

		if (escapes[c] && !raw)
			fputs(escapes[c], f);
		else if (c >= ' ' || raw) /* other control characters cannot stand in XML */
			putc(c, f);
	}
}

char *xml_escape(const char *text)
{
	char *out = NULL;
	size_t len;
	FILE *f = text_open(&out, &len);

	put_escaped(f, text, false);
	text_close(f);
	return out;
}

/* NULL: not printed. */
static void put_attr(FILE *f, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(f, " %s='", name);
	put_escaped(f, value, true);
	putc('\'', f);
}

static void put_ip(FILE *f, const char *name, const struct ip *a)
{
	char text[IP_TEXT];

	if (a->family)
		put_attr(f, name, ip_text(a, text));
}

static void put_text(FILE *f, const char *name, const char *text)
{
	if (!text)
		return;
	fprintf(f, "  <%s>", name);
	put_escaped(f, text, false);
	fprintf(f, "</%s>\n", name);
}

static void put_nat(FILE *f, const struct network *n)
{
	fputs("    <nat>\n", f);
	if (n->forward.nat_start.family) {
		fputs("      <address", f);
		put_ip(f, "start", &n->forward.nat_start);
		put_ip(f, "end", &n->forward.nat_end);
		fputs("/>\n", f);
	}
	if (n->forward.port_end)
		fprintf(f, "      <port start='%u' end='%u'/>\n", n->forward.port_start, n->forward.port_end);
	fputs("    </nat>\n", f);
}

static void put_forward(FILE *f, const struct network *n)
{
	if (n->forward.mode == FORWARD_NONE)
		return;
	fprintf(f, "  <forward mode='%s'", forward_mode_text(n->forward.mode));
	if (!n->forward.nat_start.family && !n->forward.port_end) {
		fputs("/>\n", f);
		return;
	}
	fputs(">\n", f);
	put_nat(f, n);
	fputs("  </forward>\n", f);
}

static void put_bridge(FILE *f, const struct network *n)
{
	fputs("  <bridge", f);
	if (n->bridge.name[0])
		put_attr(f, "name", n->bridge.name);
	fprintf(f, " stp='%s' delay='%lu'/>\n", n->bridge.stp ? "on" : "off", n->bridge.delay_s);
	if (n->mtu)
		fprintf(f, "  <mtu size='%u'/>\n", n->mtu);
	if (n->has_mac) {
		char text[MAC_TEXT];

		fprintf(f, "  <mac address='%s'/>\n", mac_text(&n->mac, text));
	}
}

static void put_dhcp(FILE *f, const struct network_ip *ip)
{
	fputs("    <dhcp>\n", f);
	for (size_t i = 0; i < ip->n_ranges; i++) {
		fputs("      <range", f);
		put_ip(f, "start", &ip->ranges[i].start);
		put_ip(f, "end", &ip->ranges[i].end);
		fputs("/>\n", f);
	}
	for (size_t i = 0; i < ip->n_hosts; i++) {
		fputs("      <host", f);
		put_attr(f, "mac", ip->hosts[i].mac_text);
		put_attr(f, "name", ip->hosts[i].name);
		put_ip(f, "ip", &ip->hosts[i].ip);
		fputs("/>\n", f);
	}
	fputs("    </dhcp>\n", f);
}

static void put_network_ip(FILE *f, const struct network_ip *ip)
{
	fputs("  <ip", f);
	put_attr(f, "family", ip->family_given ? "ipv4" : NULL);
	put_ip(f, "address", &ip->address);
	put_ip(f, "netmask", &ip->netmask);
	if (ip->prefix)
		fprintf(f, " prefix='%u'", ip->prefix);
	fputs(">\n", f);
	if (network_ip_has_dhcp(ip))
		put_dhcp(f, ip);
	fputs("  </ip>\n", f);
}

char *network_format(const struct network *n, const struct format_live *live)
{
	char uuid[UUID_TEXT], *out = NULL;
	size_t len;
	FILE *f = text_open(&out, &len);

	fputs("<network", f);
	if (live && live->connections)
		fprintf(f, " connections='%u'", live->connections);
	fputs(">\n", f);
	put_text(f, "name", n->name);
	put_text(f, "uuid", n->has_uuid ? uuid_text(&n->uuid, uuid) : NULL);
	put_text(f, "title", n->title);
	put_text(f, "description", n->description);
	put_forward(f, n);
	put_bridge(f, n);
	if (n->domain) {
		fputs("  <domain", f);
		put_attr(f, "name", n->domain);
		fputs("/>\n", f);
	}
	for (size_t i = 0; i < n->n_ips; i++)
		put_network_ip(f, &n->ips[i]);
	fputs("</network>\n", f);
	text_close(f);
	return out;
}
