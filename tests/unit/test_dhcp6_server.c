/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp6/server: one row a rule of RFC 8415. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dhcp6/server.h"

#define NOW 1000ULL

enum { LEASE_S = 3600, MSG_MAX = 1500 };

/* Clients by the last byte of their DUID-LL. */
enum { ADA = 1, BOB, CAT, FIX /* reserved by DUID: ::50 */, NEW, NEWER };
enum server_id { NO_SERVER, US, OTHER };

static const struct uuid network = { { 0x11, 0x22 } };

static struct ip ip(const char *text)
{
	struct ip a = { 0 };

	if (text)
		assert_int_equal(ip_parse(text, &a), 0);
	return a;
}

static const uint8_t fix_duid[] = { 0, 3, 0, 1, 0x52, 0x54, 0, 0, 0, FIX };

static struct dhcp6_server *server(void)
{
	struct dhcp6_range ranges[] = { { ip("fd00::100"), ip("fd00::10f"), 0 },
					{ ip("fd00::1:0:0"), ip("fd00::1:0:1"), 600 } };
	struct dhcp6_host hosts[] = {
		{ .duid = { fix_duid, sizeof(fix_duid) },
		  .name = "fixed",
		  .addr = ip("fd00::50"),
		  .lease_s = DHCP6_FOREVER },
		{ .name = "printer", .addr = ip("fd00::9:51") },
	};
	struct dhcp6_scope scope = { .self = { ip("fd00::1"), 64 },
				     .network = network,
				     .dns = true,
				     .domain = "lab",
				     .lease_s = LEASE_S,
				     .ranges = ranges,
				     .n_ranges = 2,
				     .hosts = hosts,
				     .n_hosts = 2 };
	struct dhcp6_server *s = dhcp6_server_new();

	assert_int_equal(dhcp6_server_configure(s, &scope), 0);
	return s;
}

struct ask {
	uint8_t type, who;
	enum server_id to;
	const char *addr, *addr2; /* in one IA */
	const char *name;
	bool no_ia, rapid, unicast;
	const char *src;
	uint32_t iaid;
};

static void put_duid(struct wr *w, uint16_t code, uint8_t who)
{
	uint8_t duid[sizeof(fix_duid)];

	memcpy(duid, fix_duid, sizeof(duid));
	duid[sizeof(duid) - 1] = who;
	dhcp6_put(w, code, (struct view){ duid, sizeof(duid) });
}

static void put_server(struct wr *w, enum server_id to)
{
	uint8_t duid[18] = { 0, 4, 0x11, 0x22 };

	duid[17] = to == OTHER;
	if (to != NO_SERVER)
		dhcp6_put(w, DHCP6_OPT_SERVER_ID, (struct view){ duid, sizeof(duid) });
}

static void put_addr(struct wr *w, const char *text)
{
	struct ip a = ip(text);
	uint8_t *at = dhcp6_open(w, DHCP6_OPT_ADDR);

	wr_bytes(w, a.b, 16);
	wr_zero(w, 8);
	dhcp6_close(w, at);
}

static size_t build(const struct ask *q, uint8_t *out)
{
	struct wr w = wr_make(out, MSG_MAX);

	dhcp6_put_head(&w, q->type, 0x123456);
	if (q->who)
		put_duid(&w, DHCP6_OPT_CLIENT_ID, q->who);
	put_server(&w, q->to);
	if (q->rapid)
		dhcp6_put(&w, DHCP6_OPT_RAPID, (struct view){ 0 });
	if (q->name) {
		uint8_t *at = dhcp6_open(&w, DHCP6_OPT_FQDN);

		wr_u8(&w, 0);
		wr_u8(&w, (uint8_t)strlen(q->name));
		wr_bytes(&w, q->name, strlen(q->name));
		dhcp6_close(&w, at);
	}
	if (!q->no_ia) {
		uint8_t *at = dhcp6_open(&w, DHCP6_OPT_IA_NA);

		wr_be32(&w, q->iaid);
		wr_zero(&w, 8);
		if (q->addr)
			put_addr(&w, q->addr);
		if (q->addr2)
			put_addr(&w, q->addr2);
		dhcp6_close(&w, at);
	}
	assert_false(w.full);
	return wr_len(&w);
}

