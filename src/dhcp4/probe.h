/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/probe.h - is an address that was never leased used by somebody who did not ask (RFC 2131 s.3.1, step 2)?
 * The question (ARP, RFC 5227 s.2.1.1) leaves just before the OFFER, so the OFFER waits for nothing; only the ACK is held
 * until PROBE_MS have passed since, which is many times what a neighbour on a bridge takes to answer. Nobody else waits, and
 * when many new guests come at once only the first PROBES_A_SECOND of each second are looked after like this: a client
 * that finds its address taken declines it (RFC 2131 s.4.4.1), as ever.
 * Shapes  addr: host order. now: milliseconds of CLOCK_BOOTTIME.
 * Owner   copies the frames that it holds. Pure: sends nothing. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/mem.h"

enum { PROBE_MS = 50, PROBE_FORGET_MS = 2000, PROBES_MAX = 256, PROBES_A_SECOND = 100 };
#define PROBE_NONE UINT64_MAX

struct dhcp4_probes;

struct dhcp4_probes *dhcp4_probes_new(void);
void dhcp4_probes_free(struct dhcp4_probes *p);
DEFINE_AUTO(struct dhcp4_probes *, dhcp4_probes_free)

/* This client is about to be given `addr`: is the question to be sent now? */
bool dhcp4_probe_begin(struct dhcp4_probes *p, uint32_t addr, const struct mac *client, uint64_t now);

/* An ACK is ready to leave. HELD: it is kept for later. LOST: somebody else has the address. */
enum probe_hold { PROBE_LEAVES, PROBE_HELD, PROBE_LOST };
enum probe_hold dhcp4_probe_hold(struct dhcp4_probes *p, uint32_t addr, const void *frame, size_t len, uint64_t now);

/* `who` says that it has `addr`: whose would it have been? NULL: its own, or nobody asked. */
const struct mac *dhcp4_probe_client(struct dhcp4_probes *p, uint32_t addr, const struct mac *who);
/* It is so: the ACK that is held for that client, which becomes the caller's (mem_drop), or NULL. One that is on its way to
 * dhcp4_probe_hold is lost, too. */
uint8_t *dhcp4_probe_lose(struct dhcp4_probes *p, uint32_t addr, size_t *ret_len);

/* The next held ACK whose time has come, to be freed with mem_drop; NULL: none. */
uint8_t *dhcp4_probe_due(struct dhcp4_probes *p, uint64_t now, size_t *ret_len);
uint64_t dhcp4_probe_next(const struct dhcp4_probes *p); /* when that will be; PROBE_NONE: nothing is held */
