/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/dhcp_boot.h - our own element <boot>: what a machine boots from, by its architecture and by the program that asks.
 * Part of model/network.h.
 * Owner   each struct owns what it points to. */
#pragma once
#include <stddef.h>

#include "base/addr.h"
#include "model/words.h"

enum { DHCP_BOOTS_MAX = 32, DHCP_SERVER_NAME_MAX = 63 /* bytes: a field of the header, RFC 2131 s.2 */ };

enum dhcp_boot_client { BOOT_CLIENT_ANY, BOOT_CLIENT_IPXE, BOOT_CLIENT_FIRMWARE };
extern const char *const dhcp_boot_words[];

struct dhcp_boot {
	int line;
	char *arch; /* a word, or a number; NULL: any */
	enum dhcp_boot_client client;
	char *file;        /* a path or a URL */
	struct ip server;  /* family 0: ourselves */
	char *server_name; /* NULL: none */
};

void dhcp_boot_clear(struct dhcp_boot *b);
void dhcp_boot_own(struct dhcp_boot *b); /* copies what it points to */

/* The numbers of option 93 (RFC 4578 s.2.1, IANA's list) that a word stands for, or the number itself: how many, at most
 * BOOT_ARCHS_MAX; 0: it is neither. */
enum { BOOT_ARCHS_MAX = 2 };
size_t dhcp_boot_archs(const char *arch, int ret[BOOT_ARCHS_MAX]);
