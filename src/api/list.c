/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that list: networks and leases. */
#include "api/dispatch.h"

/* Filters in pairs: none or both of a pair set means that it does not filter. */
enum {
	LIST_INACTIVE = 1,
	LIST_ACTIVE = 2,
	LIST_PERSISTENT = 4,
	LIST_TRANSIENT = 8,
	LIST_AUTOSTART = 16,
	LIST_NO_AUTOSTART = 32,
	LIST_ALL_FLAGS = 63,
};

enum { LEASE_IPV4 = 0, LEASE_IPV6 = 1 };

static bool passes(unsigned flags, unsigned if_true, unsigned if_false, bool value)
{
	return !(flags & (if_true | if_false)) || flags & (value ? if_true : if_false);
}

static bool matches(const struct control_net *n, unsigned flags)
{
	return passes(flags, LIST_ACTIVE, LIST_INACTIVE, n->active) &&
	       passes(flags, LIST_PERSISTENT, LIST_TRANSIENT, n->persistent) &&
	       passes(flags, LIST_AUTOSTART, LIST_NO_AUTOSTART, n->autostart);
}

static unsigned count(struct api_call *c, unsigned flags)
{
	struct control_net n;
	unsigned found = 0;

	for (size_t i = 0; control_net_at(c->session->control, i, &n); i++)
		found += matches(&n, flags);
	return found;
}

static int list_all(struct api_call *c, struct err *e)
{
	const struct remote_list_args *a = c->args;
	struct remote_list_ret *ret = c->ret;
	struct remote_net *nets = NULL;
	struct control_net n;
	size_t found = 0;

	if (api_check_flags(a->flags, LIST_ALL_FLAGS, "networkConnectListAllNetworks", e) < 0)
		return -1;
	ret->ret = count(c, a->flags);
	if (!a->need_results)
		return 0;
	if (ret->ret > REMOTE_NETWORKS_MAX)
		return err_set(e, VNET_ERR_RPC, "Too many networks '%u' for limit '%d'", ret->ret, REMOTE_NETWORKS_MAX);
	for (size_t i = 0; control_net_at(c->session->control, i, &n); i++)
		if (matches(&n, a->flags))
			*mem_push(nets, found) = api_net(&n);
	ret->nets.nets_val = nets;
	ret->nets.nets_len = (unsigned)found;
	return 0;
}

static int list_names(struct api_call *c, unsigned flags, struct err *e)
{
	const struct remote_int *a = c->args;
	struct remote_names *ret = c->ret;
	rpc_text *names = NULL;
	struct control_net n;
	size_t found = 0;

	if (a->value < 0)
		return err_set(e, VNET_ERR_RPC, "maxnames must be non-negative");
	if (a->value > REMOTE_NETWORKS_MAX)
		return err_set(e, VNET_ERR_RPC, "maxnames > REMOTE_NETWORK_LIST_MAX");
	for (size_t i = 0; found < (size_t)a->value && control_net_at(c->session->control, i, &n); i++)
		if (matches(&n, flags))
			*mem_push(names, found) = mem_strdup(n.name);
	ret->names.names_val = names;
	ret->names.names_len = (unsigned)found;
	return 0;
}

static int list_active(struct api_call *c, struct err *e)
{
	return list_names(c, LIST_ACTIVE, e);
}

static int list_defined(struct api_call *c, struct err *e)
{
	return list_names(c, LIST_INACTIVE, e);
}

static int num_active(struct api_call *c, struct err *e)
{
	(void)e;
	((struct remote_int *)c->ret)->value = (int)count(c, LIST_ACTIVE);
	return 0;
}

static int num_defined(struct api_call *c, struct err *e)
{
	(void)e;
	((struct remote_int *)c->ret)->value = (int)count(c, LIST_INACTIVE);
	return 0;
}

static struct remote_lease lease_row(const struct control_lease *l)
{
	char mac[MAC_TEXT], ip[IP_TEXT];

	return (struct remote_lease){
		.iface = mem_strdup(l->iface),
		.expiry = (quad_t)l->expiry,
		.type = l->ip.family == AF_INET6 ? LEASE_IPV6 : LEASE_IPV4,
		.mac = mac_is_zero(&l->mac) ? NULL : api_text(mac_text(&l->mac, mac)),
		.ipaddr = mem_strdup(ip_text(&l->ip, ip)),
		.prefix = l->prefix,
		.hostname = api_text(l->hostname),
		.clientid = api_text(l->client_id),
	};
}

static void put_leases(struct remote_leases_ret *ret, const struct control_lease *v, size_t n)
{
	ret->leases.leases_val = mem_array(n, sizeof(struct remote_lease));
	ret->leases.leases_len = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		ret->leases.leases_val[i] = lease_row(&v[i]);
}

static int get_leases(struct api_call *c, struct err *e)
{
	const struct remote_leases_args *a = c->args;
	struct remote_leases_ret *ret = c->ret;
	struct control_lease *v = NULL;
	struct control_net net;
	struct mac mac;
	size_t n = 0;

	if (api_check_flags(a->flags, 0, "networkGetDHCPLeases", e) < 0)
		return -1;
	if (a->mac && mac_parse(*a->mac, &mac) < 0)
		return err_set(e, VNET_ERR_INVALID_MAC, "invalid MAC address: %s", *a->mac);
	if (api_find(c, &a->net, &net, e) < 0)
		return -1;
	if (control_leases(c->session->control, &net.uuid, a->mac ? &mac : NULL, &v, &n, e) < 0)
		return -1;
	ret->ret = (unsigned)n;
	if (n > REMOTE_LEASES_MAX)
		err_set(e, VNET_ERR_RPC, "Too many leases '%zu' for limit '%d'", n, REMOTE_LEASES_MAX);
	else if (a->need_results)
		put_leases(ret, v, n);
	control_leases_free(v, n);
	return n > REMOTE_LEASES_MAX ? -1 : 0;
}

const struct api_handler api_list_handlers[] = {
	{ REMOTE_LIST_ALL_NETWORKS, list_all },
	{ REMOTE_LIST_NETWORKS, list_active },
	{ REMOTE_LIST_DEFINED_NETWORKS, list_defined },
	{ REMOTE_NUM_NETWORKS, num_active },
	{ REMOTE_NUM_DEFINED_NETWORKS, num_defined },
	{ REMOTE_NETWORK_GET_LEASES, get_leases },
	{ 0 },
};