/* Sends, and gives the verdict; *ret is the answer as parsed, from `out`. */
static enum dhcp6_why talk(struct dhcp6_server *s, uint64_t now, const struct ask *q, uint8_t *out,
			   struct dhcp6_msg *ret)
{
	uint8_t msg[MSG_MAX];
	size_t asked = build(q, msg);
	AUTO(mem_drop) uint8_t *exact = mem_dup(msg, asked);
	struct dhcp6_from from = { .src = ip(q->src ? q->src : "fe80::1234"), .multicast = !q->unicast };
	struct dhcp6_outcome o;
	size_t len = dhcp6_handle(s, now, &from, (struct view){ exact, asked }, out, &o);

	*ret = (struct dhcp6_msg){ 0 };
	assert_int_equal(len == 0, dhcp6_why_info[o.why].reply == DHCP6_SILENT);
	if (len) {
		assert_int_equal(dhcp6_parse(ret, (struct view){ out, len }), 0);
		assert_int_equal(ret->xid, 0x123456);
		assert_int_equal(ret->server_id.len, 18);
	}
	return o.why;
}

/* ADA has ::105, BOB had ::106 and gave it back, CAT was offered ::107, FIX has nothing. */
static struct dhcp6_server *lived_in(void)
{
	struct dhcp6_server *s = server();
	uint8_t out[DHCP6_MAX];
	struct dhcp6_msg m;

	assert_int_equal(
	    talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = ADA, .to = US, .addr = "fd00::105" }, out, &m),
	    DHCP6_WHY_GIVEN);
	assert_int_equal(
	    talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = BOB, .to = US, .addr = "fd00::106" }, out, &m),
	    DHCP6_WHY_GIVEN);
	assert_int_equal(
	    talk(s, NOW, &(struct ask){ .type = DHCP6_RELEASE, .who = BOB, .to = US, .addr = "fd00::106" }, out, &m),
	    DHCP6_WHY_RELEASED);
	assert_int_equal(talk(s, NOW,
			      &(struct ask){ .type = DHCP6_SOLICIT, .who = CAT, .to = NO_SERVER, .addr = "fd00::107" },
			      out, &m),
			 DHCP6_WHY_ADVERTISED);
	return s;
}

#define ANY "any"

