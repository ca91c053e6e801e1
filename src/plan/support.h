/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/support.h - what a definition may say but we cannot run. Such a network is stored and printed like any other; it
 * does not start. */
#pragma once
#include "model/network.h"

/* -1: VNET_ERR_CONFIG_UNSUPPORTED, which names the first thing that stands in the way. */
int plan_supported(const struct network *n, struct err *e);
