/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/server.h - what one network's DHCPv6 server answers (RFC 8415). Pure: time, datagrams and leases are arguments.
 * Shapes  now: seconds of CLOCK_BOOTTIME. In the pool an address is a number (dhcp6/blocks.h) and a client's id the byte 255,
 *         its IAID and its DUID, as RFC 4361 s.6.1 writes the same for DHCPv4.
 * Owner   the server copies its scope and owns its pool.
 * Only addresses (IA_NA) are given. We are the one server of our networks, so a client that extends what we have no record of
 * gets it again if it may have it (s.18.3.4 and s.18.3.5 leave that to us). A reservation goes to the
 * first of a client's IAs that asks. */
#pragma once
#include "dhcp6/reply.h"
#include "lease/pool.h"

enum { DHCP6_OFFER_S = 30, DHCP6_QUARANTINE_S = 600 };

struct dhcp6_range {
	struct ip start, end; /* all but the last 16 bits are the same; both belong to it */
	uint32_t lease_s;     /* 0: the network's */
};

struct dhcp6_host {
	struct view duid; /* empty: whoever sends `name` */
	const char *name; /* "" or NULL: none */
	struct ip addr;
	uint32_t lease_s; /* 0: the network's */
};

struct dhcp6_scope {
	struct prefix self;  /* our address, and the network's length */
	struct uuid network; /* the server's DUID is made of it (RFC 6355) */
	bool dns;            /* we are a name server */
	const char *domain;  /* NULL or "": none */
	uint32_t lease_s;    /* DHCP6_FOREVER: for ever */
	const struct dhcp6_range *ranges;
	size_t n_ranges;
	const struct dhcp6_host *hosts;
	size_t n_hosts;
};

enum dhcp6_reply { DHCP6_SILENT, DHCP6_AT_ONCE, DHCP6_WHEN_DURABLE };

enum dhcp6_why {
	DHCP6_WHY_ADVERTISED,
	DHCP6_WHY_NOTHING_TO_ADVERTISE,
	DHCP6_WHY_GIVEN_RAPID,
	DHCP6_WHY_GIVEN,
	DHCP6_WHY_NOTHING_TO_GIVE,
	DHCP6_WHY_CONFIRMED,
	DHCP6_WHY_NOT_CONFIRMED,
	DHCP6_WHY_RELEASED,
	DHCP6_WHY_DECLINED,
	DHCP6_WHY_INFORMED,
	DHCP6_WHY_USE_MULTICAST,
	DHCP6_WHY_DROP_SOURCE,
	DHCP6_WHY_DROP_MALFORMED,
	DHCP6_WHY_DROP_TYPE,
	DHCP6_WHY_DROP_UNICAST,
	DHCP6_WHY_DROP_CLIENT_ID,
	DHCP6_WHY_DROP_SERVER_ID,
	DHCP6_WHY_DROP_IA,
	DHCP6_WHY_DROP_NO_ROOM,
	DHCP6_WHYS
};

extern const struct dhcp6_why_info {
	enum dhcp6_reply reply;
	const char *text; /* for logs and counters */
} dhcp6_why_info[DHCP6_WHYS];

struct dhcp6_from {
	struct ip src;
	bool multicast; /* sent to ff02::1:2, not to one of our addresses */
};

/* What was decided about one datagram, for the log. Views point into it. */
struct dhcp6_outcome {
	enum dhcp6_why why;
	struct mac mac; /* zero: not known */
	struct view hostname;
	struct ip addr; /* the first that it is about; family 0: none */
};

struct dhcp6_server;

struct dhcp6_server *dhcp6_server_new(void); /* answers nothing until it is configured */
void dhcp6_server_free(struct dhcp6_server *s);
DEFINE_AUTO(struct dhcp6_server *, dhcp6_server_free)

/* Replaces the scope; leases stay. -EINVAL: a range or a host is not on the network, a range is backwards or too wide, or
 * there is no lease time; -E2BIG: DHCP6_BLOCKS_MAX. On failure all stays as it was. */
int dhcp6_server_configure(struct dhcp6_server *s, const struct dhcp6_scope *scope);

/* Its leases, for expiry and what is to be made durable; where they are and whose. */
struct lease_pool *dhcp6_server_pool(struct dhcp6_server *s);
struct ip dhcp6_server_ip(const struct dhcp6_server *s, const struct lease *l);
struct view dhcp6_lease_duid(const struct lease *l);
/* A lease out of the database. Errors as lease_pool_restore. */
int dhcp6_server_restore(struct dhcp6_server *s, const struct ip *ip, const struct lease *l);

/* Takes a UDP payload, changes the leases, and writes the answer into `out` (DHCP6_MAX bytes): its length, or 0 for none. */
size_t dhcp6_handle(struct dhcp6_server *s, uint64_t now, const struct dhcp6_from *from, struct view payload,
		    uint8_t *out, struct dhcp6_outcome *ret);
