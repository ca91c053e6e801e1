/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/reply.h"

#include <stdio.h>

enum { CODES = 256, OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2, OVERLOAD_SIZE = 3 /* of the option that says so */ };

struct answer {
	const struct dhcp4_scope *scope;
	const struct dhcp4_msg *m;
	const struct dhcp4_grant *g;
	const struct dhcp4_boot *boot;
	const struct dhcp4_opt *set[CODES]; /* what the definition says of a code; NULL: nothing */
	unsigned last_set;                  /* the highest such code */
	bool done[CODES];
	struct wr w, file, sname; /* the options field, and the header's texts as long as they are free */
	uint8_t overload;
};

/* --- room --- */

static void put(struct answer *a, uint8_t code, struct view value)
{
	if (dhcp4_put_long(&a->w, code, value))
		return;
	if (dhcp4_put_long(&a->file, code, value))
		a->overload |= OVERLOAD_FILE;
	else if (dhcp4_put_long(&a->sname, code, value))
		a->overload |= OVERLOAD_SNAME;
}

static void put_u32(struct answer *a, uint8_t code, uint32_t v)
{
	uint8_t b[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	put(a, code, (struct view){ b, sizeof(b) });
}

static void put_text(struct answer *a, uint8_t code, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len)
		put(a, code, (struct view){ (const uint8_t *)text, len });
}

static size_t size_limit(const struct dhcp4_msg *m)
{
	size_t limit = m->max_size > 28 ? m->max_size - 28U : 0; /* less the IP and UDP headers */

	return limit < DHCP4_SAFE_MAX ? DHCP4_SAFE_MAX : limit > DHCP4_MAX ? DHCP4_MAX : limit;
}

/* --- options --- */

static void put_boot_server(struct answer *a)
{
	char text[IP_TEXT];
	struct ip ip;

	if (!a->boot)
		return;
	ip = ip_from_v4(a->boot->server ?: a->scope->rules.self);
	put_text(a, OPT_BOOT_SERVER, a->boot->server_name[0] ? a->boot->server_name : ip_text(&ip, text));
}

/* What we say of ourselves, where the definition says nothing. */
static void put_own(struct answer *a, uint8_t code)
{
	const struct dhcp4_scope *s = a->scope;

	switch (code) {
	case OPT_MASK:
		put_u32(a, code, dhcp4_scope_mask(s));
		break;
	case OPT_BROADCAST:
		put_u32(a, code, s->rules.self | ~dhcp4_scope_mask(s));
		break;
	case OPT_ROUTER:
		if (s->router)
			put_u32(a, code, s->rules.self);
		break;
	case OPT_DNS:
		if (s->dns)
			put_u32(a, code, s->rules.self);
		break;
	case OPT_MTU:
		if (s->mtu)
			put(a, code, (struct view){ (uint8_t[]){ (uint8_t)(s->mtu >> 8), (uint8_t)s->mtu }, 2 });
		break;
	case OPT_HOSTNAME:
		put_text(a, code, a->g->host ? a->g->host->name : NULL);
		break;
	case OPT_DOMAIN:
		put_text(a, code, s->domain);
		break;
	case OPT_CLASS: /* UEFI s.24.7.3.1: else the firmware does not take the answer */
		if (a->boot && dhcp4_boots_by_http(a->m))
			put_text(a, code, "HTTPClient");
		break;
	case OPT_BOOT_FILE:
		put_text(a, code, a->boot ? a->boot->file : NULL);
		break;
	case OPT_BOOT_SERVER:
		put_boot_server(a);
		break;
	default:
		break;
	}
}

static void put_code(struct answer *a, uint8_t code)
{
	const struct dhcp4_opt *o = a->set[code];

	if (a->done[code])
		return;
	a->done[code] = true;
	if (!o)
		put_own(a, code);
	else if (o->value.len)
		put(a, code, o->value);
}

static void set(struct answer *a, uint8_t code, const struct dhcp4_opt *o)
{
	a->set[code] = o;
	a->last_set = code > a->last_set ? code : a->last_set;
}

static void layer(struct answer *a, const struct dhcp4_opt *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		set(a, v[i].code, &v[i]);
}

static void layer_extra(struct answer *a, const struct dhcp4_extra *x)
{
	if (x)
		layer(a, x->opts, x->n_opts);
}

/* The network's, the range's, the host's, each over those before it. */
static void collect(struct answer *a)
{
	const struct dhcp4_scope *s = a->scope;
	const struct dhcp4_opt *routes;

	layer(a, s->opts, s->n_opts);
	layer_extra(a, dhcp4_scope_range(s, a->g->addr ?: a->m->ciaddr));
	if (a->g->host && s->host_extra)
		layer_extra(a, &s->host_extra[a->g->host->tag]);
	routes = a->set[OPT_ROUTES];
	if (routes && !a->set[OPT_ROUTES_MS])
		set(a, OPT_ROUTES_MS, routes);
	a->done[OPT_AUTO_CONFIGURE] = true; /* said only where no address is (RFC 2563 s.2.3) */
	a->done[OPT_V6ONLY] = !a->m->params.len || !memchr(a->m->params.p, OPT_V6ONLY, a->m->params.len);
}

