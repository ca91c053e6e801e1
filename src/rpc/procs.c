/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/procs.h"

#include "base/mem.h"

/* A message without payload: no codec, an empty struct. */
struct none {
};
#define xdr_none NULL

#define ROW(program, number, api, args, ret, rights)                                                                   \
	{                                                                                                              \
		program, number, api, (xdrproc_t)xdr_##args, (xdrproc_t)xdr_##ret, sizeof(struct args),                \
		    sizeof(struct ret), rights                                                                         \
	}
#define REMOTE(...) ROW(RPC_PROGRAM_REMOTE, __VA_ARGS__)
#define VNET(...)   ROW(RPC_PROGRAM_VNET, __VA_ARGS__)

/* clang-format off */
static const struct rpc_proc procs[] = {
	REMOTE(REMOTE_OPEN, "virConnectOpen", remote_open_args, none, RPC_UNOPENED),
	REMOTE(REMOTE_CLOSE, "virConnectClose", none, none, RPC_UNOPENED),
	REMOTE(REMOTE_GET_TYPE, "virConnectGetType", none, remote_str, 0),
	REMOTE(REMOTE_LIST_DEFINED_NETWORKS, "virConnectListDefinedNetworks", remote_int, remote_names, 0),
	REMOTE(REMOTE_LIST_NETWORKS, "virConnectListNetworks", remote_int, remote_names, 0),
	REMOTE(REMOTE_NETWORK_CREATE, "virNetworkCreate", remote_one_net, none, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_CREATE_XML, "virNetworkCreateXML", remote_str, remote_one_net, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_DEFINE_XML, "virNetworkDefineXML", remote_str, remote_one_net, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_DESTROY, "virNetworkDestroy", remote_one_net, none, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_GET_XML, "virNetworkGetXMLDesc", remote_net_flags, remote_str, 0),
	REMOTE(REMOTE_NETWORK_GET_AUTOSTART, "virNetworkGetAutostart", remote_one_net, remote_int, 0),
	REMOTE(REMOTE_NETWORK_GET_BRIDGE, "virNetworkGetBridgeName", remote_one_net, remote_str, 0),
	REMOTE(REMOTE_NETWORK_LOOKUP_NAME, "virNetworkLookupByName", remote_str, remote_one_net, 0),
	REMOTE(REMOTE_NETWORK_LOOKUP_UUID, "virNetworkLookupByUUID", remote_one_uuid, remote_one_net, 0),
	REMOTE(REMOTE_NETWORK_SET_AUTOSTART, "virNetworkSetAutostart", remote_net_int, none, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_UNDEFINE, "virNetworkUndefine", remote_one_net, none, RPC_WRITES),
	REMOTE(REMOTE_NUM_DEFINED_NETWORKS, "virConnectNumOfDefinedNetworks", none, remote_int, 0),
	REMOTE(REMOTE_NUM_NETWORKS, "virConnectNumOfNetworks", none, remote_int, 0),
	REMOTE(REMOTE_SUPPORTS_FEATURE, "virConnectSupportsFeature", remote_int, remote_int, RPC_UNOPENED),
	REMOTE(REMOTE_AUTH_LIST, "virConnectAuthList", none, remote_ints, RPC_UNOPENED),
	REMOTE(REMOTE_AUTH_SASL_INIT, "virConnectAuthSaslInit", none, none, RPC_UNOPENED),
	REMOTE(REMOTE_AUTH_SASL_START, "virConnectAuthSaslStart", none, none, RPC_UNOPENED),
	REMOTE(REMOTE_AUTH_SASL_STEP, "virConnectAuthSaslStep", none, none, RPC_UNOPENED),
	REMOTE(REMOTE_AUTH_POLKIT, "virConnectAuthPolkit", none, none, RPC_UNOPENED),
	REMOTE(REMOTE_GET_URI, "virConnectGetURI", none, remote_str, 0),
	REMOTE(REMOTE_IS_SECURE, "virConnectIsSecure", none, remote_int, 0),
	REMOTE(REMOTE_NETWORK_IS_ACTIVE, "virNetworkIsActive", remote_one_net, remote_int, 0),
	REMOTE(REMOTE_NETWORK_IS_PERSISTENT, "virNetworkIsPersistent", remote_one_net, remote_int, 0),
	REMOTE(REMOTE_GET_LIB_VERSION, "virConnectGetLibVersion", none, remote_hyper, 0),
	REMOTE(REMOTE_LIST_ALL_NETWORKS, "virConnectListAllNetworks", remote_list_args, remote_list_ret, 0),
	REMOTE(REMOTE_NETWORK_UPDATE, "virNetworkUpdate", remote_update_args, none, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_GET_LEASES, "virNetworkGetDHCPLeases", remote_leases_args, remote_leases_ret, 0),
	REMOTE(REMOTE_REGISTER_CLOSE_CALLBACK, "virConnectRegisterCloseCallback", none, none, 0),
	REMOTE(REMOTE_UNREGISTER_CLOSE_CALLBACK, "virConnectUnregisterCloseCallback", none, none, 0),
	REMOTE(REMOTE_SET_IDENTITY, "virConnectSetIdentity", remote_identity_args, none, 0),
	REMOTE(REMOTE_NETWORK_DEFINE_XML_FLAGS, "virNetworkDefineXMLFlags", remote_xml_flags, remote_one_net,
	       RPC_WRITES),
	REMOTE(REMOTE_NETWORK_CREATE_XML_FLAGS, "virNetworkCreateXMLFlags", remote_xml_flags, remote_one_net,
	       RPC_WRITES),
	REMOTE(REMOTE_NETWORK_SET_METADATA, "virNetworkSetMetadata", remote_set_metadata_args, none, RPC_WRITES),
	REMOTE(REMOTE_NETWORK_GET_METADATA, "virNetworkGetMetadata", remote_get_metadata_args, remote_str, 0),
	REMOTE(REMOTE_EVENT_REGISTER, "virConnectNetworkEventRegisterAny", remote_register_args, remote_int, 0),
	REMOTE(REMOTE_EVENT_DEREGISTER, "virConnectNetworkEventDeregisterAny", remote_int, none, 0),
	REMOTE(REMOTE_LIST_PORTS, "virNetworkListAllPorts", remote_list_ports_args, remote_list_ports_ret, 0),
	REMOTE(REMOTE_PORT_LOOKUP_UUID, "virNetworkPortLookupByUUID", remote_port_lookup_args, remote_one_port, 0),
	REMOTE(REMOTE_PORT_CREATE_XML, "virNetworkPortCreateXML", remote_port_create_args, remote_one_port, RPC_WRITES),
	REMOTE(REMOTE_PORT_GET_PARAMETERS, "virNetworkPortGetParameters", remote_port_get_args, remote_port_get_ret, 0),
	REMOTE(REMOTE_PORT_SET_PARAMETERS, "virNetworkPortSetParameters", remote_port_set_args, none, RPC_WRITES),
	REMOTE(REMOTE_PORT_GET_XML, "virNetworkPortGetXMLDesc", remote_port_flags, remote_str, 0),
	REMOTE(REMOTE_PORT_DELETE, "virNetworkPortDelete", remote_port_flags, none, RPC_WRITES),
	VNET(VNET_PROC_TAP_ADD, "vnet_tap_add", vnet_tap_add_args, vnet_tap_row, RPC_WRITES),
	VNET(VNET_PROC_TAP_DEL, "vnet_tap_del", remote_str, none, RPC_WRITES),
	VNET(VNET_PROC_TAP_LIST, "vnet_tap_list", vnet_tap_list_args, vnet_tap_list_ret, 0),
	VNET(VNET_PROC_PLAN, "vnet_plan", remote_one_net, remote_str, 0),
	VNET(VNET_PROC_APPLY, "vnet_apply", remote_xml_flags, remote_str, RPC_WRITES),
	VNET(VNET_PROC_IMPORT_LEASES, "vnet_import_leases", vnet_import_leases_args, remote_int, RPC_WRITES),
	VNET(VNET_PROC_GUARDED, "vnet_guarded", remote_one_net, vnet_guarded_ret, 0),
	VNET(VNET_PROC_HISTORY, "vnet_history", vnet_history_args, vnet_history_ret, 0),
	VNET(VNET_PROC_PUBLISH, "vnet_publish", vnet_publish_args, none, RPC_WRITES),
	VNET(VNET_PROC_UNPUBLISH, "vnet_unpublish", vnet_publish_args, none, RPC_WRITES),
	VNET(VNET_PROC_PUBLISHED, "vnet_published", remote_one_net, vnet_published_ret, 0),
	VNET(VNET_PROC_STATUS, "vnet_status", none, vnet_status_ret, 0),
	VNET(VNET_PROC_VALIDATE, "vnet_validate", none, vnet_validate_ret, 0),
	VNET(VNET_PROC_DHCP_STATS, "vnet_dhcp_stats", remote_one_net, vnet_dhcp_stats_ret, 0),
	VNET(VNET_PROC_LEASE_EVENTS, "vnet_lease_events", vnet_lease_events_args, remote_int, 0),
};
/* clang-format on */

const struct rpc_proc *rpc_proc_at(size_t i)
{
	return i < ARRAY_SIZE(procs) ? &procs[i] : NULL;
}

const struct rpc_proc *rpc_proc_find(uint32_t program, int32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(procs); i++)
		if (procs[i].program == program && procs[i].number == number)
			return &procs[i];
	return NULL;
}
