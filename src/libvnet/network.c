/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libvnet/conn.h"

#include <assert.h>

#include "base/addr.h"

static_assert((int)VNET_UUID_TEXT == (int)UUID_TEXT, "the public header's size is base's");

const char *vnet_version(void)
{
	return VNET_VERSION;
}

void vnet_free(void *p)
{
	mem_drop(p);
}

const char *vnet_uuid_text(const uint8_t uuid[16], char out[VNET_UUID_TEXT])
{
	struct uuid u;

	memcpy(u.b, uuid, sizeof(u.b));
	return uuid_text(&u, out);
}

int vnet_uuid_parse(const char *text, uint8_t ret[16])
{
	struct uuid u;

	if (uuid_parse(text, &u) < 0)
		return -1;
	memcpy(ret, u.b, sizeof(u.b));
	return 0;
}

struct remote_net conn_put_net(const struct vnet_network *net)
{
	struct remote_net wire = { .name = (char *)net->name };

	memcpy(wire.uuid, net->uuid, sizeof(wire.uuid));
	return wire;
}

int conn_get_text(const char *wire, char *ret, size_t size, struct vnet_error *err)
{
	if (strlen(wire) >= size)
		return conn_error(err, VNET_ERR_RPC, "the daemon's answer has a name that is too long");
	strcpy(ret, wire);
	return 0;
}

int conn_get_net(const struct remote_net *wire, struct vnet_network *ret, struct vnet_error *err)
{
	memcpy(ret->uuid, wire->uuid, sizeof(ret->uuid));
	return conn_get_text(wire->name, ret->name, sizeof(ret->name), err);
}

int vnet_list(struct vnet_conn *c, unsigned flags, struct vnet_network **ret, size_t *ret_n, struct vnet_error *err)
{
	struct remote_list_args a = { .need_results = 1, .flags = flags };
	struct remote_list_ret wire = { 0 };

	if (conn_remote(c, REMOTE_LIST_ALL_NETWORKS, &a, &wire, err) < 0)
		return -1;
	size_t n = wire.nets.nets_len;
	AUTO(mem_drop) struct vnet_network *nets = mem_array(n, sizeof(*nets));
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = conn_get_net(&wire.nets.nets_val[i], &nets[i], err);
	xdr_free((xdrproc_t)xdr_remote_list_ret, (char *)&wire);
	if (r < 0)
		return -1;
	*ret = TAKE(nets);
	*ret_n = n;
	return 0;
}

/* Calls that answer with a network. `ret` may be NULL. */
static int call_for_net(struct vnet_conn *c, int32_t number, const void *args, struct vnet_network *ret,
			struct vnet_error *err)
{
	struct remote_one_net wire = { 0 };
	struct vnet_network net;

	if (conn_remote(c, number, args, &wire, err) < 0)
		return -1;
	int r = conn_get_net(&wire.net, &net, err);

	xdr_free((xdrproc_t)xdr_remote_one_net, (char *)&wire);
	if (r == 0 && ret)
		*ret = net;
	return r;
}

int vnet_lookup_name(struct vnet_conn *c, const char *name, struct vnet_network *ret, struct vnet_error *err)
{
	struct remote_str a = { .value = (char *)name };

	return call_for_net(c, REMOTE_NETWORK_LOOKUP_NAME, &a, ret, err);
}

int vnet_lookup_uuid(struct vnet_conn *c, const uint8_t uuid[16], struct vnet_network *ret, struct vnet_error *err)
{
	struct remote_one_uuid a;

	memcpy(a.uuid, uuid, sizeof(a.uuid));
	return call_for_net(c, REMOTE_NETWORK_LOOKUP_UUID, &a, ret, err);
}

int vnet_define(struct vnet_conn *c, const char *xml, unsigned flags, struct vnet_network *ret, struct vnet_error *err)
{
	struct remote_xml_flags a = { .xml = (char *)xml, .flags = flags };

	return call_for_net(c, REMOTE_NETWORK_DEFINE_XML_FLAGS, &a, ret, err);
}

int vnet_create(struct vnet_conn *c, const char *xml, unsigned flags, struct vnet_network *ret, struct vnet_error *err)
{
	struct remote_xml_flags a = { .xml = (char *)xml, .flags = flags };

	return call_for_net(c, REMOTE_NETWORK_CREATE_XML_FLAGS, &a, ret, err);
}

/* Calls that do something to a network and answer nothing. */
static int call_on_net(struct vnet_conn *c, int32_t number, const struct vnet_network *net, struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };

	return conn_remote(c, number, &a, NULL, err);
}

int vnet_start(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err)
{
	return call_on_net(c, REMOTE_NETWORK_CREATE, net, err);
}

int vnet_destroy(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err)
{
	return call_on_net(c, REMOTE_NETWORK_DESTROY, net, err);
}

int vnet_undefine(struct vnet_conn *c, const struct vnet_network *net, struct vnet_error *err)
{
	return call_on_net(c, REMOTE_NETWORK_UNDEFINE, net, err);
}

