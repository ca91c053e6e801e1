/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "kernel/parse.h"
#include "kernel/request.h"

static int parse_ip(int family, struct nlattr *a, struct ip *ret)
{
	struct ip ip = { .family = family };

	if (a && nla_len(a) != (int)ip_size(family))
		return -EBADMSG;
	if (a)
		memcpy(ip.b, nla_data(a), ip_size(family));
	*ret = ip; /* no attribute: all zeros */
	return 0;
}

static struct nl_msg *addr_request(int type, int flags, int ifindex, const struct prefix *p)
{
	struct ifaddrmsg ifa = { .ifa_family = (uint8_t)p->ip.family,
				 .ifa_prefixlen = (uint8_t)p->len,
				 .ifa_index = (unsigned)ifindex };
	struct nl_msg *m = request_new(type, flags, &ifa, sizeof(ifa));

	nla_put(m, IFA_LOCAL, (int)ip_size(p->ip.family), p->ip.b);
	nla_put(m, IFA_ADDRESS, (int)ip_size(p->ip.family), p->ip.b);
	return m;
}

int addr_add(struct netlink *nl, int ifindex, const struct prefix *p)
{
	struct nl_msg *m = addr_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, p);

	if (p->ip.family == AF_INET && p->len < 31) { /* RFC 3021: a /31 has no broadcast */
		struct ip last = prefix_broadcast(p);

		nla_put(m, IFA_BROADCAST, (int)ip_size(AF_INET), last.b);
	}
	return request_send(nl, m, NULL, NULL);
}

int addr_del(struct netlink *nl, int ifindex, const struct prefix *p)
{
	return request_send(nl, addr_request(RTM_DELADDR, 0, ifindex, p), NULL, NULL);
}

struct addr_array {
	struct prefix *v;
	size_t n;
	int ifindex;
};

static int take_addr(const struct nlmsghdr *h, void *arg)
{
	struct addr_array *a = arg;
	struct nlattr *tb[IFA_MAX + 1];
	struct prefix p;

	if (!h) {
		a->n = 0;
		return 0;
	}
	if (h->nlmsg_type != RTM_NEWADDR || nlmsg_parse((void *)h, sizeof(struct ifaddrmsg), tb, IFA_MAX, NULL) < 0)
		return -EBADMSG;
	const struct ifaddrmsg *ifa = nlmsg_data(h);

	if ((int)ifa->ifa_index != a->ifindex || (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return 0;
	if (ifa->ifa_family == AF_INET6 && ifa->ifa_scope == RT_SCOPE_LINK)
		return 0;
	p.len = ifa->ifa_prefixlen;
	int err = parse_ip(ifa->ifa_family, tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], &p.ip);

	if (err == 0)
		*mem_push(a->v, a->n) = p;
	return err;
}

int addr_list(struct netlink *nl, int ifindex, struct prefix **ret, size_t *ret_n)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC, .ifa_index = (unsigned)ifindex };
	struct addr_array a = { .ifindex = ifindex };
	int err = request_send(nl, request_new(RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa)), take_addr, &a);

	if (err < 0) {
		mem_drop(a.v);
		return err;
	}
	*ret = a.v;
	*ret_n = a.n;
	return 0;
}

struct route_array {
	struct route *v;
	size_t n, kept; /* kept: routes of the family before */
	int family, oif;
};

/* One way of a route, whose gateway may be missing. */
static int push_hop(struct route **v, size_t *n, struct route r, const struct rtmsg *rtm, struct nlattr *gateway)
{
	int err = gateway ? parse_ip(rtm->rtm_family, gateway, &r.gateway) : 0;

	/* IPv6 has no link scope: there a connected subnet is one without a gateway */
	r.link_scope = rtm->rtm_family == AF_INET ? rtm->rtm_scope == RT_SCOPE_LINK : r.oif && !gateway;
	if (err == 0)
		*mem_push(*v, *n) = r;
	return err;
}

static int push_hops(struct route **v, size_t *n, struct route r, const struct rtmsg *rtm, struct nlattr *hops)
{
	struct rtnexthop *hop = nla_data(hops);
	struct nlattr *tb[RTA_MAX + 1];
	int left = nla_len(hops), err = 0;

	for (; err == 0 && left >= (int)sizeof(*hop) && RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		int len = (int)hop->rtnh_len - (int)sizeof(*hop);

		if (nla_parse(tb, RTA_MAX, (struct nlattr *)RTNH_DATA(hop), len, NULL) < 0)
			return -EBADMSG;
		r.oif = hop->rtnh_ifindex;
		err = push_hop(v, n, r, rtm, tb[RTA_GATEWAY]);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
	}
	return err;
}

/* RTM_F_CLONED: a cached route, not an entry. */
static bool is_entry(const struct rtmsg *rtm)
{
	return (rtm->rtm_family == AF_INET || rtm->rtm_family == AF_INET6) && rtm->rtm_type == RTN_UNICAST &&
	       !(rtm->rtm_flags & RTM_F_CLONED);
}

