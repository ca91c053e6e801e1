/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp6/server.h"

#include <errno.h>

#include "dhcp6/blocks.h"

enum { ID_HEAD = 5 /* bytes before the DUID */, SERVER_ID = 18, DUID_UUID = 4 };

struct times { /* of each range, and of each host */
	struct lease_range *ranges;
	uint32_t *range_s, *host_s;
	size_t n_ranges;
};

struct dhcp6_server {
	struct lease_pool *pool;
	struct dhcp6_blocks *blocks;
	bool configured, dns;
	struct prefix self;
	char *domain;
	uint32_t lease_s;
	struct times times;
	uint8_t server_id[SERVER_ID];
};

const struct dhcp6_why_info dhcp6_why_info[DHCP6_WHYS] = {
	[DHCP6_WHY_ADVERTISED] = { DHCP6_AT_ONCE, "advertised" },
	[DHCP6_WHY_NOTHING_TO_ADVERTISE] = { DHCP6_AT_ONCE, "no address for this client" },
	[DHCP6_WHY_GIVEN_RAPID] = { DHCP6_WHEN_DURABLE, "given at once" },
	[DHCP6_WHY_GIVEN] = { DHCP6_WHEN_DURABLE, "given" },
	[DHCP6_WHY_NOTHING_TO_GIVE] = { DHCP6_WHEN_DURABLE, "client may not have what it asks for" },
	[DHCP6_WHY_CONFIRMED] = { DHCP6_AT_ONCE, "confirmed" },
	[DHCP6_WHY_NOT_CONFIRMED] = { DHCP6_AT_ONCE, "address is not on this network" },
	[DHCP6_WHY_RELEASED] = { DHCP6_WHEN_DURABLE, "released" },
	[DHCP6_WHY_DECLINED] = { DHCP6_WHEN_DURABLE, "declined: somebody else uses the address" },
	[DHCP6_WHY_INFORMED] = { DHCP6_AT_ONCE, "informed" },
	[DHCP6_WHY_USE_MULTICAST] = { DHCP6_AT_ONCE, "told to use multicast" },
	[DHCP6_WHY_DROP_SOURCE] = { DHCP6_SILENT, "source is not a link-local address" },
	[DHCP6_WHY_DROP_MALFORMED] = { DHCP6_SILENT, "malformed message" },
	[DHCP6_WHY_DROP_TYPE] = { DHCP6_SILENT, "message is not a client's" },
	[DHCP6_WHY_DROP_UNICAST] = { DHCP6_SILENT, "not sent to all servers" },
	[DHCP6_WHY_DROP_CLIENT_ID] = { DHCP6_SILENT, "does not say who asks" },
	[DHCP6_WHY_DROP_SERVER_ID] = { DHCP6_SILENT, "for another server, or for none though it must" },
	[DHCP6_WHY_DROP_IA] = { DHCP6_SILENT, "asks for no address though it must, or for one though it may not" },
	[DHCP6_WHY_DROP_NO_ROOM] = { DHCP6_SILENT, "answer does not fit" },
};

struct dhcp6_server *dhcp6_server_new(void)
{
	struct dhcp6_server *s = mem_new(struct dhcp6_server);

	s->pool = lease_pool_new();
	s->blocks = dhcp6_blocks_new();
	return s;
}

static void times_clear(struct times *t)
{
	mem_drop(t->ranges);
	mem_drop(t->range_s);
	mem_drop(t->host_s);
}

void dhcp6_server_free(struct dhcp6_server *s)
{
	if (!s)
		return;
	times_clear(&s->times);
	lease_pool_free(s->pool);
	dhcp6_blocks_free(s->blocks);
	mem_drop(s->domain);
	mem_drop(s);
}

/* --- the scope --- */

static bool range_ok(const struct prefix *net, const struct dhcp6_range *r)
{
	return prefix_contains(net, &r->start) && prefix_contains(net, &r->end) && ip_cmp(&r->start, &r->end) <= 0 &&
	       memcmp(r->start.b, r->end.b, 14) == 0;
}

