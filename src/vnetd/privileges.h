/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnetd/privileges.h - keep what the daemon needs, for good. */
#pragma once
#include "base/err.h"

/* Drops every capability but those for links, firewall, sockets below 1024 and the start of guestd as another user;
 * raises the limit of open descriptors as far as it goes. 0 or -1 with *e. */
int privileges_limit(struct err *e);
