/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/routes.h"

#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "kernel/notify.h"

enum {
	ROUTES_ROOM = 1024 * 1024, /* of what is not read yet; when more was told, all are read anew */
	ROUTES_READ = 32 * 1024,
	ROUTES_STALE = 1024, /* at most so many and half of all are stale before they are read anew */
};

struct routes {
	int fd;
	bool known;
	struct route *v;
	size_t n, n_read; /* so many were there when they were read */
	char buf[ROUTES_READ] __attribute__((aligned(NLMSG_ALIGNTO)));
};

int routes_open(struct routes **ret, struct err *e)
{
	static const int groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE };
	int fd = notify_open(groups, ARRAY_SIZE(groups), ROUTES_ROOM, e);

	if (fd < 0)
		return -1;
	*ret = mem_new(struct routes);
	(*ret)->fd = fd;
	return 0;
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	fd_close(r->fd);
	mem_drop(r->v);
	mem_drop(r);
}

static void hear(struct routes *r)
{
	ssize_t n;

	while ((n = notify_read(r->fd, r->buf, sizeof(r->buf))) > 0) {
		int left = (int)n;

		for (struct nlmsghdr *h = (void *)r->buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
			if (r->known && h->nlmsg_type == RTM_NEWROUTE)
				route_parse(h, &r->v, &r->n);
	}
	if (n < 0 || r->n > 2 * r->n_read + ROUTES_STALE)
		r->known = false;
}

static int read_all(struct routes *r, struct netlink *nl)
{
	struct route *v;
	size_t n;
	int err = route_list(nl, 0, &v, &n);

	if (err < 0)
		return err;
	mem_drop(r->v);
	r->v = v;
	r->n = r->n_read = n;
	r->known = true;
	return 0;
}

/* What is told while they are read is read from the socket the next time: it comes twice then, if at all. */
int routes_list(struct routes *r, struct netlink *nl, bool anew, const struct route **ret, size_t *ret_n)
{
	hear(r);
	int err = anew || !r->known ? read_all(r, nl) : 0;

	*ret = r->v;
	*ret_n = r->n;
	return err;
}
