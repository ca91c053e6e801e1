/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guestd/scope.h"

#include <errno.h>

struct parts { /* arrays that live while the engine copies them */
	struct lease_range *ranges;
	struct lease_host *hosts;
	struct dhcp4_extra *range_extra, *host_extra;
	struct dhcp4_opt *opts, *next; /* of all, one behind the other */
	struct dhcp4_boot *boots;
};

static struct parts parts_for(const struct guest_dhcp4 *d)
{
	size_t n = d->options.guest_options_len;

	for (unsigned i = 0; i < d->ranges.ranges_len; i++)
		n += d->ranges.ranges_val[i].extra.options.guest_options_len;
	for (unsigned i = 0; i < d->hosts.hosts_len; i++)
		n += d->hosts.hosts_val[i].extra.options.guest_options_len;
	struct parts p = {
		.ranges = mem_array(d->ranges.ranges_len + 1, sizeof(*p.ranges)),
		.hosts = mem_array(d->hosts.hosts_len + 1, sizeof(*p.hosts)),
		.range_extra = mem_array(d->ranges.ranges_len + 1, sizeof(*p.range_extra)),
		.host_extra = mem_array(d->hosts.hosts_len + 1, sizeof(*p.host_extra)),
		.opts = mem_array(n + 1, sizeof(*p.opts)),
		.boots = mem_array(d->boots.boots_len + 1, sizeof(*p.boots)),
	};

	p.next = p.opts;
	return p;
}

static void parts_drop(struct parts p)
{
	mem_drop(p.ranges);
	mem_drop(p.hosts);
	mem_drop(p.range_extra);
	mem_drop(p.host_extra);
	mem_drop(p.opts);
	mem_drop(p.boots);
}
DEFINE_AUTO(struct parts, parts_drop)

/* A code that is none becomes 0, which the engine refuses. */
static const struct dhcp4_opt *add_options(struct parts *p, const guest_option *v, size_t n)
{
	const struct dhcp4_opt *first = p->next;

	for (size_t i = 0; i < n; i++)
		*p->next++ = (struct dhcp4_opt){
			.code = v[i].code <= 254 ? (uint8_t)v[i].code : 0,
			.force = v[i].force,
			.value = { (const uint8_t *)v[i].value.value_val, v[i].value.value_len },
		};
	return first;
}

static struct dhcp4_extra extra_of(struct parts *p, const guest_extra *x)
{
	return (struct dhcp4_extra){
		.lease_s = x->lease_s,
		.opts = add_options(p, x->options.guest_options_val, x->options.guest_options_len),
		.n_opts = x->options.guest_options_len,
	};
}

static void fill_ranges(struct parts *p, const struct guest_dhcp4 *d)
{
	for (unsigned i = 0; i < d->ranges.ranges_len; i++) {
		const guest_range *r = &d->ranges.ranges_val[i];

		p->ranges[i] = (struct lease_range){ r->start, r->end };
		p->range_extra[i] = extra_of(p, &r->extra);
	}
}

static void fill_hosts(struct parts *p, const struct guest_dhcp4 *d)
{
	for (unsigned i = 0; i < d->hosts.hosts_len; i++) {
		const guest_host *h = &d->hosts.hosts_val[i];

		p->hosts[i] = (struct lease_host){
			.id = { (const uint8_t *)h->id.id_val, h->id.id_len }, .name = h->name, .addr = h->ip, .tag = i
		};
		memcpy(p->hosts[i].mac.b, h->mac, sizeof(p->hosts[i].mac.b));
		p->host_extra[i] = extra_of(p, &h->extra);
	}
}

static void fill_boots(struct parts *p, const struct guest_dhcp4 *d)
{
	static const enum dhcp4_boot_who who[] = {
		[GUEST_BOOT_ANY] = BOOT_ANY, [GUEST_BOOT_IPXE] = BOOT_IPXE, [GUEST_BOOT_FIRMWARE] = BOOT_FIRMWARE
	};

	for (unsigned i = 0; i < d->boots.boots_len; i++) {
		const guest_boot *b = &d->boots.boots_val[i];

		p->boots[i] = (struct dhcp4_boot){
			.arch = b->arch,
			.who = (unsigned)b->who < ARRAY_SIZE(who) ? who[b->who] : BOOT_ANY,
			.file = b->file,
			.server = b->server,
			.server_name = b->server_name,
		};
	}
}

int guestd_configure_dhcp4(struct dhcp4_server *s, const struct guest_scope *scope)
{
	const struct guest_dhcp4 *d = scope->dhcp4;
	AUTO(parts_drop) struct parts p = parts_for(d);
	struct dhcp4_scope to = {
		.rules = { .self = d->server,
			   .prefix_len = d->prefix_len,
			   .ranges = p.ranges,
			   .n_ranges = d->ranges.ranges_len,
			   .hosts = p.hosts,
			   .n_hosts = d->hosts.hosts_len },
		.router = d->router,
		.dns = d->dns,
		.rapid = d->rapid,
		.mtu = d->mtu <= UINT16_MAX ? (uint16_t)d->mtu : 0,
		.lease_s = d->lease_s,
		.domain = scope->domain,
		.range_extra = p.range_extra,
		.host_extra = p.host_extra,
		.boots = p.boots,
		.n_boots = d->boots.boots_len,
	};

	memcpy(to.mac.b, scope->mac, sizeof(to.mac.b));
	to.opts = add_options(&p, d->options.guest_options_val, d->options.guest_options_len);
	to.n_opts = d->options.guest_options_len;
	fill_ranges(&p, d);
	fill_hosts(&p, d);
	fill_boots(&p, d);
	return dhcp4_server_configure(s, &to);
}
