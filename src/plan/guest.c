/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/guest.h"

/* rpcgen's arrays count in unsigned, mem_push in size_t. */
#define PUSH(array)                                                                                                    \
	({                                                                                                             \
		(array##_val) = mem_grow((array##_val), (array##_len), sizeof(*(array##_val)));                        \
		&(array##_val)[(array##_len)++];                                                                       \
	})

static char *text(const char *s)
{
	return mem_strdup(s ? s : "");
}

guest_ip guest_ip_of(const struct ip *ip)
{
	size_t size = ip->family ? ip_size(ip->family) : 0;

	return (guest_ip){ .guest_ip_len = (unsigned)size, .guest_ip_val = size ? mem_dup(ip->b, size) : NULL };
}

void guest_add_addr(struct guest_dns *d, const struct ip *ip)
{
	*PUSH(d->addrs.addrs) = guest_ip_of(ip);
}

void guest_add_tftp_addr(struct guest_tftp *t, const struct ip *ip)
{
	*PUSH(t->addrs.addrs) = guest_ip_of(ip);
}

void guest_add_host(struct guest_dns *d, const char *name, const struct ip *ip)
{
	*PUSH(d->hosts.hosts) = (guest_dns_host){ .name = text(name), .ip = guest_ip_of(ip) };
}

struct guest_dns_record *guest_add_record(struct guest_dns *d, const char *name, guest_dns_type type,
					  const char *target)
{
	struct guest_dns_record *r = PUSH(d->records.records);

	*r = (guest_dns_record){ .name = text(name), .type = type, .target = text(target) };
	return r;
}

void guest_add_strings(struct guest_dns_record *r, const char *comma_separated)
{
	for (const char *p = comma_separated;;) {
		size_t len = strcspn(p, ",");
		size_t piece =
		    len <= GUEST_NAME_MAX ? len : GUEST_NAME_MAX; /* of one character-string, RFC 1035 s.3.3 */

		if (r->strings.strings_len < GUEST_TXT_MAX)
			*PUSH(r->strings.strings) = mem_dup(p, piece);
		p += piece;
		if (!*p)
			return;
		p += *p == ',';
	}
}

void guest_add_wildcard(struct guest_dns *d, const char *domain, const struct ip *ip)
{
	*PUSH(d->wildcards.wildcards) = (guest_dns_wildcard){ .domain = text(domain), .ip = guest_ip_of(ip) };
}

void guest_add_forwarder(struct guest_dns *d, const char *domain, const struct ip *ip, unsigned port)
{
	*PUSH(d->forwarders.forwarders) =
	    (guest_dns_forwarder){ .domain = text(domain), .ip = guest_ip_of(ip), .port = port };
}

void guest_add_local_domain(struct guest_dns *d, const char *domain)
{
	*PUSH(d->local_domains.local_domains) = text(domain);
}

void guest_add_local_ptr(struct guest_dns *d, const struct prefix *p)
{
	*PUSH(d->local_ptrs.local_ptrs) = (guest_prefix){ .ip = guest_ip_of(&p->ip), .len = p->len };
}

void guest_add_option(guest_options *o, unsigned code, bool force, const void *value, size_t len)
{
	struct guest_option *last = PUSH(o->guest_options);

	*last = (guest_option){ .code = code, .force = force };
	last->value.value_len = (unsigned)len;
	last->value.value_val = len ? mem_dup(value, len) : NULL;
}

void guest_add_boot(struct guest_dhcp4 *d, const struct guest_boot *b, const char *file, const char *server_name)
{
	struct guest_boot *boot = PUSH(d->boots.boots);

	*boot = *b;
	boot->file = text(file);
	boot->server_name = text(server_name);
}

void guest_add_ra_prefix(struct guest_ra *ra, const struct prefix *p, bool autonomous)
{
	*PUSH(ra->prefixes.prefixes) =
	    (guest_ra_prefix){ .prefix = { .ip = guest_ip_of(&p->ip), .len = p->len }, .autonomous = autonomous };
}

void guest_add_ra_dns(struct guest_ra *ra, const struct ip *ip)
{
	*PUSH(ra->dns.dns) = guest_ip_of(ip);
}
