/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/check.h - what a definition must fulfil beyond its single elements, and the values that define fills in. */
#pragma once
#include "model/network.h"

/* Mode against elements, subnets against each other, ranges, hosts and routes against subnets, the canonical text
 * against the limit of a document.
 * VNET_ERR_XML, or VNET_ERR_CONFIG_UNSUPPORTED for what the forward mode cannot have. */
int network_check(const struct network *n, struct err *e);

/* The definition against this host, for define: each PCI address must be a virtual function, found below `sysfs`
 * (normally "/sys"). */
int network_check_host(const struct network *n, const char *sysfs, struct err *e);

/* Fills in what define does not find in the XML: the uuid, and for a bridge of ours the mac. From `old`, the definition
 * of the same name that it replaces, which also gives a bridge name that came from the same template; without it, NULL,
 * at random. */
void network_complete(struct network *n, const struct network *old);

/* Is `name` a template ("", or text with exactly one % which is %d)? network_bridge_from_template puts `i` into it. */
bool network_bridge_is_template(const char *name);
void network_bridge_from_template(const char *name, unsigned i, char ret[IFNAMSIZ]);
