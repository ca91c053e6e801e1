/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/dhcp_option.h - DHCPv4 options as people write them, and as the wire has them (RFC 2132 and IANA's list): those of our
 * own element <option>, and those of dnsmasq's configuration. Part of model/network.h.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wr.h"
#include "model/words.h"

enum { DHCP_OPTION_VALUE_MAX = 1024 }; /* bytes on the wire: four pieces of RFC 3396 */

enum dhcp_type {
	DHCP_TYPE_NONE,
	DHCP_IPV4,
	DHCP_IPV4_LIST,
	DHCP_STRING,
	DHCP_HEX,
	DHCP_U8,
	DHCP_U16,
	DHCP_U32,
	DHCP_BOOL,
	DHCP_DOMAIN_LIST,
	DHCP_ROUTES /* RFC 3442 */
};
extern const char *const dhcp_type_words[];

struct dhcp_option {
	int line;
	unsigned code;
	char *name;          /* it was written by name; NULL: by code */
	enum dhcp_type type; /* as written; DHCP_TYPE_NONE: as the code has it */
	char *value;         /* NULL: the code is not sent */
	enum tri force;      /* yes: also to a client that did not ask for it */
};

struct dhcp_options {
	struct dhcp_option *v;
	size_t n;
};

void dhcp_options_clear(struct dhcp_options *o);
struct dhcp_options dhcp_options_copy(const struct dhcp_options *o);

unsigned dhcp_option_code(const char *name);    /* 0: none of this name */
enum dhcp_type dhcp_option_type(unsigned code); /* DHCP_TYPE_NONE: not known */
/* Is it one that a definition may set, and not one that the protocol needs for itself? */
bool dhcp_option_may_be_set(unsigned code);

/* Writes one value: of a list, an element of it; of routes, "DESTINATION/LENGTH ROUTER" or ".. via ROUTER". The address
 * 0.0.0.0 stands for the server itself, `self`. NULL, or why not; then *w has what it had. */
const char *dhcp_value_put(struct wr *w, enum dhcp_type type, const char *text, uint32_t self);
/* The same for a whole value: elements of a list stand between commas. */
const char *dhcp_value_put_all(struct wr *w, enum dhcp_type type, const char *text, uint32_t self);
