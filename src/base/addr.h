/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/addr.h - MAC addresses, IP addresses, prefixes and UUIDs as values.
 * Shapes  struct ip holds its bytes in network order; an IPv4 address as a number (ip_v4, ip_from_v4) is host order.
 * Errors  parsers return 0 or -EINVAL and write *ret only on success. Formatters write to the caller's buffer of
 *         the size named here and return it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { MAC_TEXT = 18, IP_TEXT = 46, PREFIX_TEXT = 50, UUID_TEXT = 37 };

struct mac {
	uint8_t b[6];
};

int mac_parse(const char *text, struct mac *ret);              /* six groups of one or two hex digits, ':' between */
const char *mac_text(const struct mac *m, char out[MAC_TEXT]); /* 52:54:00:aa:bb:cc */
bool mac_eq(const struct mac *a, const struct mac *b);
bool mac_is_zero(const struct mac *m);
bool mac_is_multicast(const struct mac *m);

struct ip {
	int family;    /* AF_INET, AF_INET6, or 0: none */
	uint8_t b[16]; /* 4 or 16 bytes, network order, the rest zero */
};

/* IPv4: four decimal parts without leading zeros. IPv6: RFC 4291 s.2.2, no zone. */
int ip_parse(const char *text, struct ip *ret);
const char *ip_text(const struct ip *a, char out[IP_TEXT]); /* IPv6 as in RFC 5952 */
struct ip ip_from_v4(uint32_t host_order);
uint32_t ip_v4(const struct ip *a); /* host order; 0 if it is not IPv4 */
bool ip_eq(const struct ip *a, const struct ip *b);
int ip_cmp(const struct ip *a, const struct ip *b); /* by family, then by value */
bool ip_next(struct ip *a);                         /* the next address; false: it was the last and is now the first */
unsigned ip_bits(int family);                       /* 32 or 128 */
size_t ip_size(int family);                         /* 4 or 16 */

struct prefix {
	struct ip ip; /* may have host bits */
	unsigned len;
};

struct ip prefix_network(const struct prefix *p);   /* host bits cleared */
struct ip prefix_broadcast(const struct prefix *p); /* host bits set */
bool prefix_contains(const struct prefix *p, const struct ip *a);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
bool prefix_eq(const struct prefix *a, const struct prefix *b);         /* the same network */
const char *prefix_text(const struct prefix *p, char out[PREFIX_TEXT]); /* the network, not the address */
struct ip prefix_mask(int family, unsigned len);
int prefix_from_mask(const struct ip *mask, unsigned *ret); /* -EINVAL: a mask with holes */

struct uuid {
	uint8_t b[16];
};

int uuid_parse(const char *text, struct uuid *ret); /* 32 hex digits, any case, '-' between pairs, blanks around */
const char *uuid_text(const struct uuid *u, char out[UUID_TEXT]);
struct uuid uuid_random(void); /* version 4, RFC 9562 s.5.4 */
bool uuid_eq(const struct uuid *a, const struct uuid *b);
