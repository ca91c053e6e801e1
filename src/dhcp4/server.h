/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/server.h - what one network's DHCPv4 server answers (RFC 2131). Pure: time, datagrams and leases are arguments.
 * Shapes  addresses: host order. now: seconds of CLOCK_BOOTTIME.
 * Owner   the server copies its scope and borrows its pool.
 * We are the one server of our networks, so we speak with authority over the addresses that we give: a client that asks for
 * one of them and may have it gets it, even if we have no record of it (the lease had ended, the file was lost). For
 * other addresses of the network we stay silent as RFC 2131 s.4.3.2 asks; for those of other networks we say NAK. */
#pragma once
#include "dhcp4/scope.h"

enum {
	DHCP4_OFFER_S = 30,
	DHCP4_QUARANTINE_S = 600,
	DHCP4_LEASE_MIN_S = 120, /* for a client that asks for less; not where the definition gives less */
};

enum dhcp4_reply { REPLY_NONE, REPLY_OFFER, REPLY_ACK, REPLY_NAK, REPLIES };

enum dhcp4_why {
	WHY_OFFERED,
	WHY_NOTHING_TO_OFFER,
	WHY_ACKED,
	WHY_ACKED_RAPID,
	WHY_INFORMED,
	WHY_RELEASED,
	WHY_DECLINED,
	WHY_CHOSE_ANOTHER,
	WHY_NAK_NETWORK,
	WHY_NAK_HELD,
	WHY_NAK_IN_USE,
	WHY_NAK_NOT_GIVEN,
	WHY_NAK_MOVED,
	WHY_DROP_FRAME,
	WHY_DROP_NOT_FOR_US,
	WHY_DROP_MALFORMED,
	WHY_DROP_NOT_DHCP,
	WHY_DROP_RELAYED,
	WHY_DROP_BAD_CLIENT,
	WHY_DROP_TYPE,
	WHY_DROP_FIELDS,
	WHY_DROP_NO_ADDRESS,
	WHY_DROP_STANDS_BACK,
	WHY_DROP_UNKNOWN,
	WHY_DROP_NO_ROOM,
	WHY_DROP_LIMITED,
	WHYS
};

extern const struct dhcp4_why_info {
	enum dhcp4_reply reply;
	const char *text; /* for logs and counters */
} dhcp4_why_info[WHYS];

struct dhcp4_verdict {
	enum dhcp4_why why;
	uint32_t addr; /* that it is about, 0: none */
};

/* What was decided about one datagram, for the log. Views point into the server, good until the next one. */
struct dhcp4_outcome {
	struct dhcp4_verdict verdict;
	uint8_t type; /* enum dhcp4_type, 0: not known */
	struct mac mac;
	struct view hostname;
	bool twin; /* another machine, `other`, has an address by the same client id */
	struct mac other;
	bool gives;   /* an address, also one that the client has already */
	bool fresh;   /* and it was never leased before */
	bool promise; /* the answer must not leave before what lease_pool_dirty names is durable */
};

struct dhcp4_server;

struct dhcp4_server *dhcp4_server_new(struct lease_pool *pool);
void dhcp4_server_free(struct dhcp4_server *s);
DEFINE_AUTO(struct dhcp4_server *, dhcp4_server_free)

/* Replaces the scope and the pool's rules. Errors as lease_pool_rules and dhcp4_scope_check. */
int dhcp4_server_configure(struct dhcp4_server *s, const struct dhcp4_scope *scope);

/* What the message means for the leases; changes nothing. */
struct dhcp4_verdict dhcp4_decide(const struct dhcp4_server *s, const struct dhcp4_msg *m);

/* Takes an Ethernet frame, changes the leases, and writes the frame to answer with into `out` (DHCP4_FRAME_MAX bytes): its
 * length, or 0 for none; ret->promise: when it may leave. `sum_ready` as in
 * dhcp4_frame_parse; `port`: where it came in, 0: not known. */
size_t dhcp4_handle(struct dhcp4_server *s, uint64_t now, struct view frame, bool sum_ready, uint32_t port,
		    uint8_t *out, struct dhcp4_outcome *ret);

/* Somebody else, behind `port`, uses `addr`, which we have given or were about to give: it goes into quarantine. */
void dhcp4_conflict(struct dhcp4_server *s, uint64_t now, uint32_t addr, uint32_t port);
/* The NAK in place of an ACK that was built by dhcp4_handle and not sent. */
size_t dhcp4_take_back(struct dhcp4_server *s, struct view ack, uint8_t *out);
const struct mac *dhcp4_server_mac(const struct dhcp4_server *s);
