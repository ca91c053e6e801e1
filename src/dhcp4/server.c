/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/server.h"

#include <errno.h>

#include "dhcp4/frame.h"
#include "dhcp4/reply.h"

struct dhcp4_server {
	struct lease_pool *pool;
	struct dhcp4_scope *scope; /* NULL: not configured yet */
	uint32_t self, mask;
	struct mac from;      /* who sent the frame at hand: the client, or its relay */
	struct dhcp4_msg msg; /* the one at hand; it is too large for the stack to be cleared twice a packet */
};

const struct dhcp4_why_info dhcp4_why_info[WHYS] = {
	[WHY_OFFERED] = { REPLY_OFFER, "offered" },
	[WHY_NOTHING_TO_OFFER] = { REPLY_OFFER, "told that there is no address" },
	[WHY_ACKED_RAPID] = { REPLY_ACK, "acknowledged at once" },
	[WHY_ACKED] = { REPLY_ACK, "acknowledged" },
	[WHY_INFORMED] = { REPLY_ACK, "informed" },
	[WHY_RELEASED] = { REPLY_NONE, "released" },
	[WHY_DECLINED] = { REPLY_NONE, "declined: somebody else uses the address" },
	[WHY_CHOSE_ANOTHER] = { REPLY_NONE, "client chose another server" },
	[WHY_NAK_NETWORK] = { REPLY_NAK, "address is not on this network" },
	[WHY_NAK_HELD] = { REPLY_NAK, "address is not this client's" },
	[WHY_NAK_IN_USE] = { REPLY_NAK, "address is used by another machine" },
	[WHY_NAK_NOT_GIVEN] = { REPLY_NAK, "address is not one we give" },
	[WHY_NAK_MOVED] = { REPLY_NAK, "client is to have another address" },
	[WHY_DROP_FRAME] = { REPLY_NONE, "malformed frame" },
	[WHY_DROP_NOT_FOR_US] = { REPLY_NONE, "not sent to us" },
	[WHY_DROP_MALFORMED] = { REPLY_NONE, "malformed message" },
	[WHY_DROP_NOT_DHCP] = { REPLY_NONE, "not DHCP over Ethernet" },
	[WHY_DROP_RELAYED] = { REPLY_NONE, "came through a relay on another network" },
	[WHY_DROP_BAD_CLIENT] = { REPLY_NONE, "hardware address can't be a client's" },
	[WHY_DROP_TYPE] = { REPLY_NONE, "message is not a client's" },
	[WHY_DROP_FIELDS] = { REPLY_NONE, "fields fit no client state" },
	[WHY_DROP_NO_ADDRESS] = { REPLY_NONE, "no address for this client" },
	[WHY_DROP_STANDS_BACK] = { REPLY_NONE, "pool is nearly full, and its port has enough of it" },
	[WHY_DROP_UNKNOWN] = { REPLY_NONE, "no record of this client" },
	[WHY_DROP_NO_ROOM] = { REPLY_NONE, "reply does not fit" },
	[WHY_DROP_LIMITED] = { REPLY_NONE, "too many at once from its port" },
};

struct dhcp4_server *dhcp4_server_new(struct lease_pool *pool)
{
	struct dhcp4_server *s = mem_new(struct dhcp4_server);

	s->pool = pool;
	return s;
}

void dhcp4_server_free(struct dhcp4_server *s)
{
	if (!s)
		return;
	dhcp4_scope_free(s->scope);
	mem_drop(s);
}

int dhcp4_server_configure(struct dhcp4_server *s, const struct dhcp4_scope *scope)
{
	int r = dhcp4_scope_check(scope);

	if (r == 0)
		r = lease_pool_rules(s->pool, &scope->rules);
	if (r < 0)
		return r;
	struct dhcp4_scope *copy = dhcp4_scope_copy(scope);

	dhcp4_scope_free(s->scope);
	s->scope = copy;
	s->self = scope->rules.self;
	s->mask = dhcp4_scope_mask(scope);
	return 0;
}

/* --- deciding --- */

#define VERDICT(w, a) ((struct dhcp4_verdict){ .why = (w), .addr = (a) })

static struct lease_client client_of(const struct dhcp4_msg *m, uint8_t id[7])
{
	struct lease_client c = { .id = m->client_id, .mac = m->chaddr, .hostname = m->hostname };

	if (!c.id.len) { /* RFC 2131 s.4.2: else the hardware type and address */
		id[0] = 1;
		memcpy(id + 1, m->chaddr.b, sizeof(m->chaddr.b));
		c.id = (struct view){ id, 7 };
	}
	return c;
}

static bool holds(const struct lease *l)
{
	return l && (l->state == LEASE_OFFERED || l->state == LEASE_BOUND);
}

static bool on_network(const struct dhcp4_server *s, uint32_t addr)
{
	return ((addr ^ s->self) & s->mask) == 0;
}

