/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/packet.h"

#include <errno.h>

enum { HTYPE_ETHERNET = 1, COOKIE = 0x63825363, CHADDR = 16, PIECE_MAX = 255 };
enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

static const uint8_t slot_of[256] = {
	[OPT_TYPE] = SLOT_TYPE,
	[OPT_REQUESTED] = SLOT_REQUESTED,
	[OPT_SERVER_ID] = SLOT_SERVER_ID,
	[OPT_LEASE_TIME] = SLOT_LEASE_TIME,
	[OPT_MAX_SIZE] = SLOT_MAX_SIZE,
	[OPT_OVERLOAD] = SLOT_OVERLOAD,
	[OPT_CLIENT_ID] = SLOT_CLIENT_ID,
	[OPT_HOSTNAME] = SLOT_HOSTNAME,
	[OPT_PARAMS] = SLOT_PARAMS,
	[OPT_CLASS] = SLOT_CLASS,
	[OPT_USER_CLASS] = SLOT_USER_CLASS,
	[OPT_ARCH] = SLOT_ARCH,
	[OPT_MACHINE_ID] = SLOT_MACHINE_ID,
	[OPT_AUTO_CONFIGURE] = SLOT_AUTO_CONFIGURE,
	[OPT_RELAY_AGENT] = SLOT_RELAY_AGENT,
};

static const uint8_t fixed_size[SLOTS] = {
	/* 0: any */
	[SLOT_TYPE] = 1,     [SLOT_REQUESTED] = 4, [SLOT_SERVER_ID] = 4,      [SLOT_LEASE_TIME] = 4,
	[SLOT_MAX_SIZE] = 2, [SLOT_OVERLOAD] = 1,  [SLOT_AUTO_CONFIGURE] = 1,
};

/* An option that comes again goes on where it stopped (RFC 3396 s.7). */
static int append(struct dhcp4_msg *m, uint8_t slot, struct view piece)
{
	if (slot == SLOT_NONE || piece.len == 0)
		return 0;
	if (piece.len > sizeof(m->opts[slot].b) - m->opts[slot].len)
		return -EBADMSG;
	memcpy(m->opts[slot].b + m->opts[slot].len, piece.p, piece.len);
	m->opts[slot].len = (uint8_t)(m->opts[slot].len + piece.len);
	return 0;
}

/* One options field, RFC 2132 s.2. Without an END the field's own end ends the list, as some clients do it. */
static int parse_options(struct dhcp4_msg *m, struct rd r)
{
	while (rd_left(&r)) {
		uint8_t code = rd_u8(&r);

		if (code == OPT_PAD)
			continue;
		if (code == OPT_END)
			return 0;
		struct rd o = rd_sub(&r, rd_u8(&r));

		m->rapid |= code == OPT_RAPID_COMMIT; /* has no value, RFC 4039 s.4 */
		if (r.bad || append(m, slot_of[code], rd_rest(&o)) < 0)
			return -EBADMSG;
	}
	return 0;
}

static uint32_t number(const struct dhcp4_msg *m, enum dhcp4_slot slot)
{
	uint32_t v = 0;

	for (int i = 0; i < m->opts[slot].len; i++)
		v = v << 8 | m->opts[slot].b[i];
	return v;
}

static struct view bytes(const struct dhcp4_msg *m, enum dhcp4_slot slot)
{
	return (struct view){ m->opts[slot].b, m->opts[slot].len };
}

static int interpret(struct dhcp4_msg *m)
{
	for (int i = 0; i < SLOTS; i++)
		if (fixed_size[i] && m->opts[i].len && m->opts[i].len != fixed_size[i])
			return -EBADMSG;
	m->type = (uint8_t)number(m, SLOT_TYPE);
	m->requested = number(m, SLOT_REQUESTED);
	m->server_id = number(m, SLOT_SERVER_ID);
	m->lease_s = number(m, SLOT_LEASE_TIME);
	m->max_size = (uint16_t)number(m, SLOT_MAX_SIZE);
	m->client_id = bytes(m, SLOT_CLIENT_ID);
	if (m->client_id.len < 2) /* RFC 2132 s.9.14; too short to name anybody */
		m->client_id.len = 0;
	m->params = bytes(m, SLOT_PARAMS);
	m->vendor_class = bytes(m, SLOT_CLASS);
	m->user_class = bytes(m, SLOT_USER_CLASS);
	m->archs = bytes(m, SLOT_ARCH);
	m->machine_id = bytes(m, SLOT_MACHINE_ID);
	m->relay_agent = bytes(m, SLOT_RELAY_AGENT);
	m->auto_configure = m->opts[SLOT_AUTO_CONFIGURE].len;
	m->hostname = bytes(m, SLOT_HOSTNAME);
	while (m->hostname.len && m->hostname.p[m->hostname.len - 1] == 0)
		m->hostname.len--;
	return m->type >= DHCP4_DISCOVER && m->type <= DHCP4_INFORM ? 0 : -EPROTONOSUPPORT;
}

