/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/support.h"

#include <errno.h>

#include "guest/protocol.h"
#include "plan/options.h"

static bool is_ipv6(const struct network_ip *ip)
{
	return ip->address.family == AF_INET6;
}

static bool too_many_ipv6(const struct network *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_ips; i++)
		count += is_ipv6(&n->ips[i]);
	return count > GUEST_PREFIXES_MAX;
}

/* The first option that says something malformed; NULL: none. One without effect stops nothing. */
static const char *malformed_option(const struct network *n)
{
	for (size_t i = 0; i < n->n_options; i++)
		if (plan_option(n, n->options[i]) == -EINVAL)
			return n->options[i];
	return NULL;
}

static int refuse(const struct network *n, const char *what, const char *value, struct err *e)
{
	return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "network '%s': %s%s%.80s%s cannot be started yet", n->name, what,
		       value ? " '" : "", value ? value : "", value ? "'" : "");
}

static bool network_wants_guard(const struct network *n)
{
	for (size_t i = 0; i < n->n_portgroups; i++)
		if (n->portgroups[i].guard == TRI_YES)
			return true;
	return n->own.guard == TRI_YES;
}

/* To support one more thing, take its row out. */
int plan_supported(const struct network *n, struct err *e)
{
	const char *option = malformed_option(n);
	const struct {
		bool there;
		const char *what, *value;
	} rows[] = {
		{ n->forward.pf, "<pf> of <forward>", NULL },
		{ n->bridge.zone, "<bridge> zone", n->bridge.zone },
		{ n->bridge.mac_table == MAC_TABLE_LIBVIRT, "macTableManager='libvirt' of <bridge>", NULL },
		{ n->domain_register == TRI_YES, "register='yes' of <domain>", NULL },
		{ bandwidth_given(&n->bandwidth), "<bandwidth>", NULL },
		{ network_is_managed(n) && virtualport_given(&n->virtualport),
		  "<virtualport> of a network with a bridge of its own", NULL },
		{ too_many_ipv6(n), "more than 32 IPv6 <ip>", NULL },
		{ network_wants_guard(n) && !network_is_managed(n),
		  "<vnet:guard enabled='yes'> of a network without a bridge of its own", NULL },
		{ n->own.flowtable == TRI_YES && n->forward.mode != FORWARD_NAT && n->forward.mode != FORWARD_ROUTE,
		  "<vnet:flowtable enabled='yes'> of a network that is neither translated nor routed", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].there)
			return refuse(n, rows[i].what, rows[i].value, e);
	if (option)
		return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "network '%s': malformed <dnsmasq:option> '%.200s'",
			       n->name, option);
	return 0;
}