static bool scope_ok(const struct dhcp6_scope *scope)
{
	if (scope->self.ip.family != AF_INET6 || scope->self.len > 128 || !scope->lease_s)
		return false;
	for (size_t i = 0; i < scope->n_ranges; i++)
		if (!range_ok(&scope->self, &scope->ranges[i]))
			return false;
	for (size_t i = 0; i < scope->n_hosts; i++)
		if (!prefix_contains(&scope->self, &scope->hosts[i].addr) || scope->hosts[i].duid.len > DHCP6_DUID_MAX)
			return false;
	return true;
}

static bool number_blocks(struct dhcp6_blocks *b, const struct dhcp6_scope *scope)
{
	bool all = dhcp6_blocks_add(b, &scope->self.ip);

	for (size_t i = 0; i < scope->n_ranges; i++)
		all = dhcp6_blocks_add(b, &scope->ranges[i].start) && all;
	for (size_t i = 0; i < scope->n_hosts; i++)
		all = dhcp6_blocks_add(b, &scope->hosts[i].addr) && all;
	return all;
}

/* The network's first address is every router's (RFC 4291 s.2.6.1), so no guest's. */
static size_t number_ranges(struct dhcp6_server *s, const struct dhcp6_scope *scope, struct times *t)
{
	struct ip anycast = prefix_network(&scope->self);
	size_t n = 0;

	t->ranges = mem_array(scope->n_ranges + 1, sizeof(*t->ranges));
	t->range_s = mem_array(scope->n_ranges + 1, sizeof(*t->range_s));
	for (size_t i = 0; i < scope->n_ranges; i++) {
		const struct dhcp6_range *r = &scope->ranges[i];
		uint32_t start = dhcp6_blocks_find(s->blocks, &r->start), end = dhcp6_blocks_find(s->blocks, &r->end);

		start += ip_eq(&r->start, &anycast) && scope->self.len < 127;
		if (start > end)
			continue;
		t->ranges[n] = (struct lease_range){ start, end };
		t->range_s[n++] = r->lease_s;
	}
	t->n_ranges = n;
	return n;
}

static struct lease_host *number_hosts(struct dhcp6_server *s, const struct dhcp6_scope *scope, struct times *t)
{
	struct lease_host *v = mem_array(scope->n_hosts + 1, sizeof(*v));

	t->host_s = mem_array(scope->n_hosts + 1, sizeof(*t->host_s));
	for (size_t i = 0; i < scope->n_hosts; i++) {
		const struct dhcp6_host *h = &scope->hosts[i];

		t->host_s[i] = h->lease_s;
		v[i] = (struct lease_host){ .id = h->duid,
					    .name = h->name,
					    .addr = dhcp6_blocks_find(s->blocks, &h->addr),
					    .tag = (uint32_t)i };
	}
	return v;
}

static void set_server_id(struct dhcp6_server *s, const struct uuid *u)
{
	s->server_id[0] = 0;
	s->server_id[1] = DUID_UUID;
	memcpy(s->server_id + 2, u->b, sizeof(u->b));
}

int dhcp6_server_configure(struct dhcp6_server *s, const struct dhcp6_scope *scope)
{
	struct times t = { 0 };

	if (!scope_ok(scope))
		return -EINVAL;
	if (!number_blocks(s->blocks, scope))
		return -E2BIG;
	struct lease_rules rules = { .self = dhcp6_blocks_find(s->blocks, &scope->self.ip),
				     .prefix_len = 1,
				     .id_head = ID_HEAD };

	rules.n_ranges = number_ranges(s, scope, &t);
	rules.ranges = t.ranges;
	AUTO(mem_drop) struct lease_host *hosts = number_hosts(s, scope, &t);

	rules.hosts = hosts;
	rules.n_hosts = scope->n_hosts;
	int r = lease_pool_rules(s->pool, &rules);

	if (r < 0) {
		times_clear(&t);
		return r;
	}
	times_clear(&s->times);
	s->times = t;
	s->configured = true;
	s->dns = scope->dns;
	s->self = scope->self;
	s->lease_s = scope->lease_s;
	mem_drop(s->domain);
	s->domain = scope->domain && scope->domain[0] ? mem_strdup(scope->domain) : NULL;
	set_server_id(s, &scope->network);
	return 0;
}

