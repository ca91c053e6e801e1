/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/metadata.h - texts about a network that are other programs' and people's: title, description, and foreign
 * elements in <metadata>, one for each namespace.
 * Changes are whole: on failure the network is as it was. Pure: who is told and what is stored is control's. */
#pragma once
#include "model/network.h"

enum metadata_type { METADATA_DESCRIPTION, METADATA_TITLE, METADATA_ELEMENT }; /* the wire's numbers */

/* *ret is freed by mem_drop. For an element `uri` is its namespace, and *ret the element without prefix and declaration
 * of it; else `uri` is NULL. VNET_ERR_NO_METADATA: there is none; VNET_ERR_INVALID_ARG: type or uri. */
int network_get_metadata(const struct network *n, int type, const char *uri, char **ret, struct err *e);

/* `text` NULL removes, also what is not there; so does "" for title and description. An element is put into the
 * namespace `uri` with the prefix `key`, which are both NULL for the other types.
 * VNET_ERR_INVALID_ARG: type, uri, key, or a title of several lines; VNET_ERR_XML_DETAIL, VNET_ERR_XML: the element. */
int network_set_metadata(struct network *n, int type, const char *text, const char *key, const char *uri,
			 struct err *e);
