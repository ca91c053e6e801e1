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

/* The result borrows from the lease and from the array of its optional texts. */
static struct remote_lease lease_to_wire(const struct vnet_lease *l, rpc_text text[3])
{
	text[0] = (char *)l->mac;
	text[1] = l->hostname;
	text[2] = l->client_id;
	return (struct remote_lease){
		.iface = (char *)l->bridge,
		.expiry = l->expiry,
		.mac = l->mac[0] ? &text[0] : NULL,
		.ipaddr = (char *)l->ip,
		.hostname = l->hostname ? &text[1] : NULL,
		.clientid = l->client_id ? &text[2] : NULL,
	};
}

int vnet_import_leases(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_lease *v, size_t n,
		       size_t *ret_n, struct vnet_error *err)
{
	if (n > REMOTE_LEASES_MAX)
		return conn_error(err, VNET_ERR_INVALID_ARG, "over %d leases at once", REMOTE_LEASES_MAX);
	AUTO(mem_drop) struct remote_lease *rows = mem_array(n + 1, sizeof(*rows));
	AUTO(mem_drop) rpc_text *texts = mem_array(3 * n + 1, sizeof(*texts));
	struct vnet_import_leases_args a = {
		.net = conn_put_net(net),
		.leases = { .leases_len = (unsigned)n, .leases_val = rows },
	};
	struct remote_int taken = { 0 };

	for (size_t i = 0; i < n; i++)
		rows[i] = lease_to_wire(&v[i], &texts[3 * i]);
	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_IMPORT_LEASES, &a, &taken, NULL, NULL, err) < 0)
		return -1;
	if (ret_n)
		*ret_n = (size_t)taken.value;
	return 0;
}