struct lease_pool *dhcp6_server_pool(struct dhcp6_server *s)
{
	return s->pool;
}

struct ip dhcp6_server_ip(const struct dhcp6_server *s, const struct lease *l)
{
	return dhcp6_blocks_ip(s->blocks, l->addr);
}

struct view dhcp6_lease_duid(const struct lease *l)
{
	return l->id.len > ID_HEAD ? (struct view){ l->id.p + ID_HEAD, l->id.len - ID_HEAD } : (struct view){ 0 };
}

int dhcp6_server_restore(struct dhcp6_server *s, const struct ip *ip, const struct lease *l)
{
	struct lease numbered = *l;

	if (l->id.len && l->id.len < ID_HEAD + DHCP6_DUID_MIN)
		return -EINVAL;
	numbered.addr = dhcp6_blocks_add(s->blocks, ip);
	return numbered.addr ? lease_pool_restore(s->pool, &numbered) : -ENOSPC;
}

/* --- who asks --- */

static void mac_from_eui64(const struct ip *ip, struct mac *m)
{
	if (ip->b[11] == 0xff && ip->b[12] == 0xfe)
		*m = (struct mac){ { ip->b[8] ^ 2, ip->b[9], ip->b[10], ip->b[13], ip->b[14], ip->b[15] } };
}

/* DUID-LLT and DUID-LL of Ethernet, RFC 8415 s.11.2 and s.11.4. */
static void mac_from_duid(struct view duid, struct mac *m)
{
	struct rd r = rd_make(duid.p, duid.len);
	uint16_t type = rd_be16(&r), hardware = rd_be16(&r);

	if (type == 1)
		rd_be32(&r);
	if ((type == 1 || type == 3) && hardware == 1 && rd_left(&r) == sizeof(m->b))
		rd_copy(&r, m->b, sizeof(m->b));
}

/* The address tells of the very interface, the DUID of one that the guest had when it was made. */
static struct mac mac_of(const struct dhcp6_from *from, const struct dhcp6_msg *m)
{
	struct mac mac = { 0 };

	mac_from_eui64(&from->src, &mac);
	if (mac_is_zero(&mac))
		mac_from_duid(m->client_id, &mac);
	return mac_is_multicast(&mac) ? (struct mac){ 0 } : mac;
}

struct asker { /* one IA of a message, as the pool knows clients */
	struct lease_client c;
	uint8_t id[ID_HEAD + DHCP6_DUID_MAX];
};

static void ask(struct asker *a, const struct dhcp6_msg *m, size_t ia, const struct mac *mac)
{
	struct wr w = wr_make(a->id, sizeof(a->id));

	wr_u8(&w, 255);
	wr_be32(&w, m->ias[ia].iaid);
	wr_bytes(&w, m->client_id.p, m->client_id.len);
	a->c = (struct lease_client){ .id = { a->id, wr_len(&w) }, .mac = *mac, .hostname = m->hostname };
}

/* --- deciding --- */

struct turn { /* one message at hand */
	struct dhcp6_server *s;
	const struct dhcp6_msg *m;
	struct mac mac;
	uint64_t now;
	struct dhcp6_answer *answer;
};

static bool is_ours(const struct dhcp6_server *s, struct view server_id)
{
	return view_eq(server_id, (struct view){ s->server_id, sizeof(s->server_id) });
}

enum { NEVER, ALWAYS, EITHER };

