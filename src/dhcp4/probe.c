/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/probe.h"

struct probe {
	uint32_t addr; /* 0: unused */
	struct mac client;
	uint64_t sent;
	uint8_t *held; /* NULL: none */
	size_t len;
	bool lost; /* somebody else has it */
};

struct dhcp4_probes {
	struct probe v[PROBES_MAX];
	size_t n_held;
	uint64_t second; /* the one in which `asked` counts */
	unsigned asked;
};

struct dhcp4_probes *dhcp4_probes_new(void)
{
	return mem_new(struct dhcp4_probes);
}

void dhcp4_probes_free(struct dhcp4_probes *p)
{
	for (size_t i = 0; p && i < PROBES_MAX; i++)
		mem_drop(p->v[i].held);
	mem_drop(p);
}

static struct probe *find(struct dhcp4_probes *p, uint32_t addr)
{
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (p->v[i].addr == addr)
			return &p->v[i];
	return NULL;
}

static struct probe *unused(struct dhcp4_probes *p, uint64_t now)
{
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (!p->v[i].held && (!p->v[i].addr || now - p->v[i].sent >= PROBE_FORGET_MS))
			return &p->v[i];
	return NULL;
}

static bool may_ask(struct dhcp4_probes *p, uint64_t now)
{
	if (now / 1000 != p->second) {
		p->second = now / 1000;
		p->asked = 0;
	}
	return p->asked < PROBES_A_SECOND;
}

bool dhcp4_probe_begin(struct dhcp4_probes *p, uint32_t addr, const struct mac *client, uint64_t now)
{
	struct probe *e = find(p, addr);

	if (e && e->lost) /* it is given anew */
		*e = (struct probe){ 0 };
	if (!may_ask(p, now))
		return false;
	if (e && mac_eq(&e->client, client) && now - e->sent < PROBE_FORGET_MS)
		return false; /* it asks again: one question is enough */
	e = e && !e->held ? e : unused(p, now);
	if (!e)
		return false;
	p->asked++;
	*e = (struct probe){ .addr = addr, .client = *client, .sent = now };
	return true;
}

enum probe_hold dhcp4_probe_hold(struct dhcp4_probes *p, uint32_t addr, const void *frame, size_t len, uint64_t now)
{
	struct probe *e = find(p, addr);

	if (!e)
		return PROBE_LEAVES;
	if (e->lost)
		return PROBE_LOST;
	if (now - e->sent >= PROBE_MS && !e->held) {
		e->addr = 0;
		return PROBE_LEAVES;
	}
	p->n_held += !e->held;
	mem_drop(e->held); /* it asked twice: the newer one counts */
	e->held = mem_dup(frame, len);
	e->len = len;
	return PROBE_HELD;
}

static uint8_t *take(struct dhcp4_probes *p, struct probe *e, size_t *ret_len)
{
	uint8_t *held = e->held;

	p->n_held -= held != NULL;
	*ret_len = e->len;
	*e = (struct probe){ 0 };
	return held;
}

const struct mac *dhcp4_probe_client(struct dhcp4_probes *p, uint32_t addr, const struct mac *who)
{
	const struct probe *e = addr ? find(p, addr) : NULL;

	return e && !e->lost && !mac_eq(&e->client, who) ? &e->client : NULL; /* it may have had it before we knew */
}

uint8_t *dhcp4_probe_lose(struct dhcp4_probes *p, uint32_t addr, size_t *ret_len)
{
	struct probe *e = find(p, addr), lost = *e;
	uint8_t *held = take(p, e, ret_len);

	*e = (struct probe){ .addr = addr, .client = lost.client, .sent = lost.sent, .lost = true };
	return held;
}

uint8_t *dhcp4_probe_due(struct dhcp4_probes *p, uint64_t now, size_t *ret_len)
{
	for (size_t i = 0; i < PROBES_MAX && p->n_held; i++)
		if (p->v[i].held && now - p->v[i].sent >= PROBE_MS)
			return take(p, &p->v[i], ret_len);
	return NULL;
}

uint64_t dhcp4_probe_next(const struct dhcp4_probes *p)
{
	uint64_t next = PROBE_NONE;

	for (size_t i = 0; i < PROBES_MAX && p->n_held; i++)
		if (p->v[i].held && p->v[i].sent + PROBE_MS < next)
			next = p->v[i].sent + PROBE_MS;
	return next;
}
