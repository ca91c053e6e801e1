/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is published against the network and against each other. */
#include "model/checks.h"

/* NULL: its guests can be reached by forwarding. */
static const char *unfit_mode(const struct network *n)
{
	if (n->forward.mode == FORWARD_NONE)
		return "an isolated network lets nobody in; it needs a <forward> of mode nat, route or open";
	return network_is_managed(n) ? NULL : "guests of this forward mode have addresses of their own outside";
}

/* Why nobody can connect to this address of the host, NULL: one can. */
static const char *unfit_address(const struct ip *a)
{
	struct ip loopback;
	bool v6 = a->family == AF_INET6;

	ip_parse("::1", &loopback);
	if (v6 && ip_eq(a, &loopback))
		return "is a loopback address, from which the kernel lets nothing leave";
	if (v6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80)
		return "is a link-local address, which every interface has";
	if (v6)
		return a->b[0] == 0xff ? "is a multicast address" : NULL;
	return a->family == AF_INET && a->b[0] >= 224 ? "is a multicast or broadcast address" : NULL;
}

static int check_address(const struct network *n, const struct publish *p, struct err *e)
{
	const char *why = unfit_address(&p->address);
	char text[IP_TEXT];

	if (why)
		return check_bad(e, p->line, "<vnet:publish>: address %s %s", ip_text(&p->address, text), why);
	if (p->ip.family && p->address.family && p->ip.family != p->address.family)
		return check_bad(e, p->line, "<vnet:publish>: address %s and guest %s are not of one family",
				 ip_text(&p->address, text), p->guest);
	for (size_t i = 0; i < n->n_ips; i++)
		if (publish_has_family(n, p, n->ips[i].address.family))
			return 0;
	return check_bad(e, p->line, "<vnet:publish>: the network has no %saddress",
			 p->address.family == AF_INET6 ? "IPv6 "
			 : p->address.family           ? "IPv4 "
						       : "");
}

/* An address given as the guest's must be one that a guest can have. */
static int check_guest(const struct network *n, const struct publish *p, struct err *e)
{
	bool inside = false;

	for (size_t i = 0; i < n->n_ips; i++) {
		struct prefix subnet = network_ip_prefix(&n->ips[i]);

		if (ip_eq(&subnet.ip, &p->ip))
			return check_bad(e, p->line, "<vnet:publish>: %s is this network's own address", p->guest);
		inside |= prefix_contains(&subnet, &p->ip);
	}
	for (size_t i = 0; i < n->n_routes; i++) {
		struct prefix behind = network_route_prefix(&n->routes[i]);

		inside |= prefix_contains(&behind, &p->ip);
	}
	if (p->ip.family && !inside)
		return check_bad(e, p->line, "<vnet:publish>: guest %s is in no subnet of the network", p->guest);
	return 0;
}

static int check_overlaps(const struct network *n, size_t i, struct err *e)
{
	char a[PUBLISH_TEXT], b[PUBLISH_TEXT];
	const struct publish *p = &n->own.publishes[i];

	for (size_t j = 0; j < i; j++)
		if (publish_overlaps(n, p, n, &n->own.publishes[j]))
			return check_bad(e, p->line, "<vnet:publish>: %s overlaps %s of another one",
					 publish_text(p, a), publish_text(&n->own.publishes[j], b));
	return 0;
}

int check_publishes(const struct network *n, struct err *e)
{
	const struct network_own *own = &n->own;
	const char *why = unfit_mode(n);
	size_t ports = 0;

	if (own->n_publishes && why)
		return check_unfit(e, own->publishes[0].line, "<vnet:publish>: %s", why);
	for (size_t i = 0; i < own->n_publishes; i++) {
		const struct publish *p = &own->publishes[i];

		if (check_address(n, p, e) < 0 || check_guest(n, p, e) < 0 || check_overlaps(n, i, e) < 0)
			return -1;
		ports += (size_t)(p->port_end - p->port) + 1;
		if (ports > PUBLISH_PORTS_MAX)
			return check_bad(e, p->line, "<vnet:publish>: more than %d ports of one network",
					 PUBLISH_PORTS_MAX);
	}
	return 0;
}
