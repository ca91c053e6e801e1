/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/net6.h"

#include "base/clock.h"
#include "guestd/dns_scope.h"
#include "ra/io.h"

struct guestd_net6 {
	struct ra_server *ra;
	struct ra_io *ra_io; /* NULL: no advertisements here */
	struct dhcp6_server *dhcp6;
	struct dhcp6_io *dhcp6_io; /* NULL: no DHCPv6 here */
};

struct guestd_net6 *guestd_net6_new(void)
{
	struct guestd_net6 *n = mem_new(struct guestd_net6);

	n->ra = ra_server_new();
	n->dhcp6 = dhcp6_server_new();
	return n;
}

/* Served again, it has all to say anew. */
static void stop_ra(struct guestd_net6 *n)
{
	ra_io_close(TAKE(n->ra_io));
	ra_server_free(n->ra);
	n->ra = ra_server_new();
}

void guestd_net6_stop(struct guestd_net6 *n)
{
	stop_ra(n);
	dhcp6_io_close(TAKE(n->dhcp6_io));
}

void guestd_net6_free(struct guestd_net6 *n)
{
	guestd_net6_stop(n);
	ra_server_free(n->ra);
	dhcp6_server_free(n->dhcp6);
	mem_drop(n);
}

const char *guestd_net6_check(const struct guestd_net6 *n, const struct guest_scope *scope,
			      const struct guestd_socks6 *socks)
{
	if (scope->ra && !n->ra_io && socks->ra < 0)
		return "no socket for router advertisements";
	if (scope->dhcp6 && !n->dhcp6_io && socks->dhcp6 < 0)
		return "no socket for DHCPv6";
	return NULL;
}

/* --- the scope --- */

static struct prefix to_prefix(const struct guest_prefix *p)
{
	return (struct prefix){ .ip = guestd_to_ip(&p->ip), .len = p->len };
}

static bool prefix_ok(const struct prefix *p)
{
	return p->ip.family == AF_INET6 && p->len <= 128;
}

static bool configure_ra(struct guestd_net6 *n, const struct guest_scope *scope)
{
	const struct guest_ra *ra = scope->ra;
	unsigned n_prefixes = ra->prefixes.prefixes_len, n_dns = ra->dns.dns_len;
	AUTO(mem_drop) struct ra_prefix *prefixes = mem_array(n_prefixes + 1, sizeof(*prefixes));
	AUTO(mem_drop) struct ip *dns = mem_array(n_dns + 1, sizeof(*dns));
	struct ra_scope to = { .mtu = ra->mtu,
			       .router_s = ra->router_s <= UINT16_MAX ? (uint16_t)ra->router_s : UINT16_MAX,
			       .managed = ra->managed,
			       .prefixes = prefixes,
			       .n_prefixes = n_prefixes,
			       .dns = dns,
			       .n_dns = n_dns };

	memcpy(to.mac.b, scope->mac, sizeof(to.mac.b));
	for (unsigned i = 0; i < n_prefixes; i++) {
		prefixes[i].prefix = to_prefix(&ra->prefixes.prefixes_val[i].prefix);
		prefixes[i].autonomous = ra->prefixes.prefixes_val[i].autonomous;
		if (!prefix_ok(&prefixes[i].prefix))
			return false;
	}
	for (unsigned i = 0; i < n_dns; i++) {
		dns[i] = guestd_to_ip(&ra->dns.dns_val[i]);
		if (dns[i].family != AF_INET6)
			return false;
	}
	return ra_server_configure(n->ra, &to, clock_boot_ms()) == 0;
}

static void fill_ranges(const struct guest_dhcp6 *d, struct dhcp6_range *to)
{
	for (unsigned i = 0; i < d->ranges.ranges_len; i++) {
		const struct guest_range6 *r = &d->ranges.ranges_val[i];

		to[i] = (struct dhcp6_range){ guestd_to_ip(&r->start), guestd_to_ip(&r->end), r->lease_s };
	}
}

static void fill_hosts(const struct guest_dhcp6 *d, struct dhcp6_host *to)
{
	for (unsigned i = 0; i < d->hosts.hosts_len; i++) {
		const struct guest_host6 *h = &d->hosts.hosts_val[i];

		to[i] = (struct dhcp6_host){ .duid = { (const uint8_t *)h->duid.duid_val, h->duid.duid_len },
					     .name = h->name,
					     .addr = guestd_to_ip(&h->ip),
					     .lease_s = h->lease_s };
	}
}

