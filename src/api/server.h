/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api/server.h - the daemon's sockets: accepts clients, runs their calls against control. */
#pragma once
#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"

struct sd_event;
struct control;
struct api_server;

enum { API_CLIENTS_MAX = 5000, API_CALLS_MAX = 5 }; /* clients; messages of one in a turn of the loop, or waiting */

/* Listens on ROOT/run/vnet/vnetd-sock (0660, group vnet if there is one) and vnetd-sock-ro (0666), or on the sockets that
 * systemd passed under the names vnetd.socket and vnetd-ro.socket. With `libvirt`, or if systemd passed them, also where
 * libvirt's tools look for its network daemon: ROOT/run/libvirt/virtnetworkd-sock (group libvirt, else vnet) and
 * virtnetworkd-sock-ro, alias virtnetworkd.socket and virtnetworkd-ro.socket. */
int api_server_open(const char *root, bool libvirt, struct sd_event *loop, struct control *c, struct api_server **ret,
		    struct err *e);
void api_server_free(struct api_server *s); /* sockets we made are unlinked */
DEFINE_AUTO(struct api_server *, api_server_free)
