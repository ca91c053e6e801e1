/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/mem.h"

enum { ANSWER_MAX = 64 * 1024, REQUEST_MAX = 256 };

struct list {
	uint8_t proto;
	struct listener *v;
	size_t n;
};

static struct ip ip_of(const struct inet_diag_msg *m)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 s.2.5.5.2 */
	const uint8_t *src = (const uint8_t *)m->id.idiag_src;
	struct ip ip = { .family = m->idiag_family };

	if (ip.family == AF_INET6 && memcmp(src, mapped, sizeof(mapped)) == 0) {
		ip.family = AF_INET;
		src += sizeof(mapped);
	}
	memcpy(ip.b, src, ip_size(ip.family));
	return ip;
}

static bool is_v6only(const struct nlmsghdr *h)
{
	const char *end = mnl_nlmsg_get_payload_tail(h);
	const struct nlattr *a = mnl_nlmsg_get_payload_offset(h, sizeof(struct inet_diag_msg));

	for (; mnl_attr_ok(a, (int)(end - (const char *)a)); a = mnl_attr_next(a))
		if (mnl_attr_get_type(a) == INET_DIAG_SKV6ONLY && mnl_attr_get_payload_len(a))
			return mnl_attr_get_u8(a);
	return false;
}

static int take(const struct nlmsghdr *h, void *arg)
{
	static const struct ip zero;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	struct list *l = arg;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m) || (m->idiag_family != AF_INET && m->idiag_family != AF_INET6))
		return MNL_CB_OK;
	struct listener one = {
		.proto = l->proto, .ip = ip_of(m), .port = ntohs(m->id.idiag_sport), .uid = m->idiag_uid
	};

	one.any = memcmp(one.ip.b, zero.b, sizeof(zero.b)) == 0;
	one.both = one.any && one.ip.family == AF_INET6 && !is_v6only(h);
	*mem_push(l->v, l->n) = one;
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *s, uint8_t family, struct list *l)
{
	char buf[REQUEST_MAX];
	AUTO(mem_drop) char *answer = mem_array(1, ANSWER_MAX);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *q = mnl_nlmsg_put_extra_header(h, sizeof(*q));
	int more = MNL_CB_OK;

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	q->sdiag_family = family;
	q->sdiag_protocol = l->proto;
	/* an unconnected UDP socket is one that is "closed" */
	q->idiag_states = 1u << (l->proto == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE);
	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		ssize_t n = mnl_socket_recvfrom(s, answer, ANSWER_MAX);

		more = n < 0 ? -1 : mnl_cb_run(answer, (size_t)n, 0, 0, take, l);
	}
	return more < 0 && errno != ENOENT ? -errno : 0; /* ENOENT: a kernel without it */
}

int listeners_list(struct listener **ret, size_t *ret_n)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP }, families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *s = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct list l = { 0 };
	int r = s ? 0 : -errno;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(protos) * ARRAY_SIZE(families); i++) {
		l.proto = protos[i / 2];
		r = ask(s, families[i % 2], &l);
	}
	if (s)
		mnl_socket_close(s);
	if (r < 0) {
		mem_drop(l.v);
		return r;
	}
	*ret = l.v;
	*ret_n = l.n;
	return 0;
}
