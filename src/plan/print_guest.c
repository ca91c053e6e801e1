/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/guest.h"

static const char *v4_text(unsigned v4, char out[IP_TEXT])
{
	struct ip a = ip_from_v4(v4);

	return ip_text(&a, out);
}

static const char *guest_ip_text(const guest_ip *from, char out[IP_TEXT])
{
	struct ip a = { .family = from->guest_ip_len == 4 ? AF_INET : from->guest_ip_len == 16 ? AF_INET6 : 0 };

	if (a.family)
		memcpy(a.b, from->guest_ip_val, from->guest_ip_len);
	return ip_text(&a, out);
}

static void print_options(const guest_options *options, int in, FILE *out)
{
	for (unsigned i = 0; i < options->guest_options_len; i++) {
		const struct guest_option *o = &options->guest_options_val[i];

		fprintf(out, "%*soption %u%s:", in, "", o->code, o->force ? " always" : "");
		for (unsigned k = 0; k < o->value.value_len; k++)
			fprintf(out, " %02x", (uint8_t)o->value.value_val[k]);
		fputs(o->value.value_len ? "\n" : " not sent\n", out);
	}
}

static void print_extra(const struct guest_extra *e, FILE *out)
{
	if (e->lease_s == UINT32_MAX)
		fputs(", lease for ever", out);
	else if (e->lease_s)
		fprintf(out, ", lease %u s", e->lease_s);
	fputc('\n', out);
	print_options(&e->options, 4, out);
}

static void print_host(const struct guest_host *h, FILE *out)
{
	char ip[IP_TEXT], text[MAC_TEXT];
	struct mac mac;

	memcpy(mac.b, h->mac, sizeof(mac.b));
	fputs("  host", out);
	if (!mac_is_zero(&mac))
		fprintf(out, " %s", mac_text(&mac, text));
	for (unsigned i = 0; i < h->id.id_len; i++)
		fprintf(out, "%s%02x", i ? ":" : " id ", (uint8_t)h->id.id_val[i]);
	fprintf(out, "%s%s -> %s", h->name[0] ? " " : "", h->name, v4_text(h->ip, ip));
	print_extra(&h->extra, out);
}

static void print_boot(const struct guest_boot *b, FILE *out)
{
	static const char *const who[] = {
		[GUEST_BOOT_ANY] = "", [GUEST_BOOT_IPXE] = " iPXE", [GUEST_BOOT_FIRMWARE] = " firmware"
	};
	char ip[IP_TEXT];

	fprintf(out, "  boot%s", who[b->who]);
	if (b->arch >= 0)
		fprintf(out, " arch %d", b->arch);
	fprintf(out, " %s from %s%s%s\n", b->file, b->server ? v4_text(b->server, ip) : "us",
		b->server_name[0] ? " " : "", b->server_name);
}

static void print_dhcp4(const struct guest_dhcp4 *d, FILE *out)
{
	char a[IP_TEXT], b[IP_TEXT];

	fprintf(out, "serve dhcp4 on %s/%u, lease %u s%s\n", v4_text(d->server, a), d->prefix_len, d->lease_s,
		d->router ? "" : ", no router");
	for (unsigned i = 0; i < d->ranges.ranges_len; i++) {
		const struct guest_range *r = &d->ranges.ranges_val[i];

		fprintf(out, "  range %s-%s", v4_text(r->start, a), v4_text(r->end, b));
		print_extra(&r->extra, out);
	}
	for (unsigned i = 0; i < d->hosts.hosts_len; i++)
		print_host(&d->hosts.hosts_val[i], out);
	print_options(&d->options, 2, out);
	for (unsigned i = 0; i < d->boots.boots_len; i++)
		print_boot(&d->boots.boots_val[i], out);
}

static void print_record(const struct guest_dns_record *r, FILE *out)
{
	static const struct {
		guest_dns_type type;
		const char *name;
	} types[] = { { GUEST_DNS_CNAME, "cname" },
		      { GUEST_DNS_PTR, "ptr" },
		      { GUEST_DNS_MX, "mx" },
		      { GUEST_DNS_TXT, "txt" },
		      { GUEST_DNS_SRV, "srv" } };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == r->type)
			fprintf(out, "  %s %s", types[i].name, r->name);
	for (unsigned i = 0; i < r->strings.strings_len; i++)
		fprintf(out, " \"%s\"", r->strings.strings_val[i]);
	if (r->type != GUEST_DNS_TXT)
		fprintf(out, " -> %s", r->target[0] ? r->target : ".");
	if (r->type == GUEST_DNS_SRV)
		fprintf(out, ":%u priority %u weight %u", r->port, r->priority, r->weight);
	if (r->type == GUEST_DNS_MX)
		fprintf(out, " preference %u", r->priority);
	fputc('\n', out);
}