static void put_params(struct answer *a)
{
	static const uint8_t always[] = { OPT_MASK, OPT_BROADCAST };
	static const uint8_t usual[] = { OPT_ROUTER, OPT_DNS,   OPT_HOSTNAME,  OPT_DOMAIN,
					 OPT_MTU,    OPT_CLASS, OPT_BOOT_FILE, OPT_BOOT_SERVER };
	struct view wanted = a->m->params.len ? a->m->params : (struct view){ usual, sizeof(usual) };
	bool http = a->boot && dhcp4_boots_by_http(a->m);

	for (size_t i = 0; i < sizeof(always); i++)
		put_code(a, always[i]);
	if (http) {
		put_code(a, OPT_CLASS);
		put_code(a, OPT_BOOT_FILE);
	}
	for (size_t i = 0; i < wanted.len; i++)
		put_code(a, wanted.p[i]);
	for (unsigned code = 1; code <= a->last_set; code++)
		if (a->set[code] && (a->set[code]->force || !a->m->params.len))
			put_code(a, (uint8_t)code);
}

static void put_times(struct answer *a)
{
	uint32_t s = a->g->lease_s;
	bool forever = s == DHCP4_FOREVER;

	put_u32(a, OPT_LEASE_TIME, s);
	if (!a->set[OPT_T1])
		put_u32(a, OPT_T1, forever ? DHCP4_FOREVER : s / 2);
	if (!a->set[OPT_T2])
		put_u32(a, OPT_T2, forever ? DHCP4_FOREVER : (uint32_t)((uint64_t)s * 7 / 8));
}

/* RFC 2563 s.2.3: there is no address here; may the client take one by itself (RFC 3927)? */
static void put_auto_configure(struct answer *a)
{
	const struct dhcp4_opt *o = a->set[OPT_AUTO_CONFIGURE];

	if (o)
		put(a, OPT_AUTO_CONFIGURE, o->value);
}

/* --- the message --- */

/* Fields by table 3 of RFC 2131 s.4.3.1. */
static struct dhcp4_msg head_of(const struct answer *a)
{
	const struct dhcp4_msg *m = a->m;
	struct dhcp4_msg head = {
		.op = 2, .xid = m->xid, .flags = m->flags, .giaddr = m->giaddr, .chaddr = m->chaddr, .type = a->g->type
	};

	if (a->g->type == DHCP4_NAK)
		head.flags |= DHCP4_BROADCAST;
	if (a->g->type == DHCP4_ACK)
		head.ciaddr = m->ciaddr;
	head.yiaddr = a->g->addr;
	if (a->boot) {
		head.siaddr = a->boot->server ?: a->scope->rules.self;
		head.file = a->boot->file;
		head.sname = a->boot->server_name;
	}
	return head;
}

/* The header's texts, to hold options while nothing else is there. */
static struct wr free_field(uint8_t *out, size_t at, size_t size, const char *text)
{
	bool used = text && text[0] && strlen(text) < size;

	return wr_make(out + at, used ? 0 : size);
}

/* Room for what comes last is kept from the start. */
static size_t end_size(const struct dhcp4_msg *m)
{
	return OVERLOAD_SIZE + (m->relay_agent.len ? 2 + m->relay_agent.len : 0);
}

static size_t finish(struct answer *a)
{
	a->w.end += end_size(a->m);
	if (a->overload)
		dhcp4_put_u8(&a->w, OPT_OVERLOAD, a->overload);
	if (a->overload & OVERLOAD_FILE)
		wr_u8(&a->file, OPT_END);
	if (a->overload & OVERLOAD_SNAME)
		wr_u8(&a->sname, OPT_END);
	if (a->m->relay_agent.len) /* RFC 3046 s.2.2: unchanged, the last one */
		dhcp4_put(&a->w, OPT_RELAY_AGENT, a->m->relay_agent.p, (uint8_t)a->m->relay_agent.len);
	return dhcp4_build_end(&a->w);
}

size_t dhcp4_reply_build(const struct dhcp4_scope *s, const struct dhcp4_msg *m, const struct dhcp4_grant *g,
			 uint8_t *out)
{
	struct answer a = { .scope = s, .m = m, .g = g };

	if (g->type != DHCP4_NAK)
		a.boot = dhcp4_scope_boot(s, m);
	struct dhcp4_msg head = head_of(&a);

	a.w = wr_make(out, size_limit(m) - end_size(m));
	a.file = free_field(out, DHCP4_FILE, DHCP4_FILE_SIZE, head.file);
	a.sname = free_field(out, DHCP4_SNAME, DHCP4_SNAME_SIZE, head.sname);
	dhcp4_build(&a.w, &head);
	put_u32(&a, OPT_SERVER_ID, s->rules.self);
	collect(&a);
	if (g->addr)
		put_times(&a);
	if (g->rapid)
		put(&a, OPT_RAPID_COMMIT, (struct view){ 0 });
	if (m->client_id.len) /* RFC 6842 s.3 */
		put(&a, OPT_CLIENT_ID, m->client_id);
	if (m->machine_id.len && !a.set[OPT_MACHINE_ID]) /* RFC 4578 s.2.3 */
		put(&a, OPT_MACHINE_ID, m->machine_id);
	if (g->type == DHCP4_NAK)
		put_text(&a, OPT_MESSAGE, g->message);
	else if (g->type == DHCP4_OFFER && !g->addr)
		put_auto_configure(&a);
	else
		put_params(&a);
	return finish(&a);
}
