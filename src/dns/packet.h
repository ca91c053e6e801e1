/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/packet.h - DNS messages: queries read, queries and answers built (RFC 1035 s.4, RFC 6891 for EDNS).
 * Shapes  host order in structs. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"
#include "dns/dns.h"
#include "dns/name.h"

enum {
	DNS_HEADER = 12,
	DNS_UDP_PLAIN = 512, /* what every client takes, RFC 1035 s.4.2.1 */
	DNS_UDP_EDNS = 1232, /* what no path fragments: the smallest MTU of IPv6 less headers */
	DNS_MESSAGE_MAX = 65535,
	DNS_QUERY_MAX = 4096, /* of a client; a name, an OPT and its padding need less */
};

enum { DNS_CLASS_IN = 1 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16, /* its high bits go into the OPT, RFC 6891 s.6.1.3 */
};

enum { /* the header's second 16 bits */
       DNS_QR = 0x8000,
       DNS_OPCODE = 0x7800,
       DNS_AA = 0x0400,
       DNS_TC = 0x0200,
       DNS_RD = 0x0100,
       DNS_RA = 0x0080,
       DNS_AD = 0x0020,
       DNS_CD = 0x0010,
       DNS_RCODE = 0x000f,
};

struct dns_question {
	struct dns_name name; /* .len 0: there was none to read */
	uint16_t type, class;
};

struct dns_query {
	uint16_t id, flags;
	struct dns_question q;
	bool edns, dnssec_ok;
	uint16_t size; /* a UDP answer may have, DNS_UDP_PLAIN to DNS_UDP_EDNS */
};

/* Reads a query. 0: it can be answered; above 0: the dns_rcode it deserves; -EBADMSG: no query, so no answer, which
 * might meet one like it and go round for ever. *ret is filled as far as it could be read, whatever is returned. */
int dns_query_parse(struct view msg, struct dns_query *ret);

/* The question as we ask a resolver: same flags, name and type, an OPT of our own if the client sent one (which is
 * between neighbours, RFC 6891 s.6.1.1: never passed on). */
void dns_query_build(struct wr *w, const struct dns_query *q, uint16_t id);

/* Is this a resolver's answer to `q` asked with `id`? */
bool dns_answer_matches(struct view msg, const struct dns_query *q, uint16_t id);
/* Makes a resolver's answer ours: the client's id, AA clear, RA set. */
void dns_answer_adopt(uint8_t *msg, const struct dns_query *q);
enum dns_rcode dns_answer_rcode(struct view msg); /* without the OPT's bits */

/* An answer under construction: dns_answer_begin, records, dns_answer_end. */
struct dns_answer {
	struct wr w;
	const struct dns_query *q;
	uint16_t flags, count;
	uint16_t owner; /* of the next record: a pointer to its name */
	size_t limit;   /* no longer than this */
	bool cut;       /* a record did not fit */
};

/* `flags`: AA, RA. The answer has at most `limit` bytes; `size` of `out` is at least DNS_UDP_PLAIN. */
struct dns_answer dns_answer_begin(const struct dns_query *q, uint16_t flags, uint8_t *out, size_t limit);
/* Records of the question's name, or of the target of the last CNAME; TTL 0. */
void dns_answer_ip(struct dns_answer *a, const struct ip *ip);
void dns_answer_data(struct dns_answer *a, uint16_t type, const void *data, size_t len);
void dns_answer_cname(struct dns_answer *a, const void *target, size_t len); /* what follows is the target's */
/* The message's length. If not all fitted, there is no record in it and TC is set (RFC 2181 s.9). */
size_t dns_answer_end(struct dns_answer *a, enum dns_rcode rcode);