static void print_rules(const struct guest_dns *d, FILE *out)
{
	char ip[IP_TEXT];

	for (unsigned i = 0; i < d->wildcards.wildcards_len; i++) {
		const struct guest_dns_wildcard *w = &d->wildcards.wildcards_val[i];

		fprintf(out, "  all of %s -> %s\n", w->domain[0] ? w->domain : ".", guest_ip_text(&w->ip, ip));
	}
	for (unsigned i = 0; i < d->forwarders.forwarders_len; i++) {
		const struct guest_dns_forwarder *f = &d->forwarders.forwarders_val[i];

		fprintf(out, "  ask about %s: %s", f->domain[0] ? f->domain : ".",
			f->ip.guest_ip_len ? guest_ip_text(&f->ip, ip) : "as usual");
		fprintf(out, f->port ? " port %u\n" : "\n", f->port);
	}
	for (unsigned i = 0; i < d->local_domains.local_domains_len; i++)
		fprintf(out, "  %s is ours alone\n", d->local_domains.local_domains_val[i]);
	for (unsigned i = 0; i < d->local_ptrs.local_ptrs_len; i++) {
		const struct guest_prefix *p = &d->local_ptrs.local_ptrs_val[i];

		fprintf(out, "  addresses of %s/%u are ours alone\n", guest_ip_text(&p->ip, ip), p->len);
	}
}

static void print_dns(const struct guest_scope *s, FILE *out)
{
	const struct guest_dns *d = s->dns;
	char ip[IP_TEXT];

	fputs("serve dns on", out);
	for (unsigned i = 0; i < d->addrs.addrs_len; i++)
		fprintf(out, " %s", guest_ip_text(&d->addrs.addrs_val[i], ip));
	fprintf(out, ", %s%s, other names %s%s\n", s->domain[0] ? "domain " : "no domain", s->domain,
		d->forward ? "to the host's resolvers" : "refused",
		d->local_plain ? ", those without a dot nowhere" : "");
	for (unsigned i = 0; i < d->hosts.hosts_len; i++)
		fprintf(out, "  name %s -> %s\n", d->hosts.hosts_val[i].name,
			guest_ip_text(&d->hosts.hosts_val[i].ip, ip));
	for (unsigned i = 0; i < d->records.records_len; i++)
		print_record(&d->records.records_val[i], out);
	print_rules(d, out);
}

static void print_ra(const struct guest_ra *ra, FILE *out)
{
	char ip[IP_TEXT];

	fprintf(out, "advertise ourselves, %s, mtu %u%s\n", ra->router_s ? "a router" : "no router", ra->mtu,
		ra->managed ? ", addresses by dhcp6" : "");
	for (unsigned i = 0; i < ra->prefixes.prefixes_len; i++) {
		const struct guest_ra_prefix *p = &ra->prefixes.prefixes_val[i];

		fprintf(out, "  prefix %s/%u%s\n", guest_ip_text(&p->prefix.ip, ip), p->prefix.len,
			p->autonomous ? ", addresses of it by the guests themselves" : "");
	}
	for (unsigned i = 0; i < ra->dns.dns_len; i++)
		fprintf(out, "  dns on %s\n", guest_ip_text(&ra->dns.dns_val[i], ip));
}

static void print_lease(unsigned lease_s, FILE *out)
{
	print_extra(&(struct guest_extra){ .lease_s = lease_s }, out);
}

static void print_host6(const struct guest_host6 *h, FILE *out)
{
	char ip[IP_TEXT];

	fputs("  host ", out);
	for (unsigned i = 0; i < h->duid.duid_len; i++)
		fprintf(out, "%s%02x", i ? ":" : "", (unsigned char)h->duid.duid_val[i]);
	fprintf(out, "%s%s -> %s", h->duid.duid_len && h->name[0] ? " " : "", h->name, guest_ip_text(&h->ip, ip));
	print_lease(h->lease_s, out);
}

static void print_dhcp6(const struct guest_dhcp6 *d, FILE *out)
{
	char a[IP_TEXT], b[IP_TEXT];

	fprintf(out, "serve dhcp6 on %s/%u, lease %u s\n", guest_ip_text(&d->self.ip, a), d->self.len, d->lease_s);
	for (unsigned i = 0; i < d->ranges.ranges_len; i++) {
		const struct guest_range6 *r = &d->ranges.ranges_val[i];

		fprintf(out, "  range %s-%s", guest_ip_text(&r->start, a), guest_ip_text(&r->end, b));
		print_lease(r->lease_s, out);
	}
	for (unsigned i = 0; i < d->hosts.hosts_len; i++)
		print_host6(&d->hosts.hosts_val[i], out);
}

void guest_print(const struct guest_scope *s, FILE *out)
{
	if (s->dhcp4)
		print_dhcp4(s->dhcp4, out);
	if (s->dns)
		print_dns(s, out);
	if (s->tftp)
		fprintf(out, "serve tftp from %s\n", s->tftp->root);
	if (s->ra)
		print_ra(s->ra, out);
	if (s->dhcp6)
		print_dhcp6(s->dhcp6, out);
}
