/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dns/packet.h"

#include <assert.h>
#include <errno.h>
#include <sys/param.h>

enum {
	OPT_SIZE = 11,    /* root, type, class, ttl, no options */
	OPT_DO = 0x8000,  /* in the low half of the TTL, RFC 3225 s.3 */
	POINTER = 0xc000, /* RFC 1035 s.4.1.4 */
};

static_assert(DNS_HEADER + (DNS_CNAMES_MAX + 1) * (DNS_NAME_MAX + 12) < 0x4000, "pointers reach every CNAME");

struct header {
	uint16_t id, flags, questions, answers, authority, additional;
};

static struct header read_header(struct rd *r)
{
	struct header h = { .id = rd_be16(r), .flags = rd_be16(r) };

	h.questions = rd_be16(r);
	h.answers = rd_be16(r);
	h.authority = rd_be16(r);
	h.additional = rd_be16(r);
	return h;
}

static int read_question(struct rd *r, struct dns_question *ret)
{
	struct dns_question q;
	int e = dns_name_read(r, &q.name);

	if (e < 0)
		return e;
	q.type = rd_be16(r);
	q.class = rd_be16(r);
	if (r->bad)
		return -EBADMSG;
	*ret = q;
	return 0;
}

/* One record behind the question. Only an OPT among the additional ones means something in a query. */
static int read_record(struct rd *r, bool additional, struct dns_query *q)
{
	bool root = rd_left(r) && *r->p == 0;

	dns_name_skip(r);
	uint16_t type = rd_be16(r), class = rd_be16(r);
	uint32_t ttl = rd_be32(r);

	rd_take(r, rd_be16(r));
	if (r->bad)
		return DNS_FORMERR;
	if (type != DNS_OPT || !additional)
		return 0;
	if (q->edns || !root) /* RFC 6891 s.6.1.1 */
		return DNS_FORMERR;
	q->edns = true;
	q->dnssec_ok = ttl & OPT_DO;
	q->size = (uint16_t)MIN(MAX(class, DNS_UDP_PLAIN), DNS_UDP_EDNS);
	return ttl >> 16 & 0xff ? DNS_BADVERS : 0;
}

int dns_query_parse(struct view msg, struct dns_query *ret)
{
	struct rd r = rd_make(msg.p, msg.len);
	struct header h = read_header(&r);
	int e = 0;

	*ret = (struct dns_query){ .id = h.id, .flags = h.flags, .size = DNS_UDP_PLAIN };
	if (r.bad || h.flags & DNS_QR)
		return -EBADMSG;
	if (h.flags & DNS_OPCODE)
		return DNS_NOTIMP;
	if (h.questions != 1 || read_question(&r, &ret->q) < 0)
		return DNS_FORMERR;
	unsigned before = h.answers + h.authority, n = before + h.additional;

	for (unsigned i = 0; i < n && !e; i++) /* each takes 11 bytes, so the message ends it */
		e = read_record(&r, i >= before, ret);
	return e;
}

static void put_header(struct wr *w, const struct header *h)
{
	wr_be16(w, h->id);
	wr_be16(w, h->flags);
	wr_be16(w, h->questions);
	wr_be16(w, h->answers);
	wr_be16(w, h->authority);
	wr_be16(w, h->additional);
}

static void put_question(struct wr *w, const struct dns_question *q)
{
	wr_bytes(w, q->name.b, q->name.len);
	wr_be16(w, q->type);
	wr_be16(w, q->class);
}

/* RFC 6891 s.6.1.2: the class is the size we take. */
static void put_opt(struct wr *w, uint16_t size, unsigned rcode_high, bool dnssec_ok)
{
	wr_u8(w, 0);
	wr_be16(w, DNS_OPT);
	wr_be16(w, size);
	wr_be32(w, rcode_high << 24 | (dnssec_ok ? OPT_DO : 0));
	wr_be16(w, 0);
}

