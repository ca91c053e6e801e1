/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls about ports. */
#include "api/dispatch.h"

enum { CREATE_FLAGS = CONTROL_PORT_RECLAIM | CONTROL_PORT_VALIDATE };

static struct remote_port port_of(const struct control_net *n, const struct uuid *u)
{
	struct remote_port p = { .net = api_net(n) };

	memcpy(p.uuid, u->b, sizeof(p.uuid));
	return p;
}

static int list_ports(struct api_call *c, struct err *e)
{
	const struct remote_list_ports_args *a = c->args;
	struct remote_list_ports_ret *ret = c->ret;
	AUTO(mem_drop) struct uuid *v = NULL;
	struct control_net n;
	size_t count;

	if (api_check_flags(a->flags, 0, "networkListAllPorts", e) < 0 || api_find(c, &a->net, &n, e) < 0 ||
	    control_port_list(c->session->control, &n.uuid, &v, &count, e) < 0)
		return -1;
	if (count > REMOTE_PORTS_MAX)
		return err_set(e, VNET_ERR_RPC, "Too many ports '%zu' for limit '%d'", count, REMOTE_PORTS_MAX);
	ret->ret = (unsigned)count;
	if (!a->need_results)
		return 0;
	ret->ports.ports_val = mem_array(count, sizeof(struct remote_port));
	ret->ports.ports_len = (unsigned)count;
	for (size_t i = 0; i < count; i++)
		ret->ports.ports_val[i] = port_of(&n, &v[i]);
	return 0;
}

static int port_lookup(struct api_call *c, struct err *e)
{
	const struct remote_port_lookup_args *a = c->args;
	struct uuid port = api_uuid(a->uuid);
	struct control_net n;

	if (api_find(c, &a->net, &n, e) < 0 || control_port_find(c->session->control, &n.uuid, &port, e) < 0)
		return -1;
	((struct remote_one_port *)c->ret)->port = port_of(&n, &port);
	return 0;
}

static int port_create(struct api_call *c, struct err *e)
{
	const struct remote_port_create_args *a = c->args;
	struct control_net n;
	struct uuid port;

	if (api_check_flags(a->flags, CREATE_FLAGS, "networkPortCreateXML", e) < 0 || api_find(c, &a->net, &n, e) < 0)
		return -1;
	int r = control_port_create(c->session->control, &n.uuid, a->xml, strlen(a->xml), a->flags, &port, e);

	if (r == 0) /* hooks may have run meanwhile: named anew */
		r = api_find(c, &a->net, &n, e);
	if (r == 0)
		((struct remote_one_port *)c->ret)->port = port_of(&n, &port);
	return r;
}

static int port_get_xml(struct api_call *c, struct err *e)
{
	const struct remote_port_flags *a = c->args;
	struct uuid port = api_uuid(a->port.uuid);
	struct control_net n;

	if (api_check_flags(a->flags, 0, "networkPortGetXMLDesc", e) < 0 || api_find(c, &a->port.net, &n, e) < 0)
		return -1;
	return control_port_dumpxml(c->session->control, &n.uuid, &port, &((struct remote_str *)c->ret)->value, e);
}

static int port_delete(struct api_call *c, struct err *e)
{
	const struct remote_port_flags *a = c->args;
	struct uuid port = api_uuid(a->port.uuid);
	struct control_net n;

	if (api_check_flags(a->flags, 0, "networkPortDelete", e) < 0 || api_find(c, &a->port.net, &n, e) < 0)
		return -1;
	return control_port_delete(c->session->control, &n.uuid, &port, e);
}

/* ---- bandwidth as typed parameters ---- */

enum { PARAM_UNSIGNED = 2 };

static const struct {
	const char *name;
	size_t offset;
} rates[] = {
	{ "inbound.average", offsetof(struct control_rates, in.average) },
	{ "inbound.peak", offsetof(struct control_rates, in.peak) },
	{ "inbound.floor", offsetof(struct control_rates, floor) },
	{ "inbound.burst", offsetof(struct control_rates, in.burst) },
	{ "outbound.average", offsetof(struct control_rates, out.average) },
	{ "outbound.peak", offsetof(struct control_rates, out.peak) },
	{ "outbound.burst", offsetof(struct control_rates, out.burst) },
};

static unsigned *rate_at(struct control_rates *r, size_t i)
{
	return (unsigned *)((char *)r + rates[i].offset);
}

/* A direction that is not limited is left out, one that is comes whole. */
static bool is_shown(const struct control_rates *r, size_t i)
{
	return rates[i].name[0] == 'i' ? r->in.average || r->floor : r->out.average;
}

static int port_get_params(struct api_call *c, struct err *e)
{
	const struct remote_port_get_args *a = c->args;
	struct remote_port_get_ret *ret = c->ret;
	struct uuid port = api_uuid(a->port.uuid);
	struct remote_param *v = NULL;
	struct control_rates r;
	struct control_net n;
	size_t count = 0;

	if (api_check_flags(a->flags, 0, "networkPortGetParameters", e) < 0 || api_find(c, &a->port.net, &n, e) < 0 ||
	    control_port_rates(c->session->control, &n.uuid, &port, &r, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		if (!is_shown(&r, i))
			continue;
		struct remote_param *p = mem_push(v, count);

		p->field = mem_strdup(rates[i].name);
		p->value.type = PARAM_UNSIGNED;
		p->value.remote_param_value_u.u = *rate_at(&r, i);
	}
	ret->params.params_val = v;
	ret->params.params_len = (unsigned)count;
	return 0;
}

static int set_rate(struct control_rates *r, const struct remote_param *p, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		if (strcmp(rates[i].name, p->field) != 0)
			continue;
		if (p->value.type != PARAM_UNSIGNED)
			return api_domain(
			    e, VNET_FROM_NONE,
			    err_set(e, VNET_ERR_INVALID_ARG, "invalid type for parameter '%s'", p->field));
		*rate_at(r, i) = p->value.remote_param_value_u.u;
		return 0;
	}
	return api_domain(e, VNET_FROM_NONE,
			  err_set(e, VNET_ERR_ARGUMENT_UNSUPPORTED, "parameter '%s' not supported", p->field));
}

static int port_set_params(struct api_call *c, struct err *e)
{
	const struct remote_port_set_args *a = c->args;
	struct uuid port = api_uuid(a->port.uuid);
	struct control_rates r = { 0 };
	struct control_net n;

	if (api_check_flags(a->flags, 0, "networkPortSetParameters", e) < 0)
		return -1;
	for (unsigned i = 0; i < a->params.params_len; i++)
		if (set_rate(&r, &a->params.params_val[i], e) < 0)
			return -1;
	if (api_find(c, &a->port.net, &n, e) < 0)
		return -1;
	return control_port_set_rates(c->session->control, &n.uuid, &port, &r, e);
}

const struct api_handler api_port_handlers[] = {
	{ REMOTE_LIST_PORTS, list_ports },
	{ REMOTE_PORT_LOOKUP_UUID, port_lookup },
	{ REMOTE_PORT_CREATE_XML, port_create },
	{ REMOTE_PORT_GET_XML, port_get_xml },
	{ REMOTE_PORT_DELETE, port_delete },
	{ REMOTE_PORT_GET_PARAMETERS, port_get_params },
	{ REMOTE_PORT_SET_PARAMETERS, port_set_params },
	{ 0 },
};