static int read_attrs(const struct nlmsghdr *h, struct nlattr *tb[RTA_MAX + 1])
{
	if (h->nlmsg_type != RTM_NEWROUTE || nlmsg_parse((void *)h, sizeof(struct rtmsg), tb, RTA_MAX, NULL) < 0)
		return -EBADMSG;
	return 0;
}

int route_parse(const struct nlmsghdr *h, struct route **v, size_t *n)
{
	struct nlattr *tb[RTA_MAX + 1];

	if (read_attrs(h, tb) < 0)
		return -EBADMSG;
	const struct rtmsg *rtm = nlmsg_data(h);
	uint32_t table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;

	if (table != RT_TABLE_MAIN || !is_entry(rtm))
		return 0;
	struct route r = { .dst.len = rtm->rtm_dst_len,
			   .oif = tb[RTA_OIF] ? (int)nla_get_u32(tb[RTA_OIF]) : 0,
			   .metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0 };

	if (parse_ip(rtm->rtm_family, tb[RTA_DST], &r.dst.ip) < 0)
		return -EBADMSG;
	return tb[RTA_MULTIPATH] ? push_hops(v, n, r, rtm, tb[RTA_MULTIPATH]) : push_hop(v, n, r, rtm, tb[RTA_GATEWAY]);
}

/* A kernel without the family answers for all families, and older ones do not filter. */
static bool is_asked_for(const struct route_array *a, const struct route *r)
{
	return r->dst.ip.family == a->family && (!a->oif || r->oif == a->oif);
}

static int take_route(const struct nlmsghdr *h, void *arg)
{
	struct route_array *a = arg;
	size_t before = a->n;

	if (!h) {
		a->n = a->kept;
		return 0;
	}
	int err = route_parse(h, &a->v, &a->n);
	size_t n = a->n;

	a->n = before;
	for (size_t i = before; i < n; i++)
		if (is_asked_for(a, &a->v[i]))
			a->v[a->n++] = a->v[i];
	return err;
}

int route_list(struct netlink *nl, int oif, struct route **ret, size_t *ret_n)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct route_array a = { .oif = oif };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		struct rtmsg rtm = { .rtm_family = families[i], .rtm_table = RT_TABLE_MAIN };

		a.family = families[i];
		a.kept = a.n;
		struct nl_msg *m = request_new(RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));

		if (oif)
			nla_put_u32(m, RTA_OIF, (uint32_t)oif);
		int err = request_send(nl, m, take_route, &a);

		if (err < 0 && err != -ENOENT) { /* the table is made when it gets its first route */
			mem_drop(a.v);
			return err;
		}
	}
	*ret = a.v;
	*ret_n = a.n;
	return 0;
}

unsigned route_metric_mtu(struct nlattr *metrics)
{
	struct nlattr *mtu = metrics ? nla_find(nla_data(metrics), nla_len(metrics), RTAX_MTU) : NULL;

	return mtu && nla_len(mtu) >= (int)sizeof(uint32_t) ? nla_get_u32(mtu) : 0;
}

struct least {
	int family;
	unsigned mtu;
};

static int take_mtu(const struct nlmsghdr *h, void *arg)
{
	struct least *l = arg;
	struct nlattr *tb[RTA_MAX + 1];

	if (!h) {
		l->mtu = 0;
		return 0;
	}
	if (read_attrs(h, tb) < 0)
		return -EBADMSG;
	const struct rtmsg *rtm = nlmsg_data(h);
	unsigned mtu = rtm->rtm_family == l->family && is_entry(rtm) ? route_metric_mtu(tb[RTA_METRICS]) : 0;

	if (mtu && (!l->mtu || mtu < l->mtu))
		l->mtu = mtu;
	return 0;
}

int route_least_mtu(struct netlink *nl, int family, unsigned *ret)
{
	struct rtmsg rtm = { .rtm_family = (uint8_t)family, .rtm_type = RTN_UNICAST };
	struct least l = { .family = family };
	int err = request_send(nl, request_new(RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm)), take_mtu, &l);

	if (err == 0)
		*ret = l.mtu;
	return err;
}

static int route_request(struct netlink *nl, int type, int flags, const struct route *r)
{
	struct rtmsg rtm = { .rtm_family = (uint8_t)r->dst.ip.family,
			     .rtm_dst_len = (uint8_t)r->dst.len,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_scope = r->gateway.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			     .rtm_type = RTN_UNICAST };
	struct nl_msg *m = request_new(type, flags, &rtm, sizeof(rtm));
	struct ip net = prefix_network(&r->dst);

	nla_put(m, RTA_DST, (int)ip_size(net.family), net.b);
	if (r->gateway.family)
		nla_put(m, RTA_GATEWAY, (int)ip_size(r->gateway.family), r->gateway.b);
	nla_put_u32(m, RTA_OIF, (uint32_t)r->oif);
	nla_put_u32(m, RTA_PRIORITY, r->metric);
	return request_send(nl, m, NULL, NULL);
}

int route_add(struct netlink *nl, const struct route *r)
{
	return route_request(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, r);
}

int route_del(struct netlink *nl, const struct route *r)
{
	return route_request(nl, RTM_DELROUTE, 0, r);
}
