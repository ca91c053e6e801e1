/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dns/record.h - what names have beside addresses, ready to be sent.
 * Source  RFC 1035 s.3.3 (CNAME, PTR, MX, TXT), RFC 2782 (SRV).
 * Owner   the records. What a lookup gives is good until they are freed. */
#pragma once
#include "base/mem.h"
#include "dns/dns.h"
#include "dns/name.h"

struct dns_records;

struct dns_data {
	struct dns_data *next; /* of the same name, in the order given */
	uint16_t type, len;
	uint8_t b[]; /* names in it are not compressed */
};

struct dns_records *dns_records_new(void);
void dns_records_free(struct dns_records *r);
DEFINE_AUTO(struct dns_records *, dns_records_free)

/* -EINVAL: a name or string that DNS cannot hold; -ENOSPC: more than DNS_NAME_DATA_MAX for this name. */
int dns_records_add(struct dns_records *r, const struct dns_record *record);

/* NULL: none. */
const struct dns_data *dns_records_find(const struct dns_records *r, const struct dns_name *name);
/* Of the nearest "*.domain" that `name` is below. */
const struct dns_data *dns_records_find_star(const struct dns_records *r, const struct dns_name *name);
bool dns_data_has(const struct dns_data *d, uint16_t type);
