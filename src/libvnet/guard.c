/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

/* A daemon that knows other reasons than we do counts them behind ours. */
static int row_from_wire(const struct vnet_guarded_row *w, struct vnet_guarded *ret, struct vnet_error *err)
{
	memcpy(ret->mac, w->mac, sizeof(ret->mac));
	for (unsigned i = 0; i < w->refused.refused_len && i < VNET_REFUSALS; i++)
		ret->refused[i] = w->refused.refused_val[i];
	return conn_get_text(w->port, ret->port, sizeof(ret->port), err);
}

int vnet_guarded(struct vnet_conn *c, const struct vnet_network *net, struct vnet_guarded **ret, size_t *ret_n,
		 struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };
	struct vnet_guarded_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_GUARDED, &a, &wire, NULL, NULL, err) < 0)
		return -1;
	size_t n = wire.rows.rows_len;
	AUTO(mem_drop) struct vnet_guarded *v = mem_array(n, sizeof(*v));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = row_from_wire(&wire.rows.rows_val[i], &v[i], err);
	xdr_free((xdrproc_t)xdr_vnet_guarded_ret, (char *)&wire);
	if (r < 0)
		return -1;
	*ret = TAKE(v);
	*ret_n = n;
	return 0;
}
