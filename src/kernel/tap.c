/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

enum { TAP_FLAGS = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

static int open_tun(const char *name, int flags, char ret_name[IFNAMSIZ])
{
	AUTO(fd_close) int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq ifr = { .ifr_flags = (short)flags };

	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	memcpy(ret_name, ifr.ifr_name, IFNAMSIZ);
	return TAKE_FD(fd);
}

int tap_create(const struct tap_attrs *a, char ret_name[IFNAMSIZ])
{
	char name[IFNAMSIZ];
	/* IFF_TUN_EXCL: a tap of that name is not opened, it is an error */
	AUTO(fd_close)
	int fd = open_tun(a->name, TAP_FLAGS | IFF_TUN_EXCL | (a->multi_queue ? IFF_MULTI_QUEUE : 0), name);

	if (fd < 0)
		return fd;
	if (a->owner != (uint32_t)TAP_NO_OWNER && ioctl(fd, TUNSETOWNER, (unsigned long)a->owner) < 0)
		return -errno;
	memcpy(ret_name, name, IFNAMSIZ);
	return TAKE_FD(fd);
}

int tap_set_persist(int fd)
{
	return ioctl(fd, TUNSETPERSIST, 1UL) < 0 ? -errno : 0;
}

int tap_open_queue(const char *name)
{
	char real[IFNAMSIZ];

	if (!if_nametoindex(name)) /* TUNSETIFF would make one */
		return -ENODEV;
	return open_tun(name, TAP_FLAGS | IFF_MULTI_QUEUE, real);
}