void dns_query_build(struct wr *w, const struct dns_query *q, uint16_t id)
{
	struct header h = {
		.id = id, .flags = q->flags & (DNS_RD | DNS_AD | DNS_CD), .questions = 1, .additional = q->edns
	};

	put_header(w, &h);
	put_question(w, &q->q);
	if (q->edns)
		put_opt(w, q->size, 0, q->dnssec_ok);
}

bool dns_answer_matches(struct view msg, const struct dns_query *q, uint16_t id)
{
	struct rd r = rd_make(msg.p, msg.len);
	struct header h = read_header(&r);
	struct dns_question got;

	return !r.bad && h.id == id && (h.flags & (DNS_QR | DNS_OPCODE)) == DNS_QR && h.questions == 1 &&
	       read_question(&r, &got) == 0 && got.type == q->q.type && got.class == q->q.class &&
	       dns_name_eq(&got.name, &q->q.name);
}

void dns_answer_adopt(uint8_t *msg, const struct dns_query *q)
{
	struct rd r = rd_make(msg, DNS_HEADER);
	struct header h = read_header(&r);
	struct wr w = wr_make(msg, 4);

	wr_be16(&w, q->id);
	wr_be16(&w, (h.flags & ~DNS_AA) | DNS_RA);
}

enum dns_rcode dns_answer_rcode(struct view msg)
{
	struct rd r = rd_make(msg.p, msg.len);

	return read_header(&r).flags & DNS_RCODE;
}

struct dns_answer dns_answer_begin(const struct dns_query *q, uint16_t flags, uint8_t *out, size_t limit)
{
	struct dns_answer a = {
		.w = wr_make(out, limit - (q->edns ? OPT_SIZE : 0)), /* the OPT always fits */
		.q = q,
		.owner = POINTER | DNS_HEADER,
		.flags = (uint16_t)(DNS_QR | (q->flags & (DNS_OPCODE | DNS_RD | DNS_CD)) | flags),
		.limit = limit,
	};

	wr_zero(&a.w, DNS_HEADER);
	if (q->q.name.len)
		put_question(&a.w, &q->q);
	return a;
}

void dns_answer_data(struct dns_answer *a, uint16_t type, const void *data, size_t len)
{
	wr_be16(&a->w, a->owner);
	wr_be16(&a->w, type);
	wr_be16(&a->w, DNS_CLASS_IN);
	wr_be32(&a->w, 0);
	wr_be16(&a->w, (uint16_t)len);
	wr_bytes(&a->w, data, len);
	if (a->w.full)
		a->cut = true;
	else
		a->count++;
}

void dns_answer_ip(struct dns_answer *a, const struct ip *ip)
{
	dns_answer_data(a, ip->family == AF_INET ? DNS_A : DNS_AAAA, ip->b, ip_size(ip->family));
}

void dns_answer_cname(struct dns_answer *a, const void *target, size_t len)
{
	dns_answer_data(a, DNS_CNAME, target, len);
	a->owner = (uint16_t)(POINTER | (wr_len(&a->w) - len));
}

size_t dns_answer_end(struct dns_answer *a, enum dns_rcode rcode)
{
	const struct dns_query *q = a->q;
	size_t bare = DNS_HEADER + (q->q.name.len ? q->q.name.len + 4u : 0);
	struct wr head = wr_make(a->w.start, DNS_HEADER);
	struct wr tail = wr_make(a->w.start, a->limit);

	wr_take(&tail, a->cut ? bare : wr_len(&a->w));
	put_header(&head, &(struct header){
			      .id = q->id,
			      .flags = (uint16_t)(a->flags | (a->cut ? DNS_TC : 0) | (rcode & DNS_RCODE)),
			      .questions = q->q.name.len != 0,
			      .answers = a->cut ? 0 : a->count,
			      .additional = q->edns,
			  });
	if (q->edns)
		put_opt(&tail, DNS_UDP_EDNS, rcode >> 4, q->dnssec_ok);
	return wr_len(&tail);
}
