/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scope can say, and what queries get then: a row a question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "dns/server.h"

/* clang-format off */
#define V4(o1, o2, o3, o4) { .family = AF_INET, .b = { o1, o2, o3, o4 } }
#define V6(last)           { .family = AF_INET6, .b = { 0x20, 1, 0xd, 0xb8, [15] = last } }
/* clang-format on */
#define OF(what)        __typeof__(((struct dns_scope *)NULL)->what[0])
#define LIST(what, ...) .what = (OF(what)[]){ __VA_ARGS__ }, .n_##what = ARRAY_SIZE(((OF(what)[]){ __VA_ARGS__ }))
#define STRINGS(...)                                                                                                   \
	.strings = (const char *const[]){ __VA_ARGS__ }, .n_strings = ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))

struct row {
	const char *name;
	uint16_t type;
	const char *want;
};

/* --- an answer as text --- */

static const char *type_text(unsigned type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_AAAA:
		return "AAAA";
	case DNS_CNAME:
		return "CNAME";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_SRV:
		return "SRV";
	default:
		return "?";
	}
}

static void put_name(char *out, struct rd *r)
{
	struct dns_name n;

	assert_int_equal(dns_name_read(r, &n), 0);
	if (n.len == 1)
		strcat(out, " .");
	for (size_t at = 0; n.b[at]; at += n.b[at] + 1u)
		sprintf(out + strlen(out), "%s%.*s", at ? "." : " ", n.b[at], n.b + at + 1);
}

static void put_data(char *out, unsigned type, struct rd *r)
{
	struct ip ip = { .family = type == DNS_A ? AF_INET : AF_INET6 };
	char text[IP_TEXT];

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		rd_copy(r, ip.b, ip_size(ip.family));
		sprintf(out + strlen(out), " %s", ip_text(&ip, text));
		return;
	case DNS_TXT:
		while (rd_left(r)) {
			unsigned len = rd_u8(r);

			sprintf(out + strlen(out), " '%.*s'", (int)len, (const char *)rd_take(r, len));
		}
		return;
	case DNS_SRV:
		sprintf(out + strlen(out), " %u", rd_be16(r));
		sprintf(out + strlen(out), " %u", rd_be16(r));
		/* fallthrough */
	case DNS_MX:
		sprintf(out + strlen(out), " %u", rd_be16(r));
		/* fallthrough */
	default:
		put_name(out, r);
	}
}

/* A record, with its owner before it unless that is the question's name. */
static void put_record(char *out, struct rd *r, const uint8_t *msg, size_t len)
{
	unsigned owner = rd_be16(r), type = rd_be16(r), class = rd_be16(r), ttl = rd_be32(r);
	struct rd data = rd_sub(r, rd_be16(r)), at = rd_make(msg, len);

	assert_int_equal(owner >> 14, 3);
	strcat(out, ",");
	if (owner != 0xc00c) {
		rd_take(&at, owner & 0x3fff);
		put_name(out, &at);
	}
	sprintf(out + strlen(out), " %s", type_text(type));
	assert_true(class == 1 && ttl == 0);
	put_data(out, type, &data);
	assert_true(!data.bad && rd_left(&data) == 0);
}

static void put_reply(char *out, const uint8_t *msg, size_t len)
{
	static const char *const rcodes[16] = { "ok", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };
	struct rd r = rd_make(msg, len);
	struct dns_name q;

	rd_take(&r, DNS_HEADER);
	assert_int_equal(dns_name_read(&r, &q), 0);
	rd_take(&r, 4);
	sprintf(out, "%s%s", rcodes[msg[3] & DNS_RCODE], msg[2] & 4 ? "" : " not AA");
	for (unsigned n = msg[7]; n; n--)
		put_record(out, &r, msg, len);
	assert_true(!r.bad && rd_left(&r) == 0);
}

