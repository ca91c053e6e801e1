/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/publish.h - <vnet:publish>: ports of the host that lead to a guest. Part of model/network.h. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/words.h"

enum {
	PUBLISH_MAX = 1024,        /* of one network */
	PUBLISH_PORTS_MAX = 32768, /* of all of them: each is an element in the kernel */
	PUBLISH_GUEST_MAX = 63,    /* bytes of a host name, RFC 1035 s.2.3.4 */
	PUBLISH_TEXT = 80,
};

struct publish {
	int line;
	struct ip address; /* the host's; 0.0.0.0 and :: are all of a family, family 0: all */
	uint16_t port, port_end;
	enum transport transport;
	char *guest;    /* a name unless one of these is given */
	struct mac mac; /* zero: not given */
	struct ip ip;
	uint16_t to; /* the guest's port, of a range the first; 0: the same as the host's */
};

void publish_copy(struct publish *to, const struct publish *from);
void publish_clear(struct publish *p);

/* Reads "80" or "80-90". -EINVAL: neither. */
int publish_parse_ports(const char *text, uint16_t *ret, uint16_t *ret_end);
/* Knows a name, a MAC or an address by its form, and takes a copy of it. -EINVAL: it is none of them. */
int publish_set_guest(struct publish *p, const char *guest);
/* "192.0.2.1:80-90/tcp", as the command line writes it. */
const char *publish_text(const struct publish *p, char out[PUBLISH_TEXT]);

struct network;
/* Adds a copy to the definition, or takes out the one of these ports; there the guest may be NULL. Whole or not at all.
 * VNET_ERR_OPERATION_INVALID: one overlaps; there is none, or, of two families, more than one; else as network_parse. */
int network_publish(struct network *n, const struct publish *p, struct err *e);
int network_unpublish(struct network *n, const struct publish *p, struct err *e);

bool publish_any_address(const struct publish *p);
/* Can it be of this family: by its addresses, else by those of its network? */
bool publish_has_family(const struct network *n, const struct publish *p, int family);
/* Do `p` of `n` and `q` of `m` want the same port of the same address? */
bool publish_overlaps(const struct network *n, const struct publish *p, const struct network *m,
		      const struct publish *q);
/* Can it be reached by 127.0.0.1 or another IPv4 loopback address? */
bool publish_on_loopback(const struct network *n, const struct publish *p);
