/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "firewall/block.h"
#include "firewall/nfnl.h"

enum { WATCH_ROOM = 4 * 1024 * 1024, WATCH_READ = 64 * 1024 };

/* In every message about something inside a table, and about a table, its name is attribute 1. */
enum { ATTR_TABLE = 1 };
_Static_assert((int)NFTA_TABLE_NAME == ATTR_TABLE && (int)NFTA_CHAIN_TABLE == ATTR_TABLE &&
		   (int)NFTA_RULE_TABLE == ATTR_TABLE && (int)NFTA_SET_TABLE == ATTR_TABLE &&
		   (int)NFTA_SET_ELEM_LIST_TABLE == ATTR_TABLE && (int)NFTA_FLOWTABLE_TABLE == ATTR_TABLE,
	       "the table's name");

struct fw_watch {
	int fd;
	bool touched, others_touched; /* our tables, others', in a transaction whose end (NEWGEN) is not read yet */
	char buf[WATCH_READ] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static int listen_to_rules(int fd, bool on)
{
	int group = NFNLGRP_NFTABLES, how = on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;

	return setsockopt(fd, SOL_NETLINK, how, &group, sizeof(group)) < 0 ? -errno : 0;
}

int fw_watch_open(struct fw_watch **ret, struct err *e)
{
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };
	int room = WATCH_ROOM;

	if (fd < 0)
		return err_sys(e, -errno, "open nfnetlink socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	int r = bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0 ? -errno : listen_to_rules(fd, true);

	if (r < 0)
		return err_sys(e, r, "watch firewall rules");
	*ret = mem_new(struct fw_watch);
	(*ret)->fd = TAKE_FD(fd);
	return 0;
}

void fw_watch_free(struct fw_watch *w)
{
	if (!w)
		return;
	fd_close(w->fd);
	mem_drop(w);
}

int fw_watch_listen(struct fw_watch *w, bool on)
{
	return listen_to_rules(w->fd, on);
}

int fw_watch_fd(const struct fw_watch *w)
{
	return w->fd;
}

static bool is_ours(const struct nlmsghdr *h)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(h);
	const struct nlattr *table = nfnl_attr(h, ATTR_TABLE);

	const char *name = table ? mnl_attr_get_str(table) : "";

	if (nfg->nfgen_family == NFPROTO_BRIDGE)
		return strcmp(name, FW_GUARD_TABLE) == 0;
	return nfg->nfgen_family == NFPROTO_INET && (strcmp(name, FW_TABLE) == 0 || strcmp(name, FW_FAST_TABLE) == 0);
}

static void take_culprit(const struct nlmsghdr *h, struct fw_culprit *ret)
{
	const struct nlattr *pid = nfnl_attr(h, NFTA_GEN_PROC_PID), *name = nfnl_attr(h, NFTA_GEN_PROC_NAME);

	ret->pid = pid ? ntohl(mnl_attr_get_u32(pid)) : 0;
	snprintf(ret->program, sizeof(ret->program), "%s", name ? mnl_attr_get_str(name) : "");
}

/* What decides over packets; elements of sets come and go by the thousand. */
static bool is_rules(const struct nlmsghdr *h)
{
	switch (h->nlmsg_type & 0xff) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_DELTABLE:
	case NFT_MSG_NEWCHAIN:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_NEWRULE:
	case NFT_MSG_DELRULE:
		return true;
	default:
		return false;
	}
}

struct news {
	bool changed, *others;
	struct fw_culprit *by, *others_by;
};

static void take_message(struct fw_watch *w, const struct nlmsghdr *h, struct news *ret)
{
	if (h->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES || mnl_nlmsg_get_payload_len(h) < sizeof(struct nfgenmsg))
		return;
	if ((h->nlmsg_type & 0xff) != NFT_MSG_NEWGEN) {
		bool ours = is_ours(h);

		w->touched |= ours;
		w->others_touched |= !ours && is_rules(h);
		return;
	}
	if (w->touched)
		take_culprit(h, ret->by);
	if (w->others_touched)
		take_culprit(h, ret->others_by);
	ret->changed |= w->touched;
	*ret->others |= w->others_touched;
	w->touched = w->others_touched = false;
}

bool fw_watch_changed(struct fw_watch *w, struct fw_culprit *ret, bool *ret_others, struct fw_culprit *ret_others_by)
{
	struct news news = { false, ret_others, ret, ret_others_by };

	for (;;) {
		ssize_t n = recv(w->fd, w->buf, sizeof(w->buf), MSG_TRUNC);
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if ((n < 0 && errno == ENOBUFS) || n > (ssize_t)sizeof(w->buf)) { /* some are lost */
			news.changed = *ret_others = true;
			continue;
		}
		if (n < 0)
			return news.changed;
		for (const struct nlmsghdr *h = (void *)w->buf; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			take_message(w, h, &news);
	}
}
