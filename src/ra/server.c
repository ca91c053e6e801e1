/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ra/server.h"

#include <errno.h>

struct ra_server {
	uint8_t msg[RA_MAX];
	size_t len;
	unsigned initials;                 /* still to be sent in short order */
	uint64_t all_at;                   /* when all are told next */
	uint64_t all_last;                 /* when they were; 0: never */
	struct ip pending[RA_PENDING_MAX]; /* who is told alone, at one_at */
	size_t n_pending;
	uint64_t one_at;
};

const char *const ra_why_text[RA_WHYS] = {
	[RA_ANSWERED] = "answered",
	[RA_DROP_HOPS] = "came from another link",
	[RA_DROP_SOURCE] = "source is not on this link",
	[RA_DROP_MALFORMED] = "malformed solicitation",
};

struct ra_server *ra_server_new(void)
{
	struct ra_server *s = mem_new(struct ra_server);

	s->all_at = s->one_at = RA_NEVER;
	return s;
}

void ra_server_free(struct ra_server *s)
{
	mem_drop(s);
}

static void tell_all_by(struct ra_server *s, uint64_t when)
{
	uint64_t allowed = s->all_last ? s->all_last + RA_APART_MS : 0;

	when = when > allowed ? when : allowed;
	s->all_at = when < s->all_at ? when : s->all_at;
}

int ra_server_configure(struct ra_server *s, const struct ra_scope *scope, uint64_t now)
{
	uint8_t msg[RA_MAX];
	struct wr w = wr_make(msg, sizeof(msg));

	ra_build(&w, scope);
	size_t len = wr_len(&w);

	if (w.full)
		return -E2BIG;
	if (len == s->len && memcmp(msg, s->msg, len) == 0)
		return 0;
	memcpy(s->msg, msg, len);
	s->len = len;
	s->initials = RA_INITIALS; /* also for news, s.6.2.4 */
	tell_all_by(s, now);
	return 0;
}

static void tell_one_by(struct ra_server *s, const struct ip *who, uint64_t when)
{
	for (size_t i = 0; i < s->n_pending; i++)
		if (ip_eq(&s->pending[i], who))
			return;
	if (s->n_pending == RA_PENDING_MAX) {
		tell_all_by(s, when);
		return;
	}
	if (s->n_pending == 0) /* the delay counts from the first, s.6.2.6 */
		s->one_at = when;
	s->pending[s->n_pending++] = *who;
}

static bool is_unspecified(const struct ip *a)
{
	return ip_eq(a, &(struct ip){ .family = AF_INET6 });
}

enum ra_why ra_server_hear(struct ra_server *s, uint64_t now, uint32_t chance, struct view msg, const struct ip *src,
			   int hop_limit)
{
	bool has_source = !is_unspecified(src);

	if (hop_limit != RA_HOP_WHOLE) /* s.6.1.1 */
		return RA_DROP_HOPS;
	if (src->family != AF_INET6 || src->b[0] == 0xff)
		return RA_DROP_SOURCE;
	if (!ra_is_solicit(msg, has_source))
		return RA_DROP_MALFORMED;
	if (has_source)
		tell_one_by(s, src, now + chance % RA_DELAY_MS);
	else
		tell_all_by(s, now + chance % RA_DELAY_MS);
	return RA_ANSWERED;
}

uint64_t ra_server_next(const struct ra_server *s)
{
	if (!s->len)
		return RA_NEVER;
	return s->all_at < s->one_at ? s->all_at : s->one_at;
}

/* s.6.2.4: a random time, so that routers, and our networks, do not fall into step. */
static uint64_t interval(struct ra_server *s, uint32_t chance)
{
	if (s->initials > 0)
		s->initials--;
	return s->initials > 0 ? RA_INITIAL_MS
			       : RA_INTERVAL_MIN_MS + chance % (RA_INTERVAL_MAX_MS - RA_INTERVAL_MIN_MS);
}

bool ra_server_take(struct ra_server *s, uint64_t now, uint32_t chance, struct view *msg, struct ip *to)
{
	*msg = (struct view){ s->msg, s->len };
	if (!s->len)
		return false;
	if (s->all_at <= now) {
		ip_parse("ff02::1", to);
		s->all_last = now;
		s->all_at = now + interval(s, chance);
		return true;
	}
	if (s->one_at > now)
		return false;
	*to = s->pending[--s->n_pending];
	if (s->n_pending == 0)
		s->one_at = RA_NEVER;
	return true;
}
