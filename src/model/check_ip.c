/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses against each other: subnets, DHCP ranges and hosts, routes. */
#include "model/checks.h"

#include "base/map.h"

enum { LEN_WITH_BROADCAST = 30 }; /* longer prefixes have no network and broadcast address, RFC 3021 */

static const char *unfit_v4(const struct prefix *p)
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

/* Why the address cannot be a gateway's, NULL: it can. */
static const char *unfit(const struct prefix *p)
{
	struct ip unspecified, loopback;

	if (p->ip.family == AF_INET)
		return unfit_v4(p);
	ip_parse("::", &unspecified);
	ip_parse("::1", &loopback);
	if (ip_eq(&p->ip, &unspecified))
		return "is no address";
	if (ip_eq(&p->ip, &loopback))
		return "is a loopback address";
	return p->ip.b[0] == 0xff ? "is a multicast address" : NULL;
}

static int check_addresses(const struct network *n, struct err *e)
{
	char a[PREFIX_TEXT], b[PREFIX_TEXT];

	for (size_t i = 0; i < n->n_ips; i++) {
		struct prefix p = network_ip_prefix(&n->ips[i]);
		const char *why = unfit(&p);

		if (why)
			return check_bad(e, n->ips[i].line, "<ip>: address %s %s", ip_text(&p.ip, a), why);
		for (size_t j = 0; j < i; j++) {
			struct prefix q = network_ip_prefix(&n->ips[j]);

			if (prefix_overlaps(&p, &q))
				return check_bad(e, n->ips[i].line, "<ip>: %s overlaps %s of another <ip>",
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
	return check_bad(e, line, "%s address %s is not inside %s", what, ip_text(a, text), prefix_text(p, net));
}

static int check_range_v4(const struct prefix *p, const struct dhcp_range *r, struct err *e)
{
	struct ip network = prefix_network(p), broadcast = prefix_broadcast(p);
	char a[IP_TEXT], b[PREFIX_TEXT];

	if (ip_eq(&r->start, &network))
		return check_bad(e, r->line, "<range>: start address %s is the address of the network %s",
				 ip_text(&r->start, a), prefix_text(p, b));
	if (ip_eq(&r->end, &broadcast))
		return check_bad(e, r->line, "<range>: end address %s is the broadcast address of %s",
				 ip_text(&r->end, a), prefix_text(p, b));
	if (ip_v4(&r->end) - ip_v4(&r->start) >= NETWORK_SPAN_MAX)
		return check_bad(e, r->line, "<range>: %s to %s are more than %d addresses", ip_text(&r->start, a),
				 ip_text(&r->end, b), NETWORK_SPAN_MAX);
	return 0;
}

static int check_range_v6(const struct dhcp_range *r, struct err *e)
{
	char a[IP_TEXT], b[IP_TEXT];

	if (memcmp(r->start.b, r->end.b, sizeof(r->start.b) - 2) == 0) /* NETWORK_SPAN_MAX are 16 bits */
		return 0;
	return check_bad(e, r->line, "<range>: %s and %s differ in more than the last 16 bits", ip_text(&r->start, a),
			 ip_text(&r->end, b));
}

static int check_range(const struct prefix *p, const struct dhcp_range *r, struct err *e)
{
	char a[IP_TEXT], b[IP_TEXT];

	if (ip_cmp(&r->start, &r->end) > 0)
		return check_bad(e, r->line, "<range>: start address %s is above end address %s", ip_text(&r->start, a),
				 ip_text(&r->end, b));
	if (check_inside(p, &r->start, r->line, "<range>: start", e) < 0 ||
	    check_inside(p, &r->end, r->line, "<range>: end", e) < 0)
		return -1;
	return p->ip.family == AF_INET ? check_range_v4(p, r, e) : check_range_v6(r, e);
}

/* A MAC belongs to one host. An address too, but several network cards of one machine may share it. */
static int check_host(struct map *macs, struct map *ips, struct dhcp_host *h, struct err *e)
{
	char text[IP_TEXT];
	const struct dhcp_host *other;

	if (h->mac_text && map_put(macs, &h->mac, sizeof(h->mac), h))
		return check_bad(e, h->line, "<host>: mac %s stands in another <host>", h->mac_text);
	other = map_put(ips, h->ip.b, sizeof(h->ip.b), h);
	if (other && !(other->mac_text && h->mac_text))
		return check_bad(e, h->line, "<host>: ip %s stands in another <host>, and not both have a mac",
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
	const struct network_ip *first[2] = { NULL };

	for (size_t i = 0; i < n->n_ips; i++) {
		const struct network_ip *ip = &n->ips[i];
		struct prefix p = network_ip_prefix(ip);
		bool v6 = ip->address.family == AF_INET6;

		if (network_ip_has_dhcp(ip) && first[v6])
			return check_bad(e, ip->line, "<ip>: only one %s <ip> of a network may have <dhcp>",
					 v6 ? "IPv6" : "IPv4");
		if (network_ip_has_dhcp(ip))
			first[v6] = ip;
		for (size_t j = 0; j < ip->n_ranges; j++)
			if (check_range(&p, &ip->ranges[j], e) < 0)
				return -1;
		if (check_hosts(ip, &p, e) < 0)
			return -1;
	}
	return 0;
}

static int check_gateway(const struct network *n, const struct network_route *r, struct err *e)
{
	char text[IP_TEXT];

	for (size_t i = 0; i < n->n_ips; i++) {
		struct prefix p = network_ip_prefix(&n->ips[i]);

		if (ip_eq(&p.ip, &r->gateway))
			return check_bad(e, r->line, "<route>: gateway %s is this network's own address",
					 ip_text(&r->gateway, text));
		if (prefix_contains(&p, &r->gateway))
			return 0;
	}
	return check_bad(e, r->line, "<route>: gateway %s is in no <ip>'s subnet: unreachable static route gateway",
			 ip_text(&r->gateway, text));
}

int check_ips(const struct network *n, struct err *e)
{
	if (check_addresses(n, e) < 0 || check_dhcp(n, e) < 0)
		return -1;
	for (size_t i = 0; i < n->n_routes; i++)
		if (check_gateway(n, &n->routes[i], e) < 0)
			return -1;
	return 0;
}
