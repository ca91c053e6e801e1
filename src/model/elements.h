/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/elements.h - the functions that read one element each and append to, or fill, what `into` points to. For the
 * parser of documents and for the updates, whose payload is one such element. */
#pragma once
#include "model/xml.h"

/* into: struct network */
int parse_metadata(struct parser *p, xmlNode *node, void *into);
int parse_ip(struct parser *p, xmlNode *node, void *into);
int parse_route(struct parser *p, xmlNode *node, void *into);
int parse_portgroup(struct parser *p, xmlNode *node, void *into);
int parse_options(struct parser *p, xmlNode *node, void *into);
int parse_own_guard(struct parser *p, xmlNode *node, void *into);
int parse_own_flowtable(struct parser *p, xmlNode *node, void *into);
int parse_own_publish(struct parser *p, xmlNode *node, void *into);

/* into: struct portgroup */
int parse_group_guard(struct parser *p, xmlNode *node, void *into);

/* into: struct network_ip, whose address tells the family */
int parse_dhcp_range(struct parser *p, xmlNode *node, void *into);
int parse_dhcp_host(struct parser *p, xmlNode *node, void *into);

/* into: struct dhcp_options; struct dhcp_boot, which is empty */
int parse_dhcp_option(struct parser *p, xmlNode *node, void *into);
int parse_dhcp_boot(struct parser *p, xmlNode *node, void *into);

/* into: struct network_forward */
int parse_forward(struct parser *p, xmlNode *node, void *into);
int parse_forward_if(struct parser *p, xmlNode *node, void *into);

/* into: struct forward_address */
int parse_pci_address(struct parser *p, xmlNode *node, void *into);

/* into: struct network_dns */
int parse_dns(struct parser *p, xmlNode *node, void *into);
int parse_dns_txt(struct parser *p, xmlNode *node, void *into);
int parse_dns_srv(struct parser *p, xmlNode *node, void *into);
int parse_dns_host(struct parser *p, xmlNode *node, void *into);

/* into: struct vlan, struct virtualport, struct bandwidth */
int parse_vlan(struct parser *p, xmlNode *node, void *into);
int parse_virtualport(struct parser *p, xmlNode *node, void *into);
int parse_bandwidth(struct parser *p, xmlNode *node, void *into);
int parse_port_bandwidth(struct parser *p, xmlNode *node, void *into); /* with floor and classID */
