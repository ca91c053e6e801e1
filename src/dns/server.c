/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/server.h"

#include <assert.h>

enum { FIXED = 12 }; /* bytes of a record before its data: a pointer, type, class, TTL, length */

static_assert(DNS_ANSWER_MAX > DNS_UDP_PLAIN + DNS_CNAMES_MAX * (FIXED + DNS_NAME_MAX) + DNS_HITS_MAX * (FIXED + 16) +
				   DNS_HITS_MAX * (FIXED + DNS_NAME_MAX) + DNS_NAME_DATA_MAX,
	      "every answer fits");
static_assert((int)DNS_WILDCARD_IPS_MAX <= (int)DNS_HITS_MAX, "also a wildcard's");

size_t dns_server_fail(const struct dns_query *q, uint16_t flags, enum dns_rcode rcode, uint8_t out[DNS_UDP_PLAIN])
{
	struct dns_answer a = dns_answer_begin(q, flags, out, DNS_UDP_PLAIN);

	return dns_answer_end(&a, rcode);
}

static bool is_wanted(const struct dns_query *q, const struct ip *ip)
{
	return q->q.type == DNS_ANY || q->q.type == (ip->family == AF_INET ? DNS_A : DNS_AAAA);
}

/* Answers with what a name has. A known name without records of the type asked for is an empty answer: passed on or
 * refused it would make resolvers give up on the types it has. Returns its CNAME if that is all there is to say. */
static const struct dns_data *put_hits(struct dns_answer *a, const struct dns_hits *hits)
{
	const struct dns_query *q = a->q;
	bool any = q->q.type == DNS_ANY, found = false;
	const struct dns_data *cname = NULL;

	for (size_t i = 0; i < hits->n_ips; i++) {
		found = true;
		if (is_wanted(q, &hits->ips[i]))
			dns_answer_ip(a, &hits->ips[i]);
	}
	for (size_t i = 0; i < hits->n_names && (any || q->q.type == DNS_PTR); i++) {
		found = true;
		dns_answer_data(a, DNS_PTR, hits->names[i].b, hits->names[i].len);
	}
	for (const struct dns_data *d = hits->data; d; d = d->next)
		if (any || d->type == q->q.type) {
			found = true;
			dns_answer_data(a, d->type, d->b, d->len);
		} else if (d->type == DNS_CNAME) {
			cname = d;
		}
	return found ? NULL : cname;
}

static struct dns_verdict reply(struct dns_answer *a, enum dns_rcode rcode)
{
	return (
	    struct dns_verdict){ .action = DNS_REPLY, .rcode = rcode, .local = true, .len = dns_answer_end(a, rcode) };
}

/* Nothing is known of `name`, which is the question's, or the target of a CNAME that is already in the answer. */
static struct dns_verdict judge_unknown(const struct dns_zone *z, const struct dns_routes *r,
					const struct dns_name *name, bool is_target, struct dns_answer *a)
{
	struct dns_way way = dns_routes_find(r, name, a->q->q.type);

	switch (way.kind) {
	case DNS_WAY_ADDRESSES:
		for (size_t i = 0; i < way.n_ips; i++)
			if (is_wanted(a->q, &way.ips[i]))
				dns_answer_ip(a, &way.ips[i]);
		return reply(a, DNS_NOERROR);
	case DNS_WAY_LOCAL: /* it is the last name that the rcode is about, RFC 6604 s.3 */
		return reply(a, dns_zone_has_below(z, name) ? DNS_NOERROR : DNS_NXDOMAIN);
	case DNS_WAY_FORWARD:
	case DNS_WAY_REFUSE:
		break;
	}
	if (is_target)
		return reply(a, DNS_NOERROR);
	if (way.kind == DNS_WAY_FORWARD)
		return (struct dns_verdict){ .action = DNS_FORWARD, .to = way.to };
	return (struct dns_verdict){ .action = DNS_REPLY, .rcode = DNS_REFUSED };
}

/* A reply without length is one that has nothing but its rcode. */
static struct dns_verdict judge(const struct dns_zone *z, const struct dns_routes *r, struct dns_answer *a)
{
	struct dns_name name = a->q->q.name;
	struct dns_hits hits;

	for (int i = 0; i <= DNS_CNAMES_MAX; i++) {
		if (!dns_zone_find(z, &name, &hits))
			return judge_unknown(z, r, &name, i > 0, a);
		const struct dns_data *cname = put_hits(a, &hits);

		if (!cname)
			return reply(a, DNS_NOERROR);
		if (i == DNS_CNAMES_MAX)
			break;
		struct rd target = rd_make(cname->b, cname->len);

		dns_answer_cname(a, cname->b, cname->len);
		if (dns_name_read(&target, &name) < 0)
			break;
	}
	return (struct dns_verdict){ .action = DNS_REPLY, .rcode = DNS_SERVFAIL, .local = true };
}

struct dns_verdict dns_server_handle(const struct dns_zone *z, const struct dns_routes *r, bool tcp, struct view msg,
				     struct dns_query *q, uint8_t out[DNS_ANSWER_MAX])
{
	struct dns_verdict v = { .action = DNS_REPLY, .rcode = DNS_REFUSED };
	uint16_t ra = dns_routes_forward(r) ? DNS_RA : 0;
	int e = dns_query_parse(msg, q);

	if (e < 0)
		return (struct dns_verdict){ .action = DNS_DROP };
	if (e > 0) {
		v.rcode = (enum dns_rcode)e;
	} else if (q->q.class == DNS_CLASS_IN) {
		struct dns_answer a = dns_answer_begin(q, DNS_AA | ra, out, tcp ? DNS_ANSWER_MAX : q->size);

		v = judge(z, r, &a);
	}
	if (v.action == DNS_REPLY && v.len == 0)
		v.len = dns_server_fail(q, ra, v.rcode, out);
	return v;
}
