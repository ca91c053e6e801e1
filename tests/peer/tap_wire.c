/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tap_wire TAP PID [MAC]: plays the VMM of a guest whose network namespace is PID's: opens TAP here, makes eth0 there,
 * with that address, and carries frames between the two until it is killed. Says "ready" when it does. */
#include <errno.h>
#include <fcntl.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

enum { FRAME_MAX = 65536 };

static void die(const char *what)
{
	fprintf(stderr, "tap_wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_tap(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0)
		die(name);
	return fd;
}

static void enter(const char *pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		die(path);
	close(fd);
}

static void dress(const char *mac)
{
	struct ifreq r = { .ifr_name = "eth0", .ifr_hwaddr.sa_family = ARPHRD_ETHER };
	uint8_t *b = (uint8_t *)r.ifr_hwaddr.sa_data;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (mac && (sscanf(mac, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6 ||
		    ioctl(fd, SIOCSIFHWADDR, &r) < 0))
		die(mac);
	r.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		die("eth0");
	close(fd);
}

static void carry(int from, int to)
{
	static char frame[FRAME_MAX];
	ssize_t n;

	while ((n = read(from, frame, sizeof(frame))) > 0)
		if (write(to, frame, (size_t)n) < 0 && errno != EIO && errno != EAGAIN && errno != EINVAL)
			die("write");
	if (n < 0 && errno != EAGAIN)
		die("read");
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: tap_wire TAP PID [MAC]\n");
		return 2;
	}
	int host = open_tap(argv[1]);

	enter(argv[2]);
	int guest = open_tap("eth0");

	dress(argv[3]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd p[] = { { host, POLLIN, 0 }, { guest, POLLIN, 0 } };

		if (poll(p, 2, -1) < 0)
			die("poll");
		if (p[0].revents)
			carry(host, guest);
		if (p[1].revents)
			carry(guest, host);
	}
}