/* What each message has to have, s.16.2 to s.16.12. */
static const struct {
	bool client; /* it is one that clients send */
	uint8_t client_id, server_id, ia;
	bool unicast; /* to be answered at all when it was sent to us alone (s.16) */
} shape[DHCP6_TYPES] = {
	[DHCP6_SOLICIT] = { true, ALWAYS, NEVER, ALWAYS, false },
	[DHCP6_REQUEST] = { true, ALWAYS, ALWAYS, ALWAYS, true },
	[DHCP6_CONFIRM] = { true, ALWAYS, NEVER, ALWAYS, false },
	[DHCP6_RENEW] = { true, ALWAYS, ALWAYS, ALWAYS, true },
	[DHCP6_REBIND] = { true, ALWAYS, NEVER, ALWAYS, false },
	[DHCP6_RELEASE] = { true, ALWAYS, ALWAYS, ALWAYS, true },
	[DHCP6_DECLINE] = { true, ALWAYS, ALWAYS, ALWAYS, true },
	[DHCP6_INFORMATION] = { true, EITHER, EITHER, NEVER, false },
};

static bool fits(uint8_t rule, bool there)
{
	return rule == EITHER || (rule == ALWAYS) == there;
}

/* DHCP6_WHYS: it may be answered. */
static enum dhcp6_why check(const struct dhcp6_server *s, const struct dhcp6_msg *m, const struct dhcp6_from *from)
{
	if (!shape[m->type].client)
		return DHCP6_WHY_DROP_TYPE;
	if (!from->multicast && !shape[m->type].unicast)
		return DHCP6_WHY_DROP_UNICAST;
	if (!fits(shape[m->type].client_id, m->client_id.len))
		return DHCP6_WHY_DROP_CLIENT_ID;
	if (!fits(shape[m->type].server_id, m->server_id.len) || (m->server_id.len && !is_ours(s, m->server_id)))
		return DHCP6_WHY_DROP_SERVER_ID;
	if (!fits(shape[m->type].ia, m->n_ias))
		return DHCP6_WHY_DROP_IA;
	return from->multicast ? DHCP6_WHYS : DHCP6_WHY_USE_MULTICAST;
}

static uint32_t lease_time(const struct dhcp6_server *s, const struct lease_client *c, uint32_t addr)
{
	const struct lease_host *h = lease_pool_host(s->pool, c);
	const struct times *t = &s->times;

	if (h && h->addr == addr && t->host_s[h->tag])
		return t->host_s[h->tag];
	for (size_t i = 0; i < t->n_ranges; i++)
		if (addr >= t->ranges[i].start && addr <= t->ranges[i].end && t->range_s[i])
			return t->range_s[i];
	return s->lease_s;
}

static bool on_link(const struct dhcp6_server *s, const struct dhcp6_ia *ia)
{
	for (size_t i = 0; i < ia->n_addrs; i++)
		if (!prefix_contains(&s->self, &ia->addrs[i]))
			return false;
	return true;
}

/* The pool's choice for one IA, offered or bound. 0: none. */
static uint32_t choose(const struct turn *t, const struct lease_client *c, const struct dhcp6_ia *ia, bool bind,
		       uint32_t *lease_s)
{
	uint32_t want = ia->n_addrs ? dhcp6_blocks_find(t->s->blocks, &ia->addrs[0]) : 0, addr;
	int r = lease_pool_pick(t->s->pool, c, want, &addr);

	if (r < 0)
		return 0;
	*lease_s = lease_time(t->s, c, addr);
	if (bind)
		r = lease_pool_bind(t->s->pool, c, addr, *lease_s == DHCP6_FOREVER ? LEASE_NEVER : t->now + *lease_s);
	else
		r = lease_pool_offer(t->s->pool, c, addr, t->now + DHCP6_OFFER_S);
	if (bind && r == 0) /* less than was asked for, if no more can be stored */
		*lease_s = lease_left(lease_pool_at(t->s->pool, addr), t->now);
	return r < 0 ? 0 : addr;
}