static void put_resolvers(char *out, const struct dns_resolvers *to)
{
	char text[IP_TEXT];

	strcpy(out, to ? "ask" : "ask the host's");
	for (size_t i = 0; to && i < to->n; i++)
		sprintf(out + strlen(out), " %s:%u", ip_text(&to->v[i].ip, text), to->v[i].port);
}

struct served {
	struct dns_zone *zone;
	struct dns_routes *routes;
};

static const char *ask(const struct served *s, const char *name, uint16_t type, char out[4096])
{
	struct dns_query query = { .flags = DNS_RD, .q = { .type = type, .class = DNS_CLASS_IN } }, q;
	uint8_t in[512], msg[DNS_ANSWER_MAX];
	struct wr w = wr_make(in, sizeof(in));

	assert_int_equal(dns_name_parse_root(name, &query.q.name), 0);
	dns_query_build(&w, &query, 1);
	struct dns_verdict v =
	    dns_server_handle(s->zone, s->routes, true, (struct view){ .p = in, .len = wr_len(&w) }, &q, msg);

	if (v.action == DNS_FORWARD)
		put_resolvers(out, v.to);
	else
		put_reply(out, msg, v.len);
	return out;
}

static struct served serve(const struct dns_scope *scope, size_t want_bad)
{
	struct served s = { .zone = dns_zone_new() };
	struct ip guest = V4(10, 0, 0, 50), shadow = V4(10, 0, 0, 51);
	size_t bad = dns_zone_set(s.zone, scope);

	s.routes = dns_routes_new(scope, &bad);
	assert_int_equal(bad, want_bad);
	dns_zone_set_lease(s.zone, &guest, "guest");
	dns_zone_set_lease(s.zone, &shadow, "www");
	return s;
}

static void check(const char *title, const struct dns_scope *scope, const struct row *rows, size_t n)
{
	struct served s = serve(scope, 0);
	char out[4096];

	for (size_t i = 0; i < n; i++)
		if (strcmp(ask(&s, rows[i].name, rows[i].type, out), rows[i].want) != 0)
			fail_msg("%s: %s %s: %s", title, rows[i].name, type_text(rows[i].type), out);
	dns_zone_free(s.zone);
	dns_routes_free(s.routes);
}

#define CHECK(scope, rows) check(__func__, scope, rows, ARRAY_SIZE(rows))

/* --- what is known --- */

static void hosts_have_several_names(void **state)
{
	static const struct row rows[] = {
		{ "one", DNS_A, "ok, A 10.0.0.10" },
		{ "one.m1.test", DNS_A, "ok, A 10.0.0.10" },
		{ "two", DNS_A, "ok, A 10.0.0.10" },
		{ "two.other.test", DNS_A, "ok, A 10.0.0.10" },
		{ "two.other.test.m1.test", DNS_A, "ask the host's" },
		{ "two", DNS_AAAA, "ok, AAAA 2001:db8::2" },
		{ "one", DNS_AAAA, "ok" },
		{ "one", DNS_MX, "ok" },
		{ "10.0.0.10.in-addr.arpa", DNS_PTR, "ok, PTR one.m1.test, PTR two.m1.test, PTR two.other.test" },
		{ "10.0.0.10.in-addr.arpa", DNS_TXT, "ok" },
		{ "guest.m1.test", DNS_A, "ok, A 10.0.0.50" },
		{ "50.0.0.10.in-addr.arpa", DNS_PTR, "ok, PTR guest.m1.test" },
		{ "m1.test", DNS_A, "ask the host's" },
	};
	const struct dns_scope scope = { .domain = "m1.test",
					 .forward = true,
					 LIST(hosts, { "one", V4(10, 0, 0, 10) }, { "two", V4(10, 0, 0, 10) },
					      { "two.other.test", V4(10, 0, 0, 10) }, { "two", V6(2) }) };

	(void)state;
	CHECK(&scope, rows);
}

