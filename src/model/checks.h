/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/checks.h - the parts of network_check. */
#pragma once
#include "model/network.h"

int check_ips(const struct network *n, struct err *e);
int check_modes(const struct network *n, struct err *e);
int check_ports(const struct network *n, struct err *e);
int check_publishes(const struct network *n, struct err *e);

/* Code VNET_ERR_XML, and VNET_ERR_CONFIG_UNSUPPORTED for what a forward mode cannot have. */
int check_bad(struct err *e, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int check_unfit(struct err *e, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
