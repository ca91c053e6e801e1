/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/validate.h - a document against the strict grammar, xml/network.rng: unknown elements and attributes, elements
 * that may stand once, and names with unusual characters are errors then. */
#pragma once
#include "model/network.h"

/* VNET_ERR_XML_INVALID_SCHEMA, domain VNET_FROM_XML, with the line of the first thing that does not fit; for a document
 * that is not well-formed as network_parse. */
int network_validate(const char *xml, size_t len, struct err *e);