int vnet_set_autostart(struct vnet_conn *c, const struct vnet_network *net, bool on, struct vnet_error *err)
{
	struct remote_net_int a = { .net = conn_put_net(net), .value = on };

	return conn_remote(c, REMOTE_NETWORK_SET_AUTOSTART, &a, NULL, err);
}

static int call_for_bool(struct vnet_conn *c, int32_t number, const struct vnet_network *net, bool *ret,
			 struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };
	struct remote_int wire = { 0 };

	if (conn_remote(c, number, &a, &wire, err) < 0)
		return -1;
	*ret = wire.value;
	return 0;
}

int vnet_get_info(struct vnet_conn *c, const struct vnet_network *net, struct vnet_info *ret, struct vnet_error *err)
{
	struct vnet_info info = { 0 };
	struct vnet_error none;

	if (call_for_bool(c, REMOTE_NETWORK_IS_ACTIVE, net, &info.active, err) < 0 ||
	    call_for_bool(c, REMOTE_NETWORK_IS_PERSISTENT, net, &info.persistent, err) < 0 ||
	    call_for_bool(c, REMOTE_NETWORK_GET_AUTOSTART, net, &info.autostart, err) < 0)
		return -1;
	if (vnet_bridge(c, net, info.bridge, &none) < 0 && none.code != VNET_ERR_INTERNAL) {
		if (err)
			*err = none;
		return -1;
	}
	*ret = info;
	return 0;
}

static int call_for_text(struct vnet_conn *c, uint32_t program, int32_t number, const void *args, char **ret,
			 struct vnet_error *err)
{
	struct remote_str wire = { 0 };

	if (conn_call(c, program, number, args, &wire, NULL, NULL, err) < 0)
		return -1;
	*ret = wire.value;
	return 0;
}

int vnet_bridge(struct vnet_conn *c, const struct vnet_network *net, char ret[VNET_IFNAME_MAX], struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };
	AUTO(mem_drop) char *text = NULL;

	if (call_for_text(c, RPC_PROGRAM_REMOTE, REMOTE_NETWORK_GET_BRIDGE, &a, &text, err) < 0)
		return -1;
	return conn_get_text(text, ret, VNET_IFNAME_MAX, err);
}

int vnet_dumpxml(struct vnet_conn *c, const struct vnet_network *net, unsigned flags, char **ret,
		 struct vnet_error *err)
{
	struct remote_net_flags a = { .net = conn_put_net(net), .flags = flags };

	return call_for_text(c, RPC_PROGRAM_REMOTE, REMOTE_NETWORK_GET_XML, &a, ret, err);
}

int vnet_apply(struct vnet_conn *c, const char *xml, unsigned flags, char **ret, struct vnet_error *err)
{
	struct remote_xml_flags a = { .xml = (char *)xml, .flags = flags };

	return call_for_text(c, RPC_PROGRAM_VNET, VNET_PROC_APPLY, &a, ret, err);
}

int vnet_plan(struct vnet_conn *c, const struct vnet_network *net, char **ret, struct vnet_error *err)
{
	struct remote_one_net a = { .net = conn_put_net(net) };

	return call_for_text(c, RPC_PROGRAM_VNET, VNET_PROC_PLAN, &a, ret, err);
}

int vnet_update(struct vnet_conn *c, const struct vnet_network *net, const struct vnet_update *update, unsigned flags,
		struct vnet_error *err)
{
	struct remote_update_args a = {
		.net = conn_put_net(net),
		.command = update->command,
		.section = update->section,
		.parent_index = update->parent_index,
		.xml = (char *)update->xml,
		.flags = flags,
	};

	return conn_remote(c, REMOTE_NETWORK_UPDATE, &a, NULL, err);
}

int vnet_set_metadata(struct vnet_conn *c, const struct vnet_network *net, enum vnet_metadata_type type,
		      const char *text, const char *key, const char *uri, unsigned flags, struct vnet_error *err)
{
	rpc_text t = (char *)text, k = (char *)key, u = (char *)uri;
	struct remote_set_metadata_args a = {
		.net = conn_put_net(net),
		.type = (int)type,
		.text = t ? &t : NULL,
		.key = k ? &k : NULL,
		.uri = u ? &u : NULL,
		.flags = flags,
	};

	return conn_remote(c, REMOTE_NETWORK_SET_METADATA, &a, NULL, err);
}

int vnet_get_metadata(struct vnet_conn *c, const struct vnet_network *net, enum vnet_metadata_type type,
		      const char *uri, unsigned flags, char **ret, struct vnet_error *err)
{
	rpc_text u = (char *)uri;
	struct remote_get_metadata_args a = {
		.net = conn_put_net(net), .type = (int)type, .uri = u ? &u : NULL, .flags = flags
	};

	return call_for_text(c, RPC_PROGRAM_REMOTE, REMOTE_NETWORK_GET_METADATA, &a, ret, err);
}
