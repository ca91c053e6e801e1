/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/guest.h - the data of guest/protocol.x: building its arrays (texts and addresses are copied; NULL is ""), and
 * printing them for people. */
#pragma once
#include <stdio.h>

#include "base/addr.h"
#include "base/mem.h"
#include "guest/protocol.h"

guest_ip guest_ip_of(const struct ip *ip); /* family 0: none */

void guest_add_addr(struct guest_dns *d, const struct ip *ip);
void guest_add_tftp_addr(struct guest_tftp *t, const struct ip *ip);
void guest_add_host(struct guest_dns *d, const char *name, const struct ip *ip);
/* The new record, good until the next is added. */
struct guest_dns_record *guest_add_record(struct guest_dns *d, const char *name, guest_dns_type type,
					  const char *target);
void guest_add_strings(struct guest_dns_record *r, const char *comma_separated);
void guest_add_wildcard(struct guest_dns *d, const char *domain, const struct ip *ip);
void guest_add_forwarder(struct guest_dns *d, const char *domain, const struct ip *ip, unsigned port);
void guest_add_local_domain(struct guest_dns *d, const char *domain);
void guest_add_local_ptr(struct guest_dns *d, const struct prefix *p);

void guest_add_option(guest_options *o, unsigned code, bool force, const void *value, size_t len);
void guest_add_boot(struct guest_dhcp4 *d, const struct guest_boot *b, const char *file, const char *server_name);
void guest_add_ra_prefix(struct guest_ra *ra, const struct prefix *p, bool autonomous);
void guest_add_ra_dns(struct guest_ra *ra, const struct ip *ip);

void guest_print(const struct guest_scope *s, FILE *out);
