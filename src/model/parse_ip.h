/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/parse_ip.h - the <ip> element and all below it. */
#pragma once
#include "model/xml.h"

int parse_ip(struct parser *p, xmlNode *node, void *network);
