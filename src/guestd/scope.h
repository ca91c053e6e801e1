/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guestd/scope.h - what vnetd's message says of DHCP, as the engine's scope. */
#pragma once
#include "dhcp4/server.h"
#include "guest/protocol.h"

/* Errors as dhcp4_server_configure. `scope` has a dhcp4. */
int guestd_configure_dhcp4(struct dhcp4_server *s, const struct guest_scope *scope);