static bool says_auto_configure(const struct dhcp4_server *s)
{
	for (size_t i = 0; i < s->scope->n_opts; i++)
		if (s->scope->opts[i].code == OPT_AUTO_CONFIGURE)
			return true;
	return false;
}

/* RFC 2131 s.4.3.1 */
static struct dhcp4_verdict decide_discover(const struct dhcp4_server *s, const struct dhcp4_msg *m,
					    const struct lease_client *c)
{
	uint32_t addr;

	if (lease_pool_stands_back(s->pool, c))
		return VERDICT(WHY_DROP_STANDS_BACK, 0);
	if (lease_pool_pick(s->pool, c, m->requested, &addr) < 0)
		return VERDICT(m->auto_configure && says_auto_configure(s) ? WHY_NOTHING_TO_OFFER : WHY_DROP_NO_ADDRESS,
			       0);
	return VERDICT(m->rapid && s->scope->rapid ? WHY_ACKED_RAPID : WHY_OFFERED, addr);
}

/* RFC 2131 s.4.3.2: which fields are set tells the client's state: SELECTING has a server id and the address in an option,
 * INIT-REBOOT only the option, RENEWING and REBINDING only ciaddr. Some renew with the same address in both, or tell the server
 * they mean: harmless. */
static struct dhcp4_verdict decide_request(const struct dhcp4_server *s, const struct dhcp4_msg *m,
					   const struct lease_client *c)
{
	uint32_t want = m->ciaddr ?: m->requested;
	const struct lease *l = lease_pool_find(s->pool, c);
	const struct lease_host *h = lease_pool_host(s->pool, c);

	if (!want || (m->ciaddr && m->requested && m->ciaddr != m->requested))
		return VERDICT(WHY_DROP_FIELDS, 0);
	if (m->server_id && m->server_id != s->self)
		return VERDICT(WHY_CHOSE_ANOTHER, holds(l) && l->state == LEASE_OFFERED ? l->addr : 0);
	if (!on_network(s, want))
		return VERDICT(WHY_NAK_NETWORK, want);
	if (!lease_pool_gives(s->pool, want))
		return l || m->server_id ? VERDICT(WHY_NAK_NOT_GIVEN, want) : VERDICT(WHY_DROP_UNKNOWN, want);
	if (lease_pool_stands_back(s->pool, c))
		return VERDICT(WHY_DROP_STANDS_BACK, want);
	if (!lease_pool_may_have(s->pool, c, want))
		return VERDICT(WHY_NAK_HELD, want);
	if (h && h->addr != want && lease_pool_may_have(s->pool, c, h->addr))
		return VERDICT(WHY_NAK_MOVED, want); /* a reservation was made for it meanwhile */
	if (holds(l) && l->addr != want)
		return VERDICT(WHY_NAK_MOVED, want);
	return VERDICT(WHY_ACKED, want);
}

/* RFC 2131 s.4.3.3 */
static struct dhcp4_verdict decide_decline(const struct dhcp4_server *s, const struct dhcp4_msg *m,
					   const struct lease_client *c)
{
	const struct lease *l = lease_pool_find(s->pool, c);

	if (m->server_id != s->self || !m->requested || m->ciaddr)
		return VERDICT(WHY_DROP_FIELDS, m->requested);
	return holds(l) && l->addr == m->requested ? VERDICT(WHY_DECLINED, l->addr)
						   : VERDICT(WHY_DROP_UNKNOWN, m->requested);
}

/* RFC 2131 s.4.3.4 */
static struct dhcp4_verdict decide_release(const struct dhcp4_server *s, const struct dhcp4_msg *m,
					   const struct lease_client *c)
{
	const struct lease *l = lease_pool_find(s->pool, c);

	if (m->server_id != s->self || !m->ciaddr || m->requested)
		return VERDICT(WHY_DROP_FIELDS, m->ciaddr);
	return holds(l) && l->addr == m->ciaddr ? VERDICT(WHY_RELEASED, l->addr) : VERDICT(WHY_DROP_UNKNOWN, m->ciaddr);
}

/* RFC 2131 s.4.3.5: the client has an address by other means and asks for the rest. */
static struct dhcp4_verdict decide_inform(const struct dhcp4_server *s, const struct dhcp4_msg *m)
{
	return m->ciaddr && on_network(s, m->ciaddr) ? VERDICT(WHY_INFORMED, m->ciaddr)
						     : VERDICT(WHY_DROP_FIELDS, m->ciaddr);
}

