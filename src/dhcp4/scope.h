/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/scope.h - what one network's DHCPv4 server gives: addresses, options, boot files. Data alone.
 * Shapes  addresses: host order. Times: seconds.
 * Owner   all is borrowed, except in a copy, which owns all of its own. */
#pragma once
#include "base/mem.h"
#include "dhcp4/packet.h"
#include "lease/pool.h"

#define DHCP4_FOREVER 0xffffffffU /* as lease_s */

struct dhcp4_opt { /* sent as it is, in place of what the server would say by this code */
	uint8_t code;
	bool force;        /* also to a client that did not ask for it */
	struct view value; /* empty: this code is not sent. Longer than 255 bytes: in pieces (RFC 3396) */
};

struct dhcp4_extra {      /* of the network, of a range, of a host: the narrower one wins, code by code */
	uint32_t lease_s; /* 0: nothing of its own; the network must have one */
	const struct dhcp4_opt *opts;
	size_t n_opts;
};

enum dhcp4_boot_who { BOOT_ANY, BOOT_IPXE, BOOT_FIRMWARE };

struct dhcp4_boot {
	int arch; /* option 93; -1: any */
	enum dhcp4_boot_who who;
	const char *file;        /* a path, or a URL for UEFI HTTP boot and iPXE */
	uint32_t server;         /* siaddr; 0: we */
	const char *server_name; /* NULL or "": none */
};

struct dhcp4_scope {
	struct lease_rules rules; /* rules.self is our address, option 54. A host's tag is its place in rules.hosts */
	struct mac mac;           /* of the bridge: frames come to it and go out from it */
	bool router;              /* send option 3, ourselves */
	bool dns;                 /* send option 6, ourselves */
	bool rapid;               /* RFC 4039 */
	uint16_t mtu;             /* option 26; 0: not sent */
	uint32_t lease_s;
	const char *domain; /* option 15; NULL or "": none */
	const struct dhcp4_opt *opts;
	size_t n_opts;
	const struct dhcp4_extra *range_extra, *host_extra; /* one for each of rules.ranges and rules.hosts, or NULL */
	const struct dhcp4_boot *boots;                     /* the first that fits is told */
	size_t n_boots;
};

/* -EINVAL: no lease time, or an option that the protocol needs for itself. */
int dhcp4_scope_check(const struct dhcp4_scope *s);
struct dhcp4_scope *dhcp4_scope_copy(const struct dhcp4_scope *s);
void dhcp4_scope_free(struct dhcp4_scope *s); /* a copy */
DEFINE_AUTO(struct dhcp4_scope *, dhcp4_scope_free)

uint32_t dhcp4_scope_mask(const struct dhcp4_scope *s);

/* What the range that has `addr` has of its own, or NULL. */
const struct dhcp4_extra *dhcp4_scope_range(const struct dhcp4_scope *s, uint32_t addr);

/* What a client that sent `m` boots from, or NULL. */
const struct dhcp4_boot *dhcp4_scope_boot(const struct dhcp4_scope *s, const struct dhcp4_msg *m);
/* Does it fetch by HTTP (UEFI s.24.7.3.1: its class begins with "HTTPClient")? */
bool dhcp4_boots_by_http(const struct dhcp4_msg *m);
