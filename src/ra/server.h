/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ra/server.h - when one network's router advertises itself, and to whom (RFC 4861 s.6.2). Pure: time, chance and
 * datagrams are arguments.
 * Shapes  now: milliseconds of a steady clock. chance: any random number.
 * Who solicits is answered alone: a guest that asks all the time costs the others nothing. Only who has no address yet
 * makes us advertise to all, and that is limited (s.6.2.6). */
#pragma once
#include "base/mem.h"
#include "ra/packet.h"

enum {
	RA_INTERVAL_MIN_MS = 200000, /* MinRtrAdvInterval and MaxRtrAdvInterval, s.6.2.1 */
	RA_INTERVAL_MAX_MS = 600000,
	RA_INITIAL_MS = 16000, /* MAX_INITIAL_RTR_ADVERT_INTERVAL */
	RA_INITIALS = 3,       /* MAX_INITIAL_RTR_ADVERTISEMENTS */
	RA_APART_MS = 3000,    /* MIN_DELAY_BETWEEN_RAS, of those to all */
	RA_DELAY_MS = 100,     /* at most; s.6.2.6 allows 500, which is for links with many routers */
	RA_PENDING_MAX = 32,   /* guests to be answered one by one; when more ask at once, all are told */
};

#define RA_NEVER UINT64_MAX

enum ra_why { RA_ANSWERED, RA_DROP_HOPS, RA_DROP_SOURCE, RA_DROP_MALFORMED, RA_WHYS };
extern const char *const ra_why_text[RA_WHYS];

struct ra_server;

struct ra_server *ra_server_new(void); /* says nothing until it is configured */
void ra_server_free(struct ra_server *s);
DEFINE_AUTO(struct ra_server *, ra_server_free)

/* Advertises this from now on, at once and RA_INITIALS times in short order. What it says already changes nothing.
 * -E2BIG: it is more than one advertisement holds; what it had stays. */
int ra_server_configure(struct ra_server *s, const struct ra_scope *scope, uint64_t now);

/* A datagram came. The answer is due by ra_server_next. */
enum ra_why ra_server_hear(struct ra_server *s, uint64_t now, uint32_t chance, struct view msg, const struct ip *src,
			   int hop_limit);

uint64_t ra_server_next(const struct ra_server *s); /* when there is something to send; RA_NEVER */
/* Takes what is to be sent now: its bytes, good until the next call but this, and whom to; false: nothing any more. */
bool ra_server_take(struct ra_server *s, uint64_t now, uint32_t chance, struct view *msg, struct ip *to);
