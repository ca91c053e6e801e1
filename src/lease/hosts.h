/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lease/hosts.h - the reservations of one network, found by address, MAC, client id or name.
 * Owner   copies of what it was given. Pure. */
#pragma once
#include "lease/pool.h"

struct lease_hosts;

/* But for those whose address is `self`. */
struct lease_hosts *lease_hosts_new(const struct lease_host *v, size_t n, uint32_t self);
void lease_hosts_free(struct lease_hosts *h); /* or NULL */

bool lease_hosts_has(const struct lease_hosts *h, uint32_t addr);
/* The client's, or NULL. `id_head`: as in lease_rules. */
const struct lease_host *lease_hosts_find(const struct lease_hosts *h, const struct lease_client *c, size_t id_head);
const struct lease_host *lease_hosts_at(const struct lease_hosts *h, size_t i); /* any, in order; NULL: no more */
