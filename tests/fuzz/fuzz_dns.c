/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A query's way through the whole server. What it builds is a message to its last byte, answers that question under
 * that id, and is no longer than the client takes. */
#include <stdlib.h>

#include "dns/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition)
{
	if (!condition)
		abort();
}

static const struct dns_zone *test_zone(void)
{
	static struct dns_zone *z;
	struct dns_record v[40] = { { "one", ip_from_v4(0xc0a87a0a) }, { "dotted.example", ip_from_v4(0xc0a87a0b) } };
	struct ip lease = ip_from_v4(0xc0a87a32);

	if (z)
		return z;
	for (size_t i = 2; i < ARRAY_SIZE(v); i++) { /* more than fit into 512 bytes */
		v[i] = (struct dns_record){ "many", { .family = AF_INET6, .b = { 0xfd } } };
		v[i].ip.b[15] = (uint8_t)i;
	}
	z = dns_zone_new();
	dns_zone_set(z, "m1.test", v, ARRAY_SIZE(v));
	dns_zone_set_lease(z, &lease, "guest");
	return z;
}

/* A message to its last byte, with as many questions and records as its header says. */
static void check_whole(const uint8_t *msg, size_t len)
{
	struct rd r = rd_make(msg, len);

	rd_take(&r, 4);
	unsigned questions = rd_be16(&r), records = rd_be16(&r);

	records += rd_be16(&r);
	records += rd_be16(&r);
	for (unsigned i = 0; i < questions; i++) {
		dns_name_skip(&r);
		rd_take(&r, 4);
	}
	for (unsigned i = 0; i < records; i++) {
		dns_name_skip(&r);
		rd_take(&r, 8);
		rd_take(&r, rd_be16(&r));
	}
	hold(!r.bad && rd_left(&r) == 0);
}

static void check_reply(const struct dns_query *q, const struct dns_verdict *v, const uint8_t *out, size_t limit)
{
	struct view reply = { .p = out, .len = v->len };

	hold(v->len >= DNS_HEADER && v->len <= limit && (out[2] & 0x80));
	check_whole(out, v->len);
	hold((out[0] << 8 | out[1]) == q->id);
	hold(dns_answer_rcode(reply) == (v->rcode & DNS_RCODE));
	if (q->q.name.len)
		hold(dns_answer_matches(reply, q, q->id) && memcmp(out + DNS_HEADER, q->q.name.b, q->q.name.len) == 0);
}

/* What goes on to a resolver says the same as what came. */
static void check_forward(const struct dns_query *q)
{
	uint8_t out[DNS_UDP_PLAIN];
	struct wr w = wr_make(out, sizeof(out));
	struct dns_query again;

	dns_query_build(&w, q, 7);
	hold(!w.full && dns_query_parse((struct view){ .p = out, .len = wr_len(&w) }, &again) == 0);
	hold(again.id == 7 && again.q.type == q->q.type && again.q.class == q->q.class);
	hold(dns_name_eq(&again.q.name, &q->q.name));
	hold(again.edns == q->edns && again.size == q->size && again.dnssec_ok == q->dnssec_ok);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[DNS_ANSWER_MAX];
	struct dns_query q;
	struct view msg = { .p = data + 1, .len = size - 1 };

	if (size == 0)
		return 0;
	bool tcp = data[0] & 1, forward = data[0] & 2;
	struct dns_verdict v = dns_server_handle(test_zone(), forward, tcp, msg, &q, out);

	hold(v.action != DNS_FORWARD || forward);
	if (v.action == DNS_REPLY)
		check_reply(&q, &v, out, tcp ? sizeof(out) : q.size);
	if (v.action == DNS_FORWARD)
		check_forward(&q);
	return 0;
}
