/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/forward.h - the <forward> element. Part of model/network.h.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "model/words.h"

enum forward_mode {
	FORWARD_NONE,
	FORWARD_NAT,
	FORWARD_ROUTE,
	FORWARD_OPEN,
	FORWARD_BRIDGE,
	FORWARD_PRIVATE,
	FORWARD_VEPA,
	FORWARD_PASSTHROUGH,
	FORWARD_HOSTDEV,
	FORWARD_MODES
};

/* "nat", "route" ..; the text of FORWARD_NONE is "none". */
const char *forward_mode_text(enum forward_mode mode);
int forward_mode_parse(const char *text, enum forward_mode *ret); /* 0 or -EINVAL */

struct forward_if {
	int line;
	char *dev;
	unsigned connections; /* ports on it, while the network runs; printed in the live form */
};

struct forward_address { /* a virtual function by its PCI address */
	int line;
	unsigned domain, bus, slot, function;
	unsigned connections; /* as of forward_if, but not printed */
};

struct network_forward {
	int line;
	enum forward_mode mode;
	bool managed;           /* hostdev: detach the function from its host driver */
	struct forward_if *ifs; /* the first is also written as dev= */
	size_t n_ifs;
	struct forward_address *addresses;
	size_t n_addresses;
	char *
	    pf; /* a device all whose functions are meant. A running network may have them listed in ifs or addresses */
	enum pci_driver driver;
	char *driver_model;
	enum tri nat_ipv6;
	struct ip nat_start, nat_end;  /* family 0: none */
	unsigned port_start, port_end; /* 0, 0: none given */
};

void forward_if_clear(struct forward_if *i);
void network_forward_clear(struct network_forward *f);
void network_forward_copy(struct network_forward *to, const struct network_forward *from);
