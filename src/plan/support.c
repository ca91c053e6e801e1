/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/support.h"

#include "model/options.h"
#include "plan/dns.h"

static const struct network_ip *find_ip(const struct network *n, bool (*is)(const struct network_ip *))
{
	for (size_t i = 0; i < n->n_ips; i++)
		if (is(&n->ips[i]))
			return &n->ips[i];
	return NULL;
}

static bool is_ipv6(const struct network_ip *ip)
{
	return ip->address.family == AF_INET6;
}

static bool has_tftp(const struct network_ip *ip)
{
	return ip->tftp_root;
}

static bool has_host_id(const struct network_ip *ip)
{
	for (size_t i = 0; i < ip->n_hosts; i++)
		if (ip->hosts[i].id)
			return true;
	return false;
}

/* The first option that our services should heed and do not; NULL: none. */
static const char *wanted_option(const struct network *n)
{
	struct guest_dns scratch = { 0 };
	const char *wanted = NULL;

	for (size_t i = 0; i < n->n_options && !wanted; i++)
		if (option_kind(n->options[i]) == OPTION_WANTED && plan_dns_option(&scratch, n->options[i]) < 0)
			wanted = n->options[i];
	xdr_free((xdrproc_t)xdr_guest_dns, (char *)&scratch);
	return wanted;
}

static int refuse(const struct network *n, const char *what, const char *value, struct err *e)
{
	return err_set(e, VNET_ERR_CONFIG_UNSUPPORTED, "network '%s': %s%s%.80s%s cannot be started yet", n->name, what,
		       value ? " '" : "", value ? value : "", value ? "'" : "");
}

/* To support one more thing, take its row out. */
int plan_supported(const struct network *n, struct err *e)
{
	const char *option = wanted_option(n);
	const struct {
		bool there;
		const char *what, *value;
	} rows[] = {
		{ !network_is_managed(n), "forward mode", forward_mode_text(n->forward.mode) },
		{ n->bridge.zone, "<bridge> zone", n->bridge.zone },
		{ n->bridge.mac_table == MAC_TABLE_LIBVIRT, "macTableManager='libvirt' of <bridge>", NULL },
		{ n->domain_register == TRI_YES, "register='yes' of <domain>", NULL },
		{ n->vlan.n_tags, "<vlan>", NULL },
		{ bandwidth_given(&n->bandwidth), "<bandwidth>", NULL },
		{ find_ip(n, is_ipv6), "family='ipv6' of <ip>", NULL },
		{ find_ip(n, has_tftp), "<tftp>", NULL },
		{ find_ip(n, has_host_id), "id of <host>", NULL },
		{ virtualport_given(&n->virtualport), "<virtualport>", NULL },
		{ option, "<dnsmasq:option>", option },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].there)
			return refuse(n, rows[i].what, rows[i].value, e);
	return 0;
}
