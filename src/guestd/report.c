/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>

#include "guestd/dns_scope.h"
#include "guestd/state.h"

struct rows {
	struct guest_history_row *v;
	unsigned n;
};

static void add_row(void *arg, uint64_t unix_s, const struct ip *ip, const struct lease *l)
{
	struct rows *rows = arg;
	struct guest_history_row *r = mem_push(rows->v, rows->n);

	r->at = unix_s;
	r->event = l->state == LEASE_BOUND ? GUEST_LEASE_BOUND : GUEST_LEASE_ENDED;
	r->ip.guest_ip_len = (unsigned)ip_size(ip->family);
	r->ip.guest_ip_val = mem_dup(ip->b, ip_size(ip->family));
	memcpy(r->mac, l->mac.b, sizeof(r->mac));
	r->hostname = mem_strdup(l->hostname ?: "");
}

struct guest_history_row *guestd_serve_history(struct guestd_serve *s, const struct guest_history_ask *m,
					       unsigned *ret_n)
{
	struct lease_history_filter f = { .ip = guestd_to_ip(&m->ip),
					  .since = m->since,
					  .until = m->until,
					  .most = m->most < GUEST_HISTORY_MAX ? m->most : GUEST_HISTORY_MAX };
	struct rows rows = { 0 };
	struct uuid uuid;

	memcpy(uuid.b, m->uuid, sizeof(uuid.b));
	memcpy(f.mac.b, m->mac, sizeof(f.mac.b));
	if (lease_db_history(s->db, &uuid, &f, add_row, &rows) < 0)
		log_error("guestd: history of leases: %s", lease_db_error(s->db));
	*ret_n = rows.n;
	return rows.v;
}

static void add_counter(guest_counters_of *to, const char *what, uint64_t n)
{
	if (!n)
		return;
	to->guest_counters_of_val =
	    mem_grow(to->guest_counters_of_val, to->guest_counters_of_len, sizeof(guest_counter));
	to->guest_counters_of_val[to->guest_counters_of_len++] = (guest_counter){ .what = (char *)what, .n = n };
}

static void fill_ports(const struct guestd_net *n, struct guest_counters *ret)
{
	size_t n_ports;
	AUTO(mem_drop) struct dhcp4_counter *ports = dhcp4_counters_list(dhcp4_io_ports(n->io), &n_ports);

	ret->ports.ports_len = n_ports < GUEST_COUNTERS_MAX ? (unsigned)n_ports : GUEST_COUNTERS_MAX;
	ret->ports.ports_val = mem_array(ret->ports.ports_len + 1, sizeof(*ret->ports.ports_val));
	for (unsigned i = 0; i < ret->ports.ports_len; i++)
		ret->ports.ports_val[i] = (struct guest_port_counter){
			.port = ports[i].port,
			.holds = lease_pool_port_holds(n->pool, ports[i].port),
			.messages = ports[i].n,
			.offers = ports[i].replies[REPLY_OFFER],
			.acks = ports[i].replies[REPLY_ACK],
			.naks = ports[i].replies[REPLY_NAK],
			.limited = ports[i].limited,
		};
}

static guest_pool_use use_of(const struct lease_pool *p)
{
	struct lease_usage u = lease_pool_usage(p);

	return (guest_pool_use){ u.taken, u.total };
}

void guestd_serve_counters(const struct guestd_serve *s, const struct guest_ask_counters *m, struct guest_counters *ret)
{
	static_assert(WHYS <= GUEST_COUNTERS_MAX && DHCP6_WHYS <= GUEST_COUNTERS_MAX, "they fit a message");
	const struct guestd_net *n = map_get(s->nets, m->uuid, sizeof(m->uuid));
	const uint64_t *four = n && n->io ? dhcp4_io_counts(n->io) : NULL;
	const uint64_t *six = n ? guestd_net6_counts(n->six) : NULL;

	*ret = (struct guest_counters){ .number = m->number };
	memcpy(ret->uuid, m->uuid, sizeof(ret->uuid));
	if (!n)
		return;
	ret->pool = use_of(n->pool);
	ret->pool6 = use_of(guestd_net6_pool(n->six));
	for (int i = 0; four && i < WHYS; i++)
		add_counter(&ret->dhcp4, dhcp4_why_info[i].text, four[i]);
	for (int i = 0; six && i < DHCP6_WHYS; i++)
		add_counter(&ret->dhcp6, dhcp6_why_info[i].text, six[i]);
	if (four)
		fill_ports(n, ret);
}

struct guest_served *guestd_serve_list(const struct guestd_serve *s, size_t *ret_n)
{
	struct guest_served *v = mem_array(map_count(s->nets) + 1, sizeof(*v));
	size_t k = 0;
	struct guestd_net *n;

	for (size_t pos = 0; (n = map_next(s->nets, &pos));) {
		if (!n->served || k == GUEST_SERVED_MAX)
			continue;
		memcpy(v[k].uuid, n->uuid.b, sizeof(v[k].uuid));
		v[k++].stamp = n->stamp;
	}
	*ret_n = k;
	return v;
}

void guestd_serve_tell_leases(struct guestd_serve *s)
{
	struct lease_clock now = guestd_clocks(s);
	struct guestd_net *n;

	for (size_t at = 0; (n = map_next(s->nets, &at));) {
		struct guestd_telling t = { s, n, now };

		guestd_net_bound(n, guestd_tell_vnetd, &t);
	}
}
