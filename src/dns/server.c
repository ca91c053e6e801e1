/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/server.h"

#include <assert.h>

static_assert(DNS_ANSWER_MAX > 512 + DNS_HITS_MAX * (12 + DNS_NAME_MAX), "every answer fits");

size_t dns_server_fail(const struct dns_query *q, uint16_t flags, enum dns_rcode rcode, uint8_t out[DNS_UDP_PLAIN])
{
	struct dns_answer a = dns_answer_begin(q, flags, out, DNS_UDP_PLAIN);

	return dns_answer_end(&a, rcode);
}

static bool is_wanted(const struct dns_query *q, const struct ip *ip)
{
	return q->q.type == DNS_ANY || q->q.type == (ip->family == AF_INET ? DNS_A : DNS_AAAA);
}

/* Answers from the zone; 0: not known there. A known name without records of the type asked for is an empty answer:
 * passed on or refused it would make resolvers give up on the types it has. */
static size_t answer_from_zone(const struct dns_zone *z, const struct dns_query *q, struct dns_answer *a)
{
	struct dns_hits hits;
	struct ip ip;

	if (dns_zone_find(z, &q->q.name, &hits)) {
		for (size_t i = 0; i < hits.n; i++)
			if (is_wanted(q, &hits.ip[i]))
				dns_answer_ip(a, &hits.ip[i]);
		return dns_answer_end(a, DNS_NOERROR);
	}
	if (dns_name_to_ip(&q->q.name, &ip) == 0 && dns_zone_find_ip(z, &ip, &hits)) {
		for (size_t i = 0; i < hits.n && (q->q.type == DNS_PTR || q->q.type == DNS_ANY); i++)
			dns_answer_ptr(a, &hits.name[i]);
		return dns_answer_end(a, DNS_NOERROR);
	}
	return 0;
}

struct dns_verdict dns_server_handle(const struct dns_zone *z, bool forward, bool tcp, struct view msg,
				     struct dns_query *q, uint8_t out[DNS_ANSWER_MAX])
{
	struct dns_verdict v = { .action = DNS_REPLY };
	uint16_t ra = forward ? DNS_RA : 0;
	int e = dns_query_parse(msg, q);

	if (e < 0)
		return (struct dns_verdict){ .action = DNS_DROP };
	if (e == 0 && q->q.class == DNS_CLASS_IN) {
		struct dns_answer a = dns_answer_begin(q, DNS_AA | ra, out, tcp ? DNS_ANSWER_MAX : q->size);

		v.len = answer_from_zone(z, q, &a);
		v.local = v.len != 0;
		if (v.local)
			return v;
		if (forward)
			return (struct dns_verdict){ .action = DNS_FORWARD };
	}
	v.rcode = e ? (enum dns_rcode)e : DNS_REFUSED;
	v.len = dns_server_fail(q, ra, v.rcode, out);
	return v;
}
