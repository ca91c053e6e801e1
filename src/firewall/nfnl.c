/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall/nfnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ANSWER_MAX = 64 * 1024,
	SEND_ROOM = 256 * 1024 * 1024, /* a limit, not an allocation: a transaction is one message to the socket */
	RECEIVE_ROOM = 4 * 1024 * 1024,
};

struct nfnl {
	int fd;
	uint32_t seq, port;
	char answer[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void set_room(int fd, int forced, int plain, int room)
{
	if (setsockopt(fd, SOL_SOCKET, forced, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, plain, &room, sizeof(room));
}

int nfnl_open(struct nfnl **ret, struct err *e)
{
	AUTO(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };

	if (fd < 0 || bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&us, &(socklen_t){ sizeof(us) }) < 0)
		return err_sys(e, -errno, "open nfnetlink socket");
	set_room(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_ROOM);
	set_room(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_ROOM);
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &(int){ 1 }, sizeof(int)); /* errors without the request */
	*ret = mem_new(struct nfnl);
	(*ret)->fd = TAKE_FD(fd);
	(*ret)->port = us.nl_pid;
	return 0;
}

void nfnl_free(struct nfnl *nl)
{
	if (!nl)
		return;
	fd_close(nl->fd);
	mem_drop(nl);
}

uint32_t nfnl_port(const struct nfnl *nl)
{
	return nl->port;
}

static int transmit(struct nfnl *nl, const void *p, size_t len)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(nl->fd, p, len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0 ? -errno : 0;
}

static ssize_t receive(struct nfnl *nl, int flags)
{
	ssize_t n;

	do
		n = recv(nl->fd, nl->answer, sizeof(nl->answer), flags | MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n > (ssize_t)sizeof(nl->answer))
		return -EMSGSIZE;
	return n < 0 ? -errno : n;
}

struct nlmsghdr *nfnl_request(char buf[NFNL_REQUEST_MAX], int subsystem, int family, int type, int flags)
{
	memset(buf, 0, NFNL_REQUEST_MAX);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(h, sizeof(*nfg));

	h->nlmsg_type = (uint16_t)(subsystem << 8 | type);
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nfg->nfgen_family = (uint8_t)family;
	nfg->version = NFNETLINK_V0;
	return h;
}

struct nlmsghdr *nft_request(char buf[NFNL_REQUEST_MAX], int family, int type, int flags)
{
	return nfnl_request(buf, NFNL_SUBSYS_NFTABLES, family, type, flags);
}

int nfnl_ask(struct nfnl *nl, struct nlmsghdr *request, mnl_cb_t take, void *arg)
{
	request->nlmsg_seq = ++nl->seq;
	int err = transmit(nl, request, request->nlmsg_len), more = MNL_CB_OK;

	while (err == 0 && more == MNL_CB_OK) {
		ssize_t n = receive(nl, 0);

		if (n < 0)
			return (int)n;
		more = mnl_cb_run(nl->answer, (size_t)n, nl->seq, 0, take, arg);
		if (more < 0)
			err = -errno;
	}
	return err;
}

/* 0: nothing is said about success, 1: it was acknowledged, else the error. */
static int read_answers(const char *buf, int len)
{
	int result = 0;

	for (const struct nlmsghdr *h = (const void *)buf; mnl_nlmsg_ok(h, len); h = mnl_nlmsg_next(h, &len)) {
		if (h->nlmsg_type != NLMSG_ERROR || mnl_nlmsg_get_payload_len(h) < sizeof(int))
			continue;
		int err = *(int *)mnl_nlmsg_get_payload(h);

		if (err < 0)
			return err;
		result = 1;
	}
	return result;
}

/* The kernel answers before sendto returns, so all that it says is there: nothing here waits. */
int nfnl_commit(struct nfnl *nl, const void *batch, size_t len)
{
	int first = 0, err = transmit(nl, batch, len);
	bool done = false;

	if (err < 0)
		return err;
	for (;;) {
		ssize_t n = receive(nl, MSG_DONTWAIT);

		if (n == -EAGAIN)
			break;
		err = n < 0 ? (int)n : read_answers(nl->answer, (int)n);
		if (err < 0 && first == 0)
			first = err;
		done |= err == 1;
	}
	if (first == 0 && !done)
		return -EPROTO; /* neither yes nor no */
	return first;
}

const struct nlattr *nfnl_attr(const struct nlmsghdr *h, int type)
{
	const char *end = mnl_nlmsg_get_payload_tail(h);
	const struct nlattr *a = mnl_nlmsg_get_payload_offset(h, sizeof(struct nfgenmsg));

	while (mnl_attr_ok(a, (int)(end - (const char *)a))) {
		if (mnl_attr_get_type(a) == type)
			return a;
		a = mnl_attr_next(a);
	}
	return NULL;
}

static int take_generation(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *id = nfnl_attr(h, NFTA_GEN_ID);

	if (id)
		*(uint32_t *)arg = ntohl(mnl_attr_get_u32(id));
	return MNL_CB_OK;
}

int nfnl_generation(struct nfnl *nl, uint32_t *ret)
{
	char buf[NFNL_REQUEST_MAX];

	return nfnl_ask(nl, nft_request(buf, AF_UNSPEC, NFT_MSG_GETGEN, NLM_F_ACK), take_generation, ret);
}
