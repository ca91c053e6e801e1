/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store/ports.h - the ports of running networks: run/vnet/ports/NETWORK.PORT.xml, each the two uuids. Gone at boot, as the
 * guests are.
 * Errors  0 or -1 with *e, which names the file. */
#pragma once
#include "model/port.h"

struct port_files;

int port_files_open(const char *root, struct port_files **ret, struct err *e);
void port_files_free(struct port_files *f);
DEFINE_AUTO(struct port_files *, port_files_free)

/* Gives each one to `found`, whose it is then. One that can't be read is told to `skipped` and left alone. */
int port_files_load(struct port_files *f, void (*found)(void *arg, const struct uuid *network, struct port *p),
		    void *arg, void (*skipped)(const char *file, const struct err *why), struct err *e);
int port_files_save(struct port_files *f, const struct uuid *network, const struct port *p, struct err *e);
int port_files_remove(struct port_files *f, const struct uuid *network, const struct uuid *port, struct err *e);
