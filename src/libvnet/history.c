/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "libvnet/conn.h"

void vnet_history_free(struct vnet_past_lease *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		mem_drop(v[i].hostname);
	mem_drop(v);
}

static int row_from_wire(const struct vnet_history_row *w, struct vnet_past_lease *ret, struct vnet_error *err)
{
	const uint8_t *m = (const uint8_t *)w->mac;

	ret->at = w->at;
	ret->bound = w->bound;
	ret->hostname = w->hostname ? mem_strdup(*w->hostname) : NULL;
	snprintf(ret->mac, sizeof(ret->mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	return conn_get_text(w->ip, ret->ip, sizeof(ret->ip), err);
}

int vnet_history(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_history_filter *f,
		 struct vnet_past_lease **ret, size_t *ret_n, struct vnet_error *err)
{
	rpc_text mac = (char *)f->mac, ip = (char *)f->ip;
	struct vnet_history_args a = {
		.net = conn_put_net(net),
		.mac = f->mac ? &mac : NULL,
		.ip = f->ip ? &ip : NULL,
		.since = f->since,
	};
	struct vnet_history_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_HISTORY, &a, &wire, NULL, NULL, err) < 0)
		return -1;
	size_t n = wire.rows.rows_len;
	struct vnet_past_lease *v = mem_array(n, sizeof(*v));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = row_from_wire(&wire.rows.rows_val[i], &v[i], err);
	xdr_free((xdrproc_t)xdr_vnet_history_ret, (char *)&wire);
	if (r < 0) {
		vnet_history_free(v, n);
		return -1;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}