static void txt_and_srv_answer_as_defined(void **state)
{
	static const struct row rows[] = {
		{ "example", DNS_TXT, "ok, TXT 'a=1' 'b' ''" },
		{ "EXAMPLE", DNS_TXT, "ok, TXT 'a=1' 'b' ''" },
		{ "example", DNS_A, "ok" },
		{ "example.m1.test", DNS_TXT, "REFUSED not AA" },
		{ "empty", DNS_TXT, "ok, TXT ''" },
		{ "_ldap._tcp.m1.test", DNS_SRV, "ok, SRV 1 2 389 one, SRV 5 0 1 dc.far.test" },
		{ "_ldap._tcp.m1.test", DNS_ANY, "ok, SRV 1 2 389 one, SRV 5 0 1 dc.far.test" },
		{ "_ldap._tcp", DNS_SRV, "REFUSED not AA" },
		{ "_none._udp.far.test", DNS_SRV, "ok, SRV 0 0 1 ." },
		{ "_dot._udp.far.test", DNS_SRV, "ok, SRV 0 0 1 ." },
		{ "_udp.far.test", DNS_SRV, "REFUSED not AA" },
		{ "far.test", DNS_MX, "ok, MX 10 mail.far.test, MX 20 ." },
		{ "guest", DNS_TXT, "ok, TXT 'of the guest'" },
		{ "guest", DNS_A, "ok, A 10.0.0.50" },
		{ "guest", DNS_ANY, "ok, A 10.0.0.50, TXT 'of the guest'" },
	};
	const struct dns_scope scope = {
		.domain = "m1.test",
		LIST(records, { .name = "example", .type = DNS_TXT, STRINGS("a=1", "b", "") },
		     { .name = "empty", .type = DNS_TXT },
		     { .name = "guest", .type = DNS_TXT, STRINGS("of the guest") },
		     { .name = "_ldap._tcp.m1.test",
		       .type = DNS_SRV,
		       .target = "one",
		       .port = 389,
		       .priority = 1,
		       .weight = 2 },
		     { .name = "_ldap._tcp.m1.test",
		       .type = DNS_SRV,
		       .target = "dc.far.test",
		       .port = 1,
		       .priority = 5 },
		     { .name = "_none._udp.far.test", .type = DNS_SRV, .target = "", .port = 1 },
		     { .name = "_dot._udp.far.test", .type = DNS_SRV, .target = ".", .port = 1 },
		     { .name = "far.test", .type = DNS_MX, .target = "mail.far.test", .priority = 10 },
		     { .name = "far.test", .type = DNS_MX, .target = ".", .priority = 20 })
	};

	(void)state;
	CHECK(&scope, rows);
}

static void ptr_records_hide_what_hosts_give(void **state)
{
	static const struct row rows[] = {
		{ "10.0.0.10.in-addr.arpa", DNS_PTR, "ok, PTR fine.m1.test" },
		{ "10.0.0.10.in-addr.arpa", DNS_ANY, "ok, PTR fine.m1.test" },
		{ "50.0.0.10.in-addr.arpa", DNS_PTR, "ok, PTR guest.m1.test" },
		{ "50.0.0.10.in-addr.arpa", DNS_ANY, "ok, PTR guest.m1.test, TXT 'x'" },
		{ "_http._tcp.m1.test", DNS_PTR, "ok, PTR shop._http._tcp.m1.test" },
		{ "1.1.0.10.in-addr.arpa", DNS_PTR, "ok, CNAME 1.sub.m1.test, 1.sub.m1.test PTR delegated" },
	};
	const struct dns_scope scope = {
		.domain = "m1.test",
		LIST(hosts, { "one", V4(10, 0, 0, 10) }),
		LIST(records, { .name = "10.0.0.10.in-addr.arpa", .type = DNS_PTR, .target = "fine.m1.test" },
		     { .name = "50.0.0.10.in-addr.arpa", .type = DNS_TXT, STRINGS("x") },
		     { .name = "1.1.0.10.in-addr.arpa", .type = DNS_CNAME, .target = "1.sub.m1.test" },
		     { .name = "1.sub.m1.test", .type = DNS_PTR, .target = "delegated" },
		     { .name = "_http._tcp.m1.test", .type = DNS_PTR, .target = "shop._http._tcp.m1.test" })
	};

	(void)state;
	CHECK(&scope, rows);
}

