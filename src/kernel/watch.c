/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/watch.h"

#include <errno.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "kernel/notify.h"
#include "kernel/parse.h"

enum { WATCH_ROOM = 4 * 1024 * 1024, WATCH_READ = 32 * 1024 };

struct watch {
	int fd;
	struct nlmsghdr *next; /* in `buf`, not taken yet */
	int left;              /* bytes from there on */
	char buf[WATCH_READ] __attribute__((aligned(NLMSG_ALIGNTO)));
};

int watch_open(struct watch **ret, struct err *e)
{
	static const int groups[] = { RTNLGRP_LINK,         RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE,   RTNLGRP_IPV6_ROUTE,  RTNLGRP_IPV4_NETCONF,
				      RTNLGRP_IPV6_NETCONF, RTNLGRP_IPV6_IFINFO };
	int fd = notify_open(groups, ARRAY_SIZE(groups), WATCH_ROOM, e);

	if (fd < 0)
		return -1;
	*ret = mem_new(struct watch);
	(*ret)->fd = fd;
	return 0;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	fd_close(w->fd);
	mem_drop(w);
}

int watch_fd(const struct watch *w)
{
	return w->fd;
}

static bool to_addr_event(const struct nlmsghdr *h, struct watch_event *ret)
{
	const struct ifaddrmsg *ifa = nlmsg_data(h);

	if (nlmsg_datalen(h) < (int)sizeof(*ifa))
		return false;
	*ret = (struct watch_event){ .device = (int)ifa->ifa_index };
	return true;
}

/* The routes of a routing daemon come and go by the thousand: they are none of our business, but for the host's way out. */
static bool to_route_event(struct nlmsghdr *h, struct watch_event *ret)
{
	const struct rtmsg *rtm = nlmsg_data(h);

	if (nlmsg_datalen(h) < (int)sizeof(*rtm))
		return false;
	struct nlattr *oif = nlmsg_find_attr(h, sizeof(*rtm), RTA_OIF);
	bool unicast = rtm->rtm_type == RTN_UNICAST && !(rtm->rtm_flags & RTM_F_CLONED);
	bool lost = h->nlmsg_type == RTM_DELROUTE && rtm->rtm_protocol == RTPROT_STATIC && oif &&
		    nla_len(oif) >= (int)sizeof(uint32_t);

	*ret = (struct watch_event){
		.way = unicast && rtm->rtm_dst_len == 0 && rtm->rtm_table == RT_TABLE_MAIN,
		.mtu = unicast ? route_metric_mtu(nlmsg_find_attr(h, sizeof(*rtm), RTA_METRICS)) : 0,
		.device = lost ? (int)nla_get_u32(oif) : 0,
	};
	return ret->way || ret->mtu || ret->device;
}

static bool to_host_event(struct nlmsghdr *h, struct watch_event *ret)
{
	struct nlattr *tb[NETCONFA_MAX + 1];

	if (nlmsg_parse(h, sizeof(struct netconfmsg), tb, NETCONFA_MAX, NULL) < 0 || !tb[NETCONFA_IFINDEX] ||
	    !tb[NETCONFA_FORWARDING] || nla_get_s32(tb[NETCONFA_IFINDEX]) != NETCONFA_IFINDEX_ALL ||
	    nla_get_s32(tb[NETCONFA_FORWARDING]) != 0)
		return false;
	*ret = (struct watch_event){ .host = true };
	return true;
}

/* What IPv6 alone says of a device is told on its own, also when a router gave it another MTU. */
static bool to_ipv6_event(struct nlmsghdr *h, struct watch_event *ret)
{
	struct nlattr *six = nlmsg_find_attr(h, sizeof(struct ifinfomsg), IFLA_PROTINFO);
	struct nlattr *mtu = six ? nla_find(nla_data(six), nla_len(six), IFLA_INET6_RA_MTU) : NULL;

	*ret = (struct watch_event){ .mtu = mtu && nla_len(mtu) >= (int)sizeof(uint32_t) ? nla_get_u32(mtu) : 0 };
	return ret->mtu;
}

/* Is it about a link? A port that leaves its bridge comes as RTM_DELLINK too, of family AF_BRIDGE: the device stays. */
static bool to_link_event(struct nlmsghdr *h, struct watch_event *ret)
{
	struct watch_event ev = { 0 };

	if (link_parse(h, &ev.link) < 0)
		return false;
	const struct ifinfomsg *ifi = nlmsg_data(h);

	if (ifi->ifi_family == AF_INET6)
		return to_ipv6_event(h, ret);
	bool del = h->nlmsg_type == RTM_DELLINK;

	ev.gone = del && ifi->ifi_family != AF_BRIDGE;
	if (del && !ev.gone)
		ev.link.master = 0;
	*ret = ev;
	return true;
}

static bool to_event(struct nlmsghdr *h, struct watch_event *ret)
{
	switch (h->nlmsg_type) {
	case RTM_DELADDR:
		return to_addr_event(h, ret);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return to_route_event(h, ret);
	case RTM_NEWNETCONF:
		return to_host_event(h, ret);
	default:
		return to_link_event(h, ret);
	}
}

static int next_in_buffer(struct watch *w, struct watch_event *ret)
{
	while (w->left > 0 && nlmsg_ok(w->next, w->left)) {
		struct nlmsghdr *h = w->next;

		w->next = nlmsg_next(h, &w->left);
		if (to_event(h, ret))
			return 1;
	}
	w->left = 0;
	return 0;
}

int watch_next(struct watch *w, struct watch_event *ret)
{
	for (;;) {
		if (next_in_buffer(w, ret))
			return 1;
		ssize_t n = notify_read(w->fd, w->buf, sizeof(w->buf));

		if (n == -ENOBUFS) {
			*ret = (struct watch_event){ .overrun = true };
			return 1;
		}
		if (n <= 0)
			return (int)n;
		w->next = (struct nlmsghdr *)w->buf;
		w->left = (int)n;
	}
}
