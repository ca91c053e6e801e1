/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/map.h"

enum { LEN_WITH_BROADCAST = 30 }; /* longer prefixes have no network and broadcast address, RFC 3021 */

static int bad(struct err *e, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int bad(struct err *e, int line, const char *fmt, ...)
{
	char what[sizeof(e->detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(e, VNET_ERR_XML, "%s", what);
	if (e)
		e->line = line;
	return -1;
}

static int check_forward(const struct network *n, struct err *e)
{
	if (n->forward.mode != FORWARD_NONE && !n->n_ips)
		return bad(e, n->forward.line, "<forward>: mode '%s' needs an <ip>",
			   forward_mode_text(n->forward.mode));
	return 0;
}

/* Why the address cannot be a gateway's, NULL: it can. */
static const char *unfit(const struct prefix *p)
{
	struct ip network = prefix_network(p), broadcast = prefix_broadcast(p);
	uint32_t a = ip_v4(&p->ip);

	if (a == 0)
		return "is no address";
	if (a >> 24 == 127)
		return "is a loopback address";
	if (a >> 28 == 14)
		return "is a multicast address";
	if (a == UINT32_MAX)
		return "is the broadcast address";
	if (p->len == 0)
		return "needs a netmask or a prefix";
	if (p->len > LEN_WITH_BROADCAST)
		return NULL;
	if (ip_eq(&p->ip, &network))
		return "is the address of its network";
	return ip_eq(&p->ip, &broadcast) ? "is the broadcast address of its network" : NULL;
}

static int check_addresses(const struct network *n, struct err *e)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	for (size_t i = 0; i < n->n_ips; i++) {
		struct prefix p = network_ip_prefix(&n->ips[i]);
		const char *why = unfit(&p);

		if (why)
			return bad(e, n->ips[i].line, "<ip>: address %s %s", ip_text(&p.ip, a), why);
		for (size_t j = 0; j < i; j++) {
			struct prefix q = network_ip_prefix(&n->ips[j]);

			if (prefix_overlaps(&p, &q))
				return bad(e, n->ips[i].line, "<ip>: %s overlaps %s of another <ip>",
					   prefix_text(&p, a), prefix_text(&q, b));
		}
	}
	return 0;
}

/* `what`: the element and attribute. */
static int check_inside(const struct prefix *p, const struct ip *a, int line, const char *what, struct err *e)
{
	char text[IP_TEXT], net[PREFIX_TEXT];

	if (prefix_contains(p, a))
		return 0;
	return bad(e, line, "%s address %s is not inside %s", what, ip_text(a, text), prefix_text(p, net));
}

static int check_range(const struct prefix *p, const struct dhcp_range *r, struct err *e)
{
	struct ip network = prefix_network(p), broadcast = prefix_broadcast(p);
	char a[IP_TEXT], b[PREFIX_TEXT];

	if (ip_cmp(&r->start, &r->end) > 0)
		return bad(e, r->line, "<range>: start address %s is above end address %s", ip_text(&r->start, a),
			   ip_text(&r->end, b));
	if (check_inside(p, &r->start, r->line, "<range>: start", e) < 0 ||
	    check_inside(p, &r->end, r->line, "<range>: end", e) < 0)
		return -1;
	if (ip_eq(&r->start, &network))
		return bad(e, r->line, "<range>: start address %s is the address of the network %s",
			   ip_text(&r->start, a), prefix_text(p, b));
	if (ip_eq(&r->end, &broadcast))
		return bad(e, r->line, "<range>: end address %s is the broadcast address of %s", ip_text(&r->end, a),
			   prefix_text(p, b));
	if (ip_v4(&r->end) - ip_v4(&r->start) >= NETWORK_SPAN_MAX)
		return bad(e, r->line, "<range>: %s to %s are more than %d addresses", ip_text(&r->start, a),
			   ip_text(&r->end, b), NETWORK_SPAN_MAX);
	return 0;
}

/* A MAC belongs to one host. An address too, but several network cards of one machine may share it. */
static int check_host(struct map *macs, struct map *ips, struct dhcp_host *h, struct err *e)
{
	char text[IP_TEXT];
	const struct dhcp_host *other;

	if (h->mac_text && map_put(macs, &h->mac, sizeof(h->mac), h))
		return bad(e, h->line, "<host>: mac %s stands in another <host>", h->mac_text);
	other = map_put(ips, h->ip.b, sizeof(h->ip.b), h);
	if (other && !(other->mac_text && h->mac_text))
		return bad(e, h->line, "<host>: ip %s stands in another <host>, and not both have a mac",
			   ip_text(&h->ip, text));
	return 0;
}

static int check_hosts(const struct network_ip *ip, const struct prefix *p, struct err *e)
{
	AUTO(map_free) struct map *macs = map_new();
	AUTO(map_free) struct map *ips = map_new();

	for (size_t i = 0; i < ip->n_hosts; i++) {
		struct dhcp_host *h = &ip->hosts[i];

		if (check_inside(p, &h->ip, h->line, "<host>: ip", e) < 0 || check_host(macs, ips, h, e) < 0)
			return -1;
	}
	return 0;
}

static int check_dhcp(const struct network *n, struct err *e)
{
	const struct network_ip *first = NULL;

	for (size_t i = 0; i < n->n_ips; i++) {
		const struct network_ip *ip = &n->ips[i];
		struct prefix p = network_ip_prefix(ip);

		if (network_ip_has_dhcp(ip) && first)
			return bad(e, ip->line, "<ip>: only one IPv4 <ip> of a network may have <dhcp>");
		if (network_ip_has_dhcp(ip))
			first = ip;
		for (size_t j = 0; j < ip->n_ranges; j++)
			if (check_range(&p, &ip->ranges[j], e) < 0)
				return -1;
		if (check_hosts(ip, &p, e) < 0)
			return -1;
	}
	return 0;
}

int network_check(const struct network *n, struct err *e)
{
	return check_forward(n, e) < 0 || check_addresses(n, e) < 0 || check_dhcp(n, e) < 0 ? -1 : 0;
}
