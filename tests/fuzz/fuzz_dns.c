/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A query's way through the whole server, with a scope that has everything, or one that the input describes. What it
 * builds is a message to its last byte, answers that question under that id, and is no longer than the client takes. */
#include <stdlib.h>

#include "dns/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition)
{
	if (!condition)
		abort();
}

static struct dns_zone *zone;
static struct dns_routes *routes[2]; /* forward what is not ours, or not */

static void make_routes(void)
{
	struct ip ip = ip_from_v4(0x0a000035);
	struct dns_wildcard wildcards[] = { { "apps.test", ip } };
	struct dns_forwarder forwarders[] = { { "corp.test", ip, 5353 }, { "free.local.test", ip, 0 } };
	const char *local_domains[] = { "local.test", "m1.test" };
	struct prefix local_ptrs[] = { { ip_from_v4(0xc0a87a00), 23 } };
	struct dns_scope s = { .local_plain = true,
			       .wildcards = wildcards,
			       .n_wildcards = 1,
			       .forwarders = forwarders,
			       .n_forwarders = 2,
			       .local_domains = local_domains,
			       .n_local_domains = 2,
			       .local_ptrs = local_ptrs,
			       .n_local_ptrs = 1 };
	size_t bad = 0;

	routes[0] = dns_routes_new(&s, &bad);
	s.forward = true;
	routes[1] = dns_routes_new(&s, &bad);
	hold(bad == 0);
}

static void make_zone(void)
{
	struct dns_host v[40] = { { "one", ip_from_v4(0xc0a87a0a) }, { "dotted.example", ip_from_v4(0xc0a87a0b) } };
	const char *strings[] = { "a", "", "b=c" };
	struct dns_record records[] = {
		{ .name = "alias.m1.test", .type = DNS_CNAME, .target = "one" },
		{ .name = "loop.m1.test", .type = DNS_CNAME, .target = "loop.m1.test" },
		{ .name = "out.m1.test", .type = DNS_CNAME, .target = "www.example.org" },
		{ .name = "*.star.test", .type = DNS_CNAME, .target = "alias.m1.test" },
		{ .name = "one", .type = DNS_TXT, .strings = strings, .n_strings = 3 },
		{ .name = "one", .type = DNS_MX, .target = "mail.apps.test", .priority = 10 },
		{ .name = "_ldap._tcp.m1.test", .type = DNS_SRV, .target = "one", .port = 389 },
		{ .name = "_ldap._tcp.m1.test", .type = DNS_SRV, .target = "" },
		{ .name = "1.122.168.192.in-addr.arpa", .type = DNS_PTR, .target = "gateway" },
	};
	struct dns_scope s = { .domain = "m1.test",
			       .hosts = v,
			       .n_hosts = ARRAY_SIZE(v),
			       .records = records,
			       .n_records = ARRAY_SIZE(records) };
	struct ip lease = ip_from_v4(0xc0a87a32);

	for (size_t i = 2; i < ARRAY_SIZE(v); i++) { /* more than fit into 512 bytes */
		v[i] = (struct dns_host){ "many", { .family = AF_INET6, .b = { 0xfd } } };
		v[i].ip.b[15] = (uint8_t)i;
	}
	zone = dns_zone_new();
	hold(dns_zone_set(zone, &s) == 0);
	dns_zone_set_lease(zone, &lease, "guest");
}

enum { TEXT_MAX = 32, THINGS_MAX = 8 };

/* A scope as the input describes it: whatever follows from names that loop, hide and contain each other. */
struct wild {
	char texts[6 * THINGS_MAX][TEXT_MAX];
	size_t n_texts;
	struct dns_host hosts[THINGS_MAX];
	struct dns_record records[THINGS_MAX];
	struct dns_wildcard wildcards[THINGS_MAX];
	struct dns_forwarder forwarders[THINGS_MAX];
	const char *local_domains[THINGS_MAX];
	struct prefix local_ptrs[THINGS_MAX];
	const char *strings[1];
	struct dns_scope scope;
};

static const char *take_text(struct wild *w, struct rd *r)
{
	char *text = w->texts[w->n_texts++];
	size_t n = rd_u8(r) % TEXT_MAX;

	rd_copy(r, text, n); /* a 0 in it ends it */
	text[n] = 0;
	return text;
}

static struct ip take_ip(struct rd *r)
{
	struct ip ip = { .family = (int[]){ AF_INET, AF_INET6, 0, AF_INET }[rd_u8(r) % 4] };

	rd_copy(r, ip.b, ip.family == AF_INET6 ? 16 : 4);
	return ip;
}

static void take_record(struct wild *w, struct rd *r)
{
	static const enum dns_type types[] = { DNS_CNAME, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_SRV };
	uint8_t type = rd_u8(r);

	w->records[w->scope.n_records++] = (struct dns_record){ .type = types[type % ARRAY_SIZE(types)],
								.name = take_text(w, r),
								.target = take_text(w, r),
								.strings = w->strings,
								.n_strings = type >> 7 };
}

