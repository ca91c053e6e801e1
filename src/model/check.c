/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "model/checks.h"
#include "model/format.h"

enum { STORED_ROOM = 1024 }; /* bytes that a stored file may hold besides the canonical XML */

static int bad(struct err *e, int code, int line, const char *fmt, va_list ap)
{
	char what[sizeof(e->detail)];

	vsnprintf(what, sizeof(what), fmt, ap);
	err_set(e, code, "%s", what);
	if (e)
		e->line = line;
	return -1;
}

int check_bad(struct err *e, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bad(e, VNET_ERR_XML, line, fmt, ap);
	va_end(ap);
	return -1;
}

int check_unfit(struct err *e, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bad(e, VNET_ERR_CONFIG_UNSUPPORTED, line, fmt, ap);
	va_end(ap);
	return -1;
}

/* The canonical form can be longer than what was read; it too must fit a message and a stored file. */
static int check_size(const struct network *n, struct err *e)
{
	AUTO(mem_drop) char *text = network_format(n, NULL);

	if (strlen(text) > NETWORK_XML_MAX - STORED_ROOM)
		return err_set(e, VNET_ERR_XML, "the canonical XML has more than %d bytes",
			       NETWORK_XML_MAX - STORED_ROOM);
	return 0;
}

int network_check(const struct network *n, struct err *e)
{
	if (check_modes(n, e) < 0 || check_ips(n, e) < 0 || check_ports(n, e) < 0 || check_publishes(n, e) < 0)
		return -1;
	return check_size(n, e);
}

int network_check_host(const struct network *n, const char *sysfs, struct err *e)
{
	for (size_t i = 0; i < n->forward.n_addresses; i++) {
		const struct forward_address *a = &n->forward.addresses[i];
		AUTO(mem_drop) char *device = mem_printf("%04x:%02x:%02x.%x", a->domain, a->bus, a->slot, a->function);
		AUTO(mem_drop) char *path = mem_printf("%s/bus/pci/devices/%s/physfn", sysfs, device);

		if (access(path, F_OK) < 0)
			return check_bad(e, a->line,
					 "<address>: PCI device %s is not an SR-IOV virtual function of this host",
					 device);
	}
	return 0;
}
