/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leases that another DHCP server gave on a network that is ours now. */
#include <time.h>

#include "control/state.h"

static bool in_ranges(const struct guest_dhcp4 *d, uint32_t addr)
{
	for (unsigned i = 0; i < d->ranges.ranges_len; i++)
		if (d->ranges.ranges_val[i].start <= addr && addr <= d->ranges.ranges_val[i].end)
			return true;
	return false;
}

/* A reserved address is for its client alone, by MAC or by name; guestd decides among those of one name. */
static bool reserved_for(const struct guest_host *h, const struct control_import *l)
{
	if (memcmp(h->mac, (guest_mac){ 0 }, sizeof(h->mac)) != 0)
		return memcmp(h->mac, l->mac.b, sizeof(h->mac)) == 0;
	return l->hostname && strcasecmp(h->name, l->hostname) == 0;
}

/* Do the rules give this address to this client? Bound to the daemon's own clock: what is over is not imported. */
static bool fits(const struct guest_dhcp4 *d, const struct control_import *l, uint64_t now)
{
	uint32_t addr = ip_v4(&l->ip);

	if (l->ip.family != AF_INET || addr == d->server || (l->expiry && l->expiry <= now) || mac_is_zero(&l->mac) ||
	    mac_is_multicast(&l->mac))
		return false;
	for (unsigned i = 0; i < d->hosts.hosts_len; i++)
		if (d->hosts.hosts_val[i].ip == addr)
			return reserved_for(&d->hosts.hosts_val[i], l);
	return in_ranges(d, addr);
}

static int hand_over(struct control *c, const struct uuid *u, const struct control_import *l, struct err *e)
{
	uint8_t by_mac[7] = { 1 }; /* no client-id: the byte 1 and the MAC (lease/lease.h) */
	struct guest_lease g = {
		.event = GUEST_LEASE_BOUND,
		.ip = { .guest_ip_len = 4, .guest_ip_val = (char *)l->ip.b },
		.client_id = { .client_id_len = (unsigned)l->id_len, .client_id_val = (char *)l->id },
		.hostname = (char *)(l->hostname && strlen(l->hostname) <= GUEST_NAME_MAX ? l->hostname : ""),
		.expiry = l->expiry,
	};

	memcpy(g.uuid, u->b, sizeof(g.uuid));
	memcpy(g.mac, l->mac.b, sizeof(g.mac));
	memcpy(by_mac + 1, l->mac.b, sizeof(l->mac.b));
	if (!l->id_len) {
		g.client_id.client_id_len = sizeof(by_mac);
		g.client_id.client_id_val = (char *)by_mac;
	}
	return guestd_import(c->guestd, &g, e);
}

int control_import_leases(struct control *c, const struct uuid *u, const struct control_import *v, size_t n,
			  size_t *ret_n, struct err *e)
{
	const struct net *net = net_find(c, u, NULL, e);
	AUTO(plan_free) struct plan *plan = NULL;
	uint64_t now = (uint64_t)time(NULL);
	size_t taken = 0;

	if (!net || plan_compile(net->live ? net->live : net->def, &plan, e) < 0)
		return -1;
	if (!plan->scope || !plan->scope->dhcp4)
		return err_set(e, VNET_ERR_OPERATION_INVALID,
			       "network '%s' gives no leases: it has no DHCP range or host", net->name);
	for (size_t i = 0; i < n; i++) {
		if (!fits(plan->scope->dhcp4, &v[i], now))
			continue;
		if (hand_over(c, &net->uuid, &v[i], e) < 0)
			return -1;
		taken++;
	}
	*ret_n = taken;
	return 0;
}
