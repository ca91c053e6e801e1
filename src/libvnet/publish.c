/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "libvnet/conn.h"

static int change(struct vnet_conn *c, int32_t number, const struct vnet_network *net, const struct vnet_publish *what,
		  unsigned flags, struct vnet_error *err)
{
	rpc_text address = (char *)what->address, guest = (char *)what->guest;
	struct vnet_publish_args a = {
		.net = conn_put_net(net),
		.what = { .address = address ? &address : NULL,
			  .port = what->port,
			  .port_end = what->port_end ? what->port_end : what->port,
			  .protocol = (char *)(what->protocol ? what->protocol : "tcp"),
			  .guest = guest ? &guest : NULL,
			  .to = what->to },
		.flags = flags,
	};

	return conn_call(c, RPC_PROGRAM_VNET, number, &a, NULL, NULL, NULL, err);
}

int vnet_publish(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_publish *what, unsigned flags,
		 struct vnet_error *err)
{
	return change(c, VNET_PROC_PUBLISH, net, what, flags, err);
}

int vnet_unpublish(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_publish *what, unsigned flags,
		   struct vnet_error *err)
{
	return change(c, VNET_PROC_UNPUBLISH, net, what, flags, err);
}

static int text_or_none(const rpc_text *wire, char *ret, size_t size, struct vnet_error *err)
{
	return conn_get_text(wire ? *wire : "", ret, size, err);
}

static int row_from_wire(const struct vnet_published_row *w, struct vnet_published *ret, struct vnet_error *err)
{
	if (text_or_none(w->what.address, ret->address, sizeof(ret->address), err) < 0 ||
	    conn_get_text(w->what.protocol, ret->protocol, sizeof(ret->protocol), err) < 0 ||
	    text_or_none(w->what.guest, ret->guest, sizeof(ret->guest), err) < 0 ||
	    text_or_none(w->to_ipv4, ret->to_ipv4, sizeof(ret->to_ipv4), err) < 0 ||
	    text_or_none(w->to_ipv6, ret->to_ipv6, sizeof(ret->to_ipv6), err) < 0)
		return -1;
	ret->port = (uint16_t)w->what.port;
	ret->port_end = (uint16_t)w->what.port_end;
	ret->to = (uint16_t)w->what.to;
	return text_or_none(w->why, ret->why, sizeof(ret->why), err);
}

int vnet_published(struct vnet_conn *c, const struct vnet_network *net, struct vnet_published **ret, size_t *ret_n,
		   struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };
	struct vnet_published_ret wire = { 0 };

	if (conn_call(c, RPC_PROGRAM_VNET, VNET_PROC_PUBLISHED, &a, &wire, NULL, NULL, err) < 0)
		return -1;
	size_t n = wire.rows.rows_len;
	AUTO(mem_drop) struct vnet_published *v = mem_array(n, sizeof(*v));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = row_from_wire(&wire.rows.rows_val[i], &v[i], err);
	xdr_free((xdrproc_t)xdr_vnet_published_ret, (char *)&wire);
	if (r < 0)
		return -1;
	*ret = TAKE(v);
	*ret_n = n;
	return 0;
}