int dhcp4_parse(struct dhcp4_msg *m, struct view payload)
{
	struct rd r = rd_make(payload.p, payload.len);

	*m = (struct dhcp4_msg){ .op = rd_u8(&r) };
	bool ethernet = rd_u8(&r) == HTYPE_ETHERNET && rd_u8(&r) == sizeof(m->chaddr.b);

	rd_u8(&r); /* hops */
	m->xid = rd_be32(&r);
	m->secs = rd_be16(&r);
	m->flags = rd_be16(&r);
	m->ciaddr = rd_be32(&r);
	m->yiaddr = rd_be32(&r);
	m->siaddr = rd_be32(&r);
	m->giaddr = rd_be32(&r);
	rd_copy(&r, m->chaddr.b, sizeof(m->chaddr.b));
	rd_take(&r, CHADDR - sizeof(m->chaddr.b));
	struct rd sname = rd_sub(&r, DHCP4_SNAME_SIZE), file = rd_sub(&r, DHCP4_FILE_SIZE);
	bool cookie = rd_be32(&r) == COOKIE;

	if (r.bad)
		return -EBADMSG;
	if (!ethernet || !cookie)
		return -EPROTONOSUPPORT;
	if (parse_options(m, r) < 0)
		return -EBADMSG;
	/* "file" before "sname", RFC 3396 s.5. What they hold can't widen the overload: it is read before them. */
	uint32_t overload = m->opts[SLOT_OVERLOAD].len == 1 ? number(m, SLOT_OVERLOAD) : 0;

	if ((overload & OVERLOAD_FILE && parse_options(m, file) < 0) ||
	    (overload & OVERLOAD_SNAME && parse_options(m, sname) < 0))
		return -EBADMSG;
	return interpret(m);
}

/* A text and its end, RFC 2131 s.2. */
static void put_field(struct wr *w, const char *text, size_t size)
{
	size_t len = text && strlen(text) < size ? strlen(text) : 0;

	wr_bytes(w, text, len);
	wr_zero(w, size - len);
}

void dhcp4_build(struct wr *w, const struct dhcp4_msg *m)
{
	wr_u8(w, m->op);
	wr_u8(w, HTYPE_ETHERNET);
	wr_u8(w, sizeof(m->chaddr.b));
	wr_u8(w, 0); /* hops */
	wr_be32(w, m->xid);
	wr_be16(w, m->secs);
	wr_be16(w, m->flags);
	wr_be32(w, m->ciaddr);
	wr_be32(w, m->yiaddr);
	wr_be32(w, m->siaddr);
	wr_be32(w, m->giaddr);
	wr_bytes(w, m->chaddr.b, sizeof(m->chaddr.b));
	wr_zero(w, CHADDR - sizeof(m->chaddr.b));
	put_field(w, m->sname, DHCP4_SNAME_SIZE);
	put_field(w, m->file, DHCP4_FILE_SIZE);
	wr_be32(w, COOKIE);
	dhcp4_put_u8(w, OPT_TYPE, m->type);
}

void dhcp4_put(struct wr *w, uint8_t code, const void *value, uint8_t len)
{
	if (wr_room(w) < 2U + len + 1U) /* and an END behind it */
		return;
	wr_u8(w, code);
	wr_u8(w, len);
	wr_bytes(w, value, len);
}

bool dhcp4_put_long(struct wr *w, uint8_t code, struct view value)
{
	size_t pieces = value.len ? (value.len + PIECE_MAX - 1) / PIECE_MAX : 1;
	struct rd r = rd_make(value.p, value.len);

	if (wr_room(w) < value.len + 2 * pieces + 1)
		return false;
	for (size_t i = 0; i < pieces; i++) {
		struct rd piece = rd_sub(&r, rd_left(&r) < PIECE_MAX ? rd_left(&r) : PIECE_MAX);
		struct view v = rd_rest(&piece);

		dhcp4_put(w, code, v.p, (uint8_t)v.len);
	}
	return true;
}

void dhcp4_put_u8(struct wr *w, uint8_t code, uint8_t v)
{
	dhcp4_put(w, code, &v, 1);
}

void dhcp4_put_u16(struct wr *w, uint8_t code, uint16_t v)
{
	dhcp4_put(w, code, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

void dhcp4_put_u32(struct wr *w, uint8_t code, uint32_t v)
{
	dhcp4_put(w, code, (uint8_t[]){ (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v }, 4);
}

size_t dhcp4_build_end(struct wr *w)
{
	wr_u8(w, OPT_END);
	if (wr_len(w) < DHCP4_BOOTP_MIN)
		wr_zero(w, DHCP4_BOOTP_MIN - wr_len(w));
	return w->full ? 0 : wr_len(w);
}