static void aliases_are_followed(void **state)
{
	static const struct row rows[] = {
		{ "www.m1.test", DNS_A, "ok, CNAME one, one A 10.0.0.10" },
		{ "WWW.m1.test", DNS_AAAA, "ok, CNAME one" },
		{ "www.m1.test", DNS_CNAME, "ok, CNAME one" },
		{ "www.m1.test", DNS_ANY, "ok, CNAME one" },
		{ "www", DNS_A, "ask the host's" }, /* also the guest's name must not shadow it */
		{ "far.m1.test", DNS_A, "ok, CNAME far.example" },
		{ "shop.m1.test", DNS_A, "ok, CNAME www.m1.test, www.m1.test CNAME one, one A 10.0.0.10" },
		{ "togue.m1.test", DNS_A, "ok, CNAME guest, guest A 10.0.0.50" },
		{ "app.m1.test", DNS_A, "ok, CNAME x.apps.test, x.apps.test A 10.0.0.99" },
		{ "lost.m1.test", DNS_A, "NXDOMAIN, CNAME gone.lan" },
		{ "self.m1.test", DNS_A, "SERVFAIL not AA" },
		{ "ping.m1.test", DNS_A, "SERVFAIL not AA" },
		{ "a.star.test", DNS_A, "ok, CNAME one, one A 10.0.0.10" },
		{ "a.b.star.test", DNS_A, "ok, CNAME one, one A 10.0.0.10" },
		{ "own.star.test", DNS_A, "ok, A 10.0.0.11" },
		{ "own.star.test", DNS_CNAME, "ok" },
		{ "x.deep.star.test", DNS_A, "ok, CNAME guest, guest A 10.0.0.50" },
		{ "star.test", DNS_A, "ask the host's" },
	};
	const struct dns_scope scope = { .domain = "m1.test",
					 .forward = true,
					 LIST(hosts, { "one", V4(10, 0, 0, 10) },
					      { "own.star.test", V4(10, 0, 0, 11) }),
					 LIST(wildcards, { "apps.test", V4(10, 0, 0, 99) }),
					 LIST(local_domains, "lan"),
					 LIST(records, { .name = "www.m1.test", .type = DNS_CNAME, .target = "one" },
					      { .name = "far.m1.test", .type = DNS_CNAME, .target = "far.example" },
					      { .name = "shop.m1.test", .type = DNS_CNAME, .target = "www.m1.test" },
					      { .name = "togue.m1.test", .type = DNS_CNAME, .target = "guest" },
					      { .name = "app.m1.test", .type = DNS_CNAME, .target = "x.apps.test" },
					      { .name = "lost.m1.test", .type = DNS_CNAME, .target = "gone.lan" },
					      { .name = "self.m1.test", .type = DNS_CNAME, .target = "self.m1.test" },
					      { .name = "ping.m1.test", .type = DNS_CNAME, .target = "pong.m1.test" },
					      { .name = "pong.m1.test", .type = DNS_CNAME, .target = "ping.m1.test" },
					      { .name = "*.star.test", .type = DNS_CNAME, .target = "one" },
					      { .name = "*.deep.star.test", .type = DNS_CNAME, .target = "guest" }) };

	(void)state;
	CHECK(&scope, rows);
}

