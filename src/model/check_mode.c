/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which elements a forward mode may have. */
#include "model/checks.h"

/* The modes, mode bridge being two: on a bridge of the host, and on its devices directly. */
enum kind {
	ISOLATED = 1 << 0,
	NAT = 1 << 1,
	ROUTE = 1 << 2,
	OPEN = 1 << 3,
	HOST_BRIDGE = 1 << 4,
	DIRECT_BRIDGE = 1 << 5,
	DIRECT = 1 << 6,
	HOSTDEV = 1 << 7,
	MANAGED = ISOLATED | NAT | ROUTE | OPEN,
	POOL = DIRECT_BRIDGE | DIRECT,
};

static enum kind kind_of(const struct network *n)
{
	switch (n->forward.mode) {
	case FORWARD_NAT:
		return NAT;
	case FORWARD_ROUTE:
		return ROUTE;
	case FORWARD_OPEN:
		return OPEN;
	case FORWARD_BRIDGE:
		return n->bridge.name[0] ? HOST_BRIDGE : DIRECT_BRIDGE;
	case FORWARD_PRIVATE:
	case FORWARD_VEPA:
	case FORWARD_PASSTHROUGH:
		return DIRECT;
	case FORWARD_HOSTDEV:
		return HOSTDEV;
	default:
		return ISOLATED;
	}
}

/* Spec of the format, "element x forward mode". Mode bridge with a name takes no devices: that is check_pool's. */
static int check_elements(const struct network *n, enum kind kind, struct err *e)
{
	const struct network_forward *f = &n->forward;
	const struct network_dns *d = &n->dns;
	const struct {
		const char *what;
		bool there;
		int line;
		unsigned allowed;
	} rows[] = {
		{ "<ip>", n->n_ips, n->n_ips ? n->ips[0].line : 0, MANAGED },
		{ "<mac>", n->has_mac, n->mac_line, MANAGED },
		{ "<mtu>", n->mtu, n->mtu_line, MANAGED },
		{ "<domain>", n->domain, n->domain_line, MANAGED },
		{ "<txt> in <dns>", d->n_txts, d->n_txts ? d->txts[0].line : 0, MANAGED },
		{ "<srv> in <dns>", d->n_srvs, d->n_srvs ? d->srvs[0].line : 0, MANAGED },
		{ "<host> in <dns>", d->n_hosts, d->n_hosts ? d->hosts[0].line : 0, MANAGED },
		{ "name of <bridge>", n->bridge.name[0], n->bridge.line, MANAGED | HOST_BRIDGE },
		{ "stp of <bridge>", n->bridge.stp_given, n->bridge.line, MANAGED },
		{ "delay of <bridge>", n->bridge.delay_s, n->bridge.line, MANAGED },
		{ "zone of <bridge>", n->bridge.zone, n->bridge.line, MANAGED },
		{ "macTableManager of <bridge>", n->bridge.mac_table, n->bridge.line,
		  MANAGED | HOST_BRIDGE | DIRECT_BRIDGE },
		{ "<bandwidth>", bandwidth_given(&n->bandwidth), n->bandwidth.line, MANAGED | HOST_BRIDGE },
		{ "<interface>", f->n_ifs, f->line, NAT | ROUTE | POOL | HOST_BRIDGE },
		{ "<pf>", f->pf, f->line, POOL | HOSTDEV | HOST_BRIDGE },
		{ "<address> in <forward>", f->n_addresses, f->line, HOSTDEV },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].there && !(rows[i].allowed & kind))
			return check_unfit(e, rows[i].line, "%s does not go with forward mode '%s'", rows[i].what,
					   forward_mode_text(f->mode));
	return 0;
}

static int check_twice(const struct network_forward *f, struct err *e)
{
	for (size_t i = 0; i < f->n_ifs; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(f->ifs[i].dev, f->ifs[j].dev) == 0)
				return check_bad(e, f->ifs[i].line, "<interface>: dev='%s' stands there twice",
						 f->ifs[i].dev);
	for (size_t i = 0; i < f->n_addresses; i++)
		for (size_t j = 0; j < i; j++) {
			const struct forward_address *a = &f->addresses[i], *b = &f->addresses[j];

			if (a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
			    a->function == b->function)
				return check_bad(e, a->line, "<address>: the same device stands there twice");
		}
	return 0;
}

static int check_pool(const struct network *n, enum kind kind, struct err *e)
{
	const struct network_forward *f = &n->forward;

	if (kind == HOST_BRIDGE && (f->n_ifs || f->pf))
		return check_bad(e, f->line, "<forward>: a device and bridge '%s' exclude each other", n->bridge.name);
	if (kind == HOST_BRIDGE && strchr(n->bridge.name, '%'))
		return check_bad(e, n->bridge.line, "<bridge>: '%s' is no name of a bridge that exists",
				 n->bridge.name);
	if ((f->n_ifs != 0) + (f->n_addresses != 0) + (f->pf != NULL) > 1)
		return check_bad(e, f->line, "<forward>: interface, address and pf exclude each other");
	if (kind & (NAT | ROUTE) && f->n_ifs > 1)
		return check_bad(e, f->ifs[1].line,
				 "<interface>: mode '%s' forwards to one device: multiple forwarding interfaces",
				 forward_mode_text(f->mode));
	return check_twice(f, e);
}

int check_modes(const struct network *n, struct err *e)
{
	enum kind kind = kind_of(n);

	if (check_elements(n, kind, e) < 0 || check_pool(n, kind, e) < 0)
		return -1;
	if (kind & (NAT | ROUTE) && !n->n_ips)
		return check_bad(e, n->forward.line, "<forward>: mode '%s' needs an <ip>",
				 forward_mode_text(n->forward.mode));
	return 0;
}
