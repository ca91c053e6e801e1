/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/format.h - the canonical XML of a definition, libvirt's byte for byte: single quotes, two blanks a level, a
 * newline at the end. */
#pragma once
#include "model/network.h"

struct format_live {          /* what only a running network shows */
	unsigned connections; /* 0: not printed */
};

/* `live` NULL: the inactive form. The live form also has the connections of each forward device, and what a pf consists
 * of. The caller frees the text with mem_drop. */
char *network_format(const struct network *n, const struct format_live *live);
/* `text` with the five XML specials escaped and other control characters removed; freed by mem_drop. */
char *xml_escape(const char *text);