static bool configure_dhcp6(struct guestd_net6 *n, const struct guest_scope *scope)
{
	const struct guest_dhcp6 *d = scope->dhcp6;
	AUTO(mem_drop) struct dhcp6_range *ranges = mem_array(d->ranges.ranges_len + 1, sizeof(*ranges));
	AUTO(mem_drop) struct dhcp6_host *hosts = mem_array(d->hosts.hosts_len + 1, sizeof(*hosts));
	struct dhcp6_scope to = { .self = to_prefix(&d->self),
				  .dns = d->dns,
				  .domain = scope->domain,
				  .lease_s = d->lease_s,
				  .ranges = ranges,
				  .n_ranges = d->ranges.ranges_len,
				  .hosts = hosts,
				  .n_hosts = d->hosts.hosts_len };

	memcpy(to.network.b, scope->uuid, sizeof(to.network.b));
	fill_ranges(d, ranges);
	fill_hosts(d, hosts);
	return dhcp6_server_configure(n->dhcp6, &to) == 0;
}

/* --- sockets --- */

static const char *serve_ra(struct guestd_net6 *n, struct sd_event *loop, struct dgram *d,
			    const struct guest_scope *scope, int *fd)
{
	struct ra_io *io = NULL;

	if (!scope->ra) {
		stop_ra(n);
		return NULL;
	}
	if (!configure_ra(n, scope))
		return "router advertisements make no sense, or are too large";
	if (*fd < 0) {
		ra_io_configured(n->ra_io);
		return NULL;
	}
	if (ra_io_open(loop, TAKE_FD(*fd), scope->network, scope->ifindex, n->ra, d, &io) < 0)
		return "not a socket for router advertisements";
	ra_io_close(n->ra_io);
	n->ra_io = io;
	return NULL;
}

static const char *serve_dhcp6(struct guestd_net6 *n, struct sd_event *loop, struct dgram *d,
			       const struct guest_scope *scope, int *fd)
{
	struct dhcp6_io *io = NULL;

	if (!scope->dhcp6) {
		dhcp6_io_close(TAKE(n->dhcp6_io));
		return NULL;
	}
	if (!configure_dhcp6(n, scope))
		return "ranges, hosts or lease time of DHCPv6 make no sense";
	if (*fd < 0)
		return NULL;
	if (dhcp6_io_open(loop, TAKE_FD(*fd), scope->network, n->dhcp6, d, &io) < 0)
		return "not a socket for DHCPv6";
	dhcp6_io_close(n->dhcp6_io);
	n->dhcp6_io = io;
	return NULL;
}

const char *guestd_net6_serve(struct guestd_net6 *n, struct sd_event *loop, struct dgram *d,
			      const struct guest_scope *scope, struct guestd_socks6 *socks)
{
	const char *why = serve_dhcp6(n, loop, d, scope, &socks->dhcp6);

	return why ? why : serve_ra(n, loop, d, scope, &socks->ra); /* last: it tells guests of the other */
}

/* --- leases --- */

const uint64_t *guestd_net6_counts(const struct guestd_net6 *n)
{
	return n->dhcp6_io ? dhcp6_io_counts(n->dhcp6_io) : NULL;
}

struct lease_pool *guestd_net6_pool(struct guestd_net6 *n)
{
	return dhcp6_server_pool(n->dhcp6);
}

int guestd_net6_restore(struct guestd_net6 *n, const struct ip *ip, const struct lease *l)
{
	return dhcp6_server_restore(n->dhcp6, ip, l);
}

int guestd_net6_store(struct guestd_net6 *n, struct lease_db *db, const struct uuid *network,
		      const struct lease_clock *now)
{
	for (struct lease *l = lease_pool_dirty(guestd_net6_pool(n)); l; l = l->next_dirty) {
		struct ip ip = dhcp6_server_ip(n->dhcp6, l);
		int r = lease_db_put6(db, network, &ip, l, now);

		if (r == 0 && l->news)
			r = lease_db_note6(db, network, &ip, l, now);
		if (r < 0)
			return r;
	}
	return 0;
}

static void give(const struct guestd_net6 *n, const struct lease *l, guestd_net6_lease *each, void *arg)
{
	struct ip ip = dhcp6_server_ip(n->dhcp6, l);
	struct lease shown = *l;

	shown.id = dhcp6_lease_duid(l);
	each(arg, &ip, &shown);
}

void guestd_net6_dirty(struct guestd_net6 *n, guestd_net6_lease *each, void *arg)
{
	for (const struct lease *l = lease_pool_dirty(guestd_net6_pool(n)); l; l = l->next_dirty)
		give(n, l, each, arg);
}

void guestd_net6_bound(struct guestd_net6 *n, guestd_net6_lease *each, void *arg)
{
	const struct lease *l;

	for (size_t pos = 0; (l = lease_pool_next(guestd_net6_pool(n), &pos));)
		if (l->state == LEASE_BOUND)
			give(n, l, each, arg);
}
