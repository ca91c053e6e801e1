/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

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
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };
	int group = RTNLGRP_LINK, room = WATCH_ROOM;

	if (fd < 0)
		return err_sys(e, -errno, "open rtnetlink socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_sys(e, -errno, "watch links");
	*ret = mem_new(struct watch);
	(*ret)->fd = TAKE_FD(fd);
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

/* Is it about a link? A port that leaves its bridge comes as RTM_DELLINK too, of family AF_BRIDGE: the device stays. */
static bool to_event(const struct nlmsghdr *h, struct watch_event *ret)
{
	struct watch_event ev = { 0 };

	if (link_parse(h, &ev.link) < 0)
		return false;
	const struct ifinfomsg *ifi = nlmsg_data(h);
	bool del = h->nlmsg_type == RTM_DELLINK;

	ev.gone = del && ifi->ifi_family != AF_BRIDGE;
	if (del && !ev.gone)
		ev.link.master = 0;
	*ret = ev;
	return true;
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
		struct sockaddr_nl from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(w->fd, w->buf, sizeof(w->buf), MSG_TRUNC, (struct sockaddr *)&from, &from_len);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if ((n < 0 && errno == ENOBUFS) || n > (ssize_t)sizeof(w->buf)) {
			*ret = (struct watch_event){ .overrun = true };
			return 1;
		}
		if (n < 0)
			return -errno;
		if (from.nl_pid == 0) { /* only the kernel's word counts */
			w->next = (struct nlmsghdr *)w->buf;
			w->left = (int)n;
		}
	}
}
