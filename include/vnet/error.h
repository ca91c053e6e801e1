/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnet/error.h - error codes and domains, with libvirt's numbers, as they travel on the wire. */
#pragma once

enum vnet_error_code {
	VNET_ERR_OK = 0,
	VNET_ERR_INTERNAL = 1,   /* internal error */
	VNET_ERR_NO_SUPPORT = 3, /* this function is not supported by the connection driver */
	VNET_ERR_NO_CONNECT = 5, /* no connection driver for this URI */
	VNET_ERR_INVALID_ARG = 8,
	VNET_ERR_OPERATION_FAILED = 9,
	VNET_ERR_NO_NAME = 21,          /* missing name information */
	VNET_ERR_XML = 27,              /* the XML is well formed, its meaning is not */
	VNET_ERR_OPERATION_DENIED = 29, /* read-only connection */
	VNET_ERR_XML_DETAIL = 35,       /* not well formed */
	VNET_ERR_SYSTEM = 38,           /* a system call failed; int1 is errno */
	VNET_ERR_RPC = 39,
	VNET_ERR_NO_NETWORK = 43, /* Network not found */
	VNET_ERR_INVALID_MAC = 44,
	VNET_ERR_AUTH_FAILED = 45,
	VNET_ERR_OPERATION_INVALID = 55, /* not in this state */
	VNET_ERR_CONFIG_UNSUPPORTED = 67,
	VNET_ERR_ARGUMENT_UNSUPPORTED = 74,
	VNET_ERR_OPERATION_UNSUPPORTED = 84,
	VNET_ERR_XML_INVALID_SCHEMA = 92,
	VNET_ERR_PORT_EXISTS = 106,
	VNET_ERR_NO_PORT = 107,
	VNET_ERR_NO_METADATA = 111,
};

enum vnet_error_domain {
	VNET_FROM_NONE = 0,
	VNET_FROM_XML = 5,
	VNET_FROM_RPC = 7,
	VNET_FROM_NETWORK = 19,
	VNET_FROM_UNSUPPORTED = 20,
};
