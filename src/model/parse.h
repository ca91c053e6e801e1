/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/parse.h - a definition from XML. One function an element; nothing is dropped silently: what the format does not
 * know, and what says nothing where it stands, is a warning. What we understand but cannot run is accepted here; see
 * plan/support.h. Every error carries its line (err.line) and a code for the wire (err.code, libvirt's). */
#pragma once
#include "model/network.h"

enum { XML_WARNINGS_MAX = 1000 }; /* further ones are not kept */

struct xml_warning {
	int line;
	char *text;
};

struct xml_warnings { /* zeroed by the caller before first use */
	struct xml_warning *v;
	size_t n;
};
void xml_warnings_free(struct xml_warnings *w);

/* Parses and checks (model/check.h) one document. `w` may be NULL. On failure *ret is not touched. */
int network_parse(const char *xml, size_t len, struct network **ret, struct xml_warnings *w, struct err *e);
