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

/* ---- rates travel as typed parameters ---- */

static const struct {
	const char *name;
	size_t at; /* of an unsigned in struct vnet_port_rates */
} rates[] = {
	{ "inbound.average", offsetof(struct vnet_port_rates, in.average) },
	{ "inbound.peak", offsetof(struct vnet_port_rates, in.peak) },
	{ "inbound.burst", offsetof(struct vnet_port_rates, in.burst) },
	{ "inbound.floor", offsetof(struct vnet_port_rates, floor) },
	{ "outbound.average", offsetof(struct vnet_port_rates, out.average) },
	{ "outbound.peak", offsetof(struct vnet_port_rates, out.peak) },
	{ "outbound.burst", offsetof(struct vnet_port_rates, out.burst) },
};
enum { PARAM_UNSIGNED = 2 };

static void read_rate(struct vnet_port_rates *r, const struct remote_param *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		if (p->value.type == PARAM_UNSIGNED && strcmp(rates[i].name, p->field) == 0)
			*(unsigned *)((char *)r + rates[i].at) = p->value.remote_param_value_u.u;
}

int vnet_port_rates(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
		    struct vnet_port_rates *ret, struct vnet_error *err)
{
	struct remote_port_get_args a = { .port = put_port(net, port->uuid), .nparams = ARRAY_SIZE(rates) };
	struct remote_port_get_ret wire = { 0 };

	if (conn_remote(c, REMOTE_PORT_GET_PARAMETERS, &a, &wire, err) < 0)
		return -1;
	*ret = (struct vnet_port_rates){ 0 };
	for (unsigned i = 0; i < wire.params.params_len; i++)
		read_rate(ret, &wire.params.params_val[i]);
	xdr_free((xdrproc_t)xdr_remote_port_get_ret, (char *)&wire);
	return 0;
}

int vnet_port_set_rates(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_port *port,
			const struct vnet_port_rates *r, struct vnet_error *err)
{
	struct remote_param v[ARRAY_SIZE(rates)];
	struct remote_port_set_args a = { .port = put_port(net, port->uuid),
					  .params = { .params_val = v, .params_len = ARRAY_SIZE(rates) } };

	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		v[i] = (struct remote_param){
			.field = (char *)rates[i].name,
			.value = { .type = PARAM_UNSIGNED,
				   .remote_param_value_u.u = *(const unsigned *)((const char *)r + rates[i].at) },
		};
	return conn_remote(c, REMOTE_PORT_SET_PARAMETERS, &a, NULL, err);
}
