/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dhcp_flood - one guest sends DHCP messages as fast as it can, and reads no answer, until it is killed.
 *	dhcp_flood IFACE|tap:TAP new|same|garbage [COUNT [MAC]]
 * new: each DISCOVER is of a MAC that was never seen; same: all are of one; garbage: options that make no sense.
 * tap: it is the VMM, so the host has taken each frame, or refused it, before the next is sent.
 * COUNT: it ends after so many (in whole batches). MAC: frames have this source, whomever the message says it is of. */
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <linux/if_tun.h>

#include "base/mem.h"
#include "dhcp4/frame.h"
#include "dhcp4/packet.h"

enum { BATCH = 64 };

static struct {
	struct mmsghdr msgs[BATCH];
	struct iovec iovs[BATCH];
	uint8_t frames[BATCH][DHCP4_FRAME_MAX];
} f;

static void fill(size_t i, const char *kind, uint32_t number, const struct mac *src)
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
	frame.src = src ? *src : m.chaddr;
	memset(frame.dst.b, 0xff, sizeof(frame.dst.b));
	f.iovs[i] = (struct iovec){ f.frames[i], dhcp4_frame_build(&frame, f.frames[i], dhcp4_build_end(&w)) };
	f.msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &f.iovs[i], .msg_iovlen = 1 };
}

static int open_tap(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0 ? -1 : fd;
}

static int open_interface(const char *name)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* protocol 0: hears nothing */
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name) };

	return fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1 : fd;
}

static void send_batch(int fd, bool tap)
{
	if (!tap)
		sendmmsg(fd, f.msgs, BATCH, 0);
	for (size_t i = 0; i < BATCH && tap; i++)
		if (write(fd, f.iovs[i].iov_base, f.iovs[i].iov_len) < 0)
			exit(1);
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 5)
		return 2;
	bool tap = strncmp(argv[1], "tap:", 4) == 0;
	unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : ULONG_MAX;
	int fd = tap ? open_tap(argv[1] + 4) : open_interface(argv[1]);
	struct mac src;

	if (fd < 0 || (argc == 5 && mac_parse(argv[4], &src) < 0))
		return 2;
	for (unsigned long sent = 0; sent < count; sent += BATCH) {
		for (uint32_t i = 0; i < BATCH; i++)
			fill(i, argv[2], (uint32_t)sent + i, argc == 5 ? &src : NULL);
		send_batch(fd, tap);
	}
	return 0;
}
