/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "base/mem.h"

enum { ANSWER_MAX = 32 * 1024 };

struct search {
	uint16_t port;
	struct udp_listener *v;
	size_t n;
};

static int take(const struct nlmsghdr *h, void *arg)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(h);
	struct search *s = arg;

	if (mnl_nlmsg_get_payload_len(h) >= sizeof(*d) && ntohs(d->id.idiag_sport) == s->port)
		*mem_push(s->v, s->n) =
		    (struct udp_listener){ .device = (int)d->id.idiag_if, .any = d->id.idiag_src[0] == 0 };
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *nl, struct search *s)
{
	char buf[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *r = mnl_nlmsg_put_extra_header(h, sizeof(*r));
	int more = MNL_CB_OK;

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	*r = (struct inet_diag_req_v2){ .sdiag_family = AF_INET,
					.sdiag_protocol = IPPROTO_UDP,
					.idiag_states = UINT32_MAX };
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof(buf));

		if (n < 0)
			return -errno;
		more = mnl_cb_run(buf, (size_t)n, 0, 0, take, s);
	}
	return more < 0 ? -errno : 0;
}

int udp_listeners(uint16_t port, struct udp_listener **ret, size_t *ret_n)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct search s = { .port = port };

	if (!nl)
		return -errno;
	int err = ask(nl, &s);

	mnl_socket_close(nl);
	if (err < 0) {
		mem_drop(s.v);
		return err;
	}
	*ret = s.v;
	*ret_n = s.n;
	return 0;
}
