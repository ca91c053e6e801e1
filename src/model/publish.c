/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/publish.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "model/array.h"
#include "model/check.h"
#include "model/network.h"

void publish_copy(struct publish *to, const struct publish *from)
{
	*to = *from;
	to->guest = mem_strdup(from->guest);
}

void publish_clear(struct publish *p)
{
	mem_drop(p->guest);
}

/* Digits up to `end`, a port's number. */
static int parse_port(const char *text, char end, const char **ret_rest, uint16_t *ret)
{
	char *rest;
	unsigned long n = isdigit((unsigned char)*text) ? strtoul(text, &rest, 10) : 0;

	if (n == 0 || n > UINT16_MAX || *rest != end)
		return -EINVAL;
	*ret = (uint16_t)n;
	*ret_rest = rest;
	return 0;
}

int publish_parse_ports(const char *text, uint16_t *ret, uint16_t *ret_end)
{
	const char *rest;
	uint16_t first, last;

	if (parse_port(text, '\0', &rest, &first) == 0)
		last = first;
	else if (parse_port(text, '-', &rest, &first) < 0 || parse_port(rest + 1, '\0', &rest, &last) < 0 ||
		 last < first)
		return -EINVAL;
	*ret = first;
	*ret_end = last;
	return 0;
}

/* One label, or several: a lease's name has one, a reservation's may have more. */
static bool is_name(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!isascii(text[i]) || !(isalnum((unsigned char)text[i]) || strchr("-._", text[i])))
			return false;
	return len && len <= PUBLISH_GUEST_MAX && isalnum((unsigned char)text[0]);
}

int publish_set_guest(struct publish *p, const char *guest)
{
	struct mac mac = { 0 };
	struct ip ip = { 0 };

	if (ip_parse(guest, &ip) < 0 && mac_parse(guest, &mac) < 0 && !is_name(guest))
		return -EINVAL;
	if (strchr(guest, ':') && !ip.family && (mac_is_zero(&mac) || mac_is_multicast(&mac)))
		return -EINVAL;
	p->mac = mac;
	p->ip = ip;
	p->guest = mem_strdup(guest);
	return 0;
}

const char *publish_text(const struct publish *p, char out[PUBLISH_TEXT])
{
	bool v6 = p->address.family == AF_INET6;
	char ip[IP_TEXT] = "", end[8] = "";

	if (p->address.family)
		ip_text(&p->address, ip);
	if (p->port_end > p->port)
		snprintf(end, sizeof(end), "-%u", p->port_end);
	snprintf(out, PUBLISH_TEXT, "%s%s%s%s%u%s/%s", v6 ? "[" : "", ip, v6 ? "]" : "", ip[0] ? ":" : "", p->port, end,
		 transport_words[p->transport]);
	return out;
}

static bool is_unspecified(const struct ip *a)
{
	static const struct ip zero;

	return a->family && memcmp(a->b, zero.b, sizeof(zero.b)) == 0;
}

bool publish_any_address(const struct publish *p)
{
	return !p->address.family || is_unspecified(&p->address);
}

bool publish_has_family(const struct network *n, const struct publish *p, int family)
{
	if (p->address.family || p->ip.family)
		return (p->address.family ? p->address.family : p->ip.family) == family;
	for (size_t i = 0; i < n->n_ips; i++)
		if (n->ips[i].address.family == family)
			return true;
	return false;
}

static bool addresses_overlap(const struct publish *p, const struct publish *q)
{
	return publish_any_address(p) || publish_any_address(q) || ip_eq(&p->address, &q->address);
}

/* The cheap questions first: every pair of a definition is asked. */
bool publish_overlaps(const struct network *n, const struct publish *p, const struct network *m,
		      const struct publish *q)
{
	if (p->transport != q->transport || p->port > q->port_end || q->port > p->port_end || !addresses_overlap(p, q))
		return false;
	return (publish_has_family(n, p, AF_INET) && publish_has_family(m, q, AF_INET)) ||
	       (publish_has_family(n, p, AF_INET6) && publish_has_family(m, q, AF_INET6));
}

bool publish_on_loopback(const struct network *n, const struct publish *p)
{
	return publish_has_family(n, p, AF_INET) && (publish_any_address(p) || p->address.b[0] == 127);
}

int network_publish(struct network *n, const struct publish *p, struct err *e)
{
	struct network_own *own = &n->own;
	char text[PUBLISH_TEXT], theirs[PUBLISH_TEXT];

	for (size_t i = 0; i < own->n_publishes; i++) {
		const struct publish *q = &own->publishes[i];

		if (publish_overlaps(n, p, n, q))
			return err_set(e, VNET_ERR_OPERATION_INVALID,
				       "cannot publish %s: network '%s' publishes %s for guest '%s'",
				       publish_text(p, text), n->name, publish_text(q, theirs), q->guest);
	}
	if (own->n_publishes == PUBLISH_MAX)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' publishes ports for %d guests, the most",
			       n->name, PUBLISH_MAX);
	publish_copy(mem_push(own->publishes, own->n_publishes), p);
	if (network_check(n, e) == 0)
		return 0;
	publish_clear(&own->publishes[--own->n_publishes]);
	return -1;
}

static bool is_meant(const struct publish *have, const struct publish *p)
{
	return have->transport == p->transport && have->port == p->port && have->port_end == p->port_end &&
	       ip_eq(&have->address, &p->address) && (!p->guest || strcasecmp(have->guest, p->guest) == 0);
}

int network_unpublish(struct network *n, const struct publish *p, struct err *e)
{
	struct network_own *own = &n->own;
	size_t found = 0, at = 0;
	char text[PUBLISH_TEXT];

	for (size_t i = 0; i < own->n_publishes; i++) {
		if (!is_meant(&own->publishes[i], p))
			continue;
		found++;
		at = i;
	}
	if (found > 1)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' publishes %s for several guests; name one",
			       n->name, publish_text(p, text));
	if (!found)
		return err_set(e, VNET_ERR_OPERATION_INVALID, "network '%s' does not publish %s%s%s", n->name,
			       publish_text(p, text), p->guest ? " for guest " : "", p->guest ? p->guest : "");
	publish_clear(&own->publishes[at]);
	array_close(own->publishes, own->n_publishes, at, sizeof(*own->publishes));
	own->n_publishes--;
	return 0;
}
