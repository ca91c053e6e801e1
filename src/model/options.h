/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/options.h - lines of dnsmasq's configuration, which libvirt's users write where its XML has no element. They
 * are stored and printed as they are; what has a meaning for our own services is known here by its name. */
#pragma once

#define DNSMASQ_NS "http://libvirt.org/schemas/network/dnsmasq/1.0"

enum option_kind {
	OPTION_UNKNOWN, /* kept, does nothing; warned of by name */
	OPTION_WANTED,  /* has a meaning for our services */
	OPTION_MOOT,    /* needed to get along with dnsmasq itself; kept, does nothing */
};

enum option_kind option_kind(const char *line);
