/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* firewall/watch.h - inside firewall/: nf_tables' notifications, as far as others change our table. */
#pragma once
#include "firewall/firewall.h"

struct fw_watch;

int fw_watch_open(struct fw_watch **ret, struct err *e);
void fw_watch_free(struct fw_watch *w);
int fw_watch_fd(const struct fw_watch *w);
/* Not while we commit: the kernel would build a notification of each rule only for us to throw it away, a third of the
 * cost of a big transaction. Who else commits meanwhile shows in the generation. 0 or -errno. */
int fw_watch_listen(struct fw_watch *w, bool on);
/* Did others change our tables? *ret_others is set if they changed rules of theirs. */
bool fw_watch_changed(struct fw_watch *w, struct fw_culprit *ret, bool *ret_others, struct fw_culprit *ret_others_by);
