/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

static struct remote_port put_port(const struct vnet_network *net, const uint8_t uuid[16])
{
	struct remote_port p = { .net = conn_put_net(net) };

	memcpy(p.uuid, uuid, sizeof(p.uuid));
	return p;
}

int vnet_port_list(struct vnet_conn *c, const struct vnet_network *net, struct vnet_port **ret, size_t *ret_n,
		   struct vnet_error *err)
{
	struct remote_list_ports_args a = { .net = conn_put_net(net), .need_results = 1 };
	struct remote_list_ports_ret wire = { 0 };

	if (conn_remote(c, REMOTE_LIST_PORTS, &a, &wire, err) < 0)
		return -1;
	size_t n = wire.ports.ports_len;
	struct vnet_port *v = mem_array(n, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		memcpy(v[i].uuid, wire.ports.ports_val[i].uuid, sizeof(v[i].uuid));
	xdr_free((xdrproc_t)xdr_remote_list_ports_ret, (char *)&wire);
	*ret = v;
	*ret_n = n;
	return 0;
}

int vnet_port_create(struct vnet_conn *c, const struct vnet_network *net, const char *xml, unsigned flags,
		     struct vnet_port *ret, struct vnet_error *err)
{
	struct remote_port_create_args a = { .net = conn_put_net(net), .xml = (char *)xml, .flags = flags };
	struct remote_one_port wire = { 0 };

	if (conn_remote(c, REMOTE_PORT_CREATE_XML, &a, &wire, err) < 0)
		return -1;
	if (ret)
		memcpy(ret->uuid, wire.port.uuid, sizeof(ret->uuid));
	xdr_free((xdrproc_t)xdr_remote_one_port, (char *)&wire);
	return 0;
}

int vnet_port_dumpxml(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port, char **ret,
		      struct vnet_error *err)
{
	struct remote_port_flags a = { .port = put_port(net, port->uuid) };
	struct remote_str wire = { 0 };

	if (conn_remote(c, REMOTE_PORT_GET_XML, &a, &wire, err) < 0)
		return -1;
	*ret = wire.value;
	return 0;
}

int vnet_port_delete(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
		     struct vnet_error *err)
{
	struct remote_port_flags a = { .port = put_port(net, port->uuid) };

	return conn_remote(c, REMOTE_PORT_DELETE, &a, NULL, err);
}
