/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/watch.h - inside firewall/: nf_tables' notifications, as far as others change our table. */
#pragma once
#include "firewall/firewall.h"

struct fw_watch;

/* `own` is the netlink port of the socket that we commit by: what it does is not told. */
int fw_watch_open(uint32_t own, struct fw_watch **ret, struct err *e);
void fw_watch_free(struct fw_watch *w);
int fw_watch_fd(const struct fw_watch *w);
bool fw_watch_changed(struct fw_watch *w, struct fw_culprit *ret);
