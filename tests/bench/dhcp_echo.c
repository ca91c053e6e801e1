/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp_echo IFACE - answers DISCOVER with OFFER and REQUEST with ACK at once and remembers nothing: what a packet socket
 * and bursts alone can do, the limit for all servers. Each client gets 10.98.0.0 plus its xid. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "dhcp4/frame.h"
#include "dhcp4/packet.h"

enum { BURST = 64, FIRST = 10 << 24 | 98 << 16, ROOM = 1 << 17 };

static uint8_t in[BURST][DHCP4_FRAME_MAX], out[BURST][DHCP4_FRAME_MAX];
static struct iovec in_iov[BURST], out_iov[BURST];
static struct mmsghdr in_msg[BURST], out_msg[BURST];

static size_t answer(struct view frame, uint8_t *to)
{
	static struct dhcp4_msg m;
	struct dhcp4_frame f;

	if (dhcp4_frame_parse(&f, frame, false) < 0 || f.dport != DHCP4_SERVER_PORT || dhcp4_parse(&m, f.payload) < 0 ||
	    m.op != 1)
		return 0;
	struct wr w = wr_make(to + DHCP4_FRAME_HEAD, DHCP4_SAFE_MAX);
	struct dhcp4_frame reply = { .src = { { 2, 0, 0, 0, 0, 1 } },
				     .dst = m.chaddr,
				     .ip_src = FIRST + 1,
				     .ip_dst = FIRST + m.xid % ROOM,
				     .sport = DHCP4_SERVER_PORT,
				     .dport = DHCP4_CLIENT_PORT };
	struct dhcp4_msg r = { .op = 2,
			       .type = m.type == DHCP4_DISCOVER ? DHCP4_OFFER : DHCP4_ACK,
			       .xid = m.xid,
			       .yiaddr = reply.ip_dst,
			       .giaddr = m.giaddr,
			       .chaddr = m.chaddr };

	if (m.giaddr) { /* RFC 2131 s.4.1: to the relay that passes it on */
		reply.dst = f.src;
		reply.ip_dst = m.giaddr;
		reply.dport = DHCP4_SERVER_PORT;
	}

	dhcp4_build(&w, &r);
	dhcp4_put_u32(&w, OPT_SERVER_ID, FIRST + 1);
	dhcp4_put_u32(&w, OPT_LEASE_TIME, 3600);
	dhcp4_put_u32(&w, OPT_MASK, 0xfffe0000);
	return dhcp4_frame_build(&reply, to, dhcp4_build_end(&w));
}

static int turn(int fd)
{
	unsigned replies = 0;
	int n = recvmmsg(fd, in_msg, BURST, MSG_WAITFORONE, NULL);

	for (int i = 0; i < n; i++) {
		size_t len = answer((struct view){ in[i], in_msg[i].msg_len }, out[replies]);

		out_iov[replies].iov_len = len;
		replies += len > 0;
	}
	for (unsigned done = 0; done < replies;) {
		int sent = sendmmsg(fd, out_msg + done, replies - done, 0);

		if (sent < 0)
			return sent;
		done += (unsigned)sent;
	}
	return n;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0800) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), size = 8 << 20;

	a.sll_ifindex = argc == 2 ? (int)if_nametoindex(argv[1]) : 0;
	if (!a.sll_ifindex || fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		fputs("usage: dhcp_echo IFACE\n", stderr);
		return 2;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	for (int i = 0; i < BURST; i++) {
		in_iov[i] = (struct iovec){ in[i], sizeof(in[i]) };
		out_iov[i] = (struct iovec){ out[i], 0 };
		in_msg[i].msg_hdr = (struct msghdr){ .msg_iov = &in_iov[i], .msg_iovlen = 1 };
		out_msg[i].msg_hdr = (struct msghdr){ .msg_iov = &out_iov[i], .msg_iovlen = 1 };
	}
	while (turn(fd) >= 0)
		;
	perror("dhcp_echo");
	return 1;
}