/* A chain of DNS_CNAMES_MAX names of full length still has its address, by pointers that reach. */
static void long_chains_are_whole(void **state)
{
	struct dns_record records[DNS_CNAMES_MAX + 1];
	char names[DNS_CNAMES_MAX + 2][256], out[8192];
	struct dns_host host = { names[DNS_CNAMES_MAX], V4(10, 0, 0, 1) };
	struct dns_scope scope = { .hosts = &host, .n_hosts = 1, .records = records, .n_records = DNS_CNAMES_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		memset(names[i], 'x', 253);
		names[i][253] = 0;
		for (size_t dot = 50; dot < 250; dot += 50)
			names[i][dot] = '.';
		names[i][0] = (char)('a' + i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		records[i] = (struct dns_record){ .name = names[i], .type = DNS_CNAME, .target = names[i + 1] };
	struct served s = serve(&scope, 0);

	ask(&s, names[0], DNS_A, out);
	assert_string_equal(out + strlen(out) - 11, " A 10.0.0.1");
	dns_zone_free(s.zone);
	dns_routes_free(s.routes);
	host.name = names[DNS_CNAMES_MAX + 1];
	scope.n_records++;
	s = serve(&scope, 0);
	assert_string_equal(ask(&s, names[0], DNS_A, out), "SERVFAIL not AA");
	assert_non_null(strstr(ask(&s, names[1], DNS_A, out), " A 10.0.0.1"));
	dns_zone_free(s.zone);
	dns_routes_free(s.routes);
	(void)state;
}

/* --- what is not known --- */

static void without_rules_the_mode_decides(void **state)
{
	static const struct row nat[] = {
		{ "example.org", DNS_A, "ask the host's" }, { "plain", DNS_A, "ask the host's" },
		{ "x.m1.test", DNS_A, "ask the host's" },   { "9.0.0.10.in-addr.arpa", DNS_PTR, "ask the host's" },
		{ ".", DNS_NS, "ask the host's" },
	};
	static const struct row isolated[] = {
		{ "example.org", DNS_A, "REFUSED not AA" }, { "plain", DNS_A, "REFUSED not AA" },
		{ "x.m1.test", DNS_A, "REFUSED not AA" },   { "9.0.0.10.in-addr.arpa", DNS_PTR, "REFUSED not AA" },
		{ ".", DNS_NS, "REFUSED not AA" },
	};

	(void)state;
	CHECK(&((struct dns_scope){ .domain = "m1.test", .forward = true }), nat);
	CHECK(&((struct dns_scope){ .domain = "m1.test" }), isolated);
}

static void forwarders_are_asked(void **state)
{
	static const struct row rows[] = {
		{ "example.org", DNS_A, "ask 10.1.0.1:53 10.1.0.2:5353" },
		{ "corp.test", DNS_A, "ask 10.1.0.3:53" },
		{ "a.b.CORP.test", DNS_A, "ask 10.1.0.3:53" },
		{ "xcorp.test", DNS_A, "ask 10.1.0.1:53 10.1.0.2:5353" },
		{ "lab.corp.test", DNS_A, "ask 2001:db8::4:53" },
		{ "x.lab.corp.test", DNS_A, "ask 2001:db8::4:53" },
		{ "free.corp.test", DNS_A, "ask 10.1.0.1:53 10.1.0.2:5353" },
		{ "x.free.corp.test", DNS_A, "ask 10.1.0.1:53 10.1.0.2:5353" },
		{ "9.0.0.10.in-addr.arpa", DNS_PTR, "ask 10.1.0.5:53" },
		{ "guest", DNS_A, "ok, A 10.0.0.50" },
	};
	struct dns_scope scope = { .domain = "m1.test",
				   LIST(forwarders, { "", V4(10, 1, 0, 1), 0 }, { "", V4(10, 1, 0, 2), 5353 },
					{ "corp.test", V4(10, 1, 0, 3), 53 }, { "lab.corp.test", V6(4), 0 },
					{ .domain = "free.corp.test" }, { "10.in-addr.arpa", V4(10, 1, 0, 5), 0 }) };

	(void)state;
	CHECK(&scope, rows); /* isolated */
	scope.forward = true;
	CHECK(&scope, rows);
}

static void a_domains_forwarder_is_for_that_domain(void **state)
{
	static const struct row nat[] = {
		{ "example.org", DNS_A, "ask the host's" },
		{ "x.corp.test", DNS_A, "ask 10.1.0.3:53 10.1.0.4:53" },
		{ "x.free.corp.test", DNS_A, "ask the host's" },
	};
	static const struct row isolated[] = {
		{ "example.org", DNS_A, "REFUSED not AA" },
		{ "x.corp.test", DNS_A, "ask 10.1.0.3:53 10.1.0.4:53" },
		{ "x.free.corp.test", DNS_A, "REFUSED not AA" },
	};
	struct dns_scope scope = { LIST(forwarders, { "corp.test", V4(10, 1, 0, 3), 0 },
					{ "corp.test", V4(10, 1, 0, 4), 0 }, { .domain = "free.corp.test" }) };

	(void)state;
	CHECK(&scope, isolated);
	scope.forward = true;
	CHECK(&scope, nat);
}

static void local_domains_are_never_forwarded(void **state)
{
	static const struct row rows[] = {
		{ "one.m1.test", DNS_A, "ok, A 10.0.0.10" },
		{ "guest.m1.test", DNS_A, "ok, A 10.0.0.50" },
		{ "x.m1.test", DNS_A, "NXDOMAIN" },
		{ "x.y.m1.test", DNS_TXT, "NXDOMAIN" },
		{ "m1.test", DNS_SOA, "ok" }, /* something is below */
		{ "sub.m1.test", DNS_A, "ok" },
		{ "x.sub.m1.test", DNS_A, "NXDOMAIN" },
		{ "_tcp.m1.test", DNS_A, "ok" },
		{ "test", DNS_A, "ask the host's" },
		{ "xm1.test", DNS_A, "ask the host's" },
		{ "lan", DNS_A, "NXDOMAIN" }, /* nothing is */
		{ "x.lan", DNS_A, "NXDOMAIN" },
		{ "x.open.lan", DNS_A, "ask 10.1.0.1:53" },
		{ "x.both.test", DNS_A, "NXDOMAIN" },
		{ "x.std.lan", DNS_A, "ask the host's" },
	};
	const struct dns_scope scope = {
		.domain = "m1.test",
		.forward = true,
		LIST(hosts, { "one", V4(10, 0, 0, 10) }, { "a.sub.m1.test", V4(10, 0, 0, 12) }),
		LIST(records, { .name = "_ldap._tcp.m1.test", .type = DNS_SRV, .target = "one", .port = 1 }),
		LIST(forwarders, { "open.lan", V4(10, 1, 0, 1), 0 }, { "both.test", V4(10, 1, 0, 1), 0 },
		     { .domain = "std.lan" }),
		LIST(local_domains, "m1.test", "lan", "both.test")
	};

	(void)state;
	CHECK(&scope, rows);
}

static void plain_names_may_stay_here(void **state)
{
	static const struct row rows[] = {
		{ "one", DNS_A, "ok, A 10.0.0.10" },
		{ "plain", DNS_A, "NXDOMAIN" },
		{ "plain", DNS_AAAA, "NXDOMAIN" },
		{ "plain", DNS_MX, "NXDOMAIN" },
		{ "com", DNS_DS, "ask 10.1.0.1:53" },
		{ "com", DNS_DNSKEY, "ask 10.1.0.1:53" },
		{ "com", DNS_NS, "ask 10.1.0.1:53" },
		{ ".", DNS_NS, "ask 10.1.0.1:53" },
		{ "with.dot", DNS_A, "ask 10.1.0.1:53" },
		{ "intranet", DNS_A, "ask 10.1.0.2:53" }, /* a domain of its own */
		{ "wild", DNS_A, "ok, A 10.0.0.98" },
		{ "std", DNS_A, "NXDOMAIN" },
	};
	static const struct row isolated[] = {
		{ "plain", DNS_A, "NXDOMAIN" },
		{ "with.dot", DNS_A, "REFUSED not AA" },
		{ "com", DNS_DS, "REFUSED not AA" },
	};
	const struct dns_scope scope = { .local_plain = true,
					 LIST(hosts, { "one", V4(10, 0, 0, 10) }),
					 LIST(wildcards, { "wild", V4(10, 0, 0, 98) }),
					 LIST(forwarders, { "", V4(10, 1, 0, 1), 0 },
					      { "intranet", V4(10, 1, 0, 2), 0 }, { .domain = "std" }) };

	(void)state;
	CHECK(&scope, rows);
	CHECK(&((struct dns_scope){ .local_plain = true }), isolated);
}

static void reverse_names_may_stay_here(void **state)
{
	static const struct row rows[] = {
		{ "10.0.0.10.in-addr.arpa", DNS_PTR, "ok, PTR one" },
		{ "99.0.0.10.in-addr.arpa", DNS_PTR, "NXDOMAIN" },
		{ "99.7.0.10.in-addr.arpa", DNS_PTR, "NXDOMAIN" }, /* a /21 */
		{ "99.8.0.10.in-addr.arpa", DNS_PTR, "ask the host's" },
		{ "0.0.10.in-addr.arpa", DNS_SOA, "ok" },
		{ "0.10.in-addr.arpa", DNS_SOA, "ask the host's" }, /* more than the subnet */
		{ "lb._dns-sd._udp.0.0.0.10.in-addr.arpa", DNS_PTR, "NXDOMAIN" },
		{ "1.3.0.10.in-addr.arpa", DNS_PTR, "ask 10.1.0.1:53" }, /* less than the subnet */
		{ "127.9.168.192.in-addr.arpa", DNS_PTR, "NXDOMAIN" },   /* a /25 */
		{ "128.9.168.192.in-addr.arpa", DNS_PTR, "ask the host's" },
		{ "9.168.192.in-addr.arpa", DNS_PTR, "ask the host's" },
		{ "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DNS_PTR, "NXDOMAIN" },
		{ "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DNS_PTR, "NXDOMAIN" },
		{ "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DNS_PTR,
		  "ask the host's" }, /* a /58 */
		{ "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DNS_PTR, "NXDOMAIN" },
		{ "example.org", DNS_PTR, "ask the host's" },
	};
	const struct dns_scope scope = {
		.forward = true,
		LIST(hosts, { "one", V4(10, 0, 0, 10) }),
		LIST(forwarders, { "3.0.10.in-addr.arpa", V4(10, 1, 0, 1), 0 }, { "10.in-addr.arpa", { 0 }, 0 }),
		LIST(local_ptrs, { V4(10, 0, 1, 1), 21 }, { V4(192, 168, 9, 0), 25 }, { V6(1), 58 })
	};

	(void)state;
	CHECK(&scope, rows);
}

static void wildcards_are_for_whole_domains(void **state)
{
	static const struct row rows[] = {
		{ "apps.test", DNS_A, "ok, A 10.0.0.99, A 10.0.0.98" },
		{ "x.y.Apps.test", DNS_A, "ok, A 10.0.0.99, A 10.0.0.98" },
		{ "x.apps.test", DNS_AAAA, "ok, AAAA 2001:db8::9" },
		{ "x.apps.test", DNS_ANY, "ok, A 10.0.0.99, A 10.0.0.98, AAAA 2001:db8::9" },
		{ "x.apps.test", DNS_TXT, "ok" },
		{ "known.apps.test", DNS_A, "ok, A 10.0.0.10" },
		{ "x.not.apps.test", DNS_A, "NXDOMAIN" },
		{ "x.corp.apps.test", DNS_A, "ask 10.1.0.1:53" },
		{ "x.one.not.apps.test", DNS_A, "ok, A 10.0.0.97" },
		{ "same.test", DNS_A, "ok, A 10.0.0.96" },
		{ "99.0.0.10.in-addr.arpa", DNS_PTR, "REFUSED not AA" },
	};
	static const struct row all[] = {
		{ "any.thing", DNS_A, "ok, A 10.0.0.1" },
		{ "plain", DNS_A, "ok, A 10.0.0.1" },
		{ "x.corp.test", DNS_A, "ask the host's" },
	};
	const struct dns_scope scope = { LIST(hosts, { "known.apps.test", V4(10, 0, 0, 10) }),
					 LIST(wildcards, { "apps.test", V4(10, 0, 0, 99) },
					      { "apps.test", V4(10, 0, 0, 98) }, { "apps.test", V6(9) },
					      { "one.not.apps.test", V4(10, 0, 0, 97) },
					      { "same.test", V4(10, 0, 0, 96) }),
					 LIST(local_domains, "not.apps.test", "same.test"),
					 LIST(forwarders, { "corp.apps.test", V4(10, 1, 0, 1), 0 }) };
	const struct dns_scope everything = { .forward = true,
					      .local_plain = true,
					      LIST(wildcards, { "", V4(10, 0, 0, 1) }),
					      LIST(forwarders, { .domain = "corp.test" }) };

	(void)state;
	CHECK(&scope, rows);
	CHECK(&everything, all);
}

/* --- limits --- */

static void what_dns_cannot_hold_is_left_out(void **state)
{
	char text[300];
	const char *const strings[] = { text };
	struct dns_record many[200];
	struct dns_scope scope = { .domain = "bad..domain",
				   .addrs = (struct ip[]){ V4(10, 0, 0, 1) },
				   .n_addrs = 1,
				   LIST(hosts, { "", V4(10, 0, 0, 1) }, { "no-address", { 0 } }),
				   LIST(wildcards, { "a..b", V4(10, 0, 0, 1) }, { "none", { 0 } }),
				   LIST(forwarders, { "", V4(10, 0, 0, 1), 0 }, { ".a", V4(10, 0, 0, 2), 0 },
					{ "", V4(10, 0, 0, 1), 5353 }),
				   LIST(local_domains, "a..b"),
				   LIST(local_ptrs, { V4(10, 0, 0, 0), 33 }, { { 0 }, 0 }) };
	struct dns_record bad[] = {
		{ .name = "", .type = DNS_TXT },
		{ .name = "x", .type = DNS_TXT, STRINGS(text) },
		{ .name = "x", .type = DNS_A, .target = "x" },
		{ .name = "x", .type = DNS_MX, .target = "a..b" },
	};
	struct served s;
	char out[4096];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	scope.records = bad;
	scope.n_records = ARRAY_SIZE(bad);
	s = serve(&scope, 1 + 2 + 2 + 2 + 1 + 2 + 4);
	assert_string_equal(ask(&s, "example.org", DNS_A, out), "ask 10.0.0.1:5353");
	dns_zone_free(s.zone);
	dns_routes_free(s.routes);

	text[200] = 0; /* with its length, and 12 bytes more a record, 213 */
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct dns_record){ .name = "x", .type = DNS_TXT, .strings = strings, .n_strings = 1 };
	scope = (struct dns_scope){ .records = many, .n_records = ARRAY_SIZE(many) };
	s = serve(&scope, ARRAY_SIZE(many) - DNS_NAME_DATA_MAX / 213);
	dns_zone_free(s.zone);
	dns_routes_free(s.routes);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_several_names),
		cmocka_unit_test(txt_and_srv_answer_as_defined),
		cmocka_unit_test(ptr_records_hide_what_hosts_give),
		cmocka_unit_test(aliases_are_followed),
		cmocka_unit_test(long_chains_are_whole),
		cmocka_unit_test(without_rules_the_mode_decides),
		cmocka_unit_test(forwarders_are_asked),
		cmocka_unit_test(a_domains_forwarder_is_for_that_domain),
		cmocka_unit_test(local_domains_are_never_forwarded),
		cmocka_unit_test(plain_names_may_stay_here),
		cmocka_unit_test(reverse_names_may_stay_here),
		cmocka_unit_test(wildcards_are_for_whole_domains),
		cmocka_unit_test(what_dns_cannot_hold_is_left_out),
	};

	return cmocka_run_group_tests_name("dns/rules", tests, NULL, NULL);
}