static struct dhcp4_verdict decide(const struct dhcp4_server *s, const struct dhcp4_msg *m,
				   const struct lease_client *c)
{
	if (m->op != 1)
		return VERDICT(WHY_DROP_TYPE, 0);
	if (m->giaddr && !on_network(s, m->giaddr)) /* its clients are on a network that we have no addresses for */
		return VERDICT(WHY_DROP_RELAYED, 0);
	if (mac_is_zero(&m->chaddr) || mac_is_multicast(&m->chaddr) || mac_eq(&m->chaddr, &s->scope->mac))
		return VERDICT(WHY_DROP_BAD_CLIENT, 0);
	switch (m->type) {
	case DHCP4_DISCOVER:
		return decide_discover(s, m, c);
	case DHCP4_REQUEST:
		return decide_request(s, m, c);
	case DHCP4_DECLINE:
		return decide_decline(s, m, c);
	case DHCP4_RELEASE:
		return decide_release(s, m, c);
	case DHCP4_INFORM:
		return decide_inform(s, m);
	default:
		return VERDICT(WHY_DROP_TYPE, 0);
	}
}

struct dhcp4_verdict dhcp4_decide(const struct dhcp4_server *s, const struct dhcp4_msg *m)
{
	uint8_t id[7];
	struct lease_client c = client_of(m, id);

	return decide(s, m, &c);
}

/* --- doing --- */

/* The host's, the range's or the network's time, or less if the client wants less (RFC 2131 s.3.3). */
static uint32_t lease_time(const struct dhcp4_server *s, const struct dhcp4_msg *m, const struct lease_host *h,
			   uint32_t addr)
{
	const struct dhcp4_extra *range = dhcp4_scope_range(s->scope, addr);
	const struct dhcp4_extra *host = h && s->scope->host_extra ? &s->scope->host_extra[h->tag] : NULL;
	uint32_t most = host && host->lease_s     ? host->lease_s
			: range && range->lease_s ? range->lease_s
						  : s->scope->lease_s;
	uint32_t least = most < DHCP4_LEASE_MIN_S ? most : DHCP4_LEASE_MIN_S;

	if (!m->lease_s || m->lease_s > most)
		return most;
	return m->lease_s < least ? least : m->lease_s;
}

static uint64_t expiry_of(uint32_t lease_s, uint64_t now)
{
	return lease_s == DHCP4_FOREVER ? LEASE_NEVER : now + lease_s;
}

static int act(struct dhcp4_server *s, struct dhcp4_verdict v, const struct lease_client *c, uint32_t lease_s,
	       uint64_t now)
{
	switch (v.why) {
	case WHY_OFFERED:
		return lease_pool_offer(s->pool, c, v.addr, now + DHCP4_OFFER_S);
	case WHY_ACKED:
	case WHY_ACKED_RAPID:
		return lease_pool_bind(s->pool, c, v.addr, expiry_of(lease_s, now));
	case WHY_RELEASED:
		return lease_pool_release(s->pool, v.addr);
	case WHY_CHOSE_ANOTHER:
		return v.addr ? lease_pool_release(s->pool, v.addr) : 0;
	case WHY_DECLINED:
		return lease_pool_decline(s->pool, v.addr, now + DHCP4_QUARANTINE_S);
	default:
		return 0;
	}
}

/* --- answering --- */

static bool binds(struct dhcp4_verdict v)
{
	return v.why == WHY_ACKED || v.why == WHY_ACKED_RAPID;
}

static bool gives(struct dhcp4_verdict v)
{
	return v.why == WHY_OFFERED || binds(v);
}

static struct dhcp4_grant grant_of(struct dhcp4_verdict v, const struct lease_host *h, uint32_t lease_s)
{
	static const uint8_t types[] = {
		[REPLY_OFFER] = DHCP4_OFFER, [REPLY_ACK] = DHCP4_ACK, [REPLY_NAK] = DHCP4_NAK
	};
	const struct dhcp4_why_info *info = &dhcp4_why_info[v.why];

	return (struct dhcp4_grant){
		.type = types[info->reply],
		.addr = gives(v) ? v.addr : 0,
		.lease_s = lease_s,
		.rapid = v.why == WHY_ACKED_RAPID,
		.host = h,
		.message = info->text,
	};
}

/* RFC 2131 s.4.1; a NAK is always broadcast, s.4.3.2. */
static struct dhcp4_frame address_reply(const struct dhcp4_server *s, const struct dhcp4_msg *m, struct dhcp4_verdict v)
{
	struct dhcp4_frame f = {
		.src = s->scope->mac,
		.dst = m->chaddr,
		.ip_src = s->self,
		.ip_dst = m->ciaddr ?: v.addr,
		.sport = DHCP4_SERVER_PORT,
		.dport = DHCP4_CLIENT_PORT,
	};

	if (dhcp4_why_info[v.why].reply == REPLY_NAK || (!m->ciaddr && m->flags & DHCP4_BROADCAST)) {
		memset(f.dst.b, 0xff, sizeof(f.dst.b));
		f.ip_dst = 0xffffffff;
	}
	if (m->giaddr) { /* who passes it on, a NAK as well */
		f.dst = s->from;
		f.ip_dst = m->giaddr;
		f.dport = DHCP4_SERVER_PORT;
	}
	return f;
}