/* What the client has and is not to have any more is told with lifetimes of 0 (s.18.3.4). */
static void end_others(struct dhcp6_grant *g, const struct dhcp6_ia *ia)
{
	for (size_t i = 0; i < ia->n_addrs; i++)
		if (!ip_eq(&ia->addrs[i], &g->addr))
			g->gone[g->n_gone++] = ia->addrs[i];
}

static bool grant(const struct turn *t, size_t i, bool bind, enum dhcp6_status otherwise)
{
	const struct dhcp6_ia *ia = &t->m->ias[i];
	struct dhcp6_grant *g = &t->answer->grants[t->answer->n_grants++];
	bool extends = t->m->type == DHCP6_RENEW || t->m->type == DHCP6_REBIND;
	struct asker a;

	*g = (struct dhcp6_grant){ .iaid = ia->iaid };
	if (t->m->type == DHCP6_REQUEST && !on_link(t->s, ia)) { /* s.18.3.2 */
		g->status = DHCP6_NOT_ON_LINK;
		return false;
	}
	ask(&a, t->m, i, &t->mac);
	uint32_t addr = choose(t, &a.c, ia, bind, &g->lease_s);

	if (addr)
		g->addr = dhcp6_blocks_ip(t->s->blocks, addr);
	else
		g->status = otherwise;
	if (extends)
		end_others(g, ia);
	return addr;
}

static size_t grant_all(const struct turn *t, bool bind, enum dhcp6_status otherwise)
{
	size_t given = 0;

	for (size_t i = 0; i < t->m->n_ias; i++)
		given += grant(t, i, bind, otherwise);
	return given;
}

/* s.18.3.1 */
static enum dhcp6_why on_solicit(const struct turn *t)
{
	size_t given = grant_all(t, t->m->rapid, DHCP6_NO_ADDRS);

	if (given && t->m->rapid) {
		t->answer->rapid = true;
		return DHCP6_WHY_GIVEN_RAPID;
	}
	t->answer->type = DHCP6_ADVERTISE;
	return given ? DHCP6_WHY_ADVERTISED : DHCP6_WHY_NOTHING_TO_ADVERTISE;
}

/* s.18.3.2 */
static enum dhcp6_why on_request(const struct turn *t)
{
	return grant_all(t, true, DHCP6_NO_ADDRS) ? DHCP6_WHY_GIVEN : DHCP6_WHY_NOTHING_TO_GIVE;
}

/* s.18.3.4, s.18.3.5 */
static enum dhcp6_why on_extend(const struct turn *t)
{
	return grant_all(t, true, DHCP6_NO_BINDING) ? DHCP6_WHY_GIVEN : DHCP6_WHY_NOTHING_TO_GIVE;
}

static enum dhcp6_why with_status(const struct turn *t, enum dhcp6_status status, enum dhcp6_why why)
{
	t->answer->has_status = true;
	t->answer->status = status;
	return why;
}

/* s.18.3.3: is the client still on the link where it got its addresses? Whose they are is not asked. */
static enum dhcp6_why on_confirm(const struct turn *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->m->n_ias; i++) {
		n += t->m->ias[i].n_addrs;
		if (!on_link(t->s, &t->m->ias[i]))
			return with_status(t, DHCP6_NOT_ON_LINK, DHCP6_WHY_NOT_CONFIRMED);
	}
	return n ? with_status(t, DHCP6_SUCCESS, DHCP6_WHY_CONFIRMED) : DHCP6_WHY_DROP_IA;
}

/* Gives one address up. false: it is not this client's. */
static bool give_up(const struct turn *t, const struct lease_client *c, const struct ip *ip)
{
	const struct lease *l = lease_pool_at(t->s->pool, dhcp6_blocks_find(t->s->blocks, ip));

	if (!l || l->state != LEASE_BOUND || !view_eq(l->id, c->id))
		return false;
	if (t->m->type == DHCP6_DECLINE)
		lease_pool_decline(t->s->pool, l->addr, t->now + DHCP6_QUARANTINE_S);
	else
		lease_pool_release(t->s->pool, l->addr);
	return true;
}

