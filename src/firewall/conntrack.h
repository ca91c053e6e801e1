/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/conntrack.h - forget the flows of a network that stops: established flows skip policy, so they would go on. */
#pragma once
#include "base/addr.h"
#include "base/err.h"

/* Deletes every flow with an original source or reply source in one of the prefixes. */
int conntrack_forget(const struct prefix *subnets, size_t n, struct err *e);
