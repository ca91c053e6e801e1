/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

void vnet_leases_free(struct vnet_lease *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++) {
		mem_drop(v[i].hostname);
		mem_drop(v[i].client_id);
	}
	mem_drop(v);
}

static int lease_from_wire(const struct remote_lease *w, struct vnet_lease *ret, struct vnet_error *err)
{
	ret->expiry = w->expiry;
	ret->ipv6 = w->type != 0;
	ret->prefix = w->prefix;
	ret->hostname = w->hostname ? mem_strdup(*w->hostname) : NULL;
	ret->client_id = w->clientid ? mem_strdup(*w->clientid) : NULL;
	if (w->mac && conn_get_text(*w->mac, ret->mac, sizeof(ret->mac), err) < 0)
		return -1;
	if (conn_get_text(w->iface, ret->bridge, sizeof(ret->bridge), err) < 0)
		return -1;
	return conn_get_text(w->ipaddr, ret->ip, sizeof(ret->ip), err);
}

int vnet_leases(struct vnet_conn *c, const struct vnet_network *net, const char *mac, struct vnet_lease **ret,
		size_t *ret_n, struct vnet_error *err)
{
	rpc_text mac_text = (char *)mac;
	struct remote_leases_args a = { .net = conn_put_net(net), .mac = mac ? &mac_text : NULL, .need_results = 1 };
	struct remote_leases_ret wire = { 0 };

	if (conn_remote(c, REMOTE_NETWORK_GET_LEASES, &a, &wire, err) < 0)
		return -1;
	size_t n = wire.leases.leases_len;
	struct vnet_lease *v = mem_array(n, sizeof(*v));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = lease_from_wire(&wire.leases.leases_val[i], &v[i], err);
	xdr_free((xdrproc_t)xdr_remote_leases_ret, (char *)&wire);
	if (r < 0) {
		vnet_leases_free(v, n);
		return -1;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}
