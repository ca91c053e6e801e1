/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dhcp4/fdb.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/dgram.h"
#include "base/log.h"
#include "base/map.h"
#include "dhcp4/places.h"

enum {
	MESSAGES = 64, /* one read's */
	MESSAGE_MAX = 256,
	READS = 64, /* at once: a guest may make up MACs faster than we read of them */
	ASKS = 8,   /* for one burst of frames: each takes the kernel some µs */
};

struct dhcp4_bridge {
	uint32_t index;
	unsigned users;
	struct places *places;
};

struct dhcp4_fdb {
	int fd; /* -1: none */
	struct map *bridges;
	unsigned asks; /* that are left */
	struct mmsghdr msgs[MESSAGES];
	struct iovec iovs[MESSAGES];
	struct sockaddr_nl from[MESSAGES];
	struct {
		_Alignas(struct nlmsghdr) uint8_t b[MESSAGE_MAX];
	} bufs[MESSAGES];
};

struct dhcp4_fdb *dhcp4_fdb_new(void)
{
	struct dhcp4_fdb *f = mem_new(struct dhcp4_fdb);

	f->fd = -1;
	f->bridges = map_new();
	return f;
}

void dhcp4_fdb_free(struct dhcp4_fdb *f)
{
	if (!f)
		return;
	fd_close(f->fd);
	map_free(f->bridges);
	mem_drop(f);
}

static void doubt_all(struct dhcp4_fdb *f)
{
	struct dhcp4_bridge *b;

	for (size_t pos = 0; (b = map_next(f->bridges, &pos));)
		places_doubt(b->places);
}

int dhcp4_fdb_listen(struct dhcp4_fdb *f, int fd)
{
	int r = dgram_check(fd, AF_NETLINK, SOCK_RAW);

	if (r < 0) {
		fd_close(fd);
		return r;
	}
	fd_close(f->fd);
	f->fd = fd;
	doubt_all(f);
	return 0;
}

struct dhcp4_bridge *dhcp4_fdb_enter(struct dhcp4_fdb *f, uint32_t bridge)
{
	struct dhcp4_bridge *b = map_get(f->bridges, &bridge, sizeof(bridge));

	if (!b) {
		b = mem_new(struct dhcp4_bridge);
		b->index = bridge;
		b->places = places_new();
		map_put(f->bridges, &b->index, sizeof(b->index), b);
	}
	b->users++;
	return b;
}

void dhcp4_fdb_leave(struct dhcp4_fdb *f, struct dhcp4_bridge *b)
{
	if (!b || --b->users)
		return;
	map_del(f->bridges, &b->index, sizeof(b->index));
	places_free(b->places);
	mem_drop(b);
}

/* --- what the kernel tells --- */

struct entry {
	uint32_t bridge;
	const struct mac *mac;
};

static int read_attr(const struct nlattr *a, void *arg)
{
	struct entry *e = arg;

	if (mnl_attr_get_type(a) == NDA_LLADDR && mnl_attr_get_payload_len(a) == sizeof(*e->mac))
		e->mac = mnl_attr_get_payload(a);
	else if (mnl_attr_get_type(a) == NDA_MASTER && mnl_attr_validate(a, MNL_TYPE_U32) == 0)
		e->bridge = mnl_attr_get_u32(a);
	return MNL_CB_OK;
}

/* Of any bridge of this host, ours or not. A MAC of the host's own is behind no port. */
static void take(struct dhcp4_fdb *f, const struct nlmsghdr *h)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(h);
	struct entry e = { 0 };

	if ((h->nlmsg_type != RTM_NEWNEIGH && h->nlmsg_type != RTM_DELNEIGH) ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*nd) || nd->ndm_family != AF_BRIDGE)
		return;
	mnl_attr_parse(h, sizeof(*nd), read_attr, &e);
	struct dhcp4_bridge *b = e.mac ? map_get(f->bridges, &e.bridge, sizeof(e.bridge)) : NULL;
	uint32_t port = nd->ndm_state & NUD_PERMANENT ? 0 : (uint32_t)nd->ndm_ifindex;

	if (b && h->nlmsg_type == RTM_NEWNEIGH)
		places_learn(b->places, e.mac, port);
	else if (b)
		places_forget(b->places, e.mac, port);
}

static int receive(struct dhcp4_fdb *f)
{
	for (int i = 0; i < MESSAGES; i++) {
		f->iovs[i] = (struct iovec){ f->bufs[i].b, MESSAGE_MAX };
		f->msgs[i].msg_hdr = (struct msghdr){ .msg_name = &f->from[i],
						      .msg_namelen = sizeof(f->from[i]),
						      .msg_iov = &f->iovs[i],
						      .msg_iovlen = 1 };
	}
	int n = recvmmsg(f->fd, f->msgs, MESSAGES, MSG_DONTWAIT, NULL);

	return n < 0 ? -errno : n;
}

static void take_all(struct dhcp4_fdb *f)
{
	int n = MESSAGES;

	for (int i = 0; i < READS && (n == MESSAGES || n == -ENOBUFS || n == -EINTR); i++) {
		n = receive(f);
		if (n == -ENOBUFS) /* the kernel had no room for some */
			doubt_all(f);
		for (int k = 0; k < n; k++) {
			const struct nlmsghdr *h = (struct nlmsghdr *)f->bufs[k].b;

			/* port 0: the kernel */
			if (f->from[k].nl_pid == 0 && !(f->msgs[k].msg_hdr.msg_flags & MSG_TRUNC) &&
			    mnl_nlmsg_ok(h, (int)f->msgs[k].msg_len))
				take(f, h);
		}
	}
}

/* Its answer comes as if it had told us by itself; that there is none (an error) is no answer. */
static void ask(struct dhcp4_fdb *f, const struct dhcp4_bridge *b, const struct mac *mac)
{
	_Alignas(struct nlmsghdr) uint8_t buf[MESSAGE_MAX] = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct ndmsg *nd;

	h->nlmsg_type = RTM_GETNEIGH;
	h->nlmsg_flags = NLM_F_REQUEST;
	nd = mnl_nlmsg_put_extra_header(h, sizeof(*nd));
	nd->ndm_family = AF_BRIDGE;
	mnl_attr_put(h, NDA_LLADDR, sizeof(mac->b), mac->b);
	mnl_attr_put_u32(h, NDA_MASTER, b->index);
	if (send(f->fd, h, h->nlmsg_len, MSG_DONTWAIT) > 0)
		take_all(f);
}

void dhcp4_fdb_update(struct dhcp4_fdb *f)
{
	f->asks = ASKS;
	if (f->fd >= 0)
		take_all(f);
}

uint32_t dhcp4_fdb_port(struct dhcp4_fdb *f, struct dhcp4_bridge *b, const struct mac *mac)
{
	uint32_t port;

	if (places_find(b->places, mac, &port) || f->fd < 0 || !f->asks)
		return port;
	f->asks--;
	ask(f, b, mac);
	places_find(b->places, mac, &port);
	return port;
}
