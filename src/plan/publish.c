/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/publish.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

#include "model/array.h"

static const int families[] = { AF_INET, AF_INET6 };

static bool is_host_of(const struct dhcp_host *h, const struct publish *p)
{
	if (mac_is_zero(&p->mac))
		return h->name && strcasecmp(h->name, p->guest) == 0;
	return h->mac_text && mac_eq(&h->mac, &p->mac);
}

/* Whom a published port is for. */
struct whom {
	const struct publish *p;
	const struct dhcp_host **hosts; /* what is reserved for it */
	size_t n_hosts;
};

/* A MAC that is reserved by IPv4 names the guest for IPv6 too; an id of DHCPv6 says nothing about IPv4. */
static struct whom whom_of(const struct network *n, const struct publish *p, int family)
{
	struct whom w = { .p = p };

	for (size_t i = 0; i < n->n_ips; i++)
		for (size_t j = 0; j < n->ips[i].n_hosts; j++) {
			const struct dhcp_host *h = &n->ips[i].hosts[j];

			if (is_host_of(h, p) && (h->mac_text || h->ip.family == family))
				*mem_push(w.hosts, w.n_hosts) = h;
		}
	return w;
}

/* Who holds a lease is told by its MAC, or by a name that no reservation has. */
static bool is_lease_of(const struct whom *w, const struct plan_lease *l)
{
	if (!mac_is_zero(&w->p->mac))
		return mac_eq(&l->mac, &w->p->mac);
	for (size_t i = 0; i < w->n_hosts; i++) {
		const struct dhcp_host *h = w->hosts[i];

		if (ip_eq(&h->ip, &l->ip) || (h->mac_text && mac_eq(&h->mac, &l->mac)))
			return true;
	}
	return !w->n_hosts && l->hostname && strcasecmp(l->hostname, w->p->guest) == 0;
}

/* Of two leases the later one; of equal ones always the same. */
static bool is_newer(const struct plan_lease *a, const struct plan_lease *b)
{
	if (a->expiry != b->expiry)
		return a->expiry - 1 > b->expiry - 1; /* 0 is the last of all */
	return ip_cmp(&a->ip, &b->ip) < 0;
}

static int find_lease(const struct whom *w, int family, const struct plan_lease *v, size_t n, struct ip *ret)
{
	const struct plan_lease *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (v[i].ip.family != family || !is_lease_of(w, &v[i]))
			continue;
		if (best && !mac_eq(&best->mac, &v[i].mac) && !w->n_hosts)
			return -EEXIST;
		if (!best || is_newer(&v[i], best))
			best = &v[i];
	}
	if (!best)
		return -ENOENT;
	*ret = best->ip;
	return 0;
}

static int find_reserved(const struct whom *w, int family, struct ip *ret)
{
	for (size_t i = 0; i < w->n_hosts; i++) {
		if (w->hosts[i]->ip.family != family)
			continue;
		*ret = w->hosts[i]->ip;
		return 0;
	}
	return -ENOENT;
}

int plan_publish_find(const struct network *n, const struct publish *p, int family, const struct plan_lease *leases,
		      size_t n_leases, struct ip *ret)
{
	if (!publish_has_family(n, p, family))
		return -ENOENT;
	if (p->ip.family) {
		*ret = p->ip;
		return 0;
	}
	struct whom w = whom_of(n, p, family);
	int r = find_lease(&w, family, leases, n_leases, ret);

	if (r == -ENOENT)
		r = find_reserved(&w, family, ret);
	mem_drop(w.hosts);
	return r;
}

static struct fw_forward forward_to(const struct publish *p, const struct ip *to)
{
	struct fw_forward f = {
		.proto = p->transport == TRANSPORT_TCP ? IPPROTO_TCP : IPPROTO_UDP,
		.port = p->port,
		.port_end = p->port_end,
		.to = *to,
		.to_port = p->to ? p->to : p->port,
	};

	if (!publish_any_address(p))
		f.address = p->address;
	return f;
}

/* "publish 8080-8081/tcp to web:80 at 10.7.0.20, fd07::20" */
static char *line_of(const struct publish *p, const struct fw_forward *v, size_t n, bool ambiguous)
{
	char what[PUBLISH_TEXT], ip[IP_TEXT], to[2 * IP_TEXT + 8] = "", port[8] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(to + strlen(to), sizeof(to) - strlen(to), "%s%s", i ? ", " : "at ", ip_text(&v[i].to, ip));
	if (p->to)
		snprintf(port, sizeof(port), ":%u", p->to);
	return mem_printf("publish %s to %s%s %s", publish_text(p, what), p->guest, port,
			  n           ? to
			  : ambiguous ? "(several guests have this name)"
				      : "(no address yet)");
}

static bool same_forward(const struct fw_forward *a, const struct fw_forward *b)
{
	return a->proto == b->proto && ip_eq(&a->address, &b->address) && a->port == b->port &&
	       a->port_end == b->port_end && ip_eq(&a->to, &b->to) && a->to_port == b->to_port;
}

/* In the order of the definition: what is equal stands at the same place. */
static bool same_forwards(const struct fw_net *a, const struct fw_net *b)
{
	bool same = a->n_forwards == b->n_forwards;

	for (size_t i = 0; same && i < a->n_forwards; i++)
		same = same_forward(&a->forwards[i], &b->forwards[i]);
	return same;
}

bool plan_publish(const struct network *n, const struct plan_lease *leases, size_t n_leases, struct plan *p)
{
	struct fw_net now = { 0 };
	struct ip to;

	array_drop_texts(p->publishes, p->n_publishes);
	p->publishes = NULL;
	p->n_publishes = 0;
	for (size_t i = 0; i < n->own.n_publishes; i++) {
		const struct publish *one = &n->own.publishes[i];
		size_t before = now.n_forwards;
		bool ambiguous = false;

		for (size_t j = 0; j < ARRAY_SIZE(families); j++) {
			int r = plan_publish_find(n, one, families[j], leases, n_leases, &to);

			ambiguous |= r == -EEXIST;
			if (r == 0)
				*mem_push(now.forwards, now.n_forwards) = forward_to(one, &to);
		}
		*mem_push(p->publishes, p->n_publishes) =
		    line_of(one, now.forwards + before, now.n_forwards - before, ambiguous);
	}
	bool same = same_forwards(&p->firewall, &now);

	mem_drop(p->firewall.forwards);
	p->firewall.forwards = now.forwards;
	p->firewall.n_forwards = now.n_forwards;
	return !same;
}
