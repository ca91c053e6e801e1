/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/name.h - domain names in wire form (RFC 1035 s.3.1): labels, each behind its length, ended by the root's 0.
 * Shapes  struct dns_name is never compressed, `len` counts the ending 0; the case is what it was.
 * Errors  0 or -errno; *ret is written only on success. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"

enum { DNS_NAME_MAX = 255, DNS_LABEL_MAX = 63 };

struct dns_name {
	uint8_t len; /* 0: not a name at all; 1: the root */
	uint8_t b[DNS_NAME_MAX];
};

/* Any bytes but '.' make a label; one '.' may end the text. -EINVAL: an empty or long label, or too long in all. */
int dns_name_parse(const char *text, struct dns_name *ret);
int dns_name_parse_root(const char *text, struct dns_name *ret); /* "" and "." too: the root */

/* Reads the name of a message's question. It is the first name there, so it has none to point back at: a pointer
 * (RFC 1035 s.4.1.4) is refused, and there is none to be followed. -EBADMSG. */
int dns_name_read(struct rd *r, struct dns_name *ret);
/* Passes over the name of a record, which a pointer may end; r->bad if it is none. */
void dns_name_skip(struct rd *r);

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b); /* whatever the case, RFC 4343 */
struct dns_name dns_name_lower(const struct dns_name *n);
bool dns_name_is_plain(const struct dns_name *n); /* one label */

int dns_name_append(const struct dns_name *n, const struct dns_name *domain, struct dns_name *ret); /* -EINVAL */
/* The first label of `n`, if the rest of it is `domain`; else -EINVAL. */
int dns_name_strip(const struct dns_name *n, const struct dns_name *domain, struct dns_name *ret);

/* Walks up: `*at`, 0 at first, goes to the next label, where the name's parent stands. false: it was the root. */
static inline bool dns_name_up(const struct dns_name *n, size_t *at)
{
	if (n->b[*at] == 0)
		return false;
	*at += n->b[*at] + 1u;
	return true;
}

/* What the reverse name at `at` (0: all of `n`) is about: in-addr.arpa (RFC 1035 s.3.5) or ip6.arpa (RFC 3596 s.2.5);
 * an address if all its parts are there, else the subnet of those that are. -EINVAL. */
int dns_name_to_prefix(const struct dns_name *n, size_t at, struct prefix *ret);
