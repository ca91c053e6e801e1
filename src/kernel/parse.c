/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/parse.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>

static void get_text(struct nlattr *a, char *out, size_t size)
{
	if (a)
		snprintf(out, size, "%.*s", nla_len(a), (const char *)nla_data(a));
}

static uint32_t get_u32(struct nlattr *a, uint32_t missing)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : missing;
}

static uint8_t get_u8(struct nlattr *a)
{
	return a && nla_len(a) >= 1 ? nla_get_u8(a) : 0;
}

/* A kernel that does not say can't be told either. */
static bool learns_local(struct nlattr *options)
{
	struct br_boolopt_multi o;

	if (!options || nla_len(options) < (int)sizeof(o))
		return false;
	memcpy(&o, nla_data(options), sizeof(o));
	return o.optmask & 1 << BR_BOOLOPT_NO_LL_LEARN && !(o.optval & 1 << BR_BOOLOPT_NO_LL_LEARN);
}

static void parse_bridge(struct nlattr *data, struct link *l)
{
	struct nlattr *tb[IFLA_BR_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BR_MAX, data, NULL) < 0)
		return;
	l->bridge.stp = get_u32(tb[IFLA_BR_STP_STATE], 0) != 0;
	l->bridge.learns_local = learns_local(tb[IFLA_BR_MULTI_BOOLOPT]);
	l->bridge.delay_cs = get_u32(tb[IFLA_BR_FORWARD_DELAY], 0); /* clock_t: USER_HZ is 100 everywhere we run */
}

static void parse_tun(struct nlattr *data, struct link *l)
{
	struct nlattr *tb[IFLA_TUN_MAX + 1];

	if (nla_parse_nested(tb, IFLA_TUN_MAX, data, NULL) < 0)
		return;
	l->tun.tap = get_u8(tb[IFLA_TUN_TYPE]) == IFF_TAP;
	l->tun.persist = get_u8(tb[IFLA_TUN_PERSIST]) != 0;
	l->tun.owner = get_u32(tb[IFLA_TUN_OWNER], UINT32_MAX);
}

static void parse_port(struct nlattr *data, struct link *l)
{
	struct nlattr *tb[IFLA_BRPORT_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BRPORT_MAX, data, NULL) < 0)
		return;
	l->port.state = get_u8(tb[IFLA_BRPORT_STATE]);
	l->port.isolated = get_u8(tb[IFLA_BRPORT_ISOLATED]) != 0;
	l->port.never_root = get_u8(tb[IFLA_BRPORT_PROTECT]) != 0;
}

static void parse_linkinfo(struct nlattr *info, struct link *l)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];
	char master_kind[sizeof(l->kind)] = "";

	if (nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0)
		return;
	get_text(tb[IFLA_INFO_KIND], l->kind, sizeof(l->kind));
	get_text(tb[IFLA_INFO_SLAVE_KIND], master_kind, sizeof(master_kind));
	if (tb[IFLA_INFO_DATA] && strcmp(l->kind, "bridge") == 0)
		parse_bridge(tb[IFLA_INFO_DATA], l);
	if (tb[IFLA_INFO_DATA] && strcmp(l->kind, "tun") == 0)
		parse_tun(tb[IFLA_INFO_DATA], l);
	if (tb[IFLA_INFO_SLAVE_DATA] && strcmp(master_kind, "bridge") == 0)
		parse_port(tb[IFLA_INFO_SLAVE_DATA], l);
}

/* The sysctl net.ipv6.conf.*.mtu, in an array of 32 bits each. */
static unsigned parse_mtu6(struct nlattr *families)
{
	struct nlattr *six = nla_find(nla_data(families), nla_len(families), AF_INET6);
	struct nlattr *conf = six ? nla_find(nla_data(six), nla_len(six), IFLA_INET6_CONF) : NULL;
	uint32_t v[DEVCONF_MTU6 + 1];

	if (!conf || nla_len(conf) < (int)sizeof(v))
		return 0;
	memcpy(v, nla_data(conf), sizeof(v));
	return v[DEVCONF_MTU6];
}

int link_parse(const struct nlmsghdr *h, struct link *ret)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct link l = { .tun.owner = UINT32_MAX };

	if (h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK)
		return -EBADMSG;
	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0)
		return -EBADMSG;
	const struct ifinfomsg *ifi = nlmsg_data(h);

	l.index = ifi->ifi_index;
	l.up = ifi->ifi_flags & IFF_UP;
	get_text(tb[IFLA_IFNAME], l.name, sizeof(l.name));
	get_text(tb[IFLA_IFALIAS], l.alias, sizeof(l.alias));
	l.group = get_u32(tb[IFLA_GROUP], 0);
	l.mtu = get_u32(tb[IFLA_MTU], 0);
	l.mtu6 = tb[IFLA_AF_SPEC] ? parse_mtu6(tb[IFLA_AF_SPEC]) : 0;
	l.master = (int)get_u32(tb[IFLA_MASTER], 0);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(l.mac))
		memcpy(&l.mac, nla_data(tb[IFLA_ADDRESS]), sizeof(l.mac));
	if (tb[IFLA_LINKINFO])
		parse_linkinfo(tb[IFLA_LINKINFO], &l);
	if (tb[IFLA_PROTINFO] && ifi->ifi_family == AF_BRIDGE)
		parse_port(tb[IFLA_PROTINFO], &l);
	*ret = l;
	return 0;
}
