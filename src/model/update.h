/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/update.h - one change to one part of a definition, as `vnet update` makes it. Pure: which definition that is,
 * and what follows from it for a running network, is control's. */
#pragma once
#include "model/network.h"

enum update_command { UPDATE_MODIFY = 1, UPDATE_DELETE, UPDATE_ADD_LAST, UPDATE_ADD_FIRST }; /* the wire's numbers */

enum update_section { /* the wire's numbers */
		      UPDATE_BRIDGE = 1,
		      UPDATE_DOMAIN,
		      UPDATE_IP,
		      UPDATE_DHCP_HOST,
		      UPDATE_DHCP_RANGE,
		      UPDATE_FORWARD,
		      UPDATE_FORWARD_INTERFACE,
		      UPDATE_FORWARD_PF,
		      UPDATE_PORTGROUP,
		      UPDATE_DNS_HOST,
		      UPDATE_DNS_TXT,
		      UPDATE_DNS_SRV,
		      UPDATE_SECTIONS
};

/* "ip-dhcp-host" ..; NULL: no such section. */
const char *update_section_text(enum update_section section);

/* `xml` is one element of the section. `parent_index`: which <ip> the DHCP sections mean, counted over all from 0; -1:
 * the first with DHCP, else the first IPv4 one, else the first.
 * Whole or not at all: the changed definition passes network_check, or *n stays as it was.
 * VNET_ERR_OPERATION_UNSUPPORTED: the section or command; VNET_ERR_OPERATION_INVALID: it is there already, or is not,
 * or several are meant; VNET_ERR_INVALID_ARG: no such number; else as network_parse. */
int network_update(struct network *n, enum update_command command, enum update_section section, int parent_index,
		   const char *xml, size_t len, struct err *e);
