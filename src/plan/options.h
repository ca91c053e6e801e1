/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/options.h - what becomes of the lines of dnsmasq's configuration in a definition. */
#pragma once
#include "model/network.h"

/* 0: we do what it says, or it says nothing that we need; -ENOTSUP: it has no effect here; -EINVAL: it is malformed. */
int plan_option(const struct network *n, const char *line);