static const struct {
	const char *name;
	struct ask q;
	enum dhcp6_why want;
	const char *addr; /* that the answer gives; NULL: none */
	int status;       /* of the whole; -1: none is there */
} cases[] = {
	{ "s.18.3.1: a new client", { .type = DHCP6_SOLICIT, .who = NEW }, DHCP6_WHY_ADVERTISED, ANY, -1 },
	{ "s.18.3.1: what it asks for",
	  { .type = DHCP6_SOLICIT, .who = NEW, .addr = "fd00::10a" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::10a",
	  -1 },
	{ "s.18.3.1: of another block",
	  { .type = DHCP6_SOLICIT, .who = NEW, .addr = "fd00::1:0:1" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::1:0:1",
	  -1 },
	{ "s.18.3.1: what it has",
	  { .type = DHCP6_SOLICIT, .who = ADA, .addr = "fd00::10a" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::105",
	  -1 },
	{ "s.18.3.1: what it had",
	  { .type = DHCP6_SOLICIT, .who = BOB, .addr = "fd00::10a" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::106",
	  -1 },
	{ "s.18.3.1: another interface of the same client",
	  { .type = DHCP6_SOLICIT, .who = ADA, .addr = "fd00::10a", .iaid = 9 },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::10a",
	  -1 },
	{ "s.18.3.1: rapid commit",
	  { .type = DHCP6_SOLICIT, .who = NEW, .addr = "fd00::10a", .rapid = true },
	  DHCP6_WHY_GIVEN_RAPID,
	  "fd00::10a",
	  -1 },
	{ "our own address", { .type = DHCP6_SOLICIT, .who = NEW, .addr = "fd00::1" }, DHCP6_WHY_ADVERTISED, ANY, -1 },
	{ "an address of nowhere",
	  { .type = DHCP6_SOLICIT, .who = NEW, .addr = "2001:db8::5" },
	  DHCP6_WHY_ADVERTISED,
	  ANY,
	  -1 },
	{ "reserved by DUID",
	  { .type = DHCP6_SOLICIT, .who = FIX, .addr = "fd00::10a" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::50",
	  -1 },
	{ "reserved by name, any case",
	  { .type = DHCP6_SOLICIT, .who = NEW, .name = "pRINTER" },
	  DHCP6_WHY_ADVERTISED,
	  "fd00::9:51",
	  -1 },
	{ "another's reservation",
	  { .type = DHCP6_SOLICIT, .who = NEW, .addr = "fd00::50" },
	  DHCP6_WHY_ADVERTISED,
	  ANY,
	  -1 },

	{ "s.18.3.2: what was offered",
	  { .type = DHCP6_REQUEST, .who = CAT, .to = US, .addr = "fd00::107" },
	  DHCP6_WHY_GIVEN,
	  "fd00::107",
	  -1 },
	{ "s.18.3.2: without an address", { .type = DHCP6_REQUEST, .who = NEW, .to = US }, DHCP6_WHY_GIVEN, ANY, -1 },
	{ "s.18.3.2: another's: a free one",
	  { .type = DHCP6_REQUEST, .who = NEW, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_GIVEN,
	  ANY,
	  -1 },
	{ "s.18.3.2: of another network",
	  { .type = DHCP6_REQUEST, .who = NEW, .to = US, .addr = "fd99::5" },
	  DHCP6_WHY_NOTHING_TO_GIVE,
	  NULL,
	  -1 },

	{ "s.18.3.3: on this network",
	  { .type = DHCP6_CONFIRM, .who = ADA, .addr = "fd00::105" },
	  DHCP6_WHY_CONFIRMED,
	  NULL,
	  DHCP6_SUCCESS },
	{ "s.18.3.3: on another",
	  { .type = DHCP6_CONFIRM, .who = ADA, .addr = "fd99::5" },
	  DHCP6_WHY_NOT_CONFIRMED,
	  NULL,
	  DHCP6_NOT_ON_LINK },
	{ "s.18.3.3: one of them",
	  { .type = DHCP6_CONFIRM, .who = ADA, .addr = "fd00::105", .addr2 = "fd99::5" },
	  DHCP6_WHY_NOT_CONFIRMED,
	  NULL,
	  DHCP6_NOT_ON_LINK },
	{ "s.18.3.3: no address", { .type = DHCP6_CONFIRM, .who = ADA }, DHCP6_WHY_DROP_IA, NULL, -1 },

	{ "s.18.3.4: what it has",
	  { .type = DHCP6_RENEW, .who = ADA, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_GIVEN,
	  "fd00::105",
	  -1 },
	{ "s.18.3.4: forgotten, still free",
	  { .type = DHCP6_RENEW, .who = NEW, .to = US, .addr = "fd00::10a" },
	  DHCP6_WHY_GIVEN,
	  "fd00::10a",
	  -1 },
	{ "s.18.3.4: not its own",
	  { .type = DHCP6_RENEW, .who = BOB, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_GIVEN,
	  "fd00::106",
	  -1 },
	{ "s.18.3.4: a reservation came meanwhile",
	  { .type = DHCP6_RENEW, .who = FIX, .to = US, .addr = "fd00::10a" },
	  DHCP6_WHY_GIVEN,
	  "fd00::50",
	  -1 },
	{ "s.18.3.5: what it has",
	  { .type = DHCP6_REBIND, .who = ADA, .addr = "fd00::105" },
	  DHCP6_WHY_GIVEN,
	  "fd00::105",
	  -1 },
	{ "s.18.3.5: of another network",
	  { .type = DHCP6_REBIND, .who = NEW, .addr = "fd99::5" },
	  DHCP6_WHY_GIVEN,
	  ANY,
	  -1 },

	{ "s.18.3.6: wants no address",
	  { .type = DHCP6_INFORMATION, .who = NEW, .no_ia = true },
	  DHCP6_WHY_INFORMED,
	  NULL,
	  -1 },
	{ "s.18.3.6: does not say who",
	  { .type = DHCP6_INFORMATION, .who = 0, .no_ia = true },
	  DHCP6_WHY_INFORMED,
	  NULL,
	  -1 },

	{ "s.18.3.7: its own",
	  { .type = DHCP6_RELEASE, .who = ADA, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_RELEASED,
	  NULL,
	  DHCP6_SUCCESS },
	{ "s.18.3.7: another's",
	  { .type = DHCP6_RELEASE, .who = NEW, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_RELEASED,
	  NULL,
	  DHCP6_SUCCESS },
	{ "s.18.3.7: by another of its interfaces",
	  { .type = DHCP6_RELEASE, .who = ADA, .to = US, .addr = "fd00::105", .iaid = 9 },
	  DHCP6_WHY_RELEASED,
	  NULL,
	  DHCP6_SUCCESS },
	{ "s.18.3.8: its own",
	  { .type = DHCP6_DECLINE, .who = ADA, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_DECLINED,
	  NULL,
	  DHCP6_SUCCESS },

	{ "s.16: SOLICIT to us alone",
	  { .type = DHCP6_SOLICIT, .who = NEW, .unicast = true },
	  DHCP6_WHY_DROP_UNICAST,
	  NULL,
	  -1 },
	{ "s.16: CONFIRM to us alone",
	  { .type = DHCP6_CONFIRM, .who = ADA, .addr = "fd00::105", .unicast = true },
	  DHCP6_WHY_DROP_UNICAST,
	  NULL,
	  -1 },
	{ "s.16: REBIND to us alone",
	  { .type = DHCP6_REBIND, .who = ADA, .addr = "fd00::105", .unicast = true },
	  DHCP6_WHY_DROP_UNICAST,
	  NULL,
	  -1 },
	{ "s.16: INFORMATION-REQUEST to us alone",
	  { .type = DHCP6_INFORMATION, .who = ADA, .no_ia = true, .unicast = true },
	  DHCP6_WHY_DROP_UNICAST,
	  NULL,
	  -1 },
	{ "s.18.3.2: to us alone",
	  { .type = DHCP6_REQUEST, .who = NEW, .to = US, .unicast = true },
	  DHCP6_WHY_USE_MULTICAST,
	  NULL,
	  DHCP6_USE_MULTICAST },
	{ "s.18.3.4: to us alone",
	  { .type = DHCP6_RENEW, .who = ADA, .to = US, .addr = "fd00::105", .unicast = true },
	  DHCP6_WHY_USE_MULTICAST,
	  NULL,
	  DHCP6_USE_MULTICAST },
	{ "s.16.2: SOLICIT names a server",
	  { .type = DHCP6_SOLICIT, .who = NEW, .to = US },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.2: SOLICIT names no client", { .type = DHCP6_SOLICIT, .who = 0 }, DHCP6_WHY_DROP_CLIENT_ID, NULL, -1 },
	{ "s.16.3: an ADVERTISE", { .type = DHCP6_ADVERTISE, .who = NEW, .to = US }, DHCP6_WHY_DROP_TYPE, NULL, -1 },
	{ "s.16.4: REQUEST for another server",
	  { .type = DHCP6_REQUEST, .who = NEW, .to = OTHER },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.4: REQUEST for no server", { .type = DHCP6_REQUEST, .who = NEW }, DHCP6_WHY_DROP_SERVER_ID, NULL, -1 },
	{ "s.16.5: CONFIRM names a server",
	  { .type = DHCP6_CONFIRM, .who = ADA, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.6: RENEW for another server",
	  { .type = DHCP6_RENEW, .who = ADA, .to = OTHER, .addr = "fd00::105" },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.7: REBIND names a server",
	  { .type = DHCP6_REBIND, .who = ADA, .to = US, .addr = "fd00::105" },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.8: DECLINE for no server",
	  { .type = DHCP6_DECLINE, .who = ADA, .addr = "fd00::105" },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.9: RELEASE for another server",
	  { .type = DHCP6_RELEASE, .who = ADA, .to = OTHER, .addr = "fd00::105" },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "s.16.10: a REPLY", { .type = DHCP6_REPLY, .who = NEW, .to = US }, DHCP6_WHY_DROP_TYPE, NULL, -1 },
	{ "s.16.11: a RECONFIGURE",
	  { .type = DHCP6_RECONFIGURE, .who = NEW, .to = US },
	  DHCP6_WHY_DROP_TYPE,
	  NULL,
	  -1 },
	{ "s.16.12: INFORMATION-REQUEST with an IA",
	  { .type = DHCP6_INFORMATION, .who = NEW },
	  DHCP6_WHY_DROP_IA,
	  NULL,
	  -1 },
	{ "s.16.12: for another server",
	  { .type = DHCP6_INFORMATION, .who = NEW, .to = OTHER, .no_ia = true },
	  DHCP6_WHY_DROP_SERVER_ID,
	  NULL,
	  -1 },
	{ "SOLICIT that wants no address of ours",
	  { .type = DHCP6_SOLICIT, .who = NEW, .no_ia = true },
	  DHCP6_WHY_DROP_IA,
	  NULL,
	  -1 },
	{ "s.17: not from a link-local address",
	  { .type = DHCP6_SOLICIT, .who = NEW, .src = "fd00::105" },
	  DHCP6_WHY_DROP_SOURCE,
	  NULL,
	  -1 },
};

static const struct ip *given(const struct dhcp6_msg *m)
{
	return m->n_ias && m->ias[0].n_addrs ? &m->ias[0].addrs[0] : NULL;
}

static void requests_follow_rfc8415(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(dhcp6_server_free) struct dhcp6_server *s = lived_in();
		struct ip want = ip(cases[i].addr == NULL || cases[i].addr[0] == 'a' ? NULL : cases[i].addr);
		uint8_t out[DHCP6_MAX];
		struct dhcp6_msg m;
		enum dhcp6_why why = talk(s, NOW, &cases[i].q, out, &m);

		if (why != cases[i].want)
			fail_msg("%s: %s", cases[i].name, dhcp6_why_info[why].text);
		if (!cases[i].addr != !given(&m) || (want.family && !ip_eq(given(&m), &want)))
			fail_msg("%s: another address", cases[i].name);
		if (m.has_status != (cases[i].status >= 0) || (m.has_status && m.status != cases[i].status))
			fail_msg("%s: status %d", cases[i].name, m.has_status ? m.status : -1);
	}
}

static const struct lease *lease_of(struct dhcp6_server *s, const char *addr)
{
	struct ip want = ip(addr);
	const struct lease *l;

	for (size_t pos = 0; (l = lease_pool_next(dhcp6_server_pool(s), &pos));) {
		struct ip at = dhcp6_server_ip(s, l);

		if (ip_eq(&at, &want))
			return l;
	}
	return NULL;
}

static void leases_change_as_asked(void **state)
{
	AUTO(dhcp6_server_free) struct dhcp6_server *s = lived_in();
	uint8_t out[DHCP6_MAX];
	struct dhcp6_msg m;
	const struct lease *l;

	(void)state;
	l = lease_of(s, "fd00::105");
	assert_int_equal(l->state, LEASE_BOUND);
	assert_int_equal(l->expiry, NOW + LEASE_S);
	assert_int_equal(dhcp6_lease_duid(l).len, sizeof(fix_duid));
	assert_int_equal(l->mac.b[5], ADA); /* of the DUID-LL */
	talk(s, NOW + 100,
	     &(struct ask){
		 .type = DHCP6_RENEW, .who = ADA, .to = US, .addr = "fd00::105", .src = "fe80::5054:ff:fe00:77" },
	     out, &m);
	assert_int_equal(l->expiry, NOW + 100 + LEASE_S);
	assert_int_equal(l->mac.b[5], 0x77); /* of the interface itself */
	talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = NEW, .to = US, .addr = "fd00::1:0:0" }, out, &m);
	assert_int_equal(lease_of(s, "fd00::1:0:0")->expiry, NOW + 600);
	talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = FIX, .to = US, .name = "mine" }, out, &m);
	l = lease_of(s, "fd00::50");
	assert_int_equal(l->expiry, LEASE_NEVER);
	assert_string_equal(l->hostname, "fixed"); /* the reservation's name counts */
	talk(s, NOW, &(struct ask){ .type = DHCP6_DECLINE, .who = ADA, .to = US, .addr = "fd00::105" }, out, &m);
	assert_int_equal(lease_of(s, "fd00::105")->state, LEASE_DECLINED);
	talk(s, NOW, &(struct ask){ .type = DHCP6_SOLICIT, .who = ADA, .addr = "fd00::105" }, out, &m);
	assert_false(ip_eq(given(&m), &(struct ip){ AF_INET6, { 0xfd, [14] = 1, [15] = 5 } }));
	talk(s, NOW + 100000, &(struct ask){ .type = DHCP6_SOLICIT, .who = NEWER }, out, &m);
	assert_int_equal(lease_of(s, "fd00::1:0:0")->state, LEASE_FREE);
}

/* s.18.3.7: an IA we know nothing of is named; s.18.3.4: what is no longer the client's has lifetimes of 0. */
static void ias_say_what_is_wrong(void **state)
{
	AUTO(dhcp6_server_free) struct dhcp6_server *s = lived_in();
	uint8_t out[DHCP6_MAX];
	struct dhcp6_msg m;

	(void)state;
	talk(s, NOW, &(struct ask){ .type = DHCP6_RELEASE, .who = NEW, .to = US, .addr = "fd00::105", .iaid = 5 }, out,
	     &m);
	assert_int_equal(m.n_ias, 1);
	assert_int_equal(m.ias[0].iaid, 5);
	talk(s, NOW, &(struct ask){ .type = DHCP6_RELEASE, .who = ADA, .to = US, .addr = "fd00::105" }, out, &m);
	assert_int_equal(m.n_ias, 0);
	talk(s, NOW, &(struct ask){ .type = DHCP6_REBIND, .who = NEW, .addr = "fd99::5" }, out, &m);
	assert_int_equal(m.ias[0].n_addrs, 2); /* a new one, and the end of the old one */
}

static void a_full_network_says_so(void **state)
{
	AUTO(dhcp6_server_free) struct dhcp6_server *s = server();
	uint8_t out[DHCP6_MAX];
	struct dhcp6_msg m;

	(void)state;
	for (uint8_t i = 0; i < 18; i++)
		assert_int_equal(
		    talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = (uint8_t)(100 + i), .to = US }, out, &m),
		    DHCP6_WHY_GIVEN);
	assert_int_equal(talk(s, NOW, &(struct ask){ .type = DHCP6_REQUEST, .who = NEW, .to = US }, out, &m),
			 DHCP6_WHY_NOTHING_TO_GIVE);
	assert_int_equal(talk(s, NOW, &(struct ask){ .type = DHCP6_SOLICIT, .who = NEW, .rapid = true }, out, &m),
			 DHCP6_WHY_NOTHING_TO_ADVERTISE);
	assert_int_equal(m.type, DHCP6_ADVERTISE); /* s.18.3.1: no REPLY without an address */
	assert_int_equal(talk(s, NOW, &(struct ask){ .type = DHCP6_SOLICIT, .who = FIX }, out, &m),
			 DHCP6_WHY_ADVERTISED);
}

static void what_was_stored_comes_back(void **state)
{
	AUTO(dhcp6_server_free) struct dhcp6_server *from = lived_in(), *to = dhcp6_server_new();
	struct ip at = ip("fd00::105");
	struct lease stored = *lease_of(from, "fd00::105"), odd = stored;

	(void)state;
	assert_int_equal(dhcp6_server_restore(to, &at, &stored), 0); /* before there is a scope */
	assert_int_equal(lease_of(to, "fd00::105")->state, LEASE_BOUND);
	assert_true(view_eq(dhcp6_lease_duid(lease_of(to, "fd00::105")), dhcp6_lease_duid(&stored)));
	odd.id.len = 6;
	assert_int_equal(dhcp6_server_restore(to, &at, &odd), -EINVAL);
}

static void scopes_are_checked(void **state)
{
	struct dhcp6_range r = { ip("fd00::10"), ip("fd00::20"), 0 };
	struct dhcp6_host h = { .name = "h", .addr = ip("fd00::9") };
	struct dhcp6_scope good = {
		.self = { ip("fd00::1"), 64 }, .lease_s = 60, .ranges = &r, .n_ranges = 1, .hosts = &h, .n_hosts = 1
	};
	AUTO(dhcp6_server_free) struct dhcp6_server *s = dhcp6_server_new();

	(void)state;
	assert_int_equal(dhcp6_server_configure(s, &good), 0);
	r.end = ip("fd00::f");
	assert_int_equal(dhcp6_server_configure(s, &good), -EINVAL); /* backwards */
	r.end = ip("fd00::1:20");
	assert_int_equal(dhcp6_server_configure(s, &good), -EINVAL); /* too wide */
	r.start = r.end = ip("fd00:0:0:1::20");
	assert_int_equal(dhcp6_server_configure(s, &good), -EINVAL); /* of another network */
	r.start = r.end = ip("fd00::");
	assert_int_equal(dhcp6_server_configure(s, &good), 0); /* nothing to give, yet no error */
	h.addr = ip("fd01::9");
	assert_int_equal(dhcp6_server_configure(s, &good), -EINVAL);
	h.addr = ip("fd00::9");
	good.lease_s = 0;
	assert_int_equal(dhcp6_server_configure(s, &good), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_follow_rfc8415),    cmocka_unit_test(leases_change_as_asked),
		cmocka_unit_test(ias_say_what_is_wrong),      cmocka_unit_test(a_full_network_says_so),
		cmocka_unit_test(what_was_stored_comes_back), cmocka_unit_test(scopes_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