static void take_thing(struct wild *w, struct rd *r)
{
	struct dns_scope *s = &w->scope;

	switch (rd_u8(r) % 8) {
	case 0:
		s->hosts[s->n_hosts++] = (struct dns_host){ take_text(w, r), take_ip(r) };
		return;
	case 1:
		s->wildcards[s->n_wildcards++] = (struct dns_wildcard){ take_text(w, r), take_ip(r) };
		return;
	case 2:
		s->forwarders[s->n_forwarders++] = (struct dns_forwarder){ take_text(w, r), take_ip(r), rd_u8(r) };
		return;
	case 3:
		s->local_domains[s->n_local_domains++] = take_text(w, r);
		return;
	case 4:
		s->local_ptrs[s->n_local_ptrs++] = (struct prefix){ take_ip(r), rd_u8(r) };
		return;
	default:
		take_record(w, r);
	}
}

static void take_wild(struct wild *w, struct rd *r)
{
	uint8_t things = rd_u8(r);

	w->strings[0] = "x";
	w->scope = (struct dns_scope){ .hosts = w->hosts,
				       .records = w->records,
				       .wildcards = w->wildcards,
				       .forwarders = w->forwarders,
				       .local_domains = w->local_domains,
				       .local_ptrs = w->local_ptrs,
				       .forward = things & 0x80,
				       .local_plain = things & 0x40 };
	w->scope.domain = take_text(w, r);
	for (unsigned i = things % THINGS_MAX; i; i--)
		take_thing(w, r);
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

static bool is_in(const struct dns_name *n, const char *text)
{
	struct dns_name domain;
	size_t at = 0;

	dns_name_parse(text, &domain);
	do {
		struct dns_name rest = { .len = (uint8_t)(n->len - at) };

		memcpy(rest.b, n->b + at, rest.len);
		if (dns_name_eq(&rest, &domain))
			return true;
	} while (dns_name_up(n, &at));
	return false;
}

/* What goes on to a resolver says the same as what came, and is nothing that stays here. */
static void check_forward(const struct dns_query *q)
{
	uint8_t out[DNS_UDP_PLAIN];
	struct wr w = wr_make(out, sizeof(out));
	struct dns_query again;

	hold(!is_in(&q->q.name, "local.test") || is_in(&q->q.name, "free.local.test"));
	hold(!is_in(&q->q.name, "m1.test") && !is_in(&q->q.name, "apps.test"));
	hold(!is_in(&q->q.name, "123.168.192.in-addr.arpa"));
	hold(q->q.type != DNS_A || !dns_name_is_plain(&q->q.name));
	dns_query_build(&w, q, 7);
	hold(!w.full && dns_query_parse((struct view){ .p = out, .len = wr_len(&w) }, &again) == 0);
	hold(again.id == 7 && again.q.type == q->q.type && again.q.class == q->q.class);
	hold(dns_name_eq(&again.q.name, &q->q.name));
	hold(again.edns == q->edns && again.size == q->size && again.dnssec_ok == q->dnssec_ok);
}

static void try_wild(struct rd *r, bool tcp)
{
	struct wild w = { .n_texts = 0 };
	uint8_t out[DNS_ANSWER_MAX];
	struct ip lease = ip_from_v4(0xc0a87a32);
	struct dns_query q;
	size_t bad = 0;

	take_wild(&w, r);
	if (r->bad) /* no message is left */
		return;
	AUTO(dns_zone_free) struct dns_zone *z = dns_zone_new();
	AUTO(dns_routes_free) struct dns_routes *r_wild = dns_routes_new(&w.scope, &bad);

	dns_zone_set(z, &w.scope);
	dns_zone_set_lease(z, &lease, "guest");
	struct dns_verdict v = dns_server_handle(z, r_wild, tcp, rd_rest(r), &q, out);

	hold(v.action != DNS_FORWARD || dns_routes_forward(r_wild));
	hold(!v.to || (v.to->n > 0 && v.to->n <= DNS_RESOLVERS_MAX));
	if (v.action == DNS_REPLY)
		check_reply(&q, &v, out, tcp ? sizeof(out) : q.size);
}

static void try_known(struct rd *r, bool forward, bool tcp)
{
	uint8_t out[DNS_ANSWER_MAX];
	struct dns_query q;

	if (!zone) {
		make_zone();
		make_routes();
	}
	struct dns_verdict v = dns_server_handle(zone, routes[forward], tcp, rd_rest(r), &q, out);

	hold(v.action != DNS_FORWARD || forward || v.to);
	if (v.action == DNS_REPLY)
		check_reply(&q, &v, out, tcp ? sizeof(out) : q.size);
	if (v.action == DNS_FORWARD)
		check_forward(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct rd r = rd_make(data, size);
	uint8_t how = rd_u8(&r);

	if (how & 4)
		try_wild(&r, how & 1);
	else
		try_known(&r, how & 2, how & 1);
	return 0;
}
