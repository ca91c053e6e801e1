/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/own.h - what libvirt's format has no words for: elements of a namespace of our own, which its clients pass on as
 * they are and which no network needs. They are printed with the prefix vnet. Part of model/network.h. */
#pragma once
#include <stdbool.h>

#include "model/publish.h"
#include "model/words.h"

#define VNET_NS "urn:vnet:network:1"

struct network_own {
	enum tri guard;             /* <guard>: ports may send only what is theirs; none said: as the daemon is set */
	enum hand_set guard_static; /* its static; none said: as the daemon is set */
	enum tri flowtable;        /* <flowtable>: a short cut for established flows; none said: as the daemon is set */
	struct publish *publishes; /* <publish>: ports of the host that lead to guests */
	size_t n_publishes;
};

struct network;
/* Is there an element of ours anywhere in it? */
bool network_has_own(const struct network *n);
void network_own_copy(struct network_own *to, const struct network_own *from);
void network_own_clear(struct network_own *o);