/* s.18.3.7, s.18.3.8: an IA of which we have no record is named, the rest is well. */
static enum dhcp6_why on_give_up(const struct turn *t)
{
	for (size_t i = 0; i < t->m->n_ias; i++) {
		const struct dhcp6_ia *ia = &t->m->ias[i];
		bool all = true;
		struct asker a;

		ask(&a, t->m, i, &t->mac);
		for (size_t k = 0; k < ia->n_addrs; k++)
			all = give_up(t, &a.c, &ia->addrs[k]) && all;
		if (!all)
			t->answer->grants[t->answer->n_grants++] =
			    (struct dhcp6_grant){ .iaid = ia->iaid, .status = DHCP6_NO_BINDING };
	}
	return with_status(t, DHCP6_SUCCESS, t->m->type == DHCP6_DECLINE ? DHCP6_WHY_DECLINED : DHCP6_WHY_RELEASED);
}

/* s.18.3.6 */
static enum dhcp6_why on_information(const struct turn *t)
{
	(void)t;
	return DHCP6_WHY_INFORMED;
}

static enum dhcp6_why (*const on_type[DHCP6_TYPES])(const struct turn *t) = {
	[DHCP6_SOLICIT] = on_solicit, [DHCP6_REQUEST] = on_request,         [DHCP6_CONFIRM] = on_confirm,
	[DHCP6_RENEW] = on_extend,    [DHCP6_REBIND] = on_extend,           [DHCP6_RELEASE] = on_give_up,
	[DHCP6_DECLINE] = on_give_up, [DHCP6_INFORMATION] = on_information,
};

static bool is_link_local(const struct ip *ip)
{
	return ip->family == AF_INET6 && ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

static enum dhcp6_why decide(const struct turn *t, const struct dhcp6_from *from)
{
	enum dhcp6_why why = check(t->s, t->m, from);

	if (why == DHCP6_WHY_USE_MULTICAST)
		return with_status(t, DHCP6_USE_MULTICAST, why);
	if (why != DHCP6_WHYS)
		return why;
	lease_pool_expire(t->s->pool, t->now);
	if (t->s->dns)
		t->answer->dns = &t->s->self.ip;
	t->answer->domain = t->s->domain;
	return on_type[t->m->type](t);
}

size_t dhcp6_handle(struct dhcp6_server *s, uint64_t now, const struct dhcp6_from *from, struct view payload,
		    uint8_t *out, struct dhcp6_outcome *ret)
{
	struct dhcp6_answer answer = { .type = DHCP6_REPLY, .server_id = { s->server_id, sizeof(s->server_id) } };
	struct dhcp6_msg m;

	*ret = (struct dhcp6_outcome){ .why = DHCP6_WHY_DROP_SOURCE };
	if (!s->configured || !is_link_local(&from->src))
		return 0;
	int r = dhcp6_parse(&m, payload);

	ret->why = r == -EPROTONOSUPPORT ? DHCP6_WHY_DROP_TYPE : DHCP6_WHY_DROP_MALFORMED;
	if (r < 0)
		return 0;
	struct turn t = { .s = s, .m = &m, .mac = mac_of(from, &m), .now = now, .answer = &answer };

	ret->why = decide(&t, from);
	ret->mac = t.mac;
	ret->hostname = m.hostname;
	ret->addr = answer.n_grants && answer.grants[0].addr.family ? answer.grants[0].addr
		    : m.n_ias && m.ias[0].n_addrs                   ? m.ias[0].addrs[0]
								    : (struct ip){ 0 };
	if (dhcp6_why_info[ret->why].reply == DHCP6_SILENT)
		return 0;
	size_t len = dhcp6_reply_build(&m, &answer, out);

	if (!len)
		ret->why = DHCP6_WHY_DROP_NO_ROOM;
	return len;
}