static bool for_us(const struct dhcp4_server *s, const struct dhcp4_frame *f)
{
	static const struct mac all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	bool by_ip = f->ip_dst == 0xffffffff || f->ip_dst == s->self || f->ip_dst == (s->self | ~s->mask);

	return f->dport == DHCP4_SERVER_PORT && by_ip && (mac_eq(&f->dst, &all) || mac_eq(&f->dst, &s->scope->mac));
}

/* Into s->msg; or *why not. */
static bool read_frame(struct dhcp4_server *s, struct view bytes, bool sum_ready, enum dhcp4_why *why)
{
	struct dhcp4_frame f;

	*why = WHY_DROP_FRAME;
	if (dhcp4_frame_parse(&f, bytes, sum_ready) < 0)
		return false;
	*why = WHY_DROP_NOT_FOR_US;
	if (!for_us(s, &f))
		return false;
	s->from = f.src;
	int r = dhcp4_parse(&s->msg, f.payload);

	*why = r == -EBADMSG ? WHY_DROP_MALFORMED : WHY_DROP_NOT_DHCP;
	return r == 0;
}

static bool is_fresh(const struct dhcp4_server *s, struct dhcp4_verdict v)
{
	const struct lease *l = lease_pool_at(s->pool, v.addr);

	return gives(v) && (!l || !l->was_bound);
}

size_t dhcp4_handle(struct dhcp4_server *s, uint64_t now, struct view bytes, bool sum_ready, uint32_t port,
		    uint8_t *out, struct dhcp4_outcome *ret)
{
	struct dhcp4_msg *m = &s->msg;
	uint8_t id[7];

	*ret = (struct dhcp4_outcome){ 0 };
	if (!s->scope || !read_frame(s, bytes, sum_ready, &ret->verdict.why))
		return 0;
	struct lease_client c = client_of(m, id);

	c.port = port;
	const struct lease_host *h = lease_pool_host(s->pool, &c);

	lease_pool_expire(s->pool, now);
	struct dhcp4_verdict v = decide(s, m, &c);

	bool fresh = is_fresh(s, v);
	uint32_t lease_s = lease_time(s, m, h, v.addr);

	const struct lease *twin = lease_pool_twin(s->pool, &c);
	struct mac other = twin ? twin->mac : (struct mac){ { 0 } };

	if (act(s, v, &c, lease_s, now) < 0)
		v = VERDICT(WHY_DROP_NO_ADDRESS, v.addr);
	const struct lease *bound = binds(v) ? lease_pool_at(s->pool, v.addr) : NULL;

	if (bound) /* not always what was asked of the pool: nothing is promised that can't be stored */
		lease_s = lease_left(bound, now);
	*ret = (struct dhcp4_outcome){
		.verdict = v,
		.type = m->type,
		.mac = m->chaddr,
		.hostname = m->hostname,
		.gives = gives(v),
		.fresh = fresh,
		.promise = bound && lease_is_ahead(bound),
		.twin = twin,
		.other = other,
	};
	if (dhcp4_why_info[v.why].reply == REPLY_NONE)
		return 0;
	struct dhcp4_grant g = grant_of(v, h, lease_s);
	size_t len = dhcp4_reply_build(s->scope, m, &g, out + DHCP4_FRAME_HEAD);

	if (!len) {
		ret->verdict.why = WHY_DROP_NO_ROOM;
		return 0;
	}
	struct dhcp4_frame f = address_reply(s, m, v);

	return dhcp4_frame_build(&f, out, len);
}

void dhcp4_conflict(struct dhcp4_server *s, uint64_t now, uint32_t addr, uint32_t port)
{
	if (lease_pool_decline(s->pool, addr, now + DHCP4_QUARANTINE_S) == 0)
		lease_pool_blame(s->pool, addr, port);
}

size_t dhcp4_take_back(struct dhcp4_server *s, struct view ack, uint8_t *out)
{
	struct dhcp4_verdict v = VERDICT(WHY_NAK_IN_USE, 0);
	struct dhcp4_msg *m = &s->msg;
	struct dhcp4_frame f;

	if (dhcp4_frame_parse(&f, ack, true) < 0 || dhcp4_parse(m, f.payload) < 0)
		return 0;
	struct dhcp4_grant g = grant_of(v, NULL, 0);
	size_t len = dhcp4_reply_build(s->scope, m, &g, out + DHCP4_FRAME_HEAD);

	s->from = f.dst;
	f = address_reply(s, m, v);
	return len ? dhcp4_frame_build(&f, out, len) : 0;
}

const struct mac *dhcp4_server_mac(const struct dhcp4_server *s)
{
	return &s->scope->mac;
}
