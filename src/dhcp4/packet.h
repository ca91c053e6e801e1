/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/packet.h - a DHCP message as bytes and as a struct (RFC 2131 s.2, RFC 2132).
 * Shapes  numbers and addresses: host order. Views point into the message that was parsed, or into `dhcp4_msg.opts`.
 * Errors  0 or -errno, named per call. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"

enum {
	DHCP4_SERVER_PORT = 67,
	DHCP4_CLIENT_PORT = 68,
	DHCP4_HEADER = 236, /* up to the magic cookie */
	DHCP4_SNAME = 44,   /* where the two texts of the header begin, and their sizes */
	DHCP4_FILE = 108,
	DHCP4_SNAME_SIZE = 64,
	DHCP4_FILE_SIZE = 128,
	DHCP4_BOOTP_MIN = 300, /* some clients and relays drop less (RFC 1542 s.2.1) */
	DHCP4_SAFE_MAX = 548,  /* what every client takes: 576 less the IP and UDP headers (RFC 2131 s.2) */
	DHCP4_MAX = 1472,      /* ours: one Ethernet frame */
	DHCP4_BROADCAST = 0x8000,
};

enum dhcp4_type {
	DHCP4_DISCOVER = 1,
	DHCP4_OFFER,
	DHCP4_REQUEST,
	DHCP4_DECLINE,
	DHCP4_ACK,
	DHCP4_NAK,
	DHCP4_RELEASE,
	DHCP4_INFORM,
};

enum dhcp4_option {
	OPT_PAD = 0,
	OPT_MASK = 1,
	OPT_ROUTER = 3,
	OPT_DNS = 6,
	OPT_HOSTNAME = 12,
	OPT_DOMAIN = 15,
	OPT_MTU = 26,
	OPT_BROADCAST = 28,
	OPT_REQUESTED = 50,
	OPT_LEASE_TIME = 51,
	OPT_OVERLOAD = 52,
	OPT_TYPE = 53,
	OPT_SERVER_ID = 54,
	OPT_PARAMS = 55,
	OPT_MESSAGE = 56,
	OPT_MAX_SIZE = 57,
	OPT_T1 = 58,
	OPT_T2 = 59,
	OPT_CLASS = 60,
	OPT_CLIENT_ID = 61,
	OPT_BOOT_SERVER = 66,
	OPT_BOOT_FILE = 67,
	OPT_USER_CLASS = 77,
	OPT_RAPID_COMMIT = 80,
	OPT_RELAY_AGENT = 82,
	OPT_ARCH = 93,
	OPT_MACHINE_ID = 97,
	OPT_V6ONLY = 108,
	OPT_AUTO_CONFIGURE = 116,
	OPT_ROUTES = 121,
	OPT_ROUTES_MS = 249, /* the same by the number that Windows asked for before RFC 3442 */
	OPT_END = 255,
};

enum dhcp4_slot { /* the options that we read, each with room for one long option */
		  SLOT_NONE,
		  SLOT_TYPE,
		  SLOT_REQUESTED,
		  SLOT_SERVER_ID,
		  SLOT_LEASE_TIME,
		  SLOT_MAX_SIZE,
		  SLOT_OVERLOAD,
		  SLOT_CLIENT_ID,
		  SLOT_HOSTNAME,
		  SLOT_PARAMS,
		  SLOT_CLASS,
		  SLOT_USER_CLASS,
		  SLOT_ARCH,
		  SLOT_MACHINE_ID,
		  SLOT_AUTO_CONFIGURE,
		  SLOT_RELAY_AGENT,
		  SLOTS
};

struct dhcp4_msg {
	uint8_t op; /* 1: from a client, 2: from a server */
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	struct mac chaddr;

	uint8_t type;                  /* enum dhcp4_type */
	uint32_t requested, server_id; /* 0: not there */
	uint32_t lease_s;
	uint16_t max_size;                           /* of the whole IP datagram; 0: not there */
	struct view client_id;                       /* empty: not there */
	struct view hostname;                        /* without the zeros that some send behind it (RFC 2132 s.2) */
	struct view params;                          /* option 55 */
	struct view vendor_class, user_class, archs; /* options 60, 77 and 93 (RFC 4578 s.2.1: numbers of two bytes) */
	struct view relay_agent;                     /* option 82, to be sent back as it is (RFC 3046 s.2.2) */
	struct view machine_id;                      /* option 97, likewise (RFC 4578 s.2.3) */
	bool rapid;                                  /* option 80 */
	bool auto_configure;                         /* option 116 is there */
	const char *sname, *file;                    /* for dhcp4_build; NULL: empty. What is too long is left out */

	struct {
		uint8_t len, b[255];
	} opts[SLOTS]; /* pieces of one option put together (RFC 3396) */
};

/* Reads a UDP payload. `m` is written also on failure, and must not be copied: it points into itself.
 * -EBADMSG: cut short, an option runs over the end, or a known one has the wrong size;
 * -EPROTONOSUPPORT: not DHCP over Ethernet (BOOTP without a type, another hardware). */
int dhcp4_parse(struct dhcp4_msg *m, struct view payload);

/* Writing: the header from m's fields and the cookie, then options, then the end. An option that does not fit is left
 * out whole; dhcp4_build_end gives the length, padded to DHCP4_BOOTP_MIN, or 0 if not even the header had room. */
void dhcp4_build(struct wr *w, const struct dhcp4_msg *m);
void dhcp4_put(struct wr *w, uint8_t code, const void *value, uint8_t len);
bool dhcp4_put_long(struct wr *w, uint8_t code, struct view value); /* in pieces (RFC 3396); false: no room */
void dhcp4_put_u8(struct wr *w, uint8_t code, uint8_t v);
void dhcp4_put_u16(struct wr *w, uint8_t code, uint16_t v);
void dhcp4_put_u32(struct wr *w, uint8_t code, uint32_t v);
size_t dhcp4_build_end(struct wr *w);
