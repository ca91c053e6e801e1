/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/port.h - one guest's NIC on a network: <networkport>. What a client asks for lacks a plug; port_fill completes it
 * from the network: it decides where the NIC goes, nobody moves anything here.
 * Owner   the struct owns all it points to; port_free releases it. */
#pragma once
#include "model/parse.h"

enum { PORT_XML_MAX = 1048576 /* bytes of a document */ };

enum plug_type { PLUG_NONE, PLUG_NETWORK, PLUG_BRIDGE, PLUG_DIRECT, PLUG_HOSTDEV };

struct port_plug {
	enum plug_type type;
	char dev[IFNAMSIZ]; /* the bridge of PLUG_NETWORK and PLUG_BRIDGE, the device below a PLUG_DIRECT */
	enum mac_table mac_table;
	enum forward_mode mode; /* of PLUG_DIRECT */
	/* of PLUG_HOSTDEV */
	bool managed;
	enum pci_driver driver;
	struct forward_address address;
};

struct port {
	struct uuid uuid;
	char *owner_name;
	struct uuid owner;
	char *group; /* NULL: none named */
	struct mac mac;
	struct virtualport virtualport;
	struct bandwidth bandwidth;
	struct vlan vlan;
	enum tri isolated, trust_rx_filters;
	struct port_plug plug;
};

void port_free(struct port *p);
DEFINE_AUTO(struct port *, port_free)

/* Parses one document. A uuid that is not there is made up. `w` may be NULL. Errors: VNET_ERR_INTERNAL, something else is missing (as
 * libvirt has it); else as network_parse. */
int port_parse(const char *xml, size_t len, struct port **ret, struct xml_warnings *w, struct err *e);
/* Canonical XML, libvirt's byte for byte; freed with mem_drop. */
char *port_format(const struct port *p);

/* Completes `p`, which has no plug, from a running network: what its port group and the network give to all ports, then
 * the plug. Of a pool of devices the one with the fewest connections is taken; the caller counts.
 * `others` are the ports that the network has.
 * Errors: VNET_ERR_XML, there is no such group; VNET_ERR_CONFIG_UNSUPPORTED, what it asks does not go with the network;
 * VNET_ERR_INTERNAL, no device is free. */
int port_fill(struct port *p, const struct network *n, struct port *const *others, size_t n_others, struct err *e);
/* Replaces its bandwidth, if that goes with the network and the other ports; `others` may hold `p`. Errors: as port_fill. */
int port_set_bandwidth(struct port *p, const struct bandwidth *b, const struct network *n, struct port *const *others,
		       size_t n_others, struct err *e);
/* How many connections `p`'s plug has on this network's devices: `by` is added (1 or -1). */
void port_count(const struct port *p, struct network *n, int by);
