/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/notify.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/mem.h"

static int join(int fd, const int *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof(groups[i])) < 0)
			return -errno;
	return 0;
}

int notify_open(const int *groups, size_t n, int room, struct err *e)
{
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };

	if (fd < 0)
		return err_sys(e, -errno, "open rtnetlink socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	int r = bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0 ? -errno : join(fd, groups, n);

	return r < 0 ? err_sys(e, r, "hear rtnetlink's notifications") : TAKE_FD(fd);
}

ssize_t notify_read(int fd, void *buf, size_t size)
{
	for (;;) {
		struct sockaddr_nl from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, size, MSG_TRUNC, (struct sockaddr *)&from, &from_len);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (n > (ssize_t)size)
			return -ENOBUFS;
		if (n > 0 && from.nl_pid == 0) /* only the kernel's word counts */
			return n;
	}
}
