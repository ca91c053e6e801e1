/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp_flood - one guest sends DHCP messages as fast as it can, and reads no answer, until it is killed.
 *	dhcp_flood IFACE new|same|garbage
 * new: each DISCOVER is of a MAC that was never seen; same: all are of one; garbage: options that make no sense. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "dhcp4/frame.h"
#include "dhcp4/packet.h"

enum { BATCH = 64 };

static struct {
	struct mmsghdr msgs[BATCH];
	struct iovec iovs[BATCH];
	uint8_t frames[BATCH][DHCP4_FRAME_MAX];
} f;

static void fill(size_t i, const char *kind, uint32_t number)
{
	struct dhcp4_msg m = { .op = 1, .xid = number, .type = DHCP4_DISCOVER, .chaddr = { { 0x52, 0x54 } } };
	struct dhcp4_frame frame = { .ip_dst = 0xffffffff, .sport = DHCP4_CLIENT_PORT, .dport = DHCP4_SERVER_PORT };
	struct wr w = wr_make(f.frames[i] + DHCP4_FRAME_HEAD, DHCP4_MAX);
	uint32_t mac = strcmp(kind, "same") == 0 ? 1 : number;

	memcpy(m.chaddr.b + 2, &mac, sizeof(mac));
	dhcp4_build(&w, &m);
	if (strcmp(kind, "garbage") == 0)
		for (int k = 0; k < 60; k++)
			wr_u8(&w, (uint8_t)rand());
	frame.src = m.chaddr;
	memset(frame.dst.b, 0xff, sizeof(frame.dst.b));
	f.iovs[i] = (struct iovec){ f.frames[i], dhcp4_frame_build(&frame, f.frames[i], dhcp4_build_end(&w)) };
	f.msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &f.iovs[i], .msg_iovlen = 1 };
}

int main(int argc, char **argv)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* protocol 0: hears nothing */

	if (argc != 3 || fd < 0)
		return 2;
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1]) };

	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return 2;
	for (uint32_t number = 0;; number += BATCH) {
		for (uint32_t i = 0; i < BATCH; i++)
			fill(i, argv[2], number + i);
		sendmmsg(fd, f.msgs, BATCH, 0);
	}
}
