/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/packet.h - a DHCPv6 message as bytes and as a struct (RFC 8415 s.8, s.21).
 * Shapes  numbers: host order. Views point into the message that was parsed.
 * Errors  0 or -errno, named per call. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"
#include "base/rd.h"
#include "base/wr.h"

enum {
	DHCP6_SERVER_PORT = 547,
	DHCP6_CLIENT_PORT = 546,
	DHCP6_MAX = 1280 - 48, /* of what we send: every link carries it */
	DHCP6_IAS_MAX = 8,     /* of one message */
	DHCP6_ADDRS_MAX = 8,   /* of one IA */
	DHCP6_DUID_MIN = 3,    /* a type and something, s.11.1 */
	DHCP6_DUID_MAX = 130,
};

enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE,
	DHCP6_REQUEST,
	DHCP6_CONFIRM,
	DHCP6_RENEW,
	DHCP6_REBIND,
	DHCP6_REPLY,
	DHCP6_RELEASE,
	DHCP6_DECLINE,
	DHCP6_RECONFIGURE,
	DHCP6_INFORMATION,
	DHCP6_TYPES /* relays' messages follow */
};

enum dhcp6_option {
	DHCP6_OPT_CLIENT_ID = 1,
	DHCP6_OPT_SERVER_ID = 2,
	DHCP6_OPT_IA_NA = 3,
	DHCP6_OPT_ADDR = 5,
	DHCP6_OPT_REQUEST = 6,
	DHCP6_OPT_PREFERENCE = 7,
	DHCP6_OPT_STATUS = 13,
	DHCP6_OPT_RAPID = 14,
	DHCP6_OPT_DNS = 23,    /* RFC 3646 */
	DHCP6_OPT_DOMAIN = 24, /* likewise */
	DHCP6_OPT_FQDN = 39,   /* RFC 4704 */
};

enum dhcp6_status { /* s.21.13 */
		    DHCP6_SUCCESS = 0,
		    DHCP6_NO_ADDRS = 2,
		    DHCP6_NO_BINDING = 3,
		    DHCP6_NOT_ON_LINK = 4,
		    DHCP6_USE_MULTICAST = 5,
};

struct dhcp6_ia { /* IA_NA: what one interface of the client is to have */
	uint32_t iaid;
	struct ip addrs[DHCP6_ADDRS_MAX];
	size_t n_addrs;
};

struct dhcp6_msg {
	uint8_t type;                     /* enum dhcp6_type, a client's or a server's */
	uint32_t xid;                     /* 24 bits */
	struct view client_id, server_id; /* DUIDs; empty: not there */
	struct view wants;                /* option codes of two bytes */
	struct view hostname;             /* the first label of option 39 */
	bool rapid;
	bool has_status;
	uint16_t status; /* of the whole message */
	struct dhcp6_ia ias[DHCP6_IAS_MAX];
	size_t n_ias;
};

/* Reads a UDP payload. `m` is written also on failure. -EBADMSG: cut short, an option runs over the end, a known one has the
 * wrong size, comes twice or too often; -EPROTONOSUPPORT: not a message between client and server. */
int dhcp6_parse(struct dhcp6_msg *m, struct view payload);

/* Was option `code` asked for? */
bool dhcp6_wants(const struct dhcp6_msg *m, uint16_t code);

/* Writing. An option within another stands between dhcp6_open and dhcp6_close, which fills in the length. */
void dhcp6_put_head(struct wr *w, enum dhcp6_type type, uint32_t xid);
void dhcp6_put(struct wr *w, uint16_t code, struct view value);
uint8_t *dhcp6_open(struct wr *w, uint16_t code);
void dhcp6_close(struct wr *w, uint8_t *opened);
/* A domain name as in RFC 1035 s.3.1; one that can't be written so is left out. */
void dhcp6_put_domain(struct wr *w, uint16_t code, const char *domain);
