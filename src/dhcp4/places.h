/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp4/places.h - behind which port of a bridge each MAC is. What is remembered of one port is limited, so a guest that makes
 * up MACs pushes out its own, never a neighbour's.
 * Shapes  a port is its interface index; 0: the host's own side. Pure. */
#pragma once
#include "base/addr.h"
#include "base/mem.h"

enum { PLACES_A_PORT = 1024 /* MACs */ };

struct places;

struct places *places_new(void);
void places_free(struct places *p);
DEFINE_AUTO(struct places *, places_free)

void places_learn(struct places *p, const struct mac *mac, uint32_t port);
void places_forget(struct places *p, const struct mac *mac, uint32_t port); /* unless it is behind another one by now */
/* Something was missed: what is known may no longer be so. */
void places_doubt(struct places *p);
/* true: `*ret` is where it is. false: there it was before places_doubt; 0: not known. */
bool places_find(const struct places *p, const struct mac *mac, uint32_t *ret);
