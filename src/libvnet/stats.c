/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

void vnet_dhcp_stats_free(struct vnet_dhcp_stats *s)
{
	for (size_t i = 0; i < s->n_counters; i++)
		mem_drop(s->counters[i].what);
	mem_drop(s->counters);
	mem_drop(s->ports);
	*s = (struct vnet_dhcp_stats){ 0 };
}

static int ports_from_wire(const struct vnet_dhcp_stats_ret *w, struct vnet_dhcp_stats *ret, struct vnet_error *err)
{
	ret->ports = mem_array(w->ports.ports_len, sizeof(*ret->ports));
	for (; ret->n_ports < w->ports.ports_len; ret->n_ports++) {
		const struct vnet_dhcp_port *from = &w->ports.ports_val[ret->n_ports];
		struct vnet_dhcp_port_counters *p = &ret->ports[ret->n_ports];

		*p = (struct vnet_dhcp_port_counters){ .holds = from->holds,
						       .messages = from->messages,
						       .offers = from->offers,
						       .acks = from->acks,
						       .naks = from->naks,
						       .limited = from->limited };
		if (conn_get_text(from->dev, p->dev, sizeof(p->dev), err) < 0)
			return -1;
	}
	return 0;
}

int vnet_dhcp_stats(struct vnet_conn *c, const struct vnet_network *net, struct vnet_dhcp_stats *ret,
		    struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };
	struct vnet_dhcp_stats_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_DHCP_STATS, &a, &wire, NULL, NULL, err) < 0)
		return -1;
	struct vnet_dhcp_stats s = { .taken = wire.pool.taken,
				     .total = wire.pool.total,
				     .taken6 = wire.pool6.taken,
				     .total6 = wire.pool6.total,
				     .counters = mem_array(wire.counters.counters_len, sizeof(*s.counters)) };

	for (; s.n_counters < wire.counters.counters_len; s.n_counters++) {
		const struct vnet_dhcp_counter *from = &wire.counters.counters_val[s.n_counters];

		s.counters[s.n_counters].ipv6 = from->ipv6;
		s.counters[s.n_counters].what = mem_strdup(from->what);
		s.counters[s.n_counters].n = from->n;
	}
	int r = ports_from_wire(&wire, &s, err);

	xdr_free((xdrproc_t)xdr_vnet_dhcp_stats_ret, (char *)&wire);
	if (r < 0)
		vnet_dhcp_stats_free(&s);
	else
		*ret = s;
	return r;
}
