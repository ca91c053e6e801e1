/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/request.h"

enum {
	ANSWER_MAX = 64 * 1024, /* the kernel fills at most 32 KiB per message of a dump */
	RECEIVE_ROOM = 1024 * 1024,
	DUMP_TRIES = 10,
	WHY_MAX = 256,
};

struct netlink {
	int fd;
	uint32_t seq;
	char why[WHY_MAX];
	char answer[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* What we like but older kernels may not have: none of it changes what is right, so a refusal is no error. */
static void set_options(int fd)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK, /* dumps are filtered by the kernel */
	};
	int room = RECEIVE_ROOM;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		setsockopt(fd, SOL_NETLINK, options[i], &(int){ 1 }, sizeof(int));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

int netlink_open(struct netlink **ret, struct err *e)
{
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return err_sys(e, -errno, "open rtnetlink socket");
	set_options(fd);
	*ret = mem_new(struct netlink);
	(*ret)->fd = TAKE_FD(fd);
	return 0;
}

void netlink_free(struct netlink *nl)
{
	if (!nl)
		return;
	fd_close(nl->fd);
	mem_drop(nl);
}

const char *netlink_why(const struct netlink *nl)
{
	return nl->why;
}

struct nl_msg *request_new(int type, int flags, const void *head, size_t len)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST | NLM_F_ACK);

	if (!m || nlmsg_append(m, (void *)head, len, NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory, as in base/mem.h */
	return m;
}

static int send_request(struct netlink *nl, struct nlmsghdr *h)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	h->nlmsg_seq = ++nl->seq;
	if (sendto(nl->fd, h, h->nlmsg_len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/* The kernel's sentence stands in an attribute behind the error, which carries our request's header or, without
 * NLM_F_CAPPED, all of the request. */
static void keep_why(struct nlmsghdr *h, char why[WHY_MAX])
{
	const struct nlmsgerr *err = nlmsg_data(h);
	int skip = (int)sizeof(*err);

	if (!err->error || !(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += (int)NLMSG_ALIGN(err->msg.nlmsg_len) - (int)sizeof(err->msg);
	struct nlattr *text = nlmsg_find_attr(h, skip, NLMSGERR_ATTR_MSG);

	if (text)
		snprintf(why, WHY_MAX, "%.*s", nla_len(text), (const char *)nla_data(text));
}

/* Is the answer complete? Then *result says how it ended. */
static bool take_message(struct nlmsghdr *h, request_take_fn *take, void *arg, char why[WHY_MAX], int *result)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR && *result == 0)
		*result = -EINTR;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE: /* both start with the error number; of a dump it may be left out */
		if (nlmsg_datalen(h) >= (int)sizeof(int) && *(int *)nlmsg_data(h) < 0)
			*result = *(int *)nlmsg_data(h);
		if (h->nlmsg_type == NLMSG_ERROR && nlmsg_datalen(h) >= (int)sizeof(struct nlmsgerr))
			keep_why(h, why);
		return true;
	case NLMSG_NOOP:
		return false;
	default:
		if (take && *result == 0)
			*result = take(h, arg);
		return false;
	}
}

static int receive_answer(struct netlink *nl, request_take_fn *take, void *arg, char why[WHY_MAX])
{
	int result = take ? take(NULL, arg) : 0;

	for (;;) {
		struct iovec iov = { .iov_base = nl->answer, .iov_len = sizeof(nl->answer) };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t n = recvmsg(nl->fd, &msg, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (msg.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
		int left = (int)n;

		for (struct nlmsghdr *h = iov.iov_base; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
			if (h->nlmsg_seq == nl->seq && take_message(h, take, arg, why, &result))
				return result;
	}
}

int request_send(struct netlink *nl, struct nl_msg *m, request_take_fn *take, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(m);
	char why[WHY_MAX];
	int err;

	for (int i = 0; i < DUMP_TRIES; i++) {
		why[0] = '\0';
		err = send_request(nl, h);
		if (err == 0)
			err = receive_answer(nl, take, arg, why);
		if (err != -EINTR) /* else: the list changed while it was dumped */
			break;
	}
	nlmsg_free(m);
	if (err < 0) /* a success keeps the last failure's sentence, so that undoing does not hide it */
		memcpy(nl->why, why, sizeof(why));
	return err;
}
